import { type Family, none } from './family.ts';

/**
 * RFC 5256 §3 REFERENCES step 3: dummies go, their children move up; only at the top, over two or more, one stays.
 * Answers parents as `growForest` takes them, dummies renumbered.
 */
export function prune({ parents, messageCount }: Family): Int32Array {
  const ends = endsOf(parents, messageCount);
  /** Of each dummy at the top, how many messages came to stand right below it. */
  const below = new Uint32Array(parents.length);
  for (let message = 0; message < messageCount; message++) {
    const end = endOf(parents, ends, message);
    if (end >= messageCount) below[end] = (below[end] ?? 0) + 1;
  }
  const numbers = new Int32Array(parents.length).fill(none);
  let count = messageCount;
  const pruned: number[] = [];
  for (let message = 0; message < messageCount; message++) {
    const end = endOf(parents, ends, message);
    if (end < messageCount) pruned.push(end);
    else if ((below[end] ?? 0) < 2) pruned.push(none);
    else {
      if (numbers[end] === none) numbers[end] = count++;
      pruned.push(numbers[end] ?? none);
    }
  }
  const made = new Int32Array(count).fill(none);
  made.set(pruned);
  return made;
}

function endOf(parents: Int32Array, ends: Int32Array, message: number): number {
  const parent = parents[message] ?? none;
  return parent === none ? none : (ends[parent] ?? none);
}

/** Going up from each node: itself where it is a message, else the first message, or the dummy at the top. */
function endsOf(parents: Int32Array, messageCount: number): Int32Array {
  const unknown = -2;
  const ends = new Int32Array(parents.length).fill(unknown);
  for (let node = 0; node < messageCount; node++) ends[node] = node;
  const path: number[] = [];
  for (let start = messageCount; start < parents.length; start++) {
    let node = start;
    while (ends[node] === unknown) {
      path.push(node);
      const parent = parents[node] ?? none;
      if (parent === none) {
        ends[node] = node;
        break;
      }
      node = parent;
    }
    const end = ends[node] ?? none;
    for (const passed of path.splice(0)) ends[passed] = end;
  }
  return ends;
}
