import { run, type Script } from '../../../storage/index.ts';
import type { RegisterQueries } from '../queries.ts';
import type { Holding, MembershipChange, Movement, Person, Totals } from '../types.ts';
import { personOf } from './persons.ts';

type MovementRow = Awaited<ReturnType<RegisterQueries['registerMovement']['execute']>>[number];

export const movementOf = ({ about: _, ...row }: MovementRow): Movement => row;

export function* person(q: RegisterQueries, a: { readonly number: number }): Script<Person | null> {
  const [row] = yield* run(q.registerPerson, a);
  return row === undefined ? null : personOf(row);
}

export function* personOfAccount(q: RegisterQueries, a: { readonly account: number }): Script<Person | null> {
  const [row] = yield* run(q.registerPersonOfAccount, a);
  return row === undefined ? null : personOf(row);
}

export function* persons(
  q: RegisterQueries,
  a: { readonly after: number; readonly standing: string | null },
): Script<readonly Person[]> {
  const { after, standing } = a;
  const rows =
    standing === null
      ? yield* run(q.registerPersons, { after })
      : yield* run(q.registerPersonsStanding, { after, standing });
  return rows.map(personOf);
}

export function* movements(
  q: RegisterQueries,
  a: { readonly after: number; readonly person: number | null },
): Script<readonly Movement[]> {
  const { after, person: of } = a;
  const rows =
    of === null
      ? yield* run(q.registerMovements, { after })
      : yield* run(q.registerMovementsOf, { after, person: of });
  return rows.map(movementOf);
}

export function* holding(
  q: RegisterQueries,
  a: { readonly person: number; readonly day: string },
): Script<Holding> {
  const [row] = yield* run(q.registerHoldingOn, a);
  return { person: a.person, shares: row?.shares ?? 0, uncalled: row?.uncalled ?? 0, votes: row?.votes ?? 0 };
}

export function* holdings(
  q: RegisterQueries,
  a: { readonly day: string; readonly after: number },
): Script<readonly Holding[]> {
  return yield* run(q.registerHoldingsOn, a);
}

/** What all hold on a day; `nominal` is what shares are worth while nothing was lost. */
export function* totals(
  q: RegisterQueries,
  a: { readonly day: string; readonly nominal: number },
): Script<Totals> {
  const [row] = yield* run(q.registerTotalsOn, { day: a.day });
  const { shares, uncalled, votes } = row ?? { shares: 0, uncalled: 0, votes: 0 };
  return { shares, uncalled, members: votes, capital: shares * a.nominal - uncalled };
}

export function* memberships(
  q: RegisterQueries,
  a: { readonly after: number },
): Script<readonly MembershipChange[]> {
  const rows = yield* run(q.registerMemberships, a);
  return rows.map(({ seq, person: of, account, votes, on }) => ({
    ...{ seq, person: of, account, isMember: votes > 0, on },
  }));
}
