import type { Grid } from './grid.ts';

/** ISO/IEC 18004 table 10: which modules of data are turned. */
export const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** §7.8.3: how hard it is to read. */
export function penaltyOf(grid: Grid): number {
  const { size } = grid;
  let penalty = 0;
  let dark = 0;
  for (let line = 0; line < size; line++) {
    const row = Array.from({ length: size }, (_, at) => (grid.isDark(at, line) ? '1' : '0')).join('');
    const column = Array.from({ length: size }, (_, at) => (grid.isDark(line, at) ? '1' : '0')).join('');
    penalty += penaltyOfLine(row) + penaltyOfLine(column);
    dark += row.replaceAll('0', '').length;
  }
  for (let y = 1; y < size; y++) {
    for (let x = 1; x < size; x++) {
      const one = grid.isDark(x, y);
      const alike = [grid.isDark(x - 1, y), grid.isDark(x, y - 1), grid.isDark(x - 1, y - 1)];
      if (alike.every((other) => other === one)) penalty += 3;
    }
  }
  return penalty + 10 * Math.floor(Math.abs((20 * dark) / (size * size) - 10));
}

/** Runs of one colour, and what looks like a finder pattern. */
function penaltyOfLine(line: string): number {
  const runs = line.match(/0{5,}|1{5,}/g) ?? [];
  const finders = line.match(/(?=10111010000|00001011101)/g) ?? [];
  return runs.reduce((sum, { length }) => sum + length - 2, 0) + 40 * finders.length;
}
