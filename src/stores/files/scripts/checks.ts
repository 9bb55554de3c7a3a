import { currentModseq, nextModseq, numbers, run, type Script, texts } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { FilesQueries } from '../queries.ts';
import { comingParent, doomedParent, trashParent } from '../tables.ts';
import { rootFolder } from '../types.ts';
import { type Node, nameOf, provision } from './tree.ts';

interface Folder {
  readonly id: number;
  readonly parent: number;
  readonly size: number;
  readonly files: number;
  readonly folders: number;
  readonly modseq: number;
  readonly height: number;
}

/** What a folder's rows say when they are counted. */
interface Counted {
  size: number;
  files: number;
  folders: number;
  modseq: number;
  height: number;
}

interface State {
  readonly account: number;
  readonly row: {
    readonly nextId: number;
    readonly kept: number;
    readonly properties: number;
    readonly doomed: number;
  } | null;
  readonly counter: number;
  readonly folders: ReadonlyMap<number, Folder>;
  readonly counted: ReadonlyMap<number, Counted>;
  /** Folders that are missing, though something lies in them; and folders that lie in themselves. */
  readonly lost: readonly number[];
  readonly circles: readonly number[];
  readonly lastId: number;
  readonly kept: number;
  readonly properties: number;
  readonly doomed: number;
}

function* nextAccount(q: FilesQueries, after: number): Script<number | null> {
  const walks = [
    q.accountsInAccounts,
    q.accountsInNodes,
    q.accountsInVersions,
    q.accountsInTrash,
    q.accountsInGone,
    q.accountsInProperties,
    q.accountsInLocks,
  ];
  let lowest: number | null = null;
  for (const walk of walks) {
    const account = (yield* run(walk, { after }))[0]?.account ?? null;
    if (account !== null && (lowest === null || account < lowest)) lowest = account;
  }
  return lowest;
}

function* foldersOf(q: FilesQueries, account: number): Script<Map<number, Folder>> {
  const folders = new Map<number, Folder>();
  for (let after = -1; ; ) {
    const page = yield* run(q.foldersOf, { account, after, max: limits.stepRows });
    for (const folder of page) folders.set(folder.id, folder);
    const last = page.at(-1);
    if (!last || page.length < limits.stepRows) return folders;
    after = last.id;
  }
}

/** Adds up from the folders without folders to the roots; answers those that it never came to. */
function addUp(folders: ReadonlyMap<number, Folder>, counted: Map<number, Counted>): number[] {
  const waiting = new Map<number, number>();
  for (const { parent } of folders.values()) waiting.set(parent, (waiting.get(parent) ?? 0) + 1);
  const ready = [...folders.values()].filter(({ id }) => !waiting.has(id));
  const done = new Set<number>();
  for (let folder = ready.pop(); folder; folder = ready.pop()) {
    done.add(folder.id);
    const own = counted.get(folder.id);
    const above = counted.get(folder.parent);
    if (own && above) {
      above.size += own.size;
      above.files += own.files;
      above.folders += own.folders + 1;
      above.modseq = Math.max(above.modseq, own.modseq, folder.modseq);
      above.height = Math.max(above.height, own.height + 1);
    }
    const left = (waiting.get(folder.parent) ?? 0) - 1;
    waiting.set(folder.parent, left);
    const parent = folders.get(folder.parent);
    if (left === 0 && parent) ready.push(parent);
  }
  return [...folders.keys()].filter((id) => !done.has(id));
}

function* stateOf(q: FilesQueries, account: number): Script<State> {
  const row = (yield* run(q.accountFind, { account }))[0] ?? null;
  const counter = yield* currentModseq(q, account);
  const folders = yield* foldersOf(q, account);
  const counted = new Map<number, Counted>();
  for (const id of folders.keys()) counted.set(id, { size: 0, files: 0, folders: 0, modseq: 0, height: 0 });
  const lost: number[] = [];
  let lastId = 0;
  for (const { parent, size, files, modseq, id } of yield* run(q.heldBy, { account })) {
    lastId = Math.max(lastId, id);
    const own = counted.get(parent);
    if (own) Object.assign(own, { size, files, modseq, height: 1 });
    else if (parent > 0) lost.push(parent);
  }
  const circles = addUp(folders, counted);
  const trash = (yield* run(q.trashSize, { account }))[0]?.size ?? 0;
  const versions = (yield* run(q.versionsSize, { account }))[0]?.size ?? 0;
  const properties = (yield* run(q.propertiesSize, { account }))[0]?.size ?? 0;
  const doomed = (yield* run(q.doomedCount, { account }))[0]?.rows ?? 0;
  return {
    account,
    row,
    counter,
    folders,
    counted,
    lost,
    circles,
    lastId,
    kept: trash + versions,
    properties,
    doomed,
  };
}

