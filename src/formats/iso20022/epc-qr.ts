import { FormatError } from '../../base/index.ts';
import { type Iban, readCreditorReference } from '../iban/index.ts';
import { euros, isBic } from './credit-transfers.ts';
import { epcQrBytesMax, nameCharactersMax, transferCentsMax } from './limits.ts';

/** A transfer that somebody is asked to make. */
export interface EpcTransfer {
  /** Who is paid: up to 70 characters. */
  readonly name: string;
  readonly iban: Iban;
  /** Null: the bank finds it out by the IBAN, which it can within the EEA. */
  readonly bic: string | null;
  /** Cents of euros, above nothing. */
  readonly amount: number;
  /** `RF…` with its check digits (ISO 11649). */
  readonly reference: string;
}

const version = '002';
const utf8 = '1';
/** Countries of the European Economic Area; for the others of SEPA a transfer names the bank (EPC069-12, version 002). */
const eea: ReadonlySet<string> = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK'.split(' '),
);

/**
 * What a QR code says so that a bank's program fills in the transfer (EPC069-12 §2), to be drawn with error correction M. FormatError
 * says what cannot be written so.
 */
export function epcQrText({ name, iban, bic, amount, reference }: EpcTransfer): string {
  if (name.trim() === '' || /\p{Cc}/u.test(name) || !name.isWellFormed())
    throw new FormatError('who is paid has a name on one line');
  if (Array.from(name).length > nameCharactersMax)
    throw new FormatError(`the name of who is paid has at most ${nameCharactersMax} characters`);
  if (bic !== null && !isBic(bic)) throw new FormatError(`'${bic}' is no BIC`);
  if (bic === null && !eea.has(iban.slice(0, 2)))
    throw new FormatError(`a transfer to ${iban.slice(0, 2)} needs the BIC of the bank`);
  if (!Number.isSafeInteger(amount) || amount <= 0 || amount > transferCentsMax)
    throw new FormatError(`${amount} is no amount of cents that a transfer can have`);
  if (readCreditorReference(reference) === null)
    throw new FormatError(`'${reference}' is no reference of a creditor`);
  const plain = reference.replace(/\s/g, '').toUpperCase();
  const purpose = '';
  // Nothing stands behind the last element that says something.
  const lines = ['BCD', version, utf8, 'SCT', bic ?? '', name, iban, `EUR${euros(amount)}`, purpose, plain];
  const text = lines.join('\n');
  if (Buffer.byteLength(text) > epcQrBytesMax)
    throw new FormatError(`what a QR code says of a transfer has at most ${epcQrBytesMax} octets`);
  return text;
}
