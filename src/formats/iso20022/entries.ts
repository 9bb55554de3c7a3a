import { FormatError } from '../../base/index.ts';
import { readCreditorReference } from '../iban/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { all, centsOf, signOf, textAt, within } from './elements.ts';

/** What the other side of a payment said. Texts are as the bank passed them on; '' for what it did not. */
export interface Transaction {
  /** Cents; above zero what came, below zero what went. */
  readonly amount: number;
  readonly endToEndId: string;
  /** What the payment (`PmtInfId`), or else the file (`MsgId`), was called that asked for it. */
  readonly payment: string;
  /** Of how many payments the bank says that this is the sum (`Btch`); null where it does not say. */
  readonly count: number | null;
  /** What stands behind `RF18`, of each right reference of ISO 11649 that the payer wrote. */
  readonly references: readonly string[];
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
  /** The bank takes back what it had booked; `amount` is what this does to the balance. */
  readonly isReversal: boolean;
  /** One or more, which add up to the entry. */
  readonly transactions: readonly Transaction[];
}

/** Up to version 3 the word itself, later in a Cd. */
export const isBooked = (entry: XmlElement): boolean =>
  (textAt(entry, 'Sts', 'Cd') || textAt(entry, 'Sts')) === 'BOOK';

export function entryOf(entry: XmlElement): BookedEntry {
  const amount = centsOf(within(entry, 'Amt'), signOf(entry));
  const details = all(entry, 'NtryDtls').flatMap((each) => all(each, 'TxDtls'));
  const reference = referenceOf(entry, details);
  if (reference === '')
    throw new FormatError('a booked entry has no reference of the bank: it could not be known again');
  return {
    ...{ reference, amount, day: dayOf(within(entry, 'BookgDt')) },
    isReversal: textAt(entry, 'RvslInd') === 'true',
    transactions: transactionsOf(entry, amount, details),
  };
}

function referenceOf(entry: XmlElement, details: readonly XmlElement[]): string {
  const own = textAt(entry, 'AcctSvcrRef') || textAt(entry, 'NtryRef');
  return own === '' && details.length === 1 ? textAt(details[0], 'Refs', 'AcctSvcrRef') : own;
}

function dayOf(element: XmlElement | undefined): string {
  const day = (textAt(element, 'Dt') || textAt(element, 'DtTm')).slice(0, 10);
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day)
    throw new FormatError('a booked entry has no day');
  return day;
}

function transactionsOf(
  entry: XmlElement,
  amount: number,
  details: readonly XmlElement[],
): readonly Transaction[] {
  const batch = within(entry, 'NtryDtls', 'Btch');
  const [only] = details;
  if (only === undefined || details.length === 1)
    return [transactionOf(only, { amount, batch, words: textAt(entry, 'AddtlNtryInf') })];
  const parts = details.map((each) => partOf(each, entry));
  const sum = parts.reduce<number>((total, part) => total + (part ?? Number.NaN), 0);
  // Charges, or another currency: how the entry is made up cannot be told, so it stays one.
  if (sum !== amount) return [{ ...transactionOf(undefined, { amount, batch, words: '' }) }];
  return details.map((each, at) => ({
    ...transactionOf(each, { amount: parts[at] ?? 0, batch, words: '' }),
    count: null,
  }));
}

/** The amount of one transaction among several as it was booked; undefined where it stands in no currency but another. */
function partOf(details: XmlElement, entry: XmlElement): number | undefined {
  const booked = currencyOf(within(entry, 'Amt'));
  const said = [within(details, 'Amt'), within(details, 'AmtDtls', 'TxAmt', 'Amt')];
  const own = said.find((each) => each !== undefined && currencyOf(each) === booked);
  if (own === undefined) return undefined;
  return centsOf(own, signOf(within(details, 'CdtDbtInd') ? details : entry));
}

const currencyOf = (amount: XmlElement | undefined) =>
  amount?.attributes.find(({ name }) => name === 'Ccy')?.value ?? '';

interface Booked {
  readonly amount: number;
  readonly batch: XmlElement | undefined;
  /** What is said of the entry as a whole, which some banks write instead of a remittance. */
  readonly words: string;
}

function transactionOf(details: XmlElement | undefined, { amount, batch, words }: Booked): Transaction {
  const parties = within(details, 'RltdPties');
  const other = amount > 0 ? 'Dbtr' : 'Cdtr';
  const remittance = within(details, 'RmtInf');
  const free = all(remittance, 'Ustrd').map(({ text }) => text.trim());
  const structured = all(remittance, 'Strd').map((each) => textAt(each, 'CdtrRefInf', 'Ref'));
  const back = within(details, 'RtrInf');
  const said = [...structured, free.join(' ')].filter((text) => text !== '');
  const texts = said.length > 0 ? said : [textAt(details, 'AddtlTxInf') || words];
  return {
    amount,
    endToEndId: given(textAt(details, 'Refs', 'EndToEndId')),
    payment: paymentOf(within(details, 'Refs'), batch),
    count: countOf(batch),
    references: referencesIn(texts),
    remittance: texts.join(' '),
    name: textAt(parties, other, 'Pty', 'Nm') || textAt(parties, other, 'Nm'),
    iban: textAt(parties, `${other}Acct`, 'Id', 'IBAN'),
    returned: back ? textAt(back, 'Rsn', 'Cd') || textAt(back, 'Rsn', 'Prtry') || 'NARR' : null,
  };
}

/** Banks name the payment, or the file alone; in the details, or beside them. */
const paymentOf = (...places: readonly (XmlElement | undefined)[]): string =>
  ['PmtInfId', 'MsgId']
    .flatMap((name) => places.map((place) => given(textAt(place, name))))
    .find((text) => text !== '') ?? '';

function countOf(batch: XmlElement | undefined): number | null {
  const text = textAt(batch, 'NbOfTxs');
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

const given = (text: string) => (text === 'NOTPROVIDED' ? '' : text);

/** Texts that are references as a whole, spaces as the payer liked them, or that have some in them, in groups of four or without spaces. */
function referencesIn(texts: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const text of texts) {
    const whole = readCreditorReference(text);
    const words = whole === null ? Array.from(text.matchAll(written), ([word]) => longestIn(word)) : [whole];
    for (const reference of words) if (reference !== null) found.add(reference);
  }
  return Array.from(found);
}

const written = /\bRF\d{2}(?:[A-Z0-9]{1,21}\b|(?: [A-Z0-9]{4}\b)*(?: [A-Z0-9]{1,4}\b)?)/gi;

/** What follows a reference in groups looks like another group: the check digits say where it ends. */
function longestIn(text: string): string | null {
  for (let words = text.split(' '); words.length > 0; words = words.slice(0, -1)) {
    const reference = readCreditorReference(words.join(''));
    if (reference !== null) return reference;
  }
  return null;
}
