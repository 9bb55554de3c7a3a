import { FormatError } from '../../base/index.ts';
import {
  type AddressItem,
  addressesMax,
  commentDepthMax,
  formatMailbox,
  parseAddressList,
  parseMailbox,
  quoteLocal,
} from '../../formats/address/index.ts';
import type { HeaderField } from '../../formats/mime/index.ts';

/** The mailboxes of a From or Sender field, normalised; null where one of them, or all, cannot be read for sure. */
export function authorsOf(value: string): readonly string[] | null {
  if (!hasOneReading(value)) return null;
  const items: AddressItem[] = [];
  for (const entry of parseAddressList(value)) {
    // RFC 6854 lets From hold a group; its members are the authors.
    if (entry.kind === 'group') items.push(...entry.members);
    else items.push(entry);
  }
  if (items.length === 0 || items.length >= addressesMax) return null;
  const authors: string[] = [];
  for (const { local, domain, route } of items) {
    if (route !== null) return null;
    try {
      authors.push(formatMailbox(parseMailbox(`${quoteLocal(local)}@${domain}`)));
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
  }
  return authors;
}

/** The domains of the authors, each once; none where there is not one From, or it cannot be read for sure. */
export function authorDomains(fields: readonly HeaderField[]): string[] {
  const [only, ...more] = fields.filter(({ name }) => name.toLowerCase() === 'from');
  if (!only || more.length > 0) return [];
  const authors = authorsOf(only.value) ?? [];
  return [...new Set(authors.map((author) => author.slice(author.lastIndexOf('@') + 1)))];
}

/**
 * Whether every reader finds the same mailboxes: quotes, comments and angles end, an entry has one `<…>` with nothing
 * behind it, or one bare address. The parser of lists makes the best of anything; here the best is not good enough.
 */
function hasOneReading(value: string): boolean {
  let closed = false;
  let bareAts = 0;
  for (let at = 0; at < value.length; at++) {
    const char = value[at] ?? '';
    if (char === '(') at = endOfComment(value, at);
    else if (char === ',' || char === ';') {
      if (!closed && bareAts > 1) return false;
      closed = false;
      bareAts = 0;
    } else if (isSpace(char)) continue;
    else if (closed || char === '>' || char === ')') return false;
    else if (char === '"') at = endOfQuoted(value, at);
    else if (char === '<') {
      at = endOfAngles(value, at);
      closed = true;
    } else if (char === '@') {
      bareAts++;
      if (opensLiteral(value, at)) at = endOfLiteral(value, at);
    } else if (char === '=' && value[at + 1] === '?') {
      const end = endOfEncodedWord(value, at, bareAts > 0);
      if (end === -1) return false;
      at = end;
    }
    if (at < 0) return false;
  }
  return closed || bareAts <= 1;
}

/**
 * Where the `<…>` that begins at `start` ends; -1 where it does not, or holds more than one address. White space and
 * comments stand beside dots and the '@' only (RFC 5322 §4.4), or at the edges.
 */
function endOfAngles(value: string, start: number): number {
  let last: 'none' | 'dot' | 'atom' | 'whole' = 'none';
  let ats = 0;
  let gap = false;
  for (let at = start + 1; at < value.length; at++) {
    const char = value[at] ?? '';
    if (char === '>') return at;
    if (char === '(' || isSpace(char)) {
      if (char === '(') at = endOfComment(value, at);
      gap = true;
    } else if ('<,;)'.includes(char)) return -1;
    else if (char === '.' || char === '@') {
      if (char === '@' && ++ats > 1) return -1;
      last = 'dot';
      if (char === '@' && opensLiteral(value, at)) {
        at = endOfLiteral(value, at);
        last = 'whole';
      }
      gap = false;
    } else {
      // Two words that nothing joins: some readers take them as one, others take only one of them.
      if (last === 'whole' || (last === 'atom' && (gap || char === '"'))) return -1;
      last = char === '"' ? 'whole' : 'atom';
      if (char === '"') at = endOfQuoted(value, at);
      gap = false;
    }
    if (at < 0) return -1;
  }
  return -1;
}

/** Where the quoted string that begins at `start` ends; -1 where it does not. */
function endOfQuoted(value: string, start: number): number {
  for (let at = start + 1; at < value.length; at++) {
    if (value[at] === '\\') at++;
    else if (value[at] === '"') return at;
  }
  return -1;
}

/** The same for a comment; they nest (RFC 5322 §3.2.2), but not so deep that readers lose count, ours among them. */
function endOfComment(value: string, start: number): number {
  let depth = 0;
  for (let at = start; at < value.length; at++) {
    if (value[at] === '\\') at++;
    else if (value[at] === '(' && ++depth >= commentDepthMax) return -1;
    else if (value[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

const literalStart = /@[ \t\r\n]*\[/y;
// RFC 5322 §3.4.1 without what would be a comment, a quote or another address to whoever knows no literals.
const literal = /@[ \t\r\n]*\[[^\s()<>"@,;[\]\\]*\]/y;

function opensLiteral(value: string, start: number): boolean {
  literalStart.lastIndex = start;
  return literalStart.test(value);
}

/** Where the domain literal behind the '@' at `start` ends; -1 where it does not for all. */
function endOfLiteral(value: string, start: number): number {
  literal.lastIndex = start;
  return literal.test(value) ? literal.lastIndex - 1 : -1;
}

// As long as the parser of lists takes them; a longer one has not one reading.
const encodedWordCharsMax = 1_024;
const encodedWordHead = /=\?[^\s?]{1,64}\?[bq]\?/iy;

/**
 * Where the encoded word (RFC 2047 §2) at `start` ends, or its first character where it is none; -1 where what is in
 * it would be read otherwise by who splits at commas and skips comments first.
 */
function endOfEncodedWord(value: string, start: number, afterAddress: boolean): number {
  encodedWordHead.lastIndex = start;
  if (!encodedWordHead.test(value)) return start;
  const from = encodedWordHead.lastIndex;
  const rest = value.slice(from, from + encodedWordCharsMax);
  const length = rest.indexOf('?=');
  if (length < 0) return /[()]/.test(rest) ? -1 : start;
  const text = rest.slice(0, length);
  if (/[\s<>"]/.test(text)) return start;
  if (/[@\\]/.test(text) && /[,;:()]/.test(text)) return -1;
  if (afterAddress && /[,;:]/.test(text)) return -1;
  return isBalanced(text) ? from + length + 1 : -1;
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth++;
    else if (char === ')' && --depth < 0) return false;
  }
  return depth === 0;
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n';
}
