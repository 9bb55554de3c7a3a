import { first, one, run, type Script } from '../../../storage/index.ts';
import { firstHalfEndFrom, fiscalYearEndFrom, monthsAfter } from '../../days.ts';
import { refusal } from '../../refusals.ts';
import type { RegisterQueries } from '../queries.ts';
import type { Line, RedemptionRequest, Standing, Terms } from '../types.ts';
import { closeApplications } from './applications.ts';
import { type Keyed, once } from './once.ts';
import { line, type PersonRow, personRow, type Queries, record } from './record.ts';
import { joined, votesFrom } from './votes.ts';

/** When shares that are asked back on a day may be paid at the earliest, and have to be at the latest. */
export function dueOf(terms: Terms, asked: string): { readonly due: string; readonly latest: string } {
  const due = effectFrom(terms, monthsAfter(asked, terms.noticeMonths));
  return { due, latest: monthsAfter(due, terms.delayMonthsMax) };
}

/** The first day from one on, on which giving back may take effect. */
function effectFrom({ redemptionAt, fiscalYearEnd }: Terms, day: string): string {
  if (redemptionAt === 'first_half') return firstHalfEndFrom(day, fiscalYearEnd);
  return redemptionAt === 'fiscal_year_end' ? fiscalYearEndFrom(day, fiscalYearEnd) : day;
}

/** Where shares are asked back in the first half of the fiscal year alone, it is not over. */
function demandAsking({ redemptionAt, fiscalYearEnd }: Terms, on: string): void {
  if (redemptionAt !== 'first_half') return;
  const until = firstHalfEndFrom(on, fiscalYearEnd);
  if (until > fiscalYearEndFrom(on, fiscalYearEnd))
    throw refusal('E_DATE', `shares are asked back in the first half of the fiscal year, and not on ${on}`, {
      on,
    });
}

/** Asks shares back: they wait in line. Who asks for all of them leaves, and has a vote until the notice is over. */
export function* request(
  q: Queries,
  a: Keyed & { readonly person: number; readonly shares: number; readonly on: string },
): Script<RedemptionRequest> {
  return yield* once(q, a, function* () {
    const { terms, shares, on } = a;
    demandAsking(terms, on);
    const person = yield* personRow(q, a.person);
    if (person.standing !== 'active')
      throw refusal('E_STATE', `person ${a.person} is ${person.standing} and cannot ask shares back`);
    const left = person.shares - person.queued - shares;
    if (left < 0)
      throw refusal('E_SHARES', `person ${a.person} has ${person.shares - person.queued} shares to ask back`);
    if (left > 0 && left < terms.minPerMember)
      throw refusal('E_SHARE_MIN', `a member keeps ${terms.minPerMember} shares or more, or none`);
    const days = dueOf(terms, on);
    const row = one(
      yield* run(q.registerRequestAdd, {
        ...{ person: a.person, cause: 'request', shares, left: shares, asked: on, ...days },
      }),
    );
    if (left === 0) yield* closeApplications(q, a.person);
    const lines: Line[] = [line(a.person, on, { queued: shares })];
    if (left === 0)
      lines.push(
        ...(days.due > on
          ? [line(a.person, days.due, { votes: -1 })]
          : yield* votesFrom(q, { person: a.person, on, votes: 0 })),
      );
    yield* record(q, terms, {
      ...{ kind: 'request', effective: on, decision: '', person: a.person, shares, amount: 0, about: row.id },
      lines: joined(lines),
      standings: left === 0 ? { [a.person]: { standing: 'leaving' } } : {},
    });
    return row;
  });
}

/** Takes a request back, as far as nothing was paid of it. */
export function* withdrawRequest(
  q: Queries,
  a: Keyed & { readonly id: number; readonly on: string },
): Script<RedemptionRequest> {
  return yield* once(q, a, function* () {
    const { terms, id, on } = a;
    const [row] = yield* run(q.registerRequest, { id });
    if (row === undefined) throw refusal('E_NOT_FOUND', `there is no request ${id}`);
    if (row.state !== 'queued' || row.cause !== 'request' || row.left < row.shares)
      throw refusal('E_STATE', `request ${id} is ${row.state}, and ${row.left} shares of ${row.shares} wait`);
    const person = yield* personRow(q, row.person);
    if (person.standing !== 'active' && person.standing !== 'leaving')
      throw refusal('E_STATE', `person ${row.person} is ${person.standing}`);
    const gone = one(yield* run(q.registerRequestMove, { id, left: 0, state: 'withdrawn' }));
    const returns = person.standing === 'leaving';
    yield* record(q, terms, {
      ...{ kind: 'withdrawal', effective: on, decision: '', person: row.person, shares: row.left },
      ...{ amount: 0, about: id },
      lines: joined([
        line(row.person, on, { queued: -row.left }),
        ...(returns ? yield* votesFrom(q, { person: row.person, on, votes: 1 }) : []),
      ]),
      standings: returns ? { [row.person]: { standing: 'active' } } : {},
    });
    return gone;
  });
}

export interface Ending extends Keyed {
  readonly person: number;
  readonly cause: 'exclusion' | 'death';
  readonly decision: string;
  readonly on: string;
}

/** Somebody ceases to be a member: their vote ends that day, and all their shares wait to be redeemed. */
export function* endMembership(q: Queries, a: Ending): Script<RedemptionRequest | null> {
  return yield* once(q, a, function* () {
    const { terms, cause, decision, on } = a;
    const person = yield* personRow(q, a.person);
    demandEnding(person, cause);
    yield* closeApplications(q, a.person);
    const shares = person.shares - person.queued;
    const latest = monthsAfter(on, terms.delayMonthsMax);
    const row =
      shares === 0
        ? null
        : one(
            yield* run(q.registerRequestAdd, {
              ...{ person: a.person, cause, shares, left: shares, asked: on, due: on, latest },
            }),
          );
    yield* record(q, terms, {
      ...{ kind: cause, effective: on, decision, person: a.person, shares, amount: 0, about: row?.id ?? 0 },
      lines: joined([
        line(a.person, on, { queued: shares }),
        ...(yield* votesFrom(q, { person: a.person, on, votes: 0 })),
      ]),
      standings: { [a.person]: { standing: cause === 'death' ? 'dead' : 'excluded' } },
    });
    return row;
  });
}

const mayEnd: readonly Standing[] = ['active', 'leaving'];
function demandEnding(person: PersonRow, cause: Ending['cause']): void {
  const may = cause === 'death' ? [...mayEnd, 'excluded'] : mayEnd;
  if (!may.includes(person.standing))
    throw refusal('E_STATE', `person ${person.number} is ${person.standing}: there is no membership to end`);
}

/** One page of what waits, in the order in which it is paid. */
export function* queue(
  q: RegisterQueries,
  a: { readonly after: number },
): Script<readonly RedemptionRequest[]> {
  return yield* run(q.registerQueue, a);
}

export function* requestsOf(
  q: RegisterQueries,
  a: { readonly person: number },
): Script<readonly RedemptionRequest[]> {
  return yield* run(q.registerRequestsOf, a);
}

export function* requestById(
  q: RegisterQueries,
  a: { readonly id: number },
): Script<RedemptionRequest | null> {
  return first(yield* run(q.registerRequest, a)) ?? null;
}
