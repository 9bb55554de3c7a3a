import type { Forest } from './forest.ts';

/** Nodes between two chances for others to run. */
const turnNodes = 4096;

const [open, shut, space] = [0x28, 0x29, 0x20];

/** Where the text goes; `ResponseWriter` is one. */
export interface ThreadOut {
  octet(code: number): unknown;
  digits(value: number): unknown;
}

/**
 * `(2)(3 6 (4 23)(44 7 96))`: RFC 5256 §5 thread-list. Threads may be as deep as there are messages, so what is open is
 * kept here and not on the stack. `numbers`: of each message, as the client knows it. May be driven in slices.
 */
export function* writeThreads(
  forest: Forest,
  numbers: ArrayLike<number>,
  out: ThreadOut,
): Generator<void, void> {
  const { messageCount, root, starts, children } = forest;
  /** Nodes whose list is to be opened, the next one last; `close` ends one. */
  const waiting: number[] = [];
  const close = -1;
  const push = (node: number) => {
    const first = starts[node] as number;
    for (let at = (starts[node + 1] as number) - 1; at >= first; at--) waiting.push(children[at] as number);
  };
  push(root);
  for (let turns = 1; waiting.length > 0; turns++) {
    if (turns % turnNodes === 0) yield;
    let node = waiting.pop() as number;
    if (node === close) {
      out.octet(shut);
      continue;
    }
    out.octet(open);
    if (node < messageCount) out.digits(numbers[node] as number);
    // Who has one child only goes on in the same list.
    for (let length = 1; (starts[node + 1] as number) - (starts[node] as number) === 1; length++) {
      node = children[starts[node] as number] as number;
      out.octet(space);
      out.digits(numbers[node] as number);
      if (length % turnNodes === 0) yield;
    }
    const hasMany = (starts[node + 1] as number) > (starts[node] as number);
    if (!hasMany) {
      out.octet(shut);
      continue;
    }
    if (node < messageCount) out.octet(space);
    waiting.push(close);
    push(node);
  }
}
