import { describe, expect, test } from 'vitest';
import { type CalendarObject, readCalendar, writeCalendar, writeComponent } from '../index.ts';
import { bea, moved, nowMs, object, paris, weekly, without } from './fixtures.ts';
import { applyRequest, attendeeMayNot, attendeeMessage, withNotes } from './index.ts';

// What clients make of a copy when their user answers: RFC 6638 §3.2.2.1, and how they write it.

const text = (...events: readonly (readonly string[])[]) => writeCalendar(object(...events));
const swap = (from: string | RegExp, to: string) => weekly.map((line) => line.replace(from, to));
const accepted = (lines: readonly string[]) =>
  lines.map((line) => line.replace('PARTSTAT=NEEDS-ACTION;RSVP=TRUE', 'PARTSTAT=ACCEPTED'));

/** Monday at ten in Paris, as Windows calls it. */
const windows = `BEGIN:VTIMEZONE
TZID:Romance Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
`.replaceAll('\n', '\r\n');
const alone = without(weekly, 'RRULE');
const day = [...without(weekly, 'DTSTART', 'DTEND', 'RRULE'), 'DTSTART;VALUE=DATE:20260105'];

describe('the same time, written otherwise, may be answered', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['VALUE=DATE-TIME', weekly, swap('DTSTART;', 'DTSTART;VALUE=DATE-TIME;')],
    ['a duration', weekly, swap(/^DTEND.*/, 'DURATION:PT1H')],
    ['a duration in minutes', weekly, swap(/^DTEND.*/, 'DURATION:PT60M')],
    ['INTERVAL=1', weekly, swap('COUNT=5', 'COUNT=5;INTERVAL=1')],
    ['parts in another order, and small', weekly, swap(/FREQ.*/, 'count=5;freq=WEEKLY')],
    ['the day that it is on', weekly, swap('COUNT=5', 'COUNT=5;BYDAY=MO')],
    ['where weeks begin', weekly, swap('COUNT=5', 'COUNT=5;WKST=SU')],
    ['the hour that it is at', weekly, swap('COUNT=5', 'COUNT=5;BYHOUR=10;BYMINUTE=0;BYSECOND=0')],
    ['an end instead of a count', weekly, swap('COUNT=5', 'UNTIL=20260202T090000Z')],
    ['an end that is a day', weekly, swap('COUNT=5', 'UNTIL=20260202')],
    [
      'an end a little later',
      swap('COUNT=5', 'UNTIL=20260202T090000Z'),
      swap('COUNT=5', 'UNTIL=20260206T225959Z'),
    ],
    ['another name of the zone', weekly, swap(/Europe\/Paris/, '/mozilla.org/20050126_1/Europe/Paris')],
    ['a zone in which clocks go alike', weekly, swap(/Europe\/Paris/, 'Europe/Brussels')],
    [
      'UTC',
      alone,
      [...without(alone, 'DTSTART', 'DTEND'), 'DTSTART:20260105T090000Z', 'DTEND:20260105T100000Z'],
    ],
    ['a day, and its end', day, [...day, 'DTEND;VALUE=DATE:20260106']],
    ['a day that ends as it begins', day, [...day, 'DTEND;VALUE=DATE:20260105']],
    ['a day of a day', day, [...day, 'DURATION:P1D']],
    ['a monthly rule', swap('WEEKLY', 'MONTHLY'), swap('WEEKLY', 'MONTHLY;BYMONTHDAY=5')],
    ['a yearly rule', swap('WEEKLY', 'YEARLY'), swap('WEEKLY', 'YEARLY;BYMONTH=1;BYMONTHDAY=5')],
    [
      'EXDATEs on one line',
      [...weekly, `EXDATE;${paris}:20260112T100000`, `EXDATE;${paris}:20260119T100000`],
      [...weekly, 'EXDATE:20260119T090000Z,20260112T090000Z'],
    ],
    [
      'RDATEs on one line',
      [...weekly, `RDATE;${paris}:20260113T100000`, `RDATE;${paris}:20260114T100000`],
      [...weekly, 'RDATE:20260114T090000Z,20260113T090000Z'],
    ],
    ['a summary that is folded otherwise', weekly, swap('Council', ' Council ')],
  ])('%s', (_, before, after) => {
    const copy = object(before);
    const next = object(accepted(after));
    expect(attendeeMayNot(copy, next, bea)).toBeNull();
    expect(attendeeMessage(copy, next, { me: bea, nowMs })?.from).toBe('mailto:bea@a.test');
  });

  test('a zone of Windows, with its VTIMEZONE', () => {
    const next = readCalendar(
      text(accepted(weekly))
        .replaceAll('Europe/Paris', 'Romance Standard Time')
        .replace('BEGIN:VEVENT', `${windows}BEGIN:VEVENT`),
    );
    expect(attendeeMayNot(object(weekly), next, bea)).toBeNull();
  });
});

