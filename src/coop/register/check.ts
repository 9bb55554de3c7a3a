import { FormatError } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import { demandDay } from '../days.ts';
import { refusal } from '../refusals.ts';
import {
  addressCharactersMax,
  decisionCharactersMax,
  holderCharactersMax,
  keyCharactersMax,
  nameCharactersMax,
} from './limits.ts';
import type { PersonDetails } from './types.ts';

function demandText(what: string, text: string, span: readonly [min: number, max: number]): void {
  const [min, max] = span;
  if (
    text.length < min ||
    text.length > max ||
    !text.isWellFormed() ||
    /\p{Cc}/u.test(text.replaceAll('\n', ''))
  )
    throw refusal('E_TEXT', `${what} has ${min} to ${max} characters, none of them a control character`);
}

export const demandKey = (key: string): void => demandText('a key', key, [1, keyCharactersMax]);
export const demandDecision = (text: string): void =>
  demandText('the reference of a decision', text, [1, decisionCharactersMax]);

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
  if (name !== undefined) demandText('the name of a person', name, [1, nameCharactersMax]);
  if (address !== undefined) demandText('an address', address, [0, addressCharactersMax]);
  if (holder !== undefined) demandText('the holder of an account', holder, [0, holderCharactersMax]);
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
