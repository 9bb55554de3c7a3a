import type { Forest } from './forest.ts';

/** Pieces of text between two chances for others to run. */
const turnNodes = 1024;

/**
 * `(2)(3 6 (4 23)(44 7 96))`: RFC 5256 §5 thread-list, piece by piece. Threads may be as deep as there are messages, so
 * what is open is kept here and not on the stack. `numberOf`: of a message, as the client knows it.
 */
export function* threadText(forest: Forest, numberOf: (message: number) => number): Generator<string> {
  const { messageCount, root, starts, children } = forest;
  /** Nodes whose list is to be opened, the next one last; `close` ends one. */
  const waiting: number[] = [];
  const close = -1;
  const push = (node: number) => {
    for (let at = (starts[node + 1] ?? 0) - 1; at >= (starts[node] ?? 0); at--)
      waiting.push(children[at] ?? 0);
  };
  push(root);
  let text = '';
  for (let turns = 1; waiting.length > 0; turns++) {
    if (turns % turnNodes === 0) {
      yield text;
      text = '';
    }
    let node = waiting.pop() ?? close;
    if (node === close) {
      text += ')';
      continue;
    }
    text += '(';
    if (node < messageCount) text += numberOf(node);
    // Who has one child only goes on in the same list.
    for (let length = 1; (starts[node + 1] ?? 0) - (starts[node] ?? 0) === 1; length++) {
      node = children[starts[node] ?? 0] ?? 0;
      text += ` ${numberOf(node)}`;
      if (length % turnNodes === 0) {
        yield text;
        text = '';
      }
    }
    const hasMany = (starts[node + 1] ?? 0) > (starts[node] ?? 0);
    if (hasMany && node < messageCount) text += ' ';
    waiting.push(close);
    if (hasMany) push(node);
  }
  yield text;
}
