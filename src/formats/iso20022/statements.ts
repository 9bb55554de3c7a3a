import { FormatError } from '../../base/index.ts';
import { childOf, type XmlElement, XmlReader } from '../xml/index.ts';
import { all, centsOf, signOf, textAt, within } from './elements.ts';
import { type BookedEntry, entryOf, isBooked } from './entries.ts';
import { statementBytesMax, statementEntriesMax, statementTransactionsMax } from './limits.ts';

export interface Statement {
  /** As the bank calls it; a page of several has its number behind a slash. */
  readonly id: string;
  readonly iban: string;
  readonly currency: string;
  /** First and last day that it is about, `2026-03-31`; '' where neither it nor its entries say. */
  readonly from: string;
  readonly until: string;
  /** Booked balances before and after, cents; null where the bank does not say. */
  readonly opening: number | null;
  readonly closing: number | null;
  readonly entries: readonly BookedEntry[];
  /** Entries that are not booked (pending, for information): they are not among `entries`. */
  readonly others: number;
}

const namespace = /^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d{2}$/;

interface Taken {
  readonly entry: BookedEntry | null;
  readonly currency: string;
}

/** How much one file may be; those of `limits.ts` where nothing else is said. */
export interface StatementLimits {
  readonly bytesMax?: number;
  readonly entriesMax?: number;
  readonly transactionsMax?: number;
}

/**
 * Reads camt.053 in any of its versions from pieces. FormatError names what is wrong; a file that ends before its end, whose
 * entries do not add up to its balances, or that is of another kind, is refused whole.
 */
export async function readStatements(
  body: AsyncIterable<Uint8Array>,
  limits: StatementLimits = {},
): Promise<readonly Statement[]> {
  const { bytesMax = statementBytesMax, entriesMax = statementEntriesMax } = limits;
  const { transactionsMax = statementTransactionsMax } = limits;
  const entries: Taken[] = [];
  const statements: Statement[] = [];
  let [counted, transactions] = [0, 0];
  const reader = new XmlReader({
    bytesMax,
    elementsMax: Number.MAX_SAFE_INTEGER,
    take(element, depth) {
      if (depth === 3 && element.name === 'Ntry') {
        if (++counted > entriesMax) throw new FormatError(`a file has at most ${entriesMax} entries`);
        const entry = isBooked(element) ? entryOf(element) : null;
        transactions += entry?.transactions.length ?? 0;
        if (transactions > transactionsMax)
          throw new FormatError(`a file has at most ${transactionsMax} transactions`);
        entries.push({ entry, currency: currencyIn(element) });
        return true;
      }
      if (depth !== 2 || element.name !== 'Stmt') return false;
      statements.push(statementOf(element, entries.splice(0)));
      return true;
    },
  });
  for await (const piece of body) reader.write(piece);
  const root = reader.end();
  if (root.name !== 'Document' || !namespace.test(root.namespace) || !childOf(root, 'BkToCstmrStmt'))
    throw new FormatError('this is no bank statement of the kind camt.053');
  if (statements.length === 0) throw new FormatError('there is no statement in it');
  if (entries.length > 0) throw new FormatError('an entry stands in no statement');
  return statements;
}

const currencyIn = (element: XmlElement): string =>
  within(element, 'Amt')?.attributes.find(({ name }) => name === 'Ccy')?.value ?? '';

function statementOf(statement: XmlElement, read: readonly Taken[]): Statement {
  const entries = read.flatMap(({ entry }) => (entry === null ? [] : [entry]));
  const iban = textAt(statement, 'Acct', 'Id', 'IBAN');
  const id = identifierOf(statement);
  if (id === '' || iban === '')
    throw new FormatError('a statement has no identifier, or is of no account with an IBAN');
  const { opening, closing } = balancesOf(statement);
  const sum = entries.reduce((total, { amount }) => total + amount, 0);
  if (!Number.isSafeInteger(sum)) throw new FormatError(`statement ${id} is more money than can be counted`);
  if (opening !== null && closing !== null && opening + sum !== closing)
    throw new FormatError(
      `statement ${id}: the entries do not lead from the opening balance to the closing one`,
    );
  demandCounts(statement, id, read.length);
  const currency = currencyOf(statement, read, id);
  const { from, until } = spanOf(statement, entries);
  return { id, iban, currency, from, until, opening, closing, entries, others: read.length - entries.length };
}

