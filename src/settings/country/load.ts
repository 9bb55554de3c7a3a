import { basename, join } from 'node:path';
import { checkDocument } from '../check.ts';
import type { Whereabouts } from '../define.ts';
import type { SettingsDocument } from '../document.ts';
import { isReadableFile, openDocument } from '../file.ts';
import { type KeyPath, type Problem, problemAt, SettingsError } from '../problems.ts';
import { type CountryValues, countryDefinition } from './definition.ts';

/** What `coop:` says of the country. */
export interface CountryChoice {
  /** The file, absolute. */
  readonly country: string;
  /** Single values that the co-op's statutes set otherwise. */
  readonly rules: Readonly<Record<string, unknown>>;
}

const shipped = join(import.meta.dirname, '..', '..', '..', 'config', 'countries');

/** The file at this path, or the one of its name that comes with myco where there is none. */
export function countryFile(path: string): string {
  return isReadableFile(path) ? path : join(shipped, basename(path));
}

/** The rules of a co-op as written. Throws SettingsError with every problem at its place in either file. */
export function loadCountry(choice: CountryChoice, place?: Whereabouts): CountryValues {
  const file = countryFile(choice.country);
  const document = openDocument(file, file);
  const problems: Problem[] = [];
  const refuse = (path: KeyPath, message: string) => {
    const at = place?.locate(['coop', 'rules', ...path], 'key');
    problems.push(problemAt(place?.file ?? 'coop.rules', at, message));
  };
  const { law, coop, ...rules } = choice.rules;
  for (const [fixed, value] of Object.entries({ law, coop }))
    if (value !== undefined)
      refuse([fixed], `coop.rules: ${fixed} is the country's; choose another one with coop.country`);
  const folders = { working: '/', config: '/' };
  const merged = overlay(document, rules, place);
  const checked = checkDocument(countryDefinition, folders, merged, isReadableFile);
  if (!checked.ok) problems.push(...checked.problems);
  if (!checked.ok || problems.length > 0) throw new SettingsError(problems);
  return checked.value;
}

/** The country's file with single values replaced; each value is located where it was written. */
function overlay(
  document: SettingsDocument,
  rules: Readonly<Record<string, unknown>>,
  place: Whereabouts | undefined,
): SettingsDocument {
  if (document.value === undefined) return document;
  return {
    ...document,
    value: replaced(document.value, rules),
    locate: (path, what) => {
      const own = depthIn(rules, path);
      if (own === 0 || (own < path.length && document.given(path.slice(0, own + 1))))
        return document.locate(path, what);
      const file = place?.file ?? 'coop.rules';
      return place
        ? { ...place.locate(['coop', 'rules', ...path], what), file }
        : { line: 1, column: 1, file };
    },
  };
}

/** How far a path is written in a value. */
function depthIn(value: unknown, path: KeyPath): number {
  let at: unknown = value;
  for (const [depth, part] of path.entries()) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, part)) return depth;
    at = (at as Record<string | number, unknown>)[part];
  }
  return path.length;
}

/** Sections are taken together key by key; anything else, lists too, is replaced whole. */
function replaced(
  base: Readonly<Record<string, unknown>>,
  by: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const value: Record<string, unknown> = { ...base };
  for (const [key, set] of Object.entries(by)) {
    const before = Object.hasOwn(base, key) ? base[key] : undefined;
    const both = isSection(before) && isSection(set);
    Object.defineProperty(value, key, {
      ...{ value: both ? replaced(before, set) : set },
      ...{ enumerable: true, configurable: true, writable: true },
    });
  }
  return value;
}

const isSection = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
