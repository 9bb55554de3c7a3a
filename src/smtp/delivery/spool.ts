import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { randomToken, StoreError } from '../../base/index.ts';
import { spoolBytesMax, spoolReadBytes } from '../limits.ts';
import { Gathered } from '../session/gathered.ts';

/**
 * A message while it is looked at as a whole: in memory up to `spoolBytesMax`, then in a file without a name, so that
 * nothing of it outlives the process. It may be read more than once. It promises nothing: what is kept is stored elsewhere.
 */
export class Spool {
  readonly #folder: string;
  #held = new Gathered();
  #file: FileHandle | null = null;
  #length = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Octets so far. */
  get length(): number {
    return this.#length;
  }

  /** StoreError 'no-space' where the disk is full. */
  async add(piece: Buffer): Promise<void> {
    this.#length += piece.length;
    this.#held.add(piece);
    if (this.#held.length <= spoolBytesMax) return;
    try {
      await this.#spill();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      throw new StoreError('no-space', 'there is no space left to hold the message');
    }
  }

  /** All of it as one buffer, where it is small enough to be held; else null. */
  whole(): Buffer | null {
    return this.#file === null ? this.#held.whole() : null;
  }

  pieces(): AsyncGenerator<Buffer> {
    return this.range(0, this.#length);
  }

  /** The octets [start, end), or what there is of them. */
  async *range(start: number, end: number): AsyncGenerator<Buffer> {
    const written = this.#length - this.#held.length;
    for (let at = start; this.#file !== null && at < Math.min(end, written); ) {
      const buffer = Buffer.allocUnsafe(Math.min(spoolReadBytes, end - at, written - at));
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new Error('the spool file of a message ended early');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    const held = this.#held.whole().subarray(Math.max(0, start - written), Math.max(0, end - written));
    if (held.length > 0) yield held;
  }

  /** Puts these pieces, which may be read from it, in the place of what it holds. */
  async rewrite(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const next = new Spool(this.#folder);
    try {
      for await (const piece of pieces)
        await next.add(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
    } catch (error) {
      await next.close();
      throw error;
    }
    await this.#file?.close();
    this.#held = next.#held;
    this.#file = next.#file;
    this.#length = next.#length;
  }

  async close(): Promise<void> {
    this.#held = new Gathered();
    await this.#file?.close();
    this.#file = null;
  }

  async #spill(): Promise<void> {
    this.#file ??= await openUnnamed(this.#folder);
    const bytes = this.#held.whole();
    const at = this.#length - this.#held.length;
    for (let done = 0; done < bytes.length; ) {
      done += (await this.#file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    }
    this.#held = new Gathered();
  }
}

async function openUnnamed(folder: string): Promise<FileHandle> {
  const path = join(folder, `incoming-${randomToken(80)}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
