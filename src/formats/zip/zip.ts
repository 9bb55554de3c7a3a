import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import { centralHeader, dataDescriptor, endOfZip, localHeader, type ZipRecord } from './headers.ts';

export interface ZipEntry {
  /** Below the archive: names joined by slashes, without one at the end. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Absent: a folder. */
  readonly file?: {
    /** What is known of it beforehand; where it is more than 32 bits can say it is written so. */
    readonly bytes: number;
    /** 0 stores, 9 makes it as small as can be. */
    readonly level: number;
    /** Asked for when the bytes before have gone. */
    open(): AsyncIterable<Uint8Array>;
  };
}

/** Below it neither the bytes of a file nor what deflate makes of them can need more than 32 bits. */
const plainBytesMax = 0xf0000000;

interface Sums {
  crc: number;
  size: number;
  packed: number;
}

async function* deflated(
  { open, level }: Required<ZipEntry>['file'],
  sums: Sums,
): AsyncGenerator<Buffer, void, void> {
  const deflate = createDeflateRaw({ level });
  const counted = async function* () {
    for await (const chunk of open()) {
      sums.crc = crc32(chunk, sums.crc);
      sums.size += chunk.length;
      yield chunk;
    }
  };
  const piped = pipeline(counted, deflate);
  // It is waited for below; until then it is nobody's fault.
  piped.catch(() => undefined);
  try {
    for await (const chunk of deflate as AsyncIterable<Buffer>) {
      sums.packed += chunk.length;
      yield chunk;
    }
    await piped;
  } finally {
    deflate.destroy();
  }
}

/** The archive of what is named, in that order. What `open` throws is thrown on, and the archive breaks off. */
export async function* zipOf(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer, void, void> {
  const list: Buffer[] = [];
  let offset = 0;
  for await (const { path, modifiedMs, file } of entries) {
    const name = Buffer.from(file ? path : `${path}/`);
    const sums: Sums = { crc: 0, size: 0, packed: 0 };
    const isLong = file !== undefined && file.bytes > plainBytesMax;
    const opening = { name, isFolder: !file, modifiedMs, isLong };
    const header = localHeader(opening);
    yield header;
    if (file) yield* deflated(file, sums);
    if (!isLong && Math.max(sums.size, sums.packed) > plainBytesMax)
      throw new Error('a file in an archive is larger than it was said to be');
    const record: ZipRecord = { ...opening, ...sums, offset };
    offset += header.length + sums.packed;
    if (file) {
      const descriptor = dataDescriptor(record);
      offset += descriptor.length;
      yield descriptor;
    }
    list.push(centralHeader(record));
  }
  let bytes = 0;
  for (const each of list) {
    bytes += each.length;
    yield each;
  }
  yield endOfZip({ entries: list.length, offset, bytes });
}
