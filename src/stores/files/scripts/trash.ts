import { StoreError } from '../../../base/index.ts';
import { nextModseq, numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { nameKey, numbered } from '../names.ts';
import type { FilesQueries } from '../queries.ts';
import { rootFolder } from '../types.ts';
import { bind } from './contents.ts';
import { mayWrite } from './locks.ts';
import { nodeAt } from './remove.ts';
import {
  type Chain,
  chainOf,
  checkRoom,
  folderAt,
  grow,
  isReserved,
  missing,
  type Node,
  nameOf,
  raise,
  type Write,
  weightOf,
} from './tree.ts';

/** The name, or the same with the first number that is free. */
function* freeName(q: FilesQueries, w: Write, folder: Chain, name: string): Script<string> {
  const { account, id } = folder[0];
  for (let number = 1; number <= limits.freeNamesMax; number++) {
    const tried = number === 1 ? name : numbered(name, number);
    const key = nameKey(tried);
    if (isReserved(w, id, key)) continue;
    if ((yield* run(q.nodeNamed, { account, folder: id, nameKey: key })).length === 0) return tried;
  }
  throw new StoreError('exists', 'that name and its numbers are taken');
}

/** Back where it was, or into the root where that folder is gone. */
export function* restoreTrash(q: FilesQueries, a: Write & { node: number }): Script<Node> {
  const { account } = a;
  const entry = (yield* run(q.trashFind, { account, node: a.node }))[0];
  const node = entry && (yield* run(q.nodeFind, { account, node: a.node }))[0];
  if (!entry || !node) throw missing();
  const before = yield* chainOf(q, account, entry.parent);
  const chain = before ?? (yield* folderAt(q, a, rootFolder));
  yield* mayWrite(q, a, chain);
  const growth = weightOf(node);
  yield* checkRoom(q, a, chain, growth);
  yield* raise(q, chain, node.height, node);
  const name = yield* freeName(q, a, chain, nameOf(node));
  const key = nameKey(name);
  const modseq = yield* nextModseq(q, account);
  const place = { parent: chain[0].id, nameKey: key, name: name === key ? null : name };
  yield* run(q.nodePlace, { account, node: node.id, ...place, type: node.type, modseq });
  yield* run(q.trashDrop, { account, ids: numbers([node.id]) });
  yield* grow(q, a, { kept: -entry.size });
  yield* bind(q, a, { chain, nameKey: key, name: place.name, existing: null }, { modseq, growth });
  return yield* nodeAt(q, account, node.id);
}

export function* trash(q: FilesQueries, a: { account: number; after: number; max: number }) {
  return yield* run(q.trashAfter, { ...a });
}
