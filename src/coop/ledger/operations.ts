import { run } from '../../storage/index.ts';
import type { CoopMake } from '../store/make.ts';
import { append } from './scripts/append.ts';
import { checkAccounts, checkChain, checkCheckpoints, checkTotals } from './scripts/check.ts';
import { enter } from './scripts/enter.ts';
import { entry, page } from './scripts/read.ts';
import { checkpointAdd, consistency, inclusion } from './scripts/tree.ts';

/** What the threads run for the ledger. */
export const ledgerOperations = ({ read, scan, write }: CoopMake) => ({
  append: write(append),
  ledgerEnter: write(enter),
  entry: read(entry),
  entries: scan(page),
  balance: read(function* (q, a: { account: string; asset: string }) {
    return (yield* run(q.ledgerBalance, a))[0]?.amount ?? 0;
  }),
  balances: scan(function* (q, a: { after: number; afterAsset: string }) {
    return yield* run(q.ledgerBalances, a);
  }),
  closeMonth: write(function* (q, a: { month: string; now: number }) {
    yield* run(q.ledgerMonthClose, a);
  }),
  /** A page of the chain. */
  ledgerHashes: scan(function* (q, a: { after: number }) {
    const rows = yield* run(q.ledgerHashes, { ...a, until: Number.MAX_SAFE_INTEGER });
    return rows.map(({ hash }) => hash);
  }),
  checkpointLast: read(function* (q, _: Record<never, never>) {
    return (yield* run(q.ledgerCheckpointLast))[0] ?? null;
  }),
  checkpoints: scan(function* (q, a: { after: number }) {
    return yield* run(q.ledgerCheckpoints, a);
  }),
  checkpointAdd: write(checkpointAdd),
  inclusion: scan(inclusion),
  consistency: scan(consistency),
  checkChain: scan(checkChain),
  checkAccounts: scan(checkAccounts),
  checkTotals: scan(checkTotals),
  checkCheckpoints: scan(checkCheckpoints),
});

/** In the order in which faults are best read. */
export const ledgerChecks = <Check>(operations: {
  readonly checkChain: Check;
  readonly checkAccounts: Check;
  readonly checkTotals: Check;
  readonly checkCheckpoints: Check;
}) => [operations.checkChain, operations.checkAccounts, operations.checkTotals, operations.checkCheckpoints];