const countNames = ['size', 'files', 'folders'] as const;

/** What goes for good is being taken apart, what is copied put together: only what stands is counted. */
function isApart(state: State, folder: Folder): boolean {
  for (let at: Folder | undefined = folder; at; at = state.folders.get(at.parent)) {
    if (at.parent === doomedParent || at.parent === comingParent) return true;
  }
  return false;
}

function* wrongFolders(state: State): Generator<{ folder: Folder; counted: Counted; faults: string[] }> {
  const inCircle = new Set(state.circles);
  for (const folder of state.folders.values()) {
    const counted = state.counted.get(folder.id);
    if (!counted || inCircle.has(folder.id) || isApart(state, folder)) continue;
    const faults = countNames
      .filter((name) => folder[name] !== counted[name])
      .map((name) => `${name} is ${folder[name]}, counted ${counted[name]}`);
    if (folder.height < counted.height) faults.push(`height is ${folder.height}, counted ${counted.height}`);
    if (folder.modseq < counted.modseq)
      faults.push(`modseq is ${folder.modseq}, below it is ${counted.modseq}`);
    if (folder.modseq > state.counter)
      faults.push(`modseq is ${folder.modseq}, the account's counter ${state.counter}`);
    if (faults.length > 0) yield { folder, counted, faults };
  }
}

function accountFaults({ row, folders, lastId, kept, properties, doomed }: State): string[] {
  if (row === null) return ['has files but no row of its own'];
  const faults: string[] = [];
  if (!folders.has(rootFolder)) faults.push('has no root');
  if (row.nextId <= lastId) faults.push(`would hand out id ${row.nextId} again (${lastId} is taken)`);
  if (row.kept !== kept) faults.push(`versions and trash take ${row.kept} bytes, counted ${kept}`);
  if (row.properties !== properties)
    faults.push(`properties take ${row.properties} bytes, counted ${properties}`);
  if (row.doomed !== doomed) faults.push(`${row.doomed} things go for good, counted ${doomed}`);
  return faults;
}

const strays = [
  { name: 'versions', find: 'strayVersions' },
  { name: 'properties', find: 'strayProperties' },
  { name: 'locks', find: 'strayLocks' },
  { name: 'an entry of the trash', find: 'strayTrash' },
  { name: 'names that are gone', find: 'strayGone' },
] as const;

/** One account at a time: what is kept of it against what is there. No names in the lines. */
export function* check(
  q: FilesQueries,
  a: { after: number },
): Script<{ next: number | null; faults: string[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, faults: [] };
  const state = yield* stateOf(q, account);
  const faults = accountFaults(state);
  for (const { folder, faults: wrong } of wrongFolders(state))
    faults.push(...wrong.map((fault) => `folder ${folder.id}: ${fault}`));
  for (const id of state.lost) faults.push(`folder ${id}: is missing, though something lies in it`);
  for (const id of state.circles) faults.push(`folder ${id}: lies in itself`);
  for (const { name, find } of strays) {
    for (const { node } of yield* run(q[find], { account }))
      faults.push(`node ${node}: is missing, though it has ${name}`);
  }
  for (const { id } of yield* run(q.trashUnlisted, { account }))
    faults.push(`node ${id}: is in the trash without an entry`);
  for (const { node } of yield* run(q.trashMisplaced, { account }))
    faults.push(`node ${node}: has an entry of the trash and is not in it`);
  for (const { parent } of yield* run(q.goneThere, { account }))
    faults.push(`folder ${parent}: a name is there and gone at once`);
  return { next: account, faults: faults.map((fault) => `files of account ${account}: ${fault}`) };
}

