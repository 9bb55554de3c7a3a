import type { Readable } from 'node:stream';
import { FormatError } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import { bankDayFrom, creditTransfers, isBankDay, type Transfer } from '../../formats/iso20022/index.ts';
import type { StoredBlob } from '../../storage/index.ts';
import { newAct } from '../acts/new-act.ts';
import { demand } from '../acts/privileges.ts';
import type { Actor } from '../acts/types.ts';
import { demandDay, demandMonth, lastDayOf, monthsAfter, todayOf } from '../days.ts';
import { type BankAccount, type CoopHouse, toldOf } from '../house.ts';
import { coinAsset, type Day, type Month } from '../ledger/types.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { demandText } from '../text.ts';
import { reasonCharactersMax } from './limits.ts';
import { exportVerb } from './scripts/export.ts';
import {
  type ClosedMonth,
  type Item,
  type LeftOut,
  type MonthPreview,
  type MonthShare,
  type Owed,
  type PayProof,
  type Purpose,
  purposes,
  type Run,
} from './types.ts';

/** What a run is for: a month or a year, or a member who leaves or is given back what they paid in advance. */
export interface RunFor {
  readonly purpose: Purpose;
  /** `2026-03`, `2026`, or the member's number. */
  readonly about: string;
}

/** What the co-op pays to its members: months, and the runs that take what is owed to the bank. */
export class Payouts {
  readonly #house: CoopHouse;

  constructor(house: CoopHouse) {
    this.#house = house;
  }

