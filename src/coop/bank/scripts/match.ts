import { one, run, type Script } from '../../../storage/index.ts';
import { once } from '../../acts/scripts/note.ts';
import { isSamePerson } from '../../acts/scripts/same-person.ts';
import type { NewAct } from '../../acts/types.ts';
import type { Told } from '../../house.ts';
import { openDay } from '../../ledger/scripts/append.ts';
import { transitOf } from '../../payouts/scripts/export.ts';
import { refusal } from '../../refusals.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { takenByRun } from '../../store/receivers.ts';
import type { Booking, Line, Match, MatchState } from '../types.ts';
import { post, receive, unmatched } from './book.ts';

export interface MatchByHand {
  readonly house: Told;
  readonly line: number;
  /** What stands behind `RF18` of what was expected; '' where it belongs to `account`. */
  readonly reference: string;
  readonly account: string;
  /** Of whose transfers it is, or 0; and which they are, by their numbers. */
  readonly run: number;
  readonly items: readonly number[];
  readonly memo: string;
  readonly act: NewAct;
  /** What one person may decide. */
  readonly aloneMax: number;
}

/** What a decision about a line came to. */
export interface Decided {
  readonly id: number;
  readonly state: MatchState;
}

/** A person says for what a line is; above what one may decide alone a second person confirms it first. */
export function* matchByHand(q: CoopQueries, a: MatchByHand): Script<Decided> {
  return yield* once(q, a.act, function* () {
    const line = yield* waiting(q, a.line);
    const open = yield* run(q.bankMatchesOf, { line: line.id });
    if (open.some(({ state }) => state === 'proposed'))
      throw refusal('E_STATE', `line ${line.id} waits for a second person already`);
    // What comes from a customer is for an invoice; what goes to one is what an invoice was taken back for.
    if (a.account.startsWith('customer:') && line.left > 0)
      throw refusal('E_ACCOUNT', 'what a customer paid is matched with the invoice that it is for');
    const due = a.reference === '' ? null : yield* dueOf(q, line, a.reference);
    const amount = due?.amount ?? line.left;
    const { run: of, items, memo } = a;
    const account = of > 0 ? transitOf(of) : a.account;
    const what = { line: line.id, expected: due?.id ?? 0, account, run: of, items, amount, memo };
    const by = a.act.actor.account;
    const match = one(yield* run(q.bankMatchAdd, { ...what, by, now: a.house.now }));
    if (Math.abs(amount) > a.aloneMax) return decided(match);
    return decided(yield* carryOut(q, a.house, line, match, 0));
  });
}

const decided = ({ id, state }: Match): Decided => ({ id, state });

export interface Judgement {
  readonly house: Told;
  readonly act: NewAct;
  readonly match: number;
}

/** The second person agrees: it is done now. */
export function* confirmMatch(q: CoopQueries, { house, act, match: id }: Judgement): Script<Decided> {
  return yield* once(q, act, function* () {
    const match = yield* proposed(q, id);
    // Who was a member then is known by the account.
    if (yield* isSamePerson(q, { account: match.by, member: 0 }, act.actor))
      throw refusal('E_SAME_PERSON', 'who proposed what a line is for does not confirm it');
    const line = yield* waiting(q, match.line);
    return decided(yield* carryOut(q, house, line, match, act.actor.account));
  });
}

/** Somebody, who may be the one who proposed it, does not agree: the line waits again. */
export function* refuseMatch(q: CoopQueries, { house, act, match: id }: Judgement): Script<Decided> {
  return yield* once(q, act, function* () {
    const match = yield* proposed(q, id);
    const by = { second: act.actor.account, now: house.now };
    return decided(one(yield* run(q.bankMatchDecide, { id: match.id, state: 'refused', ...by })));
  });
}

function* proposed(q: CoopQueries, id: number): Script<Match> {
  const [match] = yield* run(q.bankMatch, { id });
  if (match === undefined) throw refusal('E_NOT_FOUND', `there is no match ${id}`);
  if (match.state !== 'proposed') throw refusal('E_STATE', `match ${id} is ${match.state}`);
  return match;
}

function* waiting(q: CoopQueries, id: number): Script<Line> {
  const [line] = yield* run(q.bankLine, { id });
  if (line === undefined) throw refusal('E_NOT_FOUND', `there is no line ${id}`, { line: id });
  if (line.state !== 'queued') throw refusal('E_STATE', `line ${id} is ${line.state}`, { line: id });
  return line;
}

/** How much of a line something that is expected takes: what is due, and no more than there is. */
function* dueOf(
  q: CoopQueries,
  line: Line,
  reference: string,
): Script<{ readonly id: number; readonly amount: number }> {
  const [expected] = yield* run(q.bankExpectedByReference, { reference });
  if (expected === undefined) throw refusal('E_NOT_FOUND', `nothing is expected under ${reference}`);
  const due = expected.cancelled > 0 ? 0 : expected.amount - expected.received;
  if (line.left <= 0 || due <= 0)
    throw refusal('E_STATE', `nothing is due under ${reference} that this line could pay`);
  return { id: expected.id, amount: Math.min(line.left, due) };
}

function* carryOut(q: CoopQueries, house: Told, line: Line, match: Match, second: number): Script<Match> {
  const day = yield* openDay(q, line.day);
  const { amount } = match;
  const booking = yield* bookingOf(q, house, line, match, day);
  yield* post(q, house, { ...booking, from: unmatched, amount, day, key: `match:${match.id}` });
  const left = line.left - amount;
  const [state, reason] = left === 0 ? ['matched', ''] : ['queued', line.reason];
  yield* run(q.bankLineSet, { id: line.id, left, state, reason });
  return one(yield* run(q.bankMatchDecide, { id: match.id, state: 'done', second, now: house.now }));
}

function* bookingOf(
  q: CoopQueries,
  house: Told,
  line: Line,
  { expected: id, account, run: of, items, amount, memo }: Match,
  day: string,
): Script<Booking> {
  if (id === 0) {
    if (amount !== line.left) throw refusal('E_STATE', `line ${line.id} is not what it was`);
    const said = { run: of, items, currency: house.currency, amount, returned: line.returned, day };
    if (of > 0) return { ...(yield* takenByRun(q, said)), memo };
    const postings = [{ account, asset: house.currency, amount: -amount }];
    return { kind: 'bank.match', memo, postings };
  }
  const expected = one(yield* run(q.bankExpectedById, { id }));
  if ((yield* dueOf(q, line, expected.reference)).amount !== amount)
    throw refusal('E_STATE', `what is due under ${expected.reference} is not what it was`);
  return yield* receive(q, house, { expected, amount, day, came: line.day, line: line.id });
}
