import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { aliasesMax, aliasValuesMax, depthMax, fileBytesMax } from './limits.ts';
import { formatPath, type KeyPath, type Problem, problemAt, show } from './problems.ts';

export interface Place {
  /** Where it stands in another file than the document's own. */
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/** A YAML file read but not yet judged: its plain value, and where each key of it stands. */
export interface SettingsDocument {
  readonly file: string;
  /** The root mapping; empty for an empty file. Undefined where `problems` forbid to go on. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
  readonly problems: readonly Problem[];
  /** Where the value (or the key) at a path stands; the nearest enclosing one where it is absent. */
  locate(path: KeyPath, what?: 'key' | 'value'): Place;
  /** Whether the file itself writes this path. */
  given(path: KeyPath): boolean;
}

/** Reads YAML 1.2, core schema. Never throws: what is wrong is listed in `problems`. */
export function readDocument(file: string, bytes: Uint8Array): SettingsDocument {
  if (bytes.length > fileBytesMax) {
    return unreadable(file, `is ${bytes.length} bytes; a configuration has at most ${fileBytesMax}`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unreadable(file, 'is not UTF-8 text');
  }
  const lines = new LineCounter();
  try {
    // Duplicates are judged by our own walk, which can name the first of the two.
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
    return judge(file, document, lines);
  } catch (error) {
    // The YAML package recurses; the depth cap of the walk comes too late for it.
    if (error instanceof RangeError) return unreadable(file, 'is nested too deeply');
    throw error;
  }
}

/** A file of which nothing could be read. */
function unreadable(file: string, message: string): SettingsDocument {
  return emptyDocument(file, undefined, [problemAt(file, undefined, message)]);
}

/** A document in which nothing is written. */
export function emptyDocument(
  file: string,
  value: Readonly<Record<string, unknown>> | undefined = {},
  problems: readonly Problem[] = [],
): SettingsDocument {
  return { file, value, problems, locate: () => ({ line: 1, column: 1 }), given: () => false };
}

type Report = (offset: number, message: string) => void;

function judge(file: string, document: Document.Parsed, lines: LineCounter): SettingsDocument {
  const problems: Problem[] = [];
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const report: Report = (offset, message) => {
    problems.push(problemAt(file, place(offset), message));
  };
  for (const fault of [...document.errors, ...document.warnings]) report(fault.pos[0], faultMessage(fault));
  if (document.directives.yaml.version !== '1.2') report(0, 'only YAML 1.2 is read; remove the %YAML line');
  const syntaxHolds = problems.length === 0;
  const root = document.contents;
  if (root !== null && !isMap(root) && !isEmptyScalar(root)) {
    report(offsetOf(root), 'expected keys and values such as `coop:`, found something else');
  }
  const sound = walk(document, report);
  const readable = syntaxHolds && sound && (root === null || isMap(root) || isEmptyScalar(root));
  return {
    file,
    value: readable ? plainValue(document, report) : undefined,
    problems,
    locate: (path, what = 'value') => place(find(document, path, what).offset),
    given: (path) => find(document, path, 'value').whole,
  };
}

function plainValue(document: Document.Parsed, report: Report): Record<string, unknown> | undefined {
  try {
    const value: unknown = document.toJS({ maxAliasCount: aliasValuesMax });
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    report(0, `its aliases expand to more than ${aliasValuesMax} values`);
    return undefined;
  }
}

function faultMessage(fault: { code: string; message: string }): string {
  if (fault.code === 'MULTIPLE_DOCS') return 'a second document starts here; a configuration is one document';
  if (fault.code === 'TAG_RESOLVE_FAILED') return 'tags such as !name have no meaning here';
  // The package recurses and reports its own exhaustion as a fault of the file, which it is.
  if (fault.message.includes('call stack')) return 'nested too deeply';
  return `not readable as YAML: ${fault.message}`;
}

/**
 * Reports duplicate and unusable keys, aliases beyond the cap, and depth beyond the cap. Answers whether the document
 * may be turned into plain values.
 */
function walk(document: Document.Parsed, report: Report): boolean {
  const root = document.contents;
  let aliases = 0;
  let sound = true;
  // An explicit stack: the depth of the input must not become the depth of ours.
  const pending: { node: unknown; path: string[] }[] = [{ node: root, path: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, path } = next;
    if (isAlias(node)) {
      aliases++;
      if (aliases === aliasesMax + 1) report(offsetOf(node), `more than ${aliasesMax} aliases`);
      sound = checkAlias(node, document, report) && sound;
      continue;
    }
    if (!isMap(node) && !isSeq(node)) continue;
    if (path.length >= depthMax) {
      report(offsetOf(node), `nested deeper than ${depthMax} levels`);
      sound = false;
      continue;
    }
    if (isSeq(node)) for (const item of node.items) pending.push({ node: item, path: [...path, '-'] });
    if (isMap(node)) {
      sound = checkKeys(node.items, path, report) && sound;
      for (const pair of node.items) pending.push({ node: pair.value, path: [...path, keyOf(pair)] });
    }
  }
  return sound && aliases <= aliasesMax;
}

function checkAlias(alias: Alias, document: Document.Parsed, report: Report): boolean {
  const offset = offsetOf(alias);
  const target = alias.resolve(document);
  if (target === undefined) {
    report(offset, `alias ${show(alias.source)} has no anchor before it`);
    return false;
  }
  const [start, , end] = target.range ?? [0, 0, 0];
  if (start > offset || offset >= end) return true;
  report(offset, `alias ${show(alias.source)} stands inside its own anchor`);
  return false;
}

function checkKeys(pairs: readonly Pair[], path: readonly string[], report: Report): boolean {
  const seen = new Set<string>();
  let sound = true;
  for (const pair of pairs) {
    const key = pair.key;
    if (!isScalar(key) || typeof key.value !== 'string') {
      report(offsetOf(key), 'expected a key that is a plain word');
      sound = false;
      continue;
    }
    if (seen.has(key.value)) {
      const where = path.length === 0 ? '' : ` in ${formatPath(path)}`;
      report(offsetOf(key), `key ${show(key.value)} is written twice${where}`);
    }
    seen.add(key.value);
  }
  return sound;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function isEmptyScalar(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

function offsetOf(node: unknown): number {
  const range = node !== null && typeof node === 'object' ? (node as Node | Alias).range : undefined;
  return range?.[0] ?? 0;
}

/** Follows a path as far as it is written. A list index is skipped where one item stands without its list. */
function find(
  document: Document.Parsed,
  path: KeyPath,
  what: 'key' | 'value',
): { offset: number; whole: boolean } {
  let node: unknown = document.contents;
  let offset = offsetOf(node);
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) return { offset, whole: index === path.length };
    if (isSeq(node)) {
      const item: unknown = typeof part === 'number' ? node.items[part] : undefined;
      if (item === undefined) return { offset, whole: false };
      node = item;
      offset = offsetOf(item);
    } else if (isMap(node)) {
      if (typeof part === 'number') continue;
      const pair = node.items.find((candidate) => keyOf(candidate) === part);
      if (pair === undefined) return { offset, whole: false };
      const last = index === path.length - 1;
      node = pair.value;
      // An empty or section value is best shown at its key.
      const atKey = (last && what === 'key') || node === null || isMap(node) || isEmptyScalar(node);
      offset = offsetOf(atKey ? pair.key : node);
    } else if (typeof part !== 'number') return { offset, whole: false };
  }
  return { offset, whole: true };
}
