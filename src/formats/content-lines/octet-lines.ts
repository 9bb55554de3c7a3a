const LF = 0x0a;

/** The physical lines of octets that come in chunks, with their ends; of one that is too long no more is held. */
export class OctetLines {
  readonly #octetsMax: number;
  readonly #tell: (octets: Buffer | null, line: number) => void;
  #line = 0;
  /** Pieces of a line whose end is yet to come. */
  #open: Buffer[] = [];
  #openOctets = 0;

  /** `tell` gets each line and its number, from 1; null for one of more than `octetsMax`. */
  constructor(octetsMax: number, tell: (octets: Buffer | null, line: number) => void) {
    this.#octetsMax = octetsMax;
    this.#tell = tell;
  }

  push(chunk: Uint8Array): void {
    // A copy: the chunk may be one of a buffer that is used again.
    const octets = Buffer.from(chunk);
    let from = 0;
    for (let at = octets.indexOf(LF); at !== -1; at = octets.indexOf(LF, from)) {
      this.#keep(octets.subarray(from, at + 1));
      this.#whole();
      from = at + 1;
    }
    if (from < octets.length) this.#keep(octets.subarray(from));
  }

  /** The last line may lack its end. */
  end(): void {
    if (this.#openOctets > 0) this.#whole();
  }

  #keep(piece: Buffer): void {
    this.#openOctets += piece.length;
    if (this.#openOctets <= this.#octetsMax) this.#open.push(piece);
    else this.#open = [];
  }

  #whole(): void {
    const fits = this.#openOctets <= this.#octetsMax;
    const [first] = this.#open;
    const octets = this.#open.length === 1 && first ? first : Buffer.concat(this.#open);
    this.#open = [];
    this.#openOctets = 0;
    this.#line++;
    this.#tell(fits ? octets : null, this.#line);
  }
}
