import { creditorReference } from '../../../formats/iban/index.ts';
import { one, run, type Script } from '../../../storage/index.ts';
import { bodyHash } from '../../acts/chain.ts';
import { expectNothing, expectOther, expectPayment } from '../../bank/scripts/expect.ts';
import type { Booking, Receipt } from '../../bank/types.ts';
import { laterOf } from '../../days.ts';
import { refusal } from '../../refusals.ts';
import { partOf } from '../../rules/decimal.ts';
import type { RegisterQueries } from '../queries.ts';
import type { Application, Received, Standing, Writing } from '../types.ts';
import { demandIdentity } from './identity.ts';
import { type Keyed, lockedHead, once } from './once.ts';
import { countFirst } from './payees.ts';
import { capitalPostings, line, type PersonRow, personRow, post, type Queries, record } from './record.ts';

type Row = Awaited<ReturnType<RegisterQueries['registerApplication']['execute']>>[number];

/** What a payer writes for an application, before its check digits. */
export const applicationReference = (id: number) => `SUB${String(id).padStart(6, '0')}`;

export const applicationOf = ({ cap: _, ...row }: Row): Application => ({
  ...row,
  reference: creditorReference(applicationReference(row.id)),
});

export function* applicationRow(q: RegisterQueries, id: number): Script<Row> {
  const [row] = yield* run(q.registerApplication, { id });
  if (row === undefined) throw refusal('E_NOT_FOUND', `there is no application ${id}`, { application: id });
  return row;
}

const mayApply: readonly Standing[] = [
  ...(['known', 'requested', 'admitted', 'active', 'left', 'refused', 'excluded', 'cancelled'] as const),
];

/** Asks for shares. Who is a member already was admitted already. */
export function* apply(
  q: Queries,
  a: Keyed & { readonly person: number; readonly shares: number; readonly on: string },
): Script<Application> {
  return yield* once(q, a, function* () {
    const { terms, shares } = a;
    const person = yield* personRow(q, a.person);
    if (!mayApply.includes(person.standing) || person.erased > 0 || person.queued > 0)
      throw refusal('E_STATE', `person ${a.person} is ${person.standing} and cannot ask for shares`);
    demandIdentity(terms, person);
    const others = yield* run(q.registerApplicationsOf, { person: a.person });
    const waiting = others.filter(({ state }) => state === 'open');
    const all = waiting.reduce((sum, row) => sum + row.shares, person.shares + shares);
    if (all > terms.maxPerMember)
      throw refusal(
        'E_SHARE_CAP',
        `nobody holds more than ${terms.maxPerMember} shares, and that would be ${all}`,
      );
    if (all < terms.minPerMember)
      throw refusal('E_SHARE_MIN', `a member holds ${terms.minPerMember} shares or more`);
    const due = partOf(shares * terms.nominal, terms.paidAtOnce, 'up');
    const asked = { person: a.person, shares, cap: terms.maxPerMember, due, requestedOn: a.on };
    let row = one(yield* run(q.registerApplicationAdd, asked));
    yield* expectPayment(q, {
      ...{ reference: applicationReference(row.id), purpose: 'share', subject: row.id },
      ...{ amount: due, now: terms.now },
    });
    if (person.standing === 'active')
      row = yield* moved(q, row, { decision: person.admission, decidedOn: a.on });
    else if (person.standing !== 'requested' && person.standing !== 'admitted')
      yield* stand(q, person, 'requested');
    return applicationOf(row);
  });
}

/** Changes where somebody stands without a movement: nothing of theirs in the register changes. */
export function* stand(q: RegisterQueries, row: PersonRow, standing: Standing): Script<void> {
  const { number, shares, uncalled, queued, admission, moved: last } = row;
  yield* run(q.registerPersonMove, { number, standing, admission, moved: last, shares, uncalled, queued });
}

function* moved(q: RegisterQueries, row: Row, change: Partial<Row>): Script<Row> {
  const { id, state, paid, paidOn, decision, decidedOn } = { ...row, ...change };
  return one(yield* run(q.registerApplicationMove, { id, state, paid, paidOn, decision, decidedOn }));
}

