import type { Chart, Day } from '../ledger/types.ts';
import type { Country } from './country.ts';
import type { Fraction, Rounding } from './decimal.ts';

/** A part of the result, in the order of the statutes. */
export interface AllocationRule {
  /** The account that takes it: `reserve:legal` …; null: what shares may be paid, and what the assembly leaves free. */
  readonly to: string | null;
  readonly part: Fraction;
  readonly of: 'result' | 'remainder';
  readonly round: Rounding;
  /** `reserves_ge_capital`: full when the reserves are as much as the paid-up capital. */
  readonly until: 'reserves_ge_capital' | null;
}

/** What is kept back from interest, by the rate in force on a day. */
export interface LevyRule {
  /** `income`, `social`: the account is `levy:<name>`. */
  readonly name: string;
  readonly rate: Fraction;
}

/**
 * The law and the statutes of one co-op, as its rooms receive them: read from `config/countries/<country>.yaml`, with single
 * values replaced by `coop.rules`. Amounts in minor units of `currency`. Rooms take what they need and know no country.
 */
export interface Rules {
  /** ISO 3166: `FR`. */
  readonly country: string;
  readonly legalForm: string;
  /** ISO 4217: the asset of everything but coins. */
  readonly currency: string;
  readonly timeZone: string;
  /** `12-31`. */
  readonly fiscalYearEnd: string;
  readonly shares: {
    readonly nominal: number;
    readonly maxPerMember: number;
    readonly minPerMember: number;
    /** Of the nominal, what is paid with the subscription; the rest is called later. */
    readonly paidAtOnce: Fraction;
    /** Of the highest capital there ever was; null: no floor. */
    readonly floor: Fraction | null;
    readonly redemption: {
      readonly delayMonthsMax: number;
      readonly deductLosses: boolean;
      readonly noticeMonths: number;
      /** `first_half`: asked for in the first half of the fiscal year, effective at its end. */
      readonly at: 'any' | 'fiscal_year_end' | 'first_half';
    };
  };
  /** What the register knows of each kind of person, beside the name, before they hold shares. */
  readonly identity: Readonly<Record<'natural' | 'legal', readonly ('address' | 'country' | 'birth')[]>>;
  readonly allocation: readonly AllocationRule[];
  readonly interest: {
    /** What interest may not go beyond in a fiscal year, by published rates; null: no cap. E_RULE where a rate is missing. */
    capOf(year: { readonly from: Day; readonly until: Day }): Fraction | null;
    levies(on: Day): readonly LevyRule[];
    readonly slip: { readonly form: string; readonly due: string };
  };
  readonly pay: {
    /** Of what was received for surveys. */
    readonly memberShare: Fraction;
    readonly payoutMin: number;
  };
  /** Persons who approve a payment; nobody who prepared it counts twice. */
  readonly approvals: {
    readonly persons: number;
    /** What one person may match by hand; above it a second one confirms. */
    readonly matchAloneMax: number;
    /** For which a change of where a member is paid, by somebody else, waits for a second person. */
    readonly payeeChangeDays: number;
  };
  /** VAT of what is sold, by the rate in force on a day; `"20"` percent as a fraction. */
  vat(on: Day): Fraction;
  /** What invoices say beside their numbers, in the language of the country. */
  readonly invoice: Country['invoice'];
  readonly chart: Chart;
  /** Numbers and names of the country's chart of accounts, by kind (FEC). */
  readonly plan: Readonly<Record<string, { readonly number: string; readonly label: string }>>;
}
