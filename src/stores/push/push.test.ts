import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../testing/index.ts';
import { createPushStore, type NewRegistration, type PushStore, pushLimits } from './index.ts';

const start = Date.UTC(2026, 10, 22);
const [ana, bea, carl] = [11, 12, 13];

describeEngines('registrations for push', (engine) => {
  let stores: TestStores;
  let clock: ReturnType<typeof fakeClock>;
  let push: PushStore;
  beforeEach(async () => {
    clock = fakeClock(start);
    stores = await openTestStores(engine, { clock });
    push = createPushStore({ database: stores.database, clock });
  });
  afterEach(() => stores.close());

  const wish = (more: Partial<NewRegistration> = {}): NewRegistration => ({
    member: ana,
    account: ana,
    place: '3',
    resource: 'https://push.example/phone',
    publicKey: 'key',
    authSecret: 'secret',
    contentDepth: 1,
    properties: false,
    expiresMs: start + 1_000,
    ...more,
  });

  async function of(account: number, place: string): Promise<string[]> {
    const all: string[] = [];
    for await (const page of push.of(account, place)) all.push(...page.map(({ token }) => token));
    return all.sort();
  }

  test('the same push resource renews, and keeps its token; another is another', async () => {
    const first = await push.register(wish());
    expect(first.created).toBe(true);
    const more = {
      publicKey: 'new',
      contentDepth: null,
      properties: true,
      expiresMs: start + 2_000,
    } as const;
    expect(await push.register(wish(more))).toEqual({ token: first.token, created: false });
    expect(await push.find(first.token)).toEqual({ ...wish(more), token: first.token });
    const others = [
      await push.register(wish({ resource: 'https://push.example/desk' })),
      await push.register(wish({ member: bea })),
    ];
    expect(others.map(({ created }) => created)).toEqual([true, true]);
    const elsewhere = await push.register(wish({ place: 'calendars', contentDepth: 0 }));
    expect(await of(ana, '3')).toEqual([first, ...others].map(({ token }) => token).sort());
    expect(await of(ana, 'calendars')).toEqual([elsewhere.token]);
    expect(await of(bea, '3')).toEqual([]);
    stores = await stores.reopen();
    push = createPushStore({ database: stores.database, clock });
    expect((await push.find(elsewhere.token))?.contentDepth).toBe(0);
  });

  test('it ends by itself, and by its token', async () => {
    const short = await push.register(wish());
    const long = await push.register(
      wish({ resource: 'https://push.example/desk', expiresMs: start + 5_000 }),
    );
    clock.advance(1_000);
    expect(await push.find(short.token)).toBeNull();
    expect(await of(ana, '3')).toEqual([long.token]);
    await push.purge();
    expect((await push.register(wish({ expiresMs: start + 9_000 }))).token).not.toBe(short.token);
    expect(await push.remove(long.token)).toBe(true);
    expect(await push.remove(long.token)).toBe(false);
    expect(await push.find(long.token)).toBeNull();
  });

  test('they go with the place, the member and whose place it was', async () => {
    const tokens = await Promise.all(
      [
        wish(),
        wish({ place: '4' }),
        wish({ member: bea }),
        wish({ member: bea, account: carl }),
        wish({ member: carl, account: carl }),
      ].map(async (each) => (await push.register(each)).token),
    );
    const left = async () => {
      const found = await Promise.all(tokens.map((token) => push.find(token)));
      return found.map((one) => one !== null);
    };
    await push.removeOf(ana, '4');
    expect(await left()).toEqual([true, false, true, true, true]);
    await push.erase(bea);
    expect(await left()).toEqual([true, false, false, false, true]);
    await push.register(wish({ member: bea, account: carl }));
    await push.erase(carl);
    expect(await left()).toEqual([true, false, false, false, false]);
    expect(await of(carl, '3')).toEqual([]);
  });

  test('registrationsPerMemberMax: what ended does not count, what is renewed is taken', async () => {
    expect(pushLimits.registrationsPerMemberMax).toBeGreaterThanOrEqual(500);
    push = createPushStore({ database: stores.database, clock, registrationsPerMemberMax: 2 });
    const at = (name: string, expiresMs = start + 1_000) =>
      push.register(wish({ resource: `https://push.example/${name}`, expiresMs }));
    await at('one');
    await at('two', start + 9_000);
    expect(await refusal(at('three'))).toBe('limit');
    expect((await at('two', start + 9_000)).created).toBe(false);
    expect((await push.register(wish({ member: bea }))).created).toBe(true);
    clock.advance(1_000);
    expect((await at('three', start + 9_000)).created).toBe(true);
  });

  test('registrationsPerPlaceMax', async () => {
    const at = (name: number, place = '3') =>
      push.register(wish({ place, resource: `https://push.example/${name}` }));
    for (let name = 0; name < pushLimits.registrationsPerPlaceMax; name++) await at(name);
    expect(await refusal(at(1_000))).toBe('limit');
    expect((await at(0)).created).toBe(false);
    expect((await at(1_000, '4')).created).toBe(true);
  });

  test('pageRowsMax: more than a page is read to its end', async () => {
    const count = pushLimits.pageRowsMax + 1;
    for (let member = 1; member <= count; member++) await push.register(wish({ member }));
    expect(await of(ana, '3')).toHaveLength(count);
  });
});
