import { TranscriptError } from './parse.ts';

/** What the transcript has learnt so far: `<name=…>` writes it, `<name>` reads it. */
export type Captures = Map<string, string>;

const builtIn: Readonly<Record<string, string>> = {
  any: '[^]*?',
  word: '\\S+',
  number: '\\d+',
  uid: '[1-9]\\d*',
  quoted: '"(?:[^"\\\\]|\\\\.)*"',
};

const hole = /<<|<([a-z][a-z0-9-]*)(?:=((?:\\.|[^>\\])*))?>/g;
const sizeHole = '{*}';

/** A line to be matched; `size` is the group of `{*}`, the size of a literal. */
export interface Pattern {
  regex: RegExp;
  names: readonly string[];
  /** How much is left open: lines with fewer holes are tried first in a block of any order. */
  holes: number;
}

/** `<any>`, `<number>`, `<uid>`, `<word>`, `<quoted>`, `<x=\d+>`, `<x>`, `{*}`, `<<` for a plain `<`. */
export function compilePattern(text: string, captures: Captures): Pattern {
  const names: string[] = [];
  let source = '';
  let holes = 0;
  let at = 0;
  for (const match of text.matchAll(hole)) {
    source += quote(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [all, name, regex] = match;
    if (all === '<<' || name === undefined) {
      source += '<';
    } else if (regex !== undefined) {
      if (name in builtIn) throw new TranscriptError(`<${name}=…>: '${name}' has a meaning of its own`);
      holes++;
      names.push(name);
      source += `(${noGroups(regex)})`;
    } else if (name in builtIn) {
      holes++;
      source += `(?:${builtIn[name]})`;
    } else {
      source += quote(known(name, captures));
    }
  }
  source += quote(text.slice(at));
  return { regex: new RegExp(`^${source}$`), names, holes };
}

/** Matches bytes (one character each); learns what the pattern names. */
export function matchPattern(pattern: Pattern, line: string, captures: Captures): boolean {
  const match = pattern.regex.exec(line);
  if (!match) return false;
  for (const [index, name] of pattern.names.entries()) captures.set(name, match[index + 1] ?? '');
  return true;
}

/** What is sent: `<x>` is replaced by what was learnt, `<<` by `<`; anything else stands as it is. */
export function fill(text: string, captures: Captures): string {
  return text.replace(hole, (all, name?: string, regex?: string) => {
    if (all === '<<') return '<';
    if (name === undefined || regex !== undefined) throw new TranscriptError(`${all} cannot be sent`);
    return known(name, captures);
  });
}

function known(name: string, captures: Captures): string {
  const value = captures.get(name);
  if (value === undefined) {
    throw new TranscriptError(`<${name}> is not known yet; write <<${name}> for the text itself`);
  }
  return value;
}

function quote(text: string): string {
  return text
    .split(sizeHole)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('\\{\\d+\\}');
}

function noGroups(regex: string): string {
  return regex.replace(/\\.|\((?!\?)/g, (found) => (found === '(' ? '(?:' : found));
}
