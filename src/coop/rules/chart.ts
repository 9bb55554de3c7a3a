import type { Chart } from '../ledger/types.ts';

/**
 * The kinds of accounts that the rooms post to, in every country. Credit balances are below zero. Personal ones belong to a
 * member each (`capital:17`); what stands behind the colon of the others is in the comment.
 */
export const chart = {
  /** `bank:main`. */
  bank: { nature: 'asset', personal: false, byHand: true },
  /** `clearing:unmatched`: received, and nobody knows for what. */
  clearing: { nature: 'liability', personal: false },
  /** `transit:run-5`: in a file for the bank, not booked by it yet. */
  transit: { nature: 'liability', personal: false },
  /** Nominal of all shares held. */
  capital: { nature: 'equity', personal: true },
  /** Subscribed and not paid up yet; capital less this is the paid-up capital. */
  uncalled: { nature: 'asset', personal: true },
  /** Paid for shares before the admission is decided, or beyond what was due: owed back until it is used. */
  deposit: { nature: 'liability', personal: true },
  /** Pay of the months. */
  member: { nature: 'liability', personal: true },
  /** Interest on shares, net. */
  interest: { nature: 'liability', personal: true },
  /** Shares given back, to be paid out. */
  redemption: { nature: 'liability', personal: true },
  /** Coins (MYC) of a member. */
  coins: { nature: 'liability', personal: true, coins: true },
  /** `mycoin:issued`, `mycoin:converted`, `mycoin:expired` (MYC). */
  mycoin: { nature: 'asset', personal: false, coins: true },
  /** `pool:carried`: the members' part of a month in which nobody had coins. */
  pool: { nature: 'liability', personal: false },
  /** `customer:<party number>`. */
  customer: { nature: 'asset', personal: false },
  /** `vat:collected`. */
  vat: { nature: 'liability', personal: false, byHand: true },
  /** `income:surveys`, `income:other`. */
  income: { nature: 'income', personal: false, byHand: true },
  /** `expense:mycoin`, `expense:bank`, `expense:other`. */
  expense: { nature: 'expense', personal: false, byHand: true },
  /** `result:2026`: what a year came to, until it is allocated. */
  result: { nature: 'equity', personal: false },
  /** `reserve:legal`, `reserve:statutory`, `reserve:free`, `reserve:losses` … */
  reserve: { nature: 'equity', personal: false, byHand: true },
  /** `levy:income`, `levy:social`: kept back, owed to the tax office. */
  levy: { nature: 'liability', personal: false, byHand: true },
} as const satisfies Chart;
