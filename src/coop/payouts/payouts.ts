import type { Actor } from '../acts/types.ts';
import type { CoopHouse } from '../house.ts';
import type { Month } from '../ledger/types.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { dayIn, demandMonth, lastDayOf } from './months.ts';
import type { ClosedMonth, MonthShare, PayProof } from './types.ts';

/** What the co-op pays to its members: months, years, and the runs that take it to the bank. */
export class Payouts {
  readonly #house: CoopHouse;

  constructor(house: CoopHouse) {
    this.#house = house;
  }

  /**
   * Shares a month out, once, after the one before it, and takes no more entries dated in it. Privilege: `pay.prepare`. Refuses
   * with E_DATE, E_MONTH_OPEN, E_MONTH_ORDER, E_MONTH_CLOSED, E_PERIOD_CLOSED, E_AMOUNT.
   */
  async closeMonth(actor: Actor, key: string, { month }: { readonly month: Month }): Promise<ClosedMonth> {
    const { database, rules } = this.#house;
    demandMonth(month);
    const now = this.#house.clock.nowMs();
    if (dayIn(rules.timeZone, now) <= lastDayOf(month))
      throw refusal('E_MONTH_OPEN', `${month} is not over`, { month });
    const { memberShare } = rules.pay;
    return database.call(operations.payoutsCloseMonth, {
      ...this.#told(now),
      memberShare,
      key,
      month,
      by: actor.account,
    });
  }

  /** What scripts are told of the co-op. */
  #told(now: number) {
    const { coop, rules } = this.#house;
    return { coop, chart: rules.chart, currency: rules.currency, now };
  }

  month(month: Month): Promise<ClosedMonth | null> {
    return this.#house.database.call(operations.payoutsMonth, { month });
  }

  /** A page, the last month first. */
  months({ before = '~' } = {}): Promise<readonly ClosedMonth[]> {
    return this.#house.database.call(operations.payoutsMonths, { before });
  }

  /** A page of what a month came to for each member, by their numbers. */
  shares(month: Month, { after = 0 } = {}): Promise<readonly MonthShare[]> {
    return this.#house.database.call(operations.payoutsShares, { month, after });
  }

  /** A page of what a member's months came to, the last one first. */
  sharesOf(member: number, { before = '~' } = {}): Promise<readonly MonthShare[]> {
    return this.#house.database.call(operations.payoutsSharesOf, { member, before });
  }

  /** What shows a member that their pay is in the sum that was published; null where they had no coins. */
  proof(month: Month, member: number): Promise<PayProof | null> {
    return this.#house.database.call(operations.payoutsProof, { month, member });
  }
}
