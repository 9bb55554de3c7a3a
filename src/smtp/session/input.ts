import type { Readable } from 'node:stream';
import { authLineBytesMax, skippedLineBytesMax } from '../limits.ts';

export type Line =
  | { readonly kind: 'line'; readonly bytes: Buffer }
  /** Longer than `authLineBytesMax`; skipped up to its end. */
  | { readonly kind: 'too-long' }
  /** Ended by LF alone, or with a CR inside. */
  | { readonly kind: 'bare' }
  /** So long that its end is not waited for. */
  | { readonly kind: 'endless' }
  | { readonly kind: 'end' }
  | { readonly kind: 'timeout' };

const CR = 13;
const LF = 10;

/** How long a read waits in all, however many octets come meanwhile; it costs nothing until there is something to wait for. */
class Patience {
  readonly #ms: number;
  readonly #onOver: () => void;
  #timer: NodeJS.Timeout | null = null;
  isOver = false;

  constructor(ms: number, onOver: () => void) {
    this.#ms = ms;
    this.#onOver = onOver;
  }

  begin(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#onOver();
    }, this.#ms);
    this.#timer.unref();
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}

/**
 * Octets of the peer, pulled: nothing is read ahead of what a session asks for but the stream's own buffer, so a
 * peer that sends faster than we work is held back. One reader at a time.
 */
export class Input {
  #stream: Readable;
  #pieces: Buffer[] = [];
  #buffered = 0;
  #wake: (() => void) | null = null;
  #ended = false;
  readonly #onEvent = () => this.#wake?.();
  readonly #onEnd = () => {
    this.#ended = true;
    this.#wake?.();
  };

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#attach();
  }

  /** STARTTLS: what was read before the handshake is thrown away (RFC 3207 §4.2, THREATS 2). */
  restart(stream: Readable): void {
    this.detach();
    this.#pieces = [];
    this.#buffered = 0;
    this.#ended = false;
    this.#stream = stream;
    this.#attach();
  }

  detach(): void {
    this.#stream.off('readable', this.#onEvent);
    this.#stream.off('end', this.#onEnd);
    this.#stream.off('close', this.#onEnd);
    this.#stream.off('error', this.#onEnd);
  }

  /** Ends a waiting read as though the peer had gone. */
  stop(): void {
    this.#onEnd();
  }

  /** Whether a whole line is here already: then more replies may be put together (RFC 2920 §3.2). */
  get hasLine(): boolean {
    this.#take();
    return this.#pieces.some((piece) => piece.includes(LF));
  }

  /** Whether the peer has sent anything that was not read yet. */
  get hasBytes(): boolean {
    this.#take();
    return this.#buffered > 0;
  }

  /**
   * The next line without its CRLF, all of it within the time. It is refused while it is read, before memory is spent on it.
   */
  async line(timeoutMs: number): Promise<Line> {
    const patience = new Patience(timeoutMs, () => this.#wake?.());
    try {
      return await this.#line(patience);
    } finally {
      patience.end();
    }
  }

  async #line(patience: Patience): Promise<Line> {
    let scanned = 0;
    let tooLong = false;
    let skipped = 0;
    for (;;) {
      this.#take();
      const end = this.#find(LF, scanned);
      if (end >= 0) {
        const bytes = this.#consume(end + 1);
        if (tooLong || bytes.length > authLineBytesMax) return { kind: 'too-long' };
        return readLine(bytes);
      }
      scanned = this.#buffered;
      if (this.#buffered > authLineBytesMax) {
        tooLong = true;
        skipped += this.#buffered;
        this.#consume(this.#buffered);
        scanned = 0;
        if (skipped > skippedLineBytesMax) return { kind: 'endless' };
      }
      const waited = await this.#more(patience);
      if (waited !== 'data') return { kind: waited };
    }
  }

  /** Whatever comes next. */
  async chunk(timeoutMs: number): Promise<Buffer | 'end' | 'timeout'> {
    const patience = new Patience(timeoutMs, () => this.#wake?.());
    try {
      for (;;) {
        this.#take();
        const piece = this.#pieces.shift();
        if (piece) {
          this.#buffered -= piece.length;
          return piece;
        }
        const waited = await this.#more(patience);
        if (waited !== 'data') return waited;
      }
    } finally {
      patience.end();
    }
  }

  /** Gives back the end of a chunk that belongs to what follows. */
  unread(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#pieces.unshift(rest);
    this.#buffered += rest.length;
  }

  #attach(): void {
    this.#stream.on('readable', this.#onEvent);
    this.#stream.on('end', this.#onEnd);
    this.#stream.on('close', this.#onEnd);
    this.#stream.on('error', this.#onEnd);
  }

  // One piece at a time is enough to go on; taking more would defeat the stream's own bound.
  #take(): void {
    if (this.#buffered > 0 || this.#stream.destroyed) return;
    this.#pull();
  }

  #pull(): boolean {
    const chunk: unknown = this.#stream.read();
    if (!Buffer.isBuffer(chunk) || chunk.length === 0) return false;
    this.#pieces.push(chunk);
    this.#buffered += chunk.length;
    // A line that comes octet by octet must not cost a search through as many pieces.
    if (this.#pieces.length > 32) this.#pieces = [Buffer.concat(this.#pieces)];
    return true;
  }

  async #more(patience: Patience): Promise<'data' | 'end' | 'timeout'> {
    patience.begin();
    try {
      for (;;) {
        if (!this.#stream.destroyed && this.#pull()) return 'data';
        if (this.#ended || this.#stream.destroyed) return 'end';
        if (patience.isOver) return 'timeout';
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.#wake = null;
    }
  }

  #find(octet: number, from: number): number {
    let base = 0;
    for (const piece of this.#pieces) {
      if (base + piece.length > from) {
        const at = piece.indexOf(octet, Math.max(0, from - base));
        if (at >= 0) return base + at;
      }
      base += piece.length;
    }
    return -1;
  }

  #consume(count: number): Buffer {
    this.#buffered -= count;
    const parts: Buffer[] = [];
    let left = count;
    while (left > 0) {
      const piece = this.#pieces[0];
      if (!piece) break;
      const part = piece.subarray(0, left);
      parts.push(part);
      left -= part.length;
      if (part.length === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(part.length);
    }
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }
}

// RFC 5321 §2.3.8: lines end with CRLF and nothing else.
function readLine(bytes: Buffer): Line {
  const end = bytes.length - 2;
  if (end < 0 || bytes[end] !== CR) return { kind: 'bare' };
  const line = bytes.subarray(0, end);
  return line.includes(CR) ? { kind: 'bare' } : { kind: 'line', bytes: line };
}
