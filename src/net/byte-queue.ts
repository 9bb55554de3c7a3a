import { gatherBlockBytes, gatherPacketBytesMax } from './limits.ts';

/**
 * Received bytes in order. Nothing is copied when it arrives in ordinary packets, nothing is searched twice, and
 * packets of a few bytes are gathered in blocks, so its memory follows the bytes it holds, not their number of packets.
 */
export class ByteQueue {
  #chunks: Buffer[] = [];
  // Index of the first chunk that holds unread bytes, and the offset of those bytes in it.
  #head = 0;
  #offset = 0;
  #length = 0;
  // Bytes from the head that are known not to hold `#soughtByte`.
  #searched = 0;
  #soughtByte = -1;
  // The block being filled; its filled part is the last chunk.
  #block: Buffer | null = null;
  #blockUsed = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (chunk.length > gatherPacketBytesMax || this.#length === 0) {
      this.#chunks.push(chunk);
      this.#block = null;
    } else {
      this.#gather(chunk);
    }
    this.#length += chunk.length;
  }

  /** Offset of the first such byte, or -1. */
  indexOf(byte: number): number {
    if (byte !== this.#soughtByte) this.#searched = 0;
    this.#soughtByte = byte;
    let start = -this.#offset;
    // Walks back from the end over what was not searched yet: usually the last chunk alone.
    let at = this.#chunks.length;
    let end = this.#length;
    while (at > this.#head && end > this.#searched) {
      at--;
      end -= this.#sizeAt(at);
    }
    start = end;
    for (; at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at] as Buffer;
      const from = at === this.#head ? this.#offset : 0;
      const found = chunk.indexOf(byte, from + Math.max(0, this.#searched - start));
      if (found >= 0) {
        this.#searched = start + found - from;
        return this.#searched;
      }
      start += chunk.length - from;
    }
    this.#searched = this.#length;
    return -1;
  }

  /** The first `count` bytes; there must be as many. */
  take(count: number): Buffer {
    const first = this.#chunks[this.#head];
    if (count === 0 || first === undefined) return Buffer.alloc(0);
    if (first.length - this.#offset >= count) {
      const bytes = first.subarray(this.#offset, this.#offset + count);
      this.#advance(count);
      return bytes;
    }
    const bytes = Buffer.allocUnsafe(count);
    let filled = 0;
    while (filled < count) {
      const piece = this.takeSome(count - filled);
      filled += piece.copy(bytes, filled);
    }
    return bytes;
  }

  /** At least one and at most `countMax` bytes, without copying; the queue must not be empty. */
  takeSome(countMax: number): Buffer {
    const first = this.#chunks[this.#head] as Buffer;
    const bytes = first.subarray(this.#offset, this.#offset + Math.min(countMax, this.#sizeAt(this.#head)));
    this.#advance(bytes.length);
    return bytes;
  }

  /** Drops up to `countMax` bytes; answers how many. */
  drop(countMax: number): number {
    let left = Math.min(countMax, this.#length);
    const dropped = left;
    while (left > 0) {
      const count = Math.min(left, this.#sizeAt(this.#head));
      this.#advance(count);
      left -= count;
    }
    return dropped;
  }

  clear(): void {
    this.#chunks = [];
    this.#head = 0;
    this.#offset = 0;
    this.#length = 0;
    this.#searched = 0;
    this.#block = null;
  }

  #sizeAt(index: number): number {
    const size = (this.#chunks[index] as Buffer).length;
    return index === this.#head ? size - this.#offset : size;
  }

  /** `count` stays within the first chunk. */
  #advance(count: number): void {
    this.#offset += count;
    this.#length -= count;
    this.#searched = Math.max(0, this.#searched - count);
    if (this.#length === 0) {
      // Also lets go of the block: an idle connection holds no buffer.
      this.clear();
      return;
    }
    if (this.#offset < (this.#chunks[this.#head] as Buffer).length) return;
    this.#chunks[this.#head] = empty;
    this.#head++;
    this.#offset = 0;
    // Amortised: the front is cut off when it is at least half of the array.
    if (this.#head >= 32 && this.#head * 2 >= this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
  }

  #gather(chunk: Buffer): void {
    if (this.#block === null || this.#blockUsed + chunk.length > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(gatherBlockBytes);
      this.#blockUsed = 0;
      this.#chunks.push(empty);
    }
    chunk.copy(this.#block, this.#blockUsed);
    this.#blockUsed += chunk.length;
    this.#chunks[this.#chunks.length - 1] = this.#block.subarray(0, this.#blockUsed);
  }
}

const empty = Buffer.alloc(0);
