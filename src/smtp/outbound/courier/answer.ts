import type { Answer } from '../../../stores/outbox/index.ts';
import { parseReplyLine } from '../../wire/reply.ts';
import { answerCharsMax } from './limits.ts';

/** A reply of one or more lines, as it came; null where it is none. */
export function readAnswer(text: string, host: string): Answer | null {
  const lines = text.split(/\r?\n/);
  const first = parseReplyLine(lines[0] ?? '');
  if (first === null) return null;
  const words = lines.map((line) => parseReplyLine(line)?.text ?? line).join(' ');
  return {
    code: first.code,
    status: statusOf(first.code, first.enhanced),
    text: printable(words),
    host,
  };
}

/** RFC 3463 §2: the class is the reply code's; a status that says otherwise keeps the rest. */
function statusOf(code: number, enhanced: string | null): string {
  const first = Math.floor(code / 100);
  const kind = first === 3 ? 4 : first;
  return `${kind}${enhanced === null ? '.0.0' : enhanced.slice(1)}`;
}

/** What others say goes into notices and lists: one line, no control characters, not without end. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  const line = text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').trim();
  return line.slice(0, answerCharsMax).toWellFormed();
}

/** Our own finding. */
export function finding(status: string, text: string, host = ''): Answer {
  return { code: 0, status, text: printable(text), host };
}
