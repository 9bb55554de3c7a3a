import { run, type Script } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import { redemptionsMax } from '../limits.ts';
import type { RegisterQueries } from '../queries.ts';
import { floorOf, redeem as inLine, worthOf } from '../redemption.ts';
import type { RedemptionRequest, Redemptions } from '../types.ts';
import { type Keyed, lockedHead, once } from './once.ts';
import { capitalPostings, line, personRow, type Queries, record } from './record.ts';
import { uncalledOf } from './transfer.ts';

export interface Redeeming extends Keyed {
  readonly uncoveredLoss: number;
  readonly decision: string;
  readonly on: string;
}

interface Paying {
  readonly a: Redeeming;
  /** What a share is worth that is given back; minor units. */
  readonly worth: number;
}

/**
 * Redeems what waits and is due, first come, first served, down to the floor of the capital (COOP.md §1, A6, A7). What is paid is
 * owed to the person from then on. At most one page of the queue: `more` says that there may be more.
 */
export function* redeem(q: Queries, a: Redeeming): Script<Redemptions> {
  return yield* once(q, a, function* () {
    const { terms, on, uncoveredLoss } = a;
    if (uncoveredLoss > 0 && !terms.deductLosses)
      throw refusal('E_STATE', 'the rules do not take losses off what is given back');
    const head = yield* lockedHead(q, terms);
    const capital = head.shares * terms.nominal - head.uncalled;
    const floor = terms.floor === null ? 0 : floorOf(head.highest, terms.floor);
    const waiting = yield* dueOn(q, on);
    const queue = waiting.map((row) => ({ id: String(row.id), amount: row.left * terms.nominal }));
    const paid = inLine({ now: capital, floor, step: terms.nominal }, queue);
    const worth = worthOf(terms.nominal, capital, uncoveredLoss);
    const sums = { requests: 0, shares: 0, amount: 0 };
    for (const [at, row] of waiting.entries()) {
      const shares = (paid[at]?.paid ?? 0) / terms.nominal;
      if (shares === 0) break;
      sums.requests++;
      sums.shares += shares;
      sums.amount += yield* payOne(q, { a, worth }, row, shares);
    }
    const more = waiting.length === redemptionsMax && sums.requests === redemptionsMax;
    const after = yield* lockedHead(q, terms);
    const left = after.shares * terms.nominal - after.uncalled;
    return { ...sums, worth, floor, capital: left, more };
  });
}

function* dueOn(q: RegisterQueries, on: string): Script<readonly RedemptionRequest[]> {
  return (yield* run(q.registerQueueDue, { day: on })) as readonly RedemptionRequest[];
}

function* payOne(q: Queries, { a, worth }: Paying, row: RedemptionRequest, shares: number): Script<number> {
  const { terms, on, decision } = a;
  const person = yield* personRow(q, row.person);
  const uncalled = uncalledOf(person, shares);
  const amount = Math.max(0, shares * worth - uncalled);
  const lost = shares * terms.nominal - uncalled - amount;
  const asset = terms.currency;
  yield* run(q.registerRequestMove, {
    ...{ id: row.id, left: row.left - shares, state: row.left === shares ? 'paid' : 'queued' },
  });
  const isLast = person.shares === shares;
  yield* record(q, terms, {
    ...{ kind: 'redemption', effective: on, decision, person: row.person, shares, amount, about: row.id },
    lines: [line(row.person, on, { shares: -shares, uncalled: -uncalled, queued: -shares })],
    postings: [
      ...capitalPostings(terms, row.person, { shares: -shares, uncalled: -uncalled }),
      { account: `redemption:${row.person}`, asset, amount: -amount },
      { account: 'reserve:losses', asset, amount: -lost },
    ],
    standings: isLast && person.standing === 'leaving' ? { [row.person]: { standing: 'left' } } : {},
  });
  return amount;
}
