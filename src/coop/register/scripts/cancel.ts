import { run, type Script } from '../../../storage/index.ts';
import { laterOf } from '../../days.ts';
import { contraryOf } from '../../ledger/check.ts';
import { entry as entryOf } from '../../ledger/scripts/read.ts';
import { refusal } from '../../refusals.ts';
import type { RegisterQueries } from '../queries.ts';
import type { Line, Movement, MovementKind, Standing } from '../types.ts';
import { type Keyed, once } from './once.ts';
import { type PersonRow, personRow, type Queries, record } from './record.ts';
import { joined } from './votes.ts';

export interface Cancellation extends Keyed {
  readonly seq: number;
  readonly decision: string;
  readonly on: string;
}

type MovementRow = Awaited<ReturnType<RegisterQueries['registerMovement']['execute']>>[number];

const mayBeCancelled: readonly MovementKind[] = [
  ...(['subscription', 'transfer', 'redemption', 'exclusion', 'death'] as const),
];

/**
 * Undoes a movement that should not have been, by another one. Only the last of whom it concerns is undone, so that nothing rests
 * on it. What was paid for shares is owed back; what was redeemed must not have been paid out.
 */
export function* cancel(q: Queries, a: Cancellation): Script<Movement> {
  return yield* once(q, a, function* () {
    const { terms, decision, on } = a;
    const wrong = yield* cancellable(q, a.seq);
    const persons: PersonRow[] = [];
    for (const number of [wrong.person, ...(wrong.other > 0 ? [wrong.other] : [])])
      persons.push(yield* personRow(q, number));
    const effective = laterOf(on, ...persons.map(({ moved }) => moved));
    const undone = (yield* run(q.registerLinesOf, { seq: a.seq })).map(
      ({ person, on: day, shares, uncalled, queued, votes }): Line => ({
        ...{ person, on: laterOf(day, effective), shares: 0 - shares, uncalled: 0 - uncalled },
        ...{ queued: 0 - queued, votes: 0 - votes },
      }),
    );
    const standings: Record<number, { standing: Standing }> = {};
    for (const person of persons)
      standings[person.number] = { standing: yield* standingBefore(q, wrong, person) };
    yield* undoWhatFollowed(q, wrong);
    const sealed = wrong.entry > 0 ? yield* entryOf(q, { seq: wrong.entry }) : null;
    const postings = sealed === null ? undefined : contraryOf(sealed.postings);
    const made = yield* record(q, terms, {
      ...{ kind: 'cancellation', effective, decision, person: wrong.person, other: wrong.other },
      ...{ shares: wrong.shares, amount: wrong.amount, cancels: wrong.seq, standings },
      lines: joined(undone),
      ...(postings && { postings, reverses: wrong.entry }),
    });
    if (wrong.kind === 'redemption') yield* demandNotPaid(q, wrong.person, terms.currency);
    return made;
  });
}

function* cancellable(q: Queries, seq: number): Script<MovementRow> {
  const [wrong] = yield* run(q.registerMovement, { seq });
  if (wrong === undefined) throw refusal('E_NOT_FOUND', `there is no movement ${seq}`);
  if (!mayBeCancelled.includes(wrong.kind))
    throw refusal('E_STATE', `movement ${seq} is a ${wrong.kind}, which is not cancelled`);
  for (const person of [wrong.person, wrong.other].filter((number) => number > 0)) {
    const [last] = yield* run(q.registerLineLast, { person });
    if (last?.seq !== seq)
      throw refusal('E_STATE', `movement ${last?.seq} of person ${person} came after movement ${seq}`);
  }
  return wrong;
}

/** Where somebody stood before the movement, which was the last of theirs. */
function* standingBefore(q: Queries, wrong: MovementRow, person: PersonRow): Script<Standing> {
  switch (wrong.kind) {
    case 'subscription':
      return person.shares === wrong.shares ? 'cancelled' : person.standing;
    case 'transfer':
      if (person.number === wrong.other)
        return person.shares === wrong.shares ? 'cancelled' : person.standing;
      return person.standing === 'left' ? 'active' : person.standing;
    case 'redemption':
      return person.standing === 'left' ? 'leaving' : person.standing;
    default: {
      const requests = yield* run(q.registerRequestsOf, { person: person.number });
      const asked = requests
        .filter(({ state, cause }) => state === 'queued' && cause === 'request')
        .reduce((sum, { left }) => sum + left, 0);
      return asked === person.shares ? 'leaving' : 'active';
    }
  }
}

/** What rests on the movement outside of the lines: its application, its request. */
function* undoWhatFollowed(q: Queries, wrong: MovementRow): Script<void> {
  const { kind, about: id } = wrong;
  if (id === 0) return;
  if (kind === 'subscription') {
    const [row] = yield* run(q.registerApplication, { id });
    if (row === undefined) return;
    const { paid, paidOn, decision, decidedOn } = row;
    yield* run(q.registerApplicationMove, { id, state: 'cancelled', paid, paidOn, decision, decidedOn });
    return;
  }
  const [row] = yield* run(q.registerRequest, { id });
  if (row === undefined) return;
  const isPaid = kind === 'redemption';
  yield* run(q.registerRequestMove, {
    ...{ id, left: isPaid ? row.left + wrong.shares : 0, state: isPaid ? 'queued' : 'withdrawn' },
  });
}

function* demandNotPaid(q: Queries, person: number, asset: string): Script<void> {
  const [balance] = yield* run(q.ledgerBalance, { account: `redemption:${person}`, asset });
  if ((balance?.amount ?? 0) > 0)
    throw refusal('E_STATE', `what was redeemed of person ${person} was paid out already`);
}
