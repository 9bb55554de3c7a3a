/**
 * formats/qr: a text as a QR code (ISO/IEC 18004), for a telephone that reads an address from a screen. Octets at
 * correction level M, in the smallest of the versions 1 to 10 that holds them; of the eight masks the one that is
 * easiest to read. Pure: how it is drawn is for who shows it, with four light modules all around.
 */
import { codewordsOf } from './codewords.ts';
import { Grid } from './grid.ts';
import { masks, penaltyOf } from './masks.ts';
import { emptySymbol, formatBits, placeFormat } from './patterns.ts';

export { textBytesMax } from './limits.ts';

/** Rows of modules, true for dark. FormatError for a text that is longer than `textBytesMax`. */
export function qrCode(text: string): readonly (readonly boolean[])[] {
  const { version, octets } = codewordsOf(text);
  const plain = emptySymbol(version);
  placeData(plain, octets);
  const masked = masks.map((mask, index) => {
    const grid = new Grid(plain.size, plain);
    for (const [x, y] of places(plain)) if (mask(x, y)) grid.set(x, y, !grid.isDark(x, y));
    placeFormat(grid, formatBits(index));
    return { grid, penalty: penaltyOf(grid) };
  });
  const { grid } = masked.reduce((best, each) => (each.penalty < best.penalty ? each : best));
  const line = Array.from({ length: grid.size }, (_, at) => at);
  return line.map((y) => line.map((x) => grid.isDark(x, y)));
}

function placeData(grid: Grid, octets: Uint8Array): void {
  let at = 0;
  for (const [x, y] of places(grid)) {
    // What is left over at the end stays light.
    grid.set(x, y, (((octets[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 1);
    at++;
  }
}

/** §7.7.3: in columns of two from the right, upwards and downwards in turn, past what is fixed. */
function* places(grid: Grid): Generator<readonly [x: number, y: number]> {
  const { size } = grid;
  let upwards = true;
  for (let right = size - 1; right > 0; right -= 2) {
    // The vertical timing pattern is a column of its own.
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = upwards ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (!grid.isFixed(x, y)) yield [x, y];
    }
    upwards = !upwards;
  }
}
