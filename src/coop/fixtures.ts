/** What tests of every room share; imported by tests only and left out of the build. */
import { describe, expect } from 'vitest';
import type { Clock } from '../base/index.ts';
import { loadCountry } from '../settings/index.ts';
import type { TestStores } from '../testing/index.ts';
import type { Actor, Role } from './acts/types.ts';
import type { CoopHouse } from './house.ts';
import { rulesOf } from './rules/build.ts';
import type { Rules } from './rules/types.ts';

/** A country's file as it comes with myco, with single values replaced as `coop.rules` does. */
export const rulesFor = (country: string, rules: Readonly<Record<string, unknown>> = {}): Rules =>
  rulesOf(loadCountry({ country: `${country}.yaml`, rules }));

/** France: shares of 10 €, a floor of the capital, given back at any time. */
export const fr: Rules = rulesFor('fr');
/** Italy: shares of 25 €, no floor, given back at the end of the year. */
export const it: Rules = rulesFor('it');

/** Runs a suite by the rules of each country that a co-op is tested in. */
export function describeCountries(title: string, suite: (rules: Rules) => void): void {
  for (const rules of [fr, it]) describe(`${title} in ${rules.country}`, () => suite(rules));
}

/** What a room is given, over the stores of a test. */
export const testHouse = (stores: TestStores, clock: Clock, rules: Rules = fr): CoopHouse => ({
  ...{ database: stores.database, blobs: stores.blobs, clock, rules },
  ...{ coop: 'coop.example', name: 'Exemple' },
  secret: async (name) => Buffer.alloc(32, name).toString('base64'),
  banks: [],
  languages: ['fr', 'en'],
  mail: async () => {},
  transfers: { perFile: 100_000, isBatch: true },
  legal: { name: 'Exemple', address: ['1 rue des Tests', '75001 Paris'], registration: '', vatNumber: '' },
});

/** Somebody who acts: `actor(5, 'treasurer')`. The account and the member have the same number. */
export const actor = (account: number, ...roles: readonly Role[]): Actor => ({
  ...{ account, member: account, roles, via: 'api' },
});

/** What is thrown where something is refused: `rejects.toEqual(refused('E_STATE'))`; `details`: what else it says. */
export const refused = (code: string, details: object = {}) =>
  expect.objectContaining({ details: expect.objectContaining({ code, ...details }) });