/** Admits or refuses. What was paid for shares that are refused stays owed to the person. */
export function* decide(
  q: Queries,
  a: Keyed & {
    readonly id: number;
    readonly isAdmitted: boolean;
    readonly decision: string;
    readonly on: string;
  },
): Script<Application> {
  return yield* once(q, a, function* () {
    const row = yield* applicationRow(q, a.id);
    if (row.state !== 'open' || row.decision !== '')
      throw refusal('E_STATE', `application ${a.id} is decided already`, { state: row.state });
    if (a.on < row.requestedOn)
      throw refusal('E_DATE', `application ${a.id} was made on ${row.requestedOn}, after that decision`);
    const person = yield* personRow(q, row.person);
    const decided = { decision: a.decision, decidedOn: a.on };
    if (!a.isAdmitted) {
      const refused = yield* moved(q, row, { ...decided, state: 'refused' });
      yield* expectNothing(q, { reference: applicationReference(row.id) });
      yield* standWithout(q, person, 'refused');
      return applicationOf(refused);
    }
    if (person.standing === 'requested') yield* stand(q, person, 'admitted');
    yield* countFirst(q, a, person);
    return yield* settle(q, a.terms, yield* moved(q, row, decided));
  });
}

/** Where an applicant stands whose application is over: they may have another one. */
function* standWithout(q: RegisterQueries, person: PersonRow, standing: Standing): Script<void> {
  if (person.standing !== 'requested' && person.standing !== 'admitted') return;
  const all = yield* run(q.registerApplicationsOf, { person: person.number });
  const open = all.filter(({ state }) => state === 'open');
  if (open.some(({ decision }) => decision !== '')) return;
  yield* stand(q, person, open.length > 0 ? 'requested' : standing);
}

/** Takes an application back that has not taken effect. What was paid stays owed to the person. */
export function* withdrawApplication(q: Queries, a: Keyed & { readonly id: number }): Script<Application> {
  return yield* once(q, a, function* () {
    const row = yield* applicationRow(q, a.id);
    if (row.state !== 'open')
      throw refusal('E_STATE', `application ${a.id} is ${row.state}`, { state: row.state });
    const gone = yield* moved(q, row, { state: 'cancelled' });
    yield* expectNothing(q, { reference: applicationReference(row.id) });
    yield* standWithout(q, yield* personRow(q, row.person), 'cancelled');
    return applicationOf(gone);
  });
}

/** The ledger's keys are public and are those of all rooms: what somebody thought of stands in none of them. */
const receiptKey = (key: string) => `receipt:${bodyHash(key)}`;

/** Money that a person says came for an application: owed to whom it is for until the application takes effect. */
export function* receiveForApplication(
  q: Queries,
  a: Keyed & { readonly id: number; readonly received: Received },
): Script<Application> {
  const { terms, id, received } = a;
  if (!/^(?:bank|clearing):/.test(received.from))
    throw refusal(
      'E_ACCOUNT',
      `money comes from a bank or waits to be matched, and not from '${received.from}'`,
    );
  return yield* once(q, a, function* () {
    const row = yield* applicationRow(q, id);
    const reference = applicationReference(id);
    yield* post(
      q,
      terms,
      { key: receiptKey(received.key), kind: 'share.receipt', date: received.on, memo: reference },
      [
        { account: received.from, asset: terms.currency, amount: received.amount },
        { account: `deposit:${row.person}`, asset: terms.currency, amount: -received.amount },
      ],
    );
    const after = yield* paid(q, terms, row, { amount: received.amount, on: received.on });
    yield* expectRest(q, reference, after);
    return after;
  });
}

/** What came another way is not expected at the bank any more. */
function* expectRest(q: Queries, reference: string, { due, paid: came }: Application): Script<void> {
  const [expected] = yield* run(q.bankExpectedByReference, { reference });
  if (expected === undefined) return;
  if (came >= due) yield* expectNothing(q, { reference });
  else yield* expectOther(q, { reference, amount: expected.received + due - came });
}

