import { FormatError } from '../../base/index.ts';
import { checkDigits, mod97 } from './mod97.ts';

/** Characters behind `RF` and its check digits (ISO 11649). */
export const referenceCharactersMax = 21;

/** `RF`, two check digits, and the reference: what a payer copies into a transfer. Throws FormatError. */
export function creditorReference(text: string): string {
  const plain = text.replace(/\s/g, '').toUpperCase();
  if (!/^[A-Z0-9]+$/.test(plain) || plain.length > referenceCharactersMax)
    throw new FormatError(`a reference is 1 to ${referenceCharactersMax} letters or digits`);
  return `RF${checkDigits(`${plain}RF`)}${plain}`;
}

/** The reference inside a text that a bank passed on, spaces and case as the payer liked them; null where it is none. */
export function readCreditorReference(text: string): string | null {
  const plain = text.replace(/\s/g, '').toUpperCase();
  const [, digits, reference] = /^RF(\d{2})([A-Z0-9]{1,21})$/.exec(plain) ?? [];
  if (digits === undefined || reference === undefined) return null;
  return mod97(`${reference}RF${digits}`) === 1 ? reference : null;
}
