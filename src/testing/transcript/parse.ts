/** The grammar of a transcript file; index.ts describes it. */

/** Text -> one character per byte of its UTF-8 form. */
export function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

export function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}

interface At {
  /** Line of the file, from 1. */
  line: number;
}

export type Step = At &
  (
    | { kind: 'fixture'; name: string; args: string[]; body: string | null }
    | { kind: 'act'; actor: string; verb: string; args: string[] }
    | { kind: 'send'; actor: string; text: string; ends: boolean }
    | { kind: 'sendLiteral'; actor: string; text: string }
    | { kind: 'expect'; actor: string; text: string }
    | { kind: 'expectLiteral'; actor: string; text: string }
    | { kind: 'expectAnyOrder'; actor: string; texts: (At & { text: string })[] }
    | { kind: 'skip'; actor: string }
  );

export interface Transcript {
  title: string;
  steps: Step[];
}

/** A fault of the transcript itself, not of what it tests. */
export class TranscriptError extends Error {
  override readonly name = 'TranscriptError';
}

const ellipsis = toBytes('…');
const actorLine = /^([A-Z][A-Za-z0-9-]*)(:|>=|>\||>|<~|<\||<)(?: (.*)|)$/;
const fixtureLine = /^- (\S+)((?: \S+)*)$/;

/** Texts of the steps hold one character per byte, as the wire does; titles, verbs and words are text. */
export function parseTranscript(text: string, file: string): Transcript {
  const steps: Step[] = [];
  let title = '';
  for (const [index, line] of toBytes(text).replace(/\r\n/g, '\n').split('\n').entries()) {
    const at = { line: index + 1 };
    const fail = (what: string): never => {
      throw new TranscriptError(`${file}:${at.line}: ${what}: ${toText(line)}`);
    };
    if (line.startsWith('#')) title ||= toText(line.slice(1).trim());
    else if (line.startsWith('  |')) continueBody(steps.at(-1), line, fail);
    else if (line.trim() !== '') steps.push(...stepOf(line, at, steps.at(-1), fail));
  }
  if (title === '')
    throw new TranscriptError(`${file}:1: the first line starts with '#' and says what it shows`);
  if (steps.length === 0) throw new TranscriptError(`${file}:1: nothing happens`);
  return { title, steps };
}

type Fail = (what: string) => never;

function stepOf(line: string, at: At, last: Step | undefined, fail: Fail): Step[] {
  const fixture = fixtureLine.exec(line);
  if (fixture) {
    return [{ ...at, kind: 'fixture', name: fixture[1] ?? '', args: words(fixture[2] ?? ''), body: null }];
  }
  const [, actor = '', mark = '', text = ''] = actorLine.exec(line) ?? fail('not a line of a transcript');
  const mine = last && 'actor' in last && last.actor === actor ? last : undefined;
  switch (mark) {
    case ':': {
      const [verb = '', ...args] = words(text);
      return verb === '' ? fail('an actor does something') : [{ ...at, kind: 'act', actor, verb, args }];
    }
    case '>':
      return [{ ...at, kind: 'send', actor, text, ends: true }];
    case '>=':
      return [{ ...at, kind: 'send', actor, text: withoutEscapes(text, fail), ends: false }];
    case '>|':
      return literal(mine, { ...at, kind: 'sendLiteral', actor, text }, fail);
    case '<|':
      return literal(mine, { ...at, kind: 'expectLiteral', actor, text }, fail);
    case '<~':
      if (mine?.kind !== 'expectAnyOrder') {
        return [{ ...at, kind: 'expectAnyOrder', actor, texts: [{ ...at, text }] }];
      }
      mine.texts.push({ ...at, text });
      return [];
    default:
      return text === ellipsis || text === '...'
        ? [{ ...at, kind: 'skip', actor }]
        : [{ ...at, kind: 'expect', actor, text }];
  }
}

/** Lines of one literal, each ended by CRLF unless it ends with '\\'; it follows the line that ends with its size. */
function literal(last: Step | undefined, step: Extract<Step, { text: string }>, fail: Fail): Step[] {
  if (last?.kind === step.kind) {
    last.text += lineOf(step.text);
    return [];
  }
  const opener = step.kind === 'sendLiteral' ? ['send', 'expect'] : ['expect'];
  if (!last || !opener.includes(last.kind)) return fail('a literal follows the line that announces it');
  return [{ ...step, text: lineOf(step.text) }];
}

function lineOf(text: string): string {
  return text.endsWith('\\') ? text.slice(0, -1) : `${text}\r\n`;
}

function continueBody(last: Step | undefined, line: string, fail: Fail): void {
  if (last?.kind !== 'fixture') fail('a body belongs to a fixture');
  else last.body = `${last.body ?? ''}${line.slice(3).replace(/^ /, '')}\r\n`;
}

function words(text: string): string[] {
  return toText(text)
    .split(' ')
    .filter((word) => word !== '');
}

const escapes: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\' };

/** `\r \n \t \0 \\ \x8f`: bytes that cannot stand in a line of text. */
function withoutEscapes(text: string, fail: Fail): string {
  return text.replace(/\\(x[0-9a-f]{2}|.|$)/g, (_all, code: string) => {
    if (code.startsWith('x') && code.length === 3)
      return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return escapes[code] ?? fail(`unknown escape \\${code}`);
  });
}
