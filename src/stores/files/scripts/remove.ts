import { StoreError } from '../../../base/index.ts';
import { nextModseq, numbers, one, run, type Script } from '../../../storage/index.ts';
import type { FilesQueries } from '../queries.ts';
import { doomedParent, trashParent } from '../tables.ts';
import { type Expect, rootFolder } from '../types.ts';
import { unlockToLeave } from './locks.ts';
import {
  type Chain,
  checkExpect,
  type Done,
  grow,
  less,
  type Node,
  nameOf,
  rooted,
  type Write,
  weightOf,
  writeUp,
} from './tree.ts';

/** The folder of a node that is not the root. */
export function folderOf(chain: Chain): Chain {
  const [, folder, ...rest] = chain;
  if (folder === undefined) throw new StoreError('denied', 'the first folder stays where it is');
  return [folder, ...rest];
}

/** A name goes from its folder: what the folder and those above it are told. */
export function* unbind(
  q: FilesQueries,
  w: Write,
  a: {
    readonly node: Node;
    readonly folder: Chain;
    readonly modseq: number;
    readonly isStillThere?: boolean;
  },
): Script<void> {
  const { node, folder, modseq } = a;
  const { account, now } = w;
  const { nameKey, kind } = node;
  if (!a.isStillThere) {
    const gone = { nameKey, name: nameOf(node), kind, modseq, now };
    yield* run(q.goneAdd, { account, folder: folder[0].id, ...gone });
  }
  yield* writeUp(q, folder, less(weightOf(node)), { modseq, named: folder[0].id, now });
}

/**
 * Takes a node out of the tree: into the trash, or to what goes for good. Its locks were judged. Answers whether too much
 * is kept. Costs the same however much lies below.
 */
export function* discard(
  q: FilesQueries,
  w: Write,
  a: { readonly node: Node; readonly folder: Chain; readonly modseq: number; readonly forGood: boolean },
): Script<boolean> {
  const { node, folder, modseq } = a;
  const { account, now } = w;
  yield* unbind(q, w, { node, folder, modseq });
  const place = { account, node: node.id, nameKey: String(node.id), type: node.type, modseq };
  const parent = a.forGood ? doomedParent : trashParent;
  yield* run(q.nodePlace, { ...place, name: nameOf(node), parent });
  if (a.forGood) return yield* grow(q, w, { doomed: 1 });
  const path = JSON.stringify(folder.slice(0, -1).map(nameOf).reverse());
  const entry = { node: node.id, parent: folder[0].id, path, size: node.size, removed: now, by: w.by.member };
  yield* run(q.trashAdd, { account, ...entry });
  return yield* grow(q, w, { kept: node.size });
}

export interface RemoveArgs extends Write {
  readonly node: number;
  readonly forGood: boolean;
  readonly expect?: Expect;
}

/** RFC 4918 §9.6 */
export function* remove(q: FilesQueries, a: RemoveArgs): Script<Done<null>> {
  const { account } = a;
  if (a.node === rootFolder) throw new StoreError('denied', 'the first folder stays where it is');
  const chain = yield* rooted(q, account, a.node);
  const [node] = chain;
  checkExpect(node, a.expect);
  yield* unlockToLeave(q, a, chain);
  const modseq = yield* nextModseq(q, account);
  const crowded = yield* discard(q, a, { node, folder: folderOf(chain), modseq, forGood: a.forGood });
  return { done: null, crowded };
}

/** Entries of the trash go for good: all of the account where none is named, so many at once. Answers whether there is more. */
export function* emptyTrash(
  q: FilesQueries,
  a: Pick<Write, 'account' | 'rules'> & { node: number | null; max: number },
): Script<boolean> {
  const { account } = a;
  if (a.node !== null && (yield* run(q.trashFind, { account, node: a.node })).length === 0)
    throw new StoreError('not-found', 'it is not in the trash');
  const oldest = { account, before: Number.MAX_SAFE_INTEGER, max: a.max };
  const entries = a.node === null ? (yield* run(q.trashOldest, oldest)).map(({ node }) => node) : [a.node];
  yield* doomEntries(q, a, entries);
  return a.node === null && entries.length === a.max;
}

export function* doomEntries(
  q: FilesQueries,
  a: Pick<Write, 'account' | 'rules'>,
  nodes: readonly number[],
): Script<number> {
  if (nodes.length === 0) return 0;
  const ids = numbers(nodes);
  const dropped = yield* run(q.trashDrop, { account: a.account, ids });
  yield* run(q.nodesDetach, { account: a.account, ids, parent: doomedParent });
  const kept = dropped.reduce((sum, { size }) => sum + size, 0);
  yield* grow(q, a, { kept: -kept, doomed: nodes.length });
  return kept;
}

/** Whoever reads back what it wrote finds it. */
export function* nodeAt(q: FilesQueries, account: number, node: number): Script<Node> {
  return one(yield* run(q.nodeFind, { account, node }));
}
