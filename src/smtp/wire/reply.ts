import { replyLineBytesMax } from '../limits.ts';

/** A reply as a value (RFC 5321 §4.2). `lines` is never empty. */
export interface Reply {
  readonly code: number;
  /** RFC 3463 status; null for greetings, HELO/EHLO answers and 3yz (RFC 2034 §4). */
  readonly enhanced: string | null;
  readonly lines: readonly string[];
  /** The connection ends after this reply. */
  readonly close: boolean;
}

export function reply(code: number, enhanced: string | null, ...lines: string[]): Reply {
  return { code, enhanced, lines: lines.length > 0 ? lines : ['OK'], close: false };
}

/** The same reply, after which the connection is closed. */
export function closing(last: Reply): Reply {
  return { ...last, close: true };
}

export function isPermanent(answer: Reply): boolean {
  return answer.code >= 500;
}

export function isSuccess(answer: Reply): boolean {
  return answer.code < 400;
}

/** Wire form. Texts may hold what a peer sent: control characters become spaces, lines are cut to their limit. */
export function encodeReply({ code, enhanced, lines }: Reply): string {
  const status = enhanced === null ? '' : `${enhanced} `;
  let text = '';
  for (const [index, line] of lines.entries()) {
    const separator = index < lines.length - 1 ? '-' : ' ';
    text += `${cut(`${code}${separator}${status}${withoutControls(line)}`)}\r\n`;
  }
  return text;
}

function withoutControls(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach the wire
  return line.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ');
}

function cut(line: string): string {
  const bytesMax = replyLineBytesMax - 2;
  if (line.length * 3 <= bytesMax || Buffer.byteLength(line) <= bytesMax) return line;
  let end = bytesMax;
  const bytes = Buffer.from(line);
  // Never in the middle of a UTF-8 sequence.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** One reply line as a client reads it: the inverse of `encodeReply`, for relays. */
export interface ReplyLine {
  readonly code: number;
  readonly last: boolean;
  readonly enhanced: string | null;
  readonly text: string;
}

/** Null where the line is no reply line. */
export function parseReplyLine(line: string): ReplyLine | null {
  const match = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(line);
  if (!match) return null;
  const rest = match[3] ?? '';
  const status = /^([245]\.\d{1,3}\.\d{1,3})(?: (.*))?$/s.exec(rest);
  return {
    code: Number(match[1]),
    last: match[2] !== '-',
    enhanced: status?.[1] ?? null,
    text: status ? (status[2] ?? '') : rest,
  };
}
