import { run } from '../../storage/index.ts';
import type { CoopMake } from '../store/make.ts';
import { bankCheck } from './scripts/check.ts';
import { importFile } from './scripts/import.ts';
import { confirmMatch, matchByHand, refuseMatch } from './scripts/match.ts';
import { gapsOf, reconciliation } from './scripts/read.ts';

/** What the threads run for this room. */
export const bankOperations = ({ read, scan, write }: CoopMake) => ({
  bankImport: write(importFile),
  bankMatch: write(matchByHand),
  bankConfirm: write(confirmMatch),
  bankRefuse: write(refuseMatch),
  bankWaiting: scan((q, a: { readonly after: number; readonly max: number }) =>
    run(q.bankLinesWaiting, { ...a }),
  ),
  bankProposals: scan((q, a: { readonly after: number; readonly max: number }) =>
    run(q.bankMatchesProposed, { ...a }),
  ),
  bankLine: read(function* (q, a: { readonly id: number }) {
    const [line] = yield* run(q.bankLine, { ...a });
    return line === undefined ? null : { ...line, matches: yield* run(q.bankMatchesOf, { line: a.id }) };
  }),
  bankExpected: read(function* (q, a: { readonly reference: string }) {
    return (yield* run(q.bankExpectedByReference, { ...a }))[0] ?? null;
  }),
  bankStatements: scan((q, a: { readonly before: number; readonly max: number }) =>
    run(q.bankStatementsPage, { ...a }),
  ),
  bankGaps: scan(gapsOf),
  bankReconciliation: scan(reconciliation),
  bankCheck: scan(bankCheck),
});

/** What `myco verify` runs for this room. */
export const bankChecks = <Check>({ bankCheck: check }: { readonly bankCheck: Check }): readonly Check[] => [
  check,
];
