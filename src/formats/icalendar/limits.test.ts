import { describe, expect, test, vi } from 'vitest';
import {
  busyPeriods,
  CalendarError,
  indexOf,
  matchesTimeRange,
  occurrences,
  parseComponents,
  readCalendar,
  Steps,
} from './index.ts';
import * as limits from './limits.ts';
import { readVtimezone } from './zones/vtimezone.ts';

const named: Readonly<Record<string, number>> = limits;
const { depthMax, lineCharactersMax } = limits;

const event = (...lines: readonly string[]) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    'UID:1',
    'DTSTART:20260101T100000Z',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

function orRefusal<T>(read: () => T): T | CalendarError {
  try {
    return read();
  } catch (error) {
    if (error instanceof CalendarError) return error;
    throw error;
  }
}

function refusal(read: () => unknown): CalendarError {
  const made = orRefusal(read);
  if (made instanceof CalendarError) return made;
  throw new Error('it was taken');
}
const refused = (text: string) => refusal(() => readCalendar(text));
const times = (count: number, make: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => make(at));

describe('too much is refused', () => {
  test('objectBytesMax', () => {
    const huge = 'x'.repeat(limits.objectBytesMax + 1);
    expect(refused(huge)).toMatchObject({ reason: 'max-resource-size' });
    expect(refusal(() => readCalendar(event(), { bytesMax: 10 }))).toMatchObject({
      reason: 'max-resource-size',
    });
  });

  test('lineCharactersMax, folded as finely as can be', () => {
    const line = `X-A:${'a\r\n '.repeat(lineCharactersMax - 4)}`;
    const read = (text: string) => parseComponents(`BEGIN:X\r\n${text}\r\nEND:X\r\n`, 10_000_000);
    expect(read(line)[0]?.property('X-A')?.value).toHaveLength(lineCharactersMax - 4);
    expect(refusal(() => read(`${line}aa`)).message).toContain('characters');
  });

  test('propertiesMax, componentsMax', () => {
    expect(refused(event(...times(limits.propertiesMax, () => 'X:'))).message).toContain('properties');
    const alarms = times(limits.componentsMax, () => 'BEGIN:X\r\nEND:X');
    expect(refused(event(...alarms)).message).toContain('components');
  });

  test('depthMax, also where it is a thousand', () => {
    const deep = (depth: number) => 'BEGIN:X\r\n'.repeat(depth) + 'END:X\r\n'.repeat(depth);
    expect(parseComponents(deep(depthMax))).toHaveLength(1);
    expect(refusal(() => parseComponents(deep(depthMax + 1))).message).toContain('deeper');
    expect(refusal(() => parseComponents(deep(1000))).line).toBe(depthMax + 1);
  });

  test('datesMax, on one line or on many, and as many changed instances', () => {
    const dates = (count: number) => times(count, () => '20260101T100000Z').join(',');
    expect(readCalendar(event(`RDATE:${dates(limits.datesMax)}`)).uid).toBe('1');
    expect(refused(event(`RDATE:${dates(limits.datesMax + 1)}`)).reason).toBe('max-instances');
    expect(
      refusal(() =>
        readCalendar(event(`EXDATE:${dates(50_000)}`, `RDATE:${dates(50_000)}`), { bytesMax: 10_000_000 }),
      ).reason,
    ).toBe('max-instances');
    expect(refused(event(...times(limits.datesMax + 1, () => 'EXDATE:20260101'))).reason).toBe(
      'max-instances',
    );
  });

  test('overridesMax', () => {
    const changed = (count: number) =>
      times(
        count,
        (at) =>
          `BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:${2026 + at}0101T100000Z\r\nDTSTART:20260101T100000Z\r\nEND:VEVENT\r\n`,
      ).join('');
    const object = (count: number) => event().replace('END:VCALENDAR', `${changed(count)}END:VCALENDAR`);
    expect(readCalendar(object(limits.overridesMax)).overrides).toHaveLength(limits.overridesMax);
    expect(refused(object(limits.overridesMax + 1))).toMatchObject({ reason: 'max-instances' });
  });

  test('attendeesMax', () => {
    const attendees = times(limits.attendeesMax + 1, (at) => `ATTENDEE:mailto:${at}@a`);
    expect(refused(event(...attendees)).reason).toBe('max-attendees-per-instance');
  });

  test('ruleValuesMax, rulesPerComponentMax, timesPerPeriodMax, countedMax', () => {
    const rule = (text: string) => event(`RRULE:${text}`);
    const many = times(limits.ruleValuesMax + 1, () => '1').join(',');
    expect(refused(rule(`FREQ=DAILY;BYHOUR=${many}`)).message).toContain('values');
    expect(refused(event(...times(limits.rulesPerComponentMax + 1, () => 'RRULE:FREQ=DAILY'))).reason).toBe(
      'max-instances',
    );
    const each = (count: number) => times(count, String).join(',');
    const dense = (hours: number) =>
      rule(`FREQ=DAILY;BYHOUR=${each(hours)};BYMINUTE=${each(60)};BYSECOND=1,2`);
    expect(readCalendar(dense(limits.timesPerPeriodMax / 120)).uid).toBe('1');
    expect(refused(dense(limits.timesPerPeriodMax / 120 + 1)).reason).toBe('max-instances');
    expect(readCalendar(rule(`FREQ=DAILY;COUNT=${limits.countedMax}`)).uid).toBe('1');
    expect(refused(rule(`FREQ=DAILY;COUNT=${limits.countedMax + 1}`)).reason).toBe('max-instances');
  });

  test('countedStepsMax: what COUNT takes to be counted', () => {
    const sparse = 'FREQ=SECONDLY;INTERVAL=7;BYHOUR=3;BYMINUTE=4;BYSECOND=5;BYMONTHDAY=31;COUNT=50000';
    expect(refused(event(`RRULE:${sparse}`))).toMatchObject({ reason: 'max-instances', line: 6 });
    const dense = `RRULE:FREQ=SECONDLY;COUNT=${limits.countedMax}`;
    expect(limits.countedStepsMax).toBe(6 * limits.countedMax);
    // As some clients write birthdays.
    for (const rule of ['COUNT=2000', 'COUNT=600;BYDAY=1MO', 'COUNT=2000;BYMONTH=2;BYMONTHDAY=1'])
      expect(readCalendar(event(`RRULE:FREQ=YEARLY;${rule}`)).uid).toBe('1');
    expect(readCalendar(event(dense)).uid).toBe('1');
    expect(refused(event(dense, dense, dense, dense)).reason).toBe('max-instances');
  });

  test('zonesPerObjectMax', () => {
    const zone =
      'BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:20000101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n';
    const zones = (count: number) => event().replace('BEGIN:VEVENT', `${zone.repeat(count)}BEGIN:VEVENT`);
    expect(readCalendar(zones(limits.zonesPerObjectMax)).vtimezones).toHaveLength(limits.zonesPerObjectMax);
    expect(refused(zones(limits.zonesPerObjectMax + 1)).message).toContain('VTIMEZONEs');
  });

  test('stepsPerObjectMax: what cannot be looked at is said to be there, and capped, and busy', () => {
    const { digest } = indexOf(readCalendar(event('RRULE:FREQ=SECONDLY', 'EXRULE:FREQ=SECONDLY')));
    const range = (hours: number) => ({
      startMs: Date.UTC(2026, 5, 1),
      endMs: Date.UTC(2026, 5, 1, hours),
    });
    const steps = new Steps();
    expect(matchesTimeRange(digest, 'VEVENT', range(1), { steps })).toBe(false);
    expect(matchesTimeRange(digest, 'VEVENT', range(24), { steps })).toBe(true);
    expect(occurrences(digest, range(24), 10, { steps })).toEqual({ found: [], capped: true });
    expect(busyPeriods(digest, range(24), { steps })).toEqual([{ ...range(24), type: 'BUSY' }]);
    expect(steps.spent).toBe(false);
    // The next object has its own.
    expect(matchesTimeRange(digest, 'VEVENT', range(1), { steps })).toBe(false);
  });

  test('steps of a request are those of all that it asks', () => {
    const { digest } = indexOf(readCalendar(event('RRULE:FREQ=DAILY', 'EXRULE:FREQ=DAILY')));
    const month = { startMs: Date.UTC(2026, 5, 1), endMs: Date.UTC(2026, 6, 1) };
    const steps = new Steps(500);
    const answers = Array.from({ length: 10 }, () => matchesTimeRange(digest, 'VEVENT', month, { steps }));
    expect(answers).toEqual([false, false, false, true, true, true, true, true, true, true]);
    expect(steps.spent).toBe(true);
  });

  test('alarmsPerComponentMax, alarmRepeatsMax', () => {
    const alarm = (more = '') => `BEGIN:VALARM\r\nTRIGGER:PT0S\r\n${more}END:VALARM`;
    const alarms = times(limits.alarmsPerComponentMax + 1, () => alarm());
    expect(refused(event(...alarms)).message).toContain('alarms');
    const { digest } = indexOf(readCalendar(event(alarm('REPEAT:1000000\r\nDURATION:PT1M\r\n'))));
    const rings = (minutes: number) =>
      matchesTimeRange(digest, 'VALARM', {
        startMs: Date.UTC(2026, 0, 1, 10, minutes),
        endMs: Date.UTC(2026, 0, 1, 10, minutes + 1),
      });
    expect(rings(limits.alarmRepeatsMax)).toBe(true);
    expect(rings(limits.alarmRepeatsMax + 1)).toBe(false);
  });

  test('observancesMax, zoneRulesMax, transitionsMax', () => {
    const part = (more = '') =>
      `BEGIN:STANDARD\r\nDTSTART:20000101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\n${more}END:STANDARD\r\n`;
    const zone = (parts: string) => {
      const [component] = parseComponents(`BEGIN:VTIMEZONE\r\nTZID:X\r\n${parts}END:VTIMEZONE\r\n`);
      if (component === undefined) throw new Error('nothing was read');
      return readVtimezone(component);
    };
    expect(zone(part().repeat(limits.observancesMax)).offsetAt(0)).toBe(0);
    expect(() => zone(part().repeat(limits.observancesMax + 1))).toThrow('parts');
    const never = part('RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30\r\n');
    expect(zone(never.repeat(limits.zoneRulesMax)).offsetAt(0)).toBe(0);
    expect(() => zone(never.repeat(limits.zoneRulesMax + 1))).toThrow('rules');
    expect(() => zone(part('RRULE:FREQ=SECONDLY\r\n'))).toThrow('SECONDLY');
    const hours = times(limits.transitionsMax + 10, (at) =>
      new Date(Date.UTC(2000, 0, 2) + at * 3_600_000).toISOString().replace(/[-:]|\..*/g, ''),
    );
    const dense = zone(
      part(`RDATE:${hours.join(',')}\r\n`) + part().replace('2000', '2001').replace('+0100', '+0200'),
    );
    expect(dense.offsetAt(Date.UTC(2026, 0, 1))).toBe(3_600_000);
  });
});

