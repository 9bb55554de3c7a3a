import { z } from 'zod';
import { decimalText } from '../../../base/index.ts';
import { decimalOf } from '../../../coop/index.ts';

/** `-1234` -> `-12.34`. */
export const shownAmount = (minor: number): string => decimalText(minor);

/** `-1234` of EUR -> `-12.34 EUR`; coins are whole. */
export const shownMoney = (minor: number, asset: string): string => `${decimalOf(minor, asset)} ${asset}`;

/** An amount as a person types it: `1250` or `1250.00`, above nothing; read without ever being a fraction. */
export const amount = () =>
  z
    .string()
    .regex(/^\d{1,13}(?:\.\d{2})?$/, 'an amount such as 1250 or 1250.00')
    .transform((text) => Number(text.replace('.', '')) * (text.includes('.') ? 1 : 100))
    .refine((minor) => Number.isSafeInteger(minor) && minor > 0, 'an amount above 0.00');

/** The number of a person, an application, a movement, a run. */
export const number = () =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'a number such as 17')
    .transform(Number);

export const month = () => z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as 2026-03');
export const day = () => z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2026-03-31');
