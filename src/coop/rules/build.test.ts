import { describe, expect, test } from 'vitest';
import { accountKinds, loadCountry, SettingsError } from '../../settings/index.ts';
import { describeCountries, fr, it, refused, rulesFor } from '../fixtures.ts';
import { afterLevies } from '../payouts/interest.ts';
import { rulesOf } from './build.ts';
import { chart } from './chart.ts';
import { fraction, readPercent } from './decimal.ts';
import { rateOn } from './rates.ts';

const year = (of: number) => ({ from: `${of}-01-01`, until: `${of + 1}-01-01` });

describe('the rules of France', () => {
  test('are those of COOP.md §1', () => {
    expect(fr.shares).toEqual({
      ...{
        nominal: 1000,
        maxPerMember: 500,
        minPerMember: 1,
        paidAtOnce: fraction(1, 1),
        floor: fraction(1, 4),
      },
      redemption: { delayMonthsMax: 60, deductLosses: true, noticeMonths: 0, at: 'any' },
    });
    expect(fr.allocation).toEqual([
      {
        ...{ to: 'reserve:legal', part: fraction(15, 100), of: 'remainder', round: 'up' },
        until: 'reserves_ge_capital',
      },
      { to: 'reserve:statutory', part: fraction(1, 2), of: 'remainder', round: 'up', until: null },
      { to: null, part: fraction(1, 1), of: 'remainder', round: 'down', until: null },
    ]);
    expect(fr.pay).toEqual({ memberShare: fraction(4000, 10_000), payoutMin: 100 });
    expect(fr).toMatchObject({
      country: 'FR',
      currency: 'EUR',
      timeZone: 'Europe/Paris',
      fiscalYearEnd: '12-31',
    });
  });

  test('cap interest at the mean of three civil years and two points: 3.8025 %', () => {
    const cap = fr.interest.capOf(year(2023));
    expect(cap && cap.num * 1_000_000n).toBe(cap && cap.den * 38_025n);
    // A fiscal year that ends in June is decided on in the same civil year.
    expect(fr.interest.capOf({ from: '2023-07-01', until: '2024-07-01' })).toEqual(cap);
    expect(() => fr.interest.capOf(year(2024))).toThrow(refused('E_RULE'));
    expect(() => fr.interest.capOf(year(2024))).toThrow(
      /no rate for 2024S1: look it up \(www\.legifrance\.gouv\.fr.*coop\.rules\.tmo_plus\.semesters\.2024S1/,
    );
    const below = { semesters: { '2024S1': '-0.02', '2024S2': '-0.02' } };
    expect(rulesFor('fr', { tmo_plus: below }).interest.capOf(year(2024))).not.toBeNull();
    const published = { tmo_plus: { semesters: { '2024S1': '3.2275', '2024S2': '3.2275' } } };
    const next = rulesFor('fr', published).interest.capOf(year(2024));
    expect(next && next.num * 100n).toBe(next && (next.den * 48n) / 10n);
  });

  test.each([
    ['2025-12-31', 3270, 13_308],
    ['2026-01-01', 3536, 13_042],
  ])('keep back from 190.12 what was in force on %s', (on, social, net) => {
    const after = afterLevies(19_012, fr.interest.levies(on));
    expect(after.taken).toEqual([
      { name: 'income', amount: 2434 },
      { name: 'social', amount: social },
    ]);
    expect(after.net).toBe(net);
  });

  test('know no levy and no VAT of a day before the first', () => {
    expect(() => fr.interest.levies('2017-12-31')).toThrow(refused('E_RULE'));
    expect(() => fr.vat('1990-01-01')).toThrow(refused('E_RULE'));
    expect(fr.vat('2026-01-01')).toEqual(readPercent('20'));
  });
});

describe('other countries', () => {
  test('Italy: a published rate, no floor, the end of the year', () => {
    expect(it.shares).toMatchObject({ nominal: 2500, floor: null, redemption: { at: 'fiscal_year_end' } });
    const cap = it.interest.capOf(year(2025));
    expect(cap && cap.num * 1000n).toBe(cap && cap.den * 55n);
    expect(() => it.interest.capOf(year(2024))).toThrow(refused('E_RULE'));
    expect(() => it.interest.capOf(year(2024))).toThrow('www.poste.it');
    expect(it.allocation.map(({ to }) => to)).toEqual(['reserve:legal', 'reserve:mutual', null]);
  });

  test('Belgium: the same percent each year; Germany: no cap', () => {
    expect(rulesFor('be').interest.capOf(year(2030))).toEqual(readPercent('6'));
    expect(rulesFor('de').interest.capOf(year(2030))).toBeNull();
  });

  test('say what is to be known of members, and when shares are asked back', () => {
    expect(fr.identity.natural).toEqual(['address', 'country', 'birth']);
    expect(rulesFor('de').identity).toEqual({ natural: ['address'], legal: ['address'] });
    expect(rulesFor('be').shares.redemption.at).toBe('first_half');
  });

  test('a European co-operative takes taxes from the state of its seat, and none where they are not set', () => {
    const sce = rulesFor('eu-sce');
    expect(() => sce.vat('2026-01-01')).toThrow(refused('E_RULE'));
    const vat = [{ from: '2000-01-01', percent: '17' }];
    expect(rulesFor('eu-sce', { vat }).vat('2026-01-01')).toEqual(readPercent('17'));
  });

  test.each(['fr', 'it', 'be', 'de', 'es', 'eu-sce'])('%s: every account has a number and a name', (name) => {
    const { plan } = rulesFor(name);
    expect(Object.keys(plan).sort()).toEqual(Object.keys(chart).sort());
    expect(new Set(Object.values(plan).map(({ number }) => number)).size).toBe(Object.keys(chart).length);
  });

  test('the settings ask for the kinds of the chart', () => {
    expect([...accountKinds].sort()).toEqual(Object.keys(chart).sort());
  });

  test('A9: Italy with shares of 10 € is refused with the article', () => {
    const rules = { shares: { nominal_minor: 1000 } };
    expect(() => rulesOf(loadCountry({ country: 'it.yaml', rules }))).toThrow(SettingsError);
    expect(() => rulesFor('it', rules)).toThrow('art. 2525 codice civile');
  });
});

describe('a rate', () => {
  const rows = [{ from: '2018-01-01' }, { from: '2026-01-01' }];
  test.each([
    ['2018-01-01', 0],
    ['2025-12-31', 0],
    ['2026-01-01', 1],
    ['9999-12-31', 1],
  ])('on %s is that of row %i', (on, at) => {
    expect(rateOn(rows, on, 'rate')).toBe(rows[at]);
  });
});

describeCountries('what every country has', (rules) => {
  test('approvals by two, and a plan for each account', () => {
    expect(rules.approvals.persons).toBeGreaterThanOrEqual(2);
    expect(rules.allocation.at(-1)?.to).toBeNull();
  });
});
