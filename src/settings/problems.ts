import { messageCharactersMax, problemsShownMax, shownCharactersMax } from './limits.ts';

export type KeyPath = readonly (string | number)[];

/** One thing wrong with a configuration. `line` and `column` count from 1; absent where no line is to blame. */
export interface Problem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** Every problem of a configuration at once, in the order of the file. Never holds a secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = sortProblems(problems);
    const more = sorted.length - problemsShownMax;
    const lines = sorted.slice(0, problemsShownMax).map(formatProblem);
    super([...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
    this.problems = sorted;
  }
}

/** `config/myco.yaml:12:3: unknown key …`, the form that editors jump to. */
export function formatProblem(problem: Problem): string {
  const at = problem.line === undefined ? '' : `:${problem.line}:${problem.column}`;
  return `${problem.file}${at}: ${problem.message}`;
}

/** A problem whose sentence is fit for a terminal: one line, bounded, nothing that moves the cursor. */
export function problemAt(
  file: string,
  place: { readonly line: number; readonly column: number } | undefined,
  message: string,
): Problem {
  const line = place === undefined ? {} : { line: place.line, column: place.column };
  return { file, ...line, message: plain(shorten(message, messageCharactersMax)) };
}

/** By line, then column; the same sentence at the same place once. */
function sortProblems(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...unique.values()].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

/** `listeners.smtp[0].port` */
export function formatPath(path: KeyPath): string {
  let text = '';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : `${text && '.'}${show(part, '')}`;
  return text;
}

/** A wrong value as an error may repeat it: one line, short, credentials of a URL left out. */
export function show(value: unknown, quote = "'"): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section of keys';
  if (typeof value !== 'string') return `the ${typeof value} ${String(value)}`;
  const masked = value.replace(/:.*@/s, ':***@');
  return `${quote}${plain(shorten(masked, shownCharactersMax))}${quote}`;
}

function shorten(text: string, charactersMax: number): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}…` : text;
}

/** Control and format characters would let a file rewrite the operator's terminal. */
function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
