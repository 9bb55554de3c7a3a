/** What tests of every room share; imported by tests only and left out of the build. */
import { describe } from 'vitest';
import type { Clock } from '../base/index.ts';
import type { TestStores } from '../testing/index.ts';
import type { Actor, Role } from './acts/types.ts';
import type { CoopHouse } from './house.ts';
import { chart } from './rules/chart.ts';
import type { Fraction } from './rules/decimal.ts';
import { fraction, readPercent } from './rules/decimal.ts';
import type { Rules } from './rules/types.ts';

const plan = Object.fromEntries(
  Object.keys(chart).map((kind, at) => [kind, { number: `${at + 100}`, label: kind }]),
);
const dated = (rows: readonly (readonly [string, Fraction])[]) => (on: string) => {
  const found = rows.findLast(([from]) => from <= on);
  if (found === undefined) throw new Error(`no rate on ${on}`);
  return found[1];
};

const shared = {
  ...{ currency: 'EUR', fiscalYearEnd: '12-31', chart, plan },
  pay: { memberShare: fraction(4000, 10_000), payoutMin: 100 },
  approvals: { persons: 2, matchAloneMax: 100_000 },
};
const frSocial = dated([
  ['2018-01-01', readPercent('17.2')],
  ['2026-01-01', readPercent('18.6')],
]);

/** France: shares of 10 €. */
export const fr: Rules = {
  ...shared,
  ...{ country: 'FR', legalForm: 'scic_sa', timeZone: 'Europe/Paris' },
  shares: {
    ...{
      nominal: 1000,
      maxPerMember: 500,
      minPerMember: 1,
      paidAtOnce: fraction(1, 1),
      floor: fraction(1, 4),
    },
    redemption: { delayMonthsMax: 60, deductLosses: true, noticeMonths: 0, at: 'any' },
  },
  allocation: [
    {
      ...{ to: 'reserve:legal', part: fraction(15, 100), of: 'remainder', round: 'up' },
      until: 'reserves_ge_capital',
    },
    { to: 'reserve:statutory', part: fraction(1, 2), of: 'remainder', round: 'up', until: null },
    { to: null, part: fraction(1, 1), of: 'remainder', round: 'down', until: null },
  ],
  interest: {
    capOf: () => readPercent('3.8025'),
    levies: (on) => [
      { name: 'income', rate: readPercent('12.8') },
      { name: 'social', rate: frSocial(on) },
    ],
    slip: { form: 'IFU-2561', due: '02-15' },
  },
  vat: dated([['2014-01-01', readPercent('20')]]),
};

/** Italy: shares of 25 €, no floor, given back at the end of the year. */
export const it: Rules = {
  ...shared,
  ...{ country: 'IT', legalForm: 'cooperativa', timeZone: 'Europe/Rome' },
  shares: {
    ...{ nominal: 2500, maxPerMember: 4000, minPerMember: 1, paidAtOnce: fraction(1, 1), floor: null },
    redemption: { delayMonthsMax: 6, deductLosses: true, noticeMonths: 3, at: 'fiscal_year_end' },
  },
  allocation: [
    { to: 'reserve:legal', part: fraction(30, 100), of: 'result', round: 'up', until: null },
    { to: 'reserve:mutual', part: fraction(3, 100), of: 'result', round: 'up', until: null },
    { to: null, part: fraction(1, 1), of: 'remainder', round: 'down', until: null },
  ],
  interest: {
    capOf: () => readPercent('5.5'),
    levies: () => [
      { name: 'income', rate: readPercent('26') },
      { name: 'social', rate: readPercent('0') },
    ],
    slip: { form: 'CUPE', due: '03-16' },
  },
  vat: dated([['2013-10-01', readPercent('22')]]),
};

/** Runs a suite by the rules of each country that a co-op is tested in. */
export function describeCountries(title: string, suite: (rules: Rules) => void): void {
  for (const rules of [fr, it]) describe(`${title} in ${rules.country}`, () => suite(rules));
}

/** What a room is given, over the stores of a test. */
export const testHouse = (stores: TestStores, clock: Clock, rules: Rules = fr): CoopHouse => ({
  ...{ database: stores.database, blobs: stores.blobs, clock, rules },
  ...{ coop: 'coop.example', name: 'Exemple' },
  secret: async (name) => Buffer.alloc(32, name).toString('base64'),
  banks: [],
  legal: { name: 'Exemple', address: ['1 rue des Tests', '75001 Paris'], registration: '', vatNumber: '' },
});

/** Somebody who acts: `actor(5, 'treasurer')`. The account and the member have the same number. */
export const actor = (account: number, ...roles: readonly Role[]): Actor => ({
  ...{ account, member: account, roles, via: 'api' },
});
