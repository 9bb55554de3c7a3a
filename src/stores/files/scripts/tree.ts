import { StoreError } from '../../../base/index.ts';
import { nextModseq, numbers, one, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { checkName, nameKey as nameKeyOf } from '../names.ts';
import type { FilesQueries } from '../queries.ts';
import { kinds } from '../tables.ts';
import { type By, type Expect, rootFolder } from '../types.ts';

/** What the settings say, as it is when an operation begins. */
export interface Rules {
  /** Bytes an account may use where nothing else was set for it; null: no limit. */
  readonly quota: number | null;
  /** What versions and trash may take of the quota. */
  readonly keptPercent: number;
  /** Bytes of versions that are on their way in: they are kept once they are there. */
  readonly coming: number;
  /** Earlier contents kept of each file. */
  readonly versions: number;
  /** Key of the name that the root cannot hold; null where there is none. */
  readonly reserved: string | null;
}

/** What every write says. */
export interface Write {
  readonly account: number;
  readonly by: By;
  readonly now: number;
  readonly rules: Rules;
}

export interface Node {
  readonly account: number;
  readonly parent: number;
  readonly nameKey: string;
  readonly id: number;
  readonly name: string | null;
  readonly kind: 0 | 1;
  readonly hash: string;
  readonly size: number;
  readonly type: string;
  readonly checksum: string;
  readonly created: number;
  readonly modified: number;
  readonly modseq: number;
  readonly stamp: number;
  readonly version: number;
  readonly files: number;
  readonly folders: number;
  readonly height: number;
}

/** What a listing reads of each: its account and folder were asked for, and what a folder counts is nobody's question there. */
export type Listed = Omit<Node, 'account' | 'parent' | 'version' | 'files' | 'folders' | 'height'>;

/** A folder with those above it, nearest first; the last is the root. */
export type Chain = readonly [Node, ...Node[]];

/** What a write did, and whether versions and trash take more than they may. */
export interface Done<T> {
  readonly done: T;
  readonly crowded: boolean;
}

export const nameOf = (node: Pick<Node, 'name' | 'nameKey'>): string => node.name ?? node.nameKey;
export const stampOf = (node: Pick<Node, 'kind' | 'modseq' | 'stamp'>): number =>
  node.kind === kinds.folder ? node.modseq : node.stamp;
export const idsOf = (nodes: readonly Node[]): number[] => nodes.map(({ id }) => id);
export const missing = (what = 'it') => new StoreError('not-found', `${what} is not there`);

/** A node and what is above it; null where that does not end at the root: it is in the trash, or is not there. */
export function* chainOf(q: FilesQueries, account: number, node: number): Script<Chain | null> {
  const rows = yield* run(q.nodesAbove, { account, node });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const start = byId.get(node);
  if (!start) return null;
  const chain: [Node, ...Node[]] = [start];
  for (let last: Node = start; last.parent !== 0; ) {
    const above = byId.get(last.parent);
    if (!above || chain.length > byId.size) return null;
    chain.push(above);
    last = above;
  }
  return chain;
}

export function* rooted(q: FilesQueries, account: number, node: number): Script<Chain> {
  const chain = yield* chainOf(q, account, node);
  if (chain === null) throw missing();
  return chain;
}

function* addRoot(q: FilesQueries, { account, now }: { account: number; now: number }): Script<void> {
  const modseq = yield* nextModseq(q, account);
  const empty = { hash: '', size: 0, type: '', checksum: '', stamp: 0, version: 0 };
  const times = { created: now, modified: now, modseq };
  const counts = { files: 0, folders: 0, height: 0 };
  const place = { account, parent: 0, nameKey: '', name: null, id: rootFolder, kind: kinds.folder };
  yield* run(q.nodeAdd, { ...place, ...empty, ...times, ...counts });
}

/** Makes what every account begins with, as far as it is not there; answers what it made. */
export function* provision(q: FilesQueries, a: { account: number; now: number }): Script<string[]> {
  const { account } = a;
  const made: string[] = [];
  if ((yield* run(q.accountMake, { account, nextId: rootFolder + 1 })).length > 0)
    made.push('a row of its own');
  if ((yield* run(q.nodeFind, { account, node: rootFolder })).length > 0) return made;
  yield* addRoot(q, a);
  return [...made, 'a root'];
}

/** The folder that something is to be put into. */
export function* folderAt(q: FilesQueries, { account, now }: Write, folder: number): Script<Chain> {
  let chain = yield* chainOf(q, account, folder);
  if (chain === null && folder === rootFolder) {
    yield* provision(q, { account, now });
    chain = yield* chainOf(q, account, folder);
  }
  if (chain === null || chain[0].kind !== kinds.folder) throw missing('the folder');
  return chain;
}

/** A name in a folder, and what stands there. */
export interface Spot {
  readonly chain: Chain;
  readonly nameKey: string;
  /** Null where it is the key. */
  readonly name: string | null;
  readonly existing: Node | null;
}

/** Whether the server shows something of its own by that name. */
export const isReserved = (w: Pick<Write, 'rules'>, folder: number, nameKey: string): boolean =>
  folder === rootFolder && nameKey === w.rules.reserved;

export function* spotAt(
  q: FilesQueries,
  w: Write,
  place: { readonly folder: number; readonly name: string },
): Script<Spot> {
  const nameKey = checkName(place.name);
  if (isReserved(w, place.folder, nameKey)) throw new StoreError('exists', 'that name is the server’s');
  const chain = yield* folderAt(q, w, place.folder);
  const existing =
    (yield* run(q.nodeNamed, { account: w.account, folder: place.folder, nameKey }))[0] ?? null;
  return { chain, nameKey, name: place.name === nameKey ? null : place.name, existing };
}

export function checkExpect(node: Node | null, expect: Expect | undefined): void {
  if (expect === undefined) return;
  const { at } = expect;
  if (at && node && (node.parent !== at.folder || node.nameKey !== nameKeyOf(at.name))) throw missing();
  if (expect.stamp === undefined) return;
  const stamp = node === null ? null : stampOf(node);
  if (stamp !== expect.stamp) throw new StoreError('conflict', 'it is not as it was when it was looked at');
}

export interface Growth {
  readonly size: number;
  readonly files: number;
  readonly folders: number;
}

export const sameSize: Growth = { size: 0, files: 0, folders: 0 };

/** What a node adds to the folders above it. */
export function weightOf(node: Pick<Node, 'kind' | 'size' | 'files' | 'folders'>): Growth {
  const isFolder = node.kind === kinds.folder;
  return {
    size: node.size,
    files: node.files + (isFolder ? 0 : 1),
    folders: node.folders + (isFolder ? 1 : 0),
  };
}

export const less = ({ size, files, folders }: Growth): Growth => ({
  size: -size,
  files: -files,
  folders: -folders,
});

/** Writes a change to a folder and to those above it. `named`: the folder whose list of names changed; 0 for none. */
export function* writeUp(
  q: FilesQueries,
  chain: readonly Node[],
  growth: Growth,
  a: { readonly modseq: number; readonly named: number; readonly now: number },
): Script<void> {
  const account = chain[0]?.account;
  if (account === undefined) return;
  yield* run(q.nodesGrow, { account, ids: numbers(idsOf(chain)), ...growth, ...a });
}

/** Something of that height is put into `chain[0]`: paths stay within their limit, and what is kept of heights holds. */
export function* raise(q: FilesQueries, chain: Chain, height: number, moved?: Node): Script<void> {
  let below = height;
  if (chain.length + below > limits.pathDepthMax && moved !== undefined && below > 0) {
    // What is kept may be too high.
    below = one(yield* run(q.heightOf, { account: moved.account, node: moved.id })).height;
  }
  if (chain.length + below > limits.pathDepthMax)
    throw new StoreError('limit', `a path has at most ${limits.pathDepthMax} names`);
  for (const [at, { account, id, height: known }] of chain.entries()) {
    const needed = at + 1 + below;
    if (known < needed) yield* run(q.nodeHeight, { account, node: id, height: needed });
  }
}

/** StoreError 'over-quota', 'limit' where what comes does not fit. */
export function* checkRoom(
  q: FilesQueries,
  w: Pick<Write, 'account' | 'rules'>,
  chain: Chain,
  growth: Growth,
): Script<void> {
  const root = chain.at(-1) ?? chain[0];
  if (root.files + root.folders + growth.files + growth.folders > limits.nodesPerAccountMax)
    throw new StoreError('limit', `there are more than ${limits.nodesPerAccountMax} files and folders`);
  if (growth.size <= 0) return;
  const { quota } = one(yield* run(q.accountFind, { account: w.account }));
  const most = quota ?? w.rules.quota;
  if (most !== null && root.size + growth.size > most)
    throw new StoreError('over-quota', 'there is no room left', { quota: most });
}

/** The first of `count` ids that were never given out. */
export function* takeIds(q: FilesQueries, account: number, count: number): Script<number> {
  return one(yield* run(q.accountTake, { account, count })).nextId - count;
}

/** Counts what is kept beside the tree; answers whether versions and trash take more than they may. */
export function* grow(
  q: FilesQueries,
  { account, rules }: Pick<Write, 'account' | 'rules'>,
  by: { readonly kept?: number; readonly properties?: number; readonly doomed?: number },
): Script<boolean> {
  const more = { kept: by.kept ?? 0, properties: by.properties ?? 0, doomed: by.doomed ?? 0 };
  const { kept, properties, quota } = one(yield* run(q.accountGrow, { account, ...more }));
  if (more.properties > 0 && properties > limits.propertyBytesPerAccountMax)
    throw new StoreError('limit', `properties take more than ${limits.propertyBytesPerAccountMax} bytes`);
  const most = quota ?? rules.quota;
  return most !== null && (kept - rules.coming) * 100 > most * rules.keptPercent;
}
