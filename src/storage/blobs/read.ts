import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { messageOf, StoreError } from '../../base/index.ts';
import type { BlobRow } from '../core/module.ts';
import { limits } from './limits.ts';
import type { QuickReads } from './quick-reads.ts';
import { decodeHeader, headerBytes } from './segment-file.ts';
import type { BlobWant } from './types.ts';

const decompress = promisify(zstdDecompress);

export type SomeFile = Pick<FileHandle, 'read'>;

/** The part of the content that is meant, within its size. */
export function rangeOf(row: BlobRow, range: BlobWant['range']): [start: number, end: number] {
  const start = Math.min(range?.[0] ?? 0, row.size);
  return [start, Math.max(start, Math.min(range?.[1] ?? row.size, row.size))];
}

/** Bytes [start, end) of the content. The record's header is read along: what lies there must be what was asked for. */
export async function readRow(file: SomeFile, row: BlobRow, start: number, end: number): Promise<Buffer> {
  if (row.segment === 0) return readFully(file, row.offset + start, end - start);
  if (row.codec !== 0) return unpacked(file, row, start, end);
  // One read more costs more than some bytes that nobody wants.
  const together = start <= limits.gapBytesMax;
  const record = await readFully(file, row.offset, headerBytes + (together ? end : 0));
  checkHeader(record, row);
  if (together) return record.subarray(headerBytes + start, headerBytes + end);
  return readFully(file, row.offset + headerBytes + start, end - start);
}

async function unpacked(file: SomeFile, row: BlobRow, start: number, end: number): Promise<Buffer> {
  const record = await readFully(file, row.offset, headerBytes + row.length);
  checkHeader(record, row);
  try {
    const content = await decompress(record.subarray(headerBytes), {
      maxOutputLength: limits.segmentBlobBytesMax,
    });
    return content.subarray(start, end);
  } catch (error) {
    throw new StoreError('corrupt', 'a blob cannot be decompressed', { cause: messageOf(error) });
  }
}

/** A record's header, and what of its content nobody wants: read, looked at, written over by the next. */
const scratch = Buffer.alloc(headerBytes + Math.max(limits.gapBytesMax, limits.unpackNowBytesMax));
const headerScratch = scratch.subarray(0, headerBytes);

/** Whether it takes no more than a piece of it to read a piece, or little. */
export function isShort({ codec, length, size }: BlobRow): boolean {
  return codec === 0 || Math.max(length, size) <= limits.unpackNowBytesMax;
}

/** Fills `target` from `start` on, in the main thread; false where it cannot. Throws where the record is not there. */
export function readRowNow(
  disk: QuickReads,
  descriptor: number,
  row: BlobRow,
  start: number,
  target: Buffer,
): boolean {
  if (start + target.length > row.size) return false;
  if (row.segment === 0) return disk.read(descriptor, [target], row.offset + start);
  if (row.codec !== 0) return unpackedNow(disk, descriptor, row, start, target);
  if (start > limits.gapBytesMax) {
    if (!disk.read(descriptor, [headerScratch], row.offset)) return false;
    checkHeader(headerScratch, row);
    return disk.read(descriptor, [target], row.offset + headerBytes + start);
  }
  const before = start === 0 ? headerScratch : scratch.subarray(0, headerBytes + start);
  if (!disk.read(descriptor, [before, target], row.offset)) return false;
  checkHeader(before, row);
  return true;
}

function unpackedNow(
  disk: QuickReads,
  descriptor: number,
  row: BlobRow,
  start: number,
  target: Buffer,
): boolean {
  if (!isShort(row)) return false;
  const record = scratch.subarray(0, headerBytes + row.length);
  if (!disk.read(descriptor, [record], row.offset)) return false;
  checkHeader(record, row);
  const content = zstdDecompressSync(record.subarray(headerBytes), { maxOutputLength: row.size });
  return content.copy(target, 0, start) === target.length;
}

function checkHeader(record: Buffer, { hash }: BlobRow): void {
  if (decodeHeader(record).hash !== hash) {
    throw new StoreError('corrupt', 'a blob is not where the database says');
  }
}

async function readFully(file: SomeFile, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await file.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) throw new StoreError('corrupt', 'a blob is cut off');
    at += bytesRead;
  }
  return bytes;
}

/** Records of one segment that are read at once. */
export interface Run {
  readonly segment: number;
  readonly start: number;
  end: number;
  /** `at`: the place of the want in the list of its caller. */
  readonly pieces: { readonly at: number; readonly row: BlobRow; readonly range: [number, number] }[];
}

/** Puts wants whose records lie close together into runs; those that nothing is gained for are left out. */
export function runsOf(rows: readonly BlobRow[], wants: readonly BlobWant[]): Run[] {
  const plain = [...rows.entries()].filter(([, { segment, codec }]) => segment !== 0 && codec === 0);
  plain.sort(([, a], [, b]) => a.segment - b.segment || a.offset - b.offset);
  const runs: Run[] = [];
  for (const [at, row] of plain) {
    const range = rangeOf(row, wants[at]?.range);
    // A part far inside a blob does not lie close to the one before.
    if (range[0] > limits.gapBytesMax) continue;
    const end = row.offset + headerBytes + range[1];
    const run = runs.at(-1);
    if (
      run?.segment === row.segment &&
      row.offset - run.end <= limits.gapBytesMax &&
      end - run.start <= limits.runBytesMax
    ) {
      run.end = Math.max(run.end, end);
      run.pieces.push({ at, row, range });
    } else {
      runs.push({ segment: row.segment, start: row.offset, end, pieces: [{ at, row, range }] });
    }
  }
  return runs.filter(({ pieces }) => pieces.length > 1);
}

/** The contents of a run, in the order of its pieces. StoreError 'corrupt' where one of them is not there. */
export async function readTogether(file: SomeFile, { start, end, pieces }: Run): Promise<Buffer[]> {
  const bytes = await readFully(file, start, end - start);
  return pieces.map(({ row, range }) => {
    const record = bytes.subarray(row.offset - start);
    checkHeader(record, row);
    return record.subarray(headerBytes + range[0], headerBytes + range[1]);
  });
}