  /**
   * Shares a month out, once, after the one before it, and takes no more entries dated in it. `despite`: why it does not wait for
   * lines of the bank that wait for a person. Privilege: `pay.prepare`. Refuses with E_DATE, E_TEXT, E_MONTH_OPEN, E_MONTH_ORDER,
   * E_MONTH_CLOSED, E_LINES_WAIT, E_PERIOD_CLOSED, E_AMOUNT.
   */
  async closeMonth(
    actor: Actor,
    a: { readonly month: Month; readonly despite?: string; readonly key: string },
  ): Promise<ClosedMonth> {
    demand(actor, 'pay.prepare');
    const { month, despite = '', key } = a;
    demandMonth(month);
    demandText('a reason', despite, { min: 0, max: reasonCharactersMax });
    if (this.#today() <= lastDayOf(month)) throw refusal('E_MONTH_OPEN', `${month} is not over`, { month });
    const body = despite === '' ? { month } : { month, despite };
    const act = newAct(this.#house, actor, { key, verb: 'month.close', subject: `month:${month}`, body });
    const { memberShare } = this.#house.rules.pay;
    return this.#house.database.call(operations.payoutsCloseMonth, {
      ...{ ...toldOf(this.#house), act, month, despite, memberShare, by: actor.account },
    });
  }

  /** What the next month to be shared out would come to now; the one before this one where none was yet. */
  preview(): Promise<MonthPreview> {
    const { memberShare } = this.#house.rules.pay;
    const first = monthsAfter(this.#today(), -1).slice(0, 7);
    return this.#house.database.call(operations.payoutsPreview, { memberShare, first });
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

  /**
   * Puts what is owed to members into a payment run that persons approve. Of a month, what is less than the least payment waits;
   * in the last month of the fiscal year it does not. Where the bank takes no larger file, the rest is for the next run. Privilege: `pay.prepare`. Refuses with E_DATE, E_NOTHING_DUE, E_NOT_FOUND.
   */
  async prepare(actor: Actor, a: RunFor & { readonly key: string }): Promise<Run> {
    demand(actor, 'pay.prepare');
    const { purpose, about, key } = a;
    const choice = await this.#choiceOf(a);
    const body = { purpose, about };
    const act = newAct(this.#house, actor, {
      key,
      verb: 'run.prepare',
      subject: `${purpose}:${about}`,
      body,
    });
    const { timeZone } = this.#house.rules;
    const args = { ...choice, act, about, by: personOf(actor), timeZone };
    return this.#demandRun(await this.#house.database.call(operations.payoutsPrepare, args));
  }

  /** Whom such a run would leave out, and why. */
  async leftOut(a: RunFor): Promise<readonly LeftOut[]> {
    return this.#house.database.call(operations.payoutsLeftOut, await this.#choiceOf(a));
  }

  /** Approves a run; as many persons as the rules say, nobody twice. Privilege: `pay.approve`. Refuses with E_STATE, E_APPROVED. */
  async approve(actor: Actor, a: { readonly run: number; readonly key: string }): Promise<Run> {
    demand(actor, 'pay.approve');
    const { persons } = this.#house.rules.approvals;
    const act = newAct(this.#house, actor, {
      key: a.key,
      verb: 'run.approve',
      subject: `run:${a.run}`,
      body: { run: a.run },
    });
    const args = { act, run: a.run, by: personOf(actor), persons };
    return this.#demandRun(await this.#house.database.call(operations.payoutsApprove, args));
  }

  /** Gives up a run that has no file yet. Privilege: `pay.prepare`. Refuses with E_STATE. */
  async cancel(actor: Actor, a: { readonly run: number; readonly key: string }): Promise<Run> {
    demand(actor, 'pay.prepare');
    const act = newAct(this.#house, actor, {
      key: a.key,
      verb: 'run.cancel',
      subject: `run:${a.run}`,
      body: { run: a.run },
    });
    const args = { act, run: a.run, by: personOf(actor) };
    return this.#demandRun(await this.#house.database.call(operations.payoutsCancel, args));
  }

  /**
   * Makes the one file of an approved run, to be carried to the bank, which is to pay on that day. What it pays is owed no more
   * from then on. Privilege: `pay.prepare`. Refuses with E_STATE, E_EXPORTED, E_NOT_OWED, E_DATE, E_NO_BANK, E_TEXT.
   */
  async export(
    actor: Actor,
    a: { readonly run: number; readonly day: Day; readonly key: string },
  ): Promise<Run> {
    demand(actor, 'pay.prepare');
    const { day, key } = a;
    demandDay(day);
    const run = await this.#demandRun(a.run);
    const act = newAct(this.#house, actor, {
      key,
      verb: exportVerb,
      subject: `run:${a.run}`,
      body: { run: a.run, day },
    });
    // Where there is a file, no other is made: the script answers the same key again and refuses another.
    const blob =
      run.hash === '' ? await this.#put(run, day) : { hash: run.hash, size: run.size, place: null };
    const { database, blobs } = this.#house;
    try {
      const args = {
        ...toldOf(this.#house),
        act,
        run: run.id,
        by: personOf(actor),
        today: this.#today(),
        day,
      };
      await database.call(operations.payoutsExport, { ...args, file: fileOf(run), blob });
    } finally {
      if (run.hash === '') blobs.release(blob);
    }
    return this.#demandRun(run.id);
  }

  /**
   * Says that the bank took none of a file, so that it is owed again. Privilege: `pay.approve`, by another person than who made the
   * file. Refuses with E_STATE where the bank booked any of it, E_APPROVED.
   */
  async fail(actor: Actor, a: { readonly run: number; readonly key: string }): Promise<Run> {
    demand(actor, 'pay.approve');
    const act = newAct(this.#house, actor, {
      key: a.key,
      verb: 'run.fail',
      subject: `run:${a.run}`,
      body: { run: a.run },
    });
    const args = { ...toldOf(this.#house), act, run: a.run, by: personOf(actor), today: this.#today() };
    return this.#demandRun(await this.#house.database.call(operations.payoutsFail, args));
  }

  /** The file of a run, the same octets each time. Privilege: `pay.prepare`. Refuses with E_NOT_FOUND. */
  async file(
    actor: Actor,
    run: number,
  ): Promise<{ readonly name: string; readonly size: number; readonly content: Readable }> {
    demand(actor, 'pay.prepare');
    const { hash, file, size } = await this.#demandRun(run);
    if (hash === '') throw refusal('E_NOT_FOUND', `run ${run} has no file yet`, { run });
    return { name: `${file}.xml`, size, content: this.#house.blobs.stream(hash) };
  }

  /** What a member is owed at this moment. */
  async owed(member: number): Promise<Owed> {
    const { database, rules } = this.#house;
    const of = async (kind: string, asset = rules.currency) =>
      0 - (await database.call(operations.balance, { account: `${kind}:${member}`, asset }));
    return {
      ...{ member: await of('member'), interest: await of('interest'), redemption: await of('redemption') },
      ...{ deposit: await of('deposit'), coins: await of('coins', coinAsset) },
    };
  }

  run(run: number): Promise<Run | null> {
    return this.#house.database.call(operations.payoutsRun, { run });
  }

  /** A page, the last run first. */
  runs({ before = Number.MAX_SAFE_INTEGER } = {}): Promise<readonly Run[]> {
    return this.#house.database.call(operations.payoutsRuns, { before });
  }

  /** A page of a run's transfers. */
  items(run: number, { after = 0 } = {}): Promise<readonly Item[]> {
    return this.#house.database.call(operations.payoutsItems, { run, after });
  }

  /** A page of what was paid to a member, the last run first. */
  itemsOf(member: number, { before = Number.MAX_SAFE_INTEGER } = {}): Promise<readonly Item[]> {
    return this.#house.database.call(operations.payoutsItemsOf, { member, before });
  }

  #today(): Day {
    return todayOf(this.#house);
  }

  async #demandRun(id: number): Promise<Run> {
    const run = await this.run(id);
    if (run === null) throw refusal('E_NOT_FOUND', `there is no payment run ${id}`, { run: id });
    return run;
  }

  async #choiceOf({ purpose, about }: RunFor) {
    const { currency, fiscalYearEnd, pay } = this.#house.rules;
    const most = this.#house.transfers.perFile;
    const base = { currency, purpose, member: 0, least: pay.payoutMin, most };
    if (!purposes[purpose].whole) {
      if (!/^[1-9]\d{0,14}$/.test(about)) throw refusal('E_NOT_FOUND', `'${about}' is no number of a member`);
      return { ...base, member: Number(about) };
    }
    if (purpose === 'year' && !/^\d{4}$/.test(about)) throw refusal('E_DATE', `'${about}' is no year`);
    if (purpose === 'month') {
      demandMonth(about);
      if ((await this.month(about)) === null)
        throw refusal('E_NOT_FOUND', `${about} was not shared out`, { month: about });
    }
    // Yearly at the latest everything is paid (COOP.md §4).
    return about.slice(5) === fiscalYearEnd.slice(0, 2) ? { ...base, least: 0 } : base;
  }

  /** Writes the file where it is durable; nothing refers to it yet. */
  async #put(run: Run, day: Day): Promise<StoredBlob> {
    const [debtor] = this.#house.banks;
    if (debtor === undefined) throw refusal('E_NO_BANK', 'the co-op has named no account that pays');
    if (run.state !== 'approved')
      throw refusal('E_STATE', `run ${run.id} is ${run.state}, and would have to be approved`, {
        run: run.id,
      });
    if (day < this.#today()) throw refusal('E_DATE', `${day} is over: no bank pays on it`);
    if (!isBankDay(day)) {
      const next = bankDayFrom(day);
      throw refusal('E_DATE', `no bank pays on ${day}; the next day on which they do is ${next}`, { next });
    }
    const transfers: Transfer[] = [];
    for (let after = 0; ; ) {
      const page = await this.items(run.id, { after });
      for (const item of page) transfers.push(this.#transferOf(run, item));
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.n;
    }
    return this.#house.blobs.put(octets(this.#written(run, debtor, day, transfers)));
  }

  #written(run: Run, { iban, bic }: BankAccount, day: Day, transfers: readonly Transfer[]): Iterable<string> {
    const debtor = { name: this.#house.legal.name, iban, ...(bic === null ? {} : { bic }) };
    try {
      return creditTransfers({
        id: fileOf(run),
        createdMs: run.approved,
        day,
        isBatch: this.#house.transfers.isBatch,
        debtor,
        transfers,
      });
    } catch (error) {
      if (error instanceof FormatError)
        throw refusal('E_TEXT', `no bank would take it: ${error.message}`, { run: run.id });
      throw error;
    }
  }

  #transferOf({ purpose, about }: Run, { endToEndId, amount, name, iban }: Item): Transfer {
    const words = purposes[purpose].whole ? `${purpose} ${about}` : purpose;
    return { endToEndId, amount, name, iban: readIban(iban), remittance: `${this.#house.name} ${words}` };
  }
}

/** Who acts, as a person: one of the co-op is the same over each of their accounts. */
const personOf = ({ account, member }: Actor) => (member > 0 ? `member:${member}` : `account:${account}`);

/** What the bank calls the file: unique for ever, also where numbers of runs begin anew. */
const fileOf = ({ id, approved }: Run) =>
  `PAY-${new Date(approved).toISOString().slice(0, 10).replaceAll('-', '')}-${id}`;

async function* octets(pieces: Iterable<string>): AsyncIterable<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}
