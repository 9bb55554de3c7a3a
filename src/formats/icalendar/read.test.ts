import { describe, expect, test } from 'vitest';
import { CalendarError, indexOf, matchesTimeRange, readCalendar, writeCalendar } from './index.ts';

const calendar = (...lines: readonly string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: readonly string[]) =>
  calendar('BEGIN:VEVENT', 'UID:1', 'DTSTART:20260101T100000Z', ...lines, 'END:VEVENT');

function refusal(source: string | Uint8Array): CalendarError {
  try {
    readCalendar(source);
  } catch (error) {
    if (error instanceof CalendarError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('an object is read', () => {
  test('its properties, parameters and components', () => {
    const object = readCalendar(
      event(
        'SUMMARY;LANGUAGE=fr;X-A="a:b","c^nd":Un\\, deux\\nTrois',
        'CATEGORIES:a\\\\,b\\,c',
        'BEGIN:VALARM',
        'ACTION:DISPLAY',
        'TRIGGER:-PT5M',
        'END:VALARM',
      ),
    );
    expect(object.uid).toBe('1');
    expect(object.kind).toBe('VEVENT');
    const summary = object.master?.property('SUMMARY');
    expect(summary?.text).toBe('Un, deux\nTrois');
    expect(summary?.parameterValues('X-A')).toEqual(['a:b', 'c\nd']);
    // ical.js 2.2.1 reads 'a\' and 'b,c' as one.
    expect(object.master?.property('CATEGORIES')?.texts).toEqual(['a\\', 'b,c']);
    expect(object.master?.components('VALARM')).toHaveLength(1);
  });

  test('a colon in the third of quoted values is no value (ical.js 2.2.1 says so)', () => {
    const object = readCalendar(event('ATTENDEE;MEMBER="mailto:a@b","mailto:c@d","x:y":mailto:z@z'));
    expect(object.master?.property('ATTENDEE')?.value).toBe('mailto:z@z');
  });

  test('what is written is what was read', () => {
    const text = event(
      'SUMMARY;X-P=^^a^n;X-Q="b;c":é\\n\\;',
      'X-UNKNOWN;VALUE=X-THING:anything; goes, here',
      'ATTENDEE;MEMBER="mailto:a@b","mailto:c@d":mailto:z@z',
    );
    expect(writeCalendar(readCalendar(text))).toBe(text);
  });

  test('as real files have it: LF alone, a byte order mark, empty lines, lower case, no last line end', () => {
    const text = `\u{feff}begin:vcalendar\n\nversion:2.0\nbegin:vevent\nuid:1\ndtstart:20260101T100000Z\nsummary:a\n b\nend:vevent\nend:vcalendar`;
    expect(readCalendar(Buffer.from(text)).master?.text('SUMMARY')).toBe('ab');
  });
});

describe('an object is refused', () => {
  test.each([
    ['', 'valid-calendar-data', 'no VCALENDAR', 0],
    ['BEGIN:VCARD\r\nEND:VCARD\r\n', 'valid-calendar-data', 'VCARD', 1],
    [event().replace('VERSION:2.0', 'VERSION:1.0'), 'supported-calendar-data', 'VERSION', 2],
    [event('no colon'), 'valid-calendar-data', "no ':'", 7],
    [event('BEGIN:VALARM'), 'valid-calendar-data', 'is open', 8],
    [event('DTEND:2026010'), 'valid-calendar-data', 'no date', 7],
    [event('DTEND:20260230T000000Z'), 'valid-calendar-data', 'no date', 7],
    [event('EXDATE:20260101T100000Z,x'), 'valid-calendar-data', 'no date', 7],
    [event('DTSTAMP:00000101T000000Z'), 'min-date-time', 'year 1', 7],
    [event('DURATION:1H'), 'valid-calendar-data', 'no duration', 7],
    [event('DURATION:PT1H', 'DTEND:20260101T110000Z'), 'valid-calendar-object-resource', 'beside', 8],
    [event('RRULE:FREQ=SOMETIMES'), 'valid-calendar-data', 'FREQ', 7],
    [event('RRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101'), 'valid-calendar-data', 'both', 7],
    [event('RRULE:FREQ=DAILY;RSCALE=HEBREW'), 'supported-rscale', 'another calendar', 7],
    [event('RRULE:FREQ=DAILY;SKIP=FORWARD'), 'valid-calendar-data', 'RSCALE', 7],
    [event('RRULE:FREQ=DAILY;RSCALE=GREGORIAN;SKIP=ASIDE'), 'valid-calendar-data', 'SKIP', 7],
    [event('RRULE:FREQ=DAILY;INTERVAL=0'), 'valid-calendar-data', 'INTERVAL', 7],
    [event('RRULE:FREQ=DAILY;BYHOUR=24'), 'valid-calendar-data', 'BYHOUR', 7],
    [event('RRULE:FREQ=MONTHLY;BYDAY=0MO'), 'valid-calendar-data', 'BYDAY', 7],
    [event('RDATE;TZID=Nowhere:20260101T100000'), 'valid-timezone', 'nobody knows', 7],
    [event('SUMMARY:a\u0000b'), 'valid-calendar-data', 'U+0000', 7],
    [event('SUMMARY;A="b:c'), 'valid-calendar-data', 'quoted', 7],
    [calendar('BEGIN:VEVENT', 'UID:1', 'END:VEVENT'), 'valid-calendar-object-resource', 'DTSTART', 4],
    [calendar(), 'valid-calendar-object-resource', 'nothing', 1],
    [calendar('METHOD:REQUEST'), 'valid-calendar-object-resource', 'METHOD', 4],
    [calendar('BEGIN:VTODO', 'END:VTODO'), 'valid-calendar-object-resource', 'no UID', 4],
    [calendar('BEGIN:VCARD', 'END:VCARD'), 'supported-calendar-component', 'VCARD', 4],
  ])('%#: %j', (text, reason, message, line) => {
    const error = refusal(text);
    expect(error.message).toContain(message);
    expect({ reason: error.reason, line: error.line }).toEqual({ reason, line });
  });

  test('two UIDs, two kinds, two masters, an instance changed twice', () => {
    const two = (first: string, second: string) =>
      calendar(...[first, second].flatMap((each) => each.split('|')));
    const one = 'BEGIN:VEVENT|UID:1|DTSTART:20260101T100000Z|END:VEVENT';
    for (const other of [one, one.replace('UID:1', 'UID:2'), 'BEGIN:VTODO|UID:1|END:VTODO']) {
      expect(refusal(two(one, other)).reason).toBe('valid-calendar-object-resource');
    }
    const changed = one.replace('UID:1', 'UID:1|RECURRENCE-ID:20260102T100000Z');
    expect(readCalendar(two(one, changed)).overrides).toHaveLength(1);
    const again = changed
      .replace('RECURRENCE-ID:2026', 'RECURRENCE-ID;TZID=Europe/Paris:2026')
      .replace('0102T100000Z', '0102T110000');
    expect(refusal(two(changed, again)).message).toContain('changed twice');
  });

  test('octets that are no UTF-8, by their line', () => {
    const bytes = Buffer.from(event('SUMMARY:?'));
    bytes[bytes.indexOf(0x3f)] = 0xff;
    expect(refusal(bytes)).toMatchObject({ line: 7, reason: 'valid-calendar-data' });
  });
});

test('an object is found by its digest', () => {
  const { digest, firstMs, lastMs, uid } = indexOf(
    readCalendar(event('DTEND:20260101T110000Z', 'RRULE:FREQ=WEEKLY;COUNT=3')),
  );
  const at = (text: string) => Date.parse(text);
  expect(uid).toBe('1');
  expect(firstMs).toBeLessThanOrEqual(at('2026-01-01T10:00Z'));
  expect(lastMs).toBeGreaterThanOrEqual(at('2026-01-15T11:00Z'));
  const within = (from: string, to: string) =>
    matchesTimeRange(digest, 'VEVENT', { startMs: at(from), endMs: at(to) });
  expect(within('2026-01-15T10:59Z', '2026-01-15T12:00Z')).toBe(true);
  expect(within('2026-01-15T11:00Z', '2026-01-15T12:00Z')).toBe(false);
  expect(within('2026-01-22T10:00Z', '2026-01-22T12:00Z')).toBe(false);
  expect(matchesTimeRange(digest, 'VTODO', { startMs: null, endMs: null })).toBe(false);
});
