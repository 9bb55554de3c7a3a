import { rangesMax } from '../limits.ts';

/** Bytes [start, end). */
export type ByteRange = readonly [start: number, end: number];

/**
 * RFC 9110 §14.1.2: what a Range header asks of that many bytes. Null: all of it is to be answered, for it is no range of
 * bytes, or one that asks for too much at once (§14.2); an empty list: none of it can be had (416).
 */
export function readRanges(text: string, length: number): readonly ByteRange[] | null {
  const list = /^bytes *= *([0-9, \t-]+)$/i.exec(text.trim())?.[1];
  if (list === undefined) return null;
  const ranges: ByteRange[] = [];
  const parts = list.split(',');
  if (parts.length > rangesMax) return null;
  for (const part of parts) {
    const [, first, last] = /^\s*(\d{0,15})-(\d{0,15})\s*$/.exec(part) ?? [];
    if (first === undefined || last === undefined || (first === '' && last === '')) return null;
    const range = first === '' ? suffix(Number(last), length) : stretch(Number(first), last, length);
    if (range === null) return null;
    if (range[0] < range[1]) ranges.push(range);
  }
  return overlaps(ranges) ? null : ranges;
}

function suffix(count: number, length: number): ByteRange {
  return [Math.max(0, length - count), length];
}

/** Null where it ends before it begins, which makes the header invalid (§14.1.1). */
function stretch(first: number, last: string, length: number): ByteRange | null {
  if (last !== '' && Number(last) < first) return null;
  return [Math.min(first, length), last === '' ? length : Math.min(Number(last) + 1, length)];
}

/** Who asks for the same bytes twice wants to make us send them twice (§17.15). */
function overlaps(ranges: readonly ByteRange[]): boolean {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  return sorted.some((range, at) => range[0] < (sorted[at - 1]?.[1] ?? 0));
}
