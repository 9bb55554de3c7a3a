import type { CoopMake } from '../store/make.ts';
import { closeMonth } from './scripts/close-month.ts';
import { month, months, proof, shares, sharesOf } from './scripts/read-months.ts';
import { countTurnover } from './scripts/turnover.ts';

/** What the threads run for the payouts. */
export const payoutsOperations = ({ read, scan, write }: CoopMake) => ({
  payoutsCloseMonth: write(closeMonth),
  payoutsCountTurnover: write(countTurnover),
  payoutsMonth: read(month),
  payoutsMonths: scan(months),
  payoutsShares: scan(shares),
  payoutsSharesOf: read(sharesOf),
  payoutsProof: read(proof),
});
