import { FormatError } from './errors.ts';

const sizeUnits = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;
const durationUnitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `50MiB` -> 52428800. Source: CONTRACT (sizes are written with a binary unit). */
export function parseSize(text: string): number {
  const match = /^(\d{1,12})(B|KiB|MiB|GiB|TiB)$/.exec(text);
  if (!match) throw new FormatError(`'${text}' is not a size; write it as 512KiB, 50MiB or 5GiB`);
  const bytes = Number(match[1]) * sizeUnits[match[2] as keyof typeof sizeUnits];
  if (!Number.isSafeInteger(bytes)) throw new FormatError(`'${text}' is too large`);
  return bytes;
}

/** `5m` -> 300000 milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text);
  if (!match) throw new FormatError(`'${text}' is not a duration; write it as 30s, 5m, 2h or 10d`);
  const ms = Number(match[1]) * durationUnitsMs[match[2] as keyof typeof durationUnitsMs];
  if (!Number.isSafeInteger(ms)) throw new FormatError(`'${text}' is too long`);
  return ms;
}

/** 52428800 -> `50MiB`; the largest unit that divides it exactly. */
export function formatSize(bytes: number): string {
  let text = `${bytes}B`;
  for (const [unit, factor] of Object.entries(sizeUnits)) {
    if (bytes !== 0 && bytes % factor === 0) text = `${bytes / factor}${unit}`;
  }
  return text;
}

/** 300000 -> `5m`; the largest unit that divides it exactly. */
export function formatDuration(ms: number): string {
  let text = `${ms}ms`;
  for (const [unit, factor] of Object.entries(durationUnitsMs)) {
    if (ms !== 0 && ms % factor === 0) text = `${ms / factor}${unit}`;
  }
  return text;
}
