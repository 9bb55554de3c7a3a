import {
  consistencySpans,
  Frontier,
  inclusionSpans,
  leafHash,
  type Span,
} from '../../../formats/merkle/index.ts';
import { run, type Script } from '../../../storage/index.ts';
import type { LedgerQueries } from '../queries.ts';
import type { StoredCheckpoint, TreeNode } from '../types.ts';

/** Heights of the subtrees that are kept, the higher first: 65,536 entries, 256. */
export const nodeHeights: readonly number[] = [16, 8];

/** The leaf of an entry: its link of the chain, so that the tree says what the chain says. */
export const leafOf = (hash: string): Buffer => leafHash(Buffer.from(hash, 'hex'));

/** Adds links of the chain; answers the subtrees that they complete, of the heights that are kept. */
export function grow(frontier: Frontier, hashes: readonly string[]): readonly TreeNode[] {
  const nodes: TreeNode[] = [];
  for (const hash of hashes)
    frontier.append(leafOf(hash), (height, n, root) => {
      if (nodeHeights.includes(height)) nodes.push({ height, n, hash: root.toString('hex') });
    });
  return nodes;
}

export interface Grown {
  readonly size: number;
  readonly root: string;
  readonly peaks: readonly string[];
  readonly nodes: readonly TreeNode[];
  readonly note: string;
  readonly now: number;
}

/** Keeps a checkpoint; where another process was faster, theirs stays and is answered. */
export function* checkpointAdd(
  q: LedgerQueries,
  { size, root, peaks, nodes, note, now }: Grown,
): Script<StoredCheckpoint> {
  const [last] = yield* run(q.ledgerCheckpointLast);
  if (last && last.size >= size) return last;
  // Nodes below those that another process has kept meanwhile are there already.
  const from = last?.size ?? 0;
  const rows = nodes.filter(({ height, n }) => (n + 1) * 2 ** height > from);
  yield* run(q.ledgerNodesAdd, { rows });
  yield* run(q.ledgerCheckpointAdd, { size, root, peaks, at: now, note });
  return { size, root, peaks, at: now, note };
}

export interface Proof {
  readonly checkpoint: StoredCheckpoint;
  /** Hex, nearest first. */
  readonly proof: readonly string[];
}

/** That the entry is in the tree of a checkpoint: the first one that has it, unless `size` says which. Null: in none yet. */
export function* inclusion(
  q: LedgerQueries,
  a: { readonly seq: number; readonly size: number },
): Script<Proof | null> {
  const [checkpoint] = yield* run(q.ledgerCheckpointFrom, { size: Math.max(a.seq, a.size) });
  if (!checkpoint || a.seq < 1) return null;
  return { checkpoint, proof: yield* rootsOf(q, inclusionSpans(a.seq - 1, checkpoint.size)) };
}

/** That the tree of `older` entries is the beginning of a checkpoint's, which has `newer` of them or more. */
export function* consistency(
  q: LedgerQueries,
  a: { readonly older: number; readonly newer: number },
): Script<Proof | null> {
  const [checkpoint] = yield* run(q.ledgerCheckpointFrom, { size: Math.max(a.older, a.newer) });
  if (!checkpoint || a.older < 1) return null;
  return { checkpoint, proof: yield* rootsOf(q, consistencySpans(a.older, checkpoint.size)) };
}

function* rootsOf(q: LedgerQueries, spans: readonly Span[]): Script<readonly string[]> {
  const roots: string[] = [];
  for (const [from, until] of spans) roots.push((yield* rootOfSpan(q, from, until)).toString('hex'));
  return roots;
}

/** A span of a proof begins where a whole subtree of its size may begin, so it falls into whole ones, the largest first. */
function* rootOfSpan(q: LedgerQueries, from: number, until: number): Script<Buffer> {
  const peaks: Buffer[] = [];
  for (let at = from; at < until; ) {
    const height = Math.floor(Math.log2(until - at));
    peaks.push(yield* wholeRoot(q, at, height));
    at += 2 ** height;
  }
  return new Frontier(until - from, peaks).root();
}

function* wholeRoot(q: LedgerQueries, at: number, height: number): Script<Buffer> {
  const kept = nodeHeights.find((each) => each <= height) ?? 0;
  const unit = 2 ** kept;
  const span = { from: at / unit, until: (at + 2 ** height) / unit };
  const frontier = new Frontier();
  if (kept > 0) {
    const rows = yield* run(q.ledgerNodes, { height: kept, ...span });
    for (const { hash } of rows) frontier.append(Buffer.from(hash, 'hex'));
  } else {
    const rows = yield* run(q.ledgerHashes, { after: span.from, until: span.until });
    for (const { hash } of rows) frontier.append(leafOf(hash));
  }
  if (frontier.size !== span.until - span.from) throw new Error('the tree of the ledger lacks a part');
  return frontier.root();
}
