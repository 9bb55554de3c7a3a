import { StoreError } from '../../base/index.ts';

/**
 * A record of a segment: magic (4 bytes), codec (1), SHA-256 of the content (32), content size (u32), stored length
 * (u32), then the stored bytes. The database says where a record lies; the header lets a segment be read without it.
 */
export const headerBytes = 45;
const magic = Buffer.from('MYB1', 'latin1');

export interface RecordHeader {
  readonly hash: string;
  readonly size: number;
  readonly length: number;
  readonly codec: number;
}

export function encodeHeader(record: RecordHeader): Buffer {
  const header = Buffer.allocUnsafe(headerBytes);
  magic.copy(header, 0);
  header.writeUInt8(record.codec, 4);
  header.write(record.hash, 5, 32, 'hex');
  header.writeUInt32BE(record.size, 37);
  header.writeUInt32BE(record.length, 41);
  return header;
}

/** StoreError 'corrupt' where the bytes are no record header. */
export function decodeHeader(header: Buffer): RecordHeader {
  if (header.length < headerBytes || header.compare(magic, 0, 4, 0, 4) !== 0) {
    throw new StoreError('corrupt', 'a blob is not where the database says');
  }
  return {
    codec: header.readUInt8(4),
    hash: header.toString('hex', 5, 37),
    size: header.readUInt32BE(37),
    length: header.readUInt32BE(41),
  };
}

/** Segments as they were appended end in .raw, rewritten (compressed) ones in .zst. */
export function segmentName(segment: number, kind: 'raw' | 'zst'): string {
  return `${String(segment).padStart(10, '0')}.${kind}`;
}

export function parseSegmentName(name: string): { segment: number; kind: 'raw' | 'zst' } | null {
  const match = /^(\d{10})\.(raw|zst)$/.exec(name);
  return match ? { segment: Number(match[1]), kind: match[2] as 'raw' | 'zst' } : null;
}