function* paid(
  q: Queries,
  writing: Writing,
  row: Row,
  { amount, on }: { readonly amount: number; readonly on: string },
): Script<Application> {
  if (row.state !== 'open') return applicationOf(row);
  const all = { paid: row.paid + amount, paidOn: laterOf(row.paidOn, on) };
  return yield* settle(q, writing, yield* moved(q, row, all));
}

/** Who ceases to be a member asks for no more shares: what waits is over, and what was paid of it stays owed to them. */
export function* closeApplications(q: Queries, person: number): Script<void> {
  for (const row of yield* run(q.registerApplicationsOf, { person })) {
    if (row.state !== 'open') continue;
    yield* moved(q, row, { state: 'cancelled' });
    yield* expectNothing(q, { reference: applicationReference(row.id) });
  }
}

/** What the bank says came for an application (`store/receivers.ts`), within its import. */
export function* receiveShare(q: Queries, receipt: Receipt): Script<Booking> {
  const { coop, currency, now, saltSeed, amount } = receipt;
  const { nominal } = one(yield* run(q.registerHeadRead, {}));
  const row = yield* applicationRow(q, receipt.expected.subject);
  const writing = { coop, currency, now, saltSeed, nominal, maxPerMember: row.cap };
  yield* lockedHead(q, writing);
  // Of two who write at one time the second sees what the first did.
  const latest = yield* applicationRow(q, row.id);
  yield* paid(q, writing, latest, { amount, on: receipt.came });
  const postings = [{ account: `deposit:${row.person}`, asset: currency, amount: -amount }];
  return { kind: 'share.receipt', memo: applicationReference(row.id), postings };
}

/**
 * COOP.md §1, A4: shares are subscribed when both the decision and the payment are there, by somebody who is admitted and may
 * hold so many: who left in the meantime is not let in again by paying. What was paid is owed to them until then.
 */
function* settle(q: Queries, terms: Writing, row: Row): Script<Application> {
  if (row.decision === '' || row.paid < row.due) return applicationOf(row);
  const person = yield* personRow(q, row.person);
  const mayHold = person.shares + row.shares <= terms.maxPerMember;
  if (!mayHold || (person.standing !== 'admitted' && person.standing !== 'active')) return applicationOf(row);
  const isMember = person.standing === 'active';
  const nominal = row.shares * terms.nominal;
  const used = Math.min(row.paid, nominal);
  const change = { shares: row.shares, uncalled: nominal - used };
  const effective = laterOf(row.decidedOn, row.paidOn, person.moved);
  yield* record(q, terms, {
    ...{ kind: 'subscription', effective, decision: row.decision, person: row.person },
    ...{ shares: row.shares, amount: used, about: row.id },
    postings: [
      { account: `deposit:${row.person}`, asset: terms.currency, amount: used },
      ...capitalPostings(terms, row.person, change),
    ],
    lines: [line(row.person, effective, { ...change, votes: isMember ? 0 : 1 })],
    standings: { [row.person]: { standing: 'active', ...(isMember ? {} : { admission: row.decision }) } },
  });
  return applicationOf(yield* moved(q, row, { state: 'effective' }));
}

export function* application(q: RegisterQueries, a: { readonly id: number }): Script<Application | null> {
  const [row] = yield* run(q.registerApplication, a);
  return row === undefined ? null : applicationOf(row);
}

/** All that one person asked for, in the order in which it was. */
export function* applicationsOf(
  q: RegisterQueries,
  a: { readonly person: number },
): Script<readonly Application[]> {
  return (yield* run(q.registerApplicationsOf, a)).map(applicationOf);
}

export function* applications(
  q: RegisterQueries,
  a: { readonly state: string; readonly after: number },
): Script<readonly Application[]> {
  return (yield* run(q.registerApplicationsIn, a)).map(applicationOf);
}
