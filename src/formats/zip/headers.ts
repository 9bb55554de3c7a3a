/** One entry as the records of the archive tell of it. */
export interface ZipRecord {
  /** UTF-8; a folder's ends with a slash. */
  readonly name: Buffer;
  readonly isFolder: boolean;
  readonly modifiedMs: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Its sizes are written in 64 bits wherever they stand. */
  readonly isLong: boolean;
}

const max16 = 0xffff;
const max32 = 0xffffffff;
/** §4.4.3: 2.0 for folders and deflate, 4.5 for 64 bits. */
const plainVersion = 20;
const longVersion = 45;
/** §4.4.4: sizes stand behind the bytes (bit 3), names are UTF-8 (bit 11). */
const flags = { folder: 1 << 11, file: (1 << 3) | (1 << 11) } as const;
const method = { folder: 0, file: 8 } as const;
/** §4.4.2: written under Unix, whose modes stand in the upper half of the attributes. */
const madeBy = (3 << 8) | longVersion;
const attributes = { folder: ((0o40755 << 16) | 0x10) >>> 0, file: (0o100644 << 16) >>> 0 } as const;

/** Numbers one behind the other, each of so many bytes, little-endian (§4.4.1.1). */
function packed(...fields: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 8) buffer.writeBigUInt64LE(BigInt(value), at);
    else buffer.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return buffer;
}

/** §4.4.6: MS-DOS date and time, in UTC, from 1980 to 2107. */
function dosTime(ms: number): readonly [time: number, date: number] {
  const clamped = Math.min(Math.max(ms, Date.UTC(1980, 0, 1)), Date.UTC(2107, 11, 31, 23, 59, 58));
  const at = new Date(clamped);
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return [time, date];
}

/** The extra field of Info-ZIP that has a time in seconds; nothing for what does not fit into it. */
function unixTime(ms: number): Buffer {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 0 || seconds > 0x7fffffff) return Buffer.alloc(0);
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x5455, 0);
  field.writeUInt16LE(5, 2);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(seconds, 5);
  return field;
}

/** §4.5.3; nothing where it has no numbers. */
function longField(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const numbers = values.map((value) => [8, value] as const);
  return packed([2, 0x0001], [2, 8 * values.length], ...numbers);
}

type Opening = Pick<ZipRecord, 'name' | 'isFolder' | 'modifiedMs' | 'isLong'>;

/** §4.3.7 */
export function localHeader({ name, isFolder, modifiedMs, isLong }: Opening): Buffer {
  const kind = isFolder ? 'folder' : 'file';
  const [time, date] = dosTime(modifiedMs);
  const extra = Buffer.concat([isLong ? longField([0, 0]) : Buffer.alloc(0), unixTime(modifiedMs)]);
  const size = isLong ? max32 : 0;
  return Buffer.concat([
    packed([4, 0x04034b50], [2, isLong ? longVersion : plainVersion], [2, flags[kind]], [2, method[kind]]),
    packed([2, time], [2, date], [4, 0], [4, size], [4, size], [2, name.length], [2, extra.length]),
    name,
    extra,
  ]);
}

/** §4.3.9: behind the bytes of a file. */
export function dataDescriptor({ crc, packed: less, size, isLong }: ZipRecord): Buffer {
  const bytes = isLong ? 8 : 4;
  return packed([4, 0x08074b50], [4, crc], [bytes, less], [bytes, size]);
}

/** §4.3.12: of the list at the end. */
export function centralHeader(record: ZipRecord): Buffer {
  const { name, isFolder, modifiedMs, crc, offset, isLong } = record;
  const kind = isFolder ? 'folder' : 'file';
  const [time, date] = dosTime(modifiedMs);
  const sizes = isLong ? [record.size, record.packed] : [];
  const far = offset >= max32;
  const extra = Buffer.concat([longField([...sizes, ...(far ? [offset] : [])]), unixTime(modifiedMs)]);
  const version = isLong || far ? longVersion : plainVersion;
  return Buffer.concat([
    packed([4, 0x02014b50], [2, madeBy], [2, version], [2, flags[kind]], [2, method[kind]]),
    packed([2, time], [2, date], [4, crc]),
    packed([4, isLong ? max32 : record.packed], [4, isLong ? max32 : record.size]),
    packed([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0]),
    packed([4, attributes[kind]], [4, far ? max32 : offset]),
    name,
    extra,
  ]);
}

export interface ZipEnd {
  readonly entries: number;
  /** Where the list begins, and its bytes. */
  readonly offset: number;
  readonly bytes: number;
}

/** §4.3.14 to §4.3.16 */
export function endOfZip({ entries, offset, bytes }: ZipEnd): Buffer {
  const isLong = entries >= max16 || offset >= max32 || bytes >= max32;
  const long = isLong
    ? [
        packed([4, 0x06064b50], [8, 44], [2, madeBy], [2, longVersion], [4, 0], [4, 0]),
        packed([8, entries], [8, entries], [8, bytes], [8, offset]),
        packed([4, 0x07064b50], [4, 0], [8, offset + bytes], [4, 1]),
      ]
    : [];
  const count = Math.min(entries, max16);
  return Buffer.concat([
    ...long,
    packed([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count]),
    packed([4, Math.min(bytes, max32)], [4, Math.min(offset, max32)], [2, 0]),
  ]);
}
