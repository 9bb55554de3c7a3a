import { expect, test } from 'vitest';
import { fakeClock } from '../../testing/index.ts';
import { Slices } from './slices.ts';

test('a slice is due after sliceMs, and others run before the next', async () => {
  const clock = fakeClock();
  const slices = new Slices(clock, 10);
  expect(slices.due).toBe(false);
  clock.advance(10);
  expect(slices.due).toBe(true);
  let ran = false;
  setImmediate(() => {
    ran = true;
  });
  await slices.next();
  expect(ran).toBe(true);
  expect(slices.due).toBe(false);
});
