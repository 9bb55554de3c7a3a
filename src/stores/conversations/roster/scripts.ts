import { StoreError } from '../../../base/index.ts';
import { first, nextModseq, one, run, type Script } from '../../../storage/index.ts';
import { limits } from './limits.ts';
import type { RosterQueries } from './queries.ts';
import {
  type ArchivePreferences,
  type Contact,
  type ContactChange,
  type LastSeen,
  type NoticeKind,
  noticeKinds,
  type PrivateName,
} from './types.ts';

/** A contact as its row is. */
type Row = Omit<Contact, 'request'> & { readonly request: string; readonly removed: boolean };

const shown = ({ removed: _, request, ...row }: Row): Contact => ({
  ...row,
  request: request === '' ? null : request,
});

interface Loaded {
  readonly contacts: readonly Contact[];
  readonly verFloor: number;
  readonly blocked: readonly string[];
  readonly preferences: ArchivePreferences | null;
  readonly last: LastSeen | null;
}

export function* load(q: RosterQueries, a: { account: number }): Script<Loaded> {
  const contacts = (yield* run(q.contacts, a)).map(shown);
  const home = first(yield* run(q.home, a));
  const blocked = (yield* run(q.blocked, a)).map(({ jid }) => jid);
  const { verFloor = 0, preferences = null, lastAt = 0, lastStatus: status = '' } = home ?? {};
  return { contacts, verFloor, blocked, preferences, last: lastAt === 0 ? null : { atMs: lastAt, status } };
}

interface Change {
  readonly account: number;
  readonly contact: string;
  readonly ver: number;
  readonly change: ContactChange;
  readonly contactsMax: number;
  readonly requestsMax: number;
  readonly removedMax: number;
}

const nobody = {
  ...{ listed: false, name: '', groups: [], subscription: 'none' as const },
  ...{ ask: false, pendingIn: false, approved: false, request: null },
};

const isNothing = ({ listed, subscription, ask, pendingIn, approved }: Omit<Contact, 'contact' | 'ver'>) =>
  !listed && subscription === 'none' && !ask && !pendingIn && !approved;

export function* change(q: RosterQueries, a: Change): Script<Contact> {
  const { account, contact } = a;
  // First: on PostgreSQL the counter's row is the lock of the account.
  const ver = yield* nextModseq(q, account);
  const row = first(yield* run(q.contact, { account, contact }));
  const before = row && shown(row);
  if ((before?.ver ?? 0) !== a.ver) throw new StoreError('conflict', 'the contact was changed meanwhile');
  const next = { ...nobody, ...before, ...a.change, contact, ver };
  const isGone = isNothing(next);
  const wasListed = row !== undefined && (row.listed || row.removed);
  if (isGone && !wasListed) {
    yield* run(q.contactDrop, { account, contact });
    return { ...nobody, contact, ver: 0 };
  }
  if (!isGone && (row === undefined || row.removed || row.listed !== next.listed))
    yield* demandRoom(q, a, next.listed);
  // Who is gone and was seen by clients is remembered, so that they are told.
  const removed = !next.listed && wasListed && isGone;
  const put = { ...next, ...(isGone ? nobody : {}), request: next.request ?? '', removed, account };
  const kept = one(yield* run(q.contactPut, put));
  if (removed) yield* forgetRemoved(q, account, a.removedMax);
  return shown(kept);
}

/** Answers whether there was anything between them. */
export function* estrange(
  q: RosterQueries,
  a: { account: number; contact: string; removedMax: number },
): Script<boolean> {
  const row = first(yield* run(q.contact, a));
  if (row === undefined) return false;
  const { subscription, ask, pendingIn, approved, ver } = row;
  if (subscription === 'none' && !ask && !pendingIn && !approved) return false;
  const strangers = {
    subscription: 'none',
    ask: false,
    pendingIn: false,
    approved: false,
    request: null,
  } as const;
  // It may only become less: neither limit is met.
  yield* change(q, { ...a, ver, change: strangers, contactsMax: Infinity, requestsMax: Infinity });
  return true;
}

