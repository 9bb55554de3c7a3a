import { createHash } from 'node:crypto';
import { FormatError } from '../../base/index.ts';
import { readCreditorReference } from '../../formats/iban/index.ts';
import { readStatements, type Statement } from '../../formats/iso20022/index.ts';
import { newAct } from '../acts/new-act.ts';
import { demand } from '../acts/privileges.ts';
import type { Actor } from '../acts/types.ts';
import { type CoopHouse, toldOf } from '../house.ts';
import { accountOf, demandMemo } from '../ledger/check.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { importBytesMax, importLinesMax, matchItemsMax, pageRows } from './limits.ts';
import { unmatched } from './scripts/book.ts';
import type { Decided, Judgement } from './scripts/match.ts';
import type { Expected, Gap, Imported, Line, Match, StatementRow, Target } from './types.ts';

/** Kinds of accounts to which a person may say that a line belongs; what is expected is matched by its reference. */
export const bookableKinds: readonly string[] = [
  ...['clearing', 'customer', 'deposit', 'expense', 'income', 'levy', 'vat'],
];

/** What the bank says happened, and for what it is. Nothing here moves money, and nothing is decided by a name. */
export class Bank {
  readonly #house: CoopHouse;

  constructor(house: CoopHouse) {
    this.#house = house;
  }

