import { describe, expect, test } from 'vitest';
import { Settling } from './settling.ts';

describe('what became of the stanzas of a stream', () => {
  test('one counts when all before it are settled, whichever was quicker', () => {
    const settling = new Settling(10);
    const [first, second, third] = [settling.begin(), settling.begin(), settling.begin()];
    third.done();
    second.done();
    expect(settling.handled).toBe(0);
    first.done();
    expect(settling.handled).toBe(3);
  });

  test('a ticket counts once', () => {
    const settling = new Settling(10);
    const ticket = settling.begin();
    ticket.done();
    ticket.done();
    expect(settling.handled).toBe(1);
  });

  test('who asks hears after all that came before, and before what came later', () => {
    const settling = new Settling(10);
    const heard: number[] = [];
    const [first, second] = [settling.begin(), settling.begin()];
    settling.afterAll(() => heard.push(settling.handled));
    const third = settling.begin();
    third.done();
    second.done();
    expect(heard).toEqual([]);
    first.done();
    expect(heard).toEqual([2]);
    expect(settling.handled).toBe(3);
    settling.afterAll(() => heard.push(settling.handled));
    expect(heard).toEqual([2, 3]);
  });

  test('XEP-0198 §4: the count begins anew after 2^32 - 1', () => {
    const settling = new Settling(10);
    settling.handled = 0xffff_ffff;
    settling.begin().done();
    expect(settling.handled).toBe(0);
  });

  test('who follows others waits until they are settled', async () => {
    const settling = new Settling(10);
    expect(settling.settled()).toBeNull();
    const first = settling.begin();
    const heard: number[] = [];
    const settled = settling.settled()?.then(() => heard.push(settling.handled));
    await Promise.resolve();
    expect(heard).toEqual([]);
    first.done();
    await settled;
    expect(heard).toEqual([1]);
  });

  test('unsettledMax: who has so many on the way waits', async () => {
    const settling = new Settling(2);
    const first = settling.begin();
    expect(settling.room()).toBeNull();
    settling.begin();
    let isFree = false;
    const room = settling.room()?.then(() => {
      isFree = true;
    });
    expect(room).toBeDefined();
    await Promise.resolve();
    expect(isFree).toBe(false);
    first.done();
    await room;
    expect(isFree).toBe(true);
  });

  test('whoever waits for room is told, however many they are', async () => {
    const settling = new Settling(1);
    const ticket = settling.begin();
    const waiting = [settling.room(), settling.room()];
    ticket.done();
    await Promise.all(waiting);
    expect(settling.handled).toBe(1);
  });
});
