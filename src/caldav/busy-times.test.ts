import { expect, test } from 'vitest';
import { fakeClock, turnMsMax } from '../base/index.ts';
import { busyPeriods, indexOf, readCalendar } from '../formats/icalendar/index.ts';
import { BusyTimes } from './busy-times.ts';
import { busyPeriodsMax, busyStepsMax } from './limits.ts';

const busy = (startMs: number, endMs: number) => ({ startMs, endMs, type: 'BUSY' as const });

test('what overlaps is one, in order', async () => {
  const times = new BusyTimes(fakeClock());
  await times.add([busy(50, 60), busy(10, 20)]);
  await times.add([busy(15, 30)]);
  expect(times.all()).toEqual([busy(10, 30), busy(50, 60)]);
});

test(`of more than busyPeriodsMax those that lie close together are one, and nothing becomes free`, async () => {
  const times = new BusyTimes(fakeClock());
  const eachSecond = Array.from({ length: busyPeriodsMax + 1 }, (_, at) => busy(at * 2000, at * 2000 + 1000));
  const far = busy(1e12, 1e12 + 1);
  await times.add([...eachSecond, far]);
  expect(times.all()).toEqual([busy(0, busyPeriodsMax * 2000 + 1000), far]);
});

test('others have their turn between two objects, after so long', async () => {
  const clock = fakeClock();
  const times = new BusyTimes(clock);
  let others = 0;
  setImmediate(() => others++);
  await times.add([]);
  expect(others).toBe(0);
  clock.advance(turnMsMax);
  await times.add([]);
  expect(others).toBe(1);
});

test('busyStepsMax: what is not looked at any more is busy', () => {
  const { steps } = new BusyTimes(fakeClock());
  const daily = ['BEGIN:VEVENT', 'UID:1', 'DTSTART:20260101T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY'];
  const object = ['BEGIN:VCALENDAR', 'VERSION:2.0', ...daily, 'END:VEVENT', 'END:VCALENDAR', ''];
  const { digest } = indexOf(readCalendar(object.join('\r\n')));
  const window = { startMs: Date.UTC(2026, 5, 1), endMs: Date.UTC(2026, 5, 3) };
  expect(busyPeriods(digest, window, { steps })).toHaveLength(2);
  for (let asked = 0; !steps.spent; asked++) {
    if (asked > busyStepsMax) throw new Error('it is never spent');
    busyPeriods(digest, window, { steps });
  }
  expect(busyPeriods(digest, window, { steps })).toEqual([{ ...window, type: 'BUSY' }]);
});
