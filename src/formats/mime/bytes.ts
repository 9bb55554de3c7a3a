/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes that arrive in chunks and are wanted in one piece, up to a bound; the rest is dropped. */
export class ByteCollector {
  #buffer = Buffer.alloc(0);
  #length = 0;
  #limit = 0;

  /** Starts anew. What `take` answered before stays valid until the next `append`. */
  reset(limit: number): void {
    this.#length = 0;
    this.#limit = limit;
  }

  append(source: Buffer, from: number, to: number): void {
    const count = Math.min(to - from, this.#limit - this.#length);
    if (count <= 0) return;
    const needed = this.#length + count;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2, 4_096));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    source.copy(this.#buffer, this.#length, from, from + count);
    this.#length = needed;
  }

  /** All of it and source[from, to); copies only where something was kept before. */
  take(source: Buffer, from: number, to: number): Buffer {
    if (this.#length === 0) return source.subarray(from, Math.max(from, Math.min(to, from + this.#limit)));
    this.append(source, from, to);
    return this.#buffer.subarray(0, this.#length);
  }

  /** A copy of what `take` would answer, leaving everything as it is. */
  peek(source: Buffer, from: number, to: number): Buffer {
    const kept = this.#buffer.subarray(0, this.#length);
    return Buffer.concat([kept, source.subarray(from, Math.max(from, to))]).subarray(0, this.#limit);
  }
}
