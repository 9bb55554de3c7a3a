import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { brokenRules, type Checked, checkDocument } from './check.ts';
import type { Definition, Folders, Slices, Values } from './define.ts';
import { emptyDocument } from './document.ts';
import type { Environment } from './environment.ts';
import { isReadableFile, openDocument } from './file.ts';
import { reloadUnits } from './peel.ts';
import { formatPath, type Problem, problemAt, SettingsError } from './problems.ts';

/** Read where neither `--config` nor MYCO_CONFIG names a file, if it exists. Relative to the working directory. */
export const usualFile = 'config/myco.yaml';

export interface Where {
  /** `--config FILE`; wins over the environment. */
  readonly file?: string;
  readonly env: Environment;
  /** The directory that relative paths of the command line are relative to. Default: that of the process. */
  readonly working?: string;
}

export type Reloaded<T> =
  | {
      readonly ok: true;
      /** The new values; keys that need a restart keep their running value. */
      readonly value: T;
      /** Changed keys now in effect, as dotted paths. */
      readonly live: readonly string[];
      /** Changed keys that wait for a restart. */
      readonly restart: readonly string[];
    }
  | { readonly ok: false; readonly error: SettingsError };

export interface Loaded<T> {
  /** The values now in effect. */
  readonly value: T;
  /** The file as the operator named it; undefined where the built-in defaults run. */
  readonly file: string | undefined;
  /** SIGHUP: reads again. A bad file is refused whole and changes nothing. */
  reload(): Reloaded<T>;
}

/**
 * Loads the configuration: `--config`, else MYCO_CONFIG, else config/myco.yaml if it exists, else the defaults.
 * Throws SettingsError with every problem at once.
 */
export function loadSettings<S extends Slices>(definition: Definition<S>, where: Where): Loaded<Values<S>> {
  const working = resolve(where.working ?? '.');
  const file = chooseFile(where, working);
  const folders: Folders = { working, config: dirname(resolve(working, file ?? usualFile)) };
  const read = (): Checked<Values<S>> => {
    const document =
      file === undefined ? emptyDocument('defaults') : openDocument(file, resolve(working, file));
    return checkDocument(definition, folders, document, isReadableFile);
  };
  const first = read();
  if (!first.ok) throw new SettingsError(first.problems);
  let value = first.value;
  return {
    file,
    get value() {
      return value;
    },
    reload() {
      const next = read();
      if (!next.ok) return { ok: false, error: new SettingsError(next.problems) };
      const reloaded = merge(definition, folders, value, next.value, file ?? 'defaults');
      if (reloaded.ok) value = reloaded.value;
      return reloaded;
    },
  };
}

function chooseFile(where: Where, working: string): string | undefined {
  const named = where.file ?? where.env.config;
  if (named !== undefined) return named;
  // A file that is there but cannot be read must not be taken for the defaults.
  return statSync(resolve(working, usualFile), { throwIfNoEntry: false }) === undefined
    ? undefined
    : usualFile;
}

/** Takes over what may change while the server runs, unit by unit, and keeps the rest. */
function merge<S extends Slices>(
  definition: Definition<S>,
  folders: Folders,
  old: Values<S>,
  next: Values<S>,
  file: string,
): Reloaded<Values<S>> {
  const value: Record<string, unknown> = { ...next };
  const live: string[] = [];
  const restart: string[] = [];
  for (const { path, reload } of reloadUnits(definition.slices(folders))) {
    const before = valueAt(old, path);
    if (isDeepStrictEqual(before, valueAt(next, path))) continue;
    (reload === 'live' ? live : restart).push(formatPath(path));
    if (reload === 'restart') putAt(value, path, before);
  }
  // Old and new together may contradict each other although each holds by itself.
  const context = { given: () => false, readable: isReadableFile };
  const problems: Problem[] = [];
  for (const { message } of brokenRules(definition, new Map(Object.entries(value)), context)) {
    problems.push(problemAt(file, undefined, `${message}; these changes need a restart together`));
  }
  if (problems.length > 0) return { ok: false, error: new SettingsError(problems) };
  return { ok: true, value: value as Values<S>, live, restart };
}

function valueAt(from: unknown, path: readonly string[]): unknown {
  let value = from;
  for (const key of path) value = isSection(value) ? value[key] : undefined;
  return value;
}

function putAt(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let section = into;
  for (const key of path.slice(0, -1)) {
    const below = section[key];
    if (!isSection(below)) return;
    // A copy: the values that were read stay as they are.
    const copy = { ...below };
    section[key] = copy;
    section = copy;
  }
  const last = path.at(-1);
  if (last !== undefined) section[last] = value;
}

function isSection(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
