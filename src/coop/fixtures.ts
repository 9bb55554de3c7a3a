/** What tests of every room share; imported by tests only and left out of the build. */
import { describe, expect } from 'vitest';
import type { Clock } from '../base/index.ts';
import { loadCountry } from '../settings/index.ts';
import { describeEngines, type Engine, type TestStores } from '../testing/index.ts';
import type { Actor, Role } from './acts/types.ts';
import type { CoopHouse } from './house.ts';
import { contraryOf } from './ledger/check.ts';
import type { Draft, Entry } from './ledger/types.ts';
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

/**
 * Runs the suite of a room on each database by French rules, and on SQLite by Italian ones: databases differ in their SQL, countries
 * in values.
 */
export function describeCoops(title: string, suite: (engine: Engine, rules: Rules) => void): void {
  describeEngines(title, (engine) => {
    for (const rules of engine.name === 'sqlite' ? [fr, it] : [fr])
      describe(`in ${rules.country}`, () => suite(engine, rules));
  });
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

/** What undoes an entry. */
export function reversal(entry: Entry | null | undefined, how: Pick<Draft, 'key' | 'date' | 'memo'>): Draft {
  if (!entry) throw new Error('there is no such entry');
  const { seq, kind, postings } = entry;
  return { ...how, kind, postings: contraryOf(postings), reverses: seq };
}

/** What is thrown where something is refused: `rejects.toEqual(refused('E_STATE'))`; `details`: what else it says. */
export const refused = (code: string, details: object = {}) =>
  expect.objectContaining({ details: expect.objectContaining({ code, ...details }) });

/** The lines of a PDF that `paper.ts` made: what its glyphs stand for, by the tables that a reader copies text with. */
export function textOfPaper(pdf: Buffer): readonly string[] {
  const text = pdf.toString('latin1');
  const objects = new Map(
    Array.from(text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g), ([, n = '', body = '']) => [n, body]),
  );
  const letters = (font: string): readonly string[] => {
    const table = /\/ToUnicode (\d+) 0 R/.exec(objects.get(font) ?? '')?.[1] ?? '';
    const ranges = objects.get(table)?.matchAll(/<[\da-f]+> <[\da-f]+> \[(.*?)\]/g) ?? [];
    return Array.from(ranges, ([, list = '']) => list.split(/(?<=>) /))
      .flat()
      .map(unicode);
  };
  const unicode = (hex: string) => Buffer.from(hex.replace(/[<> ]/g, ''), 'hex').swap16().toString('utf16le');
  const fonts = new Map(
    Array.from(text.matchAll(/\/(F\d+) (\d+) 0 R/g), ([, name = '', n = '']) => [name, letters(n)]),
  );
  return Array.from(text.matchAll(/\/(F\d+) [\d.]+ Tf\n\[(.*)\] TJ/g), ([, font = '', glyphs = '']) =>
    Array.from(
      glyphs.matchAll(/[\da-f]{4}(?=[\da-f]*>)/g),
      ([glyph]) => fonts.get(font)?.[Number.parseInt(glyph, 16)],
    ).join(''),
  );
}
