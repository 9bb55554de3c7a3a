import type { SumNode, SumStep } from '../../formats/merkle/index.ts';
import { chunkRows } from './limits.ts';

/** Octets of a node: its sum, big end first, and its hash. */
const nodeOctets = 40;

/** A stretch of a level of the tree. */
export interface Chunk {
  readonly level: number;
  readonly chunk: number;
  readonly nodes: Buffer;
}

/** The levels of a tree in rows, so that a proof reads a few of them and not the tree. */
export function chunksOf(levels: readonly (readonly SumNode[])[]): readonly Chunk[] {
  return levels.flatMap((nodes, level) =>
    Array.from({ length: Math.ceil(nodes.length / chunkRows) }, (_, chunk) => {
      const those = nodes.slice(chunk * chunkRows, (chunk + 1) * chunkRows);
      return { level, chunk, nodes: octetsOf(those) };
    }),
  );
}

function octetsOf(nodes: readonly SumNode[]): Buffer {
  const octets = Buffer.alloc(nodeOctets * nodes.length);
  let at = 0;
  for (const { sum, hash } of nodes) {
    octets.writeUInt32BE(Math.floor(sum / 2 ** 32), at);
    octets.writeUInt32BE(sum % 2 ** 32, at + 4);
    hash.copy(octets, at + 8);
    at += nodeOctets;
  }
  return octets;
}

/** Where a node of the way up stands. */
export interface Beside {
  readonly level: number;
  readonly at: number;
  readonly side: SumStep['side'];
}

/** The nodes beside the way from a leaf to the root of a tree of `count` leaves, nearest first. */
export function waysUp(place: number, count: number): readonly Beside[] {
  const steps: Beside[] = [];
  for (let [level, at, nodes] = [0, place, count]; nodes > 1; level++) {
    const side = at % 2 === 1 ? 'left' : 'right';
    const beside = side === 'left' ? at - 1 : at + 1;
    if (beside < nodes) steps.push({ level, at: beside, side });
    at = Math.floor(at / 2);
    nodes = Math.ceil(nodes / 2);
  }
  return steps;
}

export const chunkOf = ({ at }: Beside): number => Math.floor(at / chunkRows);

/** The node in the row that keeps it; throws where the row is too short. */
export function nodeIn(nodes: Buffer, { at, side }: Beside): SumStep {
  const from = (at % chunkRows) * nodeOctets;
  const octets = nodes.subarray(from, from + nodeOctets);
  if (octets.length < nodeOctets) throw new Error('a row of the tree of sums is too short');
  return { side, sum: Number(octets.readBigUInt64BE()), hash: Buffer.from(octets.subarray(8)) };
}
