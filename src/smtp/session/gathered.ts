const piecesMax = 256;

/** Pieces of one thing in order; joined now and then, so that octets that come one by one cost no more than their sum. */
export class Gathered {
  #pieces: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#pieces.length > piecesMax) this.#pieces = [Buffer.concat(this.#pieces)];
  }

  whole(): Buffer {
    const [only, ...others] = this.#pieces;
    return only && others.length === 0 ? only : Buffer.concat(this.#pieces);
  }
}
