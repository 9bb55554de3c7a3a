import { createHash } from 'node:crypto';
import { currentModseq, numbers, run, type Script, texts } from '../../../storage/index.ts';
import type { CollectionsQueries } from '../queries.ts';
import { doomedHome } from '../tables.ts';
import type { Shelf } from './shelf.ts';

/** What the rows of a collection say when they are counted. */
export interface Counted {
  items: number;
  bytes: number;
  modseq: number;
}

export interface State {
  readonly account: number;
  readonly row: {
    readonly nextId: number;
    readonly bytes: number;
    readonly properties: number;
    readonly doomed: number;
  } | null;
  readonly counter: number;
  readonly shelves: readonly Shelf[];
  readonly counted: ReadonlyMap<number, Counted>;
  /** What the account's row should say. */
  readonly lastId: number;
  readonly bytes: number;
  readonly properties: number;
  readonly doomed: number;
}

export function* nextAccount(q: CollectionsQueries, after: number): Script<number | null> {
  const walks = [
    q.accountsInAccounts,
    q.accountsInCollections,
    q.accountsInItems,
    q.accountsInBytes,
    q.accountsInGone,
    q.accountsInProperties,
    q.accountsInAttachments,
    q.accountsInShares,
  ];
  let lowest: number | null = null;
  for (const walk of walks) {
    const account = (yield* run(walk, { after }))[0]?.account ?? null;
    if (account !== null && (lowest === null || account < lowest)) lowest = account;
  }
  return lowest;
}

export function* stateOf(q: CollectionsQueries, account: number): Script<State> {
  const row = (yield* run(q.accountFind, { account }))[0] ?? null;
  const counter = yield* currentModseq(q, account);
  const shelves: readonly Shelf[] = yield* run(q.collectionsOf, { account });
  const counted = new Map<number, Counted>();
  let lastId = Math.max(0, ...shelves.map(({ id }) => id));
  for (const { collection, id, ...held } of yield* run(q.itemsHeld, { account })) {
    counted.set(collection, held);
    lastId = Math.max(lastId, id);
  }
  for (const { collection, modseq } of yield* run(q.goneHeld, { account })) {
    const own = counted.get(collection) ?? { items: 0, bytes: 0, modseq: 0 };
    counted.set(collection, { ...own, modseq: Math.max(own.modseq, modseq) });
  }
  const standing = shelves.filter(({ home }) => home !== doomedHome);
  const attachments = (yield* run(q.attachmentsHeld, { account }))[0]?.bytes ?? 0;
  const properties = (yield* run(q.propertiesHeld, { account }))[0]?.bytes ?? 0;
  return {
    account,
    row,
    counter,
    shelves,
    counted,
    lastId,
    bytes: standing.reduce((sum, { id }) => sum + (counted.get(id)?.bytes ?? 0), attachments),
    properties,
    doomed: shelves.length - standing.length,
  };
}

export interface WrongShelf {
  readonly shelf: Shelf;
  readonly counted: Counted;
  readonly faults: readonly string[];
}

export function* wrongShelves({ shelves, counted, counter }: State): Generator<WrongShelf> {
  for (const shelf of shelves) {
    if (shelf.home === doomedHome) continue;
    const own = counted.get(shelf.id) ?? { items: 0, bytes: 0, modseq: 0 };
    const faults: string[] = [];
    if (shelf.items !== own.items) faults.push(`items is ${shelf.items}, counted ${own.items}`);
    if (shelf.bytes !== own.bytes) faults.push(`bytes is ${shelf.bytes}, counted ${own.bytes}`);
    if (shelf.modseq < own.modseq) faults.push(`modseq is ${shelf.modseq}, in it is ${own.modseq}`);
    if (shelf.modseq > counter) faults.push(`modseq is ${shelf.modseq}, the account's counter ${counter}`);
    if (faults.length > 0) yield { shelf, counted: own, faults };
  }
}

export const lacksInbox = ({ shelves }: State): boolean =>
  shelves.some(({ kind, home }) => kind === 'calendar' && home !== doomedHome) &&
  !shelves.some(({ kind }) => kind === 'inbox');

function accountFaults(state: State): string[] {
  const { row, lastId, bytes, properties, doomed, shelves } = state;
  const faults: string[] = [];
  if (lacksInbox(state)) faults.push('has calendars and no inbox');
  if (row === null) {
    if (shelves.length > 0 || lastId > 0) faults.push('has collections but no row of its own');
    return faults;
  }
  if (row.nextId <= lastId) faults.push(`would hand out id ${row.nextId} again (${lastId} is taken)`);
  if (row.bytes !== bytes) faults.push(`${row.bytes} bytes are kept, counted ${bytes}`);
  if (row.properties !== properties)
    faults.push(`properties take ${row.properties} bytes, counted ${properties}`);
  if (row.doomed !== doomed) faults.push(`${row.doomed} collections go for good, counted ${doomed}`);
  return faults;
}

