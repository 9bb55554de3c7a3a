import { defineModule } from '../../storage/index.ts';
import { actsChecks, actsOperations } from '../acts/operations.ts';
import { apiOperations } from '../api/operations.ts';
import { bankChecks, bankOperations } from '../bank/operations.ts';
import { ledgerChecks, ledgerOperations } from '../ledger/operations.ts';
import { partiesChecks, partiesOperations } from '../parties/operations.ts';
import { payoutsChecks, payoutsOperations } from '../payouts/operations.ts';
import { registerChecks, registerOperations } from '../register/operations.ts';
import { coopQueries } from './queries.ts';
import { coopGuards, coopTables } from './tables.ts';

/** What the threads run for the co-op: the tables of all its rooms in one module, so that what belongs together is one transaction. */
export const { module: coopModule, operations: coopOperations } = defineModule({
  name: 'coop',
  tables: coopTables,
  guards: coopGuards,
  inOneLine: true,
  queries: coopQueries,
  operations: (make) => ({
    ...actsOperations(make),
    ...apiOperations(make),
    ...bankOperations(make),
    ...ledgerOperations(make),
    ...partiesOperations(make),
    ...payoutsOperations(make),
    ...registerOperations(make),
  }),
  integrity: (operations) => ({
    checks: [
      ...ledgerChecks(operations),
      ...actsChecks(operations),
      ...bankChecks(operations),
      ...partiesChecks(operations),
      ...registerChecks(operations),
      ...payoutsChecks(operations),
    ],
    blobUses: operations.payoutsBlobUses,
  }),
});
