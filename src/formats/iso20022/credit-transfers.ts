import { decimalText, FormatError } from '../../base/index.ts';
import { type Iban, readCreditorReference } from '../iban/index.ts';
import { escapeXml } from '../xml/index.ts';
import { isBankDay } from './bank-days.ts';
import { nameCharactersMax, remittanceCharactersMax, transferCentsMax } from './limits.ts';
import { isSepaName, sepaText } from './sepa-text.ts';

/** One payment to one person. */
export interface Transfer {
  /** Comes back with the payment wherever it goes; unique in the file, of the characters every bank takes. */
  readonly endToEndId: string;
  /** Cents of euros, above nothing. */
  readonly amount: number;
  readonly name: string;
  readonly iban: Iban;
  /** What the receiver reads, where there is no reference. */
  readonly remittance: string;
  /** `RF38SUB000042`: under which the receiver books it (ISO 11649). */
  readonly reference?: string;
}

/** What a bank is asked to do, in one file. */
export interface TransferFile {
  /** Unique for ever at this bank; also the name of the payment in it. */
  readonly id: string;
  /** When it was made, ms since 1970: the same for the same file. */
  readonly createdMs: number;
  /** `2026-04-07`: the day on which the bank is to pay, one on which banks settle. */
  readonly day: string;
  /** Whether the bank is to book all of it as one line; else each transfer is one. */
  readonly isBatch: boolean;
  readonly debtor: { readonly name: string; readonly iban: Iban; readonly bic?: string };
  readonly transfers: readonly Transfer[];
}

const idPattern = /^[a-zA-Z0-9\-?:().,'+](?:[a-zA-Z0-9/\-?:().,'+ ]{0,33}[a-zA-Z0-9\-?:().,'+])?$/;

/** Cents as every message writes them: `12.30`. */
export const euros = (cents: number): string => decimalText(cents);
/** ISO 9362: the bank, its country, its place, and which branch. */
export const isBic = (text: string): boolean => /^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(text);
const element = (name: string, text: string) => `<${name}>${escapeXml(text)}</${name}>`;

/**
 * The file in pieces: pain.001.001.09, one payment with all transfers. No addresses are given, which EPC132-08 allows; who carries
 * charges is shared as SEPA asks (SLEV). FormatError names what no bank would take, before anything is written.
 */
export function creditTransfers(file: TransferFile): Iterable<string> {
  demand(file);
  return pieces(file);
}

function* pieces({ id, createdMs, day, isBatch, debtor, transfers }: TransferFile): Generator<string> {
  const sum = euros(transfers.reduce((total, { amount }) => total + amount, 0));
  const counted = `${element('NbOfTxs', String(transfers.length))}${element('CtrlSum', sum)}`;
  const name = element('Nm', nameOf(debtor.name));
  const made = new Date(createdMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const agent = debtor.bic === undefined ? '<Othr><Id>NOTPROVIDED</Id></Othr>' : element('BICFI', debtor.bic);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">\n<CstmrCdtTrfInitn>\n';
  yield `<GrpHdr>${element('MsgId', id)}${element('CreDtTm', made)}${counted}<InitgPty>${name}</InitgPty></GrpHdr>\n`;
  yield `<PmtInf>${element('PmtInfId', id)}<PmtMtd>TRF</PmtMtd>${element('BtchBookg', String(isBatch))}${counted}`;
  yield `<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><ReqdExctnDt>${element('Dt', day)}</ReqdExctnDt>`;
  yield `<Dbtr>${name}</Dbtr><DbtrAcct><Id>${element('IBAN', debtor.iban)}</Id></DbtrAcct>`;
  yield `<DbtrAgt><FinInstnId>${agent}</FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>\n`;
  for (const transfer of transfers) yield transferXml(transfer);
  yield '</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n';
}

function transferXml({ endToEndId, amount, name, iban, remittance, reference }: Transfer): string {
  return [
    `<CdtTrfTxInf><PmtId>${element('EndToEndId', endToEndId)}</PmtId>`,
    `<Amt><InstdAmt Ccy="EUR">${euros(amount)}</InstdAmt></Amt>`,
    `<Cdtr>${element('Nm', nameOf(name))}</Cdtr><CdtrAcct><Id>${element('IBAN', iban)}</Id></CdtrAcct>`,
    reference === undefined ? wordsXml(remittance) : referenceXml(reference),
    '</CdtTrfTxInf>\n',
  ].join('');
}

function wordsXml(remittance: string): string {
  const words = sepaText(remittance, remittanceCharactersMax);
  return words === '' ? '' : `<RmtInf>${element('Ustrd', words)}</RmtInf>`;
}

// EPC132-08: an RF reference is a SCOR whose issuer is ISO.
const referenceXml = (reference: string) =>
  `<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>ISO</Issr></Tp>${element('Ref', reference)}</CdtrRefInf></Strd></RmtInf>`;

const nameOf = (name: string) => sepaText(name, nameCharactersMax);

function demand({ id, day, debtor, transfers }: TransferFile): void {
  if (!idPattern.test(id)) throw new FormatError(`'${id}' is no identifier of a file for a bank`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new FormatError(`'${day}' is no day`);
  if (!isBankDay(day)) throw new FormatError(`no bank pays on ${day}`);
  if (debtor.bic !== undefined && !isBic(debtor.bic)) throw new FormatError(`'${debtor.bic}' is no BIC`);
  if (!isSepaName(debtor.name)) throw new FormatError('who pays has no name that a bank can write');
  if (transfers.length === 0) throw new FormatError('a file for a bank has a transfer');
  const seen = new Set<string>();
  let total = 0;
  for (const { endToEndId, amount, name, reference } of transfers) {
    if (!idPattern.test(endToEndId)) throw new FormatError(`'${endToEndId}' is no identifier of a transfer`);
    if (seen.has(endToEndId)) throw new FormatError(`two transfers are called ${endToEndId}`);
    seen.add(endToEndId);
    if (!Number.isSafeInteger(amount) || amount <= 0 || amount > transferCentsMax)
      throw new FormatError(`${endToEndId}: ${amount} is no amount of cents that a transfer can have`);
    if (!isSepaName(name))
      throw new FormatError(`${endToEndId}: who is paid has no name that a bank can write`);
    if (reference !== undefined && readCreditorReference(reference) === null)
      throw new FormatError(`${endToEndId}: '${reference}' is no reference (ISO 11649)`);
    total += amount;
  }
  if (!Number.isSafeInteger(total)) throw new FormatError('the transfers are more money than can be counted');
}
