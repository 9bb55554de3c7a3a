import { StoreError } from '../../../base/index.ts';
import { nextModseq, numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { FilesQueries } from '../queries.ts';
import { kinds } from '../tables.ts';
import { bind, replaceContent } from './contents.ts';
import { endsOf, giveWay, type TransferArgs, type Transferred } from './ends.ts';
import { mayWrite } from './locks.ts';
import { nodeAt } from './remove.ts';
import { checkRoom, grow, type Node, raise, type Spot, takeIds, type Write, weightOf } from './tree.ts';

interface Tree {
  readonly node: Node;
  readonly spot: Spot;
  readonly withVersions: boolean;
  readonly isDeep: boolean;
}

/** A copy under way: numbers that it has left, highest first, and what it has made. */
interface Copying {
  readonly w: Write;
  readonly withVersions: boolean;
  /** The account that is copied from. */
  readonly from: number;
  nextId: number;
  nextModseq: number;
  left: number;
  kept: number;
  properties: number;
}

/** What hangs on the nodes of a page: properties, versions where they come along, and the bytes that it all names. */
function* copyBeside(
  q: FilesQueries,
  c: Copying,
  rows: readonly Node[],
  made: readonly Node[],
): Script<void> {
  const to = new Map(rows.map((row, at) => [row.id, made[at]?.id ?? 0]));
  const there = { account: c.from, ids: numbers(to.keys()) };
  const { account } = c.w;
  const properties = yield* run(q.propertiesAt, there);
  const placed = properties.map((row) => ({ ...row, account, node: to.get(row.node) ?? 0 }));
  if (placed.length > 0) yield* run(q.propertiesAdd, { rows: placed });
  for (const { bytes } of properties) c.properties += bytes;
  const hashes = made.filter(({ kind }) => kind === kinds.file).map(({ hash }) => hash);
  if (c.withVersions) {
    const versions = yield* run(q.versionsOfMany, there);
    const brought = versions.map((row) => ({ ...row, account, node: to.get(row.node) ?? 0 }));
    if (brought.length > 0) yield* run(q.versionsAdd, { rows: brought });
    for (const { hash, size } of versions) {
      hashes.push(hash);
      c.kept += size;
    }
  }
  const uses = new Map<string, number>();
  for (const hash of hashes) uses.set(hash, (uses.get(hash) ?? 0) + 1);
  for (const [hash, by] of uses) yield* run(q.blobGrow, { hash, by });
}

function* copyPage(
  q: FilesQueries,
  c: Copying,
  rows: readonly Node[],
  parent: number,
): Script<readonly Node[]> {
  if (rows.length > c.left) throw new StoreError('corrupt', 'a folder holds more than was counted');
  c.left -= rows.length;
  const made = rows.map((row) => {
    // Folders come before what they hold, so the higher number is theirs.
    const modseq = c.nextModseq--;
    const fresh = { id: c.nextId++, modseq, stamp: modseq, created: c.withVersions ? row.created : c.w.now };
    return { ...row, ...fresh, account: c.w.account, parent, version: c.withVersions ? row.version : 1 };
  });
  yield* run(q.nodesAdd, { rows: made });
  yield* copyBeside(q, c, rows, made);
  return made;
}

/**
 * Puts a copy of a node, and of all below it, at a place that is free and has room. Rows are copied in steps, contents
 * are referred to once more.
 */
export function* copyTree(q: FilesQueries, w: Write, a: Tree): Script<{ node: Node; crowded: boolean }> {
  const { node: source, spot } = a;
  const shallow = a.isDeep ? source : { ...source, size: 0, files: 0, folders: 0, height: 0 };
  const top: Node = source.kind === kinds.file ? source : shallow;
  const growth = weightOf(top);
  const count = growth.files + growth.folders;
  if (count > limits.copiedNodesMax)
    throw new StoreError('limit', `at most ${limits.copiedNodesMax} files and folders are copied at once`);
  const last = yield* nextModseq(q, w.account, count);
  const c: Copying = {
    w,
    withVersions: a.withVersions,
    from: source.account,
    nextId: yield* takeIds(q, w.account, count),
    nextModseq: last,
    left: count,
    kept: 0,
    properties: 0,
  };
  const named = { ...top, nameKey: spot.nameKey, name: spot.name };
  const [made] = yield* copyPage(q, c, [named], spot.chain[0].id);
  const waiting: { readonly from: number; readonly to: number }[] = [];
  if (a.isDeep && source.kind === kinds.folder && made) waiting.push({ from: source.id, to: made.id });
  for (let folder = waiting.shift(); folder; folder = waiting.shift()) {
    let after = '';
    for (;;) {
      const page = { account: source.account, folder: folder.from, after, max: limits.stepRows };
      const rows = yield* run(q.nodesIn, page);
      const copies = yield* copyPage(q, c, rows, folder.to);
      rows.forEach(({ id, kind }, at) => {
        if (kind === kinds.folder) waiting.push({ from: id, to: copies[at]?.id ?? 0 });
      });
      after = rows.at(-1)?.nameKey ?? '';
      if (rows.length < limits.stepRows) break;
    }
  }
  yield* bind(q, w, spot, { modseq: last, growth });
  const crowded = yield* grow(q, w, { kept: c.kept, properties: c.properties });
  return { node: made ?? source, crowded };
}

export interface CopyArgs extends TransferArgs {
  readonly depth: '0' | 'infinity';
}

/** A file over a file: its content changes and what it was is a version; properties become those of the source. */
function* copyOver(
  q: FilesQueries,
  a: CopyArgs,
  source: Node,
  existing: Node,
  spot: Spot,
): Script<Transferred> {
  const { account } = a;
  yield* mayWrite(q, a, [existing, ...spot.chain]);
  const { hash, size, type, checksum, modified } = source;
  const content = { blob: { hash, size, place: null }, type, checksum, modified, created: null };
  const { done, crowded } = yield* replaceContent(q, a, {
    node: existing,
    chain: spot.chain,
    content,
  });
  const dropped = yield* run(q.propertiesDrop, { account, ids: numbers([existing.id]) });
  const there = { account: source.account, ids: numbers([source.id]) };
  const rows = (yield* run(q.propertiesAt, there)).map((row) => ({ ...row, account, node: existing.id }));
  if (rows.length > 0) yield* run(q.propertiesAdd, { rows });
  const sum = (list: readonly { bytes: number }[]) => list.reduce((bytes, row) => bytes + row.bytes, 0);
  if (rows.length + dropped.length > 0) yield* grow(q, a, { properties: sum(rows) - sum(dropped) });
  return { done: { node: done, replaced: true }, crowded };
}

/** RFC 4918 §9.8 */
export function* copy(q: FilesQueries, a: CopyArgs): Script<Transferred> {
  const ends = yield* endsOf(q, a);
  const { source, existing } = ends;
  const [node] = source;
  if (ends.spot.existing?.id === node.id && a.account === a.from.account)
    throw new StoreError('conflict', 'it cannot be copied onto itself');
  if (existing?.kind === kinds.file && node.kind === kinds.file)
    return yield* copyOver(q, a, node, existing, ends.spot);
  const { spot, crowded } = yield* giveWay(q, a, ends);
  const isDeep = a.depth === 'infinity';
  const growth = isDeep || node.kind === kinds.file ? weightOf(node) : { size: 0, files: 0, folders: 1 };
  yield* checkRoom(q, a, spot.chain, growth);
  yield* raise(q, spot.chain, isDeep ? node.height : 0, isDeep ? node : undefined);
  const copied = yield* copyTree(q, a, { node, spot, withVersions: false, isDeep });
  const made = yield* nodeAt(q, a.account, copied.node.id);
  return { done: { node: made, replaced: existing !== null }, crowded: crowded || copied.crowded };
}
