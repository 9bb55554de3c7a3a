import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import { scalar, whole } from '../scalars.ts';

/** Digits before and behind the point of a rate; more are not exact any more in what counts with them. */
export const decimalDigitsMax = 9;
/** Of an amount in a country's file, in minor units. */
export const amountMinorMax = 10 ** 12;
/** Rows of one dated list. */
export const datedRowsMax = 500;

const exact = new RegExp(`^-?\\d{1,${decimalDigitsMax}}(?:\\.\\d{1,${decimalDigitsMax}})?$`);

/** An exact decimal, which stays the text that it is: a number of YAML has lost what was written. */
export const decimal = () =>
  scalar('a decimal number in quotes, such as "12.8"', (text) => {
    if (!exact.test(text) || text.startsWith('-')) throw new FormatError('');
    return text;
  });

/** One that may be below zero, as rates of interest were. */
export const signedDecimal = () =>
  scalar('a decimal number in quotes, such as "2.51"', (text) => {
    if (!exact.test(text)) throw new FormatError('');
    return text;
  });

/** `2026-01-31`. */
export const day = () =>
  scalar('a day such as 2026-01-31', (text) => {
    const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
    if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text) throw new FormatError('');
    return text;
  });

/** `12-31`: a day of every year, so 29 February is none. */
export const yearDay = () =>
  scalar('a day of the year in quotes, such as "12-31"', (text) => {
    const at = /^\d{2}-\d{2}$/.test(text) ? Date.parse(`2023-${text}T00:00:00Z`) : Number.NaN;
    if (Number.isNaN(at) || new Date(at).toISOString().slice(5, 10) !== text) throw new FormatError('');
    return text;
  });

/** Capital letters: a country of ISO 3166, a currency of ISO 4217. */
export const capitals = (letters: number, sample: string) =>
  scalar(`${letters} capital letters such as ${sample}`, (text) => {
    if (!new RegExp(`^[A-Z]{${letters}}$`).test(text)) throw new FormatError('');
    return text;
  });

/** `reserves_ge_capital`: small letters, digits and underscores. */
export const word = () =>
  scalar('a word of small letters, digits and underscores', (text) => {
    if (!/^[a-z][a-z0-9_]{0,59}$/.test(text)) throw new FormatError('');
    return text;
  });

export const timeZone = () =>
  scalar('a time zone such as Europe/Paris', (text) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    } catch {
      throw new FormatError('');
    }
  });

/** An amount in minor units (cents): whole, never written with a point. */
export const minor = () => whole(0, amountMinorMax);

/** `{ num: 1, den: 4 }` */
export const part = () => z.strictObject({ num: whole(0, 1_000_000), den: whole(1, 1_000_000) });

/** Rows by the day from which they are in force, the earliest first. */
export function dated<S extends z.ZodRawShape>(keys: S) {
  return z
    .array(z.strictObject({ from: day(), ...keys }))
    .max(datedRowsMax)
    .superRefine((rows, context) => {
      const days = rows.map((row) => (row as { readonly from: string }).from);
      for (const [at, from] of days.entries())
        if (at > 0 && from <= (days[at - 1] ?? ''))
          context.addIssue({
            code: 'custom',
            path: [at, 'from'],
            message: `expected a day after ${days[at - 1]}: the earliest comes first, and none twice`,
          });
    });
}
