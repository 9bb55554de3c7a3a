import { FormatError } from '../../base/index.ts';
import { readCreditorReference } from '../iban/index.ts';
import { childOf, type XmlElement, XmlReader } from '../xml/index.ts';

/** Octets of a file, entries of it, and transactions in one entry. */
export const statementBytesMax = 256 * 1_048_576;
export const statementEntriesMax = 500_000;
export const entryTransactionsMax = 100_000;

/** What the other side of a payment said. Texts are as the bank passed them on; '' for what it did not. */
export interface Transaction {
  /** Cents; above zero what came, below zero what went. */
  readonly amount: number;
  readonly endToEndId: string;
  /** What stands behind `RF18`, where the payer wrote a reference of ISO 11649 that is right; else null. */
  readonly reference: string | null;
  readonly remittance: string;
  readonly name: string;
  readonly iban: string;
  /** Why it came back (ISO 20022 external code, `AC04`); null where it did not. */
  readonly returned: string | null;
}

/** A booked entry. */
export interface BookedEntry {
  /** What the bank calls it: with account and statement it is known again. */
  readonly reference: string;
  readonly amount: number;
  /** `2026-03-31` */
  readonly day: string;
  readonly transactions: readonly Transaction[];
}

export interface Statement {
  readonly id: string;
  readonly iban: string;
  readonly currency: string;
  /** Booked balances before and after, cents; null where the bank does not say. */
  readonly opening: number | null;
  readonly closing: number | null;
  readonly entries: readonly BookedEntry[];
  /** Entries that are not booked (pending, for information): they are not among `entries`. */
  readonly others: number;
}

/** Null where it is not booked. */
interface ReadEntry {
  readonly entry: BookedEntry | null;
  readonly currency: string;
}

const namespace = /^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d{2}$/;

/**
 * Reads camt.053 in any of its versions from pieces. FormatError names what is wrong; a file that ends before its end, whose
 * entries do not add up to its balances, or that is of another kind, is refused whole.
 */
export async function readStatements(body: AsyncIterable<Uint8Array>): Promise<readonly Statement[]> {
  const entries: ReadEntry[] = [];
  const statements: Statement[] = [];
  const reader = new XmlReader({
    bytesMax: statementBytesMax,
    elementsMax: Number.MAX_SAFE_INTEGER,
    take(element, depth) {
      if (depth === 3 && element.name === 'Ntry') {
        if (entries.length >= statementEntriesMax)
          throw new FormatError(`a statement has at most ${statementEntriesMax} entries`);
        const currency = currencyOf(within(element, 'Amt'));
        return entries.push({ currency, entry: isBooked(element) ? entryOf(element) : null }) > 0;
      }
      if (depth !== 2 || element.name !== 'Stmt') return false;
      return statements.push(statementOf(element, entries.splice(0))) > 0;
    },
  });
  for await (const piece of body) reader.write(piece);
  const root = reader.end();
  if (root.name !== 'Document' || !namespace.test(root.namespace) || !childOf(root, 'BkToCstmrStmt'))
    throw new FormatError('this is no bank statement of the kind camt.053');
  if (statements.length === 0) throw new FormatError('the file has no statement');
  return statements;
}

const textAt = (element: XmlElement | undefined, ...path: readonly string[]): string =>
  within(element, ...path)?.text.trim() ?? '';

function within(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let at = element;
  for (const name of path) at = at?.children.find((child) => child.name === name);
  return at;
}

const all = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

// Up to version 3 the word itself, later in a Cd.
const isBooked = (entry: XmlElement) => (textAt(entry, 'Sts', 'Cd') || textAt(entry, 'Sts')) === 'BOOK';

function centsOf(element: XmlElement | undefined, sign: number): number {
  const text = element?.text.trim() ?? '';
  const [, whole = '', digits = ''] = /^(\d{1,13})(?:\.(\d{1,5}))?$/.exec(text) ?? [];
  if (whole === '' || /[1-9]/.test(digits.slice(2)))
    throw new FormatError(`'${text}' is no amount in whole cents`);
  return sign * (Number(whole) * 100 + Number(digits.slice(0, 2).padEnd(2, '0')));
}

function signOf(element: XmlElement): number {
  const word = textAt(element, 'CdtDbtInd');
  if (word !== 'CRDT' && word !== 'DBIT')
    throw new FormatError('an amount does not say whether it came or went');
  return word === 'CRDT' ? 1 : -1;
}

const isDay = (day: string) => {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
};

function dayOf(element: XmlElement | undefined): string {
  const day = (textAt(element, 'Dt') || textAt(element, 'DtTm')).slice(0, 10);
  if (!isDay(day)) throw new FormatError(`a booked entry is of no day of the calendar: '${day}'`);
  return day;
}

