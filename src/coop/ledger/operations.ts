import { run, texts } from '../../storage/index.ts';
import type { CoopMake } from '../store/make.ts';
import { append, type CheckedDraft } from './scripts/append.ts';
import { checkAccounts, checkChain, checkCheckpoints, checkTotals } from './scripts/check.ts';
import { enter } from './scripts/enter.ts';
import { balancesOn, entriesOf, entry, erasePerson, page, shownPage } from './scripts/read.ts';
import { checkpointAdd, consistency, inclusion } from './scripts/tree.ts';

/** What the threads run for the ledger. */
export const ledgerOperations = ({ read, scan, write }: CoopMake) => ({
  append: write(append),
  ledgerEnter: write(enter),
  /** Dated when they were first deposited, whenever it is said again. */
  depositCoins: write(function* (q, a: { coop: string; drafts: readonly CheckedDraft[]; now: number }) {
    const rows = yield* run(q.ledgerEntriesKeyed, { keys: texts(a.drafts.map(({ key }) => key)) });
    const dates = new Map(rows.map(({ key, date }) => [key, date]));
    const drafts = a.drafts.map((draft) => ({ ...draft, date: dates.get(draft.key) ?? draft.date }));
    return yield* append(q, { ...a, drafts });
  }),
  entry: read(entry),
  entries: scan(page),
  ledgerEntriesOf: scan(entriesOf),
  balance: read(function* (q, a: { account: string; asset: string }) {
    return (yield* run(q.ledgerBalance, a))[0]?.amount ?? 0;
  }),
  balances: scan(function* (q, a: { after: number; afterAsset: string }) {
    return yield* run(q.ledgerBalances, a);
  }),
  ledgerHeadRead: read(function* (q, _: Record<never, never>) {
    return (yield* run(q.ledgerHeadRead))[0] ?? null;
  }),
  ledgerShown: scan(shownPage),
  ledgerAccountsOf: read(function* (q, a: { owner: number }) {
    return a.owner > 0 ? yield* run(q.ledgerAccountsOf, a) : [];
  }),
  ledgerBalancesOn: scan(balancesOn),
  ledgerErase: write(erasePerson),
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
