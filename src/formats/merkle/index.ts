/**
 * formats/merkle: trees of hashes by which a reader checks that nothing was changed, taken away or added.
 * - `tree.ts`: the tree of RFC 6962 (and RFC 9162) over any bytes: root, proof that a leaf is in it, proof that an older
 *   tree is the beginning of a newer one.
 * - `sum.ts`: the same shape with an amount on every leaf and the sum on every node: a root that says how much all leaves
 *   are together, and a proof for one leaf that shows nobody's name.
 * All hashes are SHA-256, 32 octets. Nothing here keeps anything.
 */
export {
  type SumLeaf,
  type SumNode,
  type SumStep,
  type SumTree,
  sumLeafHash,
  sumProof,
  sumRoot,
  sumTree,
  sumWay,
  verifySumProof,
} from './sum.ts';
export {
  consistencyProof,
  consistencySpans,
  Frontier,
  inclusionProof,
  inclusionSpans,
  leafHash,
  rootOf,
  type Span,
  verifyConsistency,
  verifyInclusion,
} from './tree.ts';
