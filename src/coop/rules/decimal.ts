import { FormatError } from '../../base/index.ts';

/** An exact number, `num / den`; `den` is above 0. */
export interface Fraction {
  readonly num: bigint;
  readonly den: bigint;
}

/** Digits behind the point of a rate. */
export const rateDigitsMax = 9;

const exact = new RegExp(`^-?\\d{1,12}(?:\\.(\\d{1,${rateDigitsMax}}))?$`);

/** Reads `"12.8"`. A number of YAML or JSON has lost what it was by the time it is read, so rates are texts. */
export function readDecimal(text: string): Fraction {
  const found = exact.exec(text);
  if (found === null) throw new FormatError(`'${text}' is no decimal number such as "12.8"`);
  const den = 10n ** BigInt(found[1]?.length ?? 0);
  return { num: BigInt(text.replace('.', '')), den };
}

export const fraction = (num: number | bigint, den: number | bigint): Fraction => ({
  num: BigInt(num),
  den: BigInt(den),
});

/** `"12.8"` percent as a fraction of one. */
export function readPercent(text: string): Fraction {
  const { num, den } = readDecimal(text);
  return { num, den: den * 100n };
}

/** A fraction of one in percent, as short as it is exact: `20`, `5.5`. */
export function shownPercent({ num, den }: Fraction): string {
  const scaled = (num * 100n * 10n ** BigInt(rateDigitsMax)) / den;
  const [whole, rest] = [scaled / 10n ** BigInt(rateDigitsMax), scaled % 10n ** BigInt(rateDigitsMax)];
  const digits = String(rest).padStart(rateDigitsMax, '0').replace(/0+$/, '');
  return digits === '' ? `${whole}` : `${whole}.${digits}`;
}

export const plus = (a: Fraction, b: Fraction): Fraction => ({
  num: a.num * b.den + b.num * a.den,
  den: a.den * b.den,
});
export const dividedBy = (a: Fraction, count: number): Fraction => ({
  num: a.num,
  den: a.den * BigInt(count),
});

/** Which whole number a part of an amount becomes. */
export function meanOf(rates: readonly Fraction[]): Fraction {
  if (rates.length === 0) throw new RangeError('a mean needs a rate');
  return dividedBy(rates.reduce(plus, fraction(0, 1)), rates.length);
}

export type Rounding = 'down' | 'up' | 'half-up';

/** The part of an amount in minor units, rounded once. Throws FormatError where it is more than can be counted. */
export function partOf(amount: number, { num, den }: Fraction, rounding: Rounding): number {
  const product = BigInt(amount) * num;
  const down = product / den - (product % den !== 0n && product < 0n ? 1n : 0n);
  const rest = product - down * den;
  const up = rounding === 'up' ? rest > 0n : rounding === 'half-up' && rest * 2n >= den;
  const whole = Number(up ? down + 1n : down);
  if (!Number.isSafeInteger(whole)) throw new FormatError('that is more money than can be counted');
  return whole;
}
