import { tapLineBytesMax } from './limits.ts';

/** One line of a conversation, or a note about bytes that were left out. Never holds a secret or a message body. */
export interface WireRecord {
  readonly connection: string;
  readonly direction: 'in' | 'out' | 'note';
  readonly text: string;
}

/** The grammars the tap knows; of any other it tells only how many bytes passed. */
export type TapProtocol = 'imap' | 'smtp' | 'opaque';

export interface Tap {
  received(bytes: Uint8Array): void;
  sent(bytes: Uint8Array): void;
  /** The next line from the client is a secret. Say it before the client is asked for it. */
  mask(next: 'line'): void;
  note(text: string): void;
}

export interface WireTap {
  open(connection: string, protocol: TapProtocol): Tap;
}

/**
 * Records both directions of connections for an operator who looks for a fault; off unless a sink is given.
 * It reads the grammar itself, so a pipelined LOGIN is masked before the server has even parsed it: credentials,
 * literals, message data and quoted texts are replaced; what it does not understand it does not show.
 */
export function createWireTap(sink: (record: WireRecord) => void): WireTap {
  return {
    open(connection, protocol) {
      const emit = (direction: WireRecord['direction'], text: string) =>
        sink({ connection, direction, text });
      if (protocol === 'opaque') return opaqueTap(emit);
      const dialogue = protocol === 'imap' ? imapDialogue() : smtpDialogue(() => client.expectData());
      const client: LineSide = new LineSide((text) => emit('in', text), dialogue.client);
      const server = new LineSide((text) => emit('out', text), dialogue.server);
      return {
        received: (bytes) => client.take(bytes),
        sent: (bytes) => server.take(bytes),
        mask: () => client.maskNextLine(),
        note: (text) => emit('note', text),
      };
    },
  };
}

function opaqueTap(emit: (direction: WireRecord['direction'], text: string) => void): Tap {
  return {
    received: (bytes) => emit('in', `[${bytes.length} bytes]`),
    sent: (bytes) => emit('out', `[${bytes.length} bytes]`),
    mask: () => undefined,
    note: (text) => emit('note', text),
  };
}

/** What may be shown of a line, and what follows it: `bytes` of a literal, or message data up to its dot. */
interface Shown {
  readonly text: string;
  readonly skip?: number | 'data';
}
interface Line {
  readonly head: string;
  /** The last bytes of the line, where a literal is announced; the same as `head` on a short line. */
  readonly tail: string;
}
type Reader = (line: Line) => Shown;

const secret = '[masked]';
const tailBytes = 32;

/** One direction: cuts bytes into lines without keeping more than the tap shows. */
class LineSide {
  readonly #emit: (text: string) => void;
  readonly #read: Reader;
  #head = '';
  #tail = '';
  #skip: number | 'data' = 0;
  #skipped = 0;
  #maskNext = false;

  constructor(emit: (text: string) => void, read: Reader) {
    this.#emit = emit;
    this.#read = read;
  }

  maskNextLine(): void {
    this.#maskNext = true;
  }

  take(bytes: Uint8Array): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    let at = 0;
    while (at < text.length) {
      if (typeof this.#skip === 'number' && this.#skip > 0) at = this.#skipBytes(text, at);
      else at = this.#takeLine(text, at);
    }
  }

  #skipBytes(text: string, at: number): number {
    const left = this.#skip as number;
    const count = Math.min(left, text.length - at);
    this.#skip = left - count;
    this.#skipped += count;
    if (this.#skip === 0) this.#endSkip();
    return at + count;
  }

