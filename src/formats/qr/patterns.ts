import { Grid } from './grid.ts';

/** ISO/IEC 18004 annex E: where the centres of alignment patterns are, in both directions. */
const alignments: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];

/** A symbol with all that is no data; where the format goes there are light modules. */
export function emptySymbol(version: number): Grid {
  const size = 17 + 4 * version;
  const grid = new Grid(size);
  for (let at = 0; at < size; at++) {
    grid.fix(at, 6, at % 2 === 0);
    grid.fix(6, at, at % 2 === 0);
  }
  alignmentPatterns(grid, alignments[version - 1] ?? []);
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const) {
    square(grid, x, y, 4, (ring) => ring !== 2 && ring !== 4);
  }
  placeFormat(grid, 0);
  if (version >= 7) placeVersion(grid, version);
  return grid;
}

/** §6.3.6: at every crossing but those in the corners that have a finder pattern. */
function alignmentPatterns(grid: Grid, centres: readonly number[]): void {
  const last = centres.at(-1);
  for (const x of centres) {
    for (const y of centres) {
      const corner = (x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6);
      if (!corner) square(grid, x, y, 2, (ring) => ring !== 1);
    }
  }
}

/** Rings around a centre. */
function square(grid: Grid, x: number, y: number, radius: number, dark: (ring: number) => boolean): void {
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      grid.fix(x + dx, y + dy, dark(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }
}

/** The remainder of a division of polynomials over two elements: a BCH code. */
function remainder(value: number, divisor: number, bits: number): number {
  let rest = value << bits;
  for (let at = 31 - Math.clz32(rest); rest >> bits !== 0; at = 31 - Math.clz32(rest)) {
    rest ^= divisor << (at - bits);
  }
  return rest;
}

/** §7.9: level M and the mask, with their correction. */
export const formatBits = (mask: number): number =>
  ((mask << 10) | remainder(mask, 0b10100110111, 10)) ^ 0b101010000010010;

/** §7.10 */
export const versionBits = (version: number): number =>
  (version << 12) | remainder(version, 0b1111100100101, 12);

/** §7.9.1: twice, along the finder patterns. */
export function placeFormat(grid: Grid, bits: number): void {
  const { size } = grid;
  for (let at = 0; at < 15; at++) {
    const dark = ((bits >> at) & 1) === 1;
    // The timing patterns lie between.
    if (at < 8) grid.fix(8, at < 6 ? at : at + 1, dark);
    else grid.fix(at === 8 ? 7 : 14 - at, 8, dark);
    if (at < 8) grid.fix(size - 1 - at, 8, dark);
    else grid.fix(8, size - 15 + at, dark);
  }
  grid.fix(8, size - 8, true);
}

function placeVersion(grid: Grid, version: number): void {
  const bits = versionBits(version);
  for (let at = 0; at < 18; at++) {
    const dark = ((bits >> at) & 1) === 1;
    const [along, across] = [Math.floor(at / 3), grid.size - 11 + (at % 3)];
    grid.fix(along, across, dark);
    grid.fix(across, along, dark);
  }
}
