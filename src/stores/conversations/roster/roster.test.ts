import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { afterRestore } from '../../../storage/index.ts';
import {
  describeEngines,
  openTestStores,
  plansOf,
  refusal,
  type TestStores,
} from '../../../testing/index.ts';
import { createRoster, rosterLimits as limits, type RosterStore } from './index.ts';
import { rosterModule } from './module.ts';
import { type RosterQueries, rosterQueries } from './queries.ts';
import { rosterTables } from './tables.ts';

const [romeo, tybalt] = [11, 12];
const juliet = 'juliet@capulet.example';
const both = { listed: true, subscription: 'both' } as const;

describeEngines('lists of contacts', (engine) => {
  let stores: TestStores;
  let roster: RosterStore;
  beforeEach(async () => {
    stores = await openTestStores(engine);
    roster = createRoster({
      database: stores.database,
      contactsMax: 3,
      requestsMax: 2,
      removedMax: 2,
      blockedMax: 3,
    });
  });
  afterEach(() => stores.close());

  const contactOf = async (account: number, contact: string) =>
    (await roster.load(account)).contacts.get(contact);
  const nothing = { listed: false, name: '', groups: [], subscription: 'none', ask: false } as const;
  const nobody = { ...nothing, pendingIn: false, approved: false, request: null };

  describe('contacts', () => {
    test('what is left out stays as it is; versions ascend', async () => {
      const first = await roster.change(romeo, juliet, 0, {
        listed: true,
        name: 'J',
        groups: ['a', 'b', 'a'],
      });
      expect(first).toEqual({
        ...nobody,
        contact: juliet,
        listed: true,
        name: 'J',
        groups: ['a', 'b'],
        ver: 1,
      });
      const second = await roster.change(romeo, juliet, 1, { subscription: 'to', ask: false });
      expect(second).toEqual({ ...first, subscription: 'to', ver: 2 });
      expect(await contactOf(romeo, juliet)).toEqual(second);
      expect((await roster.load(romeo)).ver).toBe(2);
      expect(await contactOf(tybalt, juliet)).toBeUndefined();
    });

    test('a change that was computed from what is no more is refused', async () => {
      const { ver } = await roster.change(romeo, juliet, 0, both);
      expect(await refusal(roster.change(romeo, juliet, 0, { name: 'J' }))).toBe('conflict');
      expect(await refusal(roster.change(romeo, juliet, ver + 1, { name: 'J' }))).toBe('conflict');
      expect(await contactOf(romeo, juliet)).toMatchObject({ name: '', subscription: 'both' });
      const at = (name: string) => roster.change(romeo, juliet, ver, { name }).then(() => name);
      const done = await Promise.allSettled([at('one'), at('two')]);
      expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    test('who has only asked is kept with what was said, and is gone without a trace', async () => {
      const request = "<presence type='subscribe'><status>art thou not Romeo?</status></presence>";
      const asked = await roster.change(romeo, juliet, 0, { pendingIn: true, request });
      expect(await contactOf(romeo, juliet)).toEqual({
        ...nobody,
        contact: juliet,
        pendingIn: true,
        request,
        ver: 1,
      });
      await roster.change(romeo, juliet, asked.ver, { pendingIn: false, request: null });
      expect((await roster.load(romeo)).contacts.size).toBe(0);
    });

    test('who was listed is remembered as gone, may come again, and is forgotten after removedMax', async () => {
      const { ver } = await roster.change(romeo, juliet, 0, { ...both, name: 'J' });
      const gone = await roster.change(romeo, juliet, ver, { listed: false, subscription: 'none' });
      expect(gone).toEqual({ ...nobody, contact: juliet, ver: 2 });
      const again = await roster.change(romeo, juliet, gone.ver, { listed: true });
      expect(again).toEqual({ ...nobody, contact: juliet, listed: true, ver: 3 });
      await roster.change(romeo, juliet, again.ver, { listed: false });
      for (const name of ['a', 'b']) {
        const added = await roster.change(romeo, name, 0, both);
        await roster.change(romeo, name, added.ver, { listed: false, subscription: 'none' });
      }
      const state = await roster.load(romeo);
      expect([...state.contacts.keys()].sort()).toEqual(['a', 'b']);
      expect(state.verFloor).toBe(4);
    });

    test('contactsMax: who is gone does not count; who is there may be changed', async () => {
      expect(limits.contactsMax).toBeGreaterThanOrEqual(5_000);
      expect(limits.removedMax).toBeGreaterThan(0);
      for (const name of ['a', 'b', 'c']) await roster.change(romeo, name, 0, both);
      expect(await refusal(roster.change(romeo, 'd', 0, both))).toBe('limit');
      const a = await contactOf(romeo, 'a');
      const gone = await roster.change(romeo, 'a', a?.ver ?? 0, { listed: false, subscription: 'none' });
      await roster.change(romeo, 'd', 0, both);
      expect(await refusal(roster.change(romeo, 'a', gone.ver, both))).toBe('limit');
      await roster.change(romeo, 'b', (await contactOf(romeo, 'b'))?.ver ?? 0, { name: 'B' });
      await roster.change(tybalt, 'a', 0, both);
    });

    test('requestsMax: strangers take no room from contacts, and become one where there is room', async () => {
      expect(limits.requestsMax).toBeLessThan(limits.contactsMax);
      const asking = (name: string) =>
        roster.change(romeo, name, 0, { pendingIn: true, request: '<presence/>' });
      const [a] = [await asking('a'), await asking('b')];
      expect(await refusal(asking('c'))).toBe('limit');
      for (const name of ['x', 'y']) await roster.change(romeo, name, 0, both);
      const listed = await roster.change(romeo, 'a', a.ver, { ...both, pendingIn: false });
      expect(await refusal(roster.change(romeo, 'z', 0, both))).toBe('limit');
      await asking('c');
      expect(
        await refusal(
          roster.change(romeo, 'a', listed.ver, { listed: false, subscription: 'none', ask: true }),
        ),
      ).toBe('limit');
    });

    test('after a restore everybody reads the whole list again', async () => {
      await roster.change(romeo, juliet, 0, both);
      const lost = await roster.change(romeo, 'paris@capulet.example', 0, both);
      await stores.damage(`delete from conversation_contacts where contact like 'paris%'`);
      await afterRestore({ database: stores.database, modules: [rosterModule] }, 0);
      const state = await roster.load(romeo);
      expect(state.verFloor).toBeGreaterThan(lost.ver);
      expect(state.ver).toBe(state.verFloor);
    });

    test('addressBytesMax, nameBytesMax, groupsPerContactMax, groupBytesMax, requestBytesMax', async () => {
      const long = (bytes: number) => 'é'.repeat(bytes / 2 + 1);
      const wrong = (change: object, contact = juliet) => refusal(roster.change(romeo, contact, 0, change));
      expect(await wrong({}, long(limits.addressBytesMax))).toBe('too-large');
      expect(await wrong({ name: long(limits.nameBytesMax) })).toBe('too-large');
      expect(await wrong({ groups: [long(limits.groupBytesMax)] })).toBe('too-large');
      expect(await wrong({ request: long(limits.requestBytesMax) })).toBe('too-large');
      const groups = Array.from({ length: limits.groupsPerContactMax + 1 }, (_, at) => `${at}`);
      expect(await wrong({ groups })).toBe('limit');
      await roster.change(romeo, juliet, 0, { listed: true, groups: groups.slice(1) });
    });

    test('stepRows: who has the contact, in steps', async () => {
      expect(limits.stepRows).toBeGreaterThan(1);
      for (const account of [5, 3, 9]) await roster.change(account, juliet, 0, both);
      expect(await roster.holders(juliet, 0)).toEqual([3, 5, 9]);
      expect(await roster.holders(juliet, 3)).toEqual([5, 9]);
    });

    test('listeners hear of it', async () => {
      let heard = 0;
      const stop = roster.subscribe(romeo, () => heard++);
      await roster.change(romeo, juliet, 0, both);
      await roster.block(romeo, { add: ['a'] });
      await roster.change(tybalt, juliet, 0, both);
      stop();
      await roster.block(romeo, { remove: 'all' });
      expect(heard).toBe(2);
    });
  });

  test('blocked addresses; blockedMax leaves all as it was', async () => {
    expect(limits.blockedMax).toBeGreaterThanOrEqual(1_000);
    await roster.block(romeo, { add: ['a', 'b', 'a'] });
    await roster.block(romeo, { add: ['c'], remove: ['a', 'unknown'] });
    expect((await roster.load(romeo)).blocked).toEqual(new Set(['b', 'c']));
    expect(await refusal(roster.block(romeo, { add: ['d', 'e'] }))).toBe('limit');
    expect((await roster.load(romeo)).blocked).toEqual(new Set(['b', 'c']));
    expect((await roster.load(tybalt)).blocked).toEqual(new Set());
    await roster.block(romeo, { remove: 'all' });
    expect((await roster.load(romeo)).blocked).toEqual(new Set());
  });

  test('preferences for the archive, and preferencesMax', async () => {
    expect((await roster.load(romeo)).preferences).toBeNull();
    const preferences = { standard: 'roster', always: ['a'], never: ['b/c'] } as const;
    await roster.setPreferences(romeo, preferences);
    await roster.setLast(romeo, { atMs: 5, status: 'away' });
    stores = await stores.reopen();
    roster = createRoster({ database: stores.database });
    const state = await roster.load(romeo);
    expect([state.preferences, state.last]).toEqual([preferences, { atMs: 5, status: 'away' }]);
    const many = Array.from({ length: limits.preferencesMax + 1 }, (_, at) => `${at}`);
    expect(await refusal(roster.setPreferences(romeo, { ...preferences, never: many }))).toBe('limit');
  });

  test('of what news a member hears in chat: of none, until they say so', async () => {
    expect(await roster.notices(romeo)).toEqual(new Set());
    let told = 0;
    const stop = roster.subscribe(romeo, () => told++);
    await roster.setNotices(romeo, ['invitations', 'mail', 'mail']);
    await expect.poll(() => told).toBe(1);
    stop();
    await roster.setLast(romeo, { atMs: 5, status: 'away' });
    stores = await stores.reopen();
    roster = createRoster({ database: stores.database });
    expect(await roster.notices(romeo)).toEqual(new Set(['mail', 'invitations']));
    expect((await roster.load(romeo)).last).toEqual({ atMs: 5, status: 'away' });
    expect(await roster.notices(tybalt)).toEqual(new Set());
    await roster.setNotices(romeo, ['mail']);
    expect(await roster.notices(romeo)).toEqual(new Set(['mail']));
    await roster.setNotices(romeo, []);
    expect(await roster.notices(romeo)).toEqual(new Set());
  });

  test('statusBytesMax: a status is cut, not refused', async () => {
    await roster.setLast(romeo, { atMs: 1, status: '😀'.repeat(limits.statusBytesMax) });
    const { last } = await roster.load(romeo);
    expect(Buffer.byteLength(last?.status ?? '')).toBeLessThanOrEqual(limits.statusBytesMax);
    expect(last?.status).not.toBe('');
  });

  test('private XML; privateElementBytesMax, privateElementsMax', async () => {
    const name = { ns: 'exodus:prefs', name: 'exodus' };
    expect(await roster.privateXml(romeo, name)).toBeNull();
    await roster.setPrivateXml(romeo, name, '<one/>');
    await roster.setPrivateXml(romeo, name, '<two/>');
    await roster.setPrivateXml(tybalt, name, '<three/>');
    expect(await roster.privateXml(romeo, name)).toBe('<two/>');
    expect(await roster.allPrivateXml(romeo)).toEqual([{ ...name, xml: '<two/>' }]);
    const large = 'x'.repeat(limits.privateElementBytesMax + 1);
    expect(await refusal(roster.setPrivateXml(romeo, name, large))).toBe('too-large');
    for (let at = 1; at < limits.privateElementsMax; at++)
      await roster.setPrivateXml(romeo, { ns: `n${at}`, name: 'x' }, '<x/>');
    expect(await refusal(roster.setPrivateXml(romeo, { ns: 'more', name: 'x' }, '<x/>'))).toBe('limit');
    await roster.setPrivateXml(romeo, name, '<again/>');
  });

  test('privateCharsMax: all of it together', async () => {
    expect(limits.privateCharsMax).toBeGreaterThan(limits.privateElementBytesMax);
    roster = createRoster({ database: stores.database, privateCharsMax: 20 });
    await roster.setPrivateXml(romeo, { ns: 'a', name: 'x' }, '<twelve-chars/>');
    expect(await refusal(roster.setPrivateXml(romeo, { ns: 'b', name: 'x' }, '<twelve-chars/>'))).toBe(
      'limit',
    );
    await roster.setPrivateXml(romeo, { ns: 'a', name: 'x' }, '<twelve-charm/>');
  });

  test('all of a member goes, and nothing of others', async () => {
    for (const account of [romeo, tybalt]) {
      await roster.change(account, juliet, 0, both);
      await roster.block(account, { add: ['a'] });
      await roster.setPreferences(account, { standard: 'never', always: [], never: [] });
      await roster.setPrivateXml(account, { ns: 'n', name: 'x' }, '<x/>');
      await roster.setNotices(account, ['mail']);
    }
    await roster.erase(romeo);
    expect([await roster.notices(romeo), await roster.notices(tybalt)]).toEqual([
      new Set(),
      new Set(['mail']),
    ]);
    const empty = {
      contacts: new Map(),
      verFloor: 0,
      ver: 0,
      blocked: new Set(),
      preferences: null,
      last: null,
    };
    expect(await roster.load(romeo)).toEqual(empty);
    expect(await roster.allPrivateXml(romeo)).toEqual([]);
    expect((await roster.load(tybalt)).contacts.size).toBe(1);
    expect(await roster.allPrivateXml(tybalt)).toHaveLength(1);
  });

  test('no statement reads a table whole', async () => {
    const fill = `
      insert into conversation_contacts select n % 300, 'c' || n, true, n % 50 = 0, '', '[]', 'both', false, false, false, '', n
        from generate_series(1, 30000) n;
      insert into conversation_blocked select n % 300, 'c' || n from generate_series(1, 3000) n`;
    const plans = new Map(await plansOf(engine, rosterTables, rosterQueries, fill));
    expect(plans.size).toBeGreaterThan(20);
    // What a restore asks.
    plans.delete('accountsAfter');
    expect([...plans].filter(([, plan]) => /SCAN (?!CONSTANT ROW|json_each)|Seq Scan/.test(plan))).toEqual(
      [],
    );
    const by = (name: keyof RosterQueries) => plans.get(name);
    expect(by('holders')).toContain('conversation_contacts_contact_account');
    expect(by('removedOver')).toContain('conversation_contacts_account_removed_ver');
  }, 60_000);
});
