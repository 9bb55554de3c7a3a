import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { Turns } from './turns.ts';

test('what many do in one turn of the loop is bounded by the slice', async () => {
  const clock = fakeClock();
  const turns = new Turns(clock, 10);
  let done = 0;
  const work = async () => {
    while (turns.due) await turns.next();
    clock.advance(3);
    done++;
  };
  const all = Promise.all(Array.from({ length: 20 }, work));
  const perTurn: number[] = [];
  while (done < 20) {
    const before = done;
    await nextTurn();
    perTurn.push(done - before);
  }
  await all;
  // Four pieces of 3 ms reach the end of a slice of 10 ms.
  expect(Math.max(...perTurn)).toBe(4);
});

test('alone nobody waits', async () => {
  const turns = new Turns(fakeClock(), 10);
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  for (let i = 0; i < 100; i++) while (turns.due) await turns.next();
  expect(turned).toBe(false);
});
