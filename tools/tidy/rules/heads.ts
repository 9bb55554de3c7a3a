import { indexHeadLinesMax } from '../limits.ts';
import type { Module } from '../parse.ts';
import type { Violation } from '../violation.ts';

/** Every index.ts of src/ opens with what the folder is for and its invariants, in at most 25 lines. */
export function* checkHead(module: Module): Iterable<Violation> {
  const { path, text } = module;
  if (!path.startsWith('src/') || !path.endsWith('/index.ts')) return;
  const head = /^\/\*\*[\s\S]*?\*\/|^(?:\/\/[^\n]*\n)+/.exec(text)?.[0].trimEnd();
  if (head === undefined) {
    yield { rule: 'index-head', path, line: 1, what: 'opens without a comment on what the folder is for' };
  } else if (head.split('\n').length > indexHeadLinesMax) {
    const lines = head.split('\n').length;
    yield {
      rule: 'index-head',
      path,
      line: 1,
      what: `its head has ${lines} lines; at most ${indexHeadLinesMax}`,
    };
  }
}