/** A statement of several pages has the same identifier on each. */
function identifierOf(statement: XmlElement): string {
  const id = textAt(statement, 'Id');
  const page = textAt(statement, 'StmtPgntn', 'PgNb');
  return page === '' || page === '1' ? id : `${id}/${page}`;
}

/** What the bank counted itself, where it says so: an entry that is missing is found by it even without balances. */
function demandCounts(statement: XmlElement, id: string, entries: number): void {
  const counted = textAt(statement, 'TxsSummry', 'TtlNtries', 'NbOfNtries');
  if (counted !== '' && Number(counted) !== entries)
    throw new FormatError(`statement ${id}: it says ${counted} entries, and has ${entries}`);
}

/** Of the account; what is booked on it is in no other. What is only expected, or for information, may be in any. */
function currencyOf(statement: XmlElement, read: readonly Taken[], id: string): string {
  const booked = [
    ...bookedBalances(statement).map((each) => ({ what: 'a balance', currency: currencyIn(each) })),
    ...read.flatMap(({ entry, currency }) =>
      entry === null ? [] : [{ what: `entry ${entry.reference.slice(0, 40)}`, currency }],
    ),
  ];
  const currency = textAt(statement, 'Acct', 'Ccy') || booked[0]?.currency || '';
  if (!/^[A-Z]{3}$/.test(currency))
    throw new FormatError(`statement ${id} does not say in which currency it is`);
  const strange = booked.find((each) => each.currency !== currency);
  if (strange !== undefined)
    throw new FormatError(
      `statement ${id}: ${strange.what} is in ${strange.currency.slice(0, 10) || 'no currency'}, and the account in ${currency}`,
    );
  return currency;
}

const balanceCodes = ['OPBD', 'PRCD', 'CLBD', 'ITBD'];
const codeOf = (balance: XmlElement) => textAt(balance, 'Tp', 'CdOrPrtry', 'Cd');
const bookedBalances = (statement: XmlElement) =>
  all(statement, 'Bal').filter((each) => balanceCodes.includes(codeOf(each)));

/** Pages but the first begin, and pages but the last end, with an interim balance (ITBD). */
function balancesOf(statement: XmlElement): { opening: number | null; closing: number | null } {
  const balances = bookedBalances(statement);
  const of = (code: string) => {
    const found = balances.filter((each) => codeOf(each) === code);
    return found.map((each) => centsOf(within(each, 'Amt'), signOf(each)));
  };
  const interim = of('ITBD');
  const opening = of('OPBD')[0] ?? of('PRCD')[0];
  const closing = of('CLBD')[0];
  const alone = interim.length === 1;
  return {
    opening: opening ?? (alone && closing === undefined ? null : interim[0]) ?? null,
    closing: closing ?? (alone && opening === undefined ? null : interim.at(-1)) ?? null,
  };
}

function spanOf(statement: XmlElement, entries: readonly BookedEntry[]): { from: string; until: string } {
  const dated = all(statement, 'Bal').map(
    (each) => textAt(each, 'Dt', 'Dt') || textAt(each, 'Dt', 'DtTm').slice(0, 10),
  );
  const said = ['FrDtTm', 'ToDtTm'].map((name) => textAt(statement, 'FrToDt', name).slice(0, 10));
  const days = entries.map(({ day }) => day);
  const made = textAt(statement, 'CreDtTm').slice(0, 10);
  // The opening balance is dated the day before, by some banks: entries say better what a statement is about.
  const best = [days, said, dated, [made]].map((each) => each.filter(isDay).toSorted());
  const [from, until] = [best.find(({ length }) => length > 0)?.[0], best.find(({ length }) => length > 0)];
  return { from: from ?? '', until: until?.at(-1) ?? '' };
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text);
