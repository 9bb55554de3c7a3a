import { posix } from 'node:path';
import { arrows, forRootsOnly, pureFolders, reservedModules, roots } from '../arrows.ts';
import type { Module, Reference } from '../parse.ts';
import { isTest, type Place, placeOf } from '../places.ts';
import type { Violation } from '../violation.ts';

export interface Packages {
  dependencies: ReadonlySet<string>;
  devDependencies: ReadonlySet<string>;
}

/** Arrows, private insides, reserved drivers and sockets, undeclared packages, computed paths. */
export function* checkImports(module: Module, packages: Packages): Iterable<Violation> {
  const place = placeOf(module.path);
  if (place && !(place.row in arrows)) {
    yield {
      rule: 'unknown-folder',
      path: module.path,
      line: 1,
      what: `src/${place.row} has no row in the arrow table`,
    };
    return;
  }
  for (const reference of module.references) {
    const at = { path: module.path, line: reference.line };
    const { specifier } = reference;
    if (specifier === null) {
      if (place) yield { rule: 'import-literal', ...at, what: 'a computed module path cannot be checked' };
    } else if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(module.path), specifier);
      for (const fault of place ? fromSource(module.path, place, target) : intoSource(target))
        yield { ...fault, ...at };
    } else {
      for (const fault of outside(module.path, place, reference, packages)) yield { ...fault, ...at };
    }
  }
}

type Fault = Pick<Violation, 'rule' | 'what'>;

function* fromSource(path: string, from: Place, target: string): Iterable<Fault> {
  const to = placeOf(target);
  if (!to) {
    if (!path.endsWith('.test.ts')) yield { rule: 'arrow', what: `src/ may not import ${target}` };
    return;
  }
  if (!isTest(path)) {
    if (target.endsWith('.test.ts')) yield { rule: 'arrow', what: `imports the test ${to.inside}` };
    const allowed = arrows[from.row] ?? [];
    if (from.house !== to.house && !permits(allowed, from, to)) {
      yield { rule: 'arrow', what: `${from.house} may not import ${to.house}` };
    }
    yield* pure(from, to);
  }
  if (from.house !== to.house && !isDoor(to)) yield privateImport(to);
}

function permits(allowed: readonly string[], from: Place, to: Place): boolean {
  if (to.row === 'testing') return false;
  if (forRootsOnly.includes(to.row)) return roots.includes(from.row);
  if (from.row === 'stores' && to.row === 'stores') return false;
  return allowed.includes('*') || allowed.includes(to.row) || allowed.includes(to.house);
}

function* pure(from: Place, to: Place): Iterable<Fault> {
  for (const [folder, allowed] of Object.entries(pureFolders)) {
    if (!from.inside.startsWith(`${folder}/`) || to.inside.startsWith(`${folder}/`)) continue;
    if (!allowed.includes(to.row) && to.inside !== `${from.house}/limits.ts`)
      yield { rule: 'arrow', what: `${folder} is grammar only and may not import ${to.inside}` };
  }
}

/** tools/ and tests/ see of src/ what a folder sees of another: its index.ts (and folders of files, by URL). */
function* intoSource(target: string): Iterable<Fault> {
  const to = placeOf(target);
  const folder = target.endsWith('/');
  if (to && !folder && !isDoor(to) && to.row !== 'testing') yield privateImport(to);
}

function isDoor(to: Place): boolean {
  return to.inside === to.house || to.inside === `${to.house}/index.ts`;
}

function privateImport(to: Place): Fault {
  return { rule: 'private-import', what: `${to.inside} is inside ${to.house}; import ${to.house}/index.ts` };
}

function* outside(
  path: string,
  place: Place | null,
  reference: Reference,
  packages: Packages,
): Iterable<Fault> {
  const specifier = reference.specifier ?? '';
  const name = packageOf(specifier);
  const module = isBuiltin(name) ? `node:${name.replace(/^node:/, '')}` : name;
  for (const { rule, owner, modules } of reservedModules) {
    if (!place || path.endsWith('.test.ts') || place.row === owner || !modules.includes(module)) continue;
    yield { rule, what: `only ${owner}/ may name ${module}` };
  }
  if (module.startsWith('node:')) return;
  const known =
    packages.dependencies.has(name) || (isTest(path) || !place ? packages.devDependencies.has(name) : false);
  if (!known)
    yield {
      rule: 'package',
      what: `${name} is not in the ${place && !isTest(path) ? 'dependencies' : 'packages'} of package.json`,
    };
}

/** `drizzle-orm/pg-core` -> `drizzle-orm`; `@scope/name/x` -> `@scope/name`. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

const socketNames = new Set([
  'net',
  'tls',
  'http',
  'https',
  'http2',
  'dgram',
  'crypto',
  'fs',
  'path',
  'process',
]);

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || socketNames.has(name);
}
