import { charsetDecoder } from './charset.ts';
import { decodeBase64, hexValue } from './transfer.ts';

interface Word {
  end: number;
  decode: (bytes: Buffer) => string;
  bytes: Buffer;
}

/**
 * Header text with its encoded words decoded (RFC 2047, language tag of RFC 2231 §5). White space between two
 * words goes; neighbours of one charset are joined before decoding, because senders split characters. Words that
 * are broken or of an unknown charset stay as they are. Linear; never throws.
 */
export function decodeHeader(raw: string): string {
  if (!raw.includes('=?')) return raw;
  return new HeaderDecoder(raw).decode();
}

class HeaderDecoder {
  readonly #raw: string;
  #out = '';
  #pieces: Buffer[] = [];
  #decode: ((bytes: Buffer) => string) | null = null;
  #endAt = -1;

  constructor(raw: string) {
    this.#raw = raw;
  }

  decode(): string {
    const raw = this.#raw;
    let plainFrom = 0;
    let at = raw.indexOf('=?');
    while (at >= 0) {
      const word = this.#word(at);
      if (word) {
        this.#plain(plainFrom, at, true);
        if (this.#decode !== word.decode) this.#flush();
        this.#decode = word.decode;
        this.#pieces.push(word.bytes);
        plainFrom = word.end;
      }
      at = raw.indexOf('=?', word ? word.end : at + 2);
    }
    this.#plain(plainFrom, raw.length, false);
    this.#flush();
    return this.#out;
  }

  /** Plain text between words; RFC 2047 §6.2: white space alone between two words is not shown. */
  #plain(from: number, to: number, beforeWord: boolean): void {
    if (from === to) return;
    const text = this.#raw.slice(from, to);
    if (beforeWord && this.#decode !== null && /^[ \t\r\n]*$/.test(text)) return;
    this.#flush();
    this.#out += text;
  }

  #flush(): void {
    if (this.#decode) this.#out += this.#decode(joined(this.#pieces));
    this.#decode = null;
    this.#pieces = [];
  }

  #word(at: number): Word | undefined {
    const raw = this.#raw;
    const head = /^=\?([^\s?*]{1,40})(?:\*[^\s?]{0,20})?\?([bq])\?/i.exec(raw.slice(at, at + 70));
    if (!head) return undefined;
    const from = at + head[0].length;
    const to = this.#closing(from);
    if (to < 0) return undefined;
    // A further word may only begin with this one's closing mark: else this one was never closed.
    const text = raw.slice(from, to);
    if (text.includes('=?')) return undefined;
    const decode = charsetDecoder(head[1] ?? '');
    if (!decode) return undefined;
    const bytes = head[2]?.toLowerCase() === 'b' ? decodeB(text) : decodeQ(text);
    return bytes && { end: to + 2, decode, bytes };
  }

  /** The next `?=` from there on; remembered, so that many openings before one closing cost one search. */
  #closing(from: number): number {
    if (this.#endAt < from) {
      const found = this.#raw.indexOf('?=', from);
      this.#endAt = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return Number.isFinite(this.#endAt) ? this.#boundedEnd(from) : -1;
  }

  // Far more than any sender writes, and what keeps hostile openings from being scanned again and again.
  #boundedEnd(from: number): number {
    return this.#endAt - from > 4_096 ? -1 : this.#endAt;
  }
}

function joined(pieces: Buffer[]): Buffer {
  return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
}

function decodeB(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/=\s]*$/.test(text)) return undefined;
  return decodeBase64(Buffer.from(text, 'latin1'));
}

/** RFC 2047 §4.2; `=` without two digits stays. */
function decodeQ(text: string): Buffer {
  const source = Buffer.from(text, 'utf8');
  const out = Buffer.allocUnsafe(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const byte = source[i] ?? 0;
    const high = byte === 0x3d ? hexValue(source[i + 1]) : -1;
    const low = high < 0 ? -1 : hexValue(source[i + 2]);
    if (low >= 0) {
      out[length++] = high * 16 + low;
      i += 2;
    } else {
      out[length++] = byte === 0x5f ? 0x20 : byte;
    }
  }
  return out.subarray(0, length);
}
