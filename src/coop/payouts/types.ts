import type { Chart, Day, Month } from '../ledger/types.ts';
import type { Fraction } from '../rules/decimal.ts';

/** What the scripts of the room are told of the co-op. */
export interface PayoutsHouse {
  readonly coop: string;
  readonly chart: Chart;
  readonly currency: string;
  readonly now: number;
}

/** A month that was shared out; amounts in minor units, without VAT. */
export interface ClosedMonth {
  readonly month: Month;
  /** Invoiced and received in the month, and what was credited of such. */
  readonly received: number;
  readonly credited: number;
  /** Below zero: what the month before was short of. */
  readonly turnoverBefore: number;
  /** Received less credited and what was short before; below zero it goes on to the next month. */
  readonly turnover: number;
  /** What months without coins have left for this one. */
  readonly poolBefore: number;
  /** The members' part of the turnover, and what was left before: shared out, or left for the next month where nobody has coins. */
  readonly pool: number;
  readonly coins: number;
  /** Members who had coins. */
  readonly members: number;
  /** The pool, or nothing where nobody had coins. */
  readonly paid: number;
  /** Of the tree of sums, hex; '' where nobody had coins. The memo of the entry says it, so that the chain holds it. */
  readonly root: string;
  /** The entry that owes it to the members; 0 where there was nothing to share out. */
  readonly entry: number;
  /** ms since 1970, and the account that closed it. */
  readonly closed: number;
  readonly by: number;
}

/** What a member's coins of a month came to. */
export interface MonthShare {
  readonly month: Month;
  readonly member: number;
  readonly coins: number;
  readonly paid: number;
}

/** What a member needs to see that their pay is in the sum that was published; binary values are hex. */
export interface PayProof extends MonthShare {
  /** What is hashed with the salt: the member's number. */
  readonly id: string;
  readonly salt: string;
  readonly steps: readonly { readonly side: 'left' | 'right'; readonly sum: number; readonly hash: string }[];
  readonly root: { readonly sum: number; readonly hash: string };
}

/** Of the rules, what a month is shared out by. */
export interface MonthRules {
  readonly memberShare: Fraction;
}

export type { Day, Month };
