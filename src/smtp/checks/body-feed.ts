import { Gathered } from '../session/gathered.ts';
import { turnBytes } from './limits.ts';
import type { BodyHash } from './mailauth.ts';
import { turn } from './turn.ts';

/**
 * Feeds a body to hashes in whole lines, so that no octet is looked at twice however it is cut on its way, and gives the
 * event loop a turn between two blocks.
 */
export class BodyFeed {
  readonly #hashes: () => Iterable<BodyHash>;
  #held = new Gathered();

  constructor(hashes: () => Iterable<BodyHash>) {
    this.#hashes = hashes;
  }

  async add(piece: Buffer): Promise<void> {
    const lineEnd = piece.lastIndexOf(10) + 1;
    if (this.#held.length + lineEnd < turnBytes || lineEnd === 0) {
      this.#held.add(piece);
      return;
    }
    this.#held.add(piece.subarray(0, lineEnd));
    await this.#feed();
    if (lineEnd < piece.length) this.#held.add(piece.subarray(lineEnd));
  }

  async end(): Promise<void> {
    if (this.#held.length > 0) await this.#feed();
  }

  async #feed(): Promise<void> {
    const block = this.#held.whole();
    this.#held = new Gathered();
    for (const hash of this.#hashes()) {
      await turn();
      hash.update(block);
    }
  }
}
