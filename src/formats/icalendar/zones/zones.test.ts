import { describe, expect, test } from 'vitest';
import {
  indexOf,
  instantIn,
  matchesTimeRange,
  parseComponents,
  readCalendar,
  resolveZone,
  systemZoneNames,
  vtimezoneOf,
  writeComponent,
  type Zone,
  zoneOfText,
} from '../index.ts';
import { readVtimezone } from './vtimezone.ts';

function zone(name: string): Zone {
  const found = resolveZone(name);
  if (found === null) throw new Error(`${name} is not known`);
  return found;
}
const hour = 3_600_000;

describe('a zone of the system', () => {
  test.each([
    ['Europe/Paris', '2026-01-01T00:00:00Z', 1],
    ['Europe/Paris', '2026-03-29T00:59:59Z', 1],
    ['Europe/Paris', '2026-03-29T01:00:00Z', 2],
    ['Europe/Paris', '2150-07-01T00:00:00Z', 2],
    ['Europe/Paris', '2150-12-01T00:00:00Z', 1],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 5.75],
    ['America/St_Johns', '2026-01-01T00:00:00Z', -3.5],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', -10],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', 14],
    ['Africa/Casablanca', '2026-03-01T00:00:00Z', 0],
    ['UTC', '2026-01-01T00:00:00Z', 0],
  ])('%s at %s is %s hours from UTC', (name, at, offset) => {
    expect(zone(name).offsetAt(Date.parse(at)) / hour).toBe(offset);
  });

  test.each([
    ['us/eastern', 'America/New_York'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['/freeassociation.sourceforge.net/Europe/Paris', 'Europe/Paris'],
    [
      '/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires',
      'America/Argentina/Buenos_Aires',
    ],
    ['/mozilla.org/20050126_1/Europe/Rome', 'Europe/Rome'],
    ['tzone://Microsoft/Utc', 'UTC'],
    ['tzone://Microsoft/W. Europe Standard Time', 'Europe/Berlin'],
    ['Z', 'UTC'],
  ])('%s means %s', (alias, name) => {
    expect(zone(alias).offsetAt(Date.UTC(2026, 6, 1))).toBe(zone(name).offsetAt(Date.UTC(2026, 6, 1)));
    expect(zone(alias).offsetAt(Date.UTC(2026, 0, 1))).toBe(zone(name).offsetAt(Date.UTC(2026, 0, 1)));
  });

  test('offsets as Outlook names them; what is nothing is nothing', () => {
    expect(zone('GMT+0100').offsetAt(0)).toBe(hour);
    expect(zone('UTC-05:30').offsetAt(0)).toBe(-5.5 * hour);
    for (const name of ['', 'Nowhere', '+01:00', 'UTC+99', 'Europe/', '../../etc/passwd', 'x'.repeat(1000)]) {
      expect(resolveZone(name)).toBeNull();
    }
  });

  test('a time that is skipped is read with the offset before it, of two the first is meant (RFC 5545 §3.3.5)', () => {
    const newYork = zone('America/New_York');
    const at = (text: string) =>
      new Date(instantIn(newYork, Date.parse(`${text}Z`))).toISOString().slice(0, 19);
    expect(at('2007-03-11T02:30:00')).toBe('2007-03-11T07:30:00');
    expect(at('2007-11-04T01:30:00')).toBe('2007-11-04T05:30:00');
    expect(at('2007-03-11T03:00:00')).toBe('2007-03-11T07:00:00');
  });
});

describe('a VTIMEZONE', () => {
  const outlook = [
    ...['BEGIN:VTIMEZONE', 'TZID:Customized', 'BEGIN:STANDARD', 'DTSTART:16010101T030000'],
    ...['TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10'],
    ...[
      'END:STANDARD',
      'BEGIN:DAYLIGHT',
      'DTSTART:16010101T020000',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
    ],
    ...['RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', 'END:VTIMEZONE'],
  ];
  const calendar = (...lines: readonly string[]) =>
    ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');

  test('of the file is asked before the system, and goes into the digest', () => {
    const fixed = [
      ...['BEGIN:VTIMEZONE', 'TZID:Europe/Paris', 'BEGIN:STANDARD', 'DTSTART:19700101T000000'],
      ...['TZOFFSETFROM:+0500', 'TZOFFSETTO:+0500', 'END:STANDARD', 'END:VTIMEZONE'],
    ];
    const event = ['BEGIN:VEVENT', 'UID:1', 'DTSTART;TZID=Europe/Paris:20260101T100000', 'END:VEVENT'];
    const object = readCalendar(calendar(...fixed, ...event));
    const { digest } = indexOf(object);
    expect(digest).toContain('TZOFFSETTO:+0500');
    const range = { startMs: Date.UTC(2026, 0, 1, 5), endMs: Date.UTC(2026, 0, 1, 6) };
    expect(matchesTimeRange(digest, 'VEVENT', range)).toBe(true);
    expect(matchesTimeRange(indexOf(readCalendar(calendar(...event))).digest, 'VEVENT', range)).toBe(false);
  });

  test('that says what the system says is not kept, under whatever name', () => {
    const named = outlook.map((line) => line.replace('Customized', 'Romance Standard Time'));
    const event = [
      'BEGIN:VEVENT',
      'UID:1',
      'DTSTART;TZID=Romance Standard Time:20260701T100000',
      'END:VEVENT',
    ];
    const { digest, firstMs } = indexOf(readCalendar(calendar(...named, ...event)));
    expect(digest).toContain('"z":{"Romance Standard Time":"Europe/Paris"}');
    expect(firstMs).toBe(Date.UTC(2026, 6, 1, 8) - 1000);
  });

  test('that nobody knows is read', () => {
    const made = zoneOfText(calendar(...outlook));
    const paris = zone('Europe/Paris');
    for (let at = Date.UTC(1998, 0, 1); at < Date.UTC(2030, 0, 1); at += 12 * hour) {
      expect(made.offsetAt(at)).toBe(paris.offsetAt(at));
    }
    expect(() => zoneOfText(calendar())).toThrow('no VTIMEZONE');
    expect(() => zoneOfText(calendar('BEGIN:VTIMEZONE', 'TZID:X', 'END:VTIMEZONE'))).toThrow('STANDARD');
  });

  test.each([
    'Europe/Paris',
    'America/New_York',
    'Africa/Casablanca',
    'Asia/Hebron',
    'Pacific/Apia',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/Godthab',
    'UTC',
  ])('of %s is written so that it says the same from 1970 to 2037', (name) => {
    const component = vtimezoneOf(name);
    if (component === null) throw new Error('nothing was written');
    const [again] = parseComponents(writeComponent(component));
    if (again === undefined) throw new Error('nothing was read');
    const read = readVtimezone(again);
    const system = zone(name);
    const differ: string[] = [];
    for (let at = 0; at < Date.UTC(2038, 0, 1); at += 6 * hour) {
      if (read.offsetAt(at) !== system.offsetAt(at)) differ.push(new Date(at).toISOString());
    }
    expect(differ).toEqual([]);
    expect(again.text('TZID')).toBe(name);
  });

  test('of a zone that is not there is nothing; of those that are, every name is known', () => {
    expect(vtimezoneOf('Nowhere')).toBeNull();
    expect(systemZoneNames().length).toBeGreaterThan(300);
    expect(systemZoneNames().filter((name) => resolveZone(name) === null)).toEqual([]);
  });
});
