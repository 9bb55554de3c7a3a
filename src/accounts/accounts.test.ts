import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock, type Reason, StoreError } from '../base/index.ts';
import { type Database, openDatabase } from '../storage/index.ts';
import { describeEngines, type Engine, makeFolder, removeFolder } from '../testing/index.ts';
import {
  type AccountsService,
  accountsModule,
  accountsSettings,
  createAccounts,
  directoryAccount,
  type EraseHook,
  type Hasher,
  type Recipient,
} from './index.ts';
import {
  aliasDepthMax,
  aliasTargetsMax,
  appPasswordsPerMemberMax,
  credentialNameCharactersMax,
  memberNameCharactersMax,
  pageRowsMax,
  pairBlockMs,
  pairFreeFailuresCount,
  recipientsMax,
  signInTokensPerMemberMax,
} from './limits.ts';

const dayMs = 86_400_000;
const workerUrl = new URL('../worker.ts', import.meta.url);

/** Quick, and not what is under test here; login.test.ts has the real one too. */
const hasher: Hasher = {
  hash: async (password) => `plain$${createHash('sha256').update(password).digest('hex')}`,
  verify: async (phc, password) => phc === `plain$${createHash('sha256').update(password).digest('hex')}`,
  derive: (task) => task(),
  outdated: () => false,
  decoy: 'plain$',
};

interface Opened extends AccountsService {
  readonly database: Database;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly erased: number[];
  /** Opens the accounts again over the same database, as a new process would. */
  again(options?: { aliases?: string[]; onErase?: EraseHook }): Promise<AccountsService>;
  done(): Promise<void>;
}

async function open(engine: Engine): Promise<Opened> {
  const folder = makeFolder();
  const database = await openDatabase({
    modules: [accountsModule],
    dir: folder,
    database: await engine.database(),
    workerUrl,
  });
  const clock = fakeClock();
  const erased: number[] = [];
  const again: Opened['again'] = ({ aliases = ['alias.example'], onErase } = {}) =>
    createAccounts({
      database,
      domain: 'coop.example',
      aliases,
      clock,
      hasher,
      onErase: [onErase ?? (async (member) => void erased.push(member))],
    });
  const service = await again();
  return {
    ...service,
    database,
    clock,
    erased,
    again,
    async done() {
      await service.close();
      await database.close();
      removeFolder(folder);
    },
  };
}