describe('RFC 6638 §3.2.2.1: what an attendee changes', () => {
  const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', 'TRIGGER:-PT5M', 'END:VALARM'];
  const off = [...weekly, `EXDATE;${paris}:20260112T100000`];
  const answering = accepted(without(weekly, 'RRULE', 'DTSTART', 'DTEND'));
  const oneAnswer = [
    ...answering,
    `RECURRENCE-ID;${paris}:20260112T100000`,
    `DTSTART;${paris}:20260112T100000`,
    `DTEND;${paris}:20260112T110000`,
  ];
  const cancelled = [...weekly, 'STATUS:CANCELLED'];
  const delegating = swap(
    /ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE/,
    'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:dora@a.test"',
  );
  const dora = 'ATTENDEE;DELEGATED-FROM="mailto:bea@a.test":mailto:dora@a.test';

  test.each<[string, CalendarObject, CalendarObject, string | null]>([
    ['1: their own answer', object(weekly), object(accepted(weekly)), null],
    ['2: TRANSP', object(weekly), object([...weekly, 'TRANSP:TRANSPARENT']), null],
    ['3: PERCENT-COMPLETE', object(weekly), object([...weekly, 'PERCENT-COMPLETE:10']), null],
    ['4: COMPLETED', object(weekly), object([...weekly, 'COMPLETED:20260101T000000Z']), null],
    ['5: alarms', object(weekly), object([...weekly, ...alarm]), null],
    ['5: alarms that go', object([...weekly, ...alarm]), object(weekly), null],
    [
      '6, 7: CALSCALE, PRODID',
      object(weekly),
      readCalendar(text(weekly).replace(/PRODID:\w+/, 'CALSCALE:GREGORIAN\r\nPRODID:-//x//EN')),
      null,
    ],
    ['8: EXDATE', object(weekly), object(off), null],
    [
      '8: EXDATE in place of an override',
      object(weekly, moved),
      object([...weekly, `EXDATE;${paris}:20260119T100000`]),
      null,
    ],
    [
      '9: CREATED, DTSTAMP, LAST-MODIFIED',
      object(weekly),
      object([...swap('0101T', '0601T'), 'CREATED:20260101T000000Z', 'LAST-MODIFIED:20260101T000000Z']),
      null,
    ],
    ['10: SCHEDULE-STATUS', object(weekly), object(swap('ATTENDEE:', 'ATTENDEE;SCHEDULE-STATUS=5.1:')), null],
    ['11: an instance that differs by an answer', object(weekly), object(weekly, oneAnswer), null],
    ['11: that goes again', object(weekly, oneAnswer), object(weekly), null],
    [
      'a comment, a category, what is a client’s own',
      object(weekly),
      object([...weekly, 'COMMENT:late', 'CATEGORIES:x', 'X-MOZ-LASTACK:1', 'COLOR:red']),
      null,
    ],
    ['a description', object(weekly), object([...weekly, 'DESCRIPTION:my notes']), null],
    ['the priority', object(weekly), object([...weekly, 'PRIORITY:1']), null],
    ['whom they delegate to', object(weekly), object([...delegating, dora]), null],
    ['whom they delegate to no more', object([...delegating, dora]), object(weekly), null],
    ['the time', object(weekly), object(swap(/T100000/, 'T090000')), 'when it is'],
    ['how long it lasts', object(weekly), object(swap('T110000', 'T120000')), 'when it is'],
    ['the rule', object(weekly), object(swap('WEEKLY', 'DAILY')), 'when it is'],
    ['the end of the rule', object(weekly), object(swap('COUNT=5', 'COUNT=6')), 'when it is'],
    [
      'a zone that has another summer',
      object(weekly),
      object(swap(/Europe\/Paris/, 'Africa/Algiers')),
      'when it is',
    ],
    [
      'a day for a time',
      object(alone),
      object([...without(alone, 'DTSTART', 'DTEND'), 'DTSTART;VALUE=DATE:20260105']),
      'when it is',
    ],
    ['an RDATE', object(weekly), object([...weekly, `RDATE;${paris}:20260113T100000`]), 'when it is'],
    ['the time of one', object(weekly), object(weekly, moved), 'when it is'],
    ['an override that goes', object(weekly, moved), object(weekly), 'when it is'],
    [
      'an instance that there is not',
      object(weekly),
      object(
        weekly,
        oneAnswer.map((line) => line.replace('0112', '0113')),
      ),
      'which instances there are',
    ],
    [
      'an instance after the last',
      object(weekly),
      object(
        weekly,
        oneAnswer.map((line) => line.replace('0112', '0209')),
      ),
      'which instances there are',
    ],
    ['an instance that was called off', object(off), object(weekly), 'which instances were called off'],
    [
      'the series, of who is invited to one',
      object(moved),
      object(weekly, moved),
      'which instances there are',
    ],
    ['the title', object(weekly), object(swap('Council', 'Party')), 'SUMMARY'],
    ['the place', object(weekly), object([...weekly, 'LOCATION:Home']), 'LOCATION'],
    ['that it is off', object(weekly), object(cancelled), 'STATUS'],
    ['that it is not off', object(cancelled), object(weekly), 'STATUS'],
    ['the organiser', object(weekly), object(swap('ER:mailto:ana', 'ER:mailto:bea')), 'ORGANIZER'],
    [
      'somebody invited',
      object(weekly),
      object([...weekly, 'ATTENDEE:mailto:eve@a.test']),
      'ATTENDEE mailto:eve@a.test',
    ],
    [
      'somebody whom they do not delegate to',
      object(weekly),
      object([...weekly, dora]),
      'ATTENDEE mailto:dora@a.test',
    ],
    ['somebody left out', object(weekly), object(without(weekly, 'ATTENDEE:MAILTO')), 'who is invited'],
    [
      'themselves left out',
      object(weekly),
      object(without(weekly, 'ATTENDEE;PARTSTAT=NEEDS')),
      'that one is invited',
    ],
  ])('%s', (_, before, after, refused) => expect(attendeeMayNot(before, after, bea)).toBe(refused));
});

