import { first, numbers, run, type Script } from '../../../storage/index.ts';
import { once } from '../../acts/scripts/note.ts';
import { didBefore } from '../../acts/scripts/same-person.ts';
import type { NewAct } from '../../acts/types.ts';
import { refusal } from '../../refusals.ts';
import type { CoopQueries } from '../../store/queries.ts';
import type { Item, Run, RunState } from '../types.ts';

interface Decide {
  readonly act: NewAct;
  readonly run: number;
  readonly by: string;
}

/** The run, in one of the states in which that may be done. */
export function* demandRun(q: CoopQueries, id: number, states: readonly RunState[]) {
  const found = first(yield* run(q.payoutsRun, { run: id }));
  if (found === undefined) throw refusal('E_NOT_FOUND', `there is no payment run ${id}`, { run: id });
  if (!states.includes(found.state))
    throw refusal('E_STATE', `run ${id} is ${found.state}, and would have to be ${states.join(' or ')}`, {
      run: id,
      state: found.state,
    });
  return found;
}

/** Approves a run for a person; with as many as the rules ask for it may be exported. Nobody counts twice, over however many accounts. */
export function* approve(q: CoopQueries, a: Decide & { readonly persons: number }): Script<number> {
  return yield* once(q, a.act, function* (n): Script<number> {
    yield* demandRun(q, a.run, ['prepared']);
    const before = yield* run(q.payoutsApprovals, { runs: numbers([a.run]) });
    const { verb, subject } = a.act;
    if (yield* didBefore(q, { act: a.act, n, verb, subject }))
      throw refusal('E_APPROVED', 'the same person has approved it already: it takes another one', {
        run: a.run,
      });
    yield* run(q.payoutsApprove, { run: a.run, person: a.by, now: a.act.now });
    if (before.length + 1 >= a.persons) yield* run(q.payoutsRunApproved, { run: a.run, now: a.act.now });
    return a.run;
  });
}

/** Gives a run up for which there is no file: what it would have paid is owed as before. */
export function* cancel(q: CoopQueries, a: Decide): Script<number> {
  return yield* once(q, a.act, function* (): Script<number> {
    yield* demandRun(q, a.run, ['prepared', 'approved']);
    yield* run(q.payoutsRunState, { run: a.run, state: 'cancelled' });
    return a.run;
  });
}

export function* paymentRun(q: CoopQueries, a: { readonly run: number }): Script<Run | null> {
  const rows = yield* run(q.payoutsRun, a);
  return (yield* withApprovals(q, rows))[0] ?? null;
}

/** A page, the last one first. */
export function* paymentRuns(q: CoopQueries, a: { readonly before: number }): Script<readonly Run[]> {
  return yield* withApprovals(q, yield* run(q.payoutsRuns, a));
}

type Row = Omit<Run, 'approvals' | 'ibansChanged' | 'toThemselves'>;

/** With who approved them, and what who approves should know. */
function* withApprovals(q: CoopQueries, rows: readonly Row[]): Script<readonly Run[]> {
  const runs = numbers(rows.map(({ id }) => id));
  const all = yield* run(q.payoutsApprovals, { runs });
  const changed = yield* run(q.payoutsIbansChanged, { runs });
  const people = [...all.map(({ person }) => person), ...rows.map(({ preparedBy }) => preparedBy)];
  const own = yield* run(q.payoutsItemsAmong, {
    runs,
    members: numbers([...new Set(people.flatMap(memberIn))]),
  });
  return rows.map((row) => {
    const approvals = all.filter((approval) => approval.run === row.id).map(({ person }) => person);
    const themselves = [row.preparedBy, ...approvals].flatMap(memberIn);
    const theirs = own.filter((item) => item.run === row.id && themselves.includes(item.member));
    return {
      ...{ ...row, approvals },
      ibansChanged: changed.find((each) => each.run === row.id)?.count ?? 0,
      toThemselves: theirs.reduce((sum, { amount }) => sum + amount, 0),
    };
  });
}

/** `member:7` is 7; who is none has no number. */
const memberIn = (person: string): readonly number[] =>
  person.startsWith('member:') ? [Number(person.slice('member:'.length))] : [];

/** A page of a run's transfers. */
export function* items(
  q: CoopQueries,
  a: { readonly run: number; readonly after: number },
): Script<readonly Item[]> {
  return yield* run(q.payoutsItems, a);
}

/** A page of what was paid to a member, the last run first. */
export function* itemsOf(
  q: CoopQueries,
  a: { readonly member: number; readonly before: number },
): Script<readonly Item[]> {
  return yield* run(q.payoutsItemsOf, a);
}
