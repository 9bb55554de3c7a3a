import { describe, expect, test } from 'vitest';
import {
  type Component,
  type ComponentPick,
  expand,
  limitFreebusySet,
  limitRecurrenceSet,
  parseComponents,
  pick,
  readCalendar,
  resolveZone,
  writeComponent,
} from '../index.ts';

const object = (...lines: readonly string[]) =>
  readCalendar(['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n'));
const at = (text: string) => Date.parse(`${text}Z`);
const range = { startMs: at('2006-01-03T00:00'), endMs: at('2006-01-05T00:00') };
const linesOf = (calendar: Component) => writeComponent(calendar).split('\r\n').slice(2, -2);

/** As in RFC 4791 appendix B: daily at noon in New York, the third moved to the afternoon. */
const recurring = [
  ...['BEGIN:VTIMEZONE', 'TZID:US/Eastern', 'BEGIN:STANDARD', 'DTSTART:20001026T020000'],
  ...['TZOFFSETFROM:-0400', 'TZOFFSETTO:-0500', 'END:STANDARD', 'END:VTIMEZONE'],
  ...['BEGIN:VEVENT', 'UID:1', 'DTSTART;TZID=US/Eastern:20060102T120000', 'DURATION:PT1H'],
  ...['RRULE:FREQ=DAILY;COUNT=5', 'SUMMARY:Event #2', 'END:VEVENT'],
  ...['BEGIN:VEVENT', 'UID:1', 'DTSTART;TZID=US/Eastern:20060104T140000', 'DURATION:PT1H'],
  ...['RECURRENCE-ID;TZID=US/Eastern:20060104T120000', 'SUMMARY:Event #2 bis', 'END:VEVENT'],
  ...['BEGIN:VEVENT', 'UID:1', 'DTSTART;TZID=US/Eastern:20060106T140000', 'DURATION:PT1H'],
  ...['RECURRENCE-ID;TZID=US/Eastern:20060106T120000', 'SUMMARY:Event #2 bis bis', 'END:VEVENT'],
];

describe('expand (RFC 4791 §9.6.5)', () => {
  test('each instance in UTC, without rules and zones', () => {
    const { calendar, capped } = expand(object(...recurring), range, 10);
    expect(capped).toBe(false);
    expect(linesOf(calendar)).toEqual([
      ...['BEGIN:VEVENT', 'UID:1', 'DTSTART:20060103T170000Z', 'DURATION:PT1H', 'SUMMARY:Event #2'],
      ...['RECURRENCE-ID:20060103T170000Z', 'END:VEVENT'],
      ...['BEGIN:VEVENT', 'UID:1', 'DTSTART:20060104T190000Z', 'DURATION:PT1H'],
      ...['SUMMARY:Event #2 bis', 'RECURRENCE-ID:20060104T170000Z', 'END:VEVENT'],
    ]);
  });

  test('days stay days, floating times float, what does not recur has no RECURRENCE-ID', () => {
    const days = object(
      'BEGIN:VEVENT',
      'UID:1',
      'DTSTART;VALUE=DATE:20060103',
      'DTEND;VALUE=DATE:20060104',
      'RRULE:FREQ=DAILY',
      'END:VEVENT',
    );
    const newYork = resolveZone('America/New_York') ?? undefined;
    expect(
      linesOf(expand(days, { ...range, endMs: at('2006-01-04T01:00') }, 9, { floating: newYork }).calendar),
    ).toEqual([
      ...['BEGIN:VEVENT', 'UID:1', 'DTSTART;VALUE=DATE:20060103', 'DTEND;VALUE=DATE:20060104'],
      ...['RECURRENCE-ID;VALUE=DATE:20060103', 'END:VEVENT'],
    ]);
    const floating = object(
      'BEGIN:VEVENT',
      'UID:1',
      'DTSTART:20060103T120000',
      'DTEND:20060103T130000',
      'END:VEVENT',
    );
    expect(linesOf(expand(floating, range, 9, { floating: newYork }).calendar)).toEqual(
      linesOf(floating.calendar),
    );
    const zoned = object(
      'BEGIN:VEVENT',
      'UID:1',
      'DTSTART;TZID=Europe/Paris:20060103T120000',
      'DTEND;TZID=Asia/Tokyo:20060103T210000',
      'END:VEVENT',
    );
    expect(linesOf(expand(zoned, range, 9).calendar)).toEqual([
      ...['BEGIN:VEVENT', 'UID:1', 'DTSTART:20060103T110000Z', 'DTEND:20060103T120000Z', 'END:VEVENT'],
    ]);
  });

  test('what follows a THISANDFUTURE is expanded from it', () => {
    const lines = [
      ...recurring.slice(0, 15),
      ...recurring
        .slice(15, 22)
        .map((line) => line.replace('RECURRENCE-ID;', 'RECURRENCE-ID;RANGE=THISANDFUTURE;')),
    ];
    const text = linesOf(
      expand(object(...lines), { startMs: at('2006-01-05T00:00'), endMs: at('2006-01-06T00:00') }, 9)
        .calendar,
    );
    expect(text).toEqual([
      ...['BEGIN:VEVENT', 'UID:1', 'DTSTART:20060105T190000Z', 'DURATION:PT1H', 'SUMMARY:Event #2 bis'],
      ...['RECURRENCE-ID:20060105T170000Z', 'END:VEVENT'],
    ]);
  });

  test('a period lasts as it says, whatever the others do (RFC 5545 §3.8.5.2)', () => {
    const added = 'RDATE;VALUE=PERIOD:20060103T090000Z/PT30M,20060104T090000Z/20060104T110000Z';
    const lasting = (...lines: readonly string[]) =>
      linesOf(
        expand(
          object('BEGIN:VEVENT', 'UID:1', 'DTSTART:20060103T170000Z', ...lines, added, 'END:VEVENT'),
          range,
          9,
        ).calendar,
      ).filter((line) => /^(DTSTART|DTEND|DURATION)/.test(line));
    expect(lasting('DURATION:PT1H')).toEqual([
      ...['DTSTART:20060103T090000Z', 'DURATION:PT30M'],
      ...['DTSTART:20060103T170000Z', 'DURATION:PT1H'],
      ...['DTSTART:20060104T090000Z', 'DURATION:PT2H'],
    ]);
    expect(lasting('DTEND:20060103T180000Z')).toEqual([
      ...['DTSTART:20060103T090000Z', 'DTEND:20060103T093000Z'],
      ...['DTSTART:20060103T170000Z', 'DTEND:20060103T180000Z'],
      ...['DTSTART:20060104T090000Z', 'DTEND:20060104T110000Z'],
    ]);
    expect(lasting()).toEqual([
      ...['DTSTART:20060103T090000Z', 'DURATION:PT30M'],
      'DTSTART:20060103T170000Z',
      ...['DTSTART:20060104T090000Z', 'DURATION:PT2H'],
    ]);
  });

  test('no more than is wanted', () => {
    const answer = expand(object(...recurring), { startMs: null, endMs: null }, 2);
    expect(answer.capped).toBe(true);
    expect(answer.calendar.components('VEVENT')).toHaveLength(2);
  });

  test('a to-do without any time is given as it is', () => {
    const todo = object('BEGIN:VTODO', 'UID:1', 'SUMMARY:a', 'END:VTODO');
    expect(linesOf(expand(todo, range, 9).calendar)).toEqual(linesOf(todo.calendar));
  });
});

