import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../base/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../testing/index.ts';
import { type AccountsService, createAccounts, type Member } from './index.ts';
import { apiTokenDaysMax, apiTokenScopesMax, apiTokensPerMemberMax } from './limits.ts';

describeEngines('bearer tokens', (engine) => {
  const clock = fakeClock(Date.UTC(2026, 3, 1));
  let stores: TestStores;
  let service: AccountsService;
  let ana: Member;
  const remote = '192.0.2.1';

  beforeEach(async () => {
    stores = await openTestStores(engine, { clock });
    service = await createAccounts({ database: stores.database, domain: 'coop.example', clock });
    ana = await service.admin.addMember('ana');
  });
  afterEach(async () => {
    await service.close();
    await stores.close();
  });

  const find = (token: string) => service.accounts.findApiToken(token, remote);
  const make = (wish: Partial<{ name: string; scopes: string[]; days: number }> = {}) =>
    service.admin.addApiToken(ana.id, { name: 'books', scopes: ['read'], days: 30, ...wish });

  test('is its member with its scopes until it ends, is revoked, or its member is', async () => {
    const { id, token, expires } = await make({ scopes: ['ledger.read', 'own'] });
    expect(token).toMatch(/^myco_[a-z2-7]{32}$/);
    expect(await find(token)).toMatchObject({
      ok: true,
      member: { id: ana.id },
      scopes: ['ledger.read', 'own'],
    });
    expect(await service.admin.apiTokens(ana.id)).toEqual([
      { id, name: 'books', scopes: ['ledger.read', 'own'], created: clock.nowMs(), expires, revoked: null },
    ]);
    await service.admin.disableMember(ana.id);
    expect(await find(token)).toMatchObject({ ok: false, reason: 'credentials', ours: true });
    await service.admin.enableMember(ana.id);
    clock.advance(30 * 86_400_000 - 1);
    expect((await find(token)).ok).toBe(true);
    clock.advance(1);
    expect((await find(token)).ok).toBe(false);
    const second = await make();
    await service.admin.revokeApiToken(ana.id, second.id);
    expect((await find(second.token)).ok).toBe(false);
    await expect(service.admin.revokeApiToken(ana.id, second.id)).rejects.toThrow('there is no token');
    const third = await make();
    await service.admin.deleteMember(ana.id);
    expect((await find(third.token)).ok).toBe(false);
    expect(await service.admin.apiTokens(ana.id)).toEqual([]);
  });

  test('nothing that is kept opens the door, and guesses are slowed down', async () => {
    const { token } = await make();
    const made = (letter: string) => `myco_${letter.repeat(32)}`;
    expect(await find('no token of ours')).toMatchObject({ ours: false, reason: 'credentials' });
    const answers = [];
    for (const letter of 'abcdefgh') answers.push(await find(made(letter)));
    expect(answers.at(-1)).toMatchObject({ ok: false, reason: 'throttled' });
    // Who has one is let in all the same, many at once too.
    const good = await Promise.all(Array.from({ length: 20 }, () => find(token)));
    expect(good.every(({ ok }) => ok)).toBe(true);
  });

  test('so many tokens, so many scopes, so many days, and no other words', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `a.${'b'.repeat(at + 1)}`);
    for (const wish of [
      { days: 0 },
      { days: apiTokenDaysMax + 1 },
      { days: 1.5 },
      { scopes: [] },
      { scopes: ['two words'] },
      { scopes: many(apiTokenScopesMax + 1) },
      { name: ' ' },
    ])
      await expect(make(wish), JSON.stringify(wish)).rejects.toMatchObject({ reason: 'invalid' });
    await make({ days: apiTokenDaysMax, scopes: many(apiTokenScopesMax) });
    for (let at = 1; at < apiTokensPerMemberMax; at++) await make();
    await expect(make()).rejects.toMatchObject({ reason: 'limit' });
    clock.advance(31 * 86_400_000);
    expect((await make()).token).toBeDefined();
  });
});
