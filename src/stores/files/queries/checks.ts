import { and, asc, eq, gt, min, type QueryContext, sql } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { doomedParent, type FilesTables, kinds, trashParent } from '../tables.ts';

type Context = QueryContext<FilesTables>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
const total = (of: unknown) => sql<number>`coalesce(sum(${of}), 0)`.mapWith(Number);
const count = sql<number>`count(*)`.mapWith(Number);

/** The lowest account above `after` that a table knows: an index seek each, so no table is read whole. */
function accountWalks({ db, t }: Context) {
  const next = (table: FilesTables['file_nodes'], name: string) =>
    db
      .select({ account: min(table.account) })
      .from(table)
      .where(gt(table.account, p('after')))
      .prepare(name);
  return {
    accountsInAccounts: next(t.file_accounts as never, 'file_accounts_in_accounts'),
    accountsInNodes: next(t.file_nodes, 'file_accounts_in_nodes'),
    accountsInVersions: next(t.file_versions as never, 'file_accounts_in_versions'),
    accountsInTrash: next(t.file_trash as never, 'file_accounts_in_trash'),
    accountsInGone: next(t.file_gone as never, 'file_accounts_in_gone'),
    accountsInProperties: next(t.file_properties as never, 'file_accounts_in_properties'),
    accountsInLocks: next(t.file_locks as never, 'file_accounts_in_locks'),
  };
}

/** Rows that hang on a node which is not there. */
function strayQueries({ db, t }: Context) {
  const stray = (table: FilesTables['file_nodes'], on: unknown, name: string) =>
    db
      .selectDistinct({ node: sql<number>`${on}`.mapWith(Number) })
      .from(table)
      .where(
        and(
          eq(table.account, p('account')),
          sql`not exists (select 1 from file_nodes f where f.account = ${p('account')} and f.id = ${on})`,
        ),
      )
      .limit(limits.stepRows)
      .prepare(name);
  return {
    strayVersions: stray(t.file_versions as never, t.file_versions.node, 'file_stray_versions'),
    strayTrash: stray(t.file_trash as never, t.file_trash.node, 'file_stray_trash'),
    strayProperties: stray(t.file_properties as never, t.file_properties.node, 'file_stray_properties'),
    strayLocks: stray(t.file_locks as never, t.file_locks.node, 'file_stray_locks'),
    strayGone: stray(t.file_gone as never, t.file_gone.parent, 'file_stray_gone'),
  };
}

