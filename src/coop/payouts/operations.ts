import type { CoopMake } from '../store/make.ts';
import { checkMonths } from './scripts/check-months.ts';
import { checkYears } from './scripts/check-years.ts';
import { checkRuns, runBlobs } from './scripts/checks.ts';
import { closeMonth, previewMonth } from './scripts/close-month.ts';
import { approve, cancel, items, itemsOf, paymentRun, paymentRuns } from './scripts/decide.ts';
import { exportRun, failRun } from './scripts/export.ts';
import { leftOut, prepare } from './scripts/prepare.ts';
import { month, months, proof, shares, sharesOf } from './scripts/read-months.ts';
import { interest, interestOf, slips, year, years } from './scripts/read-years.ts';
import { countTurnover } from './scripts/turnover.ts';
import { closeYear, yearFigures } from './scripts/year.ts';

/** What the threads run for this room. */
export const payoutsOperations = ({ read, scan, write }: CoopMake) => ({
  payoutsCountTurnover: write(countTurnover),
  payoutsCloseMonth: write(closeMonth),
  payoutsPreview: scan(previewMonth),
  payoutsMonth: read(month),
  payoutsMonths: scan(months),
  payoutsShares: scan(shares),
  payoutsSharesOf: read(sharesOf),
  payoutsProof: read(proof),
  payoutsPrepare: write(prepare),
  payoutsLeftOut: scan(leftOut),
  payoutsApprove: write(approve),
  payoutsCancel: write(cancel),
  payoutsExport: write(exportRun),
  payoutsFail: write(failRun),
  payoutsRun: read(paymentRun),
  payoutsRuns: scan(paymentRuns),
  payoutsItems: scan(items),
  payoutsItemsOf: read(itemsOf),
  payoutsYearFigures: scan(yearFigures),
  payoutsCloseYear: write(closeYear),
  payoutsYear: read(year),
  payoutsYears: read(years),
  payoutsInterest: scan(interest),
  payoutsInterestOf: read(interestOf),
  payoutsSlips: scan(slips),
  checkMonths: scan(checkMonths),
  checkRuns: scan(checkRuns),
  checkYears: scan(checkYears),
  payoutsBlobUses: scan(runBlobs),
});

/** In the order in which faults are best read. */
export const payoutsChecks = <Check>(operations: {
  readonly checkMonths: Check;
  readonly checkRuns: Check;
  readonly checkYears: Check;
}) => [operations.checkMonths, operations.checkRuns, operations.checkYears];
