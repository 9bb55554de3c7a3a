import { and, asc, changeQueries, eq, gt, lte, type QueryContext, sql } from '../../../storage/index.ts';
import { limits } from './limits.ts';
import type { RosterTables } from './tables.ts';

type Context = QueryContext<RosterTables>;

const p = sql.placeholder;
// Insert and update take a placeholder for any type of column; its own type says text.
const bound = (name: string) => p(name) as never;

function contactQueries({ db, t }: Context) {
  const c = t.conversation_contacts;
  const row = {
    contact: c.contact,
    listed: c.listed,
    removed: c.removed,
    name: c.name,
    groups: c.groups,
    subscription: c.subscription,
    ask: c.ask,
    pendingIn: c.pendingIn,
    approved: c.approved,
    request: c.request,
    ver: c.ver,
  };
  const isContact = and(eq(c.account, p('account')), eq(c.contact, p('contact')));
  const ofAccount = eq(c.account, p('account'));
  const values = {
    listed: bound('listed'),
    removed: bound('removed'),
    name: bound('name'),
    groups: bound('groups'),
    subscription: bound('subscription'),
    ask: bound('ask'),
    pendingIn: bound('pendingIn'),
    approved: bound('approved'),
    request: bound('request'),
    ver: bound('ver'),
  };
  return {
    contacts: db.select(row).from(c).where(ofAccount).prepare('contact_all'),
    contact: db.select(row).from(c).where(isContact).prepare('contact_find'),
    contactPut: db
      .insert(c)
      .values({ account: bound('account'), contact: p('contact'), ...values })
      .onConflictDoUpdate({ target: [c.account, c.contact], set: values })
      .returning(row)
      .prepare('contact_put'),
    contactDrop: db.delete(c).where(isContact).prepare('contact_drop'),
    contactsCount: db
      .select({ rows: sql<number>`count(*)` })
      .from(c)
      .where(and(ofAccount, eq(c.removed, false)))
      .prepare('contact_count'),
    removedCount: db
      .select({ rows: sql<number>`count(*)` })
      .from(c)
      .where(and(ofAccount, eq(c.removed, true)))
      .prepare('contact_removed_count'),
    /** Who has asked and is no contact. */
    requestsCount: db
      .select({ rows: sql<number>`count(*)` })
      .from(c)
      .where(and(ofAccount, eq(c.removed, false), eq(c.listed, false)))
      .prepare('contact_requests_count'),
    accountsAfter: db
      .selectDistinct({ account: c.account })
      .from(c)
      .where(gt(c.account, p('after')))
      .orderBy(asc(c.account))
      .limit(limits.stepRows)
      .prepare('contact_accounts_after'),
    /** The newest of those that are too many. */
    removedOver: db
      .select({ ver: c.ver })
      .from(c)
      .where(and(ofAccount, eq(c.removed, true)))
      .orderBy(asc(c.ver))
      .limit(bound('over'))
      .prepare('contact_removed_over'),
    removedDrop: db
      .delete(c)
      .where(and(ofAccount, eq(c.removed, true), lte(c.ver, p('ver'))))
      .prepare('contact_removed_drop'),
    holders: db
      .select({ account: c.account })
      .from(c)
      .where(and(eq(c.contact, p('contact')), gt(c.account, p('after')), eq(c.removed, false)))
      .orderBy(asc(c.account))
      .limit(limits.stepRows)
      .prepare('contact_holders'),
    contactsErase: db.delete(c).where(ofAccount).prepare('contact_erase'),
  };
}

function homeQueries({ db, t }: Context) {
  const h = t.conversation_homes;
  const b = t.conversation_blocked;
  const ofAccount = eq(h.account, p('account'));
  const none = { verFloor: 0, lastAt: 0, lastStatus: '', notices: '' };
  const put = (values: Partial<Record<keyof typeof none | 'preferences', never>>, name: string) =>
    db
      .insert(h)
      .values({ account: bound('account'), ...none, ...values })
      .onConflictDoUpdate({ target: h.account, set: values })
      .prepare(name);
  return {
    home: db
      .select({
        verFloor: h.verFloor,
        preferences: h.preferences,
        lastAt: h.lastAt,
        lastStatus: h.lastStatus,
      })
      .from(h)
      .where(ofAccount)
      .prepare('home_find'),
    floorPut: put({ verFloor: bound('verFloor') }, 'home_floor'),
    preferencesPut: put({ preferences: bound('preferences') }, 'home_preferences'),
    lastPut: put({ lastAt: bound('lastAt'), lastStatus: bound('lastStatus') }, 'home_last'),
    noticesPut: put({ notices: bound('notices') }, 'home_notices'),
    notices: db.select({ notices: h.notices }).from(h).where(ofAccount).prepare('home_notices_of'),
    homeErase: db.delete(h).where(ofAccount).prepare('home_erase'),
    blocked: db
      .select({ jid: b.jid })
      .from(b)
      .where(eq(b.account, p('account')))
      .prepare('blocked_all'),
    blockedAdd: db
      .insert(b)
      .values({ account: bound('account'), jid: p('jid') })
      .onConflictDoNothing()
      .prepare('blocked_add'),
    blockedCount: db
      .select({ rows: sql<number>`count(*)` })
      .from(b)
      .where(eq(b.account, p('account')))
      .prepare('blocked_count'),
    blockedDrop: db
      .delete(b)
      .where(and(eq(b.account, p('account')), eq(b.jid, p('jid'))))
      .prepare('blocked_drop'),
    blockedErase: db
      .delete(b)
      .where(eq(b.account, p('account')))
      .prepare('blocked_erase'),
  };
}

function privateQueries({ db, t }: Context) {
  const x = t.conversation_private;
  const ofAccount = eq(x.account, p('account'));
  const isElement = and(ofAccount, eq(x.ns, p('ns')), eq(x.name, p('name')));
  return {
    private: db.select({ xml: x.xml }).from(x).where(isElement).prepare('private_find'),
    privateAll: db
      .select({ ns: x.ns, name: x.name, xml: x.xml })
      .from(x)
      .where(ofAccount)
      .orderBy(asc(x.ns), asc(x.name))
      .prepare('private_all'),
    privatePut: db
      .insert(x)
      .values({ account: bound('account'), ns: p('ns'), name: p('name'), xml: p('xml') })
      .onConflictDoUpdate({ target: [x.account, x.ns, x.name], set: { xml: bound('xml') } })
      .prepare('private_put'),
    privateCount: db
      .select({ rows: sql<number>`count(*)`, chars: sql<number>`coalesce(sum(length(${x.xml})), 0)` })
      .from(x)
      .where(ofAccount)
      .prepare('private_count'),
    privateErase: db.delete(x).where(ofAccount).prepare('private_erase'),
  };
}

export const rosterQueries = (context: Context) => ({
  ...changeQueries(context as never),
  ...contactQueries(context),
  ...homeQueries(context),
  ...privateQueries(context),
});

export type RosterQueries = ReturnType<typeof rosterQueries>;
