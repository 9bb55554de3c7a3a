import { columnBits, columnBytes, type Kind, storedColumnBytes } from './columns.ts';

/**
 * A block is many columns turned on their side: for each bit the slice that says which of the columns have it. A search
 * reads the slices of its few bits and leaves the rest of the block alone. Two slices make a row.
 */
export const blockColumns = 2_048;
export const sliceBytes = blockColumns / 8;
const slicesPerRow = 2;
export const rowsPerBlock = columnBits / slicesPerRow;
export const rowBytes = slicesPerRow * sliceBytes;

/** The columns of an email, one after the other, as they wait to be put into a block. */
export interface WaitingColumns {
  readonly id: number;
  readonly columns: Uint8Array;
}

/** `owners`: for each column the email and the kind, packed; `bits`: the rows one after the other. */
export interface Block {
  readonly owners: Uint8Array;
  readonly bits: Uint8Array;
}

export const rowOfBit = (bit: number): number => Math.floor(bit / slicesPerRow);

/** Where the slice of a bit begins in its row. */
export const placeInRow = (bit: number): number => (bit % slicesPerRow) * sliceBytes;

/** Email ids stay below 2^50, so both fit into one double. */
const pack = (email: number, kind: number): number => email * 4 + kind;

export interface Owner {
  readonly email: number;
  readonly kind: Kind;
}

export function ownersOf(owners: Uint8Array): Owner[] {
  const view = new DataView(owners.buffer, owners.byteOffset, owners.byteLength);
  const read: Owner[] = [];
  for (let at = 0; at + 8 <= owners.byteLength; at += 8) {
    const packed = view.getFloat64(at, true);
    read.push({ email: Math.floor(packed / 4), kind: (packed % 4) as Kind });
  }
  return read;
}

export const columnCount = (columns: Uint8Array): number => Math.floor(columns.length / storedColumnBytes);

/** How many of them, from the first on, fill one block; 0 where they do not fill it yet. */
export function fillingBlock(columnCounts: readonly number[]): number {
  let columns = 0;
  for (const [at, count] of columnCounts.entries()) {
    if (columns + count > blockColumns) return at;
    columns += count;
  }
  return columns === blockColumns ? columnCounts.length : 0;
}

export function makeBlock(waiting: readonly WaitingColumns[]): Block {
  const bits = new Uint8Array(rowsPerBlock * rowBytes);
  const packed: number[] = [];
  for (const { id, columns } of waiting) {
    for (let from = 0; from + storedColumnBytes <= columns.length; from += storedColumnBytes) {
      turn(columns, from + 1, bits, packed.length);
      packed.push(pack(id, columns[from] ?? 0));
    }
  }
  if (packed.length > blockColumns) throw new RangeError(`${packed.length} columns do not fit into a block`);
  const owners = new Uint8Array(packed.length * 8);
  const view = new DataView(owners.buffer);
  for (const [at, value] of packed.entries()) view.setFloat64(at * 8, value, true);
  return { owners, bits };
}

function turn(columns: Uint8Array, from: number, bits: Uint8Array, column: number): void {
  const place = column >> 3;
  const flag = 1 << (column & 7);
  for (let at = 0; at < columnBytes; at++) {
    for (let left = columns[from + at] ?? 0; left !== 0; left &= left - 1) {
      const bit = at * 8 + 31 - Math.clz32(left & -left);
      const slice = bit * sliceBytes + place;
      bits[slice] = (bits[slice] ?? 0) | flag;
    }
  }
}

/** The columns of those emails that `keep` names, as they were before they became a block. */
export function columnsIn(block: Block, keep: ReadonlySet<number>): WaitingColumns[] {
  const byEmail = new Map<number, Uint8Array[]>();
  for (const [column, { email, kind }] of ownersOf(block.owners).entries()) {
    if (!keep.has(email)) continue;
    const stored = new Uint8Array(storedColumnBytes);
    stored[0] = kind;
    for (let bit = 0; bit < columnBits; bit++) {
      if (((block.bits[bit * sliceBytes + (column >> 3)] ?? 0) & (1 << (column & 7))) === 0) continue;
      const at = 1 + (bit >> 3);
      stored[at] = (stored[at] ?? 0) | (1 << (bit & 7));
    }
    const columns = byEmail.get(email);
    if (columns) columns.push(stored);
    else byEmail.set(email, [stored]);
  }
  return [...byEmail].map(([id, columns]) => ({ id, columns: Buffer.concat(columns) }));
}

/** The columns, by number, that have every bit whose slice is in `slices`; null for none. */
export function meeting(slices: readonly Uint8Array[]): Uint8Array | null {
  const met = new Uint8Array(sliceBytes).fill(0xff);
  let any = true;
  for (const slice of slices) {
    any = false;
    for (let at = 0; at < sliceBytes; at++) {
      const both = (met[at] ?? 0) & (slice[at] ?? 0);
      met[at] = both;
      any ||= both !== 0;
    }
    if (!any) return null;
  }
  return any ? met : null;
}
