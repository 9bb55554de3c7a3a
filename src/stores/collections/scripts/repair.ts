import { nextModseq, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsQueries } from '../queries.ts';
import { dropStrays, lacksInbox, nextAccount, stateOf, wrongShelves } from './checks.ts';
import { inboxName } from './collections.ts';
import { nothing } from './shelf.ts';

/** Items that lost their collection get one of the same id, where they can be had back. */
function* shelveLost(q: CollectionsQueries, account: number, now: number): Script<string[]> {
  const mended: string[] = [];
  for (const { node: id } of yield* run(q.strayItems, { account })) {
    const component = (yield* run(q.componentIn, { account, collection: id }))[0]?.component;
    const isCard = component === 'VCARD';
    const place = isCard
      ? { home: 'contacts', kind: 'addressbook' }
      : { home: 'calendars', kind: 'calendar' };
    const modseq = yield* nextModseq(q, account);
    const row = { account, id, ...place, name: `recovered-${id}`, details: {}, modseq, now };
    yield* run(q.collectionAdd, row);
    mended.push(`collection ${id}: made again for its items`);
  }
  return mended;
}

function* mendInbox(q: CollectionsQueries, account: number, now: number): Script<string[]> {
  const state = yield* stateOf(q, account);
  if (!lacksInbox(state)) return [];
  const isTaken = state.shelves.some(({ home, name }) => home === 'calendars' && name === inboxName);
  const id = Math.max(state.row?.nextId ?? 0, state.lastId + 1);
  const name = isTaken ? `${inboxName}-${id}` : inboxName;
  const modseq = yield* nextModseq(q, account);
  yield* run(q.collectionAdd, {
    account,
    id,
    home: 'calendars',
    kind: 'inbox',
    name,
    details: {},
    modseq,
    now,
  });
  return ['its inbox made again'];
}

function* mendCounts(q: CollectionsQueries, account: number): Script<string[]> {
  const state = yield* stateOf(q, account);
  const mended: string[] = [];
  const wrong = [...wrongShelves(state)];
  if (wrong.length > 0) {
    const highest = Math.max(...wrong.map(({ shelf, counted }) => Math.max(shelf.modseq, counted.modseq)));
    const modseq = yield* nextModseq(q, account, Math.max(1, highest + 1 - state.counter));
    for (const { shelf, counted } of wrong) {
      const { items, bytes } = counted;
      yield* run(q.collectionMend, { account, collection: shelf.id, items, bytes, modseq });
      mended.push(`collection ${shelf.id}: counted again`);
    }
  }
  const { row, lastId, bytes, properties, doomed } = state;
  const isRight =
    row === null ||
    (row.nextId > lastId && row.bytes === bytes && row.properties === properties && row.doomed === doomed);
  if (isRight) return mended;
  const nextId = Math.max(row.nextId, lastId + 1);
  yield* run(q.accountMend, { account, nextId, bytes, properties, doomed });
  mended.push('what is kept counted again');
  return mended;
}

/**
 * One account: counters are worked out again, what hangs on nothing goes, items that lost their collection get one. Items
 * whose bytes are harmed stay as they are: to remove them would make clients remove what they still have.
 */
export function* repair(
  q: CollectionsQueries,
  a: { after: number; now: number },
): Script<{ next: number | null; faults: string[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, faults: [] };
  const mended: string[] = [];
  const before = yield* stateOf(q, account);
  if (before.row === null && before.lastId > 0) {
    // Nobody knows any more which ids and tokens were given out: none of them may come true again.
    yield* run(q.accountMake, { account });
    yield* run(q.accountGrow, { account, ...nothing, ids: before.lastId + limits.restoreIdsCount });
    yield* run(q.accountForgetUpTo, { account, modseq: before.counter + 1 });
    mended.push('its row made again');
  }
  mended.push(...(yield* shelveLost(q, account, a.now)), ...(yield* mendInbox(q, account, a.now)));
  mended.push(...(yield* dropStrays(q, account)), ...(yield* mendCounts(q, account)));
  return { next: account, faults: mended.map((line) => `collections of account ${account}: ${line}`) };
}

/**
 * Between the backup and its restore ids and sync tokens may have been given out that clients remember: they must not come
 * true again for something else. Tokens from before the backup stay good; ETags are hashes and stay what they are.
 */
export function* restored(
  q: CollectionsQueries,
  a: { after: number; nowSeconds: number },
): Script<{ next: number | null }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null };
  const row = (yield* run(q.accountFind, { account }))[0];
  if (!row) return { next: account };
  const shelves = yield* run(q.collectionsOf, { account });
  const lostTo = yield* nextModseq(q, account);
  yield* run(q.accountRestored, {
    account,
    nextId: row.nextId + limits.restoreIdsCount,
    // One stretch is remembered: of an earlier one nothing is good any more.
    horizon: Math.max(row.horizon, row.lostTo),
    lostFrom: Math.max(0, ...shelves.map(({ modseq }) => modseq)),
    lostTo,
  });
  return { next: account };
}
