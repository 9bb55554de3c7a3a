import { first, one, run, type Script } from '../../../storage/index.ts';
import { isSamePerson } from '../../acts/scripts/same-person.ts';
import type { Actor } from '../../acts/types.ts';
import { daysAfter } from '../../days.ts';
import { refusal } from '../../refusals.ts';
import type { RegisterQueries } from '../queries.ts';
import type { NoticeKind, Payee, PayeeChange, PayeeChangeState, PendingNotice, Terms } from '../types.ts';
import { type Keyed, once } from './once.ts';
import { type PersonRow, personRow, type Queries } from './record.ts';

/** What counts of a person from now on, and the change that waits; columns of theirs. */
export interface Moved extends Payee {
  readonly ibanChanged: number;
  readonly waiting: number;
}

/**
 * Where somebody is paid, and who speaks for them, as it is asked for. What a member says of their own IBAN counts at once; what
 * somebody else says waits for a second person, and which account is theirs always does. Who has asked for nothing yet (`known`)
 * is seen whole by whoever admits them.
 */
export function* movePayee(q: Queries, a: Keyed, row: PersonRow, wanted: Payee): Script<Moved> {
  const { terms, act } = a;
  const before = payeeOf(row);
  const isKnown = row.standing === 'known';
  const ibanWaits = wanted.iban !== row.iban && !isKnown && act.actor.member !== row.number;
  const accountWaits = wanted.account !== row.account && !isKnown;
  const now: Payee = {
    ...(ibanWaits ? { iban: row.iban, holder: row.holder } : { iban: wanted.iban, holder: wanted.holder }),
    account: accountWaits ? row.account : wanted.account,
  };
  let { waiting } = row;
  if (isMoved(before, now)) {
    yield* decide(q, waiting, { state: 'dropped', second: 0, now: terms.now });
    const done = { state: 'done', until: terms.today, decided: terms.now } as const;
    const { id } = one(yield* run(q.registerPayeeChangeAdd, rowOf(a, row, now, done)));
    yield* notify(q, { change: id, kind: 'done', account: row.account });
    waiting = 0;
  }
  if (ibanWaits || accountWaits) {
    yield* decide(q, waiting, { state: 'replaced', second: 0, now: terms.now });
    const until = daysAfter(terms.today, terms.payeeChangeDays);
    const asked = rowOf(a, { ...row, ...now }, wanted, { state: 'waiting', until, decided: 0 });
    const { id } = one(yield* run(q.registerPayeeChangeAdd, asked));
    yield* notify(q, { change: id, kind: 'asked', account: row.account });
    waiting = id;
  }
  return { ...now, ibanChanged: changedAt(row, now, terms), waiting };
}

const payeeOf = ({ iban, holder, account }: Payee): Payee => ({ iban, holder, account });
const isMoved = (before: Payee, now: Payee): boolean =>
  before.iban !== now.iban || before.account !== now.account;

/** The first IBAN that somebody has is no other one. */
function changedAt({ iban, ibanChanged }: PersonRow, now: Payee, terms: Terms): number {
  const isFirst = iban === '' && ibanChanged === 0;
  return now.iban === iban || isFirst ? ibanChanged : terms.now;
}

const rowOf = (
  { terms, act: { actor } }: Keyed,
  row: Payee & { readonly number: number },
  { iban, holder, account }: Payee,
  state: { readonly state: PayeeChangeState; readonly until: string; readonly decided: number },
) => ({
  ...{ person: row.number, iban, holder, account },
  ...{ ibanBefore: row.iban, holderBefore: row.holder, accountBefore: row.account },
  ...{ by: actor.account, byMember: actor.member, asked: terms.now, second: 0, ...state },
});

function* decide(
  q: Queries,
  id: number,
  to: { readonly state: PayeeChangeState; readonly second: number; readonly now: number },
): Script<void> {
  if (id > 0) yield* run(q.registerPayeeChangeDecide, { id, ...to });
}

/** Kept in the same transaction; sent afterwards, to the account that was theirs until then. */
function* notify(
  q: Queries,
  notice: { readonly change: number; readonly kind: NoticeKind; readonly account: number },
): Script<void> {
  if (notice.account > 0) yield* run(q.registerNoticeAdd, notice);
}

