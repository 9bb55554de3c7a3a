import { and, asc, blobQueries, eq, gt, lte, sql } from '../../../storage/index.ts';
import { limits } from './limits.ts';
import type { Context } from './tables.ts';

const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

function rowQueries({ db, t }: Context) {
  const u = t.file_uploads;
  const here = and(eq(u.account, p('account')), eq(u.id, p('id')));
  return {
    uploadAdd: db
      .insert(u)
      .values({
        account: bound('account'),
        id: p('id'),
        about: p('about'),
        length: bound('length'),
        bytes: 0,
        pieces: 0,
        done: false,
        created: bound('now'),
        expires: bound('expires'),
      })
      .prepare('files_upload_add'),
    uploadFind: db.select().from(u).where(here).prepare('files_upload_find'),
    uploadLength: db
      .update(u)
      .set({ length: bound('length') })
      .where(here)
      .prepare('files_upload_length'),
    uploadGrow: db
      .update(u)
      .set({
        bytes: bound('bytes'),
        pieces: bound('pieces'),
        expires: bound('expires'),
      })
      .where(here)
      .prepare('files_upload_grow'),
    uploadDone: db
      .update(u)
      .set({ done: true, length: bound('bytes'), bytes: bound('bytes'), expires: bound('expires') })
      .where(here)
      .prepare('files_upload_done'),
    /** Newest first. */
    uploadsDone: db
      .select({ id: u.id })
      .from(u)
      .where(and(eq(u.account, p('account')), eq(u.done, true), gt(u.expires, 0)))
      .orderBy(sql`${u.expires} desc`, asc(u.id))
      .prepare('files_uploads_done'),
    uploadEnd: db.update(u).set({ expires: 0 }).where(here).prepare('files_upload_end'),
    uploadDrop: db.delete(u).where(here).prepare('files_upload_drop'),
    /** What lies there, or was promised room. */
    uploadSums: db
      .select({
        uploads: sql<number>`count(*)`,
        bytes: sql<number>`coalesce(sum(case when ${u.length} > ${u.bytes} then ${u.length} else ${u.bytes} end), 0)`,
      })
      .from(u)
      .where(and(eq(u.account, p('account')), eq(u.done, false)))
      .prepare('files_upload_sums'),
    uploadsOver: db
      .select({ account: u.account, id: u.id })
      .from(u)
      .where(lte(u.expires, p('now')))
      .limit(limits.stepRows)
      .prepare('files_uploads_over'),
    uploadsOf: db
      .select()
      .from(u)
      .where(eq(u.account, p('account')))
      .prepare('files_uploads_of'),
    uploadAccounts: db
      .select({ account: u.account })
      .from(u)
      .where(gt(u.account, p('after')))
      .orderBy(asc(u.account))
      .limit(1)
      .prepare('files_upload_accounts'),
  };
}

function pieceQueries({ db, t }: Context) {
  const c = t.file_upload_pieces;
  const all = and(eq(c.account, p('account')), eq(c.upload, p('id')));
  return {
    pieceFind: db
      .select()
      .from(c)
      .where(and(all, eq(c.name, p('name'))))
      .prepare('files_piece_find'),
    piecePut: db
      .insert(c)
      .values({
        account: bound('account'),
        upload: p('id'),
        name: p('name'),
        hash: p('hash'),
        size: bound('size'),
        modified: bound('now'),
      })
      .onConflictDoUpdate({
        target: [c.account, c.upload, c.name],
        set: { hash: sql`excluded.hash`, size: sql`excluded.size`, modified: sql`excluded.modified` },
      })
      .prepare('files_piece_put'),
    pieceDrop: db
      .delete(c)
      .where(and(all, eq(c.name, p('name'))))
      .prepare('files_piece_drop'),
    piecesOf: db.select().from(c).where(all).prepare('files_pieces_of'),
    piecesStep: db
      .select({ name: c.name, hash: c.hash })
      .from(c)
      .where(all)
      .limit(limits.stepRows)
      .prepare('files_pieces_step'),
    pieceUses: db
      .select({ hash: c.hash, uses: sql<number>`count(*)` })
      .from(c)
      .where(eq(c.account, p('account')))
      .groupBy(c.hash)
      .prepare('files_piece_uses'),
    pieceSums: db
      .select({ upload: c.upload, pieces: sql<number>`count(*)`, bytes: sql<number>`sum(${c.size})` })
      .from(c)
      .where(eq(c.account, p('account')))
      .groupBy(c.upload)
      .prepare('files_piece_sums'),
    pieceAccounts: db
      .select({ account: c.account })
      .from(c)
      .where(gt(c.account, p('after')))
      .orderBy(asc(c.account))
      .limit(1)
      .prepare('files_piece_accounts'),
  };
}

export function uploadQueries(context: Context) {
  return { ...blobQueries(context as never), ...rowQueries(context), ...pieceQueries(context) };
}

export type UploadQueries = ReturnType<typeof uploadQueries>;
