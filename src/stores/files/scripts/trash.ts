import { StoreError } from '../../../base/index.ts';
import { nextModseq, numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { nameKey, numbered } from '../names.ts';
import type { FilesQueries } from '../queries.ts';
import { rootFolder } from '../types.ts';
import { bind } from './contents.ts';
import { mayWrite } from './locks.ts';
import { typeAfter } from './move.ts';
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
  type Spot,
  spotAt,
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

/** Where it was, or in the root where that folder is gone, by a name that is free. */
function* formerSpot(q: FilesQueries, a: Write, parent: number, node: Node): Script<Spot> {
  const before = yield* chainOf(q, a.account, parent);
  const chain = before ?? (yield* folderAt(q, a, rootFolder));
  const name = yield* freeName(q, a, chain, nameOf(node));
  const key = nameKey(name);
  return { chain, nameKey: key, name: name === key ? null : name, existing: null };
}

export interface RestoreArgs extends Write {
  readonly node: number;
  /** Null: where it was. */
  readonly to: { readonly folder: number; readonly name: string } | null;
}

/** One write, wherever it goes: what is refused stays in the trash. */
export function* restoreTrash(q: FilesQueries, a: RestoreArgs): Script<Node> {
  const { account } = a;
  const entry = (yield* run(q.trashFind, { account, node: a.node }))[0];
  const node = entry && (yield* run(q.nodeFind, { account, node: a.node }))[0];
  if (!entry || !node) throw missing();
  const spot = a.to ? yield* spotAt(q, a, a.to) : yield* formerSpot(q, a, entry.parent, node);
  if (spot.existing) throw new StoreError('exists', 'that name is taken');
  const { chain } = spot;
  yield* mayWrite(q, a, chain);
  const growth = weightOf(node);
  yield* checkRoom(q, a, chain, growth);
  yield* raise(q, chain, node.height, node);
  const modseq = yield* nextModseq(q, account);
  const type = a.to ? typeAfter(node, a.to.name) : node.type;
  const place = { parent: chain[0].id, nameKey: spot.nameKey, name: spot.name };
  yield* run(q.nodePlace, { account, node: node.id, ...place, type, modseq });
  yield* run(q.trashDrop, { account, ids: numbers([node.id]) });
  yield* grow(q, a, { kept: -entry.size });
  yield* bind(q, a, spot, { modseq, growth });
  return yield* nodeAt(q, account, node.id);
}

export function* trash(q: FilesQueries, a: { account: number; after: number; max: number }) {
  return yield* run(q.trashAfter, { ...a });
}
