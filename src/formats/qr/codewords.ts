import { FormatError } from '../../base/index.ts';
import { textBytesMax } from './limits.ts';
import { correction } from './reed-solomon.ts';

interface Division {
  /** Octets of correction of each block. */
  readonly correction: number;
  /** Octets of data of each block: the shorter first. */
  readonly blocks: readonly number[];
}

const times = (count: number, octets: number): number[] => Array<number>(count).fill(octets);

/** ISO/IEC 18004 table 9, level M: of a quarter of the symbol half may be unreadable. */
const divisions: readonly Division[] = [
  { correction: 10, blocks: [16] },
  { correction: 16, blocks: [28] },
  { correction: 26, blocks: [44] },
  { correction: 18, blocks: times(2, 32) },
  { correction: 24, blocks: times(2, 43) },
  { correction: 16, blocks: times(4, 27) },
  { correction: 18, blocks: times(4, 31) },
  { correction: 22, blocks: [...times(2, 38), ...times(2, 39)] },
  { correction: 22, blocks: [...times(3, 36), ...times(2, 37)] },
  { correction: 26, blocks: [...times(4, 43), 44] },
];

export interface Codewords {
  readonly version: number;
  /** In the order in which they are placed. */
  readonly octets: Uint8Array;
}

/** Bits of the number of octets (§7.4.1). */
const countBits = (version: number): number => (version < 10 ? 8 : 16);

/** A text as octets of the smallest symbol that holds it. FormatError for one that none holds. */
export function codewordsOf(text: string): Codewords {
  const bytes = Buffer.from(text);
  const index = divisions.findIndex(({ blocks }, at) => {
    const room = blocks.reduce((sum, octets) => sum + octets, 0) * 8;
    return 4 + countBits(at + 1) + bytes.length * 8 <= room;
  });
  const division = divisions[index];
  if (!division) throw new FormatError(`a text of more than ${textBytesMax} octets`);
  const version = index + 1;
  return { version, octets: interleaved(dataOf(bytes, version, division), division) };
}

/** §7.4.5, §7.4.9: the mode of octets, how many, themselves, an end, and filling. */
function dataOf(bytes: Buffer, version: number, { blocks }: Division): Uint8Array {
  const data = new Uint8Array(blocks.reduce((sum, octets) => sum + octets, 0));
  let at = 0;
  const put = (value: number, bits: number) => {
    for (let bit = bits - 1; bit >= 0; bit--, at++) {
      if ((value >> bit) & 1) data[at >> 3] = (data[at >> 3] ?? 0) | (0x80 >> (at & 7));
    }
  };
  put(0b0100, 4);
  put(bytes.length, countBits(version));
  for (const byte of bytes) put(byte, 8);
  // The end is four zeros, as far as there is room, and more up to an octet.
  const used = Math.ceil(Math.min(at + 4, data.length * 8) / 8);
  for (let octet = used; octet < data.length; octet++) data[octet] = (octet - used) % 2 === 0 ? 0xec : 0x11;
  return data;
}

/** §7.6: first octets of all blocks, then the second ones; after the data the correction likewise. */
function interleaved(data: Uint8Array, division: Division): Uint8Array {
  let from = 0;
  const blocks = division.blocks.map((octets) => {
    from += octets;
    return data.subarray(from - octets, from);
  });
  const corrections = blocks.map((block) => correction(block, division.correction));
  return Uint8Array.from([...byColumns(blocks), ...byColumns(corrections)]);
}

function* byColumns(rows: readonly Uint8Array[]): Generator<number> {
  const longest = Math.max(...rows.map(({ length }) => length));
  for (let column = 0; column < longest; column++) {
    for (const row of rows) {
      const octet = row[column];
      if (octet !== undefined) yield octet;
    }
  }
}