  #endSkip(): void {
    this.#emit(`[${this.#skipped} bytes]`);
    this.#skip = 0;
    this.#skipped = 0;
  }

  #takeLine(text: string, at: number): number {
    const end = text.indexOf('\n', at);
    const piece = text.slice(at, end < 0 ? text.length : end);
    if (this.#head.length < tapLineBytesMax)
      this.#head += piece.slice(0, tapLineBytesMax - this.#head.length);
    this.#tail = (this.#tail + piece).slice(-tailBytes);
    if (this.#skip === 'data') this.#skipped += piece.length + (end < 0 ? 0 : 1);
    if (end < 0) return text.length;
    const line = { head: this.#head.replace(/\r$/, ''), tail: this.#tail.replace(/\r$/, '') };
    this.#head = '';
    this.#tail = '';
    if (this.#skip !== 'data') this.#show(line);
    else if (line.head === '.') this.#endSkip();
    return end + 1;
  }

  #show(line: Line): void {
    const shown = this.#read(line);
    const masked = this.#maskNext;
    this.#maskNext = false;
    this.#emit(masked ? secret : shown.text);
    this.#skip = shown.skip ?? 0;
  }

  /** The other side announced message data (SMTP 354). */
  expectData(): void {
    this.#skip = 'data';
    this.#skipped = 0;
  }
}

interface Dialogue {
  readonly client: Reader;
  readonly server: Reader;
}

function imapDialogue(): Dialogue {
  let authTag: string | null = null;
  let secretRest = false;
  let inCommand = false;
  let asked = false;
  const literalOf = ({ tail }: Line) => {
    const found = /~?\{(\d{1,15})\+?\}$/.exec(tail);
    return found ? Number(found[1]) : undefined;
  };
  const client: Reader = (line) => {
    const skip = literalOf(line);
    const more = skip === undefined ? {} : { skip };
    const continued = inCommand;
    inCommand = skip !== undefined;
    // Something other than a literal was asked for: DONE of an IDLE, or a secret.
    const answer = asked && !continued && !/^DONE$/i.test(line.head);
    asked = false;
    if (authTag !== null || answer || (continued && secretRest)) return { text: secret, ...more };
    const found = continued
      ? null
      : /^(\S{1,64}) +(LOGIN|AUTHENTICATE(?: +[\w-]{1,32})?)(?: |$)/i.exec(line.head);
    secretRest = found !== null;
    if (!found) return { text: withoutQuoted(line.head), ...more };
    // RFC 9051 §6.2.2: every client line until the tagged answer belongs to the exchange.
    if (/^AUTH/i.test(found[2] ?? '')) authTag = found[1] ?? null;
    return { text: `${found[1]} ${found[2]} ${secret}`, ...more };
  };
  const server: Reader = (line) => {
    const skip = literalOf(line);
    if (line.head.startsWith('+')) {
      asked = !inCommand;
      return { text: authTag === null ? line.head : `+ ${secret}` };
    }
    if (authTag !== null && line.head.startsWith(`${authTag} `)) authTag = null;
    return { text: withoutQuoted(line.head), ...(skip === undefined ? {} : { skip }) };
  };
  return { client, server };
}

// Subjects, names, search words and mailbox names travel quoted; an unclosed quote hides the rest of the line.
function withoutQuoted(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.){2,}(?:"|\\?$)/g, '"…"');
}

function smtpDialogue(expectData: () => void): Dialogue {
  let authenticating = false;
  const client: Reader = ({ head }) => {
    if (authenticating) return { text: secret };
    const auth = /^AUTH(?: +([\w-]{1,32}))?/i.exec(head);
    if (auth) {
      authenticating = true;
      return { text: `AUTH ${auth[1] ?? ''} ${secret}` };
    }
    // RFC 3030 §2: exactly so many bytes follow the command.
    const chunk = /^BDAT +(\d{1,15})/i.exec(head);
    const text = head.replace(/<[^<>@]*@/g, '<…@');
    return chunk ? { text, skip: Number(chunk[1]) } : { text };
  };
  const server: Reader = ({ head }) => {
    if (head.startsWith('334')) {
      // Also after the answer to an earlier, pipelined command has ended the masking.
      authenticating = true;
      return { text: `334 ${secret}` };
    }
    if (/^[245]\d\d /.test(head)) authenticating = false;
    if (head.startsWith('354')) expectData();
    return { text: head.replace(/<[^<>@]*@/g, '<…@') };
  };
  return { client, server };
}
