import { describe, expect, test } from 'vitest';
import { indexOf, matchesTimeRange, type RangedComponent, readCalendar } from '../index.ts';

const digestOf = (...lines: readonly string[]) =>
  indexOf(readCalendar(['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n')));
const day = Date.UTC(2026, 0, 5);
/** Minutes of a January 5, from 10:00. */
const minute = (minutes: number) => day + 10 * 3_600_000 + minutes * 60_000;
const time = (minutes: number) =>
  new Date(minute(minutes))
    .toISOString()
    .replace(/[-:]|\..../g, '')
    .replace(/Z?$/, 'Z');

/** Asks for [from, to) in minutes; what the index says must let it through. */
function asks(component: RangedComponent, kind: string, lines: readonly string[]) {
  const { digest, firstMs, lastMs } = digestOf(`BEGIN:${kind}`, 'UID:1', ...lines, `END:${kind}`);
  return (from: number | null, to: number | null): boolean => {
    const range = { startMs: from === null ? null : minute(from), endMs: to === null ? null : minute(to) };
    const found = matchesTimeRange(digest, component, range);
    if (found) {
      expect(firstMs === null || range.endMs === null || firstMs < range.endMs).toBe(true);
      expect(lastMs === null || range.startMs === null || lastMs > range.startMs).toBe(true);
    }
    return found;
  };
}

type Rows = readonly (readonly [from: number | null, to: number | null, found: boolean])[];
const table = (component: RangedComponent, kind: string, lines: readonly string[], rows: Rows) => {
  const ask = asks(component, kind, lines);
  expect(rows.map(([from, to]) => [from, to, ask(from, to)])).toEqual(rows);
};

const start = `DTSTART:${time(0)}`;
const spanning: Rows = [
  [-60, 0, false],
  [-60, 1, true],
  [59, 61, true],
  [60, 61, false],
  [null, 0, false],
  [null, 1, true],
  [59, null, true],
  [60, null, false],
  [null, null, true],
];
const atOnce: Rows = [
  [-60, 0, false],
  [0, 1, true],
  [-1, 1, true],
  [1, 2, false],
  [0, null, true],
  [1, null, false],
];

describe('VEVENT (RFC 4791 §9.9)', () => {
  test('with DTEND; with DURATION', () => {
    table('VEVENT', 'VEVENT', [start, `DTEND:${time(60)}`], spanning);
    table('VEVENT', 'VEVENT', [start, 'DURATION:PT1H'], spanning);
  });

  test('that lasts no time: an empty DURATION, no end at all, an end where it begins', () => {
    table('VEVENT', 'VEVENT', [start, 'DURATION:PT0S'], atOnce);
    table('VEVENT', 'VEVENT', [start], atOnce);
    table('VEVENT', 'VEVENT', [start, `DTEND:${time(0)}`], atOnce);
  });

  test('of a day', () => {
    table(
      'VEVENT',
      'VEVENT',
      ['DTSTART;VALUE=DATE:20260105'],
      [
        [-700, -600, false],
        [-700, -599, true],
        [839, 900, true],
        [840, 900, false],
      ],
    );
  });
});

describe('VTODO (RFC 4791 §9.9), row by row', () => {
  const todo = (lines: readonly string[], rows: Rows) => table('VTODO', 'VTODO', lines, rows);
  const due = `DUE:${time(60)}`;

  test('DTSTART and DURATION', () => {
    todo(
      [start, 'DURATION:PT1H'],
      [
        [-60, 0, false],
        [-60, 1, true],
        [60, 61, true],
        [61, 62, false],
      ],
    );
  });

  test('DTSTART and DUE', () => {
    todo(
      [start, due],
      [
        [-60, 0, false],
        [-60, 1, true],
        [59, 61, true],
        [60, 61, false],
      ],
    );
    // Due where it begins: at that moment.
    todo(
      [start, `DUE:${time(0)}`],
      [
        [-60, 0, true],
        [0, 1, true],
        [1, 2, false],
      ],
    );
  });

  test('DTSTART alone', () => todo([start], atOnce));

  test('DUE alone', () => {
    todo(
      [due],
      [
        [0, 59, false],
        [0, 60, true],
        [59, 61, true],
        [60, 61, false],
      ],
    );
  });

  test('COMPLETED and CREATED', () => {
    todo(
      [`CREATED:${time(0)}`, `COMPLETED:${time(60)}`],
      [
        [-60, -1, false],
        [-60, 0, true],
        [30, 31, true],
        [60, 61, true],
        [61, 62, false],
      ],
    );
  });

  test('COMPLETED alone', () => {
    todo(
      [`COMPLETED:${time(60)}`],
      [
        [0, 59, false],
        [0, 60, true],
        [60, 61, true],
        [61, 62, false],
      ],
    );
  });

  test('CREATED alone', () => {
    todo(
      [`CREATED:${time(0)}`],
      [
        [-60, 0, false],
        [-60, 1, true],
        [5000, 5001, true],
      ],
    );
  });

  test('nothing at all', () => {
    todo(
      [],
      [
        [-60, -59, true],
        [5000, 5001, true],
      ],
    );
  });

  test('that recurs', () => {
    todo(
      [start, due, 'RRULE:FREQ=DAILY'],
      [
        [1440, 1441, true],
        [1501, 1502, false],
      ],
    );
  });
});

