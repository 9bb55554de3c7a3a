import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../base/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import {
  type ChatUpload,
  createRegistrations,
  registrationsLimits as limits,
  type NewChatInvite,
  type Registrations,
} from './index.ts';

const start = Date.UTC(2026, 10, 23);
const [ana, bea] = [11, 12];

describeEngines('links', (engine) => {
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

  const invite = (more: Partial<NewChatInvite> = {}): NewChatInvite => ({
    ...{ kind: 'account', creator: ana, local: '', groups: ['Tea'], rooms: ['tea@rooms.example'] },
    ...{ label: 'for Zoe', uses: 1, expiresMs: start + 1_000 },
    ...more,
  });
  const take = (token: string, kind: 'account' | 'contact' = 'account') =>
    refusal(kept.invites.take(token, kind));

  test('an invitation is used as often as it is for, whoever comes at the same time', async () => {
    const { token, id } = await kept.invites.create(invite({ uses: 2 }));
    expect(token.length).toBeGreaterThanOrEqual(limits.linkTokenBits / 5);
    const { uses: _, ...rest } = invite();
    expect(await kept.invites.peek(token)).toEqual({ ...rest, id, usesLeft: 2, createdMs: start });
    expect(await take(token, 'contact')).toBe('not-found');
    const taken = await Promise.all([take(token), take(token), take(token)]);
    expect(taken.sort()).toEqual(['accepted', 'accepted', 'not-found']);
    expect(await kept.invites.peek(token)).toBeNull();
    await kept.invites.giveBack(token);
    expect((await kept.invites.peek(token))?.usesLeft).toBe(1);
    expect((await kept.invites.take(token, 'account')).usesLeft).toBe(0);
    expect(await take('none')).toBe('not-found');
  });

  test('an invitation ends, is listed while it holds, and is taken back by who made it', async () => {
    const one = await kept.invites.create(invite());
    const two = await kept.invites.create(invite({ kind: 'contact', expiresMs: start + 5_000 }));
    const listed = async () => (await kept.invites.of(ana)).map(({ id }) => id);
    expect(await listed()).toEqual([two.id, one.id]);
    expect(await kept.invites.revoke(bea, one.id)).toBe(false);
    clock.advance(1_000);
    expect([await listed(), await take(one.token)]).toEqual([[two.id], 'not-found']);
    await kept.purge();
    await kept.invites.giveBack(one.token);
    expect(await kept.invites.peek(one.token)).toBeNull();
    expect(await kept.invites.revoke(ana, two.id)).toBe(true);
    expect(await kept.invites.revoke(ana, two.id)).toBe(false);
    expect(await take(two.token, 'contact')).toBe('not-found');
  });

  test('invitesPerCreatorMax, inviteUsesMax, inviteBytesMax', async () => {
    expect(limits.invitesPerCreatorMax).toBeGreaterThanOrEqual(100);
    kept = open({ invitesPerCreatorMax: 1 });
    const { token } = await kept.invites.create(invite());
    expect(await refusal(kept.invites.create(invite()))).toBe('limit');
    await kept.invites.take(token, 'account');
    expect(await refusal(kept.invites.create(invite({ uses: limits.inviteUsesMax })))).toBe('accepted');
    for (const uses of [0, -1, 1.5, limits.inviteUsesMax + 1])
      expect(await refusal(kept.invites.create(invite({ creator: bea, uses })))).toBe('invalid');
    const label = 'x'.repeat(limits.inviteBytesMax);
    expect(await refusal(kept.invites.create(invite({ creator: bea, label })))).toBe('too-large');
  });

  const slot = { name: 'tea.png', size: 5, type: 'image/png', expiresMs: start + 1_000 };
  const landed = { file: 'chat/1', sha256: 'ab', expiresMs: 0 };
  const put = async (account: number, more: Partial<typeof landed> = {}) => {
    const opened = await kept.uploads.open(account, slot);
    await kept.uploads.begin(opened.id);
    await kept.uploads.landed(opened.id, { ...landed, ...more });
    return opened;
  };
  async function filesOf(account: number): Promise<string[]> {
    const all: ChatUpload[] = [];
    for await (const page of kept.uploads.of(account)) all.push(...page);
    return all.map(({ file }) => file);
  }

  test('a slot takes one file, from one who puts it; what did not come whole may come again', async () => {
    const { id, put: token, get } = await kept.uploads.open(ana, slot);
    expect(token).not.toBe(get);
    const row = { ...slot, id, account: ana, state: 'open', file: '', sha256: '', createdMs: start };
    expect(await kept.uploads.byPut(token)).toEqual(row);
    expect([await kept.uploads.byPut(get), await kept.uploads.byGet(get)]).toEqual([null, null]);
    const begun = await Promise.all([refusal(kept.uploads.begin(id)), refusal(kept.uploads.begin(id))]);
    expect(begun.sort()).toEqual(['accepted', 'conflict']);
    await kept.uploads.failed(id);
    expect(await refusal(kept.uploads.landed(id, landed))).toBe('conflict');
    expect((await kept.uploads.begin(id)).state).toBe('taking');
    await kept.uploads.landed(id, landed);
    await kept.uploads.failed(id);
    expect(await refusal(kept.uploads.begin(id))).toBe('conflict');
    clock.advance(10_000);
    expect(await kept.uploads.byGet(get)).toEqual({ ...row, ...landed, state: 'there' });
    expect(await kept.uploads.byGet(token)).toBeNull();
    expect(await refusal(kept.uploads.begin(999))).toBe('not-found');
  });

  test('a slot that nothing came to ends', async () => {
    const { id, put: token } = await kept.uploads.open(ana, slot);
    clock.advance(1_000);
    expect(await kept.uploads.byPut(token)).toBeNull();
    expect(await refusal(kept.uploads.begin(id))).toBe('not-found');
    expect(await kept.uploads.over()).toEqual([]);
    await kept.purge();
    await kept.uploads.failed(id);
    expect(await kept.uploads.byPut(token)).toBeNull();
  });

  test('slowUploadHours: what began in time may come later than the slot ends', async () => {
    const [slow, lost] = [await kept.uploads.open(ana, slot), await kept.uploads.open(ana, slot)];
    await kept.uploads.begin(slow.id);
    await kept.uploads.begin(lost.id);
    clock.advance(limits.slowUploadHours * 3_600_000);
    await kept.purge();
    await kept.uploads.landed(slow.id, landed);
    expect((await kept.uploads.byGet(slow.get))?.state).toBe('there');
    clock.advance(1_000);
    await kept.purge();
    expect(await refusal(kept.uploads.landed(lost.id, landed))).toBe('conflict');
    expect(await kept.uploads.byGet(slow.get)).not.toBeNull();
  });

  test('files whose time is over are told, until they are forgotten', async () => {
    await put(ana, { file: 'kept' });
    const { id, get } = await put(bea, { file: 'brief', expiresMs: start + 5_000 });
    clock.advance(5_000);
    expect(await kept.uploads.byGet(get)).toBeNull();
    await kept.purge();
    expect((await kept.uploads.over()).map(({ file, account }) => [file, account])).toEqual([['brief', bea]]);
    await kept.uploads.forget([id]);
    expect(await kept.uploads.over()).toEqual([]);
    expect(await filesOf(ana)).toEqual(['kept']);
  });

  test('files go when they are deleted elsewhere, and with their member', async () => {
    const opened = await kept.uploads.open(ana, slot);
    const { get } = await put(ana, { file: 'one' });
    await put(ana, { file: 'two' });
    await put(bea, { file: 'one' });
    await kept.uploads.forgetFile(ana, 'one');
    await kept.uploads.forgetFile(ana, '');
    expect([await kept.uploads.byGet(get), await filesOf(ana), await filesOf(bea)]).toEqual([
      null,
      ['two'],
      ['one'],
    ]);
    expect(await kept.uploads.byPut(opened.put)).not.toBeNull();
    await kept.invites.create(invite());
    await kept.erase(ana);
    expect([await filesOf(ana), await filesOf(bea), await kept.invites.of(ana)]).toEqual([[], ['one'], []]);
    expect(await kept.uploads.byPut(opened.put)).toBeNull();
  });

  test('openSlotsPerAccountMax, uploadTextBytesMax, uploadsPerAccountMax', async () => {
    expect(limits.uploadsPerAccountMax).toBeGreaterThan(limits.openSlotsPerAccountMax);
    kept = open({ openSlotsPerAccountMax: 1, uploadsPerAccountMax: 2 });
    await put(ana);
    await kept.uploads.open(ana, slot);
    expect(await refusal(kept.uploads.open(ana, slot))).toBe('limit');
    // What is over frees its place by itself, before anybody sweeps.
    clock.advance(1_000);
    const next = { ...slot, expiresMs: start + 9_000 };
    const { id } = await kept.uploads.open(ana, next);
    await kept.uploads.begin(id);
    await kept.uploads.landed(id, landed);
    await kept.purge();
    expect(await refusal(kept.uploads.open(ana, next))).toBe('limit');
    expect(await refusal(kept.uploads.open(bea, next))).toBe('accepted');
    const name = 'n'.repeat(limits.uploadTextBytesMax + 1);
    expect(await refusal(kept.uploads.open(bea, { ...slot, name }))).toBe('too-large');
    expect(await refusal(kept.uploads.open(bea, { ...slot, size: -1 }))).toBe('invalid');
  });
});
