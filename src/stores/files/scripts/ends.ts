import { StoreError } from '../../../base/index.ts';
import { nextModseq, type Script } from '../../../storage/index.ts';
import type { FilesQueries } from '../queries.ts';
import type { Expect } from '../types.ts';
import type { Copying } from './copying.ts';
import { mayLeave, mayWrite, unlockToLeave } from './locks.ts';
import { discard } from './remove.ts';
import {
  type Chain,
  checkExpect,
  type Done,
  type Node,
  rooted,
  type Spot,
  spotAt,
  type Write,
} from './tree.ts';

export interface TransferArgs extends Write {
  /** Those of both trees. */
  readonly accounts: readonly number[];
  readonly from: { readonly account: number; readonly node: number };
  readonly folder: number;
  readonly name: string;
  readonly overwrite: boolean;
  readonly expect?: Expect;
  /** Of a COPY: 0 takes a folder without what is in it. */
  readonly depth?: '0' | 'infinity';
  /** What was copied in steps, whole; null before. */
  readonly begun: Copying | null;
}

export type Transferred = Done<{ readonly node: Node; readonly replaced: boolean }>;

/** More than one transaction takes: it goes on in steps. */
export interface Begun {
  readonly begun: Copying;
}

/** What was to be taken away has changed since it was copied. */
export interface Stale {
  readonly stale: true;
}

/** Both ends of a MOVE or COPY, judged but for locks. */
export interface Ends {
  readonly source: Chain;
  readonly spot: Spot;
  /** What stands there and is not the source itself. */
  readonly existing: Node | null;
}

/** StoreError 'conflict' where a tree would go into itself, or into the place of a folder that it lies in. */
export function* endsOf(q: FilesQueries, a: TransferArgs): Script<Ends> {
  const source = yield* rooted(q, a.from.account, a.from.node);
  const [node] = source;
  checkExpect(node, a.expect);
  const spot = yield* spotAt(q, a, a);
  const isWithin = a.account === a.from.account;
  if (isWithin && a.depth !== '0' && spot.chain.some(({ id }) => id === node.id))
    throw new StoreError('conflict', 'a folder cannot go into itself');
  const existing = isWithin && spot.existing?.id === node.id ? null : spot.existing;
  if (existing !== null && !a.overwrite) throw new StoreError('exists', 'that name is taken');
  if (isWithin && existing !== null && source.some(({ id }) => id === existing.id))
    throw new StoreError('conflict', 'a folder cannot give way to what lies in it');
  return { source, spot, existing };
}

/** The locks of the destination, as `giveWay` will judge them. */
export function* mayGiveWay(q: FilesQueries, a: TransferArgs, { spot, existing }: Ends): Script<void> {
  if (existing === null) yield* mayWrite(q, a, spot.chain);
  else yield* mayLeave(q, a, [existing, ...spot.chain]);
}

/** What stands at the destination goes into the trash; answers the place as it is then, and whether too much is kept. */
export function* giveWay(
  q: FilesQueries,
  a: TransferArgs,
  { spot, existing }: Ends,
): Script<{ spot: Spot; crowded: boolean }> {
  if (existing === null) {
    yield* mayWrite(q, a, spot.chain);
    return { spot, crowded: false };
  }
  yield* unlockToLeave(q, a, [existing, ...spot.chain]);
  const modseq = yield* nextModseq(q, a.account);
  const crowded = yield* discard(q, a, { node: existing, folder: spot.chain, modseq, forGood: false });
  return { spot: yield* spotAt(q, a, a), crowded };
}
