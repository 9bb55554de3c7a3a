import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatTime,
  indexOf,
  matchesTimeRange,
  type Occurrence,
  occurrences,
  readCalendar,
  readRule,
  resolveZone,
  Steps,
} from '../index.ts';
import { localMsOf, readTime } from '../values/time.ts';
import { RuleWalk } from './walk.ts';

type Lines = readonly string[];
const event = (...lines: Lines) => ['BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT'];
const object = (...parts: readonly Lines[]) =>
  readCalendar(['BEGIN:VCALENDAR', 'VERSION:2.0', ...parts.flat(), 'END:VCALENDAR', ''].join('\r\n'));

/** `component local-start+minutes`, in the order of the starts. */
function found(from: string, to: string, ...parts: readonly Lines[]): string[] {
  const range = { startMs: Date.parse(`${from}Z`), endMs: Date.parse(`${to}Z`) };
  return occurrences(indexOf(object(...parts)).digest, range, 100).found.map(
    ({ component, start, startMs, endMs }) =>
      `${component} ${formatTime(start).slice(4)}+${(endMs - startMs) / 60_000}`,
  );
}
const paris = (name: string, time: string) => `${name};TZID=Europe/Paris:2026${time}`;

describe('a recurrence set', () => {
  test('dates are added and taken out, in whatever zone they are written', () => {
    const lines = event(
      paris('DTSTART', '0105T100000'),
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY;COUNT=4',
      'EXDATE:20260112T090000Z',
      'RDATE;TZID=America/New_York:20260113T040000',
      'RDATE;VALUE=PERIOD:20260114T090000Z/PT30M,20260115T090000Z/20260115T110000Z',
    );
    expect(found('2026-01-01T00:00', '2026-03-01T00:00', lines)).toEqual([
      '0 0105T100000+60',
      '0 0113T100000+60',
      '0 0114T100000+30',
      '0 0115T100000+120',
      '0 0119T100000+60',
      '0 0126T100000+60',
    ]);
  });

  test('EXDATE as a day takes that day; RDATE alone recurs; EXRULE is heard', () => {
    const daily = event(
      'DTSTART:20260101T100000Z',
      'RRULE:FREQ=DAILY;COUNT=4',
      'EXDATE;VALUE=DATE:20260102',
      'EXRULE:FREQ=DAILY;INTERVAL=3',
    );
    expect(found('2026-01-01T00:00', '2026-02-01T00:00', daily)).toEqual(['0 0103T100000Z+0']);
    const added = event('DTSTART;VALUE=DATE:20260101', 'RDATE;VALUE=DATE:20260103,20260101');
    expect(found('2026-01-01T00:00', '2026-02-01T00:00', added)).toEqual(['0 0101+1440', '0 0103+1440']);
  });

  test('a first time that the rule has not is there, and COUNT counts it', () => {
    const lines = event('DTSTART:20260101T100000Z', 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3');
    expect(found('2026-01-01T00:00', '2026-03-01T00:00', lines)).toEqual([
      '0 0101T100000Z+0',
      '0 0105T100000Z+0',
      '0 0112T100000Z+0',
    ]);
  });

  test('UNTIL as a day, as an instant, as a local time', () => {
    const until = (value: string) =>
      found(
        '2026-01-01T00:00',
        '2026-02-01T00:00',
        event(paris('DTSTART', '0105T233000'), `RRULE:FREQ=DAILY;UNTIL=${value}`),
      ).length;
    expect(until('20260107')).toBe(3);
    expect(until('20260107T223000Z')).toBe(3);
    expect(until('20260107T222959Z')).toBe(2);
    expect(until('20260107T233000')).toBe(3);
    const days = event('DTSTART;VALUE=DATE:20260105', 'RRULE:FREQ=DAILY;UNTIL=20260107T000000Z');
    expect(found('2026-01-01T00:00', '2026-02-01T00:00', days)).toHaveLength(3);
  });

  test('overrides move, and take the place of what they change', () => {
    const master = event(paris('DTSTART', '0105T100000'), 'DURATION:PT1H', 'RRULE:FREQ=DAILY');
    const moved = event(
      paris('RECURRENCE-ID', '0107T100000'),
      paris('DTSTART', '0120T150000'),
      'DURATION:PT2H',
    );
    expect(found('2026-01-06T00:00', '2026-01-09T00:00', master, moved)).toEqual([
      '0 0106T100000+60',
      '0 0108T100000+60',
    ]);
    expect(found('2026-01-20T11:00', '2026-01-20T18:00', master, moved)).toEqual(['1 0120T150000+120']);
    // Named in UTC, or where nothing recurs, it is the same.
    const utc = event('RECURRENCE-ID:20260107T090000Z', paris('DTSTART', '0107T110000'));
    expect(found('2026-01-07T00:00', '2026-01-08T00:00', master, utc)).toEqual(['1 0107T110000+0']);
    const alone = event(paris('RECURRENCE-ID', '0107T100000'), paris('DTSTART', '0107T120000'));
    expect(found('2026-01-07T00:00', '2026-01-08T00:00', alone)).toEqual(['1 0107T120000+0']);
  });

  test('THISANDFUTURE moves all that follow, until the next one; a single change stays', () => {
    const master = event(paris('DTSTART', '0105T100000'), 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=8');
    const from = event(
      'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20260107T100000',
      paris('DTSTART', '0107T140000'),
      'DURATION:PT30M',
    );
    const single = event(paris('RECURRENCE-ID', '0109T100000'), paris('DTSTART', '0109T180000'));
    const again = event(
      'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20260111T100000',
      paris('DTSTART', '0112T090000'),
    );
    expect(found('2026-01-01T00:00', '2026-02-01T00:00', master, from, single, again)).toEqual([
      '0 0105T100000+60',
      '0 0106T100000+60',
      '1 0107T140000+30',
      '1 0108T140000+30',
      '2 0109T180000+0',
      '1 0110T140000+30',
      '3 0112T090000+0',
      '3 0113T090000+0',
    ]);
    const { lastMs } = indexOf(object(master, from, single, again));
    expect(lastMs).toBeGreaterThan(Date.UTC(2026, 0, 13, 8));
  });

  test('the clock changes: a day is a day, an hour an hour, what is skipped comes an hour later', () => {
    // Paris, March 29, 2026, 02:00 is 03:00.
    const skipped = event(
      paris('DTSTART', '0328T023000'),
      'DTEND;TZID=Europe/Paris:20260328T033000',
      'RRULE:FREQ=DAILY;COUNT=3',
    );
    const range = { startMs: Date.UTC(2026, 2, 27), endMs: Date.UTC(2026, 3, 1) };
    const { found: instants } = occurrences(object(skipped), range, 9);
    expect(
      instants.map(({ startMs, endMs }) => [new Date(startMs).toISOString().slice(8, 16), endMs - startMs]),
    ).toEqual([
      ['28T01:30', 3_600_000],
      ['29T01:30', 3_600_000],
      ['30T00:30', 3_600_000],
    ]);
    const nominal = event(paris('DTSTART', '0328T120000'), 'DURATION:P1D');
    const exact = event(paris('DTSTART', '0328T120000'), 'DURATION:PT24H');
    expect(found('2026-03-28T00:00', '2026-03-29T00:00', nominal)).toEqual(['0 0328T120000+1380']);
    expect(found('2026-03-28T00:00', '2026-03-29T00:00', exact)).toEqual(['0 0328T120000+1440']);
    // October 25, 02:30 comes twice: the first is meant.
    const twice = occurrences(
      object(event(paris('DTSTART', '1025T023000'))),
      { startMs: null, endMs: null },
      1,
    ).found[0];
    expect(twice?.startMs).toBe(Date.UTC(2026, 9, 25, 0, 30));
  });

  test('days and floating times are where the asker is', () => {
    const tokyo = resolveZone('Asia/Tokyo');
    if (tokyo === null) throw new Error('no Tokyo');
    const { digest, firstMs, lastMs } = indexOf(object(event('DTSTART;VALUE=DATE:20260105')));
    const night = { startMs: Date.UTC(2026, 0, 4, 16), endMs: Date.UTC(2026, 0, 4, 17) };
    expect(matchesTimeRange(digest, 'VEVENT', night, { floating: tokyo })).toBe(true);
    expect(matchesTimeRange(digest, 'VEVENT', night)).toBe(false);
    expect(firstMs).toBeLessThan(Date.UTC(2026, 0, 4, 10));
    expect(lastMs).toBeGreaterThan(Date.UTC(2026, 0, 6, 12));
  });

  test('SECONDLY for ever is answered from where it is asked, and capped', () => {
    const { digest, lastMs } = indexOf(object(event('DTSTART:20000101T000000Z', 'RRULE:FREQ=SECONDLY')));
    expect(lastMs).toBeNull();
    const range = { startMs: Date.UTC(2026, 0, 1), endMs: Date.UTC(2027, 0, 1) };
    const answer = occurrences(digest, range, 10);
    expect(answer.capped).toBe(true);
    expect(answer.found.map(({ startMs }) => startMs - range.startMs)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((s) => s * 1000),
    );
  });

  test('two questions at once do not disturb each other', () => {
    const { digest } = indexOf(
      object(event('DTSTART:20260101T000000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY')),
    );
    const ask = (day: number) =>
      occurrences(digest, { startMs: Date.UTC(2026, 0, day), endMs: Date.UTC(2026, 0, day + 1) }, 5).found
        .length;
    expect([ask(20), ask(3), ask(20)]).toEqual([1, 1, 1]);
  });
});

describe('days that a month has not (RFC 7529 §4.1)', () => {
  test.each([
    ['FREQ=MONTHLY', '20140131', '20140131 20140331 20140531'],
    ['FREQ=MONTHLY;RSCALE=GREGORIAN;SKIP=OMIT', '20140131', '20140131 20140331 20140531'],
    ['RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD', '20140131', '20140131 20140228 20140331 20140430'],
    ['RSCALE=gregorian;FREQ=MONTHLY;SKIP=forward', '20140131', '20140131 20140301 20140331 20140501'],
    ['RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD', '20120229', '20120229 20130301 20140301 20150301 20160229'],
    [
      'RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD',
      '20120229',
      '20120229 20130228 20140228 20150228 20160229',
    ],
    // What is moved to a day that is there anyway is there once, and counts once.
    [
      'RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD;COUNT=6',
      '20140331',
      '20140331 20140401 20140501 20140531 20140601 20140701',
    ],
    [
      'RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=30,31;SKIP=BACKWARD',
      '20140130',
      '20140130 20140131 20140228 20140330',
    ],
    // BYDAY is asked of the day that is taken instead.
    [
      'RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=FR;SKIP=BACKWARD',
      '20140131',
      '20140131 20140228 20141031',
    ],
    // The last of a set, a moved one among them.
    [
      'RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=2,3;BYMONTHDAY=29;BYSETPOS=1;SKIP=FORWARD',
      '20130301',
      '20130301 20140301',
    ],
  ])('%s from %s', (rule, start, expected) => {
    const days = expected.split(' ').map((day) => localMsOf(readTime(day, null)));
    const startMs = localMsOf(readTime(start, null));
    const walk = new RuleWalk(readRule(rule), startMs);
    expect(days.map(() => walk.next())).toEqual(days);
    // It goes on from any of them.
    if (rule.includes('COUNT')) return;
    const starts = days.map((day) => new RuleWalk(readRule(rule), startMs).from(day, new Steps()).next());
    expect(starts).toEqual(days);
  });
});

/** Steps that a question takes: what bounds its cost is counted, and not timed. */
describe('what a question costs', () => {
  const costOf = (lines: readonly string[], ask: (digest: string, steps: Steps) => unknown): number => {
    const { digest } = indexOf(object(event(...lines)));
    let taken = 0;
    class Counting extends Steps {
      override take(count: number): void {
        taken += count;
        super.take(count);
      }
    }
    ask(digest, new Counting());
    return taken;
  };
  const march = { startMs: Date.UTC(2027, 2, 1), endMs: Date.UTC(2027, 3, 1) };
  const inMarch = (digest: string, steps: Steps) => matchesTimeRange(digest, 'VEVENT', march, { steps });
  const ringsInMarch = (digest: string, steps: Steps) => matchesTimeRange(digest, 'VALARM', march, { steps });
  const alarm = (trigger: string) => ['BEGIN:VALARM', `TRIGGER:${trigger}`, 'END:VALARM'];

  test('a rule is gone to where it is asked for, however dense it is', () => {
    const start = 'DTSTART:20000101T100000Z';
    for (const frequency of ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY'])
      expect(costOf([start, `RRULE:FREQ=${frequency}`], inMarch)).toBeLessThan(20);
    expect(costOf([start, 'RRULE:FREQ=MONTHLY'], inMarch)).toBeLessThan(100);
    expect(costOf([start, 'RRULE:FREQ=YEARLY'], inMarch)).toBeLessThan(1_000);
  });

  test('what does not recur costs nothing', () => {
    expect(costOf(['DTSTART:20270310T100000Z'], inMarch)).toBe(0);
  });

  test('EXRULEs go along with the rule', () => {
    const dense = costOf(
      ['DTSTART:20270301T000000Z', 'RRULE:FREQ=MINUTELY;COUNT=2000', 'EXRULE:FREQ=MINUTELY'],
      inMarch,
    );
    expect(dense).toBeLessThan(6 * 2_000);
    // One that is far behind is not walked to there.
    const sparse = costOf(
      ['DTSTART:20270301T000000Z', 'RRULE:FREQ=DAILY;COUNT=20', 'EXRULE:FREQ=SECONDLY'],
      inMarch,
    );
    expect(sparse).toBeLessThan(20 * 10);
  });

  test('alarms that look at the same time look once', () => {
    const daily = ['DTSTART:20260101T100000Z', 'RRULE:FREQ=DAILY', 'EXRULE:FREQ=DAILY'];
    const one = costOf([...daily, ...alarm('-PT5M')], ringsInMarch);
    const many = Array.from({ length: 60 }, (_, n) => alarm(`-PT${n}M`)).flat();
    expect(costOf([...daily, ...many], ringsInMarch)).toBeLessThan(2 * one);
    const repeated = ['BEGIN:VALARM', 'TRIGGER:-PT5M', 'REPEAT:100', 'DURATION:PT1M', 'END:VALARM'];
    expect(costOf([...daily, ...repeated], ringsInMarch)).toBeLessThan(2 * one);
    // What they look at stands far apart: nothing between is looked at.
    const far = [...alarm('-P1D'), ...alarm('-P1000D')];
    expect(costOf([...daily, ...far], ringsInMarch)).toBeLessThan(3 * one);
  });
});

test('a part of a series is that part of the whole, also where clocks change', () => {
  const all = { startMs: Date.UTC(2026, 0, 1), endMs: Date.UTC(2027, 0, 1) };
  const spans = fc.constantFrom('DURATION:PT0S', 'DURATION:PT1H', 'DURATION:P1D', 'DURATION:P3DT2H');
  const rules = fc.constantFrom(
    'HOURLY;INTERVAL=5',
    'DAILY',
    'WEEKLY;BYDAY=SU,WE',
    'MONTHLY;BYDAY=-1SU',
    'YEARLY',
  );
  const starts = fc.constantFrom('0101T013000', '0105T023000', '0329T013000', '0328T233000');
  const exceptions = fc.constantFrom(
    ['X-NONE:1'],
    ['EXRULE:FREQ=DAILY;INTERVAL=2'],
    ['EXRULE:FREQ=WEEKLY;BYDAY=SU;UNTIL=20260601T000000Z', 'RDATE:20260329T003000Z,20261025T003000Z'],
  );
  // About the days on which clocks change in Paris, and anywhere.
  const from = fc.oneof(
    fc.integer({ min: Date.UTC(2026, 2, 27) / 1000, max: Date.UTC(2026, 2, 31) / 1000 }),
    fc.integer({ min: Date.UTC(2026, 9, 23) / 1000, max: Date.UTC(2026, 9, 27) / 1000 }),
    fc.integer({ min: all.startMs / 1000, max: all.endMs / 1000 }),
  );
  const hours = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(rules, starts, spans, exceptions, from, hours, (rule, start, span, more, at, length) => {
      const lines = event(paris('DTSTART', start), span, `RRULE:FREQ=${rule}`, ...more);
      const { digest } = indexOf(object(lines));
      const range = { startMs: at * 1000, endMs: at * 1000 + length * 3_600_000 };
      const overlapping = ({ startMs, endMs }: { startMs: number; endMs: number }) =>
        startMs < range.endMs && (endMs > startMs ? endMs > range.startMs : startMs >= range.startMs);
      const plain = ({ startMs, endMs, start: own, recurrenceId }: Occurrence) => ({
        startMs,
        endMs,
        own,
        recurrenceId,
      });
      const whole = { startMs: all.startMs - 1e10, endMs: all.endMs + 1e10 };
      const expected = occurrences(digest, whole, 10_000).found.filter(overlapping).map(plain);
      expect(occurrences(digest, range, 10_000).found.map(plain)).toEqual(expected);
      expect(matchesTimeRange(digest, 'VEVENT', range)).toBe(expected.length > 0);
    }),
    { seed: 11, numRuns: 400 },
  );
});

/** What is told apart from `rrule` and python-dateutil in the differential test, and what we answer. */
test.each([
  [
    'a week alone means the weekday of the first',
    'FREQ=YEARLY;BYWEEKNO=20',
    '20250512',
    ['20250512', '20260511'],
  ],
  [
    'a first week counted from the end',
    'FREQ=YEARLY;BYWEEKNO=-53;BYDAY=TU',
    '20251230',
    ['20251230', '20311230'],
  ],
  [
    'a place in the week of the first',
    'FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=2',
    '20260107',
    ['20260113', '20260120'],
  ],
  [
    'nth and plain weekdays together are either',
    'FREQ=MONTHLY;BYDAY=1MO,FR',
    '20260101',
    ['20260102', '20260105', '20260109'],
  ],
  [
    'BYSETPOS from the end, beyond the beginning',
    'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-5',
    '20260101',
    ['20260302', '20260601'],
  ],
])('%s: %s', (_, rule, start, expected) => {
  const day = (text: string) =>
    Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6)));
  const walk = new RuleWalk(readRule(rule), day(start));
  expect(expected.map(() => walk.next())).toEqual(expected.map(day));
});
