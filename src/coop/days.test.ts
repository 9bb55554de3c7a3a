import { describe, expect, test } from 'vitest';
import * as days from './days.ts';
import { refused } from './fixtures.ts';

describe('days', () => {
  test('a day begins at midnight of the co-op', () => {
    expect(days.dayIn('Europe/Paris', Date.UTC(2026, 2, 31, 21, 59))).toBe('2026-03-31');
    expect(days.dayIn('Europe/Paris', Date.UTC(2026, 2, 31, 22, 0))).toBe('2026-04-01');
    const house = { rules: { timeZone: 'America/Lima' }, clock: { nowMs: () => Date.UTC(2027, 0, 1, 4) } };
    expect(days.todayOf(house)).toBe('2026-12-31');
  });

  test.each(['2026-02-29', '2026-2-28', '2026-03-31 ', '', '2026-13-01', '20260331'])(
    "'%s' is no day",
    (day) => {
      expect(() => days.demandDay(day)).toThrow(refused('E_DATE'));
    },
  );

  test.each(['2026-13', '2026-00', '2026-3', '2026-03-01', ''])("'%s' is no month", (month) => {
    expect(() => days.demandMonth(month)).toThrow(refused('E_DATE'));
  });

  test('days and months that there are', () => {
    expect(() => days.demandDay('2024-02-29')).not.toThrow();
    expect(() => days.demandMonth('2024-02')).not.toThrow();
  });

  test.each([
    ['2026-01', '2026-02', '2026-01-31'],
    ['2026-12', '2027-01', '2026-12-31'],
    ['2024-02', '2024-03', '2024-02-29'],
    ['2100-02', '2100-03', '2100-02-28'],
  ])('after %s comes %s, and it ends on %s', (month, after, last) => {
    expect([days.monthAfter(month), days.lastDayOf(month)]).toEqual([after, last]);
  });

  test.each([
    ['2026-03-15', 3, '2026-06-15'],
    ['2026-11-30', 3, '2027-02-28'],
    ['2023-11-30', 3, '2024-02-29'],
    ['2026-01-31', 1, '2026-02-28'],
    ['2026-12-31', 60, '2031-12-31'],
    ['2026-05-31', 0, '2026-05-31'],
  ])('%s and %i months is %s', (day, months, then) => {
    expect(days.monthsAfter(day, months)).toBe(then);
  });

  test.each([
    ['2026-03-31', 1, '2026-04-01'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2027-01-01', -1, '2026-12-31'],
  ])('%s and %i days is %s', (day, more, then) => {
    expect(days.daysAfter(day, more)).toBe(then);
  });

  test('the later of days', () => {
    expect(days.laterOf('2026-03-31', '', '2026-04-01')).toBe('2026-04-01');
  });
});

describe('a fiscal year', () => {
  test.each([
    ['2026', '12-31', '2026-01-01', '2027-01-01'],
    ['2026', '06-30', '2025-07-01', '2026-07-01'],
    // Who ends it with February ends it with February in leap years too.
    ['2024', '02-28', '2023-03-01', '2024-03-01'],
    ['2025', '02-28', '2024-03-01', '2025-03-01'],
    ['2025', '02-29', '2024-03-01', '2025-03-01'],
  ])('%s that ends on %s', (year, end, from, until) => {
    expect(days.fiscalYear(year, end)).toEqual({ from, until });
  });

  test.each([
    ['2026-12-31', '12-31', '2026-12-31'],
    ['2026-07-01', '06-30', '2027-06-30'],
    ['2026-06-30', '06-30', '2026-06-30'],
    ['2024-02-29', '02-28', '2024-02-29'],
    ['2024-03-01', '02-28', '2025-02-28'],
    ['2023-03-01', '02-29', '2024-02-29'],
  ])('%s lies in the one (%s) that ends on %s', (day, end, last) => {
    expect(days.fiscalYearEndFrom(day, end)).toBe(last);
  });

  test.each([
    ['2026-01-01', '12-31', '2026-06-30'],
    ['2026-06-30', '12-31', '2026-06-30'],
    ['2026-07-01', '12-31', '2027-06-30'],
    ['2026-12-31', '06-30', '2026-12-31'],
    ['2026-01-01', '06-30', '2026-12-31'],
    ['2023-09-01', '02-29', '2024-08-31'],
    ['2026-03-16', '03-15', '2026-09-15'],
  ])('from %s on, the first half of one (%s) ends on %s', (day, end, last) => {
    expect(days.firstHalfEndFrom(day, end)).toBe(last);
  });
});