describe('an instance that an attendee takes out', () => {
  const off = (lines: readonly string[]) => [...lines, `EXDATE;${paris}:20260112T100000`];
  const first = object(weekly);
  const copied = applyRequest(null, first, bea) ?? first;
  const written = readCalendar(writeCalendar(copied).replace('RRULE', `EXDATE:20260112T090000Z\r\nRRULE`));
  const mine = withNotes(copied, written);
  const later = (lines: readonly string[]) => lines.map((line) => line.replace('0101T', '0105T'));

  test('stays out when the organiser changes something else', () => {
    const renamed = object(later(swap('Council', 'Assembly')));
    const next = applyRequest(mine, renamed, bea);
    expect(next && writeCalendar(next)).toContain('EXDATE:20260112T090000Z');
    expect(next && attendeeMayNot(next, next, bea)).toBeNull();
    expect(next && writeCalendar(next)).toContain('SUMMARY:Assembly');
  });

  test('stays out where the organiser tells of the answer', () => {
    const declined = without(weekly, 'RRULE', 'DTSTART', 'DTEND', 'ATTENDEE;PARTSTAT=NEEDS');
    const answer = [
      ...declined,
      `RECURRENCE-ID;${paris}:20260112T100000`,
      `DTSTART;${paris}:20260112T100000`,
      'ATTENDEE;PARTSTAT=DECLINED:mailto:bea@a.test',
    ];
    const next = applyRequest(mine, object(later(weekly), later(answer)), bea);
    expect(next?.overrides).toEqual([]);
    expect(next && writeCalendar(next)).toContain('EXDATE:20260112T090000Z');
  });

  test('comes back where the organiser asks anew, at another time', () => {
    const asked = moved.map((line) => line.replace('0119T100000', '0112T100000').replace('0101T', '0105T'));
    const next = applyRequest(mine, object(later(asked)), bea);
    expect(next?.overrides).toHaveLength(1);
    expect(next && writeCalendar(next)).not.toContain('EXDATE');
  });

  test('is the organiser’s where they take it out too; and theirs alone to give back', () => {
    const next = applyRequest(mine, object(later(off(weekly))), bea);
    if (next === null) throw new Error('nothing new');
    const back = readCalendar(writeCalendar(next).replace(/EXDATE.*\r\n/, ''));
    expect(attendeeMayNot(next, back, bea)).toBe('which instances were called off');
    const own = readCalendar(writeCalendar(mine).replace(/EXDATE.*\r\n/, ''));
    expect(attendeeMayNot(mine, own, bea)).toBeNull();
    const said = attendeeMessage(mine, withNotes(mine, own), { me: bea, nowMs });
    const text = said === null ? '' : writeComponent(said.calendar);
    expect(text).toContain('RECURRENCE-ID;TZID=Europe/Paris:20260112T100000');
    expect(text).toContain('PARTSTAT=NEEDS-ACTION:mailto:bea');
  });

  test('is forgotten with the series that had it', () => {
    const next = applyRequest(mine, object(later(swap(/T1([01])0000/, 'T1$10500'))), bea);
    expect(next && writeCalendar(next)).not.toMatch(/EXDATE|X-MYCO-DECLINED/);
  });

  test('the notes are the server’s: what a client makes of them is put back', () => {
    const forged = readCalendar(
      writeCalendar(mine)
        .replace(/X-MYCO-TOLD.*/, 'X-MYCO-TOLD:99;99')
        .replace(/X-MYCO-DECLINED.*\r\n/, ''),
    );
    expect(writeCalendar(withNotes(mine, forged)).split('\r\n').sort()).toEqual(
      writeCalendar(mine).split('\r\n').sort(),
    );
  });
});

