import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  countryDefinition,
  countryFile,
  jsonSchema,
  loadCountry,
  loadSettings,
  mycoSettings,
  SettingsError,
} from '../index.ts';
import { amountMinorMax, datedRowsMax, decimalDigitsMax } from './scalars.ts';

const folder = mkdtempSync(join(tmpdir(), 'myco-country-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every sentence about these rules of a co-op in a country. */
function problems(country: string, rules: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    loadCountry({ country: `${country}.yaml`, rules });
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.map(({ message }) => message);
    throw error;
  }
}

/** The whole text of what is refused in a configuration. */
function refusal(yaml: string): string {
  writeFileSync(join(folder, 'a.yaml'), yaml);
  try {
    loadSettings(mycoSettings, { file: 'a.yaml', env: {}, working: folder });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a country', () => {
  test.each(['fr', 'it', 'be', 'de', 'es', 'eu-sce'])('%s comes with myco and is valid', (name) => {
    expect(problems(name, {})).toEqual([]);
    expect(refusal(`coop: { country: ${name} }`)).toBe('');
  });

  test('A9: Italy with a nominal of 10 € is refused where it is written, with the article', () => {
    expect(refusal('coop:\n  country: it\n  rules:\n    shares:\n      nominal_minor: 1000\n')).toBe(
      'a.yaml:5:22: shares.nominal_minor: a share has a nominal of 2500 to 50000 minor units, not 1000 (art. 2525 codice civile)',
    );
    expect(refusal('coop:\n  country: it\n  rules: { shares: { nominal_minor: 2500 } }\n')).toBe('');
  });

  test('a file beside the configuration is read before the one that comes with myco', () => {
    writeFileSync(join(folder, 'own.yaml'), 'shares:\n  nominal_minor: 10.5\n');
    const text = refusal('coop: { country: own.yaml }');
    expect(text).toContain(
      `${join(folder, 'own.yaml')}:2:18: shares.nominal_minor: expected a whole number from 1 to 1000000000, found the number 10.5`,
    );
    expect(text).toContain('law: expected a section of keys, found nothing');
    expect(countryFile(join(folder, 'own.yaml'))).toBe(join(folder, 'own.yaml'));
    expect(refusal('coop: { country: nowhere.yaml }')).toContain('no file can be read at');
  });

  test('what is unknown is refused at its place, with a guess', () => {
    expect(refusal('coop:\n  rules:\n    shares: { nominal_minr: 1 }\n')).toBe(
      "a.yaml:3:15: unknown key 'nominal_minr' in shares; did you mean 'nominal_minor'?",
    );
    expect(refusal('coop:\n  rules:\n    law: { holding: null }\n')).toBe(
      "a.yaml:3:5: coop.rules: law is the country's; choose another one with coop.country",
    );
    expect(refusal('coop:\n  rules:\n    coop: { country: IT }\n')).toContain("coop is the country's");
  });
});

test('the schema of a file of a country describes each section', () => {
  const { properties, required } = jsonSchema(countryDefinition);
  const sections = Object.entries(properties as Record<string, { description?: string }>);
  expect(sections.length).toBeGreaterThan(15);
  for (const [name, { description }] of sections) expect(description, name).toMatch(/\S/);
  expect(required).toEqual(expect.arrayContaining(['coop', 'shares', 'allocation', 'tax', 'law']));
});

describe('what a statute may not say', () => {
  const shares = (values: object) => ({ shares: values });
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['it', shares({ nominal_minor: 50_001 }), 'art. 2525'],
    [
      'it',
      shares({ max_per_member: 4001 }),
      'at most 10000000 minor units, and these shares would be 10002500',
    ],
    ['fr', shares({ capital_floor: { num: 1, den: 5 } }), 'art. 13'],
    ['fr', shares({ redemption: { max_delay_months: 61 } }), 'at most 60, not 61 (loi 47-1775 art. 18)'],
    ['de', shares({ redemption: { notice_months: 2 } }), 'at least 3, not 2 (GenG § 65)'],
    ['eu-sce', shares({ redemption: { max_delay_months: 37 } }), 'at most 36, not 37 (Regulation 1435/2003'],
    ['de', { register: { natural: ['iban'] } }, 'register.natural[0]'],
    ['de', { voting: { plural_max: 4 } }, 'at most 3 (GenG § 43)'],
    ['fr', { tmo_plus: { points_bp: 201 } }, 'at most 200 (loi 47-1775 art. 14)'],
    ['it', { published_rate: { points_bp: 251 } }, 'at most 250 (art. 2514 codice civile)'],
    ['be', { fixed_rate: { percent: '6.000000001' } }, 'at most 6 percent (AR du 8 janvier 1962'],
    ['fr', { approvals: { persons: 1 } }, 'expected a whole number from 2 to 20'],
    [
      'fr',
      {
        allocation: [
          { to: 'legal_reserve', num: 14, den: 100 },
          { to: 'statutory_reserve', num: 1, den: 2 },
        ],
      },
      'legal_reserve takes 15/100 at least (loi 47-1775 art. 16)',
    ],
    [
      'fr',
      { allocation: [{ to: 'legal_reserve', num: 15, den: 100 }] },
      'statutory_reserve takes 1/2 at least (loi 47-1775 art. 19 nonies)',
    ],
    ['fr', { fixed_rate: null }, 'fixed_rate is empty'],
  ])('%s: %j', (country, rules, complaint) => {
    expect(problems(country, rules).join('\n')).toContain(complaint);
  });

  test('and what makes no sense', () => {
    const interest = { to: 'share_interest', cap: 'none' };
    const reserves = [
      { to: 'legal_reserve', num: 15, den: 100 },
      { to: 'statutory_reserve', num: 1, den: 2 },
    ];
    const order = (...allocation: object[]) => problems('fr', { allocation }).join('\n');
    expect(order(interest, ...reserves)).toContain('share_interest comes last');
    expect(order(...reserves, interest)).toContain('interest on shares has a cap (loi 47-1775 art. 14)');
    expect(order(...reserves, { to: 'share_interest' })).toContain('has a cap or none');
    expect(order(...reserves, { ...interest, cap: 'fixed_rate' })).toContain('there is no fixed_rate');
    expect(order(...reserves, { to: 'free_reserve' })).toContain('takes num and den');
    expect(order(...reserves, { to: 'free_reserve', num: 1, den: 9, cap: 'none' })).toContain('has no cap');
    expect(problems('de', { shares: { min_to_be_member: 101 } })).toEqual([
      'shares.min_to_be_member is more than shares.max_per_member',
    ]);
    expect(problems('de', { shares: { paid_at_once: { num: 2 } } })).toHaveLength(1);
    expect(problems('de', { shares: { capital_floor: { num: 1 } } })).toHaveLength(1);
    expect(problems('de', { shares: { capital_floor: { rule: 'fraction_of_highest' } } })).toHaveLength(1);
  });
});

