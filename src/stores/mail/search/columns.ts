/**
 * What the index keeps of a text: columns of bits, one bit pattern for each run of three characters (gram) in it. A text
 * that holds another has all of its grams; so a column without one of them rules the text out, and a column with all of
 * them only may hold it. A long text has several columns, which overlap by `windowChars`: a needle is looked for by the
 * grams of so many of its characters, which lie in one column then.
 */

/** Which part of a message a column is of. */
export const kinds = { envelope: 0, header: 1, body: 2 } as const;
export type Kind = (typeof kinds)[keyof typeof kinds];

export const columnBits = 4_096;
export const columnBytes = columnBits / 8;
/** A column as it is stored before it is put into a block: its kind, then its bits. */
export const storedColumnBytes = columnBytes + 1;
/** A column with more bits than this rules out too little: the text goes on in the next one. */
const filledBitsMax = 1_500;
const windowChars = 64;
/** Grams of a needle that are looked for: each halves what is left several times over. */
const needleGramsMax = 16;
/** Characters of a gram, and so of the shortest needle that the index can narrow. */
export const gramChars = 3;

/** The bits of three UTF-16 units. Stored indexes depend on it: it must not change. */
function hash(a: number, b: number, c: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

const mask = columnBits - 1;
const second = (h: number) => (h >>> 12) & mask;
/** The rest of 32 bits is too little for a third: mixed once more. */
const third = (h: number) => (Math.imul(h, 0x9e3779b1) >>> 20) & mask;

/** A column of which everything is possible: for what could not be read or is too long. */
export function openColumn(kind: Kind): Uint8Array {
  const column = new Uint8Array(storedColumnBytes).fill(0xff);
  column[0] = kind;
  return column;
}

function setGram(column: Uint8Array, h: number): number {
  return setBit(column, h & mask) + setBit(column, second(h)) + setBit(column, third(h));
}

function setBit(column: Uint8Array, bit: number): number {
  const at = 1 + (bit >> 3);
  const before = column[at] ?? 0;
  const after = before | (1 << (bit & 7));
  column[at] = after;
  return after === before ? 0 : 1;
}

/** The columns of a folded text; one open column where it would take more than `columnsMax`. */
export function columnsOf(kind: Kind, text: string, columnsMax: number): Uint8Array[] {
  const columns: Uint8Array[] = [];
  let column: Uint8Array | null = null;
  let filled = 0;
  for (let at = 0; at + gramChars <= text.length; at++) {
    if (column === null || filled >= filledBitsMax) {
      if (columns.length >= columnsMax) return [openColumn(kind)];
      // What was looked at last stands in both: a window is never cut apart.
      at = column === null ? 0 : at - windowChars;
      column = new Uint8Array(storedColumnBytes);
      column[0] = kind;
      filled = 0;
      columns.push(column);
    }
    filled += setGram(column, hash(text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2)));
  }
  return columns;
}

/** The bits that a column must have to hold the folded text, gram after gram; null where it is too short to tell. */
export function bitsOf(text: string): readonly number[] | null {
  const grams = Math.min(text.length, windowChars) - gramChars + 1;
  if (grams < 1) return null;
  const count = Math.min(grams, needleGramsMax);
  const bits = new Set<number>();
  for (let n = 0; n < count; n++) {
    const at = count === 1 ? 0 : Math.round((n * (grams - 1)) / (count - 1));
    const h = hash(text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2));
    for (const bit of [h & mask, second(h), third(h)]) bits.add(bit);
  }
  return [...bits];
}

/** Whether the stored column that begins at `from` has all of the bits. */
export function columnHas(columns: Uint8Array, from: number, bits: readonly number[]): boolean {
  for (const bit of bits) {
    if (((columns[from + 1 + (bit >> 3)] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}
