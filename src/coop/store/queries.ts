import { blobQueries, type QueryContext } from '../../storage/index.ts';
import { type ActsQueries, actsQueries } from '../acts/queries.ts';
import { type ApiQueries, apiQueries } from '../api/queries.ts';
import { type BankQueries, bankQueries } from '../bank/queries.ts';
import { type LedgerQueries, ledgerQueries } from '../ledger/queries.ts';
import { type PartiesQueries, partiesQueries } from '../parties/queries.ts';
import { type PayoutsQueries, payoutsQueries } from '../payouts/queries.ts';
import { type RegisterQueries, registerQueries } from '../register/queries.ts';
import type { coopTables } from './tables.ts';

/** The queries of all rooms; each room's names begin with the room's. */
export const coopQueries = (context: QueryContext<(typeof coopTables)['postgres']>) => ({
  ...blobQueries(context as never),
  ...ledgerQueries(context),
  ...actsQueries(context),
  ...apiQueries(context),
  ...bankQueries(context),
  ...partiesQueries(context),
  ...payoutsQueries(context),
  ...registerQueries(context),
});

/** What scripts of the rooms receive, so that one room's script may run another's. */
export type CoopQueries = ReturnType<typeof blobQueries> &
  LedgerQueries &
  ActsQueries &
  ApiQueries &
  BankQueries &
  PartiesQueries &
  PayoutsQueries &
  RegisterQueries;
