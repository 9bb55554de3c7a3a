import { numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { FilesQueries } from '../queries.ts';
import { rootFolder } from '../types.ts';
import { type Chain, chainOf, type Listed, missing, type Node } from './tree.ts';

/** A node and all above it, nearest first; none where it is not in the tree. */
export function* chain(q: FilesQueries, a: { account: number; node: number }): Script<readonly Node[]> {
  return (yield* chainOf(q, a.account, a.node)) ?? [];
}

function* walk(q: FilesQueries, from: Node, keys: readonly string[]): Script<Node[]> {
  const chain = [from];
  for (let last = from; chain.length <= keys.length; ) {
    const nameKey = keys[chain.length - 1] ?? '';
    const next = (yield* run(q.nodeNamed, { account: from.account, folder: last.id, nameKey }))[0];
    if (!next) break;
    chain.push(next);
    last = next;
  }
  return chain;
}

/** Where names lead from a folder that is in the tree; null where the account has no root yet. */
export function* find(
  q: FilesQueries,
  a: { account: number; from: number; keys: readonly string[] },
): Script<readonly Node[] | null> {
  if (a.from === rootFolder) {
    const root = (yield* run(q.nodeFind, { account: a.account, node: rootFolder }))[0];
    return root ? yield* walk(q, root, a.keys) : null;
  }
  const chain: Chain | null = yield* chainOf(q, a.account, a.from);
  if (chain === null) throw missing('the folder');
  return yield* walk(q, chain[0], a.keys);
}

/** The same within an entry of the trash. */
export function* findInTrash(
  q: FilesQueries,
  a: { account: number; entry: number; keys: readonly string[] },
): Script<readonly Node[]> {
  const { account, entry } = a;
  const found = (yield* run(q.trashFind, { account, node: entry }))[0];
  const node = found && (yield* run(q.nodeFind, { account, node: entry }))[0];
  if (!node) throw missing();
  return yield* walk(q, node, a.keys);
}

export function* list(
  q: FilesQueries,
  a: { account: number; folder: number; after: string; max: number },
): Script<readonly Listed[]> {
  return yield* run(q.nodesListed, { ...a });
}

export function* usage(q: FilesQueries, { account }: { account: number }) {
  const root = (yield* run(q.nodeFind, { account, node: rootFolder }))[0];
  const row = (yield* run(q.accountFind, { account }))[0];
  return {
    used: root?.size ?? 0,
    files: root?.files ?? 0,
    folders: root?.folders ?? 0,
    kept: row?.kept ?? 0,
    quota: row?.quota ?? null,
  };
}

/** Those of as many nodes, from the first on, as may be read at once, one at least; `taken`: how many these are. */
export function* properties(q: FilesQueries, a: { account: number; nodes: readonly number[] }) {
  const { account, nodes } = a;
  const sizes = yield* run(q.propertyBytesAt, { account, ids: numbers(nodes) });
  if (sizes.length === 0) return { rows: [], taken: nodes.length };
  const bytes = new Map(sizes.map((row) => [row.node, row.bytes]));
  let [taken, read] = [0, 0];
  for (const node of nodes) {
    read += bytes.get(node) ?? 0;
    if (read > limits.propertyBytesPerPageMax && taken > 0) break;
    taken++;
  }
  const ids = numbers(nodes.slice(0, taken).filter((node) => bytes.has(node)));
  return { rows: yield* run(q.propertiesAt, { account, ids }), taken };
}

export function* locksIn(q: FilesQueries, a: { account: number; nodes: readonly number[]; now: number }) {
  return yield* run(q.locksAt, { account: a.account, now: a.now, ids: numbers(a.nodes) });
}

/** Newest first. */
export function* versions(q: FilesQueries, a: { account: number; node: number }) {
  return (yield* run(q.versionsAt, { ...a })).reverse();
}

/** Files that have versions and are in the tree, with all above them. */
export function* versioned(q: FilesQueries, a: { account: number; after: number; max: number }) {
  const counted = yield* run(q.versionedAfter, { ...a });
  const files: { chain: Chain; versions: number; bytes: number }[] = [];
  for (const { node, versions, bytes } of counted) {
    const chain = yield* chainOf(q, a.account, node);
    if (chain !== null) files.push({ chain, versions, bytes });
  }
  return { files, next: counted.length < a.max ? null : (counted.at(-1)?.node ?? null) };
}
