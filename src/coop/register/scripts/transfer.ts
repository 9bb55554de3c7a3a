import { run, type Script } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import { partOf } from '../../rules/decimal.ts';
import type { Movement, Standing } from '../types.ts';
import { closeApplications } from './applications.ts';
import { demandIdentity } from './identity.ts';
import { type Keyed, once } from './once.ts';
import { capitalPostings, line, type PersonRow, personRow, type Queries, record } from './record.ts';
import { joined, votesFrom } from './votes.ts';

const mayGive: readonly Standing[] = ['active', 'leaving', 'excluded', 'dead'];
const mayTake: readonly Standing[] = [
  ...(['known', 'requested', 'admitted', 'active', 'left', 'refused', 'cancelled'] as const),
];

export interface Transfer extends Keyed {
  readonly from: number;
  readonly to: number;
  readonly shares: number;
  readonly decision: string;
  readonly on: string;
}

/** What was not paid up of so many of somebody's shares; of the last of them, all that is left. */
export const uncalledOf = (person: PersonRow, shares: number): number =>
  shares === person.shares
    ? person.uncalled
    : partOf(person.uncalled, { num: BigInt(shares), den: BigInt(person.shares) }, 'down');

/** Shares go from one person to another, who is a member by it. The price is theirs. */
export function* transfer(q: Queries, a: Transfer): Script<Movement> {
  return yield* once(q, a, function* () {
    const { terms, shares, decision, on } = a;
    const from = yield* personRow(q, a.from);
    const to = yield* personRow(q, a.to);
    yield* demandTransfer(q, a, from, to);
    const taken = yield* unqueue(q, from, shares);
    const uncalled = uncalledOf(from, shares);
    const left = from.shares - shares;
    const ends = left === 0 && (from.standing === 'active' || from.standing === 'leaving');
    if (ends) yield* closeApplications(q, from.number);
    const begins = to.standing !== 'active';
    const given = line(from.number, on, { shares: -shares, uncalled: -uncalled, queued: -taken });
    const received = line(to.number, on, { shares, uncalled });
    const votes = [
      ...(ends ? yield* votesFrom(q, { person: from.number, on, votes: 0 }) : []),
      ...(begins ? yield* votesFrom(q, { person: to.number, on, votes: 1 }) : []),
    ];
    return yield* record(q, terms, {
      ...{ kind: 'transfer', effective: on, decision, person: from.number, other: to.number },
      ...{ shares, amount: shares * terms.nominal },
      lines: joined([given, received, ...votes]),
      postings: [
        ...capitalPostings(terms, from.number, { shares: -shares, uncalled: -uncalled }),
        ...capitalPostings(terms, to.number, { shares, uncalled }),
      ],
      standings: {
        ...(ends && { [from.number]: { standing: 'left' } }),
        ...(begins && { [to.number]: { standing: 'active', admission: decision } }),
      },
    });
  });
}

function* demandTransfer(q: Queries, a: Transfer, from: PersonRow, to: PersonRow): Script<void> {
  const { terms, shares } = a;
  if (from.number === to.number) throw refusal('E_PERSON', 'nobody transfers shares to themselves');
  if (!mayGive.includes(from.standing))
    throw refusal('E_STATE', `person ${from.number} is ${from.standing} and has no shares to transfer`);
  if (!mayTake.includes(to.standing) || to.erased > 0 || to.queued > 0)
    throw refusal('E_STATE', `person ${to.number} is ${to.standing} and cannot be given shares`);
  demandIdentity(terms, to);
  const movable = from.standing === 'dead' ? from.shares : from.shares - from.queued;
  if (shares > movable)
    throw refusal('E_SHARES', `person ${from.number} has ${movable} shares that can be transferred`);
  const left = from.shares - shares;
  if (left > 0 && left < terms.minPerMember && from.standing === 'active')
    throw refusal('E_SHARE_MIN', `a member holds ${terms.minPerMember} shares or more, or none`);
  const waiting = yield* run(q.registerApplicationsOf, { person: to.number });
  const all = waiting
    .filter(({ state }) => state === 'open')
    .reduce((sum, row) => sum + row.shares, to.shares + shares);
  if (all > terms.maxPerMember)
    throw refusal(
      'E_SHARE_CAP',
      `nobody holds more than ${terms.maxPerMember} shares, and that would be ${all}`,
    );
  if (to.shares + shares < terms.minPerMember)
    throw refusal('E_SHARE_MIN', `a member holds ${terms.minPerMember} shares or more`);
}

/** Takes shares out of the queue that go to heirs; answers how many. */
function* unqueue(q: Queries, from: PersonRow, shares: number): Script<number> {
  const all = Math.max(0, shares - (from.shares - from.queued));
  let taken = 0;
  const requests = yield* run(q.registerRequestsOf, { person: from.number });
  for (const { id, left } of requests.filter(({ state }) => state === 'queued').toReversed()) {
    const some = Math.min(left, all - taken);
    if (some === 0) continue;
    taken += some;
    const state = left === some ? 'withdrawn' : 'queued';
    yield* run(q.registerRequestMove, { id, left: left - some, state });
  }
  return taken;
}
