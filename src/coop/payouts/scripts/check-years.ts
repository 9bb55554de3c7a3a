import { type Findings, first, run, type Script, texts } from '../../../storage/index.ts';
import type { CoopQueries } from '../../store/queries.ts';
import type { ClosedYear, MemberInterest } from '../types.ts';
import { isPosted } from './posted.ts';
import { draftsOf } from './year.ts';

/** A year a step (`after`: 2026): its figures, the interest of each member and the entries of the ledger are the same. */
export function* checkYears(q: CoopQueries, { after }: { readonly after: number }): Script<Findings> {
  const year = first(yield* run(q.payoutsYearAfter, { year: after < 0 ? '' : String(after) }));
  if (year === undefined) return { next: null, faults: [] };
  const shares = yield* run(q.payoutsInterestAll, { year: year.year });
  const faults: string[] = [];
  if (!isWhole(year, shares)) faults.push(`the interest of ${year.year} is not what the year came to`);
  if (!(yield* isInLedger(q, year, shares)))
    faults.push(`the ledger says something else of the year ${year.year}`);
  return { next: Number(year.year), faults: faults.map((fault) => `payouts: ${fault}`) };
}

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

function isWhole(year: ClosedYear, shares: readonly MemberInterest[]): boolean {
  const { result, covered, allocated, free, interest, net, levied, members } = year;
  const given = covered + sumOf(allocated.map(({ amount }) => amount)) + free + interest;
  return (
    given === Math.max(0, result) &&
    members === shares.length &&
    interest === sumOf(shares.map(({ gross }) => gross)) &&
    net === sumOf(shares.map((share) => share.net)) &&
    levied.every(
      ({ to, amount }) =>
        amount === sumOf(shares.map((share) => share.levied.find((each) => each.to === to)?.amount ?? 0)),
    ) &&
    shares.every((each) => each.gross === each.net + sumOf(each.levied.map(({ amount }) => amount)))
  );
}

/** What was sealed is what the figures would be sealed as; of the result, which income and expenses it is made of is theirs. */
function* isInLedger(q: CoopQueries, year: ClosedYear, shares: readonly MemberInterest[]): Script<boolean> {
  const [, ...drafts] = draftsOf({ ...year, currency: '' }, year, { accounts: [], shares });
  for (const draft of drafts)
    if (!(yield* isPosted(q, { ...draft, postings: draft.postings.length > 1 ? draft.postings : [] })))
      return false;
  const key = `result:${year.year}`;
  const entry = first(yield* run(q.ledgerEntriesKeyed, { keys: texts([key]) }));
  const posted = entry === undefined ? [] : yield* run(q.payoutsPosted, { seq: entry.seq });
  const own = posted.find(({ account }) => account === key)?.amount ?? 0;
  return own === -year.result || (own === 0 && year.result === 0);
}