/** Steps, not time: what each of these may cost at most is the same on every machine. */
describe('bad input is answered after a bounded number of steps', () => {
  const dates = times(limits.datesMax, (at) =>
    new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString().replace(/[-:]|\.000/g, ''),
  );
  const alarms = times(limits.alarmsPerComponentMax, (at) =>
    ['BEGIN:VALARM', `TRIGGER:-P${at * 30}D`, 'REPEAT:100', 'DURATION:P30D', 'END:VALARM'].join('\r\n'),
  );
  const eight = (rule: string) => times(8, (at) => `${rule};INTERVAL=${at + 1}`);
  test.each<[what: string, lines: readonly string[]]>([
    ['RDATEs', [`RDATE:${dates.join(',')}`]],
    ['EXDATEs of a dense rule', ['RRULE:FREQ=MINUTELY', `EXDATE:${dates.join(',')}`]],
    ['SECONDLY for ever', ['RRULE:FREQ=SECONDLY']],
    ['SECONDLY without itself', ['RRULE:FREQ=SECONDLY', 'EXRULE:FREQ=SECONDLY']],
    ['SECONDLY without much', ['RRULE:FREQ=SECONDLY', ...times(7, () => 'EXRULE:FREQ=SECONDLY;COUNT=6000')]],
    ['YEARLY that never fires', eight('RRULE:FREQ=YEARLY;BYMONTHDAY=31;BYYEARDAY=1;BYDAY=MO')],
    ['MONTHLY that never fires', eight('RRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=MO;BYYEARDAY=1')],
    ['WEEKLY that never fires', eight('RRULE:FREQ=WEEKLY;BYDAY=MO,TU;BYMONTHDAY=31;BYYEARDAY=1')],
    ['DAILY that never fires', eight('RRULE:FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2')],
    ['SECONDLY that never fires', times(8, (at) => `RRULE:FREQ=SECONDLY;INTERVAL=86400;BYSECOND=${at + 30}`)],
    ['COUNT of little', ['RRULE:FREQ=DAILY;COUNT=50000;BYMONTHDAY=29;BYMONTH=2;BYDAY=MO']],
    ['COUNT of much', times(4, () => 'RRULE:FREQ=SECONDLY;COUNT=50000')],
    ['alarms of a dense rule', ['RRULE:FREQ=SECONDLY', ...alarms]],
  ])('%s', (_, lines) => {
    const take = vi.spyOn(Steps.prototype, 'take');
    const taken = () => {
      const sum = take.mock.calls.reduce((all, [count]) => all + count, 0);
      take.mockClear();
      return sum;
    };
    const range = { startMs: Date.UTC(2027, 2, 1), endMs: Date.UTC(2027, 3, 1) };
    try {
      const object = orRefusal(() => readCalendar(event(...lines)));
      expect(taken()).toBeLessThan(1.01 * limits.countedStepsMax);
      if (object instanceof CalendarError) return;
      const { digest } = indexOf(object);
      expect(taken()).toBeLessThan(2.02 * limits.countedStepsMax);
      for (const component of ['VEVENT', 'VALARM'] as const) {
        matchesTimeRange(digest, component, range);
        expect(taken()).toBeLessThan(1.01 * limits.stepsPerObjectMax);
      }
      occurrences(digest, range, 1_000);
      expect(taken()).toBeLessThan(1.01 * limits.stepsPerObjectMax);
      busyPeriods(digest, range);
      expect(taken()).toBeLessThan(1.01 * limits.stepsPerObjectMax);
    } finally {
      take.mockRestore();
    }
  });
});