function entryOf(entry: XmlElement): BookedEntry {
  const sign = signOf(entry);
  const amount = centsOf(within(entry, 'Amt'), sign);
  const currency = currencyOf(within(entry, 'Amt'));
  const reference = textAt(entry, 'AcctSvcrRef') || textAt(entry, 'NtryRef');
  if (reference === '')
    throw new FormatError('a booked entry has no reference of the bank: it could not be known again');
  const details = all(entry, 'NtryDtls').flatMap((each) => all(each, 'TxDtls'));
  if (details.length > entryTransactionsMax)
    throw new FormatError(`an entry has at most ${entryTransactionsMax} transactions`);
  const transactions = details.map((each) =>
    transactionOf(each, { amount, sign, currency, alone: details.length === 1 }),
  );
  const sum = transactions.reduce((total, each) => total + each.amount, 0);
  if (transactions.length > 0 && sum !== amount)
    throw new FormatError(`the transactions of entry ${reference} do not add up to it`);
  return { reference, amount, day: dayOf(within(entry, 'BookgDt')), transactions };
}

function transactionOf(
  details: XmlElement,
  entry: {
    readonly amount: number;
    readonly sign: number;
    readonly currency: string;
    readonly alone: boolean;
  },
): Transaction {
  // The amount as it was booked: what the other side sent may stand there in another currency.
  const own = [within(details, 'Amt'), within(details, 'AmtDtls', 'TxAmt', 'Amt')].find(
    (each) => each !== undefined && currencyOf(each) === entry.currency,
  );
  if (own === undefined && !entry.alone)
    throw new FormatError(`a transaction among several has no amount in ${entry.currency}`);
  const sign = within(details, 'CdtDbtInd') ? signOf(details) : entry.sign;
  const amount = own === undefined || entry.alone ? entry.amount : centsOf(own, sign);
  const parties = within(details, 'RltdPties');
  const other = amount > 0 ? 'Dbtr' : 'Cdtr';
  const remittance = within(details, 'RmtInf');
  const words = all(remittance, 'Ustrd')
    .map(({ text }) => text.trim())
    .join(' ');
  const structured = all(remittance, 'Strd').map((each) => textAt(each, 'CdtrRefInf', 'Ref'));
  const back = within(details, 'RtrInf');
  return {
    amount,
    endToEndId: textAt(details, 'Refs', 'EndToEndId').replace(/^NOTPROVIDED$/, ''),
    reference: referenceIn([...structured, words]),
    remittance: [...structured, words].filter((text) => text !== '').join(' '),
    name: textAt(parties, other, 'Pty', 'Nm') || textAt(parties, other, 'Nm'),
    iban: textAt(parties, `${other}Acct`, 'Id', 'IBAN'),
    returned: back ? textAt(back, 'Rsn', 'Cd') || textAt(back, 'Rsn', 'Prtry') || 'NARR' : null,
  };
}

/** A text that is a reference, or the one reference that stands in a text; two different ones are none. */
function referenceIn(texts: readonly string[]): string | null {
  const found = new Set<string>();
  for (const text of texts) {
    const whole = readCreditorReference(text);
    if (whole !== null) found.add(whole);
    for (const [word] of text.matchAll(/\bRF\d{2}[A-Za-z0-9]{1,21}\b/gi)) {
      const reference = readCreditorReference(word);
      if (reference !== null) found.add(reference);
    }
  }
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : null;
}

function statementOf(statement: XmlElement, read: readonly ReadEntry[]): Statement {
  const entries = read.flatMap(({ entry }) => (entry === null ? [] : [entry]));
  const id = textAt(statement, 'Id');
  const iban = textAt(statement, 'Acct', 'Id', 'IBAN');
  if (id === '' || iban === '')
    throw new FormatError('a statement has no identifier, or is of no account with an IBAN');
  const currency = currencyOfStatement(statement, read);
  const [opening, closing] = [
    balanceOf(statement, 'OPBD') ?? balanceOf(statement, 'PRCD'),
    balanceOf(statement, 'CLBD'),
  ];
  const sum = entries.reduce((total, { amount }) => total + amount, 0);
  if (opening !== null && closing !== null && opening + sum !== closing)
    throw new FormatError(
      `statement ${id}: the entries do not lead from the opening balance to the closing one`,
    );
  return { id, iban, currency, opening, closing, entries, others: read.length - entries.length };
}

const currencyOf = (amount: XmlElement | undefined): string =>
  amount?.attributes.find(({ name }) => name === 'Ccy')?.value ?? '';

/** The one currency of the account, its balances and its entries: amounts of two are never added up. */
function currencyOfStatement(statement: XmlElement, entries: readonly ReadEntry[]): string {
  const balances = all(statement, 'Bal').map((balance) => currencyOf(within(balance, 'Amt')));
  const own = textAt(statement, 'Acct', 'Ccy');
  const booked = entries.flatMap((each) => (each.entry === null ? [] : [each.currency]));
  const said = new Set([...(own === '' ? [] : [own]), ...balances, ...booked]);
  const [currency = ''] = said;
  if (said.size > 1 || (said.size === 1 && !/^[A-Z]{3}$/.test(currency)))
    throw new FormatError(
      `a statement is in one currency, and this one says ${[...said].join(', ') || 'none'}`,
    );
  return currency;
}

function balanceOf(statement: XmlElement, code: string): number | null {
  const balance = all(statement, 'Bal').find((each) => textAt(each, 'Tp', 'CdOrPrtry', 'Cd') === code);
  return balance === undefined ? null : centsOf(within(balance, 'Amt'), signOf(balance));
}
