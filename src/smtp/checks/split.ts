import { Gathered } from '../session/gathered.ts';

const emptyLine = Buffer.from('\r\n\r\n');

/** Parts a message that comes in pieces at the end of its header, wherever the pieces were cut. */
export class Split {
  readonly #header: (header: Buffer) => Promise<void>;
  readonly #body: (piece: Buffer) => Promise<void>;
  #held: Gathered | null = new Gathered();
  /** As though a line had just ended: a message that begins with an empty line has an empty header. */
  #tail: Buffer = Buffer.from('\r\n');

  constructor(header: (header: Buffer) => Promise<void>, body: (piece: Buffer) => Promise<void>) {
    this.#header = header;
    this.#body = body;
  }

  async write(piece: Buffer): Promise<void> {
    if (this.#held === null) return this.#body(piece);
    const window = Buffer.concat([this.#tail, piece]);
    const at = window.indexOf(emptyLine);
    const end = at < 0 ? piece.length : at + emptyLine.length - this.#tail.length;
    this.#held.add(piece.subarray(0, end));
    this.#tail = window.subarray(-3);
    if (at < 0) return;
    await this.#headed();
    if (end < piece.length) await this.#body(piece.subarray(end));
  }

  /** A message that ended within its header. */
  async end(): Promise<void> {
    if (this.#held !== null) await this.#headed();
  }

  async #headed(): Promise<void> {
    const header = this.#held?.whole() ?? Buffer.alloc(0);
    this.#held = null;
    await this.#header(header);
  }
}
