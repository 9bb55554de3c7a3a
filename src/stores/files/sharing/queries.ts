import { and, asc, eq, gt, lte, ne, sql } from '../../../storage/index.ts';
import { linkQueries } from '../links/queries.ts';
import { filesTables } from '../tables.ts';
import { limits } from './limits.ts';
import type { Context } from './tables.ts';

const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

function shareQueries({ db, t, d }: Context) {
  const s = t.file_shares;
  const n = filesTables[d.dialect].file_nodes;
  return {
    shareAdd: db
      .insert(s)
      .values({
        account: bound('account'),
        node: bound('node'),
        member: bound('member'),
        address: bound('address'),
        rights: bound('rights'),
        by: bound('by'),
        created: bound('now'),
        expires: bound('expires'),
        parent: bound('parent'),
      })
      .returning()
      .prepare('files_share_add'),
    shareSet: db
      .update(s)
      .set({ rights: bound('rights'), expires: bound('expires'), parent: bound('parent') })
      .where(eq(s.id, p('id')))
      .returning()
      .prepare('files_share_set'),
    shareFind: db
      .select()
      .from(s)
      .where(eq(s.id, p('id')))
      .prepare('files_share_find'),
    shareSame: db
      .select()
      .from(s)
      .where(
        and(
          eq(s.account, p('account')),
          eq(s.node, p('node')),
          eq(s.member, p('member')),
          eq(s.address, p('address')),
          eq(s.by, p('by')),
        ),
      )
      .prepare('files_share_same'),
    sharesFind: db.select().from(s).where(d.inNumbers(s.id, 'ids')).prepare('files_shares_find'),
    /** `member > 0` as well, so that the index of those rows serves. */
    sharesToMember: db
      .select()
      .from(s)
      .where(and(eq(s.member, p('member')), sql`${s.member} > 0`))
      .orderBy(asc(s.id))
      .prepare('files_shares_to_member'),
    sharesToGroups: db
      .select()
      .from(s)
      .where(and(d.inTexts(s.address, 'addresses'), eq(s.member, 0)))
      .orderBy(asc(s.id))
      .prepare('files_shares_to_groups'),
    sharesOf: db
      .select()
      .from(s)
      .where(and(eq(s.account, p('account')), eq(s.node, p('node'))))
      .orderBy(asc(s.id))
      .prepare('files_shares_of'),
    sharesBy: db
      .select()
      .from(s)
      .where(eq(s.by, p('member')))
      .orderBy(asc(s.id))
      .prepare('files_shares_by'),
    sharesOn: db
      .select()
      .from(s)
      .where(eq(s.account, p('member')))
      .orderBy(asc(s.id))
      .prepare('files_shares_on'),
    shareCount: db
      .select({ count: sql<number>`count(*)` })
      .from(s)
      .where(eq(s.by, p('by')))
      .prepare('files_share_count'),
    sharesBelow: db
      .select({ id: s.id })
      .from(s)
      .where(and(d.inNumbers(s.parent, 'ids'), sql`${s.parent} > 0`))
      .prepare('files_shares_below'),
    sharesClamp: db
      .update(s)
      .set({ expires: bound('expires') })
      .where(
        and(
          d.inNumbers(s.parent, 'ids'),
          sql`${s.parent} > 0`,
          sql`(${s.expires} = 0 or ${s.expires} > cast(${p('expires')} as bigint))`,
        ),
      )
      .prepare('files_shares_clamp'),
    sharesDrop: db.delete(s).where(d.inNumbers(s.id, 'ids')).prepare('files_shares_drop'),
    sharesOver: db
      .select({ id: s.id })
      .from(s)
      .where(and(gt(s.expires, 0), lte(s.expires, p('until'))))
      .limit(limits.stepRows)
      .prepare('files_shares_over'),
    sharesAbout: db
      .select({ id: s.id })
      .from(s)
      .where(
        sql`(${s.account} = ${p('member')} or ${s.by} = ${p('member')} or (${s.member} = ${p('member')} and ${s.member} > 0))`,
      )
      .limit(limits.stepRows)
      .prepare('files_shares_about'),
    /** Their node is gone for good. */
    sharesGone: db
      .select({ id: s.id })
      .from(s)
      .where(sql`not exists (select 1 from ${n} where ${n.account} = ${s.account} and ${n.id} = ${s.node})`)
      .limit(limits.stepRows)
      .prepare('files_shares_gone'),
    sharesAlone: db
      .select({ id: s.id })
      .from(s)
      .where(sql`${s.parent} > 0 and not exists (select 1 from ${s} as above where above.id = ${s.parent})`)
      .limit(limits.stepRows)
      .prepare('files_shares_alone'),
  };
}

