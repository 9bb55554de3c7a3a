import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { RRule } from 'rrule';
import { describe, expect, test } from 'vitest';
import { missingTool } from '../../../testing/index.ts';
import { readRule } from '../index.ts';
import { localMsOf, readTime } from '../values/time.ts';
import { Steps } from './steps.ts';
import { RuleWalk } from './walk.ts';

const rulesAtAll = 5_000;
const timesPerRule = 60;
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
/** How long the rules of a frequency run, in hours. */
const hours = {
  YEARLY: 262_800,
  MONTHLY: 52_560,
  WEEKLY: 26_280,
  DAILY: 8_760,
  HOURLY: 720,
  MINUTELY: 36,
  SECONDLY: 1,
};
type Frequency = keyof typeof hours;

interface Case {
  readonly start: string;
  readonly rule: string;
}

const some = (least: number, most: number, max: number, signed = false) =>
  fc
    .uniqueArray(
      fc
        .tuple(fc.integer({ min: least, max: most }), fc.boolean())
        .map(([number, below]) => (signed && below ? -number : number)),
      { minLength: 1, maxLength: max },
    )
    .map((numbers) => numbers.sort((a, b) => a - b));
const maybe = (part: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: part });
const list = (name: string, numbers: fc.Arbitrary<number[]>) =>
  maybe(numbers.map((found) => `;${name}=${found.join(',')}`));
const plainDays = fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1, maxLength: 4 });
const countedDays = (most: number) =>
  fc.uniqueArray(
    fc
      .tuple(fc.integer({ min: 1, max: most }), fc.boolean(), fc.constantFrom(...weekdays))
      .map(([nth, below, day]) => `${below ? '-' : ''}${nth}${day}`),
    { minLength: 1, maxLength: 4 },
  );

/** What RFC 5545 §3.3.10 allows with a frequency. */
function partsOf(frequency: Frequency): fc.Arbitrary<string> {
  const yearly = frequency === 'YEARLY';
  const monthly = frequency === 'MONTHLY';
  const days = (found: fc.Arbitrary<string[]>) => maybe(found.map((names) => `;BYDAY=${names.join(',')}`));
  const none = fc.constant('');
  const below = frequency === 'HOURLY' || frequency === 'MINUTELY' || frequency === 'SECONDLY';
  const parts = [
    list('BYMONTH', some(1, 12, 4)),
    yearly ? list('BYWEEKNO', some(1, 53, 3, true)) : none,
    yearly ? list('BYYEARDAY', some(1, 366, 4, true)) : none,
    frequency === 'WEEKLY' ? none : list('BYMONTHDAY', some(1, 31, 4, true)),
    yearly || monthly ? days(fc.oneof(countedDays(monthly ? 5 : 20), plainDays)) : days(plainDays),
    // They look for ever for an hour that a rule steps over.
    below ? none : list('BYHOUR', some(0, 23, 3)),
    below ? none : list('BYMINUTE', some(0, 59, 2)),
    below ? none : list('BYSECOND', some(0, 59, 2)),
    below || frequency === 'DAILY' ? none : list('BYSETPOS', some(1, 4, 2, true)),
    maybe(fc.constantFrom(...weekdays).map((day) => `;WKST=${day}`)),
  ];
  return fc.tuple(...parts).map((found) => found.join(''));
}

const cases: fc.Arbitrary<Case> = fc
  .tuple(
    fc.constantFrom(...(Object.keys(hours) as Frequency[])),
    fc.integer({ min: Date.UTC(1998, 0, 1) / 1000, max: Date.UTC(2032, 0, 1) / 1000 }),
    fc.integer({ min: 1, max: 5 }),
  )
  .chain(([frequency, seconds, interval]) => {
    const text = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\..*/g, '');
    const until = text(seconds * 1000 + hours[frequency] * 3_600_000);
    return (
      partsOf(frequency)
        // A week alone means its DTSTART's weekday here and all of its days there: told apart below.
        .filter((parts) => !parts.includes('BYWEEKNO') || /BYDAY|BYMONTHDAY|BYYEARDAY/.test(parts))
        .map((parts) => ({
          start: text(seconds * 1000),
          rule: `FREQ=${frequency};INTERVAL=${interval};UNTIL=${until}${parts}`,
        }))
    );
  });

const seed = 20_260_101;

function ours({ start, rule }: Case): number[] {
  const read = readRule(rule);
  if (read.until === null) throw new Error('every case has an end');
  const walk = new RuleWalk(read, localMsOf(readTime(start, null)), localMsOf(read.until));
  const found: number[] = [];
  for (let at = walk.next(); at !== null && found.length < timesPerRule; at = walk.next()) found.push(at);
  return found;
}