export const strays = [
  { name: 'bytes', find: 'strayBytes' },
  { name: 'attachments', find: 'strayAttachments' },
  { name: 'properties', find: 'strayProperties' },
  { name: 'names that are gone', find: 'strayGone' },
  { name: 'shares', find: 'strayShares' },
  { name: 'a publication', find: 'strayPublications' },
  { name: 'items', find: 'strayItems' },
] as const;

/** Bytes that are not what is said of them: nothing brings them back but a client that still has them. */
function* harmed(q: CollectionsQueries, account: number): Script<string[]> {
  const faults: string[] = [];
  for (const { id } of yield* run(q.itemsBare, { account })) faults.push(`item ${id}: its bytes are missing`);
  for (let after = -1; ; ) {
    const page = yield* run(q.bytesAfter, { account, after });
    for (const { item, bytes, hash, size } of page) {
      const isSound = bytes.length === size && createHash('sha256').update(bytes).digest('hex') === hash;
      if (!isSound) faults.push(`item ${item}: its bytes are not what they were`);
    }
    const last = page.at(-1);
    if (!last) return faults;
    after = last.item;
  }
}

/** One account at a time: what is kept of it against what is there. No names in the lines. */
export function* check(
  q: CollectionsQueries,
  a: { after: number },
): Script<{ next: number | null; faults: string[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, faults: [] };
  const state = yield* stateOf(q, account);
  const faults = accountFaults(state);
  for (const { shelf, faults: wrong } of wrongShelves(state))
    faults.push(...wrong.map((fault) => `collection ${shelf.id}: ${fault}`));
  for (const { name, find } of strays) {
    for (const { node } of yield* run(q[find], { account }))
      faults.push(`node ${node}: is missing, though it has ${name}`);
  }
  for (const { collection } of yield* run(q.goneThere, { account }))
    faults.push(`collection ${collection}: a name is there and gone at once`);
  for (const { id } of yield* run(q.uidsTwice, { account }))
    faults.push(`item ${id}: another one in its collection has its UID`);
  faults.push(...(yield* harmed(q, account)));
  return { next: account, faults: faults.map((fault) => `collections of account ${account}: ${fault}`) };
}

export function* blobUses(
  q: CollectionsQueries,
  a: { after: number },
): Script<{ next: number | null; uses: { hash: string; uses: number }[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, uses: [] };
  return { next: account, uses: [...(yield* run(q.attachmentHashes, { account }))] };
}

/** Which attachments have one of these contents, as an operator is told. */
export function* blobOwners(
  q: CollectionsQueries,
  a: { after: number; hashes: readonly string[] },
): Script<{ next: number | null; owners: { hash: string; account: number; what: string }[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, owners: [] };
  const rows = yield* run(q.attachmentsNaming, { account, hashes: texts(a.hashes) });
  const owners = rows.map(({ hash, filename }) => ({ hash, account, what: `the attachment ${filename}` }));
  return { next: account, owners };
}

/** Removes what hangs on nothing, but for items: these are given a collection. */
export function* dropStrays(q: CollectionsQueries, account: number): Script<string[]> {
  const mended: string[] = [];
  for (const { name, find } of strays) {
    if (find === 'strayItems') continue;
    const nodes = (yield* run(q[find], { account })).map(({ node }) => node);
    if (nodes.length === 0) continue;
    const ids = numbers(nodes);
    if (find === 'strayBytes') yield* run(q.bytesDrop, { account, ids });
    // The counts of their contents are worked out after this.
    if (find === 'strayAttachments') yield* run(q.attachmentsDrop, { account, ids });
    if (find === 'strayProperties') yield* run(q.propertiesDrop, { account, ids });
    if (find === 'strayGone') yield* run(q.goneDropIn, { account, ids });
    for (const collection of nodes) {
      if (find === 'strayShares') yield* run(q.sharesDrop, { account, collection });
      if (find === 'strayPublications') yield* run(q.publicationDrop, { account, collection });
    }
    mended.push(...nodes.map((node) => `node ${node}: ${name} without it removed`));
  }
  for (const { collection, name } of yield* run(q.goneThere, { account })) {
    yield* run(q.goneDrop, { account, collection, name });
    mended.push(`collection ${collection}: a name that is there is not gone`);
  }
  return mended;
}
