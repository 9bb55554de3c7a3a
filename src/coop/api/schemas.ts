import { z } from 'zod';
import { cursorCharactersMax, pageRowsMax, usualPageRows } from './limits.ts';

/** Shapes that routes share. Amounts are texts of digits: a number of JSON has lost what it was in too many readers. */
const digits = /^-?(?:0|[1-9]\d{0,15})$/;
const countable = (text: string) => Number.isSafeInteger(Number(text)) && text !== '-0';

const amountText = (description: string) =>
  z
    .string()
    .regex(digits)
    .refine(countable, 'is more than can be counted')
    .meta({
      description,
      examples: ['1000'],
    });

/** In a body: read into a number of minor units. */
export const amountIn = (description = 'Minor units, as digits.') =>
  amountText(description).transform(Number);
/** The same, above nothing. */
export const amountAboveIn = (description = 'Minor units above 0, as digits.') =>
  amountText(description)
    .regex(/^[1-9]/)
    .transform(Number);
/** In an answer: written as digits. */
export const amountOut = (description = 'Minor units, as digits.') =>
  z.int().transform(String).pipe(amountText(description));

export const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .meta({ description: 'A day.', examples: ['2026-03-31'] });
export const month = z
  .string()
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/)
  .meta({ description: 'A month.', examples: ['2026-03'] });
/** The first day of a fiscal year names it. */
export const year = z
  .string()
  .regex(/^\d{4}$/)
  .meta({ description: 'A year.', examples: ['2026'] });
export const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: 'SHA-256 in hex.' });
/** Milliseconds since 1970 -> RFC 3339. */
export const moment = z
  .int()
  .transform((ms) => new Date(ms).toISOString())
  .pipe(z.iso.datetime());
export const assetName = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .meta({ examples: ['EUR'] });
export const text = (charactersMax: number) => z.string().min(1).max(charactersMax);

/** A number in a path, without sign, point or leading nought. */
export const pathNumber = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,14})$/)
  .transform(Number);
export const params = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape);

const pageQuery = {
  cursor: z.string().max(cursorCharactersMax).optional().meta({ description: '`next` of the page before.' }),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .pipe(z.int().max(pageRowsMax))
    .prefault(String(usualPageRows))
    .meta({ description: `Rows of a page, at most ${pageRowsMax}.` }),
};
/** The query of a list. */
export const pageOf = <S extends z.ZodRawShape>(more: S) => z.strictObject({ ...pageQuery, ...more });
export const noMore = {};

/** The answer of a list. */
export const listOf = <S extends z.ZodType>(item: S) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: '`cursor` of the next page; null on the last.' }),
  });
