import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type AccountsService,
  argon2Hasher,
  createAccounts,
  type Hasher,
  publicAccount,
} from '../../../accounts/index.ts';
import { fakeClock, type StoreError } from '../../../base/index.ts';
import { modules } from '../../../modules.ts';
import { verifyAll } from '../../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import {
  createSharing,
  guestPrincipal,
  sharingLimits as limits,
  type ShareRights,
  type Sharing,
} from '../index.ts';
import type { ShareRow } from './scripts.ts';
import { Judge } from './standing.ts';

const dayMs = 86_400_000;

describeEngines('shares and links', (engine) => {
  const clock = fakeClock();
  let stores: TestStores;
  let accounts: AccountsService;
  let sharing: Sharing;
  let hasher: Hasher;
  let mayLink = true;
  const members: Record<string, number> = {};
  const id = (name: string) => members[name] ?? 0;

  beforeEach(async () => {
    mayLink = true;
    stores = await openTestStores(engine, { clock });
    accounts = await createAccounts({ database: stores.database, domain: 'coop.example', clock });
    for (const name of ['ana', 'bo', 'cy', 'dee'])
      members[name] = (await accounts.admin.addMember(name, {})).id;
    await accounts.admin.addAlias('team', ['bo@coop.example', 'cy@coop.example']);
    const made = [
      await folder(id('ana'), 1, 'Letters'),
      await folder(id('ana'), 2, 'old'),
      await file(id('ana'), 3, 'first.txt'),
      await folder(id('ana'), 1, 'Photos'),
      await folder(publicAccount, 1, 'House'),
    ];
    expect(made.map((node) => node.id)).toEqual([2, 3, 4, 5, 2]);
    hasher = argon2Hasher(2);
    sharing = open();
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await accounts.close();
    await stores.close();
  });

  const by = (account: number) => ({ by: { member: account, tokens: [] } });
  const folder = async (account: number, parent: number, name: string) => {
    await stores.files.root(account);
    return stores.files.makeFolder({ account, folder: parent, name }, by(account));
  };
  const file = async (account: number, parent: number, name: string) => {
    const staged = await stores.files.stage(account, Buffer.from(name));
    const { node } = await stores.files.put({ account, folder: parent, name }, staged, by(account));
    staged.release();
    return node;
  };
  const move = (node: number, to: number, name: string) =>
    stores.files.move(
      { account: id('ana'), node },
      { account: id('ana'), folder: to, name },
      { ...by(id('ana')), overwrite: false },
    );
  const remove = (node: number) => stores.files.remove(id('ana'), node, by(id('ana')));

  const open = () =>
    createSharing({
      database: stores.database,
      clock,
      accounts: accounts.accounts,
      files: stores.files,
      hasher,
      mayLink: () => mayLink,
    });
  const give = (
    by: string,
    to: string,
    node: number,
    rights: ShareRights = 'read',
    expiresMs = 0,
    account = id('ana'),
  ) =>
    sharing.grant({
      account,
      node,
      to: to.includes('@') ? { kind: 'group', address: to } : { kind: 'member', member: id(to) },
      rights,
      by: by === 'coop' ? publicAccount : id(by),
      expiresMs,
    });
  /** `name rights` of what somebody finds below Shared. */
  const seenBy = async (name: string) => {
    const groups = await accounts.accounts.groupsOf(id(name));
    return (await sharing.receivedBy(id(name), groups)).map((one) => `${one.name} ${one.rights}`);
  };

  describe('shares', () => {
    test('are seen by their receivers alone, and change with the node', async () => {
      const share = await give('ana', 'bo', 2, 'write');
      expect(share).toMatchObject({ account: id('ana'), node: 2, by: id('ana'), rights: 'write' });
      expect([await seenBy('bo'), await seenBy('cy'), await seenBy('ana')]).toEqual([
        ['Letters write'],
        [],
        [],
      ]);
      await move(2, 1, 'Briefe');
      expect(await seenBy('bo')).toEqual(['Briefe write']);
      await remove(2);
      expect(await seenBy('bo')).toEqual([]);
      await sharing.purge();
      await stores.files.restoreTrash(id('ana'), 2, by(id('ana')).by);
      expect(await seenBy('bo')).toEqual(['Briefe write']);
      await stores.files.remove(id('ana'), 2, { ...by(id('ana')), forGood: true });
      await stores.files.purge();
      await sharing.purge();
      expect(await sharing.share(share.id)).toBeNull();
    });

    test('to a group are seen by whoever is in it at the time', async () => {
      await give('ana', 'team@coop.example', 2);
      expect([await seenBy('bo'), await seenBy('cy'), await seenBy('dee')]).toEqual([
        ['Letters read'],
        ['Letters read'],
        [],
      ]);
      await accounts.admin.changeAlias('team', ['dee@coop.example']);
      expect([await seenBy('bo'), await seenBy('dee')]).toEqual([[], ['Letters read']]);
      await give('ana', 'bo', 2);
      await sharing.forgetGroup('team@coop.example');
      expect([await seenBy('bo'), await seenBy('dee')]).toEqual([['Letters read'], []]);
    });

    test('of one node count once, with the most that any gives', async () => {
      await give('ana', 'bo', 2);
      await give('ana', 'team@coop.example', 2, 'write');
      expect([await seenBy('bo'), await seenBy('cy')]).toEqual([['Letters write'], ['Letters write']]);
      const again = await give('ana', 'bo', 2, 'reshare');
      expect(await seenBy('bo')).toEqual(['Letters reshare']);
      expect((await sharing.sharesOf(id('ana'), 2)).length).toBe(2);
      await sharing.revoke(again.id);
      await sharing.revoke(again.id);
      expect(await seenBy('bo')).toEqual(['Letters write']);
    });

    test('end in time, and with the owner', async () => {
      await give('ana', 'bo', 2, 'read', clock.nowMs() + dayMs);
      await give('ana', 'bo', 5);
      clock.advance(dayMs);
      expect(await seenBy('bo')).toEqual(['Photos read']);
      await accounts.admin.disableMember(id('ana'));
      expect(await seenBy('bo')).toEqual([]);
      await accounts.admin.enableMember(id('ana'));
      expect(await seenBy('bo')).toEqual(['Photos read']);
      clock.advance(limits.overDays * dayMs);
      await sharing.purge();
      expect((await sharing.sharesBy(id('ana'))).map(({ node }) => node)).toEqual([5]);
    });

    test.each<[string, () => Promise<unknown>, string]>([
      ['with oneself', () => give('ana', 'ana', 2), 'invalid'],
      ['of everything', () => give('ana', 'bo', 1), 'invalid'],
      ['of nothing', () => give('ana', 'bo', 99), 'not-found'],
      ['with nobody', () => give('ana', 'nobody', 2), 'not-found'],
      ['of what is another’s', () => give('dee', 'bo', 2), 'not-found'],
      ['that is over', () => give('ana', 'bo', 2, 'read', clock.nowMs()), 'invalid'],
      ['until no time', () => give('ana', 'bo', 2, 'read', 0.5), 'invalid'],
    ])('%s are refused', async (_, work, reason) => {
      expect(await refusal(work())).toBe(reason);
      expect(await sharing.sharesOf(id('ana'), 2)).toEqual([]);
    });

    test('leave no lock behind where they end, nor do links', async () => {
      const lock = (principal: number, node: number) =>
        stores.files.lock({
          account: id('ana'),
          node,
          scope: 'shared',
          depth: '0',
          owner: '',
          principal,
          root: '/',
          seconds: 600,
        });
      const locked = async () => {
        const held = await stores.files.locksIn(id('ana'), [3, 4, 5]);
        return [...held.values()].flat().map(({ principal }) => principal);
      };
      const first = await give('ana', 'bo', 3, 'write');
      const second = await give('ana', 'cy', 2, 'reshare');
      const wish = { account: id('ana'), node: 2, by: id('cy'), rights: 'write' as const };
      const { token } = await sharing.createLink(wish);
      const other = await sharing.createLink({ ...wish, by: id('ana') });
      for (const principal of [id('ana'), id('bo'), id('cy'), guestPrincipal(token)])
        await lock(principal, 4);
      await lock(guestPrincipal(other.token), 3);
      await sharing.changeShare(first.id, { rights: 'read' });
      const rest = [id('ana'), id('cy'), guestPrincipal(token)];
      expect((await locked()).sort()).toEqual([...rest, guestPrincipal(other.token)].sort());
      await sharing.revokeLink(other.token);
      expect((await locked()).sort()).toEqual(rest.sort());
      await sharing.revoke(second.id);
      expect(await locked()).toEqual([id('ana')]);
    });

    test('that end by time leave no lock behind, and a lock ends with the one that it needs', async () => {
      const until = clock.nowMs() + dayMs;
      const first = await give('ana', 'bo', 3, 'write');
      const lock = (principal: number, seconds: number, untilMs = 0) =>
        stores.files.lock({
          account: id('ana'),
          node: 4,
          scope: 'shared',
          depth: '0',
          owner: '',
          principal,
          root: '/',
          seconds,
          untilMs,
        });
      const ends = async () =>
        (await stores.files.locksOn(id('ana'), 4)).map(({ principal, expiresMs }) => [principal, expiresMs]);
      const taken = await lock(id('bo'), 600, clock.nowMs() + 60_000);
      expect(taken.expiresMs).toBe(clock.nowMs() + 60_000);
      const renewed = await stores.files.refreshLock(id('ana'), 4, taken.token, id('bo'), 7 * 86_400, until);
      expect(renewed?.expiresMs).toBe(until);
      await stores.files.refreshLock(id('ana'), 4, taken.token, id('bo'), 7 * 86_400);
      await lock(id('ana'), 7 * 86_400);
      const own = [id('ana'), clock.nowMs() + 7 * dayMs];
      expect(await ends()).toContainEqual([id('bo'), clock.nowMs() + 7 * dayMs]);
      await sharing.changeShare(first.id, { expiresMs: until });
      expect((await ends()).sort()).toEqual([own, [id('bo'), until]].sort());
      // Another one that lasts: nothing is cut short by the one that does not.
      await give('ana', 'team@coop.example', 2, 'write', clock.nowMs() + 3 * dayMs);
      await stores.files.refreshLock(id('ana'), 4, taken.token, id('bo'), 7 * 86_400);
      clock.advance(2 * dayMs);
      await sharing.purge();
      expect((await ends()).sort()).toEqual([own, [id('bo'), clock.nowMs() + dayMs]].sort());
      clock.advance(dayMs);
      expect(await ends()).toEqual([own]);
      // One that was taken for longer than what it needs: nobody but its owner had heard of it yet.
      await lock(id('cy'), 600);
      await sharing.purge();
      expect(await ends()).toEqual([own]);
    });

    test('given again for a shorter time or for less cut locks short', async () => {
      await give('ana', 'bo', 3, 'write');
      const wish = { account: id('ana'), node: 3, scope: 'exclusive', depth: '0' } as const;
      const { token } = await stores.files.lock({
        ...wish,
        owner: '',
        principal: id('bo'),
        root: '/',
        seconds: 600,
      });
      await give('ana', 'bo', 3, 'write', clock.nowMs() + 1_000);
      const [lock] = await stores.files.locksOn(id('ana'), 3);
      expect([lock?.token, lock?.expiresMs]).toEqual([token, clock.nowMs() + 1_000]);
      await give('ana', 'bo', 3, 'read');
      expect(await stores.files.locksOn(id('ana'), 3)).toEqual([]);
    });

    test('of the co-op are made by the co-op', async () => {
      await give('coop', 'team@coop.example', 2, 'write', 0, publicAccount);
      expect([await seenBy('bo'), await seenBy('dee')]).toEqual([['House write'], []]);
      expect(await refusal(give('bo', 'dee', 2, 'read', 0, publicAccount))).toBe('denied');
    });

    test('go with the member', async () => {
      await give('ana', 'bo', 2, 'reshare');
      await give('bo', 'cy', 2);
      await give('ana', 'dee', 5);
      await sharing.erase(id('bo'));
      expect([await seenBy('bo'), await seenBy('cy'), await seenBy('dee')]).toEqual([
        [],
        [],
        ['Photos read'],
      ]);
      await sharing.erase(id('ana'));
      expect(await seenBy('dee')).toEqual([]);
    });
  });

  describe('what is shared on', () => {
    test('never gives more than what it came from, and goes with it', async () => {
      const first = await give('ana', 'bo', 2, 'reshare', clock.nowMs() + 2 * dayMs);
      const second = await give('bo', 'cy', 3, 'reshare');
      expect(second.expiresMs).toBe(first.expiresMs);
      const third = await give('cy', 'dee', 4, 'read');
      const link = await sharing
        .createLink({ account: id('ana'), node: 4, by: id('dee'), rights: 'read' })
        .catch((error: StoreError) => error.reason);
      expect([link, await seenBy('dee')]).toEqual(['denied', ['first.txt read']]);
      expect(third.expiresMs).toBe(first.expiresMs);
      await sharing.changeShare(first.id, { expiresMs: clock.nowMs() + dayMs });
      expect((await sharing.share(third.id))?.expiresMs).toBe(clock.nowMs() + dayMs);
      await sharing.changeShare(third.id, { expiresMs: clock.nowMs() + 9 * dayMs });
      expect((await sharing.share(third.id))?.expiresMs).toBe(clock.nowMs() + dayMs);
      await sharing.changeShare(first.id, { rights: 'write' });
      expect([await seenBy('bo'), await seenBy('cy'), await seenBy('dee')]).toEqual([
        ['Letters write'],
        [],
        [],
      ]);
    });

    test('ends where the node is moved out of what was given, and where the group is left', async () => {
      await give('ana', 'team@coop.example', 2, 'reshare');
      await give('bo', 'dee', 3);
      expect(await seenBy('dee')).toEqual(['old read']);
      await move(3, 5, 'old');
      expect(await seenBy('dee')).toEqual([]);
      await move(3, 2, 'old');
      await accounts.admin.changeAlias('team', ['cy@coop.example']);
      expect(await seenBy('dee')).toEqual([]);
    });

    test('never hangs on itself, however often it goes to and fro', async () => {
      await give('ana', 'team@coop.example', 2, 'reshare');
      const first = await give('bo', 'cy', 2, 'reshare');
      const back = await give('cy', 'bo', 2, 'reshare');
      expect((await give('bo', 'cy', 2, 'reshare')).id).toBe(first.id);
      expect((await give('cy', 'bo', 2, 'reshare')).id).toBe(back.id);
      expect([await seenBy('bo'), await seenBy('cy')]).toEqual([['Letters reshare'], ['Letters reshare']]);
      await sharing.changeShare(first.id, { expiresMs: clock.nowMs() + dayMs });
      await sharing.revoke(first.id);
      expect([await seenBy('bo'), await seenBy('cy')]).toEqual([['Letters reshare'], ['Letters reshare']]);
    });

    test('and hung on itself is nothing', async () => {
      const row = { account: id('ana'), node: 2, address: '', rights: 'reshare', created: 0, expires: 0 };
      const there = { ...row, id: 1, by: id('bo'), member: id('cy'), parent: 2 } as const;
      const back = { ...row, id: 2, by: id('cy'), member: id('bo'), parent: 1 } as const;
      const options = { accounts: accounts.accounts, files: stores.files, clock };
      expect(await new Judge(options, [there, back] as ShareRow[]).judge(there as ShareRow)).toBeNull();
    });

    test.each<ShareRights>(['read', 'write'])('is refused to who may %s', async (rights) => {
      await give('ana', 'bo', 2, rights);
      expect(await refusal(give('bo', 'cy', 2))).toBe('denied');
      expect(await refusal(give('bo', 'cy', 5))).toBe('not-found');
      const wish = { account: id('ana'), node: 2, by: id('bo'), rights: 'read' as const };
      expect(await refusal(sharing.createLink(wish))).toBe('denied');
    });

    test(`is shared on ${limits.reshareDepthMax} times at most`, async () => {
      const chain = ['ana', 'bo'];
      for (let at = 0; at < limits.reshareDepthMax; at++) {
        const name = `m${at}`;
        members[name] = (await accounts.admin.addMember(name, {})).id;
        chain.push(name);
      }
      const results: string[] = [];
      for (const [at, by] of chain.slice(0, -1).entries())
        results.push(await refusal(give(by, chain[at + 1] ?? '', 2, 'reshare')));
      expect(results.lastIndexOf('accepted')).toBe(limits.reshareDepthMax - 1);
      expect(results.at(-1)).toBe('limit');
    });
  });

  describe('what a receiver does', () => {
    test('names are the receiver’s own, and none comes twice', async () => {
      await folder(id('bo'), 1, 'Letters');
      const letters = await give('ana', 'cy', 2);
      const others = await give('bo', 'cy', 2, 'read', 0, id('bo'));
      expect(await seenBy('cy')).toEqual(['Letters read', 'Letters (2) read']);
      expect(await refusal(sharing.renameReceived(id('cy'), others.id, 'Letters'))).toBe('exists');
      await sharing.renameReceived(id('cy'), letters.id, 'Post');
      expect(await seenBy('cy')).toEqual(['Post read', 'Letters read']);
      for (const bad of ['', '.', '..', 'a/b', 'a\0', 'x'.repeat(256)])
        expect(await refusal(sharing.renameReceived(id('cy'), letters.id, bad))).toBe('invalid');
      expect(await refusal(sharing.renameReceived(id('dee'), letters.id, 'Post'))).toBe('not-found');
    });

    test('what was left goes from sight until it is given again', async () => {
      const share = await give('ana', 'bo', 2);
      await give('ana', 'team@coop.example', 2);
      await sharing.leave(id('bo'), share.id);
      expect([await seenBy('bo'), await seenBy('cy')]).toEqual([[], ['Letters read']]);
      expect(await refusal(sharing.leave(id('bo'), share.id))).toBe('not-found');
      expect(await refusal(sharing.leave(id('dee'), share.id))).toBe('not-found');
      await give('ana', 'bo', 2);
      expect(await seenBy('bo')).toEqual(['Letters read']);
    });

    test('a receiver is a member by any name, or a group that has members', async () => {
      expect(await sharing.receiver('bo')).toEqual({ kind: 'member', member: id('bo') });
      expect(await sharing.receiver(' BO@coop.example ')).toEqual({ kind: 'member', member: id('bo') });
      expect(await sharing.receiver('Team@coop.example')).toEqual({
        kind: 'group',
        address: 'team@coop.example',
      });
      for (const nobody of ['', 'nobody', 'x@far.example', 'team+tag@coop.example', '@', 'a b'])
        expect(await sharing.receiver(nobody)).toBeNull();
    });
  });

  test('favourites are each member’s own, and go with what they are of', async () => {
    const [ana, bo] = [id('ana'), id('bo')];
    const letter = { account: ana, id: 4 };
    for (const member of [ana, bo]) await sharing.setFavourite(member, letter, true);
    await sharing.setFavourite(bo, letter, true);
    await sharing.setFavourite(ana, { account: ana, id: 5 }, true);
    await sharing.setFavourite(bo, { account: bo, id: 999 }, true);
    await sharing.setFavourite(ana, letter, false);
    expect(await sharing.favouritesOf(ana)).toEqual([{ account: ana, node: 5 }]);
    expect(await sharing.favouritesOf(bo)).toHaveLength(2);
    await sharing.purge();
    expect(await sharing.favouritesOf(bo)).toEqual([{ account: ana, node: 4 }]);
    await sharing.erase(ana);
    expect([await sharing.favouritesOf(ana), await sharing.favouritesOf(bo)]).toEqual([[], []]);
    const { favouritesPerMemberMax: max } = limits;
    const nodes = Array.from({ length: max }, (_, at) => ({ account: bo, id: at + 1 }));
    await Promise.all(nodes.map((node) => sharing.setFavourite(bo, node, true)));
    const error = await refusal(sharing.setFavourite(bo, { account: bo, id: max + 1 }, true));
    expect([error, (await sharing.favouritesOf(bo)).length]).toEqual(['limit', max]);
  });

  describe('links', () => {
    const link = (more: object = {}, node = 2) =>
      sharing.createLink({ account: id('ana'), node, by: id('ana'), rights: 'read', ...more });

    test('lead to their node until they are revoked', async () => {
      const made = await link({ label: 'for Eve' });
      expect(made).toMatchObject({ label: 'for Eve', hasPassword: false, downloads: 0, downloadsLeft: null });
      expect(made.token.length * 5).toBeGreaterThanOrEqual(limits.linkTokenBits);
      expect(await sharing.link(made.token)).toEqual(made);
      expect(await sharing.linksBy(id('ana'))).toEqual([made]);
      expect(await sharing.linksOf(id('ana'), 2)).toEqual([made]);
      await sharing.revokeLink(made.token);
      expect([await sharing.link(made.token), await sharing.link('nothing')]).toEqual([null, null]);
    });

    test('end in time, with their downloads, their node and their maker', async () => {
      const soon = await link({ expiresMs: clock.nowMs() + dayMs });
      const few = await link({ downloadsMax: 2 });
      const file = await link({}, 4);
      const counted = await Promise.all([1, 2, 3].map(() => sharing.countDownload(few.token)));
      expect(counted.filter(Boolean).length).toBe(2);
      const listed = (await sharing.linksOf(id('ana'), 2)).find(({ token }) => token === few.token);
      expect([await sharing.link(few.token), listed?.downloads]).toEqual([null, 2]);
      await sharing.changeLink(few.token, { downloadsMax: null });
      expect((await sharing.link(few.token))?.downloadsLeft).toBeNull();
      clock.advance(dayMs);
      expect(await sharing.link(soon.token)).toBeNull();
      await remove(3);
      expect(await sharing.link(file.token)).toBeNull();
      await accounts.admin.disableMember(id('ana'));
      expect(await sharing.link(few.token)).toBeNull();
    });

    test('of what was given go with that', async () => {
      const share = await give('ana', 'bo', 2, 'reshare');
      const made = await link({ by: id('bo') }, 3);
      expect(await sharing.link(made.token)).toEqual(made);
      expect((await sharing.linksBy(id('ana'))).length).toBe(1);
      await sharing.revoke(share.id);
      expect([await sharing.link(made.token), await sharing.linksBy(id('bo'))]).toEqual([null, []]);
    });

    test('with a password open to it alone, and guesses are slowed down', async () => {
      const made = await link({ password: 'open sesame' });
      const plain = await link();
      const ask = (password: string, remote = '192.0.2.1', token = made.token) =>
        sharing.checkPassword(token, password, remote);
      expect([made.hasPassword, await ask('open sesame'), await ask('open'), await ask('')]).toEqual([
        true,
        true,
        false,
        false,
      ]);
      expect([await ask('', '192.0.2.1', plain.token), await ask('', '192.0.2.1', 'nothing')]).toEqual([
        true,
        false,
      ]);
      const changed = await sharing.changeLink(made.token, { password: 'another one' });
      expect(changed.version).toBe(made.version + 1);
      expect([await ask('open sesame'), await ask('another one')]).toEqual([false, true]);
      let guesses = 0;
      while ((await refusal(ask('wrong', '192.0.2.7'))) === 'accepted') guesses++;
      expect(guesses).toBeLessThan(8);
      expect(await refusal(ask('wrong', '192.0.2.7'))).toBe('limit');
      expect(await ask('another one', '192.0.2.8')).toBe(true);
      await sharing.changeLink(made.token, { password: null });
      expect((await sharing.link(made.token))?.hasPassword).toBe(false);
    });

    test.each<[string, object, number, string]>([
      ['of everything', {}, 1, 'invalid'],
      ['of nothing', {}, 99, 'not-found'],
      ['of what is another’s', { by: -1 }, 2, 'not-found'],
      ['for no downloads', { downloadsMax: 0 }, 2, 'invalid'],
      ['into a file', { rights: 'drop' }, 4, 'invalid'],
      ['of a long name', { label: 'x'.repeat(limits.labelCharsMax + 1) }, 2, 'invalid'],
      ['that is over', { expiresMs: 1 }, 2, 'invalid'],
    ])('%s are refused', async (_, more, node, reason) => {
      expect(await refusal(link(more, node))).toBe(reason);
    });

    test('are not made where the settings say so', async () => {
      mayLink = false;
      expect(await refusal(link())).toBe('denied');
    });

    test('what was known of passwords lies in bounds', () => {
      expect(limits.knownPasswordsMax).toBe(10_000);
      expect([limits.sharesPerMemberMax, limits.linksPerMemberMax]).toEqual([5_000, 1_000]);
      expect(limits.favouritesPerMemberMax).toBe(5_000);
    });
  });
});
