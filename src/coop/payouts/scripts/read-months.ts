import { first, run, type Script } from '../../../storage/index.ts';
import type { Month } from '../../ledger/types.ts';
import type { PayoutsQueries } from '../queries.ts';
import { chunkOf, nodeIn, waysUp } from '../tree.ts';
import type { ClosedMonth, MonthShare, PayProof } from '../types.ts';

/** How a member's pay is in the sum of its month; null where they had no coins in it. Reads one row of each level of the tree. */
export function* proof(
  q: PayoutsQueries,
  a: { readonly month: Month; readonly member: number },
): Script<PayProof | null> {
  const month = first(yield* run(q.payoutsMonth, a));
  const share = first(yield* run(q.payoutsShare, a));
  if (month === undefined || share === undefined) return null;
  const steps: PayProof['steps'][number][] = [];
  for (const beside of waysUp(share.place, month.members)) {
    const row = first(
      yield* run(q.payoutsNodes, { month: a.month, level: beside.level, chunk: chunkOf(beside) }),
    );
    if (row === undefined) throw new Error('a row of the tree of sums is missing');
    const { side, sum, hash } = nodeIn(row.nodes, beside);
    steps.push({ side, sum, hash: hash.toString('hex') });
  }
  return {
    ...{ month: a.month, member: a.member, coins: share.coins, paid: share.paid, id: `${a.member}` },
    ...{ salt: share.salt.toString('hex'), steps, root: { sum: month.paid, hash: month.root } },
  };
}

export function* month(q: PayoutsQueries, a: { readonly month: Month }): Script<ClosedMonth | null> {
  return first(yield* run(q.payoutsMonth, a)) ?? null;
}

/** The last one first, from before a month on. */
export function* months(q: PayoutsQueries, a: { readonly before: string }): Script<readonly ClosedMonth[]> {
  return yield* run(q.payoutsMonths, a);
}

/** What the members' coins of a month came to, by their numbers. */
export function* shares(
  q: PayoutsQueries,
  a: { readonly month: Month; readonly after: number },
): Script<readonly MonthShare[]> {
  return yield* run(q.payoutsShares, a);
}

/** What the coins of one member came to, the last month first. */
export function* sharesOf(
  q: PayoutsQueries,
  a: { readonly member: number; readonly before: string },
): Script<readonly MonthShare[]> {
  return yield* run(q.payoutsSharesOf, a);
}
