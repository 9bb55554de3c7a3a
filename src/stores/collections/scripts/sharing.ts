import { StoreError } from '../../../base/index.ts';
import { first, one, run, type Script, texts } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsQueries } from '../queries.ts';
import type {
  CollectionChange,
  Delegate,
  Details,
  Home,
  Publication,
  ShareRights,
  ShareState,
} from '../types.ts';
import { homeOf, type Shelf, shelfOf } from './shelf.ts';

export interface ShareRow {
  readonly account: number;
  readonly collection: number;
  readonly member: number;
  readonly address: string;
  readonly rights: ShareRights;
  readonly state: ShareState;
  readonly details: Details;
  readonly summary: string;
  readonly created: number;
}

/** What became of a share: whose it is, and in which home. */
export interface Shared<T> {
  readonly done: T;
  readonly home: Home;
  readonly members: readonly number[];
}

/** Rows of groups have none. */
export const membersOf = (rows: readonly { readonly member: number }[]): readonly number[] => [
  ...new Set(rows.map(({ member }) => member).filter((member) => member !== 0)),
];

const byRights: readonly ShareRights[] = ['busy', 'read', 'write'];
const byState: readonly ShareState[] = ['declined', 'invited', 'accepted'];

/**
 * What a member has of one collection: of what was given to them and to groups that they are in now, what is accepted goes
 * before what is not, more before less. A group's share is as the member answered it, else as the group has it.
 */
export function standing(
  rows: readonly ShareRow[],
  member: number,
  groups: readonly string[],
): ShareRow | null {
  const held = rows.flatMap((row) => {
    if (row.member === member && row.address === '') return [row];
    if (row.member !== 0 || !groups.includes(row.address)) return [];
    const answer = rows.find((other) => other.member === member && other.address === row.address);
    const own = answer ? { state: answer.state, details: answer.details } : { details: {} };
    return [{ ...row, ...own, member }];
  });
  const rank = (row: ShareRow) => byState.indexOf(row.state) * byRights.length + byRights.indexOf(row.rights);
  return held.reduce<ShareRow | null>((best, row) => (best && rank(best) >= rank(row) ? best : row), null);
}

/** What was given to a group that is no more, by whomever. */
export function* forgetGroup(q: CollectionsQueries, a: { address: string }): Script<void> {
  yield* run(q.sharesForgetGroup, a);
  yield* run(q.delegatesForgetGroup, a);
}

export function* sharesOf(q: CollectionsQueries, a: { account: number; collection: number }) {
  return yield* run(q.sharesOf, a);
}

export function* standingIn(
  q: CollectionsQueries,
  a: { account: number; collection: number; member: number; groups: readonly string[] },
): Script<ShareRow | null> {
  const { account, collection, member } = a;
  return standing(yield* run(q.sharesFor, { account, collection, member }), member, a.groups);
}

export function* received(
  q: CollectionsQueries,
  a: { member: number; groups: readonly string[]; home: Shelf['home'] },
): Script<readonly { collection: Shelf; share: ShareRow }[]> {
  const own = yield* run(q.sharesToMember, { member: a.member });
  const ofGroups = a.groups.length === 0 ? [] : yield* run(q.sharesToGroups, { addresses: texts(a.groups) });
  const byCollection = new Map<string, ShareRow[]>();
  for (const row of [...own, ...ofGroups] as ShareRow[]) {
    if (row.account === a.member) continue;
    const key = `${row.account} ${row.collection}`;
    byCollection.set(key, [...(byCollection.get(key) ?? []), row]);
  }
  const found: { collection: Shelf; share: ShareRow }[] = [];
  for (const rows of byCollection.values()) {
    const share = standing(rows, a.member, a.groups);
    if (!share) continue;
    const { account, collection } = share;
    const shelf = (yield* run(q.collectionFind, { account, collection }))[0];
    if (shelf?.home === a.home) found.push({ collection: shelf, share });
  }
  return found.sort(
    (x, y) =>
      x.share.created - y.share.created ||
      x.collection.account - y.collection.account ||
      x.collection.id - y.collection.id,
  );
}

export interface Receiver {
  readonly member: number;
  readonly address: string;
}

export interface GiveArgs extends Receiver {
  readonly account: number;
  readonly collection: number;
  readonly rights: ShareRights;
  readonly summary: string;
  readonly accepted: boolean;
  readonly now: number;
}

function checkReceiver({ account, member, address }: Receiver & { readonly account: number }): void {
  if ((member === 0) === (address === ''))
    throw new StoreError('invalid', 'a receiver is a member or a group');
  if (member === account) throw new StoreError('invalid', 'this is theirs already');
}