function* demandRoom(q: RosterQueries, a: Change, listed: boolean): Script<void> {
  const { account, contactsMax, requestsMax } = a;
  const requests = Number(one(yield* run(q.requestsCount, { account })).rows);
  if (!listed) {
    if (requests >= requestsMax)
      throw new StoreError('limit', `at most ${requestsMax} requests wait for an answer`);
    return;
  }
  const all = Number(one(yield* run(q.contactsCount, { account })).rows);
  if (all - requests >= contactsMax)
    throw new StoreError('limit', `a list has at most ${contactsMax} contacts`);
}

function* forgetRemoved(q: RosterQueries, account: number, max: number): Script<void> {
  const over = Number(one(yield* run(q.removedCount, { account })).rows) - max;
  if (over <= 0) return;
  const verFloor = (yield* run(q.removedOver, { account, over })).at(-1)?.ver ?? 0;
  yield* run(q.removedDrop, { account, ver: verFloor });
  yield* run(q.floorPut, { account, verFloor });
}

export function* block(
  q: RosterQueries,
  a: { account: number; add: readonly string[]; remove: readonly string[] | 'all'; max: number },
): Script<void> {
  const { account } = a;
  yield* nextModseq(q, account);
  if (a.remove === 'all') yield* run(q.blockedErase, { account });
  else for (const jid of a.remove) yield* run(q.blockedDrop, { account, jid });
  for (const jid of a.add) yield* run(q.blockedAdd, { account, jid });
  if (a.add.length > 0 && Number(one(yield* run(q.blockedCount, { account })).rows) > a.max)
    throw new StoreError('limit', `at most ${a.max} addresses are blocked`);
}

export function* setPreferences(
  q: RosterQueries,
  { account, preferences }: { account: number; preferences: ArchivePreferences },
): Script<void> {
  yield* nextModseq(q, account);
  yield* run(q.preferencesPut, { account, preferences });
}

export function* setLast(
  q: RosterQueries,
  { account, last }: { account: number; last: LastSeen },
): Script<void> {
  yield* run(q.lastPut, { account, lastAt: last.atMs, lastStatus: last.status });
}

export function* setNotices(
  q: RosterQueries,
  { account, wanted }: { account: number; wanted: readonly NoticeKind[] },
): Script<void> {
  yield* nextModseq(q, account);
  yield* run(q.noticesPut, { account, notices: wanted.join(' ') });
}

/** What a later version may have written beside is nothing here. */
export function* notices(q: RosterQueries, a: { account: number }): Script<NoticeKind[]> {
  const words = first(yield* run(q.notices, a))?.notices.split(' ') ?? [];
  return noticeKinds.filter((kind) => words.includes(kind));
}

interface Private {
  readonly account: number;
  readonly xml: string;
  readonly max: number;
  readonly charsMax: number;
}

export function* setPrivate(
  q: RosterQueries,
  { account, xml, max, charsMax, ...name }: PrivateName & Private,
): Script<void> {
  yield* nextModseq(q, account);
  yield* run(q.privatePut, { account, ...name, xml });
  const { rows, chars } = one(yield* run(q.privateCount, { account }));
  if (Number(rows) > max) throw new StoreError('limit', `at most ${max} elements are kept for a member`);
  if (Number(chars) > charsMax)
    throw new StoreError('limit', `at most ${charsMax} characters are kept for a member`);
}

/** What clients remember of the time since the backup is not said of anything else: everybody reads the whole list again. */
export function* restored(
  q: RosterQueries,
  a: { after: number; nowSeconds: number },
): Script<{ next: number | null }> {
  const rows = yield* run(q.accountsAfter, { after: a.after });
  for (const { account } of rows)
    yield* run(q.floorPut, { account, verFloor: yield* nextModseq(q, account) });
  return { next: rows.length < limits.stepRows ? null : (rows.at(-1)?.account ?? null) };
}

export function* erase(q: RosterQueries, a: { account: number }): Script<void> {
  yield* run(q.contactsErase, a);
  yield* run(q.homeErase, a);
  yield* run(q.blockedErase, a);
  yield* run(q.privateErase, a);
}
