import type { z } from 'zod';
import type { Definition, Folders, RuleContext, Slices, Values } from './define.ts';
import type { SettingsDocument } from './document.ts';
import { nearest } from './nearest.ts';
import { keyPaths, keysOf, peel } from './peel.ts';
import { formatPath, type KeyPath, type Problem, problemAt, show } from './problems.ts';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Judges a document by the schema: every unknown key, wrong value and impossible combination at once. */
export function checkDocument<S extends Slices>(
  definition: Definition<S>,
  folders: Folders,
  document: SettingsDocument,
  readable: (file: string) => boolean,
): Checked<Values<S>> {
  const problems: Problem[] = [...document.problems];
  if (document.value === undefined) return { ok: false, problems };
  const slices = definition.slices(folders);
  const report = (path: KeyPath, message: string, what: 'key' | 'value' = 'value'): void => {
    const place = document.locate(path, what);
    problems.push(problemAt(place.file ?? document.file, place, message));
  };
  const valid = new Map<string, unknown>();
  for (const key of Object.keys(document.value)) {
    if (!Object.hasOwn(slices, key)) report([key], unknownKey(slices, [], key), 'key');
  }
  for (const [key, schema] of Object.entries(slices)) {
    const written: unknown = Object.hasOwn(document.value, key) ? document.value[key] : undefined;
    if (written === null && keysOf(peel(schema).inner) !== undefined) {
      report([key], `${key} is empty; write its keys below it, or leave it out for the defaults`);
      continue;
    }
    const result = schema.safeParse(written, { error: messageOfIssue });
    if (result.success) valid.set(key, result.data);
    else reportIssues(result.error.issues, [key], slices, report);
  }
  const context: RuleContext = { given: document.given, readable };
  for (const { path, message } of brokenRules(definition, valid, context)) report(path, message);
  if (problems.length > 0) return { ok: false, problems };
  const value = Object.fromEntries(valid) as Values<S>;
  problems.push(...(definition.beside?.(value, document) ?? []));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value };
}

/** What the rules find, each running only where all that it reads is valid. */
export function* brokenRules<S extends Slices>(
  definition: Definition<S>,
  valid: ReadonlyMap<string, unknown>,
  context: RuleContext,
): Generator<{ path: KeyPath; message: string }> {
  for (const rule of definition.rules) {
    if (!rule.reads.every((key) => valid.has(key))) continue;
    const values = Object.fromEntries(rule.reads.map((key) => [key, valid.get(key)]));
    yield* rule.check(values as Values<S>, context);
  }
}

type Report = (path: KeyPath, message: string, what?: 'key' | 'value') => void;

function reportIssues(
  issues: readonly z.core.$ZodIssue[],
  above: KeyPath,
  slices: Slices,
  report: Report,
): void {
  for (const issue of issues) {
    const path: KeyPath = [...above, ...issue.path.map((part) => (typeof part === 'symbol' ? '' : part))];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) report([...path, key], unknownKey(slices, path, key), 'key');
    } else if (issue.code === 'invalid_union') {
      const branch = likelyBranch(issue.errors);
      if (branch === undefined) report(path, `${formatPath(path)}: ${issue.message}`);
      else reportIssues(branch, path, slices, report);
    } else report(path, `${formatPath(path)}: ${issue.message}`);
  }
}

/** Of the branches of a union, the only one whose type fits the value, so that its own faults can be named. */
function likelyBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const fitting = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || !isTypeIssue(issue)),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function isTypeIssue(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function unknownKey(slices: Slices, section: KeyPath, key: string): string {
  const where = section.length === 0 ? '' : ` in ${formatPath(section)}`;
  const start = `unknown key ${show(key)}${where}`;
  const all = keyPaths(slices);
  const names = section.filter((part) => typeof part === 'string');
  const siblings = all
    .filter((path) => path.length === names.length + 1 && names.every((name, index) => path[index] === name))
    .map((path) => String(path.at(-1)));
  const guess = nearest(key, siblings);
  if (guess !== undefined) return `${start}; did you mean ${show(guess)}?`;
  const elsewhere = all.find((path) => path.at(-1) === key);
  if (elsewhere !== undefined) return `${start}; did you mean ${show(formatPath(elsewhere))}?`;
  if (siblings.length === 0) return start;
  return `${start}; the keys here are ${siblings.join(', ')}`;
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a section of keys',
  array: 'a list',
};

/** Our sentence for what the schema refuses; undefined leaves the schema's own. */
function messageOfIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const found = `found ${show(issue.input)}`;
  if (issue.code === 'invalid_type') {
    const quotes = issue.expected === 'string' && typeof issue.input === 'number' ? '; put it in quotes' : '';
    return `expected ${words[issue.expected] ?? issue.expected}, ${found}${quotes}`;
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const guess = typeof issue.input === 'string' ? nearest(issue.input, values) : undefined;
    const hint = guess === undefined ? '' : `; did you mean ${show(guess)}?`;
    return `expected ${values.length === 1 ? '' : 'one of '}${values.join(', ')}, ${found}${hint}`;
  }
  if (issue.code === 'too_small') return `expected ${atLeast(issue.origin, Number(issue.minimum))}, ${found}`;
  if (issue.code === 'too_big') return `expected ${atMost(issue.origin, Number(issue.maximum))}, ${found}`;
  return undefined;
}

const counted: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

function atLeast(origin: string, minimum: number): string {
  return `at least ${minimum}${counted[origin] ?? ''}`;
}

function atMost(origin: string, maximum: number): string {
  return `at most ${maximum}${counted[origin] ?? ''}`;
}
