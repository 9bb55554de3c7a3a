import { describe, expect, test } from 'vitest';
import { bankDayFrom, isBankDay } from './index.ts';

describe('days on which banks settle in euros', () => {
  test('six holidays a year, as the European Central Bank lists them, and weekends', () => {
    const year = Array.from({ length: 365 }, (_, n) =>
      new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10),
    );
    const isWeekday = (day: string) => ![0, 6].includes(new Date(day).getUTCDay());
    const closed = year.filter((day) => isWeekday(day) && !isBankDay(day));
    expect(closed).toEqual(['2026-01-01', '2026-04-03', '2026-04-06', '2026-05-01', '2026-12-25']);
    expect(year.filter((day) => !isWeekday(day)).some(isBankDay)).toBe(false);
    expect(year.filter(isBankDay)).toHaveLength(256);
  });

  test.each([
    ['2024-03-29', '2024-04-02'],
    ['2025-04-18', '2025-04-22'],
    ['2027-03-26', '2027-03-30'],
    ['2038-04-23', '2038-04-27'],
    ['2026-12-24', '2026-12-24'],
    ['2026-12-25', '2026-12-28'],
    ['2027-12-31', '2027-12-31'],
    ['2028-01-01', '2028-01-03'],
  ])('from %s on the first one is %s', (day, first) => {
    expect(bankDayFrom(day)).toBe(first);
  });
});
