import { type Guard, joinTables } from '../../storage/index.ts';
import { ledgerGuards, ledgerTables } from '../ledger/tables.ts';

/** The tables of all rooms. */
export const coopTables = joinTables(ledgerTables);
export const coopGuards: readonly Guard[] = [...ledgerGuards];
