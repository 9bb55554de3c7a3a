import { type Guard, joinTables } from '../../storage/index.ts';
import { actsGuards, actsTables } from '../acts/tables.ts';
import { apiTables } from '../api/tables.ts';
import { bankGuards, bankTables } from '../bank/tables.ts';
import { ledgerGuards, ledgerTables } from '../ledger/tables.ts';
import { partiesGuards, partiesTables } from '../parties/tables.ts';
import { payoutsGuards, payoutsTables } from '../payouts/tables.ts';
import { registerGuards, registerTables } from '../register/tables.ts';

/** The tables of all rooms. */
export const coopTables = joinTables(
  ledgerTables,
  apiTables,
  actsTables,
  bankTables,
  partiesTables,
  payoutsTables,
  registerTables,
);
export const coopGuards: readonly Guard[] = [
  ...ledgerGuards,
  ...actsGuards,
  ...bankGuards,
  ...partiesGuards,
  ...payoutsGuards,
  ...registerGuards,
];
