import { fileLinesMax, functionLinesMax, testFileLinesMax } from '../limits.ts';
import type { Module } from '../parse.ts';
import type { Violation } from '../violation.ts';

/** Files of at most 500 lines (tests 1000), functions of at most 70 (not in tests, where a suite is one function). */
export function* checkSizes(module: Module): Iterable<Violation> {
  const { path } = module;
  const test = path.endsWith('.test.ts');
  const max = test ? testFileLinesMax : fileLinesMax;
  if (module.lines > max) {
    yield { rule: 'file-length', path, line: max + 1, what: `${module.lines} lines; at most ${max}` };
  }
  for (const { name, line, lines } of test ? [] : module.functions) {
    if (lines <= functionLinesMax) continue;
    yield {
      rule: 'function-length',
      path,
      line,
      name,
      what: `${name} has ${lines} lines; at most ${functionLinesMax}`,
    };
  }
}
