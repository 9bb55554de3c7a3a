import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BusyTimes } from './busy-times.ts';
import { busyPeriodsMax, busyRowsPerTurnMax } from './limits.ts';

const busy = (startMs: number, endMs: number) => ({ startMs, endMs, type: 'BUSY' as const });

test('what overlaps is one, in order', async () => {
  const times = new BusyTimes();
  await times.add([busy(50, 60), busy(10, 20)]);
  await times.add([busy(15, 30)]);
  expect(times.all()).toEqual([busy(10, 30), busy(50, 60)]);
});

test(`of more than busyPeriodsMax those that lie close together are one, and nothing becomes free`, async () => {
  const times = new BusyTimes();
  const eachSecond = Array.from({ length: busyPeriodsMax + 1 }, (_, at) => busy(at * 2000, at * 2000 + 1000));
  const far = busy(1e12, 1e12 + 1);
  await times.add([...eachSecond, far]);
  expect(times.all()).toEqual([busy(0, busyPeriodsMax * 2000 + 1000), far]);
});

test('busyRowsPerTurnMax objects, and others have their turn', async () => {
  const times = new BusyTimes();
  let others = false;
  void nextTurn().then(() => {
    others = true;
  });
  for (let row = 1; row < busyRowsPerTurnMax; row++) await times.add([]);
  expect(others).toBe(false);
  await times.add([]);
  expect(others).toBe(true);
});