describe('limits of a set', () => {
  test('the master and those overrides that matter (RFC 4791 §9.6.6)', () => {
    const summaries = (from: string, to: string) =>
      limitRecurrenceSet(object(...recurring), { startMs: at(from), endMs: at(to) })
        .components('VEVENT')
        .map((component) => component.text('SUMMARY'));
    expect(summaries('2006-01-03T00:00', '2006-01-05T00:00')).toEqual(['Event #2', 'Event #2 bis']);
    // Where it was, and where it is.
    expect(summaries('2006-01-04T17:30', '2006-01-04T18:00')).toEqual(['Event #2', 'Event #2 bis']);
    expect(summaries('2006-01-04T19:30', '2006-01-04T20:00')).toEqual(['Event #2', 'Event #2 bis']);
    expect(summaries('2006-01-04T18:00', '2006-01-04T19:00')).toEqual(['Event #2']);
    const future = object(
      ...recurring.map((line) =>
        line.replace(
          'RECURRENCE-ID;TZID=US/Eastern:20060104',
          'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=US/Eastern:20060104',
        ),
      ),
    );
    expect(
      limitRecurrenceSet(future, {
        startMs: at('2006-01-05T00:00'),
        endMs: at('2006-01-06T00:00'),
      }).components('VEVENT'),
    ).toHaveLength(2);
  });

  test('of free-busy the periods in the range (RFC 4791 §9.6.7)', () => {
    const busy = object(
      'BEGIN:VFREEBUSY',
      'UID:1',
      'FREEBUSY:20060101T000000Z/PT1H',
      'FREEBUSY;FBTYPE=BUSY:20060103T100000Z/20060103T110000Z,20060105T000000Z/PT1H',
      'END:VFREEBUSY',
    );
    expect(linesOf(limitFreebusySet(busy, range))).toEqual([
      ...[
        'BEGIN:VFREEBUSY',
        'UID:1',
        'FREEBUSY;FBTYPE=BUSY:20060103T100000Z/20060103T110000Z',
        'END:VFREEBUSY',
      ],
    ]);
  });
});

test('parts (RFC 4791 §9.6.1 to §9.6.4)', () => {
  const [calendar] = parseComponents(
    'BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nSUMMARY;LANGUAGE=fr:a\nX:y\nBEGIN:VALARM\nTRIGGER:PT0S\nEND:VALARM\nEND:VEVENT\nBEGIN:VTIMEZONE\nTZID:a\nEND:VTIMEZONE\nEND:VCALENDAR\n',
  );
  if (calendar === undefined) throw new Error('nothing was read');
  const wanted: ComponentPick = {
    name: 'VCALENDAR',
    properties: [{ name: 'VERSION', novalue: false }],
    components: [
      {
        name: 'VEVENT',
        properties: [
          { name: 'UID', novalue: false },
          { name: 'SUMMARY', novalue: true },
        ],
        components: null,
      },
    ],
  };
  expect(writeComponent(pick(calendar, wanted)).split('\r\n')).toEqual([
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:1', 'SUMMARY;LANGUAGE=fr:'],
    ...['BEGIN:VALARM', 'TRIGGER:PT0S', 'END:VALARM', 'END:VEVENT', 'END:VCALENDAR', ''],
  ]);
  expect(pick(calendar, { name: 'VCALENDAR', properties: null, components: null })).toBe(calendar);
});