describe('the organiser’s count is the organiser’s', () => {
  const copied = applyRequest(null, object(weekly), bea) ?? object(weekly);

  test.each([
    ['DTSTAMP', (copy: string) => copy.replace('DTSTAMP:20260101', 'DTSTAMP:20270101')],
    ['SEQUENCE', (copy: string) => copy.replace('SUMMARY', 'SEQUENCE:7\r\nSUMMARY')],
  ])('a client’s own %s hides nothing that is said later, and is not told', (_, change) => {
    const mine = withNotes(
      copied,
      readCalendar(change(writeCalendar(copied)).replace('NEEDS-ACTION;RSVP=TRUE', 'ACCEPTED')),
    );
    const renamed = object(swap('Council', 'Assembly').map((line) => line.replace('0101T', '0105T')));
    const next = applyRequest(mine, renamed, bea);
    expect(next && writeCalendar(next)).toContain('Assembly');
    const said = attendeeMessage(copied, mine, { me: bea, nowMs });
    expect(said && writeComponent(said.calendar)).not.toContain('SEQUENCE');
  });

  test('what comes again is nothing new, whatever the attendee wrote into their copy', () => {
    const mine = withNotes(
      copied,
      readCalendar(writeCalendar(copied).replace('SUMMARY', 'DESCRIPTION:mine\r\nSUMMARY')),
    );
    expect(applyRequest(mine, object(weekly), bea)).toBeNull();
  });
});