async function refusal(task: Promise<unknown>): Promise<Reason> {
  const error = await task.then(
    (value) => new Error(`not refused: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StoreError)) throw error;
  return error.reason;
}

describeEngines('accounts', (engine) => {
  let it: Opened;
  let names = 0;
  /** A local part that no other test uses. */
  const fresh = (prefix = 'm') => `${prefix}${++names}`;
  beforeAll(async () => {
    it = await open(engine);
    await it.admin.addMember('root', { admin: true });
  });
  afterAll(() => it.done());

  async function recipientsOf(address: string): Promise<readonly Recipient[]> {
    const resolution = await it.accounts.resolve(address);
    if (resolution.kind !== 'local') throw new Error(`${address} is ${resolution.kind}`);
    return resolution.recipients;
  }
  const accountsOf = async (address: string) =>
    (await recipientsOf(address)).map((to) => (to.kind === 'member' ? to.account : to.address));

  describe('members', () => {
    test('are found by id and by address, in whatever case', async () => {
      const local = fresh();
      const member = await it.admin.addMember(local.toUpperCase(), { name: 'Zoë' });
      expect(member).toMatchObject({
        address: `${local}@coop.example`,
        name: 'Zoë',
        admin: false,
        version: 1,
      });
      expect(await it.accounts.member(member.id)).toEqual(member);
      expect(await it.accounts.byAddress(`${local}+tag@COOP.example`)).toEqual(member);
      expect(await it.accounts.byAddress('nobody@coop.example')).toBeNull();
      expect(await it.accounts.byAddress('not an address')).toBeNull();
      expect(await it.accounts.member(999_999)).toBeNull();
    });

    test('have an address of ours that is free', async () => {
      const local = fresh();
      await it.admin.addMember(local);
      expect(await refusal(it.admin.addMember(local))).toBe('exists');
      expect(await refusal(it.admin.addMember(`${local}@elsewhere.example`))).toBe('not-found');
      expect(await refusal(it.admin.addMember('a b'))).toBe('invalid');
      expect(await refusal(it.admin.addMember('x+y'))).toBe('invalid');
    });

    test('have names that fit on a line', async () => {
      const long = 'x'.repeat(memberNameCharactersMax + 1);
      for (const name of ['', ' ', 'a\nb', long, '\ud800']) {
        expect(await refusal(it.admin.addMember(fresh(), { name }))).toBe('invalid');
      }
      const { id } = await it.admin.addMember(fresh(), { name: long.slice(1) });
      expect((await it.admin.changeMember(id, { name: ' Jean ' })).name).toBe('Jean');
      expect(await refusal(it.admin.changeMember(id, { name: 'a\0b' }))).toBe('invalid');
      expect(await refusal(it.admin.changeMember(999_999, { name: 'x' }))).toBe('not-found');
    });

    test('a second one of the same name at the same moment is refused', async () => {
      const local = fresh();
      const tries = await Promise.allSettled([1, 2, 3, 4].map(() => it.admin.addMember(local)));
      expect(tries.filter((done) => done.status === 'fulfilled')).toHaveLength(1);
      for (const done of tries) if (done.status === 'rejected') expect(done.reason.reason).toBe('exists');
    });

    test('are listed in pages', async () => {
      const [a, b, c] = [
        await it.admin.addMember(fresh()),
        await it.admin.addMember(fresh()),
        await it.admin.addMember(fresh()),
      ];
      const first = await it.admin.members({ after: a.id - 1, max: 2 });
      expect(first.rows.map((member) => member.id)).toEqual([a.id, b.id]);
      expect(first.next).toBe(b.id);
      const last = await it.admin.members({ after: b.id });
      expect(last).toMatchObject({ rows: [{ id: c.id, created: it.clock.nowMs() }], next: null });
      for (const max of [0, pageRowsMax + 1, 1.5])
        expect(await refusal(it.admin.members({ max }))).toBe('invalid');
    });

    test('that are disabled get no mail, and get it again', async () => {
      const member = await it.admin.addMember(fresh());
      const disabled = await it.admin.disableMember(member.id);
      expect(disabled).toMatchObject({ disabled: true, version: member.version + 1 });
      expect(await it.accounts.resolve(member.address)).toEqual({ kind: 'disabled' });
      expect(await it.accounts.owns(member.id, member.address)).toBe(false);
      await it.admin.enableMember(member.id);
      expect(await accountsOf(member.address)).toEqual([member.id]);
    });

    test('that are renamed keep their old address, and may go back', async () => {
      const member = await it.admin.addMember(fresh());
      const renamed = await it.admin.renameMember(member.id, `${fresh()}@alias.example`);
      expect(renamed).toMatchObject({ id: member.id, version: member.version + 1 });
      expect((await it.accounts.byAddress(member.address))?.id).toBe(member.id);
      expect(await accountsOf(member.address)).toEqual([member.id]);
      expect(await it.accounts.owns(member.id, member.address)).toBe(true);
      expect(await refusal(it.admin.addMember(member.address))).toBe('exists');
      const other = await it.admin.addMember(fresh());
      expect(await refusal(it.admin.renameMember(other.id, member.address))).toBe('exists');
      expect((await it.admin.renameMember(member.id, member.address)).address).toBe(member.address);
      expect(await it.admin.addresses(member.id)).toEqual(
        expect.arrayContaining([
          { address: member.address, kind: 'primary' },
          { address: renamed.address, kind: 'former' },
        ]),
      );
    });

    test('changes are announced on the account of the directory', async () => {
      const heard: number[] = [];
      const stop = it.database.changes.subscribe(directoryAccount, (modseq) => heard.push(modseq));
      await it.admin.addMember(fresh());
      stop();
      expect(heard.length).toBeGreaterThan(0);
    });
  });

  describe('deleting a member', () => {
    test('leaves a tombstone: no address, no id again, the stores told', async () => {
      const member = await it.admin.addMember(fresh(), { password: 'correct horse' });
      await it.admin.deleteMember(member.id);
      expect(it.erased).toContain(member.id);
      expect(await it.accounts.member(member.id)).toBeNull();
      expect(await it.accounts.byAddress(member.address)).toBeNull();
      expect(await it.accounts.resolve(member.address)).toEqual({ kind: 'unknown' });
      expect(await it.admin.credentials(member.id)).toEqual([]);
      expect(await refusal(it.admin.deleteMember(member.id))).toBe('not-found');
      expect(await refusal(it.admin.setPassword(member.id, 'correct horse'))).toBe('not-found');
      expect((await it.admin.addMember(fresh())).id).toBeGreaterThan(member.id);
    });

    test('holds all its addresses for a while, then lets them go', async () => {
      const member = await it.admin.addMember(fresh());
      const renamed = await it.admin.renameMember(member.id, fresh());
      await it.admin.deleteMember(member.id);
      for (const address of [member.address, renamed.address]) {
        expect(await refusal(it.admin.addMember(address))).toBe('exists');
        expect(await refusal(it.admin.addAlias(address, ['root']))).toBe('exists');
      }
      it.clock.advance(accountsSettings.parse({}).addressReuseDays * dayMs);
      const next = await it.admin.addMember(member.address);
      expect(await accountsOf(member.address)).toEqual([next.id]);
      await it.again();
      expect((await it.admin.addMember(renamed.address)).id).toBeGreaterThan(next.id);
    });

    test('takes it out of aliases, so that nobody inherits its mail, and drops those left empty', async () => {
      const [member, other] = [await it.admin.addMember(fresh()), await it.admin.addMember(fresh())];
      const [team, only, outer] = [fresh('team'), fresh('only'), fresh('outer')];
      await it.admin.addAlias(team, [member.address, other.address]);
      await it.admin.addAlias(only, [`${member.address.replace('@', '+tag@')}`]);
      await it.admin.addAlias(outer, [only]);
      await it.admin.deleteMember(member.id);
      expect(await accountsOf(`${team}@coop.example`)).toEqual([other.id]);
      for (const gone of [only, outer]) {
        expect(await it.accounts.resolve(`${gone}@coop.example`)).toEqual({ kind: 'unknown' });
        expect((await it.admin.addAlias(gone, ['root'])).address).toBe(`${gone}@coop.example`);
      }
    });

    test('that a store could not follow is finished at the next start', async () => {
      const member = await it.admin.addMember(fresh());
      const failing = await it.again({
        onErase: () => Promise.reject(new StoreError('unavailable', 'disk gone')),
      });
      expect(await refusal(failing.admin.deleteMember(member.id))).toBe('unavailable');
      expect(await it.accounts.member(member.id)).toBeNull();
      const later: unknown[] = [];
      const restarted = await it.again({ onErase: async (...gone) => void later.push(gone) });
      expect(await restarted.admin.resumeErasures()).toBe(1);
      expect(later).toEqual([[member.id, [member.address]]]);
      expect(await restarted.admin.resumeErasures()).toBe(0);
    });
  });

  describe('the last administrator', () => {
    test('stays, however many try at once', async () => {
      const root = await it.accounts.byAddress('root@coop.example');
      const id = root?.id ?? 0;
      expect(await refusal(it.admin.disableMember(id))).toBe('conflict');
      expect(await refusal(it.admin.changeMember(id, { admin: false }))).toBe('conflict');
      expect(await refusal(it.admin.deleteMember(id))).toBe('conflict');
      const second = await it.admin.addMember(fresh(), { admin: true });
      const both = await Promise.allSettled([
        it.admin.changeMember(id, { admin: false }),
        it.admin.disableMember(second.id),
      ]);
      expect(both.map((done) => done.status).sort()).toEqual(['fulfilled', 'rejected']);
      await it.admin.changeMember(id, { admin: true }).catch(() => undefined);
      await it.admin.enableMember(second.id);
      await it.admin.deleteMember(second.id);
      expect((await it.accounts.member(id))?.admin).toBe(true);
    });
  });

  describe('credentials', () => {
    test('app passwords are named, listed without secrets, revoked', async () => {
      const { id } = await it.admin.addMember(fresh(), { password: 'correct horse' });
      const made = await it.admin.addAppPassword(id, 'phone', ['dav', 'mail', 'mail']);
      expect(made.password).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
      const listed = await it.admin.credentials(id);
      const now = it.clock.nowMs();
      expect(listed).toEqual([
        expect.objectContaining({ kind: 'password', scopes: ['mail', 'submission', 'dav', 'chat', 'api'] }),
        {
          id: made.id,
          kind: 'app-password',
          name: 'phone',
          scopes: ['mail', 'dav'],
          created: now,
          lastUsed: null,
          revoked: null,
        },
      ]);
      await it.admin.revokeAppPassword(id, made.id);
      expect((await it.admin.credentials(id))[1]?.revoked).toBe(now);
      expect(await refusal(it.admin.revokeAppPassword(id, made.id))).toBe('not-found');
      expect(await refusal(it.admin.revokeAppPassword(id, listed[0]?.id ?? 0))).toBe('not-found');
      const other = await it.admin.addMember(fresh());
      const second = await it.admin.addAppPassword(id, 'tablet', ['mail']);
      expect(await refusal(it.admin.revokeAppPassword(other.id, second.id))).toBe('not-found');
    });

    test('app passwords are good for something, have a name, and are not without number', async () => {
      const { id } = await it.admin.addMember(fresh());
      expect(await refusal(it.admin.addAppPassword(id, 'x', []))).toBe('invalid');
      expect(await refusal(it.admin.addAppPassword(id, 'x', ['mail', 'root' as never]))).toBe('invalid');
      const long = 'x'.repeat(credentialNameCharactersMax + 1);
      for (const name of ['', long])
        expect(await refusal(it.admin.addAppPassword(id, name, ['mail']))).toBe('invalid');
      expect(await refusal(it.admin.addAppPassword(999_999, 'x', ['mail']))).toBe('not-found');
      const made = [];
      for (let i = 0; i < appPasswordsPerMemberMax; i++)
        made.push(await it.admin.addAppPassword(id, `d${i}`, ['mail']));
      expect(await refusal(it.admin.addAppPassword(id, 'one more', ['mail']))).toBe('limit');
      await it.admin.revokeAppPassword(id, made[0]?.id ?? 0);
      await it.admin.addAppPassword(id, 'one more', ['mail']);
    });

    test('a password that is too short is refused before anything is stored', async () => {
      const local = fresh();
      expect(await refusal(it.admin.addMember(local, { password: 'short' }))).toBe('invalid');
      expect(await it.accounts.byAddress(`${local}@coop.example`)).toBeNull();
    });
  });

  describe('sign-in tokens', () => {
    test('work once', async () => {
      const member = await it.admin.addMember(fresh());
      const { token, expires } = await it.admin.createSignInToken(member.id);
      expect(expires).toBe(it.clock.nowMs() + dayMs);
      expect(await it.accounts.redeemSignInToken(token)).toEqual(member);
      expect(await it.accounts.redeemSignInToken(token)).toBeNull();
      for (const wrong of ['', token.slice(1), `${token}a`, token.replace(/^./, '!')]) {
        expect(await it.accounts.redeemSignInToken(wrong)).toBeNull();
      }
    });

    test('are looked at without being taken, and made-up ones are slowed down', async () => {
      const member = await it.admin.addMember(fresh());
      const { token } = await it.admin.createSignInToken(member.id);
      const remote = '192.0.2.77';
      expect(await it.accounts.findSignInToken(token, remote)).toEqual({ ok: true, member });
      for (let i = 0; i <= pairFreeFailuresCount; i++) {
        // `~` is no letter of a token: one in ten tokens begins with a digit that a guess would have put there.
        const guess = await it.accounts.findSignInToken(`~${i}${token.slice(2)}`, remote);
        expect(guess).toEqual({ ok: false, reason: 'credentials', retryAfterMs: 0 });
      }
      const throttled = { ok: false, reason: 'throttled', retryAfterMs: pairBlockMs };
      expect(await it.accounts.findSignInToken(token, remote)).toEqual(throttled);
      it.clock.advance(pairBlockMs);
      expect(await it.accounts.findSignInToken(token, remote)).toEqual({ ok: true, member });
      expect(await it.accounts.redeemSignInToken(token)).toEqual(member);
      expect(await it.accounts.findSignInToken(token, remote)).toMatchObject({ reason: 'credentials' });
    });

    test('set a password: both or neither', async () => {
      const member = await it.admin.addMember(fresh());
      const { token } = await it.admin.createSignInToken(member.id);
      expect(await refusal(it.admin.redeemWithPassword(token, 'short'))).toBe('invalid');
      const tries = ['correct horse', 'battery staple'].map((one) => it.admin.redeemWithPassword(token, one));
      const done = (await Promise.all(tries)).filter((one) => one !== null);
      expect(done).toEqual([{ ...member, version: member.version + 1 }]);
      expect(await it.admin.redeemWithPassword(token, 'something else')).toBeNull();
      const kinds = (await it.admin.credentials(member.id)).map(({ kind }) => kind);
      expect(kinds).toEqual(['password']);
      const other = await it.admin.createSignInToken(member.id);
      await it.admin.disableMember(member.id);
      expect(await it.admin.redeemWithPassword(other.token, 'correct horse')).toBeNull();
      expect(await it.accounts.findSignInToken(other.token, '192.0.2.78')).toMatchObject({ ok: false });
    });

    test('work for one of two who try at once', async () => {
      const { id } = await it.admin.addMember(fresh());
      const { token } = await it.admin.createSignInToken(id);
      const both = await Promise.all([1, 2].map(() => it.accounts.redeemSignInToken(token)));
      expect(both.filter((member) => member !== null)).toHaveLength(1);
    });

    test('end with time, with the member, and when newer ones push them out', async () => {
      const { id } = await it.admin.addMember(fresh());
      const old = await it.admin.createSignInToken(id);
      it.clock.advance(dayMs);
      expect(await it.accounts.redeemSignInToken(old.token)).toBeNull();
      const tokens = [];
      for (let i = 0; i <= signInTokensPerMemberMax; i++) {
        it.clock.advance(1);
        tokens.push((await it.admin.createSignInToken(id)).token);
      }
      expect(await it.accounts.redeemSignInToken(tokens[0] ?? '')).toBeNull();
      expect((await it.accounts.redeemSignInToken(tokens[1] ?? ''))?.id).toBe(id);
      await it.admin.disableMember(id);
      expect(await refusal(it.admin.createSignInToken(id))).toBe('disabled');
      expect(await it.accounts.redeemSignInToken(tokens[2] ?? '')).toBeNull();
      await it.admin.deleteMember(id);
      expect(await it.accounts.redeemSignInToken(tokens[3] ?? '')).toBeNull();
      expect(await refusal(it.admin.createSignInToken(id))).toBe('not-found');
    });
  });

  describe('domains', () => {
    test('of the configuration are there and stay', async () => {
      const listed = await it.admin.domains();
      expect(listed.filter((row) => row.configured).map((row) => row.domain)).toEqual([
        'alias.example',
        'coop.example',
      ]);
      expect(await it.accounts.isLocalDomain('ALIAS.example')).toBe(true);
      expect(await it.accounts.isLocalDomain('elsewhere.example')).toBe(false);
      expect(await it.accounts.isLocalDomain('not a domain')).toBe(false);
      expect(await refusal(it.admin.removeDomain('coop.example'))).toBe('conflict');
      const without = await it.again({ aliases: [] });
      await without.admin
        .removeDomain('alias.example')
        .catch((error) => expect(error.reason).toBe('has-children'));
      await it.again();
      expect(await it.accounts.isLocalDomain('alias.example')).toBe(true);
    });

    test('are added once, in A-labels, and removed when nothing uses them', async () => {
      expect(await it.admin.addDomain('BÜCHER.example')).toBe('xn--bcher-kva.example');
      expect(await refusal(it.admin.addDomain('bücher.example'))).toBe('exists');
      expect(await refusal(it.admin.addDomain('not a domain'))).toBe('invalid');
      const member = await it.admin.addMember(`${fresh()}@bücher.example`);
      expect(await accountsOf(member.address)).toEqual([member.id]);
      expect(await refusal(it.admin.removeDomain('bücher.example'))).toBe('has-children');
      await it.admin.deleteMember(member.id);
      await it.admin.removeDomain('bücher.example');
      expect(await it.accounts.isLocalDomain('bücher.example')).toBe(false);
      expect(await refusal(it.admin.removeDomain('bücher.example'))).toBe('not-found');
    });
  });

  describe('resolving', () => {
    test('a foreign, an unknown, a malformed address', async () => {
      expect(await it.accounts.resolve('x@elsewhere.example')).toEqual({ kind: 'foreign' });
      expect(await it.accounts.resolve('x@[192.0.2.1]')).toEqual({ kind: 'foreign' });
      for (const address of [
        'nobody@coop.example',
        'nobody',
        '',
        '@',
        'a@b@coop.example',
        `${'x'.repeat(5000)}@coop.example`,
      ]) {
        expect(await it.accounts.resolve(address), address).toEqual({ kind: 'unknown' });
      }
    });

    test('keeps the tag, reads quoting and case away', async () => {
      const member = await it.admin.addMember(fresh());
      const [local] = member.address.split('@');
      const to = { kind: 'member', account: member.id, address: member.address };
      expect(await recipientsOf(`${local}+Lists.2@coop.example`)).toEqual([{ ...to, tag: 'Lists.2' }]);
      expect(await recipientsOf(`"${local?.toUpperCase()}"@coop.example`)).toEqual([{ ...to, tag: null }]);
      expect(await it.accounts.resolve(`${local}@alias.example`)).toEqual({ kind: 'unknown' });
    });

    test('an alias: local and remote, nested, each once, with tags', async () => {
      const [a, b] = [await it.admin.addMember(fresh()), await it.admin.addMember(fresh())];
      const [inner, outer] = [fresh('inner'), fresh('outer')];
      await it.admin.addAlias(inner, [a.address, 'Friend+x@elsewhere.example']);
      await it.admin.addAlias(outer, [inner, b.address.replace('@', '+team@'), a.address]);
      expect(await recipientsOf(`${outer}+t@coop.example`)).toEqual([
        { kind: 'member', account: b.id, address: b.address, tag: 'team' },
        { kind: 'member', account: a.id, address: a.address, tag: 't' },
        { kind: 'remote', address: 'Friend+x@elsewhere.example' },
      ]);
      await it.admin.disableMember(b.id);
      expect(await accountsOf(`${outer}@coop.example`)).toEqual([a.id, 'Friend+x@elsewhere.example']);
    });

    test('the groups of a member: those that lead there, also by way of others and to a former address', async () => {
      const member = await it.admin.addMember(fresh(), {});
      const [inner, outer, other] = [fresh('inner'), fresh('outer'), fresh('other')];
      await it.admin.addAlias(inner, [member.address, 'someone@far.example']);
      await it.admin.addAlias(outer, [inner]);
      await it.admin.addAlias(other, [(await it.admin.addMember(fresh(), {})).address]);
      const groups = [`${inner}@coop.example`, `${outer}@coop.example`].sort();
      expect(await it.accounts.groupsOf(member.id)).toEqual(groups);
      await it.admin.renameMember(member.id, `${fresh()}@coop.example`);
      expect(await it.accounts.groupsOf(member.id)).toEqual(groups);
      await it.admin.removeAlias(outer);
      expect(await it.accounts.groupsOf(member.id)).toEqual([`${inner}@coop.example`]);
    });

    test('a group by its address, or as paths name it; a member is none, nor a catch-all', async () => {
      const member = await it.admin.addMember(fresh(), {});
      const group = fresh('group');
      await it.admin.addAlias(group, [member.address]);
      const address = `${group}@coop.example`;
      for (const name of [group, address, address.toUpperCase(), address.replace('@', '~')]) {
        expect(await it.accounts.group(name)).toBe(address);
      }
      await it.admin.setCatchAll('alias.example', [member.address]);
      for (const name of [member.address, fresh(), '*@alias.example', '*~alias.example', '', 'a b']) {
        expect(await it.accounts.group(name)).toBeNull();
      }
      await it.admin.setCatchAll('alias.example', null);
    });

    test('members are found by a part of their name or address, whatever its case', async () => {
      const word = fresh('zoe');
      const first = await it.admin.addMember(fresh(), { name: `Ärztin ${word}` });
      const second = await it.admin.addMember(`x${word}`);
      expect(await it.accounts.findMembers(`ÄRZTIN ${word.toUpperCase()}`, 5)).toEqual([first]);
      expect(await it.accounts.findMembers(word, 5)).toEqual([first, second]);
      expect(await it.accounts.findMembers(word, 1)).toEqual([first]);
      expect(await it.accounts.findMembers(`no${word}`, 5)).toEqual([]);
      await it.admin.disableMember(first.id);
      expect(await it.accounts.findMembers(word, 5)).toEqual([second]);
    });

    test('an alias of disabled members only', async () => {
      const member = await it.admin.addMember(fresh());
      const alias = fresh('alias');
      await it.admin.addAlias(alias, [member.address]);
      await it.admin.disableMember(member.id);
      expect(await it.accounts.resolve(`${alias}@coop.example`)).toEqual({ kind: 'disabled' });
    });

    test('postmaster and abuse fall to the administrators of every domain (RFC 5321 §4.5.1)', async () => {
      const root = await it.accounts.byAddress('root@coop.example');
      for (const address of [
        'postmaster@coop.example',
        'Abuse@alias.example',
        'PostMaster',
        'postmaster+x@coop.example',
      ]) {
        expect(await accountsOf(address)).toEqual([root?.id]);
      }
      expect(await it.accounts.resolve('postmaster@elsewhere.example')).toEqual({ kind: 'foreign' });
      expect(await it.accounts.resolve('hostmaster@coop.example')).toEqual({ kind: 'unknown' });
      const help = fresh('help');
      await it.admin.addAlias(help, ['postmaster@alias.example']);
      expect(await accountsOf(`${help}@coop.example`)).toEqual([root?.id]);
      const member = await it.admin.addMember(fresh());
      await it.admin.addAlias('postmaster@alias.example', [member.address]);
      expect(await accountsOf('postmaster@alias.example')).toEqual([member.id]);
      await it.admin.changeAlias(help, ['root']);
      await it.admin.removeAlias('postmaster@alias.example');
    });
  });

  describe('aliases', () => {
    test('are added, listed in pages, changed, removed', async () => {
      const alias = fresh('zz');
      const added = await it.admin.addAlias(alias, ['ROOT', 'root@coop.example', 'X@elsewhere.example']);
      expect(added).toEqual({
        address: `${alias}@coop.example`,
        targets: ['ROOT@coop.example', 'X@elsewhere.example'],
      });
      expect(await refusal(it.admin.addAlias(alias, ['root']))).toBe('exists');
      await it.admin.changeAlias(alias, ['x@elsewhere.example']);
      const page = await it.admin.aliases({ after: `${alias}@coop.exampld`, max: 1 });
      expect(page.rows).toEqual([{ address: `${alias}@coop.example`, targets: ['x@elsewhere.example'] }]);
      const all = await it.admin.aliases();
      const paged = [];
      for (let after: string | null = ''; after !== null; ) {
        const { rows, next }: Awaited<ReturnType<typeof it.admin.aliases>> = await it.admin.aliases({
          after,
          max: 1,
        });
        paged.push(...rows);
        after = next;
      }
      expect(paged).toEqual(all.rows);
      await it.admin.removeAlias(alias);
      expect(await refusal(it.admin.removeAlias(alias))).toBe('not-found');
      expect(await refusal(it.admin.removeAlias('root'))).toBe('not-found');
      expect(await refusal(it.admin.changeAlias(alias, ['root']))).toBe('not-found');
    });

    test('are refused where they take an address, lead nowhere, or are malformed', async () => {
      expect(await refusal(it.admin.addAlias('root', ['x@elsewhere.example']))).toBe('exists');
      expect(await refusal(it.admin.addAlias(fresh(), ['nobody']))).toBe('not-found');
      expect(await refusal(it.admin.addAlias(`${fresh()}@elsewhere.example`, ['root']))).toBe('not-found');
      expect(await refusal(it.admin.addAlias('a b', ['root']))).toBe('invalid');
      expect(await refusal(it.admin.addAlias(fresh(), ['a b']))).toBe('invalid');
      expect(await refusal(it.admin.addAlias(fresh(), []))).toBe('invalid');
      const many = Array.from({ length: aliasTargetsMax + 1 }, (_, i) => `n${i}@elsewhere.example`);
      expect(await refusal(it.admin.addAlias(fresh(), many))).toBe('invalid');
      const alias = fresh();
      await it.admin.addAlias(alias, many.slice(1));
      expect(await recipientsOf(`${alias}@coop.example`)).toHaveLength(aliasTargetsMax);
    });

    test('never lead to themselves', async () => {
      const [a, b, c] = [fresh('loop'), fresh('loop'), fresh('loop')];
      expect(await refusal(it.admin.addAlias(a, [a]))).toBe('conflict');
      await it.admin.addAlias(a, ['root']);
      await it.admin.addAlias(b, [a]);
      await it.admin.addAlias(c, [b]);
      expect(await refusal(it.admin.changeAlias(a, [c]))).toBe('conflict');
      expect(await refusal(it.admin.changeAlias(a, ['root', `${b}+tag`]))).toBe('conflict');
      expect(await refusal(it.admin.removeAlias(a))).toBe('conflict');
      const [d, e] = [fresh('loop'), fresh('loop')];
      for (const alias of [d, e]) await it.admin.addAlias(alias, ['root']);
      const both = await Promise.allSettled([it.admin.changeAlias(d, [e]), it.admin.changeAlias(e, [d])]);
      expect(both.map((done) => done.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await accountsOf(`${d}@coop.example`)).toHaveLength(1);
    });

    test('that became a loop by a new domain still end', async () => {
      const [a, b] = [fresh('far'), fresh('far')];
      await it.admin.addAlias(a, [`${b}@new.example`]);
      expect(await accountsOf(`${a}@coop.example`)).toEqual([`${b}@new.example`]);
      await it.admin.addDomain('new.example');
      expect(await it.accounts.resolve(`${a}@coop.example`)).toEqual({ kind: 'unknown' });
      expect(await refusal(it.admin.addAlias(`${b}@new.example`, [a]))).toBe('conflict');
    });

    test('nest so deep and no deeper, from above and from below', async () => {
      const chain = [fresh('deep')];
      await it.admin.addAlias(chain[0] ?? '', ['root']);
      while (chain.length < aliasDepthMax) {
        const next = fresh('deep');
        await it.admin.addAlias(next, [chain.at(-1) ?? '']);
        chain.push(next);
      }
      expect(await accountsOf(`${chain.at(-1)}@coop.example`)).toHaveLength(1);
      expect(await refusal(it.admin.addAlias(fresh('deep'), [chain.at(-1) ?? '']))).toBe('limit');
      const below = fresh('deep');
      await it.admin.addAlias(below, ['root']);
      expect(await refusal(it.admin.changeAlias(chain[0] ?? '', [below]))).toBe('limit');
    });

    test('lead to so many and no more', async () => {
      const parts = [];
      for (let part = 0; part < 3; part++) {
        const alias = fresh('part');
        const targets = Array.from(
          { length: aliasTargetsMax - 100 },
          (_, i) => `p${part}n${i}@elsewhere.example`,
        );
        await it.admin.addAlias(alias, targets);
        parts.push(alias);
      }
      const two = fresh('whole');
      await it.admin.addAlias(two, parts.slice(0, 2));
      expect(await recipientsOf(`${two}@coop.example`)).toHaveLength(2 * (aliasTargetsMax - 100));
      expect(2 * (aliasTargetsMax - 100)).toBeLessThan(recipientsMax);
      expect(await refusal(it.admin.addAlias(fresh('whole'), parts))).toBe('limit');
    });
  });

  describe('owning an address (THREATS 13)', () => {
    test('own, former and tagged addresses, an alias that leads to the member alone', async () => {
      const [a, b] = [await it.admin.addMember(fresh()), await it.admin.addMember(fresh())];
      const [mine, ours, mixed] = [fresh('mine'), fresh('ours'), fresh('mixed')];
      await it.admin.addAlias(mine, [a.address]);
      await it.admin.addAlias(ours, [a.address, b.address]);
      await it.admin.addAlias(mixed, [a.address, 'x@elsewhere.example']);
      const owns = (address: string) => it.accounts.owns(a.id, address);
      for (const address of [
        a.address,
        a.address.toUpperCase(),
        a.address.replace('@', '+x@'),
        `${mine}@coop.example`,
        `${mine}+x@coop.example`,
      ]) {
        expect(await owns(address), address).toBe(true);
      }
      const others = [
        b.address,
        `${ours}@coop.example`,
        `${mixed}@coop.example`,
        'x@elsewhere.example',
        'nobody@coop.example',
        '',
        'postmaster',
      ];
      for (const address of others) expect(await owns(address), address).toBe(false);
      const many = [...others, a.address, `${mine}+x@coop.example`, 'no address'];
      expect([...(await it.accounts.ownedAmong(a.id, many))]).toEqual(many.slice(-3, -1));
      const all = await it.accounts.resolveAll(many);
      for (const address of many)
        expect(all.get(address), address).toEqual(await it.accounts.resolve(address));
      expect(all.size).toBe(many.length);
      await it.admin.disableMember(b.id);
      expect(await owns(`${ours}@coop.example`)).toBe(false);
    });
  });
});
