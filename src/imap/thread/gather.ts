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
  const tops = [...topsOf(parents, order, messageCount)];
  const gathered = [...parents];
  /** Whoever stands for a subject; where a dummy gave way, who took its children. */
  const table = new Map<number, number>();
  const isDummy = (node: number) => node >= messageCount;
  for (const { node, first } of tops) {
    const subject = subjects[first] ?? 0;
    if (subject === 0) continue;
    const held = table.get(subject);
    const gives =
      held !== undefined && !isDummy(held) && (isDummy(node) || (replies[held] === 1 && replies[node] !== 1));
    if (held === undefined || gives) table.set(subject, node);
  }
  const moved = new Map<number, number>();
  for (const { node, first } of tops) {
    const subject = subjects[first] ?? 0;
    const held = table.get(subject);
    if (subject === 0 || held === undefined || held === node) continue;
    if (isDummy(held) && isDummy(node)) moved.set(node, held);
    else if (isDummy(held) || (replies[node] === 1 && replies[held] !== 1)) gathered[node] = held;
    else {
      const dummy = gathered.push(none) - 1;
      gathered[held] = dummy;
      gathered[node] = dummy;
      table.set(subject, dummy);
    }
  }
  return Int32Array.from(gathered, (parent) => moved.get(parent) ?? parent);
}

/** The threads by sent date, each with the message that speaks for it: itself, or of a dummy the first child. */
function* topsOf(parents: Int32Array, order: Uint32Array, messageCount: number) {
  const seen = new Set<number>();
  for (const first of order) {
    const parent = parents[first] ?? none;
    if (parent === none) yield { node: first, first };
    else if (parent >= messageCount && !seen.has(parent)) {
      seen.add(parent);
      yield { node: parent, first };
    }
  }
}
