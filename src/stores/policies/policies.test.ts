import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { createPolicyStore, policiesMax, type StoredPolicy } from './index.ts';

const start = Date.UTC(2026, 10, 22);
const dayMs = 86_400_000;
const kept = (id: string, days: number, fetchedMs = start): StoredPolicy => ({
  id,
  policy: { mode: 'enforce', mx: ['mx.far.test', '*.far.test'], maxAgeSeconds: days * 86_400 },
  fetchedMs,
});

describeEngines('policies', (engine) => {
  let stores: TestStores;
  let clock: ReturnType<typeof fakeClock>;
  beforeEach(async () => {
    clock = fakeClock(start);
    stores = await openTestStores(engine, { clock });
  });
  afterEach(() => stores.close());
  const open = (options: { policiesMax?: number } = {}) =>
    createPolicyStore({ database: stores.database, clock, ...options });

  test('a policy is kept as it was, through a restart, until another takes its place', async () => {
    expect(await open().get('far.test')).toBeNull();
    await open().put('Far.test', kept('one', 10));
    stores = await stores.reopen();
    expect(await open().get('far.TEST')).toEqual(kept('one', 10));
    const none: StoredPolicy = {
      id: 'two',
      policy: { mode: 'none', mx: [], maxAgeSeconds: 60 },
      fetchedMs: start,
    };
    await open().put('far.test', none);
    expect(await open().get('far.test')).toEqual(none);
  });

  test('what has ended goes with the next change', async () => {
    const store = open();
    await store.put('short.test', kept('one', 1));
    await store.put('long.test', kept('one', 10));
    clock.advance(dayMs);
    expect(await store.get('short.test')).not.toBeNull();
    await store.put('new.test', kept('one', 10, clock.nowMs()));
    expect(await store.get('short.test')).toBeNull();
    expect(await store.get('long.test')).not.toBeNull();
  });

  test('of too many those that end first go', async () => {
    expect(policiesMax).toBeGreaterThan(1_000);
    const store = open({ policiesMax: 3 });
    for (const days of [5, 2, 4, 3, 6]) await store.put(`d${days}.test`, kept('one', days));
    const left = await Promise.all([2, 3, 4, 5, 6].map((days) => store.get(`d${days}.test`)));
    expect(left.map((one) => one !== null)).toEqual([false, false, true, true, true]);
  });
});
