import type { Clock } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { checkDrafts } from './check.ts';
import { Checkpoints } from './checkpoints.ts';
import type { AccountName, Asset, Balance, Chart, Day, Draft, Entry, Month } from './types.ts';

export interface LedgerOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** What the chain begins with: the co-op's domain. */
  readonly coop: string;
  readonly chart: Chart;
  /** Of the key that signs checkpoints; see `CoopHouse`. */
  readonly secret: (name: string) => Promise<string>;
}

/** The ledger of one co-op over one database. Nothing in it is changed or removed. */
export class Ledger {
  readonly #options: LedgerOptions;
  /** Its signed states, and the proofs that lead to them. */
  readonly checkpoints: Checkpoints;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.checkpoints = new Checkpoints(options);
  }

  /**
   * Seals entries in their order, all of them or none; resolves when they are durable. What was sealed under a key is answered
   * again. Refuses with E_UNBALANCED, E_AMOUNT, E_TEXT, E_ACCOUNT, E_DATE, E_LIMIT, E_KEY_REUSED, E_PERIOD_CLOSED.
   */
  async append(drafts: readonly Draft[]): Promise<readonly Entry[]> {
    const { database, clock, coop, chart } = this.#options;
    const checked = checkDrafts(drafts, chart);
    return database.call(operations.append, { coop, drafts: checked, now: clock.nowMs() });
  }

  /** Seals the contrary of an entry, on a day in an open month. Refuses with E_NOT_FOUND, E_REVERSED as well. */
  async reverse(seq: number, how: { key: string; date: Day; memo: string }): Promise<Entry> {
    const { database, clock, coop, chart } = this.#options;
    const wrong = await this.entry(seq);
    if (wrong === null) throw refusal('E_NOT_FOUND', `there is no entry ${seq}`, { seq });
    const postings = wrong.postings.map((posting) => ({ ...posting, amount: -posting.amount }));
    const drafts = checkDrafts([{ ...how, kind: wrong.kind, postings, reverses: seq }], chart);
    const [entry] = await database.call(operations.append, { coop, drafts, now: clock.nowMs() });
    if (entry === undefined) throw new Error('an entry was sealed and not answered');
    return entry;
  }

  entry(seq: number): Promise<Entry | null> {
    return this.#options.database.call(operations.entry, { seq });
  }

  /** In pages, in order. */
  async *entries({ after = 0, until = Number.MAX_SAFE_INTEGER } = {}): AsyncIterable<readonly Entry[]> {
    for (let from = after; ; ) {
      const page: readonly Entry[] = await this.#options.database.call(operations.entries, {
        after: from,
        until,
      });
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      from = last.seq;
    }
  }

  /** Debit above zero, credit below. */
  balance(account: AccountName, asset: Asset): Promise<number> {
    return this.#options.database.call(operations.balance, { account, asset });
  }

  /** Every account that is not empty; of each asset they add up to nothing. */
  async trialBalance(): Promise<readonly Balance[]> {
    const rows: Balance[] = [];
    for (let [after, afterAsset] = [0, '']; ; ) {
      const page: readonly (Balance & { id: number })[] = await this.#options.database.call(
        operations.balances,
        { after, afterAsset },
      );
      const last = page.at(-1);
      if (last === undefined) return rows;
      for (const { account, asset, amount } of page) rows.push({ account, asset, amount });
      [after, afterAsset] = [last.id, last.asset];
    }
  }

  /** Takes no more entries dated in this month or before. */
  async close(month: Month): Promise<void> {
    const { database, clock } = this.#options;
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
      throw refusal('E_DATE', `'${month}' is no month such as 2026-03`);
    await database.call(operations.closeMonth, { month, now: clock.nowMs() });
  }
}
