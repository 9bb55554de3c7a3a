import { contentLineBytesMax } from '../limits.ts';

/** What is wrong with the octets of a message; it is read to its real end all the same. */
export type ContentFault = 'bare-cr' | 'bare-lf' | 'nul' | 'long-line';

type State = 'start' | 'dot' | 'dot-cr' | 'text' | 'cr' | 'end';

const CR = 13;
const LF = 10;
const DOT = 46;
const carriageReturn = Buffer.from('\r');

/**
 * Octets after 354 into content (RFC 5321 §4.5.2): only CRLF.CRLF ends it, a dot that begins a line is dropped.
 * Nothing is converted: a CR or LF on its own stays in the content and is a fault (THREATS 1), so that no other
 * server can read a different end into what is passed on. Any cutting into chunks gives the same answer.
 */
export class DataDecoder {
  #state: State = 'start';
  #lineBytes = 0;
  #fault: ContentFault | null = null;

  get ended(): boolean {
    return this.#state === 'end';
  }

  /** The first fault met. */
  get fault(): ContentFault | null {
    return this.#fault;
  }

  /** Feeds octets; content goes to `emit` as views of `chunk`. Answers how many octets belong to the message. */
  write(chunk: Buffer, emit: (content: Buffer) => void): number {
    let at = 0;
    let from = 0;
    const nul = chunk.indexOf(0);
    const flush = (to: number) => {
      if (to > from) emit(chunk.subarray(from, to));
    };
    while (at < chunk.length && this.#state !== 'end') {
      switch (this.#state) {
        case 'start':
          if (chunk[at] === DOT) {
            flush(at);
            at++;
            from = at;
            this.#state = 'dot';
          } else this.#state = 'text';
          break;
        case 'dot':
          if (chunk[at] === CR) {
            at++;
            from = at;
            this.#state = 'dot-cr';
          } else this.#state = 'text';
          break;
        case 'dot-cr':
          if (chunk[at] === LF) {
            at++;
            from = at;
            this.#state = 'end';
          } else {
            // The CR held back was content after all, and bare.
            emit(carriageReturn);
            this.#found('bare-cr');
            this.#state = 'text';
          }
          break;
        case 'cr':
          if (chunk[at] === LF) {
            at++;
            this.#lineBytes = 0;
            this.#state = 'start';
          } else {
            this.#found('bare-cr');
            this.#state = 'text';
          }
          break;
        default:
          at = this.#text(chunk, at);
      }
    }
    flush(at);
    if (nul >= 0 && nul < at) this.#found('nul');
    return at;
  }

  /** Up to the next CR, or past it where its LF is here too. */
  #text(chunk: Buffer, at: number): number {
    const cr = chunk.indexOf(CR, at);
    const end = cr < 0 ? chunk.length : cr;
    // With a fault already found no LF is looked for: a chunk of CRs would be searched once per CR.
    const lf = this.#fault === null ? chunk.indexOf(LF, at) : -1;
    if (lf >= 0 && lf < end) this.#found('bare-lf');
    this.#lineBytes += end - at;
    if (this.#lineBytes > contentLineBytesMax) this.#found('long-line');
    if (cr < 0) return end;
    this.#state = 'cr';
    return cr + 1;
  }

  #found(fault: ContentFault): void {
    this.#fault ??= fault;
  }
}
