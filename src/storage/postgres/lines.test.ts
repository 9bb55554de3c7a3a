import { describe, expect, test } from 'vitest';
import { Lines } from './lines.ts';

/** Work that goes on until it is told to end. */
function held(lines: Lines, accounts: readonly number[], begun: string[], name: string) {
  const { promise, resolve: end } = Promise.withResolvers<void>();
  const done = lines.use(accounts, async () => {
    begun.push(name);
    await promise;
  });
  return { done, end };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('lines of accounts', () => {
  test('one of an account at a time, in order; others meanwhile; one of several waits for all', async () => {
    const lines = new Lines(10);
    const begun: string[] = [];
    const [a, b] = [held(lines, [1], begun, 'a'), held(lines, [1], begun, 'b')];
    const [c, both, d] = [
      held(lines, [2], begun, 'c'),
      held(lines, [1, 2], begun, 'both'),
      held(lines, [2], begun, 'd'),
    ];
    await settled();
    expect(begun).toEqual(['a', 'c']);
    a.end();
    await settled();
    expect(begun).toEqual(['a', 'c', 'b']);
    b.end();
    await settled();
    expect(begun).not.toContain('both');
    c.end();
    await settled();
    expect(begun.at(-1)).toBe('both');
    both.end();
    d.end();
    await Promise.all([a, b, c, both, d].map(({ done }) => done));
    expect(begun.at(-1)).toBe('d');
  });

  test('a line goes on after what failed', async () => {
    const lines = new Lines(10);
    const failed = lines.use([1], () => Promise.reject(new Error('no')));
    const next = lines.use([1], async () => 'done');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('done');
  });

  test('beyond the bound it is refused at once, and what names no account never waits', async () => {
    const lines = new Lines(1);
    const first = held(lines, [1], [], '');
    const second = held(lines, [1], [], '');
    await expect(lines.use([1], async () => 0)).rejects.toMatchObject({ reason: 'unavailable' });
    expect(await lines.use([], async () => 'read')).toBe('read');
    first.end();
    second.end();
    await Promise.all([first.done, second.done]);
    expect(await lines.use([1], async () => 'free')).toBe('free');
  });
});
