import { reservedNames } from '../arrows.ts';
import type { Module } from '../parse.ts';
import { placeOf } from '../places.ts';
import type { Violation } from '../violation.ts';

/** The environment, the clock and the random source have one door each; tests may use their own. */
export function* checkNames(module: Module): Iterable<Violation> {
  const place = placeOf(module.path);
  if (!place || module.path.endsWith('.test.ts')) return;
  for (const { rule, owners, names } of reservedNames) {
    if (
      owners.some(
        (owner) => place.inside === owner || (owner.endsWith('/') && place.inside.startsWith(owner)),
      )
    ) {
      continue;
    }
    const lines = new Set<number>();
    for (const { name, line } of module.uses) {
      if (!names.some((reserved) => name === reserved || name.startsWith(`${reserved}.`)) || lines.has(line))
        continue;
      lines.add(line);
      yield { rule, path: module.path, line, what: `only ${owners.join(', ')} may name ${name}` };
    }
  }
}
