import { and, asc, desc, eq, gt, lte, ne, type QueryContext, sql } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { RegistrationsTables } from '../tables.ts';

type Context = QueryContext<RegistrationsTables>;

const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

function inviteQueries({ db, t }: Context) {
  const i = t.conversation_invites;
  const row = {
    id: i.id,
    kind: i.kind,
    creator: i.creator,
    local: i.local,
    groups: i.groups,
    rooms: i.rooms,
    label: i.label,
    usesLeft: i.usesLeft,
    createdMs: i.created,
    expiresMs: i.expires,
  };
  const holds = and(gt(i.usesLeft, 0), gt(i.expires, p('now')));
  return {
    inviteAdd: db
      .insert(i)
      .values({
        hash: p('hash'),
        kind: bound('kind'),
        creator: bound('creator'),
        local: p('local'),
        groups: bound('groups'),
        rooms: bound('rooms'),
        label: p('label'),
        usesLeft: bound('uses'),
        created: bound('now'),
        expires: bound('expires'),
      })
      .returning({ id: i.id })
      .prepare('cinvite_add'),
    inviteFind: db
      .select(row)
      .from(i)
      .where(and(eq(i.hash, p('hash')), holds))
      .prepare('cinvite_find'),
    inviteTake: db
      .update(i)
      .set({ usesLeft: sql`${i.usesLeft} - 1` })
      .where(and(eq(i.hash, p('hash')), eq(i.kind, bound('kind')), holds))
      .returning(row)
      .prepare('cinvite_take'),
    inviteGiveBack: db
      .update(i)
      .set({ usesLeft: sql`${i.usesLeft} + 1` })
      .where(eq(i.hash, p('hash')))
      .prepare('cinvite_give_back'),
    invitesOf: db
      .select(row)
      .from(i)
      .where(and(eq(i.creator, p('creator')), holds))
      .orderBy(desc(i.id))
      .limit(limits.invitesPerCreatorMax)
      .prepare('cinvite_of'),
    inviteCount: db
      .select({ rows: sql<number>`count(*)` })
      .from(i)
      .where(and(eq(i.creator, p('creator')), holds))
      .prepare('cinvite_count'),
    inviteDrop: db
      .delete(i)
      .where(and(eq(i.id, p('id')), eq(i.creator, p('creator'))))
      .returning({ id: i.id })
      .prepare('cinvite_drop'),
    invitesErase: db
      .delete(i)
      .where(eq(i.creator, p('creator')))
      .prepare('cinvite_erase'),
    invitesForget: db.delete(i).where(eq(i.kind, 'account')).prepare('cinvite_forget'),
    invitesDropOver: db
      .delete(i)
      .where(lte(i.expires, p('now')))
      .prepare('cinvite_drop_over'),
  };
}

function uploadQueries({ db, t, d }: Context) {
  const u = t.conversation_uploads;
  const row = {
    id: u.id,
    account: u.account,
    name: u.name,
    size: u.size,
    type: u.type,
    state: u.state,
    file: u.file,
    sha256: u.sha256,
    createdMs: u.created,
    expiresMs: u.expires,
  };
  const holds = sql`(${u.expires} = 0 or ${u.expires} > cast(${p('now')} as bigint))`;
  return {
    uploadAdd: db
      .insert(u)
      .values({
        account: bound('account'),
        putHash: p('putHash'),
        getHash: p('getHash'),
        name: p('name'),
        size: bound('size'),
        type: p('type'),
        state: 'open',
        file: '',
        sha256: '',
        created: bound('now'),
        expires: bound('expires'),
      })
      .returning({ id: u.id })
      .prepare('cupload_add'),
    /** A slot that is over is no slot, before it is swept as well; what is on its way may be slow. */
    uploadCounts: db
      .select({ state: u.state, rows: sql<number>`count(*)` })
      .from(u)
      .where(and(eq(u.account, p('account')), sql`(${u.state} <> 'open' or ${holds})`))
      .groupBy(u.state)
      .prepare('cupload_counts'),
    uploadById: db
      .select(row)
      .from(u)
      .where(and(eq(u.id, p('id')), holds))
      .prepare('cupload_by_id'),
    uploadByPut: db
      .select(row)
      .from(u)
      .where(and(eq(u.putHash, p('hash')), holds))
      .prepare('cupload_by_put'),
    uploadByGet: db
      .select(row)
      .from(u)
      .where(and(eq(u.getHash, p('hash')), eq(u.state, 'there'), holds))
      .prepare('cupload_by_get'),
    uploadStep: db
      .update(u)
      .set({ state: bound('to') })
      .where(and(eq(u.id, p('id')), eq(u.state, bound('from'))))
      .returning(row)
      .prepare('cupload_step'),
    uploadLand: db
      .update(u)
      .set({ state: 'there', file: bound('file'), sha256: bound('sha256'), expires: bound('expires') })
      .where(and(eq(u.id, p('id')), eq(u.state, 'taking')))
      .returning({ id: u.id })
      .prepare('cupload_land'),
    uploadsAfter: db
      .select(row)
      .from(u)
      .where(and(eq(u.account, p('account')), eq(u.state, 'there'), gt(u.id, p('after')), holds))
      .orderBy(asc(u.id))
      .limit(limits.pageRowsMax)
      .prepare('cupload_after'),
    uploadDropFile: db
      .delete(u)
      .where(and(eq(u.account, p('account')), eq(u.file, p('file')), ne(u.file, '')))
      .prepare('cupload_drop_file'),
    uploadsOver: db
      .select(row)
      .from(u)
      .where(and(sql`${u.expires} > 0`, lte(u.expires, p('now')), eq(u.state, 'there')))
      .orderBy(asc(u.expires))
      .limit(limits.pageRowsMax)
      .prepare('cupload_over'),
    uploadsDropOver: db
      .delete(u)
      .where(and(sql`${u.expires} > 0`, lte(u.expires, p('now')), eq(u.state, bound('state'))))
      .prepare('cupload_drop_over'),
    uploadsDrop: db.delete(u).where(d.inNumbers(u.id, 'ids')).prepare('cupload_drop'),
    uploadsErase: db
      .delete(u)
      .where(eq(u.account, p('account')))
      .prepare('cupload_erase'),
  };
}

export const linkQueries = (context: Context) => ({ ...inviteQueries(context), ...uploadQueries(context) });
