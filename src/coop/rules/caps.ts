import { daysAfter } from '../days.ts';
import type { Day } from '../ledger/types.ts';
import { refusal } from '../refusals.ts';
import type { Country } from './country.ts';
import { type Fraction, fraction, meanOf, plus, readPercent } from './decimal.ts';
import { rateOn } from './rates.ts';

/** A fiscal year; `until` is the day after it. */
export interface FiscalYear {
  readonly from: Day;
  readonly until: Day;
}

/** Hundredths of a percent in one whole. */
const points = (count: number): Fraction => fraction(count, 10_000);

/** What interest on shares may not go beyond for a fiscal year. Throws E_RULE where a published rate is missing. */
export function capOf(country: Country, year: FiscalYear): Fraction | null {
  const { tmo_plus: mean, published_rate: published, fixed_rate: fixed } = country;
  switch (country.allocation.find(({ to }) => to === 'share_interest')?.cap) {
    case 'tmo_plus':
      return mean ? plus(meanBefore(mean, year), points(mean.points_bp)) : null;
    case 'published_rate': {
      if (!published) return null;
      const what = `rate of interest (published: ${published.published ?? nobodySays})`;
      const { percent } = rateOn(published.rates, lastDay(year), what);
      return plus(readPercent(percent), points(published.points_bp));
    }
    case 'fixed_rate':
      return fixed ? readPercent(fixed.percent) : null;
    default:
      return null;
  }
}

const nobodySays = 'the rules do not say where';

/**
 * The mean of the half years of the civil years before the one in which the assembly decides, which is that of `until`: each
 * counts the same (France: décret 2017-446).
 */
function meanBefore(mean: NonNullable<Country['tmo_plus']>, { until }: FiscalYear): Fraction {
  const last = Number(until.slice(0, 4)) - 1;
  const rates: Fraction[] = [];
  for (let year = last - mean.years + 1; year <= last; year++)
    for (const half of ['S1', 'S2']) {
      const name = `${year}${half}`;
      const percent = Object.hasOwn(mean.semesters, name) ? mean.semesters[name] : undefined;
      if (percent === undefined)
        throw refusal(
          'E_RULE',
          `there is no rate for ${name}: look it up (${mean.published ?? nobodySays}), write it into the configuration as coop.rules.tmo_plus.semesters.${name}, and start again`,
          { name },
        );
      rates.push(readPercent(percent));
    }
  return meanOf(rates);
}

const lastDay = ({ until }: FiscalYear): Day => daysAfter(until, -1);
