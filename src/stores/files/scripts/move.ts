import { nextModseq, run, type Script, texts } from '../../../storage/index.ts';
import { typeOfName } from '../content-types.ts';
import type { FilesQueries } from '../queries.ts';
import { kinds } from '../tables.ts';
import { bind } from './contents.ts';
import { copyTree } from './copying.ts';
import {
  type Begun,
  type Ends,
  endsOf,
  giveWay,
  type Stale,
  type TransferArgs,
  type Transferred,
} from './ends.ts';
import { mayLeave, unlockToLeave } from './locks.ts';
import { discard, folderOf, nodeAt, unbind } from './remove.ts';
import { type Node, nameOf, raise, sameSize, type Write, weightOf, writeUp } from './tree.ts';

/** A type that came from the old name comes from the new one now. */
export function typeAfter(node: Node, name: string): string {
  return node.kind === kinds.file && node.type === typeOfName(nameOf(node)) ? typeOfName(name) : node.type;
}

/** RFC 4918 §9.9 within a tree: one row, and the folders above both places. */
function* moveWithin(q: FilesQueries, a: TransferArgs, ends: Ends): Script<Transferred> {
  const { account } = a;
  const { source, existing } = ends;
  const [node] = source;
  const folder = folderOf(source);
  yield* unlockToLeave(q, a, source);
  const { spot, crowded } = yield* giveWay(q, a, ends);
  yield* raise(q, spot.chain, node.height, node);
  // Two, so that nothing else of a folder has the same number.
  const modseq = yield* nextModseq(q, account, 2);
  // Another form of the name is another URL.
  const isRenamed = spot.chain[0].id !== node.parent || nameOf(spot) !== nameOf(node);
  const place = { parent: spot.chain[0].id, nameKey: spot.nameKey, name: spot.name };
  const type = typeAfter(node, a.name);
  yield* run(q.nodePlace, { account, node: node.id, ...place, type, modseq });
  yield* bind(q, a, spot, { modseq, growth: weightOf(node) });
  // Only now: no folder that holds something is taken for empty meanwhile.
  yield* unbind(q, a, { node, folder, modseq: modseq - 1, isStillThere: !isRenamed });
  yield* writeUp(q, spot.chain, sameSize, { modseq, named: 0, now: a.now });
  return {
    done: { node: yield* nodeAt(q, account, node.id), replaced: existing !== null },
    crowded,
  };
}

/**
 * Into another account: rows of its own there. What was here goes for good, a step at a time, where its owner moves it;
 * where another does, it and its earlier contents stay with the owner, in the trash. It goes in the transaction in which the
 * copy is put in its place, and only as it was when that was made: nothing that came meanwhile is lost.
 */
function* moveAcross(q: FilesQueries, a: TransferArgs, ends: Ends): Script<Transferred | Begun | Stale> {
  const { from } = a;
  const [node] = ends.source;
  if (a.begun !== null && a.begun.modseq !== node.modseq) return { stale: true };
  const there: Write = { ...a, account: from.account };
  const ended = yield* mayLeave(q, there, ends.source);
  const isOwn = a.by.member === from.account;
  const copied = yield* copyTree(q, a, ends, { withVersions: isOwn, isDeep: true });
  if ('begun' in copied) return copied;
  if (ended.length > 0) yield* run(q.locksDrop, { account: from.account, tokens: texts(ended) });
  const modseq = yield* nextModseq(q, from.account);
  yield* discard(q, there, { node, folder: folderOf(ends.source), modseq, forGood: isOwn });
  return copied;
}

export function* move(q: FilesQueries, a: TransferArgs): Script<Transferred | Begun | Stale> {
  const ends = yield* endsOf(q, a);
  folderOf(ends.source);
  return yield* a.account === a.from.account ? moveWithin(q, a, ends) : moveAcross(q, a, ends);
}
