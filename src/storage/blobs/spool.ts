import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { StoreError } from '../../base/index.ts';
import { diskFault } from './disk.ts';
import { limits } from './limits.ts';

/** A content that has arrived whole: small in memory, large in a temporary file. */
export type Spooled =
  | { readonly hash: string; readonly size: number; readonly bytes: Buffer }
  | { readonly hash: string; readonly size: number; readonly file: string };

/**
 * Takes in a stream without holding more of it than a small blob. StoreError 'too-large' as soon as `sizeMax` bytes
 * are exceeded; the temporary file is then gone.
 */
export async function spool(
  source: AsyncIterable<Uint8Array>,
  sizeMax: number,
  temporary: () => string,
): Promise<Spooled> {
  const hash = createHash('sha256');
  const held: Uint8Array[] = [];
  let size = 0;
  let file: { readonly path: string; readonly handle: FileHandle } | null = null;
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > sizeMax) throw new StoreError('too-large', 'the content is too large', { sizeMax });
      hash.update(chunk);
      if (!file && size <= limits.segmentBlobBytesMax) {
        held.push(chunk);
        continue;
      }
      if (!file) {
        const path = temporary();
        file = { path, handle: await open(path, 'wx', 0o600) };
        for (const early of held.splice(0)) await writeAll(file.handle, early);
      }
      await writeAll(file.handle, chunk);
    }
    const digest = hash.digest('hex');
    if (!file) return { hash: digest, size, bytes: Buffer.concat(held, size) };
    await file.handle.sync();
    await file.handle.close();
    return { hash: digest, size, file: file.path };
  } catch (error) {
    if (file) {
      await file.handle.close().catch(() => {});
      await rm(file.path, { force: true });
    }
    throw diskFault(error);
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) at += (await handle.write(chunk, at, chunk.length - at)).bytesWritten;
}
