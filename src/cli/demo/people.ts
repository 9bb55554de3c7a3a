import { type Iban, readIban } from '../../formats/iban/index.ts';
import type { Dice } from './dice.ts';

/** Somebody who does not exist. */
export interface Invented {
  readonly given: string;
  readonly family: string;
  readonly street: string;
  readonly postCode: string;
  readonly town: string;
  /** ISO 3166. */
  readonly country: string;
  /** `1971-04-09`. */
  readonly born: string;
  readonly iban: Iban;
}

type Words = readonly [string, ...string[]];
const words = (text: string): Words => {
  const [first = '', ...rest] = text.split(' ');
  return [first, ...rest];
};

const given = words(
  'Aïcha Alain Alba Amélie Ana André Anna Antoine Béa Bruno Camille Carla Céline Chiara Claire Daniel David Diane Élise Emma Enzo Éric Fatou Félix Giulia Hugo Inès Jean Jeanne Julie Karim Laure Léa Léo Louis Lucie Malik Marc Marie Martina Mathilde Nadia Nicolas Nina Noé Olga Paul Pierre Rachid Rosa Sara Simon Sofia Thomas Victor Yann Yasmine Zoé',
);
const family = words(
  'Alonso André Arnaud Bernard Bianchi Blanc Bonnet Boyer Caron Chevalier Colin Conti Da-Silva David Diallo Dubois Dupont Durand Faure Fernandez Fontaine Fournier Garcia Garnier Gauthier Girard Greco Guérin Haddad Henry Jacobs Lambert Laurent Lefèvre Legrand Leroy Lopez Marchand Martin Mercier Meyer Michel Moreau Morel Müller Nguyen Noël Peeters Perrin Petit Ricci Richard Robert Rossi Rousseau Roux Schmidt Simon Thomas Traoré Vidal Weber',
);
const streets = words(
  'Acacias Ateliers Canal Cerisiers Écoles Fontaines Forges Jardins Moulins Tilleuls Vignes',
);
const towns = words(
  'Aubeville Beaulac Clairval Fontmarie Grandpré Hautmont Montrieux Neuvepont Rocheclaire Valombre',
);

/** How the account behind the country and the check digits is made up; elsewhere an account in Germany is used. */
const accounts: Readonly<Record<string, (dice: Dice) => string>> = {
  BE: (dice) => {
    const number = `99${digits(dice, 8)}`;
    return `${number}${String(Number(number) % 97 || 97).padStart(2, '0')}`;
  },
  DE: (dice) => `99999999${digits(dice, 10)}`,
  ES: (dice) => `99999999${digits(dice, 12)}`,
  FR: (dice) => {
    const [bank, branch, number] = ['99999', '99999', digits(dice, 11)];
    const key = 97 - ((89 * Number(bank) + 15 * Number(branch) + 3 * Number(number)) % 97);
    return `${bank}${branch}${number}${String(key).padStart(2, '0')}`;
  },
  IT: (dice) => `X9999999999${digits(dice, 12)}`,
};

function digits(dice: Dice, count: number): string {
  return Array.from({ length: count }, () => dice.below(10)).join('');
}

/** A well-formed number of an account at a bank that there is not: all nines. */
export function inventIban(country: string, dice: Dice): Iban {
  const of = Object.hasOwn(accounts, country) ? country : 'DE';
  const account = accounts[of]?.(dice) ?? '';
  const numbers = `${account}${of}00`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  const check = String(98n - (BigInt(numbers) % 97n)).padStart(2, '0');
  return readIban(`${of}${check}${account}`);
}

const twoDigits = (number: number) => String(number).padStart(2, '0');

/** Somebody of the country; who was born when leaves everybody of age. */
export function inventPerson(country: string, dice: Dice): Invented {
  return {
    given: dice.pick(given),
    family: dice.pick(family).replace('-', ' '),
    street: `${dice.between(1, 120)} rue des ${dice.pick(streets)}`,
    postCode: `${dice.between(10, 95)}${digits(dice, 3)}`,
    town: dice.pick(towns),
    country,
    born: `${dice.between(1945, 2003)}-${twoDigits(dice.between(1, 12))}-${twoDigits(dice.between(1, 28))}`,
    iban: inventIban(country, dice),
  };
}

/** Institutes and brands that ask the members and pay for it. */
export const sponsors: readonly string[] = [
  'Institut Boréal',
  'Observatoire des Communes',
  'Laboratoire Mésange',
  'Brasserie du Canal',
  'Université de Valombre',
  'Fédération des Marchés',
];
