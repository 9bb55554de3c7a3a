import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StoreError } from '../../../base/index.ts';

const faults: Readonly<Record<string, string>> = {
  EEXIST: 'it is there already',
  ENOENT: 'it, or its folder, is not there',
  EISDIR: 'it is a folder',
  EACCES: 'the user that the server runs as may not touch it',
  EPERM: 'the user that the server runs as may not touch it',
  ENOSPC: 'the disk is full',
};

/** What the file system said of a path that an operator typed, as a refusal; anything else stays what it is. */
export function fileRefusal(file: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words = faults[code];
  if (words === undefined) return error;
  return new StoreError(code === 'EEXIST' ? 'exists' : 'invalid', `${file}: ${words}`);
}

/** Writes a file that only its owner reads. What is there already stays; what could not be written whole goes. */
export async function writeNew(file: string, content: AsyncIterable<string | Uint8Array> | Buffer | string) {
  let isOurs = false;
  const target = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
  target.once('open', () => {
    isOurs = true;
  });
  try {
    await pipeline(Readable.from(content), target);
  } catch (error) {
    if (isOurs) await rm(file, { force: true });
    throw fileRefusal(file, error);
  }
}
