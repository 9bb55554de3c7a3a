import { dirname } from 'node:path/posix';
import type { Module } from '../parse.ts';
import { placeOf } from '../places.ts';
import type { Violation } from '../violation.ts';

/** What a limit may end with: its unit, and whether it is the most, the least or how many per time. */
const units =
  /(?:Max|Min|Bits|Bytes|KiB|MiB|Chars|Ms|Seconds|Minutes|Hours|Days|Percent|Ratio|Count|Lines|Depth|Level|Rows|Passes|Lanes|Per(?:Second|Minute|Hour|Day))$/;

/** Every constant of a limits.ts ends with its unit; every maximum is named by a test of its folder. */
export function* checkLimits(module: Module, all: readonly Module[]): Iterable<Violation> {
  const { path } = module;
  if (!path.startsWith('src/') || !path.endsWith('/limits.ts')) return;
  const house = placeOf(path)?.house ?? dirname(path);
  const tests = all.filter((other) => {
    return (
      other.path.endsWith('.test.ts') &&
      (other.path.startsWith(`src/${house}/`) || other.path.startsWith('tests/'))
    );
  });
  for (const { name, line } of module.constants) {
    if (!units.test(name)) {
      yield {
        rule: 'limit-name',
        path,
        line,
        what: `${name} does not end with its unit (lineBytesMax, idleMinutesMax)`,
      };
    }
    if (!name.endsWith('Max')) continue;
    const word = new RegExp(`\\b${name}\\b`);
    if (!tests.some((test) => word.test(test.text))) {
      yield { rule: 'limit-test', path, line, what: `${name} is named by no test of src/${house}` };
    }
  }
}
