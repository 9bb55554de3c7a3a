import { expect, test } from 'vitest';
import { fakeClock } from './clock.ts';
import { Turns, turnMsMax } from './turns.ts';

test('others have their turn after so long, and not before', async () => {
  const clock = fakeClock();
  const turns = new Turns(clock);
  let others = 0;
  const told: boolean[] = [];
  for (let step = 0; step < 2 * turnMsMax + 1; step++) {
    const rest = turns.rest();
    told.push(rest !== null);
    setImmediate(() => others++);
    const before = others;
    await rest;
    expect(others > before).toBe(rest !== null);
    clock.advance(1);
  }
  expect(told.flatMap((rested, at) => (rested ? [at] : []))).toEqual([turnMsMax, 2 * turnMsMax]);
});