describe('a rule that never fires ends', () => {
  test.each([
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'emptyYearsMax'],
    ['FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30', 'emptyMonthsMax'],
    ['FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30', 'emptyWeeksMax'],
    ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', 'emptyPeriodsMax'],
    ['FREQ=SECONDLY;INTERVAL=86400;BYSECOND=30', 'emptyPeriodsMax'],
    ['FREQ=DAILY;BYSETPOS=2', 'emptyPeriodsMax'],
    ['FREQ=YEARLY;UNTIL=99991231T235959Z;BYMONTH=4;BYMONTHDAY=31', 'yearMax'],
  ] as const)('%s (%s)', (rule, limit) => {
    expect(named[limit]).toBeGreaterThan(0);
    const index = indexOf(readCalendar(event(`RRULE:${rule}`)));
    expect(index.lastMs).toBe(Date.UTC(2026, 0, 1, 10) + 1000);
  });
});

test('what is kept ready is bounded: digestsKeptCharactersMax, zonesKeptMax, writtenZonesKeptMax, zoneTextsKeptMax', () => {
  expect(limits.zoneTextsKeptMax).toBe(128);
  expect(limits.digestsKeptCharactersMax).toBe(16_777_216);
  expect(limits.zonesKeptMax).toBe(512);
  expect(limits.writtenZonesKeptMax).toBe(256);
});
