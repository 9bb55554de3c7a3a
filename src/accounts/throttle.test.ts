import { describe, expect, test } from 'vitest';
import { fakeClock } from '../base/index.ts';
import {
  accountDelayMsMax,
  accountForgetMs,
  pairBlockMs,
  pairBlockMsMax,
  pairForgetMs,
  pairFreeFailuresCount,
  remoteBlockMsMax,
  remoteForgetMs,
  remoteFreeFailuresCount,
  throttleEntriesMax,
} from './limits.ts';
import { remoteKey } from './remote.ts';
import { Failures, Throttle } from './throttle.ts';

function fail(throttle: Throttle, remote: string, account: string): number {
  const waitMs = throttle.begin(remote, account);
  if (waitMs === 0) throttle.settle(remote, account, 'failed');
  return waitMs;
}

/** Fails again and again, waiting as told; answers how long each wait was. */
function failPatiently(
  throttle: Throttle,
  clock: ReturnType<typeof fakeClock>,
  remote: (i: number) => string,
  account: (i: number) => string,
  times: number,
): number[] {
  const waits: number[] = [];
  for (let i = 0; i < times; i++) {
    const waitMs = throttle.refusedMs(remote(i), account(i));
    waits.push(waitMs);
    clock.advance(waitMs);
    expect(fail(throttle, remote(i), account(i))).toBe(0);
  }
  return waits;
}

