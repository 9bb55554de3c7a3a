import { describe, expect, test } from 'vitest';
import { Pins } from './pins.ts';

const place = { segment: 3, offset: 0, length: 1, codec: 0 };

function held<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe('pins', () => {
  test('many ask, one writes; the hold ends with the last release', async () => {
    const pins = new Pins();
    const write = held<typeof place>();
    let writes = 0;
    const take = () =>
      pins.take('h', () => {
        writes++;
        return write.promise;
      });
    const all = [take(), take(), take()];
    expect(pins.startSweep('h')).toBe(false);
    write.resolve(place);
    expect(await Promise.all(all)).toEqual([place, place, place]);
    expect(writes).toBe(1);
    expect(pins.anyIn(3)).toBe(true);
    pins.release('h');
    pins.release('h');
    expect(pins.has('h')).toBe(true);
    pins.release('h');
    expect(pins.has('h')).toBe(false);
    expect(pins.anyIn(3)).toBe(false);
    pins.release('h');
  });

  test('a write that fails is heard by all who waited, and does not stand in the way of the next', async () => {
    const pins = new Pins();
    const write = held<typeof place>();
    const all = [pins.take('h', () => write.promise), pins.take('h', () => write.promise)];
    write.reject(new Error('disk'));
    expect((await Promise.allSettled(all)).map((one) => one.status)).toEqual(['rejected', 'rejected']);
    expect(pins.has('h')).toBe(false);
    expect(await pins.take('h', async () => place)).toEqual(place);
    expect(pins.has('h')).toBe(true);
  });

  test('who wants a content that is being swept waits until that is over, then writes it anew', async () => {
    const pins = new Pins();
    expect(pins.startSweep('h')).toBe(true);
    expect(pins.startSweep('h')).toBe(false);
    const order: string[] = [];
    const taken = pins.take('h', async () => {
      order.push('written');
      return place;
    });
    await Promise.resolve();
    order.push('swept');
    pins.endSweep('h');
    await taken;
    expect(order).toEqual(['swept', 'written']);
  });
});