  /**
   * Reads camt.053 and takes it whole or not at all; the same file, statement or booking again changes nothing. Privilege:
   * `bank.import`. Refuses with E_BANK_FILE, E_BANK_ACCOUNT, E_STATEMENT, E_LIMIT.
   */
  async import(
    actor: Actor,
    { body, key }: { readonly body: AsyncIterable<Uint8Array>; readonly key: string },
  ): Promise<Imported> {
    demand(actor, 'bank.import');
    const hash = createHash('sha256');
    let size = 0;
    async function* seen() {
      for await (const piece of body) {
        hash.update(piece);
        size += piece.length;
        yield piece;
      }
    }
    const read = await readFile(seen());
    const statements = read.map((statement) => ({ ...statement, account: this.#accountOf(statement) }));
    const file = { hash: hash.digest('hex'), size };
    const act = newAct(this.#house, actor, {
      key,
      verb: 'bank.import',
      subject: `file:${file.hash}`,
      body: file.hash,
    });
    const asked = { house: toldOf(this.#house), act, ...file, statements };
    return { hash: file.hash, ...(await this.#house.database.call(operations.bankImport, asked)) };
  }

  /** The account of the ledger that a statement is of. */
  #accountOf({ id, iban, currency }: Statement): string {
    const account = this.#house.banks.find((each) => each.iban === iban);
    if (account === undefined)
      throw refusal('E_BANK_ACCOUNT', `statement ${id} is of an account that is none of the co-op's`);
    const own = this.#house.rules.currency;
    if (currency !== own)
      throw refusal(
        'E_BANK_ACCOUNT',
        `statement ${id} is in ${currency}, and the co-op keeps its books in ${own}`,
      );
    return account.name;
  }

  /**
   * Says for what a line is: something expected, which takes what is due of it; an account, or transfers of a payment run that
   * went or came back, which take what is left. Above what one person may decide it is proposed, and done when another one
   * confirms. Privilege: `bank.match`. Refuses with E_NOT_FOUND, E_STATE, E_ACCOUNT, E_TEXT, E_REFERENCE, E_LIMIT.
   */
  async match(
    actor: Actor,
    a: { readonly line: number; readonly to: Target; readonly memo?: string; readonly key: string },
  ): Promise<Decided> {
    demand(actor, 'bank.match');
    const { line, to, memo = '', key } = a;
    demandMemo(memo);
    const where = { reference: '', account: '', run: 0, items: [], ...this.#where(to) };
    const aloneMax = this.#house.rules.approvals.matchAloneMax;
    const body = { line, ...where, memo };
    const act = newAct(this.#house, actor, { key, verb: 'bank.match', subject: `line:${line}`, body });
    const asked = { house: toldOf(this.#house), act, ...body, aloneMax };
    return this.#house.database.call(operations.bankMatch, asked);
  }

  #where(to: Target) {
    if ('reference' in to) return { reference: referenceOf(to.reference) };
    if ('account' in to) return { account: this.#bookable(to.account) };
    const { run, items = [] } = to;
    if (items.length > matchItemsMax)
      throw refusal('E_LIMIT', `at most ${matchItemsMax} transfers are named of one line`);
    if (![run, ...items].every((n) => Number.isSafeInteger(n) && n > 0))
      throw refusal('E_NOT_FOUND', 'a payment run and its transfers have numbers');
    return { run, items: [...new Set(items)] };
  }

  #bookable(account: string): string {
    const kind = account.slice(0, account.indexOf(':'));
    accountOf(account, this.#house.rules.chart);
    if (!bookableKinds.includes(kind) || account === unmatched)
      throw refusal(
        'E_ACCOUNT',
        `a line of a bank is not booked to ${kind} by hand, but to ${bookableKinds.join(', ')}`,
      );
    return account;
  }

  /** The second person agrees. Privilege: `bank.match`. Refuses with E_NOT_FOUND, E_STATE, E_SAME_PERSON. */
  async confirm(actor: Actor, a: { readonly match: number; readonly key: string }): Promise<Decided> {
    return this.#house.database.call(operations.bankConfirm, this.#judgement(actor, 'bank.confirm', a));
  }

  /** A proposal is dropped, and its line waits again. Privilege: `bank.match`. Refuses with E_NOT_FOUND, E_STATE. */
  async refuse(actor: Actor, a: { readonly match: number; readonly key: string }): Promise<Decided> {
    return this.#house.database.call(operations.bankRefuse, this.#judgement(actor, 'bank.refuse', a));
  }

  #judgement(
    actor: Actor,
    verb: 'bank.confirm' | 'bank.refuse',
    { match, key }: { readonly match: number; readonly key: string },
  ): Judgement {
    demand(actor, 'bank.match');
    const act = newAct(this.#house, actor, { key, verb, subject: `match:${match}`, body: { match } });
    return { house: toldOf(this.#house), act, match };
  }

  /** A page of the lines that wait for a person. */
  waiting({ after = 0, max = pageRows } = {}): Promise<readonly Line[]> {
    return this.#house.database.call(operations.bankWaiting, { after, max: Math.min(max, pageRows) });
  }

  /** A page of what waits for a second person. */
  proposals({ after = 0, max = pageRows } = {}): Promise<readonly Match[]> {
    return this.#house.database.call(operations.bankProposals, { after, max: Math.min(max, pageRows) });
  }

  /** A line, and what was said about it; null where there is none. */
  line(id: number): Promise<(Line & { readonly matches: readonly Match[] }) | null> {
    return this.#house.database.call(operations.bankLine, { id });
  }

  /** What is expected under a reference, with `RF` or without; null where nothing is. */
  expected(reference: string): Promise<Expected | null> {
    return this.#house.database.call(operations.bankExpected, { reference: referenceOf(reference) });
  }

  /** A page of the statements, the last one first. */
  statements({ before = Number.MAX_SAFE_INTEGER, max = pageRows } = {}): Promise<readonly StatementRow[]> {
    return this.#house.database.call(operations.bankStatements, { before, max: Math.min(max, pageRows) });
  }

  /** Where statements do not follow from each other: one between them was not imported. */
  async gaps(): Promise<readonly Gap[]> {
    const all: Gap[] = [];
    for (const { name } of this.#house.banks)
      all.push(...(await this.#house.database.call(operations.bankGaps, { account: name })));
    return all;
  }

  /** What the ledger says that each account holds beside what the bank said last (null: it never did) and on which day. */
  async reconciliation() {
    const asset = this.#house.rules.currency;
    const rows: { account: string; ledger: number; bank: number | null; last: string }[] = [];
    for (const { name } of this.#house.banks) {
      const found = await this.#house.database.call(operations.bankReconciliation, { account: name, asset });
      rows.push({ account: name, ...found });
    }
    return rows;
  }
}

async function readFile(body: AsyncIterable<Uint8Array>): Promise<readonly Statement[]> {
  const limits = { bytesMax: importBytesMax, entriesMax: importLinesMax, transactionsMax: importLinesMax };
  try {
    return await readStatements(body, limits);
  } catch (error) {
    if (error instanceof FormatError) throw refusal('E_BANK_FILE', error.message);
    throw error;
  }
}

/** As payers write it, with `RF` and its check digits, or as the co-op calls it. */
const referenceOf = (text: string): string => readCreditorReference(text) ?? text.trim().toUpperCase();
