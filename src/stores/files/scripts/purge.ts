import { dropBlobs, numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { FilesQueries } from '../queries.ts';
import { doomedParent, kinds } from '../tables.ts';
import { doomEntries } from './remove.ts';
import { grow, idsOf, type Node, type Write } from './tree.ts';

type Account = Pick<Write, 'account' | 'now' | 'rules'>;

/** Files, and folders that hold nothing: the rows, and what hangs on them. */
function* dropNodes(q: FilesQueries, a: Account, nodes: readonly Node[]): Script<void> {
  if (nodes.length === 0) return;
  const { account, now } = a;
  const ids = numbers(idsOf(nodes));
  yield* run(q.nodesDrop, { account, ids });
  const properties = yield* run(q.propertiesDrop, { account, ids });
  const versions = yield* run(q.versionsDrop, { account, ids });
  yield* run(q.goneDropIn, { account, ids });
  yield* run(q.locksDropAt, { account, ids });
  const contents = nodes.filter(({ kind }) => kind === kinds.file);
  yield* dropBlobs(
    q,
    [...contents, ...versions].map(({ hash }) => hash),
    now,
  );
  yield* grow(q, a, {
    kept: -versions.reduce((sum, { size }) => sum + size, 0),
    properties: -properties.reduce((sum, { bytes }) => sum + bytes, 0),
    doomed: -nodes.filter(({ parent }) => parent === doomedParent).length,
  });
}

/**
 * A step of what goes for good: a folder's files go, its folders take their place beside it; when it holds nothing any
 * more it goes itself. Answers whether there is more.
 */
export function* bury(q: FilesQueries, a: Account): Script<boolean> {
  const { account } = a;
  const doomed = yield* run(q.nodesDoomed, { account, max: limits.stepRows });
  const files = doomed.filter(({ kind }) => kind === kinds.file);
  yield* dropNodes(q, a, files);
  let left = limits.stepRows - files.length;
  for (const folder of doomed) {
    if (folder.kind === kinds.file || left <= 0) continue;
    const held = yield* run(q.nodesIn, { account, folder: folder.id, after: '', max: left });
    left -= held.length + 1;
    yield* dropNodes(
      q,
      a,
      held.filter(({ kind }) => kind === kinds.file),
    );
    const folders = held.filter(({ kind }) => kind === kinds.folder);
    if (folders.length > 0) {
      yield* run(q.nodesDetach, { account, ids: numbers(idsOf(folders)), parent: doomedParent });
      yield* grow(q, a, { doomed: folders.length });
    }
    if (left >= 0) yield* dropNodes(q, a, [folder]);
  }
  return (yield* run(q.nodesDoomed, { account, max: 1 })).length > 0;
}

export interface PurgeArgs extends Account {
  readonly trashBefore: number;
  readonly versionsBefore: number;
  readonly goneBefore: number;
}

function* dropVersions(
  q: FilesQueries,
  a: Account,
  versions: readonly { readonly node: number; readonly number: number }[],
): Script<boolean> {
  const { account, now } = a;
  const hashes: string[] = [];
  let kept = 0;
  for (const { node, number } of versions) {
    for (const { hash, size } of yield* run(q.versionDrop, { account, node, number })) {
      hashes.push(hash);
      kept += size;
    }
  }
  yield* dropBlobs(q, hashes, now);
  return yield* grow(q, a, { kept: -kept });
}

/** A step of what is too old; answers whether there is more. */
export function* purgeOld(q: FilesQueries, a: PurgeArgs): Script<boolean> {
  const { account } = a;
  if ((yield* run(q.accountFind, { account })).length === 0) return false;
  const max = limits.stepRows;
  const entries = yield* run(q.trashOldest, { account, before: a.trashBefore, max });
  yield* doomEntries(
    q,
    a,
    entries.map(({ node }) => node),
  );
  const versions = yield* run(q.versionsOldest, { account, before: a.versionsBefore, max });
  if (versions.length > 0) yield* dropVersions(q, a, versions);
  const tombstones = yield* run(q.goneOldest, { account });
  const [{ count } = { count: 0 }] = yield* run(q.goneCount, { account });
  const over = count - limits.tombstonesPerAccountMax;
  // In the order of their modseqs, which is that of time.
  const forgotten = tombstones.filter(({ at }, index) => at < a.goneBefore || index < over);
  const modseq = forgotten.at(-1)?.modseq;
  if (modseq !== undefined) {
    yield* run(q.goneForget, { account, modseq });
    yield* run(q.accountForgetUpTo, { account, modseq });
  }
  return [entries, versions, forgotten].some(({ length }) => length >= max);
}

/** A step of what is too much: the oldest of versions and trash go; answers whether there still is too much. */
export function* trim(q: FilesQueries, a: Account): Script<boolean> {
  const { account } = a;
  if ((yield* run(q.accountFind, { account })).length === 0) return false;
  const all = { account, before: Number.MAX_SAFE_INTEGER, max: limits.stepRows };
  const entries = (yield* run(q.trashOldest, all)).map((row) => ({ ...row, number: 0 }));
  const versions = yield* run(q.versionsOldest, all);
  const oldest = [...entries, ...versions].sort((x, y) => x.at - y.at).slice(0, limits.stepRows);
  for (const { node, number } of oldest) {
    const isEnough = !(yield* grow(q, a, {}));
    if (isEnough) return false;
    if (number === 0) yield* doomEntries(q, a, [node]);
    else yield* dropVersions(q, a, [{ node, number }]);
  }
  return oldest.length > 0 && (yield* grow(q, a, {}));
}

/** One step of letting go of everything of an account; answers whether there is more. */
export function* erase(q: FilesQueries, a: { account: number; now: number }): Script<boolean> {
  const { account, now } = a;
  const nodes = yield* run(q.nodesOf, { account });
  if (nodes.length > 0) {
    const ids = numbers(nodes.map(({ id }) => id));
    yield* run(q.nodesDrop, { account, ids });
    yield* run(q.propertiesDrop, { account, ids });
    const hashes = nodes.filter(({ kind }) => kind === kinds.file).map(({ hash }) => hash);
    yield* dropBlobs(q, hashes, now);
    return true;
  }
  const versions = yield* run(q.versionsOf, { account });
  const gone: string[] = [];
  for (const { node, number } of versions) {
    for (const { hash } of yield* run(q.versionDrop, { account, node, number })) gone.push(hash);
  }
  yield* dropBlobs(q, gone, now);
  if (versions.length > 0) return true;
  yield* run(q.trashDropAll, { account });
  yield* run(q.goneDropAll, { account });
  yield* run(q.locksDropAll, { account });
  yield* run(q.propertiesDropAll, { account });
  yield* run(q.accountDrop, { account });
  return false;
}
