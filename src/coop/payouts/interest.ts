import { type Fraction, partOf } from '../rules/decimal.ts';

/** The most that may be given out as interest: what the rate allows on paid-up capital, and no more than there is. */
export const interestMost = (capital: number, rate: Fraction, distributable: number): number =>
  Math.min(distributable, partOf(capital, rate, 'down'));

/** A holding that lasted: shares from one day to the day before another; days are whole, counted in UTC. */
export interface Holding {
  readonly shares: number;
  readonly from: string;
  readonly until: string;
}

const dayMs = 86_400_000;
const dayOf = (date: string) => Date.parse(`${date}T00:00:00Z`) / dayMs;

/** Share-days of holdings inside a year `[from, until)`: the weight of interest pro rata temporis. */
export function shareDays(
  holdings: readonly Holding[],
  year: { readonly from: string; readonly until: string },
): number {
  return holdings.reduce((sum, { shares, from, until }) => {
    const days = Math.min(dayOf(until), dayOf(year.until)) - Math.max(dayOf(from), dayOf(year.from));
    return sum + (days > 0 ? shares * days : 0);
  }, 0);
}

/** A levy on interest, by the rate that is in force on its day. */
export interface Levy {
  readonly name: string;
  readonly rate: Fraction;
}

/** What each levy takes, half a unit up, and what is left. */
export function afterLevies(gross: number, levies: readonly Levy[]) {
  const taken = levies.map(({ name, rate }) => ({ name, amount: partOf(gross, rate, 'half-up') }));
  return { taken, net: taken.reduce((net, { amount }) => net - amount, gross) };
}
