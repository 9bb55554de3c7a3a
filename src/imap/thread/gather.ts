import { none } from './family.ts';

interface Subjects {
  /** 0: none. */
  readonly subjects: Uint32Array;
  readonly replies: Uint8Array;
}

/**
 * RFC 5256 §3 REFERENCES step 5: threads of one base subject become one. `parents` as `prune` answers them, `order`
 * the messages by sent date; answers parents of the same kind.
 */
export function gatherSubjects(
  parents: Int32Array,
  order: Uint32Array,
  messageCount: number,
  { subjects, replies }: Subjects,
): Int32Array {
  const { tops, firsts } = topsOf(parents, order, messageCount);
  const gathered = new Int32Array(parents.length + tops.length).fill(none);
  gathered.set(parents);
  let count = parents.length;
  /** Of each subject who stands for it; where a dummy gave way, who took its children. */
  const table = new Int32Array(highest(subjects) + 1).fill(none);
  const isDummy = (node: number) => node >= messageCount;
  for (let at = 0; at < tops.length; at++) {
    const node = tops[at] as number;
    const subject = subjects[firsts[at] as number] as number;
    if (subject === 0) continue;
    const held = table[subject] as number;
    const gives =
      held !== none && !isDummy(held) && (isDummy(node) || (replies[held] === 1 && replies[node] !== 1));
    if (held === none || gives) table[subject] = node;
  }
  const moved = new Int32Array(gathered.length).fill(none);
  for (let at = 0; at < tops.length; at++) {
    const node = tops[at] as number;
    const subject = subjects[firsts[at] as number] as number;
    const held = table[subject] as number;
    if (subject === 0 || held === none || held === node) continue;
    if (isDummy(held) && isDummy(node)) moved[node] = held;
    else if (isDummy(held) || (replies[node] === 1 && replies[held] !== 1)) gathered[node] = held;
    else {
      const dummy = count++;
      gathered[held] = dummy;
      gathered[node] = dummy;
      table[subject] = dummy;
    }
  }
  for (let node = 0; node < count; node++) {
    const parent = gathered[node] as number;
    if (parent !== none && moved[parent] !== none) gathered[node] = moved[parent] as number;
  }
  return gathered.subarray(0, count);
}

function highest(values: Uint32Array): number {
  let most = 0;
  for (let at = 0; at < values.length; at++) if ((values[at] as number) > most) most = values[at] as number;
  return most;
}

/** The threads by sent date, each with the message that speaks for it: itself, or of a dummy the first child. */
function topsOf(parents: Int32Array, order: Uint32Array, messageCount: number) {
  const seen = new Uint8Array(parents.length);
  const tops = new Uint32Array(order.length);
  const firsts = new Uint32Array(order.length);
  let count = 0;
  for (let at = 0; at < order.length; at++) {
    const first = order[at] as number;
    const parent = parents[first] as number;
    if (parent === none) tops[count] = first;
    else if (parent >= messageCount && seen[parent] === 0) {
      seen[parent] = 1;
      tops[count] = parent;
    } else continue;
    firsts[count++] = first;
  }
  return { tops: tops.subarray(0, count), firsts: firsts.subarray(0, count) };
}
