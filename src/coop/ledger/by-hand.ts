import { newAct } from '../acts/new-act.ts';
import { demand } from '../acts/privileges.ts';
import type { Actor, NewAct } from '../acts/types.ts';
import type { CoopHouse } from '../house.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { checkDrafts, contraryOf } from './check.ts';
import type { Chart, Day, Draft, Entry, Posting } from './types.ts';

/** What a person writes into the books; `kind` is kept as `hand.<kind>`, so that it is told from what a room wrote. */
export interface HandEntry extends Pick<Draft, 'date' | 'kind' | 'memo' | 'postings'> {
  readonly key: string;
}

/** What the script is given: the ledger's key is made there, for what somebody thought of stands in no public entry. */
export interface Entered {
  readonly coop: string;
  readonly act: NewAct;
  readonly draft: ReturnType<typeof checkDrafts>[number];
}

/**
 * Entries that a person writes: costs, fees, opening balances. What a room answers for (shares, pay, coins, what waits for a
 * match) is written by that room alone, or the books would say one thing and the register another.
 */
export class ByHand {
  readonly #house: Pick<CoopHouse, 'database' | 'clock' | 'coop' | 'rules'>;

  constructor(house: Pick<CoopHouse, 'database' | 'clock' | 'coop' | 'rules'>) {
    this.#house = house;
  }

  /**
   * Privilege: `ledger.write`. Refuses with E_BY_HAND, E_UNBALANCED, E_AMOUNT, E_TEXT, E_ACCOUNT, E_DATE, E_LIMIT, E_KEY_REUSED,
   * E_PERIOD_CLOSED.
   */
  async enter(actor: Actor, { key, date, kind, memo, postings }: HandEntry): Promise<Entry> {
    demand(actor, 'ledger.write');
    const draft = { date, kind: `hand.${kind}`, memo, postings };
    const body = { date, kind, memo, postings: postings.map((row) => ({ ...row })) };
    return this.#seal(actor, { key, verb: 'ledger.enter', subject: 'ledger', body }, draft);
  }

  /** Seals the contrary of such an entry. Privilege: `ledger.write`. Refuses with E_NOT_FOUND, E_REVERSED as well. */
  async reverse(
    actor: Actor,
    { seq, key, date, memo }: { seq: number; key: string; date: Day; memo: string },
  ): Promise<Entry> {
    demand(actor, 'ledger.write');
    const wrong = await this.#entry(seq);
    const postings = contraryOf(wrong.postings);
    const asked = { key, verb: 'ledger.reverse', subject: `entry:${seq}`, body: { seq, date, memo } };
    return this.#seal(actor, asked, { date, kind: wrong.kind, memo, postings, reverses: seq });
  }

  async #entry(seq: number): Promise<Entry> {
    const entry = await this.#house.database.call(operations.entry, { seq });
    if (entry === null) throw refusal('E_NOT_FOUND', `there is no entry ${seq}`, { seq });
    return entry;
  }

  async #seal(actor: Actor, asked: Parameters<typeof newAct>[2], given: Omit<Draft, 'key'>): Promise<Entry> {
    const { database, coop, rules } = this.#house;
    const [draft] = checkDrafts([{ ...given, key: 'hand' }], rules.chart);
    if (draft === undefined) throw new Error('a draft was checked and not answered');
    demandByHand(draft.postings, rules.chart);
    const act = newAct(this.#house, actor, asked);
    return this.#entry(await database.call(operations.ledgerEnter, { coop, act, draft }));
  }
}

function demandByHand(postings: readonly Posting[], chart: Chart): void {
  for (const { account } of postings) {
    const kind = account.slice(0, account.indexOf(':'));
    if (chart[kind]?.byHand !== true)
      throw refusal('E_BY_HAND', `what is posted to ${kind} is not written by hand: its room does it`);
  }
}
