import { StoreError } from '../../../base/index.ts';
import { numbers, run, type Script } from '../../../storage/index.ts';
import type { FilesQueries } from '../queries.ts';
import { kinds } from '../tables.ts';
import { replaceContent } from './contents.ts';
import { copyTree } from './copying.ts';
import { type Begun, endsOf, type TransferArgs, type Transferred } from './ends.ts';
import { mayWrite } from './locks.ts';
import { grow, type Node, type Spot } from './tree.ts';

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

/** RFC 4918 §9.8. Of what changes while it is copied in steps each folder is as it was when it was read. */
export function* copy(q: FilesQueries, a: CopyArgs): Script<Transferred | Begun> {
  const ends = yield* endsOf(q, a);
  const [node] = ends.source;
  if (ends.spot.existing?.id === node.id && a.account === a.from.account)
    throw new StoreError('conflict', 'it cannot be copied onto itself');
  if (ends.existing?.kind === kinds.file && node.kind === kinds.file)
    return yield* copyOver(q, a, node, ends.existing, ends.spot);
  return yield* copyTree(q, a, ends, { withVersions: false, isDeep: a.depth === 'infinity' });
}
