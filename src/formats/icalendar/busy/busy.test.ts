import { describe, expect, test } from 'vitest';
import {
  availabilityPeriods,
  type BusyPeriod,
  busyPeriods,
  coalesce,
  indexOf,
  Property,
  readCalendar,
  resolveZone,
  writeComponent,
  writeFreeBusy,
} from '../index.ts';
import { availableInstancesMax, busyInstancesMax, statusesKeptMax } from '../limits.ts';

const digestOf = (...lines: readonly string[]) =>
  indexOf(readCalendar(['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n')))
    .digest;
const event = (...lines: readonly string[]) => digestOf('BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT');
const at = (text: string) => Date.parse(`${text}Z`);
const window = { startMs: at('2026-03-02T00:00'), endMs: at('2026-03-09T00:00') };
const shown = (periods: readonly BusyPeriod[]) =>
  periods.map(({ startMs, endMs, type }) => {
    const short = (ms: number) => new Date(ms).toISOString().slice(5, 16);
    return `${short(startMs)}/${short(endMs)} ${type}`;
  });

const hour = ['DTSTART:20260303T100000Z', 'DTEND:20260303T110000Z'];

describe('an event makes busy', () => {
  test.each([
    [[], ['03-03T10:00/03-03T11:00 BUSY']],
    [['STATUS:CONFIRMED'], ['03-03T10:00/03-03T11:00 BUSY']],
    [['STATUS:TENTATIVE'], ['03-03T10:00/03-03T11:00 BUSY-TENTATIVE']],
    [['STATUS:CANCELLED'], []],
    [['TRANSP:TRANSPARENT'], []],
    [['RRULE:FREQ=DAILY;COUNT=2'], ['03-03T10:00/03-03T11:00 BUSY', '03-04T10:00/03-04T11:00 BUSY']],
    [['RRULE:FREQ=HOURLY;COUNT=4'], ['03-03T10:00/03-03T14:00 BUSY']],
  ])('%j', (lines, expected) => {
    expect(shown(busyPeriods(event(...hour, ...lines), window))).toEqual(expected);
  });

  test('cut to the window; a day in the zone of who asks; nothing for what lasts no time', () => {
    expect(shown(busyPeriods(event('DTSTART:20260301T230000Z', 'DURATION:PT2H'), window))).toEqual([
      '03-02T00:00/03-02T01:00 BUSY',
    ]);
    const paris = resolveZone('Europe/Paris');
    if (paris === null) throw new Error('no Paris');
    expect(shown(busyPeriods(event('DTSTART;VALUE=DATE:20260303'), window, { floating: paris }))).toEqual([
      '03-02T23:00/03-03T23:00 BUSY',
    ]);
    expect(busyPeriods(event('DTSTART:20260303T100000Z'), window)).toEqual([]);
  });

  test('an instance that is cancelled or moved', () => {
    const digest = digestOf(
      ...['BEGIN:VEVENT', 'UID:1', ...hour, 'RRULE:FREQ=DAILY;COUNT=3', 'END:VEVENT'],
      ...['BEGIN:VEVENT', 'UID:1', 'RECURRENCE-ID:20260304T100000Z', 'DTSTART:20260304T100000Z'],
      ...['DURATION:PT1H', 'STATUS:CANCELLED', 'END:VEVENT'],
      ...['BEGIN:VEVENT', 'UID:1', 'RECURRENCE-ID:20260305T100000Z', 'DTSTART:20260306T150000Z'],
      ...['DURATION:PT30M', 'END:VEVENT'],
    );
    expect(shown(busyPeriods(digest, window))).toEqual([
      '03-03T10:00/03-03T11:00 BUSY',
      '03-06T15:00/03-06T15:30 BUSY',
    ]);
  });

  test('what its owner declined does not bind them, what they did not answer does so tentatively', () => {
    const invited = (status: string) =>
      event(
        ...hour,
        `ATTENDEE;PARTSTAT=${status}:MAILTO:Me@coop.example`,
        'ATTENDEE:mailto:you@coop.example',
      );
    const self = new Set(['me@coop.example']);
    const types = (status: string) => busyPeriods(invited(status), window, { self }).map(({ type }) => type);
    expect(types('ACCEPTED')).toEqual(['BUSY']);
    expect(types('DECLINED')).toEqual([]);
    expect(types('TENTATIVE')).toEqual(['BUSY-TENTATIVE']);
    expect(types('NEEDS-ACTION')).toEqual(['BUSY-TENTATIVE']);
    expect(busyPeriods(invited('DECLINED'), window)).toHaveLength(1);
  });

  test('busyInstancesMax, statusesKeptMax', () => {
    const seconds = busyPeriods(
      event('DTSTART:20260302T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY'),
      window,
    );
    // What is not looked at any more is busy.
    expect(busyInstancesMax * 1000).toBeLessThan(window.endMs - window.startMs);
    expect(seconds).toEqual([{ ...window, type: 'BUSY' }]);
    const many = Array.from(
      { length: statusesKeptMax + 1 },
      (_, n) => `ATTENDEE;PARTSTAT=DECLINED:mailto:${n}@a`,
    );
    const digest = event(...hour, ...many);
    const busy = (n: number) => busyPeriods(digest, window, { self: new Set([`${n}@a`]) }).length;
    expect([busy(statusesKeptMax - 1), busy(statusesKeptMax)]).toEqual([0, 1]);
  });
});