const shown = (times: readonly number[]) => times.map((at) => new Date(at).toISOString());

/** Both look through all years to 9999 for a rule that never fires; those are tested beside the limits. */
const samples = fc
  .sample(cases, { seed, numRuns: rulesAtAll * 1.4 })
  .filter((each) => ours(each).length > 0)
  .slice(0, rulesAtAll);

/** Where both answer otherwise, and why. */
function explained({ rule }: Case): string | null {
  // They begin the first week with its DTSTART, and so count from there; months and years they count whole, as we do all.
  if (/FREQ=WEEKLY.*BYSETPOS/.test(rule)) return 'a place in the week of the first';
  // Week 1 of the next year begins in December: as "-52" or "-53" it is the same week, and they look for "1" alone there.
  if (/BYWEEKNO=[^;]*-5[23]/.test(rule)) return 'a first week counted from the end';
  return null;
}

/** Where `rrule` 2.8.1 alone does. */
function explainedByRrule({ rule }: Case): string | null {
  // A place before the beginning of the set is counted from its end again, and the time comes twice, or one too many.
  if (/BYSETPOS=[^;]*-/.test(rule)) return 'BYSETPOS from the end, beyond the beginning';
  return null;
}

describe('5,000 random rules', () => {
  test('as npm rrule answers them', () => {
    const differ: unknown[] = [];
    let compared = 0;
    for (const each of samples) {
      if (explained(each) !== null || explainedByRrule(each) !== null) continue;
      const theirs: number[] = [];
      RRule.fromString(`DTSTART:${each.start}Z\nRRULE:${each.rule}`).all((date) => {
        if (theirs.length < timesPerRule) theirs.push(date.getTime());
        return theirs.length < timesPerRule;
      });
      const own = ours(each);
      compared++;
      if (own.join() !== theirs.join())
        differ.push({ ...each, ours: shown(own).slice(0, 8), theirs: shown(theirs).slice(0, 8) });
    }
    expect(differ.slice(0, 12)).toEqual([]);
    expect(compared).toBeGreaterThan(rulesAtAll * 0.9);
  }, 600_000);

  const python = spawnSync('/usr/bin/python3', ['-c', 'import dateutil']);
  if (python.status !== 0) missingTool('as python-dateutil answers them', 'python3-dateutil is not there');
  else {
    test('as python-dateutil answers them', () => {
      const program = [
        'import json, sys, itertools, calendar',
        'from dateutil.rrule import rrulestr',
        'from dateutil.parser import parse',
        'for each in json.load(sys.stdin):',
        '  rule = rrulestr("RRULE:" + each["rule"], dtstart=parse(each["start"]))',
        '  try:',
        `    print(json.dumps([calendar.timegm(at.timetuple()) for at in itertools.islice(rule, ${timesPerRule})]))`,
        // It fails where an nth weekday would lie beyond its table of days.
        '  except IndexError: print("null")',
      ].join('\n');
      const asked = samples.filter((each) => explained(each) === null);
      const run = spawnSync('/usr/bin/python3', ['-c', program], {
        input: JSON.stringify(asked),
        maxBuffer: 1 << 28,
        encoding: 'utf8',
      });
      expect(run.stderr).toBe('');
      const differ: unknown[] = [];
      let failed = 0;
      const lines = run.stdout.trim().split('\n');
      expect(lines).toHaveLength(asked.length);
      asked.forEach((each, at) => {
        const answer: number[] | null = JSON.parse(lines[at] ?? 'null');
        if (answer === null) {
          failed++;
          return;
        }
        const theirs = answer.map((seconds) => seconds * 1000);
        const own = ours(each);
        if (own.join() !== theirs.join())
          differ.push({ ...each, ours: shown(own).slice(0, 8), theirs: shown(theirs).slice(0, 8) });
      });
      expect(differ.slice(0, 12)).toEqual([]);
      expect(failed).toBeLessThan(rulesAtAll * 0.02);
    }, 600_000);
  }
});

test('from anywhere a rule goes on as from its beginning', () => {
  fc.assert(
    fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), (each, part) => {
      const read = readRule(each.rule);
      const startMs = localMsOf(readTime(each.start, null));
      const untilMs = read.until === null ? startMs : localMsOf(read.until);
      const all = ours(each);
      const fromMs = startMs + Math.floor(((all.at(-1) ?? untilMs) - startMs) * part);
      const walk = new RuleWalk(read, startMs, untilMs).from(fromMs, new Steps());
      const expected = all.filter((at) => at >= fromMs);
      for (const at of expected) expect(walk.next()).toBe(at);
    }),
    { seed, numRuns: 500 },
  );
});
