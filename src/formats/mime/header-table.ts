import { asBuffer } from './bytes.ts';
import { fieldColon, fieldEnd, isLineEnd } from './fields.ts';
import { headerFieldsMax } from './limits.ts';

const lf = 10;
const cr = 13;
const colon = 58;
/** Each field takes three numbers: the hash of its name, where it starts, where it ends. */
const perField = 3;

/** Names of fields as a header is asked for them, made once for many headers. */
export class FieldNames {
  readonly #byHash = new Map<number, Buffer[]>();

  constructor(names: Iterable<string>) {
    for (const name of names) {
      const bytes = Buffer.from(name.toLowerCase());
      const hash = hashOf(bytes, 0, bytes.length);
      const same = this.#byHash.get(hash);
      if (same === undefined) this.#byHash.set(hash, [bytes]);
      else same.push(bytes);
    }
  }

  /** Whether the field whose name begins at `start`, and has this hash, is one of them. */
  has(hash: number, bytes: Buffer, start: number): boolean {
    const candidates = this.#byHash.get(hash);
    if (candidates === undefined) return false;
    for (const name of candidates) if (isNamed(bytes, start, name)) return true;
    return false;
  }
}

/** A header block and where its fields are, found once: what is filtered again and again is not read again. */
export class HeaderTable {
  readonly bytes: Buffer;
  readonly #fields: Uint32Array;
  /** Whether the block ends in its empty line: not where the message ends inside its header. */
  readonly isComplete: boolean;

  /** Reads as `headerFields` does. The bytes must not change any more. */
  constructor(header: Uint8Array) {
    const bytes = asBuffer(header);
    const fields: number[] = [];
    for (let start = 0; start < bytes.length && fields.length < headerFieldsMax * perField; ) {
      if (isLineEnd(bytes, start)) break;
      const end = fieldEnd(bytes, start);
      const stop = fieldColon(bytes, start, end);
      if (stop > 0) fields.push(hashOf(bytes, start, nameEnd(bytes, stop)), start, end);
      start = end;
    }
    this.bytes = bytes;
    this.#fields = Uint32Array.from(fields);
    this.isComplete = endsInEmptyLine(bytes);
  }

  /** What it holds in memory beside the bytes. */
  get tableBytes(): number {
    return this.#fields.byteLength;
  }

  /** Where the fields of these names are (`keep`), or all others: starts and ends in turn, neighbours as one. */
  pieces(names: FieldNames, keep: boolean): number[] {
    const found: number[] = [];
    const fields = this.#fields;
    let last = -1;
    for (let at = 0; at < fields.length; at += perField) {
      const start = fields[at + 1] as number;
      if (names.has(fields[at] as number, this.bytes, start) !== keep) continue;
      const end = fields[at + 2] as number;
      if (start === last) found[found.length - 1] = end;
      else found.push(start, end);
      last = end;
    }
    return found;
  }
}

function nameEnd(bytes: Buffer, colonAt: number): number {
  let end = colonAt;
  while (bytes[end - 1] === 32 || bytes[end - 1] === 9) end--;
  return end;
}

/** FNV-1a of the name in lower case, as a number that needs no room of its own. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ lower(bytes[at] as number), 0x01000193);
  return hash & 0x3fffffff;
}

function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}

function isNamed(bytes: Buffer, start: number, name: Buffer): boolean {
  const end = start + name.length;
  for (let at = 0; at < name.length; at++) if (lower(bytes[start + at] ?? 0) !== name[at]) return false;
  return bytes[end] === colon || bytes[end] === 32 || bytes[end] === 9;
}

function endsInEmptyLine(bytes: Buffer): boolean {
  let at = bytes.length - 1;
  if (bytes[at] !== lf) return false;
  at--;
  if (bytes[at] === cr) at--;
  return at < 0 || bytes[at] === lf;
}
