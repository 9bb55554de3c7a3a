import { and, asc, eq, gt, lt, lte, type QueryContext, sql } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { comingParent, type FilesTables } from '../tables.ts';

type Context = QueryContext<FilesTables>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;
const steps = sql.raw(String(limits.pathDepthMax + 2));

export function accountQueries({ db, t }: Context) {
  const a = t.file_accounts;
  const here = eq(a.account, p('account'));
  return {
    accountMake: db
      .insert(a)
      .values({
        account: bound('account'),
        nextId: bound('nextId'),
        quota: null,
        kept: 0,
        properties: 0,
        doomed: 0,
        horizon: 0,
        lostFrom: 0,
        lostTo: 0,
      })
      .onConflictDoNothing()
      .returning({ account: a.account })
      .prepare('file_account_make'),
    accountFind: db.select().from(a).where(here).prepare('file_account_find'),
    /** Answers the first id after the ones that were taken. */
    accountTake: db
      .update(a)
      .set({ nextId: sql`${a.nextId} + ${number('count')}` })
      .where(here)
      .returning({ nextId: a.nextId })
      .prepare('file_account_take'),
    accountGrow: db
      .update(a)
      .set({
        kept: sql`${a.kept} + ${number('kept')}`,
        properties: sql`${a.properties} + ${number('properties')}`,
        doomed: sql`${a.doomed} + ${number('doomed')}`,
      })
      .where(here)
      .returning({ kept: a.kept, properties: a.properties, quota: a.quota })
      .prepare('file_account_grow'),
    accountQuota: db
      .update(a)
      .set({ quota: bound('quota') })
      .where(here)
      .returning({ account: a.account })
      .prepare('file_account_quota'),
    accountForgetUpTo: db
      .update(a)
      .set({
        horizon: sql`case when ${a.horizon} < ${number('modseq')} then ${number('modseq')} else ${a.horizon} end`,
      })
      .where(here)
      .prepare('file_account_forget_up_to'),
    accountRestored: db
      .update(a)
      .set({
        nextId: bound('nextId'),
        horizon: bound('horizon'),
        lostFrom: bound('lostFrom'),
        lostTo: bound('lostTo'),
      })
      .where(here)
      .prepare('file_account_restored'),
    accountDrop: db.delete(a).where(here).prepare('file_account_drop'),
    /** Accounts in which something has had its time. */
    accountsDue: db
      .select({ account: a.account })
      .from(a)
      .where(
        and(
          gt(a.account, p('after')),
          sql`(${a.doomed} > 0
            or exists (select 1 from ${t.file_nodes} x where x.account = ${a.account} and x.parent = ${sql.raw(String(comingParent))})
            or exists (select 1 from ${t.file_trash} x where x.account = ${a.account} and x.removed < ${number('trashBefore')})
            or exists (select 1 from ${t.file_versions} x where x.account = ${a.account} and x.replaced < ${number('versionsBefore')})
            or exists (select 1 from ${t.file_gone} x where x.account = ${a.account} and x.at < ${number('goneBefore')})
            or ${a.kept} * 100 > coalesce(${a.quota}, ${number('quota')}) * ${number('percent')})`,
        ),
      )
      .orderBy(asc(a.account))
      .limit(limits.stepRows)
      .prepare('file_accounts_due'),
  };
}

export function lockQueries({ db, t, d }: Context) {
  const l = t.file_locks;
  const holds = and(eq(l.account, p('account')), gt(l.expires, p('now')));
  return {
    locksAt: db
      .select()
      .from(l)
      .where(and(holds, d.inNumbers(l.node, 'ids')))
      .orderBy(asc(l.token))
      .prepare('file_locks_at'),
    /** Of what lies below a node, without its own. */
    locksBelow: db
      .select()
      .from(l)
      .where(
        and(
          holds,
          sql`${l.token} in (with recursive up(token, id, level) as (
            select x.token, x.node, 0 from file_locks x where x.account = ${number('account')} and x.expires > ${number('now')}
            union all
            select up.token, f.parent, up.level + 1 from up cross join file_nodes f
              where f.id = up.id and f.account = ${number('account')} and +f.parent > 0 and up.level < ${steps}
          ) select up.token from up where up.id = ${number('node')} and up.level > 0)`,
        ),
      )
      .orderBy(asc(l.token))
      .prepare('file_locks_below'),
    locksCount: db
      .select({
        own: sql<number>`count(case when ${l.principal} = ${number('principal')} then 1 end)`.mapWith(Number),
        others: sql<number>`count(case when ${l.principal} <> ${l.account} then 1 end)`.mapWith(Number),
      })
      .from(l)
      .where(holds)
      .prepare('file_locks_count'),
    lockAdd: db
      .insert(l)
      .values({
        account: bound('account'),
        node: bound('node'),
        token: bound('token'),
        scope: bound('scope'),
        depth: bound('depth'),
        owner: bound('owner'),
        principal: bound('principal'),
        root: bound('root'),
        expires: bound('expires'),
        seconds: bound('seconds'),
      })
      .prepare('file_lock_add'),
    lockRenew: db
      .update(l)
      .set({ expires: bound('expires'), seconds: bound('seconds') })
      .where(and(eq(l.account, p('account')), eq(l.node, p('node')), eq(l.token, p('token'))))
      .prepare('file_lock_renew'),
    locksDrop: db
      .delete(l)
      .where(and(eq(l.account, p('account')), d.inTexts(l.token, 'tokens')))
      .prepare('file_locks_drop'),
    locksDropAt: db
      .delete(l)
      .where(and(eq(l.account, p('account')), d.inNumbers(l.node, 'ids')))
      .prepare('file_locks_drop_at'),
    locksExpired: db
      .delete(l)
      .where(lte(l.expires, p('now')))
      .prepare('file_locks_expired'),
    locksDropAll: db
      .delete(l)
      .where(eq(l.account, p('account')))
      .prepare('file_locks_drop_all'),
  };
}

