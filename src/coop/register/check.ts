import { FormatError } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import { demandDay } from '../days.ts';
import { refusal } from '../refusals.ts';
import { demandText } from '../text.ts';
import {
  addressCharactersMax,
  decisionCharactersMax,
  holderCharactersMax,
  keyCharactersMax,
  nameCharactersMax,
} from './limits.ts';
import type { PersonDetails } from './types.ts';

export const demandKey = (key: string): void =>
  demandText('a key', key, { max: keyCharactersMax, lines: true });
export const demandDecision = (text: string): void =>
  demandText('the reference of a decision', text, { max: decisionCharactersMax, lines: true });

/** A day that has come: the register says what happened. */
export function demandPast(day: string, today: string): void {
  demandDay(day);
  if (day > today) throw refusal('E_DATE', `${day} has not come yet`);
}

/** Shares, or an amount in minor units. */
export function demandCount(what: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 1)
    throw refusal('E_AMOUNT', `${what} is a whole number above nothing, and not ${count}`);
}

/** What is known of a person, with the IBAN as banks write it. */
export function checkDetails<Details extends Partial<PersonDetails>>(
  details: Details,
  today: string,
): Details {
  const { kind, name, address, country, birth, iban, holder } = details;
  if (kind !== undefined && kind !== 'natural' && kind !== 'legal')
    throw refusal('E_PERSON', 'a person is natural or legal');
  if (name !== undefined) demandText('the name of a person', name, { max: nameCharactersMax, lines: true });
  if (address !== undefined)
    demandText('an address', address, { min: 0, max: addressCharactersMax, lines: true });
  if (holder !== undefined)
    demandText('the holder of an account', holder, { min: 0, max: holderCharactersMax, lines: true });
  if (country !== undefined && country !== '' && !/^[A-Z]{2}$/.test(country))
    throw refusal('E_PERSON', `'${country}' is no country such as FR`);
  if (birth !== undefined && birth !== '') {
    demandPast(birth, today);
    if (kind === 'legal') throw refusal('E_PERSON', 'a legal person has no day of birth');
  }
  return iban === undefined || iban === '' ? details : { ...details, iban: ibanOf(iban) };
}

function ibanOf(text: string): string {
  try {
    return readIban(text);
  } catch (error) {
    if (error instanceof FormatError) throw refusal('E_IBAN', error.message);
    throw error;
  }
}
