import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { type BlobRow, coreOperations } from '../core/module.ts';
import type { Database } from '../database.ts';
import { Appender } from './appender.ts';
import { type BlobFiles, hashOf } from './files.ts';
import { limits } from './limits.ts';
import { headerBytes } from './segment-file.ts';

const compress = promisify(zstdCompress);

interface Options {
  readonly database: Database;
  readonly files: BlobFiles;
  /** The segment that is still appended to. */
  readonly growing: () => number;
  readonly pinnedIn: (segment: number) => boolean;
  readonly readAt: (row: BlobRow) => Promise<Buffer>;
  /** Awaited between steps. */
  readonly between?: (() => Promise<void>) | undefined;
}

/**
 * Rewrites sealed segments: those as they were appended (to compress them) and those of which less than half is
 * live. A segment is removed only when no row and no pin names it, after its blobs' new places are committed. A blob
 * whose bytes are damaged stays where it is, and its segment with it, for `verify` to name.
 */
export async function compactSegments(options: Options): Promise<number> {
  const { database, files } = options;
  const live = new Map((await database.call(coreOperations.segments, {})).map((row) => [row.segment, row]));
  const output = new Appender(files.segments, 'zst', () => files.nextSegment('zst'));
  let freed = 0;
  try {
    const usedIn = (segment: number) => {
      const row = live.get(segment);
      return row ? row.live + row.count * headerBytes : 0;
    };
    // Those that need the least room first: on a full disk they make room for the others.
    const segments = files.listSegments().sort((a, b) => usedIn(a.segment) - usedIn(b.segment));
    for (const { segment, kind, bytes } of segments) {
      if (segment === options.growing() || segment === output.segment) continue;
      const used = usedIn(segment);
      if (kind === 'zst' && used * 2 >= bytes) continue;
      await options.between?.();
      const written = await rewrite(segment, options, output);
      // Pins first: no new one can point into a sealed segment, and what the last one referred to is committed then.
      if (options.pinnedIn(segment)) continue;
      const left = await database.call(coreOperations.blobsInSegment, { segment, after: -1 });
      if (left.length > 0) continue;
      freed += (await files.removeSegment(segment)) - written;
    }
  } finally {
    await output.close();
  }
  return freed;
}

/** Moves every blob of the segment that can be read; answers the bytes it wrote. */
async function rewrite(segment: number, options: Options, output: Appender): Promise<number> {
  const { database } = options;
  let [after, written] = [-1, 0];
  for (;;) {
    const page = await database.call(coreOperations.blobsInSegment, { segment, after });
    const last = page.at(-1);
    if (!last) return written;
    for (const rows of groupsOf(page)) {
      const copies = await Promise.all(rows.map((row) => copyOne(row, options, output)));
      const moves = copies.filter((copy) => copy !== null);
      if (moves.length > 0) await database.call(coreOperations.moveBlobs, { moves });
      for (const move of moves) written += move.toLength + headerBytes;
    }
    after = last.offset;
    await options.between?.();
  }
}

/** As many rows as are held in memory and moved in one transaction. */
function* groupsOf(rows: readonly BlobRow[]): Generator<BlobRow[]> {
  let [group, bytes]: [BlobRow[], number] = [[], 0];
  for (const row of rows) {
    if (group.length > 0 && (group.length >= limits.movesMax || bytes + row.size > limits.groupBytesMax)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(row);
    bytes += row.size;
  }
  if (group.length > 0) yield group;
}

async function copyOne(row: BlobRow, options: Options, output: Appender) {
  const content = await options.readAt(row).catch(() => null);
  if (content === null || hashOf(content) !== row.hash) return null;
  const { bytes, codec } = await encode(content);
  const place = await output.append({ hash: row.hash, size: row.size, length: bytes.length, codec }, bytes);
  return {
    hash: row.hash,
    fromSegment: row.segment,
    fromOffset: row.offset,
    toSegment: place.segment,
    toOffset: place.offset,
    toLength: place.length,
    toCodec: place.codec,
  };
}

async function encode(content: Buffer): Promise<{ bytes: Buffer; codec: number }> {
  if (content.length >= limits.compressBytesMin) {
    const params = { [constants.ZSTD_c_compressionLevel]: limits.zstdLevel };
    const packed = await compress(content, { params });
    if (packed.length < content.length) return { bytes: packed, codec: 1 };
  }
  return { bytes: content, codec: 0 };
}
