import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../base/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import { createRegistrations, registrationsLimits as limits, type Registrations } from './index.ts';

const start = Date.UTC(2026, 10, 23);
const [ana, bea] = [11, 12];

describeEngines('what clients register', (engine) => {
  let stores: TestStores;
  let clock: ReturnType<typeof fakeClock>;
  let kept: Registrations;
  const open = (most = {}) => createRegistrations({ database: stores.database, clock, most });
  beforeEach(async () => {
    clock = fakeClock(start);
    stores = await openTestStores(engine, { clock });
    kept = open();
  });
  afterEach(() => stores.close());

  const wish = (node: string, more = {}) => ({
    ...{ service: 'push.example', node, options: '', client: 'phone', credential: '1' },
    ...more,
  });
  const nodesOf = async (account: number) => (await kept.push.of(account)).map(({ node }) => node);

  test('push: the same again renews it, and begins anew', async () => {
    await kept.push.enable(ana, wish('a'));
    await kept.push.settle(ana, wish('a'), false);
    clock.advance(5);
    await kept.push.settle(ana, wish('a'), true);
    await kept.push.settle(ana, wish('a'), false);
    expect(await kept.push.of(ana)).toEqual([{ ...wish('a'), failures: 1, lastOkMs: start + 5 }]);
    const again = wish('a', { options: '<x/>', client: 'desk' });
    await kept.push.enable(ana, again);
    expect(await kept.push.of(ana)).toEqual([{ ...again, failures: 0, lastOkMs: start + 5 }]);
    stores = await stores.reopen();
    kept = open();
    expect(await nodesOf(ana)).toEqual(['a']);
    expect(await nodesOf(bea)).toEqual([]);
  });

  test('push: ended by node, by service, and by failing pushFailuresMax times in a row', async () => {
    for (const node of ['a', 'b', 'c']) await kept.push.enable(ana, wish(node));
    await kept.push.enable(ana, wish('', { service: 'other.example' }));
    expect(await kept.push.disable(ana, 'push.example', 'a')).toBe(1);
    expect(await kept.push.disable(ana, 'push.example', 'a')).toBe(0);
    expect(await kept.push.disable(ana, 'push.example', null)).toBe(2);
    const [other] = await kept.push.of(ana);
    if (!other) throw new Error('one is left');
    for (let failed = 1; failed < limits.pushFailuresMax; failed++)
      expect(await kept.push.settle(ana, other, false)).toBe(false);
    expect(await kept.push.settle(ana, other, false)).toBe(true);
    expect(await kept.push.settle(ana, other, false)).toBe(false);
    expect(await kept.push.of(ana)).toEqual([]);
  });

  test('pushesPerAccountMax, pushOptionsBytesMax', async () => {
    expect(limits.pushesPerAccountMax).toBeGreaterThanOrEqual(20);
    kept = open({ pushesPerAccountMax: 2 });
    for (const node of ['a', 'b', 'b']) await kept.push.enable(ana, wish(node));
    expect(await refusal(kept.push.enable(ana, wish('c')))).toBe('limit');
    expect(await refusal(kept.push.enable(bea, wish('c')))).toBe('accepted');
    expect(await nodesOf(ana)).toEqual(['a', 'b']);
    const options = 'o'.repeat(limits.pushOptionsBytesMax + 1);
    expect(await refusal(kept.push.enable(ana, wish('b', { options })))).toBe('too-large');
  });

  const mechanism = 'HT-SHA-256-NONE';
  const issue = (token: string, more = {}) =>
    kept.tokens.issue(ana, {
      ...{ client: 'phone', mechanism, token, expiresMs: start + 1_000, version: 1, credential: '1' },
      ...more,
    });
  const use = (token: string, count: number | null = null) =>
    kept.tokens.use(ana, { client: 'phone', mechanism, token, count });
  const found = async () =>
    (await kept.tokens.find(ana, 'phone')).map(
      ({ current, next, count }) => `${current?.token ?? '-'} ${next?.token ?? '-'} ${count}`,
    );

  test('tokens: the next one becomes the current one when it is used, and the other one ends', async () => {
    await issue('one');
    expect(await found()).toEqual(['- one -1']);
    expect(await use('one')).toBe(true);
    clock.advance(1);
    await issue('two');
    expect(await found()).toEqual(['one two -1']);
    expect((await kept.tokens.find(ana, 'phone'))[0]).toMatchObject({
      mechanism,
      current: { issuedMs: start, expiresMs: start + 1_000 },
      next: { issuedMs: start + 1 },
    });
    expect([await use('one'), await use('none'), await use('')]).toEqual([true, false, false]);
    await issue('three');
    expect([await use('two'), await use('three'), await use('one')]).toEqual([false, true, false]);
    expect(await found()).toEqual(['three - -1']);
  });

  test('tokens: what was sent once is not taken again where it is counted (XEP-0484)', async () => {
    await issue('one');
    expect([await use('one', 0), await use('one', 0), await use('one', 1)]).toEqual([true, false, true]);
    expect(await found()).toEqual(['one - 1']);
    await issue('two');
    expect([await use('one', 1), await use('one', 7), await use('two', 3)]).toEqual([false, true, true]);
    expect(await found()).toEqual(['two - 3']);
    const both = await Promise.all([use('two', 9), use('two', 9)]);
    expect(both.sort()).toEqual([false, true]);
  });

  test('tokens: they tell what they were given for, and outlive what changes beside it', async () => {
    await issue('one');
    await use('one');
    await issue('two', { version: 2 });
    expect(await found()).toEqual(['one two -1']);
    expect(await kept.tokens.find(ana, 'phone')).toMatchObject([{ credential: '1', version: 2 }]);
    // What is no password has nobody who says that it ended.
    await issue('three', { version: 2, credential: 'token' });
    expect([await found(), await use('one'), await use('two')]).toEqual([['- three -1'], false, false]);
    await use('three');
    await issue('four', { version: 3, credential: 'token' });
    expect(await found()).toEqual(['- four -1']);
  });

  test('tokens: they end by time, and when they are taken back', async () => {
    await issue('two', { expiresMs: start + 5_000 });
    expect(await found()).toEqual(['- two -1']);
    await kept.tokens.issue(ana, {
      ...{ client: 'desk', mechanism, token: 'three', version: 2, credential: '1' },
      expiresMs: start + 9_000,
    });
    clock.advance(5_000);
    expect(await found()).toEqual([]);
    expect(await use('two')).toBe(false);
    await kept.purge();
    expect(await kept.tokens.revoke(ana, 'phone')).toBe(0);
    expect(await kept.tokens.find(ana, 'desk')).toHaveLength(1);
    expect(await kept.tokens.revoke(ana)).toBe(1);
    await issue('four', { expiresMs: start + 99_000 });
    expect(await kept.tokens.revoke(bea)).toBe(0);
    expect(await kept.tokens.revoke(ana, 'phone')).toBe(1);
    expect(await found()).toEqual([]);
  });

  const device = (client: string) => ({
    client,
    tag: 'dino',
    software: 'Dino 0.5',
    name: '',
    credential: '1',
  });

  test('devices: last seen first, and gone with all that it registered', async () => {
    await kept.devices.seen(ana, device('phone'));
    clock.advance(1);
    await kept.devices.seen(ana, device('desk'));
    clock.advance(1);
    await kept.devices.seen(ana, { ...device('phone'), software: 'Dino 0.6' });
    await issue('one');
    await kept.push.enable(ana, wish('a'));
    await kept.push.enable(ana, wish('b', { client: 'desk' }));
    expect(await kept.devices.of(ana)).toEqual([
      {
        ...{ client: 'phone', tag: 'dino', software: 'Dino 0.6', name: '', credential: '1' },
        ...{ firstSeenMs: start, lastSeenMs: start + 2, hasToken: true },
      },
      { ...device('desk'), firstSeenMs: start + 1, lastSeenMs: start + 1, hasToken: false },
    ]);
    expect(await kept.devices.remove(ana, 'phone')).toBe(true);
    expect(await kept.devices.remove(ana, 'phone')).toBe(false);
    expect([await found(), await nodesOf(ana)]).toEqual([[], ['b']]);
  });

  test('devicesPerAccountMax: the one that was seen longest ago goes', async () => {
    expect(limits.devicesPerAccountMax).toBeGreaterThanOrEqual(50);
    kept = open({ devicesPerAccountMax: 2 });
    for (const client of ['phone', 'desk', 'web']) {
      clock.advance(1);
      if (client === 'web') await issue('one');
      await kept.devices.seen(ana, device(client));
    }
    expect((await kept.devices.of(ana)).map(({ client }) => client)).toEqual(['web', 'desk']);
    expect(await found()).toEqual([]);
  });

  test('deviceTextBytesMax, tokenBytesMax', async () => {
    const long = 'é'.repeat(limits.deviceTextBytesMax / 2 + 1);
    expect(await refusal(kept.devices.seen(ana, { ...device('x'), software: long }))).toBe('too-large');
    expect(await refusal(issue('x', { client: long }))).toBe('too-large');
    expect(await refusal(issue('t'.repeat(limits.tokenBytesMax + 1)))).toBe('too-large');
    expect(await refusal(issue('t'.repeat(limits.tokenBytesMax)))).toBe('accepted');
  });

  test('what was registered with a password ends with it; other ways in end by themselves', async () => {
    const all = [
      ['phone', '1'],
      ['desk', '2'],
      ['web', 'token'],
    ] as const;
    for (const [client, credential] of all) {
      clock.advance(1);
      await kept.devices.seen(ana, { ...device(client), credential });
      await issue(client, { client, credential });
      await kept.push.enable(ana, wish(client, { client: `${client}-resource`, credential }));
    }
    await issue('tablet', { client: 'tablet' });
    await kept.devices.seen(bea, device('phone'));
    await kept.retain(ana, new Set(['2', '3']));
    expect((await kept.devices.of(ana)).map(({ client }) => client)).toEqual(['web', 'desk']);
    expect((await kept.devices.of(ana)).map(({ hasToken }) => hasToken)).toEqual([true, true]);
    expect(await nodesOf(ana)).toEqual(['desk', 'web']);
    expect([await found(), await kept.tokens.find(ana, 'tablet')]).toEqual([[], []]);
    expect(await kept.tokens.find(ana, 'desk')).toMatchObject([{ credential: '2' }]);
    expect(await kept.devices.of(bea)).toHaveLength(1);
  });

  test('tokens: who comes with another password begins anew', async () => {
    await issue('one');
    await use('one');
    await issue('two', { credential: '2' });
    expect(await found()).toEqual(['- two -1']);
    expect(await use('one')).toBe(false);
  });

  test('a member who is erased has none of it', async () => {
    await kept.devices.seen(ana, device('phone'));
    await issue('one');
    await kept.push.enable(ana, wish('a'));
    await kept.push.enable(bea, wish('b'));
    await kept.erase(0);
    await kept.erase(ana);
    expect([await kept.devices.of(ana), await found(), await nodesOf(ana), await nodesOf(bea)]).toEqual([
      [],
      [],
      [],
      ['b'],
    ]);
  });
});