function markQueries({ db, t }: Context) {
  const r = t.file_received;
  const here = and(eq(r.member, p('member')), eq(r.account, p('account')), eq(r.node, p('node')));
  return {
    marksOf: db
      .select()
      .from(r)
      .where(eq(r.member, p('member')))
      .prepare('files_marks_of'),
    markName: db
      .insert(r)
      .values({
        member: bound('member'),
        account: bound('account'),
        node: bound('node'),
        name: p('name'),
        hidden: false,
      })
      .onConflictDoUpdate({ target: [r.member, r.account, r.node], set: { name: sql`excluded.name` } })
      .prepare('files_mark_name'),
    markHide: db
      .insert(r)
      .values({
        member: bound('member'),
        account: bound('account'),
        node: bound('node'),
        name: '',
        hidden: true,
      })
      .onConflictDoUpdate({ target: [r.member, r.account, r.node], set: { hidden: true } })
      .prepare('files_mark_hide'),
    markShow: db.update(r).set({ hidden: false }).where(here).prepare('files_mark_show'),
    marksShow: db
      .update(r)
      .set({ hidden: false })
      .where(and(eq(r.account, p('account')), eq(r.node, p('node'))))
      .prepare('files_marks_show'),
    marksDrop: db
      .delete(r)
      .where(sql`(${r.member} = ${p('member')} or ${r.account} = ${p('member')})`)
      .prepare('files_marks_drop'),
    marksStray: db
      .delete(r)
      .where(
        sql`not exists (select 1 from ${t.file_shares} as given where given.account = ${r.account} and given.node = ${r.node})`,
      )
      .prepare('files_marks_stray'),
  };
}

function favouriteQueries({ db, t, d }: Context) {
  const f = t.file_favourites;
  const n = filesTables[d.dialect].file_nodes;
  const here = and(eq(f.member, p('member')), eq(f.account, p('account')), eq(f.node, p('node')));
  return {
    favouritesOf: db
      .select({ account: f.account, node: f.node })
      .from(f)
      .where(eq(f.member, p('member')))
      .orderBy(asc(f.account), asc(f.node))
      .prepare('files_favourites_of'),
    favouriteCount: db
      .select({ count: sql<number>`count(*)`.mapWith(Number) })
      .from(f)
      .where(eq(f.member, p('member')))
      .prepare('files_favourite_count'),
    favouriteAdd: db
      .insert(f)
      .values({ member: bound('member'), account: bound('account'), node: bound('node') })
      .onConflictDoNothing()
      .prepare('files_favourite_add'),
    favouriteDrop: db.delete(f).where(here).prepare('files_favourite_drop'),
    favouritesDrop: db
      .delete(f)
      .where(sql`(${f.member} = ${p('member')} or ${f.account} = ${p('member')})`)
      .prepare('files_favourites_drop'),
    favouritesStray: db
      .delete(f)
      .where(
        sql`not exists (select 1 from ${n} as there where there.account = ${f.account} and there.id = ${f.node})`,
      )
      .prepare('files_favourites_stray'),
  };
}

function lockQueries({ db, d }: Context) {
  const l = filesTables[d.dialect].file_locks;
  return {
    locksOfOthers: db
      .select({ token: l.token, node: l.node, principal: l.principal, expires: l.expires })
      .from(l)
      .where(and(eq(l.account, p('account')), ne(l.principal, p('account'))))
      .orderBy(asc(l.token))
      .prepare('files_locks_of_others'),
    lockedByOthers: db
      .selectDistinct({ account: l.account })
      .from(l)
      .where(ne(l.principal, l.account))
      .prepare('files_locked_by_others'),
    lockShorten: db
      .update(l)
      .set({ expires: bound('expires') })
      .where(and(eq(l.account, p('account')), eq(l.token, p('token')), gt(l.expires, p('expires'))))
      .prepare('files_lock_shorten'),
    locksEnd: db
      .delete(l)
      .where(and(eq(l.account, p('account')), d.inTexts(l.token, 'tokens')))
      .prepare('files_locks_end'),
  };
}

export function sharingQueries(context: Context) {
  return {
    ...lockQueries(context),
    ...shareQueries(context),
    ...linkQueries(context),
    ...markQueries(context),
    ...favouriteQueries(context),
  };
}

export type SharingQueries = ReturnType<typeof sharingQueries>;
