import { defineModule, run } from '../../storage/index.ts';
import { actsOperations } from '../acts/operations.ts';
import { append } from '../ledger/scripts/append.ts';
import { entry, page } from '../ledger/scripts/read.ts';
import { closeMonth } from '../payouts/scripts/close-month.ts';
import { month, months, proof, shares, sharesOf } from '../payouts/scripts/read-months.ts';
import { countTurnover } from '../payouts/scripts/turnover.ts';
import * as applications from '../register/scripts/applications.ts';
import { addPerson, changePerson } from '../register/scripts/persons.ts';
import * as register from '../register/scripts/read.ts';
import { coopQueries } from './queries.ts';
import { coopGuards, coopTables } from './tables.ts';

/** What the threads run for the co-op: the tables of all its rooms in one module, so that what belongs together is one transaction. */
export const { module: coopModule, operations: coopOperations } = defineModule({
  name: 'coop',
  tables: coopTables,
  guards: coopGuards,
  inOneLine: true,
  queries: coopQueries,
  operations: ({ read, scan, write, recall }) => ({
    ...actsOperations({ read, scan, write, recall }),
    append: write(append),
    entry: read(entry),
    entries: scan(page),
    balance: read(function* (q, a: { account: string; asset: string }) {
      return (yield* run(q.ledgerBalance, a))[0]?.amount ?? 0;
    }),
    balances: scan(function* (q, a: { after: number; afterAsset: string }) {
      return yield* run(q.ledgerBalances, a);
    }),
    payoutsCloseMonth: write(closeMonth),
    payoutsCountTurnover: write(countTurnover),
    payoutsMonth: read(month),
    payoutsMonths: scan(months),
    payoutsShares: scan(shares),
    payoutsSharesOf: read(sharesOf),
    payoutsProof: read(proof),
    closeMonth: write(function* (q, a: { month: string; now: number }) {
      yield* run(q.ledgerMonthClose, a);
    }),
    registerPersonAdd: write(addPerson),
    registerPersonChange: write(changePerson),
    registerPerson: read(register.person),
    registerPersonOfAccount: read(register.personOfAccount),
    registerPersons: scan(register.persons),
    registerApply: write(applications.apply),
    registerDecide: write(applications.decide),
    registerApplicationWithdraw: write(applications.withdrawApplication),
    registerApplicationPaid: write(applications.receiveForApplication),
    registerApplication: read(applications.application),
    registerApplications: scan(applications.applications),
    registerMovements: scan(register.movements),
    registerHolding: read(register.holding),
    registerHoldings: scan(register.holdings),
    registerTotals: scan(register.totals),
    registerMemberships: scan(register.memberships),
  }),
});