export function* blobUses(
  q: FilesQueries,
  a: { after: number },
): Script<{ next: number | null; uses: { hash: string; uses: number }[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, uses: [] };
  const nodes = yield* run(q.nodeHashes, { account });
  const versions = yield* run(q.versionHashes, { account });
  return { next: account, uses: [...nodes, ...versions] };
}

/** All that a query finds, a page at a time: `mend` leaves nothing of a page for the next one to find. */
function* mendAll<Row>(
  find: () => Script<readonly Row[]>,
  mend: (rows: readonly Row[]) => Script<void>,
): Script<Row[]> {
  const mended: Row[] = [];
  for (;;) {
    const rows = yield* find();
    if (rows.length === 0) return mended;
    yield* mend(rows);
    mended.push(...rows);
  }
}

/** The counts of contents, which versions have too, are worked out after this. */
const strayDrops = {
  strayVersions: 'versionsDrop',
  strayProperties: 'propertiesDrop',
  strayLocks: 'locksDropAt',
  strayTrash: 'trashDrop',
  strayGone: 'goneDropIn',
} as const;

function* mendStrays(q: FilesQueries, account: number): Script<string[]> {
  const mended: string[] = [];
  for (const { name, find } of strays) {
    const strayed = yield* mendAll(
      () => run(q[find], { account }),
      function* (rows) {
        yield* run(q[strayDrops[find]], { account, ids: numbers(rows.map(({ node }) => node)) });
      },
    );
    mended.push(...strayed.map(({ node }) => `node ${node}: ${name} without it removed`));
  }
  const misplaced = yield* mendAll(
    () => run(q.trashMisplaced, { account }),
    function* (rows) {
      yield* run(q.trashDrop, { account, ids: numbers(rows.map(({ node }) => node)) });
    },
  );
  mended.push(...misplaced.map(({ node }) => `node ${node}: its entry of the trash removed`));
  const there = yield* mendAll(
    () => run(q.goneThere, { account }),
    function* (rows) {
      for (const { parent, name } of rows) yield* run(q.goneDrop, { account, folder: parent, name });
    },
  );
  mended.push(...there.map(({ parent }) => `folder ${parent}: a name that is there is not gone`));
  return mended;
}

/** One of each ring of folders that lie in each other. */
function* ringsOf({ circles, folders }: State): Generator<number> {
  const seen = new Set<number>();
  for (const first of circles) {
    if (seen.has(first)) continue;
    yield first;
    for (let at: number | undefined = first; at !== undefined && !seen.has(at); ) {
      seen.add(at);
      at = folders.get(at)?.parent;
    }
  }
}

/** What lost its folder, or lies in itself, is put into the trash: there it can be had back. */
function* mendLost(q: FilesQueries, state: State, now: number): Script<string[]> {
  const { account } = state;
  const lay = function* (rows: readonly Node[]): Script<void> {
    for (const row of rows) {
      const place = { account, node: row.id, parent: trashParent, nameKey: String(row.id) };
      yield* run(q.nodePlace, { ...place, name: nameOf(row), type: row.type, modseq: row.modseq });
    }
  };
  const lost: Node[] = [];
  for (const folder of state.lost)
    lost.push(...(yield* mendAll(() => run(q.orphansIn, { account, folder }), lay)));
  for (const node of ringsOf(state)) {
    const rows = yield* run(q.nodeFind, { account, node });
    yield* lay(rows);
    lost.push(...rows);
  }
  const listed = yield* mendAll(
    () => run(q.trashUnlisted, { account }),
    function* (rows) {
      for (const { id: node, size } of rows)
        yield* run(q.trashAdd, { account, node, parent: rootFolder, path: '[]', size, removed: now, by: 0 });
    },
  );
  return [
    ...lost.map(({ id }) => `node ${id}: put into the trash, its folder is missing`),
    ...listed.map(({ id }) => `node ${id}: listed in the trash`),
  ];
}

