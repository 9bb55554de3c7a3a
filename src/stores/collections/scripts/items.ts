import { StoreError } from '../../../base/index.ts';
import { dropBlobs, numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsQueries } from '../queries.ts';
import type { Component, Expected, NewAttachment, NewItem, NewJob } from '../types.ts';
import { tendAttachments } from './attachments.ts';
import { addJobs } from './jobs.ts';
import { dropProperties } from './properties.ts';
import { type Done, type Entry, type Growth, growthOf, missing, type Shelf, type Write } from './shelf.ts';

/** What is to be kept, as a row keeps it. */
export interface Wish {
  readonly name: string;
  readonly bytes: Buffer;
  readonly hash: string;
  readonly uid: string;
  readonly component: Component;
  readonly first: number;
  readonly last: number;
  readonly digest: string;
  readonly tag: NewItem['scheduleTag'];
  readonly attachments: readonly string[] | null;
}

export interface Rules {
  readonly expected?: Expected;
  readonly uniqueInHome?: boolean;
}

export interface WriteOptions extends Rules {
  readonly jobs?: readonly NewJob[];
  readonly brought?: readonly NewAttachment[];
}

/** StoreError 'conflict' where a name does not hold what was seen there. */
export function checkExpected(existing: Entry | undefined, expected: Expected = {}): void {
  const { hash, scheduleTag } = expected;
  const changed = () => new StoreError('conflict', 'it is not as it was');
  if (hash === null && existing) throw new StoreError('conflict', 'something is there already');
  if (typeof hash === 'string' && existing?.hash !== hash) throw changed();
  if (scheduleTag !== undefined && existing?.scheduleTag !== scheduleTag) throw changed();
}

/** StoreError 'exists' where another item than `except` has the UID in that collection, or in its home. */
export function* demandFreeUid(
  q: CollectionsQueries,
  shelf: Shelf,
  a: { readonly uid: string; readonly except: readonly number[]; readonly uniqueInHome: boolean },
): Script<void> {
  // RFC 6638 §2.2: messages in an inbox may be about the same object.
  if (shelf.kind === 'inbox') return;
  for (const { item, home, kind, details } of yield* run(q.itemsOfUid, {
    account: shelf.account,
    uid: a.uid,
  })) {
    if (a.except.includes(item.id)) continue;
    const isHere = item.collection === shelf.id;
    // What is read from elsewhere, and what is news, is no copy of the member's own.
    const isOwn = home === shelf.home && kind !== 'inbox' && details.source === undefined;
    if (isHere || (a.uniqueInHome && isOwn))
      throw new StoreError('exists', 'another item has that UID', {
        name: item.name,
        collection: item.collection,
      });
  }
}

/** What stands under the name, once it is clear that the wish may be granted. */
export function* judge(growth: Growth, wish: Wish, rules: Rules): Script<Entry | undefined> {
  const { q, shelf } = growth;
  const here = { account: shelf.account, collection: shelf.id, name: wish.name };
  const existing = (yield* run(q.itemNamed, here))[0];
  checkExpected(existing, rules.expected);
  const except = existing ? [existing.id] : [];
  const uniqueInHome = rules.uniqueInHome ?? false;
  yield* demandFreeUid(q, shelf, { uid: wish.uid, except, uniqueInHome });
  if (!existing && growth.items >= limits.itemsPerCollectionMax)
    throw new StoreError('limit', `a collection holds at most ${limits.itemsPerCollectionMax} items`);
  growth.demandRoom(wish.bytes.length - (existing?.size ?? 0));
  return existing;
}

const tagOf = (wish: Wish, existing: Entry | undefined, modseq: number): string => {
  if (wish.tag === 'none') return '';
  const known = existing?.scheduleTag ?? '';
  return wish.tag === 'keep' && known !== '' ? known : String(modseq);
};

/** Keeps what was judged; answers the row as it is then. The same bytes change nothing that anybody is told. */
export function* place(
  growth: Growth,
  wish: Wish,
  existing: Entry | undefined,
  brought: readonly NewAttachment[] = [],
): Script<Entry> {
  const { q, shelf, write } = growth;
  const { account } = write;
  const { name, bytes, tag: _, attachments, ...made } = wish;
  if (existing?.hash === wish.hash) {
    const row = { ...existing, ...made };
    const isSame =
      existing.uid === row.uid &&
      existing.component === row.component &&
      existing.first === row.first &&
      existing.last === row.last &&
      existing.digest === row.digest;
    if (!isSame) yield* run(q.itemSet, { ...row, item: row.id });
    return row;
  }
  const modseq = yield* growth.modseq();
  const row: Entry = {
    account,
    collection: shelf.id,
    name,
    ...made,
    id: existing?.id ?? growth.id(),
    size: bytes.length,
    scheduleTag: tagOf(wish, existing, modseq),
    created: existing?.created ?? write.now,
    modified: write.now,
    modseq,
  };
  if (existing) yield* run(q.itemSet, { ...row, item: row.id });
  else {
    yield* run(q.itemAdd, { ...row });
    yield* run(q.goneDrop, { account, collection: shelf.id, name });
  }
  yield* run(q.bytesSet, { account, item: row.id, bytes });
  growth.grow({ items: existing ? 0 : 1, bytes: bytes.length - (existing?.size ?? 0) });
  // What is new and names nothing has nothing.
  if (attachments !== null && (existing || attachments.length > 0))
    yield* tendAttachments(growth, row.id, attachments, brought);
  return row;
}

