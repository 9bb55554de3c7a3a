import { FormatError } from '../../base/index.ts';
import { formatMailbox, type Mailbox, parseMailbox } from '../../formats/address/index.ts';
import { pathBytesMax } from '../limits.ts';

/** A reverse- or forward-path (RFC 5321 §4.1.2). */
export interface Path {
  /** Normalised, quoted only where it must be; '' is the null reverse-path `<>`. */
  readonly address: string;
  /** Null for `<>`. */
  readonly mailbox: Mailbox | null;
  /** Whether the local part is not ASCII: such an address needs SMTPUTF8. */
  readonly international: boolean;
}

/** What stands between the angle brackets is no mailbox; blame the address, not the command. */
export class AddressError extends FormatError {}

export const nullPath: Path = { address: '', mailbox: null, international: false };

/**
 * `FROM:<path> params` or `TO:<path> params`: the path's text and the rest. Throws FormatError.
 * One space after the colon is let pass: many clients send it.
 */
export function splitPath(keyword: 'FROM' | 'TO', argument: string): { path: string; rest: string } {
  const colon = keyword.length;
  if (argument.slice(0, colon).toUpperCase() !== keyword || argument[colon] !== ':') {
    throw new FormatError(`${keyword}:<address> is expected`);
  }
  const text = argument.slice(colon + 1).trimStart();
  if (!text.startsWith('<'))
    throw new FormatError(`the address after ${keyword}: stands in <angle brackets>`);
  const end = closingBracket(text);
  if (end < 0) throw new FormatError('the address has no closing >');
  const rest = text.slice(end + 1);
  if (rest !== '' && !/^[ \t]/.test(rest))
    throw new FormatError(`'${rest}' follows the address without a space`);
  return { path: text.slice(1, end), rest };
}

// A '>' inside a quoted local part belongs to it.
function closingBracket(text: string): number {
  let quoted = false;
  for (let i = 1; i < text.length; i++) {
    const char = text[i];
    if (quoted && char === '\\') i++;
    else if (char === '"') quoted = !quoted;
    else if (char === '>' && !quoted) return i;
  }
  return -1;
}

/** The text between the brackets. Throws AddressError. RFC 5321 §4.1.1.3: a source route is read and ignored. */
export function parsePath(text: string): Path {
  if (text === '') return nullPath;
  if (Buffer.byteLength(text) > pathBytesMax) {
    throw new AddressError(`the address is longer than ${pathBytesMax} bytes`);
  }
  try {
    const mailbox = parseMailbox(withoutRoute(text));
    const address = formatMailbox(mailbox);
    return { address, mailbox, international: !isAscii(mailbox.local) };
  } catch (error) {
    if (error instanceof FormatError) throw new AddressError(error.message, error.at);
    throw error;
  }
}

function withoutRoute(text: string): string {
  if (!text.startsWith('@')) return text;
  const colon = text.indexOf(':');
  if (colon < 0) throw new AddressError('the source route has no colon');
  return text.slice(colon + 1);
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
