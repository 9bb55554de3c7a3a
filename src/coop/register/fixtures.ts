/** What tests of the register share, and of rooms that need holders of shares; imported by tests only. */
import type { Actor } from '../acts/types.ts';
import type { CoopHouse } from '../house.ts';
import { chart } from '../rules/chart.ts';
import { fraction } from '../rules/decimal.ts';
import type { Rules } from '../rules/types.ts';
import { Persons } from './persons.ts';
import { Register } from './register.ts';
import type { PersonDetails } from './types.ts';

/** Rules as the register needs them, for its tests: no country's. */
export function testRules(shares: Partial<Rules['shares']> = {}): Rules {
  return {
    ...{ country: 'FR', legalForm: 'scic_sa', currency: 'EUR', timeZone: 'Europe/Paris' },
    fiscalYearEnd: '12-31',
    shares: {
      ...{ nominal: 1000, maxPerMember: 500, minPerMember: 1, paidAtOnce: fraction(1, 1) },
      floor: fraction(1, 4),
      redemption: { delayMonthsMax: 60, deductLosses: true, noticeMonths: 0, at: 'any' },
      ...shares,
    },
    ...{ identity: { natural: [], legal: [] }, allocation: [] },
    interest: { capOf: () => null, levies: () => [], slip: { form: '', due: '02-15' } },
    pay: { memberShare: fraction(2, 5), payoutMin: 100 },
    approvals: { persons: 2, matchAloneMax: 0, payeeChangeDays: 30 },
    vat: () => fraction(1, 5),
    invoice: { language: 'fr', words: {} as never, reverse: '', outside: '', mentions: [] },
    ...{ chart, plan: {} },
  };
}

export const board: Actor = { account: 1, member: 0, roles: ['board', 'treasurer'], via: 'api' };

export const somebody = (name: string, change: Partial<PersonDetails> = {}): PersonDetails => ({
  ...{ kind: 'natural', name, address: '1 rue Haute\n75001 Paris', country: 'FR', birth: '1980-02-29' },
  ...{ iban: 'FR14 2004 1010 0505 0001 3M02 606', holder: name },
  ...change,
});

/** So many shares, admitted and paid on a day, of a new member or of a person who is there; answers their number. */
export async function withShares(
  house: CoopHouse,
  shares: number,
  key: () => string,
  { on = '2026-03-20', member = 0 } = {},
): Promise<number> {
  const register = new Register(house);
  const details = somebody(`Member ${shares}`);
  const person = member || (await new Persons(house).add(board, { details, key: key() })).number;
  const { id, due, decision } = await register.apply(board, { person, shares, on, key: key() });
  const admitted = { application: id, isAdmitted: true, decision: 'board:1', on };
  if (decision === '') await register.decide(board, { ...admitted, key: key() });
  await register.receive(board, id, { amount: due, on, from: 'bank:main', key: key() });
  return person;
}
