import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { StoreError } from '../../base/index.ts';

/** A failed file operation as a StoreError. */
export function diskFault(error: unknown): unknown {
  if (error instanceof StoreError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StoreError('no-space', 'the disk is full', { code });
  if (code === 'ENOENT') return new StoreError('corrupt', 'a file of the blob store is missing', { code });
  return new StoreError('unavailable', 'the blob store cannot be read or written', { code });
}

/** The same as `syncFolder`, while opening. */
export function syncFolderNow(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Makes new, renamed and removed names of a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