export interface PutArgs extends Write, WriteOptions {
  readonly collection: number;
  readonly wish: Wish;
  readonly beside?: { readonly collection: number; readonly wish: Wish } | undefined;
  readonly unmovedSince?: number;
}

export function* put(q: CollectionsQueries, a: PutArgs): Script<Done<{ item: Entry; created: boolean }>> {
  const growth = yield* growthOf(q, a, a.collection);
  const existing = yield* judge(growth, a.wish, a);
  if (a.unmovedSince !== undefined) yield* demandUnmoved(growth, a.unmovedSince);
  const item = yield* place(growth, a.wish, existing, a.brought);
  yield* growth.end();
  const moved = growth.moved ? [a.collection] : [];
  if (a.beside !== undefined) {
    // After the end of the other: both take their ids from one counter.
    const { collection, wish } = a.beside;
    const also = yield* growthOf(q, a, collection);
    yield* place(also, wish, yield* judge(also, wish, {}));
    yield* also.end();
    if (also.moved) moved.push(collection);
  }
  yield* addJobs(q, a, a.jobs);
  return { done: { item, created: !existing }, moved };
}

/** StoreError 'conflict' where a decision rests on what is not so any more. */
function* demandUnmoved({ q, shelf }: Growth, since: number): Script<void> {
  const { account, home } = shelf;
  for (const { kind, modseq } of yield* run(q.collectionsIn, { account, home }))
    if (kind !== 'inbox' && modseq > since)
      throw new StoreError('conflict', 'something else came into the home meanwhile');
}

export type Outcome = { readonly created: boolean } | { readonly refused: string };

/** Each as `put` would; what cannot be is told and the others are kept. */
export function* putMany(
  q: CollectionsQueries,
  a: Write & { collection: number; wishes: readonly Wish[] },
): Script<Done<readonly Outcome[]>> {
  const growth = yield* growthOf(q, a, a.collection);
  const outcomes: Outcome[] = [];
  growth.foresee(a.wishes.length);
  for (const wish of a.wishes) {
    try {
      const existing = yield* judge(growth, wish, {});
      yield* place(growth, wish, existing);
      outcomes.push({ created: !existing });
    } catch (error) {
      if (!(error instanceof StoreError) || error.reason === 'corrupt') throw error;
      outcomes.push({ refused: error.message });
    }
  }
  yield* growth.end();
  return { done: outcomes, moved: growth.moved ? [a.collection] : [] };
}

/** What hangs on items goes with them; answers the bytes of attachments and of properties that went. */
export function* dropItems(
  q: CollectionsQueries,
  a: { readonly account: number; readonly now: number },
  items: readonly number[],
): Script<{ attachments: number; properties: number }> {
  const { account } = a;
  const ids = numbers(items);
  yield* run(q.itemsDrop, { account, ids });
  yield* run(q.bytesDrop, { account, ids });
  const attachments = yield* run(q.attachmentsDrop, { account, ids });
  yield* dropBlobs(
    q,
    attachments.map(({ hash }) => hash),
    a.now,
  );
  return {
    attachments: attachments.reduce((sum, { size }) => sum + size, 0),
    properties: yield* dropProperties(q, account, items),
  };
}

/** Takes an item out of a collection that is being written to. */
export function* takeOut(growth: Growth, item: Entry): Script<void> {
  const { q, write } = growth;
  const { attachments, properties } = yield* dropItems(q, write, [item.id]);
  growth.grow({ items: -1, bytes: -item.size, properties: -properties });
  growth.growBeside(-attachments);
}

export function* remove(
  q: CollectionsQueries,
  a: Write & WriteOptions & { collection: number; name: string },
): Script<Done<null>> {
  const { account, collection, name, now } = a;
  const growth = yield* growthOf(q, a, collection);
  const existing = (yield* run(q.itemNamed, { account, collection, name }))[0];
  if (!existing) throw missing();
  checkExpected(existing, a.expected);
  const modseq = yield* growth.modseq();
  yield* takeOut(growth, existing);
  yield* run(q.goneAdd, { account, collection, name, modseq, now });
  yield* growth.end();
  yield* addJobs(q, a, a.jobs);
  return { done: null, moved: [collection] };
}
