import { creditorReference } from '../../../formats/iban/index.ts';
import { one, run, type Script } from '../../../storage/index.ts';
import { expectPayment } from '../../bank/scripts/expect.ts';
import type { Booking, Receipt } from '../../bank/types.ts';
import { laterOf } from '../../days.ts';
import { refusal } from '../../refusals.ts';
import type { RegisterQueries } from '../queries.ts';
import type { CapitalCall } from '../types.ts';
import { type Keyed, lockedHead, once } from './once.ts';
import { line, personRow, type Queries, record } from './record.ts';

type Row = Awaited<ReturnType<RegisterQueries['registerCall']['execute']>>[number];

/** What a payer writes for a call, before its check digits. */
export const callReference = (id: number) => `CAL${String(id).padStart(6, '0')}`;

export const callOf = (row: Row): CapitalCall => ({
  ...row,
  reference: creditorReference(callReference(row.id)),
});

/** Calls capital that somebody subscribed and has not paid up. */
export function* call(
  q: Queries,
  a: Keyed & {
    readonly person: number;
    readonly amount: number;
    readonly decision: string;
    readonly on: string;
  },
): Script<CapitalCall> {
  return yield* once(q, a, function* () {
    const { terms, amount, decision, on } = a;
    const person = yield* personRow(q, a.person);
    const calls = yield* run(q.registerCallsOf, { person: a.person });
    const waiting = calls.reduce((sum, row) => sum + row.amount - row.paid, 0);
    if (waiting + amount > person.uncalled)
      throw refusal('E_SHARES', `of person ${a.person} ${person.uncalled - waiting} can be called`);
    const row = one(yield* run(q.registerCallAdd, { person: a.person, amount, decision, calledOn: on }));
    yield* expectPayment(q, {
      ...{ reference: callReference(row.id), purpose: 'call', subject: row.id, amount, now: terms.now },
    });
    yield* record(q, terms, {
      ...{ kind: 'call', effective: on, decision, person: a.person, shares: 0, amount, about: row.id },
      ...{ lines: [], standings: {} },
    });
    return callOf(row);
  });
}

/** What the bank says came for a call (`store/receivers.ts`), within its import. */
export function* receiveCall(q: Queries, receipt: Receipt): Script<Booking> {
  const { coop, currency, now, saltSeed, amount } = receipt;
  const { nominal } = one(yield* run(q.registerHeadRead, {}));
  // Nobody gets a share by this, so that no cap is in question.
  const writing = { coop, currency, now, saltSeed, nominal, maxPerMember: Number.MAX_SAFE_INTEGER };
  yield* lockedHead(q, writing);
  const row = one(yield* run(q.registerCall, { id: receipt.expected.subject }));
  const person = yield* personRow(q, row.person);
  const used = Math.min(amount, row.amount - row.paid, person.uncalled);
  const effective = laterOf(receipt.came, person.moved);
  if (used > 0) {
    yield* run(q.registerCallPay, { id: row.id, paid: row.paid + used });
    yield* record(q, writing, {
      ...{ kind: 'payment', effective, decision: row.decision, person: row.person, shares: 0 },
      ...{ amount: used, about: row.id, standings: {} },
      lines: [line(row.person, effective, { uncalled: -used })],
      postings: [
        { account: `deposit:${row.person}`, asset: currency, amount: used },
        { account: `uncalled:${row.person}`, asset: currency, amount: -used },
      ],
    });
  }
  const postings = [{ account: `deposit:${row.person}`, asset: currency, amount: -amount }];
  return { kind: 'share.receipt', memo: callReference(row.id), postings };
}

export function* callsOf(q: RegisterQueries, a: { readonly person: number }): Script<readonly CapitalCall[]> {
  return (yield* run(q.registerCallsOf, a)).map(callOf);
}