/** The change, where it may still be decided. */
function* waitingChange(q: Queries, id: number, { today }: Terms): Script<PayeeChange> {
  const change = first(yield* run(q.registerPayeeChange, { id }));
  if (change === undefined) throw refusal('E_NOT_FOUND', `there is no change ${id}`);
  if (change.state !== 'waiting') throw refusal('E_STATE', `change ${id} is ${change.state}`, { change: id });
  if (change.until < today)
    throw refusal('E_STATE', `change ${id} waited until ${change.until}: it is to be asked for again`);
  return change;
}

/** A second person agrees, or the member: it counts now. */
export function* confirmPayee(q: Queries, a: Keyed & { readonly id: number }): Script<number> {
  return yield* once(q, a, function* () {
    const change = yield* waitingChange(q, a.id, a.terms);
    if (yield* isAsker(q, change, a.act.actor))
      throw refusal('E_SAME_PERSON', 'who asked for a change does not confirm it', { change: a.id });
    yield* count(q, a, change);
    return a.id;
  });
}

const isAsker = (q: Queries, { by, byMember }: PayeeChange, actor: Actor) =>
  isSamePerson(q, { account: by, member: byMember }, actor);

function* count(q: Queries, { terms, act }: Keyed, change: PayeeChange): Script<void> {
  const { id, person, iban, holder, account } = change;
  const row = yield* personRow(q, person);
  yield* demandFree(q, account, person);
  const now = { iban, holder, account };
  const known = { kind: row.kind, name: row.name, address: row.address, country: row.country };
  yield* run(q.registerPersonChange, {
    ...{ number: person, ...known, birth: row.birth, ...now },
    ...{ ibanChanged: changedAt(row, now, terms), waiting: 0 },
  });
  yield* decide(q, id, { state: 'done', second: act.actor.account, now: terms.now });
  yield* notify(q, { change: id, kind: 'done', account: change.accountBefore });
}

/** An account of myco is one person's. */
export function* demandFree(q: RegisterQueries, account: number, of: number): Script<void> {
  if (account === 0) return;
  const [taken] = yield* run(q.registerPersonOfAccount, { account });
  if (taken !== undefined && taken.number !== of)
    throw refusal('E_PERSON', `that account is person ${taken.number}'s`, { person: taken.number });
}

/** Somebody does not agree, who may be the one who asked: all stays as it was. */
export function* refusePayee(q: Queries, a: Keyed & { readonly id: number }): Script<number> {
  return yield* once(q, a, function* () {
    const change = yield* waitingChange(q, a.id, a.terms);
    yield* decide(q, a.id, { state: 'refused', second: a.act.actor.account, now: a.terms.now });
    yield* run(q.registerPersonWaitsNot, { number: change.person });
    yield* notify(q, { change: a.id, kind: 'refused', account: change.accountBefore });
    return a.id;
  });
}

/** Who admits somebody sees where they are to be paid: their first IBAN and account count with it, where another asked for them. */
export function* countFirst(q: Queries, a: Keyed, person: PersonRow): Script<void> {
  const change = first(yield* run(q.registerPayeeChange, { id: person.waiting }));
  if (change?.state !== 'waiting' || change.until < a.terms.today) return;
  const { iban, ibanBefore, account, accountBefore } = change;
  const isFirst =
    (ibanBefore === '' || ibanBefore === iban) && (accountBefore === 0 || accountBefore === account);
  if (isFirst && !(yield* isAsker(q, change, a.act.actor))) yield* count(q, a, change);
}

export function* payeeChange(q: Queries, a: { readonly id: number }): Script<PayeeChange | null> {
  return first(yield* run(q.registerPayeeChange, a)) ?? null;
}

/** A page of those that wait for a second person on a day, in the order in which they were asked for. */
export function* payeeChangesWaiting(
  q: Queries,
  a: { readonly after: number; readonly today: string },
): Script<readonly PayeeChange[]> {
  return yield* run(q.registerPayeeChangesWaiting, a);
}

/** All of one person, the last one first. */
export function* payeeChangesOf(q: Queries, a: { readonly person: number }): Script<readonly PayeeChange[]> {
  return yield* run(q.registerPayeeChangesOf, a);
}

/** A page of what was not sent yet. */
export function* noticesPending(q: Queries, a: { readonly after: number }): Script<readonly PendingNotice[]> {
  return yield* run(q.registerNoticesPending, a);
}

export function* noticeSent(q: Queries, a: { readonly id: number; readonly now: number }): Script<void> {
  yield* run(q.registerNoticeSent, a);
}
