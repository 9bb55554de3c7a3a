import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { Turns, turnMsMax } from './turns.ts';

test('what takes longer than a turn goes on in the next one, in its order, and others are served between', async () => {
  const clock = fakeClock();
  const turns = new Turns(clock);
  const done: string[] = [];
  const dear = async (name: string) => {
    const turn = turns.next();
    if (turn !== undefined) await turn;
    clock.advance(turnMsMax);
    done.push(name);
  };
  const all = Promise.all(['a', 'b', 'c', 'd'].map(dear));
  const other = (async () => {
    while (!done.includes('d')) {
      await nextTurn();
      done.push('.');
    }
  })();
  await all;
  await other;
  expect(done.filter((one) => one !== '.')).toEqual(['a', 'b', 'c', 'd']);
  expect(done.join('')).toMatch(/^ab\.+c\.+d/);
});

test('what is cheap waits for nothing', async () => {
  const clock = fakeClock();
  const turns = new Turns(clock);
  for (let n = 0; n < turnMsMax; n++) {
    expect(turns.next()).toBeUndefined();
    clock.advance(0.5);
  }
  clock.advance(turnMsMax);
  await turns.next();
  await nextTurn();
  expect(turns.next()).toBeUndefined();
});