export function* give(q: CollectionsQueries, a: GiveArgs): Script<Shared<ShareRow>> {
  const { account, collection, member, address, rights, summary } = a;
  const shelf = yield* shelfOf(q, account, collection);
  if (shelf.kind === 'inbox') throw new StoreError('denied', 'the inbox is not shared');
  checkReceiver(a);
  if (Buffer.byteLength(summary) > limits.summaryBytesMax)
    throw new StoreError('limit', `what is said of a share has at most ${limits.summaryBytesMax} bytes`);
  const rows: readonly ShareRow[] = yield* run(q.sharesFor, { account, collection, member });
  const same = rows.find((row) => row.member === member && row.address === address);
  const { count } = one(yield* run(q.shareCount, { account, collection }));
  if (!same && count >= limits.sharesPerCollectionMax)
    throw new StoreError('limit', `a collection has at most ${limits.sharesPerCollectionMax} receivers`);
  // Who declined is asked again.
  const asked = same && same.state !== 'declined' ? same.state : 'invited';
  const state = a.accepted ? 'accepted' : asked;
  const { details, created } = same ?? { details: {}, created: a.now };
  const row = { account, collection, member, address, rights, state, details, summary, created };
  const done = one(yield* run(q.shareSet, row));
  return { done, home: homeOf(shelf), members: membersOf([row]) };
}

export function* takeBack(
  q: CollectionsQueries,
  a: Receiver & { account: number; collection: number },
): Script<Shared<boolean> | null> {
  const shelf = first(yield* run(q.collectionFind, { ...a }));
  const isGroup = a.member === 0;
  const rows = yield* run(isGroup ? q.sharesDropGroup : q.shareDrop, { ...a });
  return shelf ? { done: rows.length > 0, home: homeOf(shelf), members: membersOf(rows) } : null;
}

export interface AnswerArgs {
  readonly account: number;
  readonly collection: number;
  readonly member: number;
  readonly groups: readonly string[];
  readonly state: ShareState | null;
  readonly details: CollectionChange['details'] | null;
  readonly now: number;
}

/** Said of the collection, however many shares the member has it by. */
export function* answer(q: CollectionsQueries, a: AnswerArgs): Script<Shared<ShareRow>> {
  const { account, collection, member, groups } = a;
  const shelf = yield* shelfOf(q, account, collection);
  const rows: readonly ShareRow[] = yield* run(q.sharesFor, { account, collection, member });
  const before = standing(rows, member, groups);
  if (!before) throw new StoreError('not-found', 'nothing is shared by that name');
  const details = Object.fromEntries(
    Object.entries({ ...before.details, ...a.details }).filter(([, value]) => value !== undefined),
  ) as Details;
  if (Buffer.byteLength(JSON.stringify(details)) > limits.detailsBytesMax)
    throw new StoreError('limit', `what is said of a collection has at most ${limits.detailsBytesMax} bytes`);
  for (const row of rows) {
    const isGroup = row.member === 0 && groups.includes(row.address);
    const isOwn = row.member === member && row.address === '';
    if (!isGroup && !isOwn) continue;
    const known = standing([row, ...rows.filter((other) => other.member === member)], member, [row.address]);
    const state = a.state ?? known?.state ?? row.state;
    yield* run(q.shareSet, { ...row, member, state, details, created: isOwn ? row.created : a.now });
  }
  const after: readonly ShareRow[] = yield* run(q.sharesFor, { account, collection, member });
  return { done: standing(after, member, groups) ?? before, home: homeOf(shelf), members: [member] };
}

export function* delegates(q: CollectionsQueries, a: { account: number }) {
  return yield* run(q.delegatesOf, a);
}

export function* setDelegates(
  q: CollectionsQueries,
  a: { account: number; rights: Delegate['rights']; to: readonly Receiver[] },
): Script<void> {
  const { account, rights, to } = a;
  if (to.length > limits.delegatesPerAccountMax)
    throw new StoreError('limit', `an account has at most ${limits.delegatesPerAccountMax} delegates`);
  for (const receiver of to) checkReceiver({ ...receiver, account });
  yield* run(q.delegatesDrop, { account, rights });
  for (const { member, address } of to) yield* run(q.delegateAdd, { account, rights, member, address });
}

export function* delegatedTo(q: CollectionsQueries, a: { member: number; groups: readonly string[] }) {
  const own = yield* run(q.delegatedToMember, { member: a.member });
  if (a.groups.length === 0) return own;
  const ofGroups = yield* run(q.delegatedToGroups, { addresses: texts(a.groups) });
  return [...own, ...ofGroups.filter(({ account }) => account !== a.member)];
}

export function* publish(
  q: CollectionsQueries,
  a: { account: number; collection: number; rights: Publication['rights']; token: string; now: number },
) {
  const shelf = yield* shelfOf(q, a.account, a.collection);
  if (shelf.kind === 'inbox') throw new StoreError('denied', 'the inbox is not published');
  return one(yield* run(q.publicationSet, { ...a }));
}

export function* unpublish(
  q: CollectionsQueries,
  a: { account: number; collection: number },
): Script<boolean> {
  return (yield* run(q.publicationDrop, a)).length > 0;
}

export function* publication(q: CollectionsQueries, a: { token: string }) {
  return (yield* run(q.publicationFind, a))[0] ?? null;
}

export function* publicationOf(q: CollectionsQueries, a: { account: number; collection: number }) {
  return (yield* run(q.publicationOf, a))[0] ?? null;
}