describe('values', () => {
  const rate = (percent: unknown, from = '2026-01-01') => problems('de', { vat: [{ from, percent }] });
  test.each([
    ['9'.repeat(decimalDigitsMax), []],
    [`1.${'9'.repeat(decimalDigitsMax)}`, []],
    ['9'.repeat(decimalDigitsMax + 1), ['expected a decimal number']],
    [`1.${'9'.repeat(decimalDigitsMax + 1)}`, ['expected a decimal number']],
    [19.5, ['expected a decimal number in quotes, such as "12.8", found the number 19.5']],
    ['1e3', ['expected a decimal number']],
    ['-1', ['expected a decimal number']],
    ['.5', ['expected a decimal number']],
  ])('%s percent', (percent, complaints) => {
    expect(rate(percent)).toEqual(complaints.map((complaint) => expect.stringContaining(complaint)));
  });

  test.each(['2026-02-29', '2026-2-1', '01.02.2026', '', '2026-13-01'])('%j is no day', (from) => {
    expect(rate('19', from)).toEqual([expect.stringContaining('expected a day such as 2026-01-31')]);
  });

  test('dated rows are in order, and so many', () => {
    const row = (at: number) => ({
      from: new Date(Date.UTC(1900, 0, 1 + at)).toISOString().slice(0, 10),
      percent: '1',
    });
    const rows = (count: number) => Array.from({ length: count }, (_, at) => row(at));
    expect(problems('de', { vat: rows(datedRowsMax) })).toEqual([]);
    expect(problems('de', { vat: rows(datedRowsMax + 1) })).toHaveLength(1);
    for (const wrong of [row(1), row(0)])
      expect(problems('de', { vat: [row(1), wrong] })).toEqual([
        expect.stringContaining('expected a day after'),
      ]);
  });

  test('an amount of so much and no more, whole', () => {
    const alone = (match_alone_max_minor: unknown) =>
      problems('de', { approvals: { match_alone_max_minor } });
    expect(alone(amountMinorMax)).toEqual([]);
    for (const wrong of [amountMinorMax + 1, -1, 0.5, '1', 2 ** 53, null])
      expect(alone(wrong)).toHaveLength(1);
  });

  test.each([
    ['coop', 'tz', 'Europe/Paries'],
    ['coop', 'currency', 'eur'],
    ['coop', 'country', 'FRA'],
    ['coop', 'legal_form', 'SCIC SA'],
    ['coop', 'fiscal_year_end', '02-29'],
  ])('%s.%s: %s is refused', (section, key, value) => {
    const file = join(folder, 'c.yaml');
    writeFileSync(file, `${section}: { ${key}: "${value}" }\n`);
    expect(() => loadCountry({ country: file, rules: {} })).toThrow(`${section}.${key}: expected`);
  });

  test('an account of the plan that is missing, or has letters for a number', () => {
    expect(problems('de', { plan: { bank: { number: '12a', label: 'Bank' } } })).toHaveLength(1);
    expect(problems('de', { plan: { safe: { number: '12', label: 'Tresor' } } })).toHaveLength(1);
  });
});