test('a VFREEBUSY says its periods', () => {
  const digest = digestOf(
    ...['BEGIN:VFREEBUSY', 'UID:1', 'DTSTART:20260301T000000Z', 'DTEND:20260401T000000Z'],
    'FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260303T100000Z/PT1H,20260501T100000Z/PT1H',
    'FREEBUSY;FBTYPE=FREE:20260303T120000Z/PT1H',
    'FREEBUSY;FBTYPE=X-ODD:20260303T140000Z/20260303T150000Z',
    'END:VFREEBUSY',
  );
  expect(shown(busyPeriods(digest, window))).toEqual([
    '03-03T10:00/03-03T11:00 BUSY-UNAVAILABLE',
    '03-03T14:00/03-03T15:00 BUSY',
  ]);
});

test('periods are put together: neighbours join, the firmest counts', () => {
  const period = (from: number, to: number, type: BusyPeriod['type'] = 'BUSY') => ({
    startMs: from,
    endMs: to,
    type,
  });
  expect(
    coalesce([
      period(50, 60),
      period(0, 10),
      period(10, 20),
      period(5, 30, 'BUSY-TENTATIVE'),
      period(25, 40, 'BUSY-UNAVAILABLE'),
      period(70, 70),
    ]),
  ).toEqual([
    period(0, 20),
    period(20, 25, 'BUSY-TENTATIVE'),
    period(25, 40, 'BUSY-UNAVAILABLE'),
    period(50, 60),
  ]);
});

describe('availability (RFC 7953)', () => {
  const office = (...lines: readonly string[]) =>
    digestOf(
      ...['BEGIN:VAVAILABILITY', 'UID:a', 'DTSTAMP:20260101T000000Z', ...lines],
      ...['BEGIN:AVAILABLE', 'UID:b', 'DTSTART:20260302T090000Z', 'DTEND:20260302T170000Z'],
      ...['RRULE:FREQ=WEEKLY;BYDAY=MO,TU', 'END:AVAILABLE'],
      'END:VAVAILABILITY',
    );

  test('all but what is available', () => {
    const short = { startMs: window.startMs, endMs: at('2026-03-04T00:00') };
    expect(shown(availabilityPeriods([office()], short))).toEqual([
      '03-02T00:00/03-02T09:00 BUSY-UNAVAILABLE',
      '03-02T17:00/03-03T09:00 BUSY-UNAVAILABLE',
      '03-03T17:00/03-04T00:00 BUSY-UNAVAILABLE',
    ]);
    expect(availabilityPeriods([], short)).toEqual([]);
    expect(availabilityPeriods([event(...hour)], short)).toEqual([]);
  });

  test('a higher priority hides a lower one within its own time', () => {
    const away = digestOf(
      ...['BEGIN:VAVAILABILITY', 'UID:c', 'PRIORITY:1', 'BUSYTYPE:BUSY', 'DTSTART:20260302T120000Z'],
      ...['DTEND:20260303T120000Z', 'END:VAVAILABILITY'],
    );
    const short = { startMs: window.startMs, endMs: at('2026-03-03T18:00') };
    for (const both of [
      [away, office()],
      [office(), away],
    ]) {
      expect(shown(availabilityPeriods(both, short))).toEqual([
        '03-02T00:00/03-02T09:00 BUSY-UNAVAILABLE',
        '03-02T12:00/03-03T12:00 BUSY',
        '03-03T17:00/03-03T18:00 BUSY-UNAVAILABLE',
      ]);
    }
  });

  test('availableInstancesMax', () => {
    const dense = digestOf(
      ...['BEGIN:VAVAILABILITY', 'UID:a', 'BEGIN:AVAILABLE', 'UID:b', 'DTSTART:20260302T000000Z'],
      ...['DURATION:PT1S', 'RRULE:FREQ=SECONDLY', 'END:AVAILABLE', 'END:VAVAILABILITY'],
    );
    expect(availabilityPeriods([dense], window)).toEqual([
      {
        startMs: window.startMs + availableInstancesMax * 1000,
        endMs: window.endMs,
        type: 'BUSY-UNAVAILABLE',
      },
    ]);
  });
});

test('a VFREEBUSY is written', () => {
  const periods = [
    { startMs: at('2026-03-03T10:00'), endMs: at('2026-03-03T11:00'), type: 'BUSY' as const },
    { startMs: at('2026-03-04T10:00'), endMs: at('2026-03-04T11:00'), type: 'BUSY-TENTATIVE' as const },
  ];
  const made = writeFreeBusy(window, periods, at('2026-01-01T00:00'), [Property.of('UID', '1')]);
  expect(writeComponent(made).split('\r\n').slice(3, -2)).toEqual([
    'BEGIN:VFREEBUSY',
    'UID:1',
    'DTSTAMP:20260101T000000Z',
    'DTSTART:20260302T000000Z',
    'DTEND:20260309T000000Z',
    'FREEBUSY;FBTYPE=BUSY:20260303T100000Z/20260303T110000Z',
    'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260304T100000Z/20260304T110000Z',
    'END:VFREEBUSY',
  ]);
  expect(shown(busyPeriods(indexOf(readCalendar(writeComponent(made))).digest, window))).toEqual(
    shown(periods),
  );
});