export function propertyQueries({ db, t, d }: Context) {
  const x = t.file_properties;
  const here = and(
    eq(x.account, p('account')),
    eq(x.node, p('node')),
    eq(x.namespace, p('namespace')),
    eq(x.name, p('name')),
  );
  return {
    propertiesAt: db
      .select()
      .from(x)
      .where(and(eq(x.account, p('account')), d.inNumbers(x.node, 'ids')))
      .orderBy(asc(x.node), asc(x.namespace), asc(x.name))
      .prepare('file_properties_at'),
    propertyBytesAt: db
      .select({ node: x.node, bytes: sql<number>`sum(${x.bytes})`.mapWith(Number) })
      .from(x)
      .where(and(eq(x.account, p('account')), d.inNumbers(x.node, 'ids')))
      .groupBy(x.node)
      .prepare('file_property_bytes_at'),
    propertySet: db
      .insert(x)
      .values({
        account: bound('account'),
        node: bound('node'),
        namespace: bound('namespace'),
        name: bound('name'),
        xml: bound('xml'),
        bytes: bound('bytes'),
      })
      .onConflictDoUpdate({
        target: [x.account, x.node, x.namespace, x.name],
        set: { xml: sql`excluded.xml`, bytes: sql`excluded.bytes` },
      })
      .prepare('file_property_set'),
    propertyDrop: db.delete(x).where(here).prepare('file_property_drop'),
    propertiesAdd: d.insertMany(x),
    propertiesDrop: db
      .delete(x)
      .where(and(eq(x.account, p('account')), d.inNumbers(x.node, 'ids')))
      .returning({ bytes: x.bytes })
      .prepare('file_properties_drop'),
    propertiesDropAll: db
      .delete(x)
      .where(eq(x.account, p('account')))
      .prepare('file_properties_drop_all'),
  };
}

export function versionQueries({ db, t, d }: Context) {
  const v = t.file_versions;
  const here = and(eq(v.account, p('account')), eq(v.node, p('node')));
  const gone = { hash: v.hash, size: v.size };
  return {
    versionsAt: db.select().from(v).where(here).orderBy(asc(v.number)).prepare('file_versions_at'),
    versionsOfMany: db
      .select()
      .from(v)
      .where(and(eq(v.account, p('account')), d.inNumbers(v.node, 'ids')))
      .prepare('file_versions_of_many'),
    versionedAfter: db
      .select({
        node: v.node,
        versions: sql<number>`count(*)`.mapWith(Number),
        bytes: sql<number>`sum(${v.size})`.mapWith(Number),
      })
      .from(v)
      .where(and(eq(v.account, p('account')), gt(v.node, p('after'))))
      .groupBy(v.node)
      .orderBy(asc(v.node))
      .limit(bound('max'))
      .prepare('file_versioned_after'),
    versionFind: db
      .select()
      .from(v)
      .where(and(here, eq(v.number, p('number'))))
      .prepare('file_version_find'),
    versionAdd: db
      .insert(v)
      .values({
        account: bound('account'),
        node: bound('node'),
        number: bound('number'),
        hash: bound('hash'),
        size: bound('size'),
        type: bound('type'),
        checksum: bound('checksum'),
        modified: bound('modified'),
        replaced: bound('replaced'),
      })
      .prepare('file_version_add'),
    versionsAdd: d.insertMany(v),
    versionDrop: db
      .delete(v)
      .where(and(here, eq(v.number, p('number'))))
      .returning(gone)
      .prepare('file_version_drop'),
    versionsDropUpTo: db
      .delete(v)
      .where(and(here, lte(v.number, p('number'))))
      .returning(gone)
      .prepare('file_versions_drop_up_to'),
    versionsDrop: db
      .delete(v)
      .where(and(eq(v.account, p('account')), d.inNumbers(v.node, 'ids')))
      .returning(gone)
      .prepare('file_versions_drop'),
    versionsOldest: db
      .select({ node: v.node, number: v.number, size: v.size, at: v.replaced })
      .from(v)
      .where(and(eq(v.account, p('account')), lt(v.replaced, p('before'))))
      .orderBy(asc(v.replaced))
      .limit(bound('max'))
      .prepare('file_versions_oldest'),
    versionsOf: db
      .select({ node: v.node, number: v.number })
      .from(v)
      .where(eq(v.account, p('account')))
      .limit(limits.stepRows)
      .prepare('file_versions_of'),
  };
}

