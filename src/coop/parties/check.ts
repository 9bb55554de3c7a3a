import { refusal } from '../refusals.ts';
import { demandText } from '../text.ts';
import {
  addressLineCharactersMax,
  addressLinesMax,
  invoiceLinesMax,
  invoiceNetMax,
  invoiceTextCharactersMax,
  partyNameCharactersMax,
  quantityMax,
  vatNumberCharactersMax,
} from './limits.ts';
import { type InvoiceLine, type PartyDetails, partyKinds, taxes } from './types.ts';

/** Details that may be kept; throws what is wrong with them. `country`: the co-op's. */
export function demandDetails(details: PartyDetails, country: string): PartyDetails {
  const { kind, name, address, vatNumber, tax } = details;
  if (!partyKinds.includes(kind)) throw refusal('E_TEXT', `'${kind}' is no kind of party`);
  demandText('the name of a party', name, { max: partyNameCharactersMax, blank: false });
  if (address.length > addressLinesMax)
    throw refusal('E_LIMIT', `an address has at most ${addressLinesMax} lines`);
  for (const line of address)
    demandText('a line of an address', line, { max: addressLineCharactersMax, blank: false });
  if (!/^[A-Z]{2}$/.test(details.country))
    throw refusal('E_TEXT', 'a country is two capitals such as FR (ISO 3166)');
  if (
    vatNumber !== '' &&
    !new RegExp(`^[A-Z]{2}[A-Z0-9+*]{2,${vatNumberCharactersMax - 2}}$`).test(vatNumber)
  )
    throw refusal('E_TEXT', 'a VAT number is two capitals, then letters and digits');
  if (!Object.hasOwn(taxes, tax)) throw refusal('E_TAX', `'${tax}' is no way to tax a party`);
  if (tax !== 'standard' && details.country === country)
    throw refusal('E_TAX', `a party of ${country} pays the VAT of ${country}`);
  if (tax === 'reverse' && vatNumber === '')
    throw refusal('E_TAX', 'who owes the VAT in place of the co-op has a VAT number');
  return { kind, name, address: [...address], country: details.country, vatNumber, tax };
}

/** Lines that an invoice may have. */
export function demandLines(lines: readonly InvoiceLine[]): readonly InvoiceLine[] {
  if (lines.length === 0 || lines.length > invoiceLinesMax)
    throw refusal('E_LIMIT', `an invoice has 1 to ${invoiceLinesMax} lines`);
  for (const { text, quantity, price } of lines) {
    demandText('the text of a line', text, { max: invoiceTextCharactersMax, blank: false });
    if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > quantityMax)
      throw refusal('E_AMOUNT', `a line counts 1 to ${quantityMax} of a thing`);
    demandNet(price);
  }
  demandNet(netOf(lines));
  return lines.map(({ text, quantity, price }) => ({ text, quantity, price }));
}

export const netOf = (lines: readonly InvoiceLine[]): number =>
  lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);

/** An amount without VAT that an invoice can have. */
export function demandNet(net: number): number {
  if (!Number.isSafeInteger(net) || net <= 0 || net > invoiceNetMax)
    throw refusal('E_AMOUNT', `${net} is no amount of an invoice: whole minor units, 1 to ${invoiceNetMax}`);
  return net;
}