test('VJOURNAL: a moment, a day, or never', () => {
  table('VJOURNAL', 'VJOURNAL', [start], atOnce);
  table(
    'VJOURNAL',
    'VJOURNAL',
    ['DTSTART;VALUE=DATE:20260105'],
    [
      [-700, -599, true],
      [840, 900, false],
    ],
  );
  table('VJOURNAL', 'VJOURNAL', [], [[null, null, false]]);
});

test('VFREEBUSY: its span, or its periods, or never', () => {
  table(
    'VFREEBUSY',
    'VFREEBUSY',
    [start, `DTEND:${time(60)}`, `FREEBUSY:${time(500)}/PT1H`],
    [
      [-60, 0, false],
      [-60, 1, true],
      [60, 61, true],
      [61, 62, false],
    ],
  );
  table('VFREEBUSY', 'VFREEBUSY', [`FREEBUSY:${time(0)}/PT1H`], spanning);
  table('VFREEBUSY', 'VFREEBUSY', [], [[null, null, false]]);
});

test('VAVAILABILITY: open where it says nothing (RFC 7953)', () => {
  table('VAVAILABILITY', 'VAVAILABILITY', [start, `DTEND:${time(60)}`], spanning);
  table(
    'VAVAILABILITY',
    'VAVAILABILITY',
    [start],
    [
      [-60, 0, false],
      [5000, 5001, true],
    ],
  );
  table('VAVAILABILITY', 'VAVAILABILITY', [], [[-60, 0, true]]);
});

describe('VALARM', () => {
  const alarm = (...lines: readonly string[]) => ['BEGIN:VALARM', 'ACTION:AUDIO', ...lines, 'END:VALARM'];
  const event = (lines: readonly string[], rows: Rows) =>
    table('VALARM', 'VEVENT', [start, `DTEND:${time(60)}`, ...lines], rows);

  test('before the start, after the end, at an instant', () => {
    event(alarm('TRIGGER:-PT15M'), [
      [-15, -14, true],
      [-16, -15, false],
      [-14, 100, false],
    ]);
    event(alarm('TRIGGER;RELATED=END:PT5M'), [
      [65, 66, true],
      [0, 65, false],
    ]);
    event(alarm(`TRIGGER;VALUE=DATE-TIME:${time(-5000)}`), [
      [-5000, -4999, true],
      [-4999, 5000, false],
    ]);
    event([], [[null, null, false]]);
  });

  test('again and again', () => {
    event(alarm('TRIGGER:-PT15M', 'REPEAT:2', 'DURATION:PT5M'), [
      [-15, -14, true],
      [-14, -10, false],
      [-10, -9, true],
      [-5, -4, true],
      [0, 100, false],
    ]);
  });

  test('of each instance, and of the override alone where it is one', () => {
    event(
      [...alarm('TRIGGER:-P1D'), 'RRULE:FREQ=DAILY;COUNT=3'],
      [
        [-1440, -1439, true],
        [0, 1, true],
        [1440, 1441, true],
        [2880, 2881, false],
      ],
    );
    const { digest } = digestOf(
      ...[
        'BEGIN:VEVENT',
        'UID:1',
        start,
        'RRULE:FREQ=DAILY;COUNT=3',
        ...alarm('TRIGGER:-PT5M'),
        'END:VEVENT',
      ],
      ...['BEGIN:VEVENT', 'UID:1', `RECURRENCE-ID:${time(1440)}`, `DTSTART:${time(1450)}`, 'END:VEVENT'],
    );
    const rings = (from: number) =>
      matchesTimeRange(digest, 'VALARM', { startMs: minute(from), endMs: minute(from + 1) });
    expect([rings(-5), rings(1435), rings(1445), rings(2875)]).toEqual([true, false, false, true]);
  });

  test('of a to-do, related to what is due', () => {
    table(
      'VALARM',
      'VTODO',
      [`DUE:${time(60)}`, ...alarm('TRIGGER;RELATED=END:-PT30M')],
      [
        [30, 31, true],
        [31, 60, false],
      ],
    );
  });
});