export function trashQueries({ db, t, d }: Context) {
  const x = t.file_trash;
  const here = and(eq(x.account, p('account')), eq(x.node, p('node')));
  return {
    trashAdd: db
      .insert(x)
      .values({
        account: bound('account'),
        node: bound('node'),
        parent: bound('parent'),
        path: bound('path'),
        size: bound('size'),
        removed: bound('removed'),
        by: bound('by'),
      })
      .prepare('file_trash_add'),
    trashFind: db.select().from(x).where(here).prepare('file_trash_find'),
    trashAfter: db
      .select({ entry: x, node: t.file_nodes })
      .from(x)
      .innerJoin(t.file_nodes, and(eq(t.file_nodes.account, x.account), eq(t.file_nodes.id, x.node)))
      .where(and(eq(x.account, p('account')), gt(x.node, p('after'))))
      .orderBy(asc(x.node))
      .limit(bound('max'))
      .prepare('file_trash_after'),
    trashDrop: db
      .delete(x)
      .where(and(eq(x.account, p('account')), d.inNumbers(x.node, 'ids')))
      .returning({ size: x.size })
      .prepare('file_trash_drop'),
    trashOldest: db
      .select({ node: x.node, size: x.size, at: x.removed })
      .from(x)
      .where(and(eq(x.account, p('account')), lt(x.removed, p('before'))))
      .orderBy(asc(x.removed))
      .limit(bound('max'))
      .prepare('file_trash_oldest'),
    trashDropAll: db
      .delete(x)
      .where(eq(x.account, p('account')))
      .prepare('file_trash_drop_all'),
  };
}

export function goneQueries({ db, t, d }: Context) {
  const g = t.file_gone;
  const here = and(eq(g.account, p('account')), eq(g.parent, p('folder')));
  return {
    goneAdd: db
      .insert(g)
      .values({
        account: bound('account'),
        parent: bound('folder'),
        nameKey: bound('nameKey'),
        name: bound('name'),
        kind: bound('kind'),
        modseq: bound('modseq'),
        at: bound('now'),
      })
      .onConflictDoUpdate({
        target: [g.account, g.parent, g.name],
        set: {
          kind: sql`excluded.kind`,
          modseq: sql`excluded.modseq`,
          at: sql`excluded.at`,
        },
      })
      .prepare('file_gone_add'),
    /** A name that is there again is not gone. */
    goneDrop: db
      .delete(g)
      .where(and(here, eq(g.name, p('name'))))
      .prepare('file_gone_drop'),
    goneSince: db
      .select()
      .from(g)
      .where(and(here, gt(g.modseq, p('since'))))
      .orderBy(asc(g.modseq))
      .limit(bound('max'))
      .prepare('file_gone_since'),
    goneDropIn: db
      .delete(g)
      .where(and(eq(g.account, p('account')), d.inNumbers(g.parent, 'ids')))
      .prepare('file_gone_drop_in'),
    goneOldest: db
      .select({ modseq: g.modseq, at: g.at })
      .from(g)
      .where(eq(g.account, p('account')))
      .orderBy(asc(g.modseq))
      .limit(limits.stepRows)
      .prepare('file_gone_oldest'),
    goneCount: db
      .select({ count: sql<number>`count(*)`.mapWith(Number) })
      .from(g)
      .where(eq(g.account, p('account')))
      .prepare('file_gone_count'),
    /** Accounts that remember more than they may. */
    goneMany: db
      .select({ account: g.account })
      .from(g)
      .groupBy(g.account)
      .having(sql`count(*) > ${sql.raw(String(limits.tombstonesPerAccountMax))}`)
      .prepare('file_gone_many'),
    goneForget: db
      .delete(g)
      .where(and(eq(g.account, p('account')), lte(g.modseq, p('modseq'))))
      .prepare('file_gone_forget'),
    goneDropAll: db
      .delete(g)
      .where(eq(g.account, p('account')))
      .prepare('file_gone_drop_all'),
  };
}
