import type { Clock } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import { demandDay, todayOf } from '../days.ts';
import { refusal } from '../refusals.ts';
import type { Rules } from '../rules/types.ts';
import { coopOperations as operations } from '../store/module.ts';
import { checkDrafts } from './check.ts';
import { Checkpoints } from './checkpoints.ts';
import { chainedExport } from './exports/chained.ts';
import { csvExport } from './exports/csv.ts';
import { fecExport } from './exports/fec.ts';
import { journalExport } from './exports/journal.ts';
import { coinsMax } from './limits.ts';
import {
  type AccountName,
  type Asset,
  type Balance,
  type CoinDeposit,
  coinAsset,
  type Day,
  type Draft,
  type Entry,
  type OwnEntry,
  type Receipt,
} from './types.ts';
import { type Verified, verifyLedger } from './verify.ts';

export interface LedgerOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** What the chain begins with: the co-op's domain. */
  readonly coop: string;
  readonly rules: Pick<Rules, 'chart' | 'plan' | 'currency' | 'timeZone'>;
  /** Of the key that signs checkpoints; see `CoopHouse`. */
  readonly secret: (name: string) => Promise<string>;
  /** Of a demonstration alone; see `CoopHouse`. */
  readonly saltSeed?: string | undefined;
}

/**
 * What an export is: `public` what everybody may check, `member` the same with one person's own (a line of JSON each);
 * `hledger`, `csv` and `fec` name accounts in clear and are for who keeps the books. `from`, `until`: days of entries, both counted.
 */
export type LedgerForm =
  | { readonly as: 'public' }
  | { readonly as: 'member'; readonly member: number }
  | { readonly as: 'hledger' | 'csv' | 'fec'; readonly from?: Day; readonly until?: Day };

/** Only entries dated in a span. */
async function* datedPages(
  pages: AsyncIterable<readonly Entry[]>,
  { from = '', until = '9999-12-31' }: { readonly from?: Day; readonly until?: Day },
): AsyncIterable<readonly Entry[]> {
  for await (const page of pages) yield page.filter(({ date }) => date >= from && date <= until);
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
    const { database, clock, coop, rules, saltSeed } = this.#options;
    const checked = checkDrafts(drafts, rules.chart);
    return database.call(operations.append, { coop, drafts: checked, now: clock.nowMs(), saltSeed });
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

  /** One page of the entries that name a person's accounts, in order, with the postings to these alone. */
  entriesOf(member: number, { after = 0 } = {}): Promise<readonly OwnEntry[]> {
    return this.#options.database.call(operations.ledgerEntriesOf, { owner: member, after });
  }

  /** Debit above zero, credit below. */
  balance(account: AccountName, asset: Asset): Promise<number> {
    return this.#options.database.call(operations.balance, { account, asset });
  }

  /** Every account that is not empty; of each asset they add up to nothing. `day`: by entries dated until then. */
  async trialBalance(day?: Day): Promise<readonly Balance[]> {
    if (day !== undefined) return this.#balancesOn(day);
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

  async #balancesOn(day: Day): Promise<readonly Balance[]> {
    demandDay(day);
    const rows: Balance[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const page: { rows: readonly Balance[]; next: number | null } = await this.#options.database.call(
        operations.ledgerBalancesOn,
        { day, after },
      );
      rows.push(...page.rows);
      after = page.next;
    }
    return rows;
  }

  /**
   * Coins for a member, dated today: what surveys call. Nothing in the entry says where they come from. The same key and coins
   * are deposited once. Refuses with E_AMOUNT, E_LIMIT, E_KEY_REUSED, E_PERIOD_CLOSED.
   */
  async depositCoins({ member, coins, key }: CoinDeposit): Promise<Entry> {
    const { database, clock, coop, rules } = this.#options;
    if (!Number.isSafeInteger(coins) || coins < 1)
      throw refusal('E_AMOUNT', `${coins} is no number of coins to deposit`);
    if (coins > coinsMax) throw refusal('E_LIMIT', `at most ${coinsMax} coins are deposited at once`);
    const postings = [
      { account: 'mycoin:issued', asset: coinAsset, amount: coins },
      { account: `coins:${member}`, asset: coinAsset, amount: -coins },
    ];
    const date = todayOf(this.#options);
    const drafts = checkDrafts([{ key, date, kind: 'mycoin.deposit', memo: '', postings }], rules.chart);
    const [entry] = await database.call(operations.depositCoins, { coop, drafts, now: clock.nowMs() });
    if (entry === undefined) throw new Error('coins were deposited and not answered');
    return entry;
  }

  /**
   * Takes the name and the salts from a person's accounts; the chain stays whole, and nobody can tell any more whose they were.
   * Answers how many there were. Refuses with E_OWED where one of them holds something.
   */
  erase(member: number): Promise<number> {
    return this.#options.database.call(operations.ledgerErase, { owner: member });
  }

  /** That an entry is in a signed tree, as a file to keep. Refuses with E_NOT_FOUND where it is in none yet. */
  async receipt(seq: number): Promise<Receipt> {
    const entry = await this.entry(seq);
    if (entry === null) throw refusal('E_NOT_FOUND', `there is no entry ${seq}`, { seq });
    const { proof, checkpoint } = await this.checkpoints.inclusion(seq);
    return { seq, hash: entry.hash, proof, note: checkpoint.note };
  }

  /** Everything that can be checked; see `Verified`. */
  verify(progress?: (entries: number) => void): Promise<Verified> {
    return verifyLedger({ ...this.#options, checkpoints: this.checkpoints }, progress);
  }

  /** The whole of it in a form of `LedgerForm`, in pieces as it is read. */
  export(form: LedgerForm): AsyncIterable<string> {
    const { database, coop, rules } = this.#options;
    const source = { database, coop, checkpoints: this.checkpoints };
    if (form.as === 'public') return chainedExport(source);
    if (form.as === 'member') return chainedExport(source, form.member);
    const pages = datedPages(this.entries(), form);
    if (form.as === 'hledger') return journalExport(pages, rules.chart);
    if (form.as === 'csv') return csvExport(pages);
    return fecExport(pages, rules);
  }
}
