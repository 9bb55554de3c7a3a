import { FormatError } from '../../base/index.ts';
import { structures } from './countries.ts';
import { mod97 } from './mod97.ts';

/** An account number that is well formed: capitals and digits, no spaces, `FR1420041010050500013M02606`. */
export type Iban = string & { readonly iban: unique symbol };

/** Reads what a person typed. Throws FormatError that says what is wrong: characters, country, length, digits or key. */
export function readIban(text: string): Iban {
  const plain = text.replace(/[\s-]/g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(plain))
    throw new FormatError('an IBAN is a country, two digits, and letters or digits');
  const country = plain.slice(0, 2);
  const structure = structures.get(country);
  if (structure === undefined) throw new FormatError(`no IBAN begins with ${country}`);
  const length = lengthOf(structure);
  if (plain.length !== length + 4)
    throw new FormatError(`an IBAN of ${country} has ${length + 4} characters, not ${plain.length}`);
  if (!patternOf(structure).test(plain.slice(4)))
    throw new FormatError(`this is not how an IBAN of ${country} is made up`);
  if (mod97(plain.slice(4) + plain.slice(0, 4)) !== 1)
    throw new FormatError('the check digits of the IBAN do not fit: a digit is wrong');
  if (!nationalKeyFits(country, plain.slice(4)))
    throw new FormatError(`the key of the bank account inside the IBAN of ${country} does not fit`);
  return plain as Iban;
}

/** In groups of four, as it is printed (ISO 13616-1 §6). */
export const shownIban = (iban: Iban): string => iban.replace(/.{4}(?=.)/g, '$& ');

interface Part {
  readonly count: number;
  readonly kind: string;
}

// `5!n11!c` of the registry: five digits, eleven letters or digits.
const partsOf = (structure: string): readonly Part[] =>
  Array.from(structure.matchAll(/(\d+)!([nac])/g), ([, count = '', kind = '']) => ({
    count: Number(count),
    kind,
  }));
const lengthOf = (structure: string) => partsOf(structure).reduce((sum, { count }) => sum + count, 0);
const classes: Readonly<Record<string, string>> = { n: '\\d', a: '[A-Z]', c: '[A-Z0-9]' };

const patterns = new Map<string, RegExp>();
function patternOf(structure: string): RegExp {
  let pattern = patterns.get(structure);
  if (pattern === undefined) {
    pattern = new RegExp(
      `^${partsOf(structure)
        .map(({ count, kind }) => `${classes[kind]}{${count}}`)
        .join('')}$`,
    );
    patterns.set(structure, pattern);
  }
  return pattern;
}

/** Some countries have a key of their own inside; it finds the two digits that MOD 97 lets pass. */
function nationalKeyFits(country: string, account: string): boolean {
  switch (country) {
    case 'FR':
    case 'MC':
      return ribFits(account);
    case 'BE':
      return Number(account.slice(10)) === (Number(account.slice(0, 10)) % 97 || 97);
    default:
      return true;
  }
}

// Relevé d'identité bancaire: letters stand for digits (A J → 1, B K S → 2 …), and 89·bank + 15·branch + 3·account + key is 0 mod 97.
const ribDigits = '12345678912345678923456789';
function ribFits(account: string): boolean {
  const digits = account.replace(/[A-Z]/g, (letter) => ribDigits[letter.charCodeAt(0) - 65] ?? '');
  const [bank, branch, number, key] = [
    digits.slice(0, 5),
    digits.slice(5, 10),
    digits.slice(10, 21),
    digits.slice(21),
  ];
  return (89 * Number(bank) + 15 * Number(branch) + 3 * Number(number) + Number(key)) % 97 === 0;
}
