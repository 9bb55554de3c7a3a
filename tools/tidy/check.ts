import { exceptions as declared, type Exception } from './exceptions.ts';
import { type Module, parseTree } from './parse.ts';
import type { SourceTree } from './read.ts';
import { checkHead } from './rules/heads.ts';
import { checkImports, type Packages } from './rules/imports.ts';
import { checkLimits } from './rules/limits.ts';
import { checkNames } from './rules/names.ts';
import { checkSizes } from './rules/sizes.ts';
import { checkWords } from './rules/words.ts';
import type { Violation } from './violation.ts';

export interface Verdict {
  filesChecked: number;
  importsChecked: number;
  violations: Violation[];
}

/** The folders whose TypeScript the rules are about. */
export const checkedFolders = ['src', 'tools', 'tests'] as const;

/** Checks a whole tree; what an exception covers is left out, an exception that covers nothing is reported. */
export function checkTree(
  tree: SourceTree,
  packages: Packages,
  exceptions: readonly Exception[] = declared,
): Verdict {
  const modules = parseTree(tree);
  const used = new Set<Exception>();
  const violations = [...breaches(modules, packages)].filter((violation) => {
    const covering = exceptions.find((exception) => covers(exception, violation));
    if (covering) used.add(covering);
    return !covering;
  });
  for (const exception of exceptions) {
    if (used.has(exception)) continue;
    const what = `the exception from '${exception.rule}' covers nothing any more`;
    violations.push({ rule: 'exception', path: exception.path, line: 1, what });
  }
  const importsChecked = modules.reduce((sum, module) => sum + module.references.length, 0);
  return { filesChecked: modules.length, importsChecked, violations };
}

function* breaches(modules: readonly Module[], packages: Packages): Iterable<Violation> {
  for (const module of modules) {
    for (const { name, line } of module.syntaxErrors)
      yield { rule: 'syntax', path: module.path, line, what: name };
    yield* checkImports(module, packages);
    yield* checkNames(module);
    yield* checkSizes(module);
    yield* checkHead(module);
    yield* checkWords(module);
    yield* checkLimits(module, modules);
  }
}

function covers(exception: Exception, violation: Violation): boolean {
  const path = exception.path.endsWith('/')
    ? violation.path.startsWith(exception.path)
    : violation.path === exception.path;
  const name = !exception.name || exception.name.test(violation.name ?? '');
  return path && name && exception.rule === violation.rule;
}

/** The packages that package.json declares. */
export function packagesOf(manifest: string): Packages {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(manifest);
  return {
    dependencies: new Set(Object.keys(dependencies)),
    devDependencies: new Set(Object.keys(devDependencies)),
  };
}
