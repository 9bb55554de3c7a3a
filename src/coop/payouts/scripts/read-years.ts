import { first, run, type Script } from '../../../storage/index.ts';
import type { PayoutsQueries } from '../queries.ts';
import type { ClosedYear, MemberInterest, Slip } from '../types.ts';

export function* year(q: PayoutsQueries, a: { readonly year: string }): Script<ClosedYear | null> {
  return first(yield* run(q.payoutsYear, a)) ?? null;
}

/** The last one first. */
export function* years(q: PayoutsQueries, _: Record<never, never>): Script<readonly ClosedYear[]> {
  return yield* run(q.payoutsYears, {});
}

/** A page of a year's interest, by the members' numbers. */
export function* interest(
  q: PayoutsQueries,
  a: { readonly year: string; readonly after: number },
): Script<readonly MemberInterest[]> {
  return yield* run(q.payoutsInterest, a);
}

/** The interest of one member, the last year first. */
export function* interestOf(
  q: PayoutsQueries,
  a: { readonly member: number },
): Script<readonly MemberInterest[]> {
  return yield* run(q.payoutsInterestOf, a);
}

/** A page of what tax slips of a calendar year say. */
export function* slips(
  q: PayoutsQueries,
  a: { readonly from: string; readonly until: string; readonly afterYear: string; readonly after: number },
): Script<readonly Slip[]> {
  return (yield* run(q.payoutsSlips, a)).map(({ kind, name, birth, address, country, ...rest }) => ({
    ...rest,
    ...{
      kind: kind ?? '',
      name: name ?? '',
      birth: birth ?? '',
      address: address ?? '',
      country: country ?? '',
    },
  }));
}