describe('throttle', () => {
  test('the first failures cost nothing, each further one twice as much, up to the cap', () => {
    const clock = fakeClock();
    const throttle = new Throttle(clock);
    const waits = failPatiently(
      throttle,
      clock,
      () => '192.0.2.1',
      () => 'alice',
      pairFreeFailuresCount + 4,
    );
    const free = new Array(pairFreeFailuresCount + 1).fill(0);
    expect(waits).toEqual([...free, pairBlockMs, pairBlockMs * 2, pairBlockMs * 4]);
    const ladder = { free: 0, waitMs: pairBlockMs, waitMsMax: pairBlockMsMax, forgetMs: 1e12 };
    const many = new Failures(ladder, clock);
    for (let i = 0; i < 2000; i++) many.add('x');
    expect(many.waitMs('x')).toBe(pairBlockMsMax);
  });

  test('failures are forgotten one by one, whatever wall time does', () => {
    const clock = fakeClock();
    const failures = new Failures({ free: 2, waitMs: 1000, waitMsMax: 9000, forgetMs: pairForgetMs }, clock);
    for (let i = 0; i < 3; i++) failures.add('x');
    expect(failures.waitMs('x')).toBe(1000);
    clock.set(0);
    expect([failures.waitMs('x'), failures.count('x')]).toEqual([1000, 3]);
    clock.advance(1000 + 2 * pairForgetMs - 1);
    expect([failures.waitMs('x'), failures.count('x')]).toEqual([0, 2]);
    clock.advance(1);
    expect([failures.waitMs('x'), failures.count('x')]).toEqual([0, 1]);
    clock.advance(100 * pairForgetMs);
    expect(failures.count('x')).toBe(0);
  });

  test('who fails on an account from one address locks it for nobody else', () => {
    const clock = fakeClock();
    const throttle = new Throttle(clock);
    for (let i = 0; i < 100; i++) fail(throttle, '192.0.2.1', 'alice');
    expect(throttle.refusedMs('192.0.2.1', 'alice')).toBeGreaterThan(0);
    expect(throttle.refusedMs('198.51.100.7', 'alice')).toBe(0);
    // Nor from anywhere, by failing from everywhere: answers are put off, never refused.
    for (let i = 0; i < 5000; i++) fail(throttle, `203.0.${i >> 8}.${i & 255}`, 'alice');
    expect(throttle.refusedMs('198.51.100.7', 'alice')).toBe(0);
    expect(throttle.delayMs('alice')).toBe(accountDelayMsMax);
    clock.advance(accountDelayMsMax);
    expect(throttle.delayMs('alice')).toBe(0);
    clock.advance(accountForgetMs * 60);
    fail(throttle, '203.0.113.1', 'alice');
    expect(throttle.delayMs('alice')).toBe(0);
  });

  test('an address that tries many accounts is refused on all of them, and let in again', () => {
    const clock = fakeClock();
    const throttle = new Throttle(clock);
    for (let i = 0; i <= remoteFreeFailuresCount; i++) expect(fail(throttle, '192.0.2.1', `n${i}`)).toBe(0);
    const waitMs = throttle.refusedMs('192.0.2.1', 'somebody-else');
    expect(waitMs).toBeGreaterThan(0);
    clock.advance(waitMs);
    expect(throttle.refusedMs('192.0.2.1', 'somebody-else')).toBe(0);
    failPatiently(
      throttle,
      clock,
      () => '192.0.2.1',
      (i) => `m${i}`,
      40,
    );
    expect(throttle.refusedMs('192.0.2.1', 'x')).toBe(remoteBlockMsMax);
    clock.advance(remoteForgetMs * 100);
    expect(fail(throttle, '192.0.2.1', 'x')).toBe(0);
    expect(throttle.refusedMs('192.0.2.1', 'x')).toBe(0);
  });

  test('success forgets what was mistyped on this account, not what was tried on others', () => {
    const clock = fakeClock();
    const throttle = new Throttle(clock);
    for (let i = 0; i < pairFreeFailuresCount; i++) fail(throttle, '192.0.2.1', 'alice');
    expect(throttle.begin('192.0.2.1', 'alice')).toBe(0);
    throttle.settle('192.0.2.1', 'alice', 'succeeded');
    for (let i = 0; i < pairFreeFailuresCount; i++) expect(fail(throttle, '192.0.2.1', 'alice')).toBe(0);
    for (let i = 0; i < remoteFreeFailuresCount; i++) fail(throttle, '192.0.2.1', `n${i}`);
    throttle.succeeded('192.0.2.1', 'alice');
    expect(throttle.refusedMs('192.0.2.1', 'alice')).toBeGreaterThan(0);
  });

  test('guesses at the same time get no further than one after the other', () => {
    const throttle = new Throttle(fakeClock());
    const begin = () => throttle.begin('192.0.2.1', 'alice');
    for (let i = 0; i < pairFreeFailuresCount; i++) expect(begin()).toBe(0);
    expect(begin()).toBe(pairBlockMs);
    for (let i = 0; i < pairFreeFailuresCount; i++) throttle.settle('192.0.2.1', 'alice', 'failed');
    expect(begin()).toBe(0);
    expect(begin()).toBe(pairBlockMs);
    throttle.settle('192.0.2.1', 'alice', 'void');
    expect(begin()).toBe(0);
  });

  test('memory is bounded, the newest failures stay', () => {
    const throttle = new Throttle(fakeClock(), 100);
    for (let i = 0; i < 10_000; i++) fail(throttle, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, `n${i}`);
    expect(throttle.size).toBe(300);
    expect(throttleEntriesMax).toBeGreaterThanOrEqual(10_000);
    const failures = new Failures({ free: 5, waitMs: 1000, waitMsMax: 1000, forgetMs: 1000 }, fakeClock(), 2);
    for (const key of ['a', 'b', 'a', 'c']) failures.add(key);
    expect(['a', 'b', 'c'].map((key) => failures.count(key))).toEqual([2, 0, 1]);
  });
});

describe('the place of a client in the net', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['2001:db8:1:2:3:4:5', '2001:db8:1:2:3:4:5'],
    ['1::2::3', '1::2::3'],
    ['not an address', 'not an address'],
    ['', ''],
  ])('%s -> %s', (remote, key) => expect(remoteKey(remote)).toBe(key));
});