function* mendCounts(q: FilesQueries, account: number): Script<string[]> {
  const state = yield* stateOf(q, account);
  const wrong = [...wrongFolders(state)];
  const mended: string[] = [];
  if (wrong.length > 0) {
    const highest = Math.max(...wrong.map(({ folder, counted }) => Math.max(folder.modseq, counted.modseq)));
    const modseq = yield* nextModseq(q, account, Math.max(1, highest + 1 - state.counter));
    for (const { folder, counted } of wrong) {
      const { size, files, folders, height } = counted;
      const mend = { size, files, folders, height: Math.max(height, folder.height), modseq };
      yield* run(q.nodeMend, { account, node: folder.id, ...mend });
      mended.push(`folder ${folder.id}: counted again`);
    }
    if (state.folders.has(rootFolder)) yield* run(q.nodesGrow, rootTold(account, modseq));
  }
  const { row, kept, properties, doomed, lastId } = state;
  const isWrong =
    row &&
    (row.kept !== kept || row.properties !== properties || row.doomed !== doomed || row.nextId <= lastId);
  if (!isWrong) return mended;
  const nextId = Math.max(row.nextId, lastId + 1);
  yield* run(q.accountMend, { account, kept, properties, doomed, nextId });
  mended.push('what is kept counted again');
  return mended;
}

const rootTold = (account: number, modseq: number) => ({
  account,
  ids: numbers([rootFolder]),
  size: 0,
  files: 0,
  folders: 0,
  named: 0,
  now: 0,
  modseq,
});

/** Counters of one account are worked out again; what hangs on nothing goes, what lost its place is in the trash. */
export function* repair(
  q: FilesQueries,
  a: { after: number; now: number },
): Script<{ next: number | null; faults: string[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, faults: [] };
  const mended = (yield* provision(q, { account, now: a.now })).map((what) => `${what} made again`);
  mended.push(...(yield* mendLost(q, yield* stateOf(q, account), a.now)));
  mended.push(...(yield* mendStrays(q, account)), ...(yield* mendCounts(q, account)));
  return { next: account, faults: mended.map((line) => `files of account ${account}: ${line}`) };
}

/**
 * Between the backup and its restore ids, ETags and sync tokens may have been given out that clients remember: they must
 * not come true again for something else. Tokens from before the backup stay good.
 */
export function* restored(
  q: FilesQueries,
  a: { after: number; nowSeconds: number },
): Script<{ next: number | null }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null };
  const row = (yield* run(q.accountFind, { account }))[0];
  const root = (yield* run(q.nodeFind, { account, node: rootFolder }))[0];
  if (!row || !root) return { next: account };
  const lostTo = yield* nextModseq(q, account);
  yield* run(q.accountRestored, {
    account,
    nextId: row.nextId + limits.restoreNodesCount,
    // One stretch is remembered: of an earlier one nothing is good any more.
    horizon: Math.max(row.horizon, row.lostTo),
    lostFrom: root.modseq,
    lostTo,
  });
  return { next: account };
}

/** Which files have one of these contents, those in the trash and earlier ones too: paths as an operator is told. */
export function* blobOwners(
  q: FilesQueries,
  a: { after: number; hashes: readonly string[] },
): Script<{ next: number | null; owners: { hash: string; account: number; what: string }[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, owners: [] };
  const hashes = texts(a.hashes);
  const owners: { hash: string; account: number; what: string }[] = [];
  const told = (what: string) => ({ what, account });
  for (const { id, hash } of yield* run(q.nodesNaming, { account, hashes }))
    owners.push({ hash, ...told(`the file ${yield* pathOf(q, account, id)}`) });
  for (const { id, hash } of yield* run(q.versionsNaming, { account, hashes }))
    owners.push({ hash, ...told(`an earlier version of the file ${yield* pathOf(q, account, id)}`) });
  return { next: account, owners };
}

function* pathOf(q: FilesQueries, account: number, node: number): Script<string> {
  const rows = new Map((yield* run(q.nodesAbove, { account, node })).map((row) => [row.id, row]));
  const names: string[] = [];
  let where = '';
  for (let at = rows.get(node); at && at.parent !== 0; at = rows.get(at.parent)) {
    names.unshift(nameOf(at));
    if (at.parent === trashParent) where = ' (in the trash)';
    if (at.parent === doomedParent) where = ' (removed)';
    if (at.parent === comingParent) where = ' (being copied)';
  }
  return `/${names.join('/')}${where}`;
}
