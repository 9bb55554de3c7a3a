import { StoreError } from '../../../base/index.ts';
import { nextModseq, numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { FilesQueries } from '../queries.ts';
import { comingParent, doomedParent, kinds } from '../tables.ts';
import { rootFolder } from '../types.ts';
import { bind } from './contents.ts';
import { type Begun, type Ends, giveWay, mayGiveWay, type TransferArgs, type Transferred } from './ends.ts';
import { nodeAt } from './remove.ts';
import {
  checkRoom,
  type Growth,
  grow,
  less,
  missing,
  type Node,
  nameOf,
  raise,
  type Spot,
  takeIds,
  type Write,
  weightOf,
} from './tree.ts';

interface Pair {
  readonly from: number;
  readonly to: number;
}

/** A folder in the midst of being copied, and what its copy holds so far. */
interface Opened extends Pair {
  /** Where its list of names goes on; null at its end. */
  after: string | null;
  /** Folders that were read of it and wait to be opened. */
  readonly waiting: Pair[];
  size: number;
  files: number;
  folders: number;
  height: number;
}

/** A copy under way. It stands beside the tree, below `comingParent`, until `placeCopy`. */
export interface Copying {
  /** The account that is copied from. */
  readonly from: number;
  /** The copy's first row, and the modseq that what it is made from had. */
  readonly top: number;
  readonly modseq: number;
  readonly withVersions: boolean;
  /** From the first to the innermost; none: it is whole. */
  readonly opened: readonly Opened[];
  /** What was said to come, what is there, and what gives way to it. */
  readonly expected: Growth;
  readonly made: Growth;
  readonly freed: Growth;
  /** Bytes of versions that came along so far. */
  readonly kept: number;
}

/** Steps ask for no locks: those are judged before the first and after the last. */
type Account = Pick<Write, 'account' | 'now' | 'rules'>;

const nothing: Growth = { size: 0, files: 0, folders: 0 };
const sum = (a: Growth, b: Growth): Growth => ({
  size: a.size + b.size,
  files: a.files + b.files,
  folders: a.folders + b.folders,
});
const most = (a: Growth, b: Growth): Growth => ({
  size: Math.max(a.size, b.size),
  files: Math.max(a.files, b.files),
  folders: Math.max(a.folders, b.folders),
});
const open = (pair: Pair): Opened => ({ ...pair, after: '', waiting: [], ...nothing, height: 0 });

/** What hangs on the nodes of a page: properties, versions where they come along, whose bytes it answers, and all that is named. */
function* copyBeside(
  q: FilesQueries,
  w: Account,
  c: Pick<Copying, 'from' | 'withVersions'>,
  { rows, made }: { readonly rows: readonly Node[]; readonly made: readonly Node[] },
): Script<number> {
  const { account } = w;
  const to = new Map(rows.map((row, at) => [row.id, made[at]?.id ?? 0]));
  const there = { account: c.from, ids: numbers(to.keys()) };
  let [bytes, kept] = [0, 0];
  const properties = yield* run(q.propertiesAt, there);
  const placed = properties.map((row) => ({ ...row, account, node: to.get(row.node) ?? 0 }));
  if (placed.length > 0) yield* run(q.propertiesAdd, { rows: placed });
  for (const property of properties) bytes += property.bytes;
  const hashes = made.filter(({ kind }) => kind === kinds.file).map(({ hash }) => hash);
  if (c.withVersions) {
    const versions = yield* run(q.versionsOfMany, there);
    const brought = versions.map((row) => ({ ...row, account, node: to.get(row.node) ?? 0 }));
    if (brought.length > 0) yield* run(q.versionsAdd, { rows: brought });
    for (const { hash, size } of versions) {
      hashes.push(hash);
      kept += size;
    }
  }
  const uses = new Map<string, number>();
  for (const hash of hashes) uses.set(hash, (uses.get(hash) ?? 0) + 1);
  for (const [hash, by] of uses) yield* run(q.blobGrow, { hash, by });
  if (bytes + kept > 0) yield* grow(q, w, { properties: bytes, kept });
  return kept;
}

/** Copies rows into a folder that is out of sight. What a folder holds is said when it is copied too. */
function* copyRows(
  q: FilesQueries,
  w: Account,
  c: Pick<Copying, 'from' | 'withVersions'>,
  { rows, parent }: { readonly rows: readonly Node[]; readonly parent: number },
): Script<{ readonly made: readonly Node[]; readonly kept: number }> {
  if (rows.length === 0) return { made: [], kept: 0 };
  const { account } = w;
  let modseq = (yield* nextModseq(q, account, rows.length)) - rows.length;
  let id = yield* takeIds(q, account, rows.length);
  const made = rows.map((row) => {
    modseq++;
    const fresh = { account, parent, id: id++, modseq, stamp: modseq };
    const times = c.withVersions ? {} : { created: w.now, version: 1 };
    const held = row.kind === kinds.folder ? { ...nothing, height: 0 } : {};
    const place =
      parent === comingParent ? { nameKey: String(fresh.id), name: nameOf(row) } : { name: row.name };
    return { ...row, ...held, ...times, ...fresh, ...place };
  });
  yield* run(q.nodesAdd, { rows: made });
  return { made, kept: yield* copyBeside(q, w, c, { rows, made }) };
}

function* beginCopy(
  q: FilesQueries,
  w: Write,
  a: { readonly source: Node; readonly expected: Growth; readonly freed: Growth } & How,
): Script<Copying> {
  const { source, isDeep, withVersions, expected, freed } = a;
  const from = source.account;
  const copied = yield* copyRows(q, w, { from, withVersions }, { rows: [source], parent: comingParent });
  const { kept } = copied;
  const [made] = copied.made;
  if (made === undefined) throw missing();
  const isFolder = source.kind === kinds.folder;
  return {
    from,
    top: made.id,
    modseq: source.modseq,
    withVersions,
    opened: isFolder && isDeep ? [open({ from: source.id, to: made.id })] : [],
    expected,
    freed,
    made: isFolder ? { ...nothing, folders: 1 } : weightOf(source),
    kept,
  };
}

/** All of a folder is there: its row says so, and the folder around it counts it. */
function* closeFolder(q: FilesQueries, { account }: Account, folder: Opened, around?: Opened): Script<void> {
  const { to: node, size, files, folders, height } = folder;
  // Above all that it holds, so that whoever knows the folder knows that.
  const modseq = yield* nextModseq(q, account);
  yield* run(q.nodeMend, { account, node, size, files, folders, height, modseq });
  if (around === undefined) return;
  around.size += size;
  around.files += files;
  around.folders += folders + 1;
  around.height = Math.max(around.height, height + 1);
}

/** The next page of a folder; answers what it was. */
function* copyPage(
  q: FilesQueries,
  w: Account,
  c: Copying,
  a: { readonly folder: Opened; readonly max: number },
): Script<{ copied: Growth; kept: number }> {
  const { folder, max } = a;
  const page = { account: c.from, folder: folder.from, after: folder.after ?? '', max };
  const rows = yield* run(q.nodesIn, page);
  const { made, kept } = yield* copyRows(q, w, c, { rows, parent: folder.to });
  folder.after = rows.length < max ? null : (rows.at(-1)?.nameKey ?? null);
  let copied = nothing;
  for (const [at, { id, kind, size }] of rows.entries()) {
    folder.height = Math.max(folder.height, 1);
    if (kind === kinds.folder) {
      folder.waiting.push({ from: id, to: made[at]?.id ?? 0 });
      copied = sum(copied, { ...nothing, folders: 1 });
      continue;
    }
    folder.size += size;
    folder.files++;
    copied = sum(copied, { size, files: 1, folders: 0 });
  }
  return { copied, kept };
}

/** A step of a copy: so many rows at most. Judges the quota again, for the whole of it. */
export function* copyStep(q: FilesQueries, a: Account & { copying: Copying }): Script<Copying> {
  const c = a.copying;
  yield* comingAt(q, a.account, c.top);
  // A script may be run twice with what it was given.
  const opened = structuredClone(c.opened) as Opened[];
  let { made, kept } = c;
  for (let left: number = limits.copiedNodesMax; left > 0; ) {
    const folder = opened.at(-1);
    if (folder === undefined) break;
    const next = folder.waiting.shift();
    if (next !== undefined) opened.push(open(next));
    else if (folder.after === null) {
      opened.pop();
      yield* closeFolder(q, a, folder, opened.at(-1));
    } else {
      const page = yield* copyPage(q, a, c, { folder, max: Math.min(left, limits.stepRows) });
      const { copied } = page;
      left -= Math.max(1, copied.files + copied.folders);
      made = sum(made, copied);
      kept += page.kept;
    }
  }
  const root = yield* nodeAt(q, a.account, rootFolder);
  yield* checkRoom(q, a, [root], sum(most(c.expected, made), less(c.freed)));
  return { ...c, opened, made, kept };
}

function* comingAt(q: FilesQueries, account: number, node: number): Script<Node> {
  const row = (yield* run(q.nodeFind, { account, node }))[0];
  if (row?.parent !== comingParent) throw missing('the copy');
  return row;
}

/** A copy that is whole becomes part of the tree, at a place that is free. */
function* placeCopy(
  q: FilesQueries,
  w: Write,
  { top }: Copying,
  spot: Spot,
): Script<{ node: Node; crowded: boolean }> {
  const { account } = w;
  const row = yield* comingAt(q, account, top);
  const growth = weightOf(row);
  yield* checkRoom(q, w, spot.chain, growth);
  yield* raise(q, spot.chain, row.height);
  const modseq = yield* nextModseq(q, account);
  const place = { parent: spot.chain[0].id, nameKey: spot.nameKey, name: spot.name };
  yield* run(q.nodePlace, { account, node: top, ...place, type: row.type, modseq });
  yield* bind(q, w, spot, { modseq, growth });
  return { node: yield* nodeAt(q, account, top), crowded: yield* grow(q, w, {}) };
}

interface How {
  readonly withVersions: boolean;
  readonly isDeep: boolean;
}

/**
 * Puts a copy of a node, and of all below it, where `ends` says: at once where one transaction takes it. What is more is
 * judged and begun, goes on by `copyStep`, and comes here again when it is whole, to be judged once more.
 */
export function* copyTree(
  q: FilesQueries,
  a: TransferArgs,
  ends: Ends,
  how: How,
): Script<Transferred | Begun> {
  const [source] = ends.source;
  const isFolder = source.kind === kinds.folder;
  const expected = isFolder && !how.isDeep ? { ...nothing, folders: 1 } : weightOf(source);
  const freed = ends.existing ? weightOf(ends.existing) : nothing;
  const about = { source, expected, ...how };
  const height = how.isDeep ? source.height : 0;
  if (a.begun === null && expected.files + expected.folders > limits.copiedNodesMax) {
    yield* mayGiveWay(q, a, ends);
    yield* checkRoom(q, a, ends.spot.chain, sum(expected, less(freed)));
    yield* raise(q, ends.spot.chain, height, source);
    return { begun: yield* beginCopy(q, a, { ...about, freed }) };
  }
  const { spot, crowded } = yield* giveWay(q, a, ends);
  let copying = a.begun;
  if (copying === null) {
    yield* checkRoom(q, a, spot.chain, expected);
    yield* raise(q, spot.chain, height, how.isDeep ? source : undefined);
    copying = yield* beginCopy(q, a, { ...about, freed: nothing });
    while (copying.opened.length > 0) copying = yield* copyStep(q, { ...a, copying });
  }
  if (copying.opened.length > 0) throw new StoreError('conflict', 'the copy is not whole');
  const placed = yield* placeCopy(q, a, copying, spot);
  const done = { node: placed.node, replaced: ends.existing !== null };
  return { done, crowded: crowded || placed.crowded };
}

/** What is being copied goes for good: one copy, or where none is named all of the account. Answers whether there is more. */
export function* giveUpCopies(
  q: FilesQueries,
  a: Account & { readonly top: number | null },
): Script<boolean> {
  const { account, top } = a;
  const coming = yield* run(q.nodesComing, { account, max: limits.stepRows });
  const ids = coming.map(({ id }) => id).filter((id) => top === null || id === top);
  if (ids.length === 0) return false;
  yield* run(q.nodesDetach, { account, ids: numbers(ids), parent: doomedParent });
  yield* grow(q, a, { doomed: ids.length });
  return top === null && coming.length === limits.stepRows;
}