export function checkQueries(context: Context) {
  const { db, t, d } = context;
  const n = t.file_nodes;
  const ofAccount = eq(n.account, p('account'));
  return {
    ...accountWalks(context),
    ...strayQueries(context),
    foldersOf: db
      .select({
        id: n.id,
        parent: n.parent,
        size: n.size,
        files: n.files,
        folders: n.folders,
        modseq: n.modseq,
        height: n.height,
      })
      .from(n)
      .where(and(ofAccount, eq(n.kind, kinds.folder), gt(n.id, p('after'))))
      .orderBy(asc(n.id))
      .limit(bound('max'))
      .prepare('file_folders_of'),
    /** What lies directly in each folder. */
    heldBy: db
      .select({
        parent: n.parent,
        size: total(sql`case when ${n.kind} = ${sql.raw(String(kinds.file))} then ${n.size} else 0 end`),
        files: total(n.kind),
        rows: count,
        modseq: sql<number>`max(${n.modseq})`.mapWith(Number),
        id: sql<number>`max(${n.id})`.mapWith(Number),
      })
      .from(n)
      .where(ofAccount)
      .groupBy(n.parent)
      .prepare('file_held_by'),
    nodeMend: db
      .update(n)
      .set({
        size: bound('size'),
        files: bound('files'),
        folders: bound('folders'),
        height: bound('height'),
        modseq: bound('modseq'),
      })
      .where(and(ofAccount, eq(n.id, p('node'))))
      .prepare('file_node_mend'),
    orphansIn: db
      .select()
      .from(n)
      .where(and(ofAccount, eq(n.parent, p('folder'))))
      .limit(limits.stepRows)
      .prepare('file_orphans_in'),
    /** In the trash without an entry that says since when. */
    trashUnlisted: db
      .select()
      .from(n)
      .where(
        and(
          ofAccount,
          eq(n.parent, trashParent),
          sql`not exists (select 1 from file_trash x where x.account = ${p('account')} and x.node = ${n.id})`,
        ),
      )
      .limit(limits.stepRows)
      .prepare('file_trash_unlisted'),
    /** Entries of what is not in the trash. */
    trashMisplaced: db
      .select({ node: t.file_trash.node })
      .from(t.file_trash)
      .where(
        and(
          eq(t.file_trash.account, p('account')),
          sql`not exists (select 1 from file_nodes f where f.account = ${p('account')} and f.id = ${t.file_trash.node} and f.parent = ${sql.raw(String(trashParent))})`,
        ),
      )
      .limit(limits.stepRows)
      .prepare('file_trash_misplaced'),
    /** A name that is there and gone at once. */
    goneThere: db
      .select({ parent: t.file_gone.parent, name: t.file_gone.name })
      .from(t.file_gone)
      .where(
        and(
          eq(t.file_gone.account, p('account')),
          sql`exists (select 1 from file_nodes f where f.account = ${p('account')} and f.parent = ${t.file_gone.parent} and f."nameKey" = ${t.file_gone.nameKey} and coalesce(f.name, f."nameKey") = ${t.file_gone.name})`,
        ),
      )
      .limit(limits.stepRows)
      .prepare('file_gone_there'),
    trashSize: db
      .select({ size: total(t.file_trash.size) })
      .from(t.file_trash)
      .where(eq(t.file_trash.account, p('account')))
      .prepare('file_trash_size'),
    versionsSize: db
      .select({ size: total(t.file_versions.size) })
      .from(t.file_versions)
      .where(eq(t.file_versions.account, p('account')))
      .prepare('file_versions_size'),
    propertiesSize: db
      .select({ size: total(t.file_properties.bytes) })
      .from(t.file_properties)
      .where(eq(t.file_properties.account, p('account')))
      .prepare('file_properties_size'),
    doomedCount: db
      .select({ rows: count })
      .from(n)
      .where(and(ofAccount, eq(n.parent, doomedParent)))
      .prepare('file_doomed_count'),
    accountMend: db
      .update(t.file_accounts)
      .set({
        kept: bound('kept'),
        properties: bound('properties'),
        doomed: bound('doomed'),
        nextId: bound('nextId'),
      })
      .where(eq(t.file_accounts.account, p('account')))
      .prepare('file_account_mend'),
    nodeHashes: db
      .select({ hash: n.hash, uses: count })
      .from(n)
      .where(and(ofAccount, eq(n.kind, kinds.file)))
      .groupBy(n.hash)
      .prepare('file_node_hashes'),
    versionHashes: db
      .select({ hash: t.file_versions.hash, uses: count })
      .from(t.file_versions)
      .where(eq(t.file_versions.account, p('account')))
      .groupBy(t.file_versions.hash)
      .prepare('file_version_hashes'),
    nodesNaming: db
      .select({ id: n.id, hash: n.hash })
      .from(n)
      .where(and(ofAccount, d.inTexts(n.hash, 'hashes')))
      .limit(limits.stepRows)
      .prepare('file_nodes_naming'),
    versionsNaming: db
      .select({ id: t.file_versions.node, hash: t.file_versions.hash })
      .from(t.file_versions)
      .where(and(eq(t.file_versions.account, p('account')), d.inTexts(t.file_versions.hash, 'hashes')))
      .limit(limits.stepRows)
      .prepare('file_versions_naming'),
  };
}
