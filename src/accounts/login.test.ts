import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock, randomOctets } from '../base/index.ts';
import { type Database, type Operation, openDatabase } from '../storage/index.ts';
import { describeEngines, type Engine, makeFolder, removeFolder } from '../testing/index.ts';
import {
  type AccountsService,
  type AuthResult,
  accountsModule,
  argon2Hasher,
  createAccounts,
  type Hasher,
  type Member,
  type Scope,
  type ScramMechanism,
  scramMechanisms,
} from './index.ts';
import {
  accountDelayMsMax,
  busyRetryMs,
  checkAttemptsMax,
  lastUsedCoarseMs,
  loginCacheMs,
  pairBlockMs,
  pairFreeFailuresCount,
  passwordBytesMax,
} from './limits.ts';

const workerUrl = new URL('../worker.ts', import.meta.url);
const here = '192.0.2.1';

/** A hasher that notes what it was asked, and can be held up or out of room. */
class WatchedHasher implements Hasher {
  readonly decoy = 'decoy';
  readonly verified: string[] = [];
  full = false;
  old = new Set<string>();
  /** Runs before each answer of `verify`. */
  before: () => Promise<unknown> = async () => {};

  async hash(password: string): Promise<string | undefined> {
    return this.full ? undefined : `new$${createHash('sha256').update(password).digest('hex')}`;
  }
  async verify(phc: string, password: string): Promise<boolean | undefined> {
    if (this.full) return undefined;
    this.verified.push(phc);
    await this.before();
    return phc.split('$')[1] === createHash('sha256').update(password).digest('hex');
  }
  async derive<T>(task: () => Promise<T>): Promise<T | undefined> {
    return this.full ? undefined : task();
  }
  outdated(phc: string): boolean {
    return this.old.has(phc);
  }
}

interface Opened extends AccountsService {
  readonly database: Database;
  readonly hasher: WatchedHasher;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly slept: number[];
  readonly errors: string[];
  /** Names of the operations called since this was emptied. */
  readonly called: string[];
  /** Makes every database call fail while it is set. */
  broken: boolean;
  again(hasher?: Hasher): Promise<AccountsService>;
  done(): Promise<void>;
}

async function open(engine: Engine): Promise<Opened> {
  const folder = makeFolder();
  const real = await openDatabase({
    modules: [accountsModule],
    dir: folder,
    database: await engine.database(),
    workerUrl,
  });
  const [clock, hasher] = [fakeClock(), new WatchedHasher()];
  const [slept, errors, called]: [number[], string[], string[]] = [[], [], []];
  const state = { broken: false };
  const database: Database = {
    ...real,
    engine: real.engine,
    changes: real.changes,
    leases: real.leases,
    async call<Args, Result>(operation: Operation<Args, Result>, args: Args): Promise<Result> {
      called.push(operation.name);
      if (state.broken) {
        throw new Error(`failed query with ${JSON.stringify(args)}`, {
          cause: new Error('the database is gone'),
        });
      }
      return real.call(operation, args);
    },
  };
  const again = (other: Hasher = hasher) =>
    createAccounts({
      database,
      domain: 'coop.example',
      clock,
      hasher: other,
      sleep: async (ms) => void slept.push(ms),
      onError: (event, error) => void errors.push(`${event}: ${String(error)}`),
    });
  const service = await again();
  return {
    ...service,
    database,
    hasher,
    clock,
    slept,
    errors,
    called,
    again,
    get broken() {
      return state.broken;
    },
    set broken(value) {
      state.broken = value;
    },
    async done() {
      await service.close();
      await real.close();
      removeFolder(folder);
    },
  };
}

describeEngines('logging in', (engine) => {
  let it: Opened;
  let names = 0;
  beforeAll(async () => {
    it = await open(engine);
  });
  afterAll(() => it.done());

  const right = 'correct horse';
  async function someone(password = right): Promise<Member & { local: string }> {
    const local = `m${++names}`;
    return { ...(await it.admin.addMember(local, { password })), local };
  }
  const login = (username: string, password: string, remote = here, scope: Scope = 'mail') =>
    it.accounts.login({ username, password, scope, remote });
  /** An address of its own for each test: failures of one are no business of another. */
  const elsewhere = () => `198.51.${++names >> 8}.${names & 255}`;
  const said = (result: AuthResult) => (result.ok ? 'ok' : result.reason);
  async function hashesFor(task: () => Promise<unknown>): Promise<string[]> {
    it.hasher.verified.length = 0;
    await task();
    return [...it.hasher.verified];
  }

  describe('with a password', () => {
    test('under every name of the member', async () => {
      const member = await someone();
      const renamed = await it.admin.renameMember(member.id, `${member.local}x`);
      for (const name of [
        renamed.address,
        member.address,
        member.local,
        member.local.toUpperCase(),
        `${member.local}%40coop.example`,
        `${member.local}+x`,
      ]) {
        const result = await login(name, right);
        expect(result).toMatchObject({ ok: true, member: renamed });
      }
    });

    test('not under an alias, another name or with another password', async () => {
      const member = await someone();
      await it.admin.addAlias(`alias-${member.local}`, [member.address]);
      const remote = elsewhere();
      for (const [name, password] of [
        [`alias-${member.local}`, right],
        [member.local, 'Correct horse'],
        [member.local, `${right} `],
        [member.local, ''],
        [`${member.local}@elsewhere.example`, right],
      ] as const) {
        expect(await login(name, password, remote)).toEqual({
          ok: false,
          reason: 'credentials',
          retryAfterMs: 0,
        });
      }
    });

    test('prepared with SASLprep, so however the keyboard composes it', async () => {
      const member = await someone('caf\u00e9 au lait');
      expect(said(await login(member.local, 'cafe\u0301 au\u00a0lait'))).toBe('ok');
    });

    test('of another scope than an app password has', async () => {
      const member = await someone();
      const app = await it.admin.addAppPassword(member.id, 'phone', ['dav']);
      const remote = elsewhere();
      for (let i = 0; i < pairFreeFailuresCount * 3; i++) {
        expect(said(await login(member.local, app.password, remote, 'mail'))).toBe('scope');
      }
      expect(await login(member.local, app.password, remote, 'dav')).toMatchObject({
        ok: true,
        credential: String(app.id),
      });
    });

    test('an app password however it is typed, until it is revoked; the password stays', async () => {
      const member = await someone();
      const [phone, tablet] = [
        await it.admin.addAppPassword(member.id, 'phone', ['mail']),
        await it.admin.addAppPassword(member.id, 'tablet', ['mail']),
      ];
      for (const typed of [
        phone.password,
        phone.password.replaceAll('-', ''),
        phone.password.replaceAll('-', ' ').toUpperCase(),
      ]) {
        expect(await login(member.local, typed)).toMatchObject({ ok: true, credential: String(phone.id) });
      }
      await it.admin.revokeAppPassword(member.id, phone.id);
      expect(said(await login(member.local, phone.password))).toBe('credentials');
      expect(await login(member.local, tablet.password)).toMatchObject({ credential: String(tablet.id) });
      expect(said(await login(member.local, right))).toBe('ok');
      const other = await someone();
      expect(said(await login(other.local, tablet.password))).toBe('credentials');
    });

    test('that looks like an app password is a password all the same', async () => {
      const member = await someone('abcd-efgh-ijkl-mnop');
      await it.admin.addAppPassword(member.id, 'phone', ['mail']);
      expect(said(await login(member.local, 'abcd-efgh-ijkl-mnop'))).toBe('ok');
      expect(said(await login(member.local, 'abcdefghijklmnop'))).toBe('credentials');
    });

    test('of a disabled member is told so only to who knows it', async () => {
      const member = await someone();
      await it.admin.disableMember(member.id);
      const remote = elsewhere();
      expect(said(await login(member.local, right, remote))).toBe('disabled');
      expect(said(await login(member.local, 'wrong', remote))).toBe('credentials');
      await it.admin.enableMember(member.id);
      expect(said(await login(member.local, right, remote))).toBe('ok');
    });

    test('any user name and password, however odd, is answered', async () => {
      const text = fc.string({ unit: 'binary', maxLength: 200 });
      let place = 0;
      await fc.assert(
        fc.asyncProperty(text, text, async (username, password) => {
          const result = await login(username, password, `10.0.${++place >> 8}.${place & 255}`);
          expect(result.ok).toBe(false);
        }),
        { seed: 4616, numRuns: 200 },
      );
      expect(it.errors).toEqual([]);
    });
  });

  describe('costs the same whoever is asked for', () => {
    test('one hash for an unknown name, a wrong password, a member without one, odd passwords', async () => {
      const member = await someone();
      const without = await it.admin.addMember(`w${++names}`);
      for (let i = 0; i < 5; i++) await it.admin.addAppPassword(member.id, `d${i}`, ['mail']);
      const cases: [string, string][] = [
        ['nobody', 'wrong'],
        ['nobody', 'abcd-efgh-ijkl-mnop'],
        ['not a name \0', 'wrong'],
        [member.local, 'wrong'],
        [member.local, 'abcd-efgh-ijkl-mnop'],
        [member.local, 'bell\u0007'],
        [without.address, 'wrong'],
        [member.local, right],
      ];
      for (const [name, password] of cases) {
        const remote = elsewhere();
        expect(await hashesFor(() => login(name, password, remote)), `${name} ${password}`).toHaveLength(1);
      }
      expect(await hashesFor(() => login('nobody', 'wrong', elsewhere()))).toEqual([it.hasher.decoy]);
    });

    test('none for a password nobody can have, and it counts', async () => {
      const member = await someone();
      const remote = elsewhere();
      const long = 'x'.repeat(passwordBytesMax + 1);
      for (const name of [member.local, 'nobody']) {
        const hashes = await hashesFor(async () => {
          for (let i = 0; i <= pairFreeFailuresCount; i++) await login(name, long, remote);
        });
        expect(hashes).toEqual([]);
        expect(said(await login(name, right, remote))).toBe('throttled');
      }
    });

    test('the refusals are alike', async () => {
      const member = await someone();
      const remote = elsewhere();
      expect(await login(member.local, 'wrong', remote)).toEqual(await login('nobody', 'wrong', remote));
    });
  });

  describe('again', () => {
    test('costs no hash and no write until the cache forgets', async () => {
      const member = await someone();
      await login(member.local, right);
      it.called.length = 0;
      const hashes = await hashesFor(async () => {
        for (let i = 0; i < 20; i++) expect(said(await login(member.local, right))).toBe('ok');
      });
      expect(hashes).toEqual([]);
      expect(new Set(it.called)).toEqual(new Set(['accounts.address']));
      it.clock.advance(loginCacheMs);
      expect(await hashesFor(() => login(member.local, right))).toHaveLength(1);
    });

    test('after any change of credentials is checked anew', async () => {
      const member = await someone();
      const changes: (() => Promise<unknown>)[] = [
        () => it.admin.addAppPassword(member.id, 'phone', ['mail']),
        () => it.admin.disableMember(member.id),
        () => it.admin.enableMember(member.id),
        () => it.admin.setPassword(member.id, 'battery staple'),
      ];
      await login(member.local, right);
      for (const change of changes) {
        await change();
        expect(await hashesFor(() => login(member.local, right))).toHaveLength(1);
      }
      expect(said(await login(member.local, right))).toBe('credentials');
      expect(said(await login(member.local, 'battery staple'))).toBe('ok');
    });

    test('on ten connections at once costs one hash, and one failure where it is wrong', async () => {
      const member = await someone();
      const ten = (password: string, remote: string) =>
        Promise.all(Array.from({ length: 10 }, () => login(member.local, password, remote)));
      const remote = elsewhere();
      expect(
        await hashesFor(async () => expect((await ten(right, remote)).every((r) => r.ok)).toBe(true)),
      ).toHaveLength(1);
      const away = elsewhere();
      for (let i = 0; i < pairFreeFailuresCount; i++) await ten('wrong', away);
      expect(said(await login(member.local, right, away))).toBe('ok');
    });

    test('notes the use of a credential once an hour', async () => {
      const member = await someone();
      const lastUsed = async () => {
        await it.close();
        return (await it.admin.credentials(member.id))[0]?.lastUsed;
      };
      expect(await lastUsed()).toBeNull();
      await login(member.local, right);
      const first = await lastUsed();
      expect(first).toBe(it.clock.nowMs() - (it.clock.nowMs() % lastUsedCoarseMs));
      it.called.length = 0;
      await login(member.local, right);
      await it.close();
      expect(it.called).not.toContain('accounts.used');
      it.clock.advance(lastUsedCoarseMs);
      await login(member.local, right);
      await login(member.local, right);
      expect(it.called.filter((name) => name === 'accounts.used')).toHaveLength(1);
      expect(await lastUsed()).toBe((first ?? 0) + lastUsedCoarseMs);
    });
  });

  describe('while credentials change', () => {
    test('two passwords set at once: one of them holds, wholly', async () => {
      const member = await someone();
      await Promise.all(
        ['password one', 'password two'].map((next) => it.admin.setPassword(member.id, next)),
      );
      const works = [];
      for (const password of [right, 'password one', 'password two']) {
        works.push((await login(member.local, password, elsewhere())).ok);
      }
      expect(works[0]).toBe(false);
      expect(works.slice(1).filter(Boolean)).toHaveLength(1);
      expect((await it.accounts.member(member.id))?.version).toBe(member.version + 2);
      expect((await it.admin.credentials(member.id)).map((credential) => credential.kind)).toEqual([
        'password',
      ]);
    });

    test('a password that was changed while it was checked does not count', async () => {
      const member = await someone();
      it.hasher.before = async () => {
        it.hasher.before = async () => {};
        await it.admin.setPassword(member.id, 'battery staple');
      };
      expect(said(await login(member.local, right))).toBe('credentials');
      expect(said(await login(member.local, 'battery staple'))).toBe('ok');
    });

    test('a member who is disabled or deleted meanwhile is not let in', async () => {
      for (const [change, reason] of [
        ['disableMember', 'disabled'],
        ['deleteMember', 'credentials'],
      ] as const) {
        const member = await someone();
        it.hasher.before = async () => {
          it.hasher.before = async () => {};
          await it.admin[change](member.id);
        };
        expect(said(await login(member.local, right))).toBe(reason);
      }
    });

    test('one who changes without end is told to come back', async () => {
      const member = await someone();
      it.hasher.before = () => it.admin.changeMember(member.id, { name: `n${++names}` });
      const hashes = await hashesFor(async () => expect(said(await login(member.local, right))).toBe('busy'));
      it.hasher.before = async () => {};
      expect(hashes).toHaveLength(checkAttemptsMax);
    });

    test('a hash of an older cost is renewed at a login, and nothing else changes', async () => {
      const member = await someone();
      await login(member.local, right);
      const [before = ''] = await hashesFor(() => login(member.local, right, here, 'dav'));
      it.hasher.old.add(before);
      await it.database.call((await import('./module.ts')).operations.rehash, {
        credential: (await it.admin.credentials(member.id))[0]?.id ?? 0,
        before,
        hash: before.replace('new$', 'old$'),
      });
      it.hasher.old.add(before.replace('new$', 'old$'));
      const [old] = await hashesFor(() => login(member.local, right, here, 'chat'));
      expect(old).toBe(before.replace('new$', 'old$'));
      await it.close();
      expect(await hashesFor(() => login(member.local, right, here, 'api'))).toEqual([before]);
      expect((await it.accounts.member(member.id))?.version).toBe(member.version);
    });
  });

  describe('is slowed down', () => {
    test('for who guesses, at that address alone', async () => {
      const member = await someone();
      const attacker = elsewhere();
      for (let i = 0; i <= pairFreeFailuresCount; i++) {
        expect(said(await login(member.local, `guess ${i}`, attacker))).toBe('credentials');
      }
      expect(await login(member.local, right, attacker)).toEqual({
        ok: false,
        reason: 'throttled',
        retryAfterMs: pairBlockMs,
      });
      expect(await hashesFor(() => login(member.address, right, attacker))).toEqual([]);
      expect(said(await login(member.local, right, elsewhere()))).toBe('ok');
      expect(said(await login(member.local, right, attacker))).toBe('throttled');
      it.clock.advance(pairBlockMs);
      expect(said(await login(member.local, right, attacker))).toBe('ok');
    });

    test('for an unknown name just as for a known one', async () => {
      const member = await someone();
      const [one, two] = [elsewhere(), elsewhere()];
      for (let i = 0; i < pairFreeFailuresCount + 3; i++) {
        expect(await login(member.local, `guess ${i}`, one)).toEqual(
          await login(`nobody${names}`, `guess ${i}`, two),
        );
      }
    });

    test('by a delay that stays short when the whole net guesses', async () => {
      const member = await someone();
      for (let i = 0; i < 60; i++) await login(member.local, `guess ${i}`, elsewhere());
      it.slept.length = 0;
      expect(said(await login(member.local, right, elsewhere()))).toBe('ok');
      expect(it.slept).toEqual([accountDelayMsMax]);
      it.slept.length = 0;
      expect(said(await login(member.local, right, elsewhere()))).toBe('ok');
      expect(it.slept).toEqual([]);
    });

    test('a hundred different guesses at once are no more than a handful', async () => {
      const member = await someone();
      const remote = elsewhere();
      const hashes = await hashesFor(() =>
        Promise.all(Array.from({ length: 100 }, (_, i) => login(member.local, `guess ${i}`, remote))),
      );
      expect(hashes.length).toBeGreaterThan(0);
      expect(hashes.length).toBeLessThanOrEqual(pairFreeFailuresCount + 1);
    });
  });

  describe('when we are in trouble', () => {
    test('too many hashes are refused, not counted against anyone', async () => {
      const member = await someone();
      const remote = elsewhere();
      it.hasher.full = true;
      for (let i = 0; i < 20; i++) {
        expect(await login(member.local, right, remote)).toEqual({
          ok: false,
          reason: 'busy',
          retryAfterMs: busyRetryMs,
        });
      }
      await expect(it.admin.setPassword(member.id, right)).rejects.toMatchObject({ reason: 'unavailable' });
      it.hasher.full = false;
      expect(said(await login(member.local, right, remote))).toBe('ok');
    });

    test('a database that is gone is no wrong password', async () => {
      const member = await someone();
      it.broken = true;
      expect(said(await login(member.local, right))).toBe('unavailable');
      it.broken = false;
      expect(it.errors.splice(0)).toEqual(['login failed: Error: the database is gone']);
      expect(said(await login(member.local, right))).toBe('ok');
    });
  });

  describe('with SCRAM', () => {
    /** A client of RFC 5802 §3 without its messages. */
    function prove(
      mechanism: ScramMechanism,
      password: string,
      salt: Buffer,
      iterations: number,
      authMessage: string,
    ) {
      const { digest, bytes } = scramMechanisms[mechanism];
      const salted = pbkdf2Sync(password, salt, iterations, bytes, digest);
      const clientKey = createHmac(digest, salted).update('Client Key').digest();
      const storedKey = createHash(digest).update(clientKey).digest();
      const signature = createHmac(digest, storedKey).update(authMessage).digest();
      const serverKey = createHmac(digest, salted).update('Server Key').digest();
      return {
        proof: Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0))),
        signature: createHmac(digest, serverKey).update(authMessage).digest(),
      };
    }

    async function scram(
      username: string,
      password: string,
      mechanism: ScramMechanism = 'SCRAM-SHA-256',
      remote = elsewhere(),
      scope: Scope = 'mail',
    ) {
      const exchange = await it.accounts.scram({ username, mechanism, scope, remote });
      const message = `n=${username},r=${randomOctets(8).toString('hex')}`;
      const { proof, signature } = prove(mechanism, password, exchange.salt, exchange.iterations, message);
      const answer = await exchange.finish(message, proof);
      if (answer.result.ok) expect(answer.signature).toEqual(signature);
      else expect(answer.signature).toBeNull();
      return answer.result;
    }

    test.each(Object.keys(scramMechanisms) as ScramMechanism[])(
      '%s proves the password or an app password',
      async (mechanism) => {
        const member = await someone();
        const app = await it.admin.addAppPassword(member.id, 'phone', ['mail']);
        expect(await scram(member.local, right, mechanism)).toMatchObject({
          ok: true,
          member: { id: member.id },
        });
        expect(await scram(member.address, app.password, mechanism)).toMatchObject({
          ok: true,
          credential: String(app.id),
        });
        expect(said(await scram(member.local, app.password, mechanism, elsewhere(), 'dav'))).toBe('scope');
        expect(said(await scram(member.local, 'wrong', mechanism))).toBe('credentials');
        await it.admin.revokeAppPassword(member.id, app.id);
        expect(said(await scram(member.local, app.password, mechanism))).toBe('credentials');
        await it.admin.setPassword(member.id, 'battery staple');
        expect(said(await scram(member.local, right, mechanism))).toBe('credentials');
        expect(said(await scram(member.local, 'battery staple', mechanism))).toBe('ok');
        await it.admin.disableMember(member.id);
        expect(said(await scram(member.local, 'battery staple', mechanism))).toBe('disabled');
      },
    );

    test('challenges unknown names like known ones, today and after a restart', async () => {
      const member = await someone();
      const start = (username: string, accounts = it.accounts) =>
        accounts.scram({ username, mechanism: 'SCRAM-SHA-256', scope: 'mail', remote: here });
      const [known, unknown] = [await start(member.local), await start('nobody')];
      expect(unknown.iterations).toBe(known.iterations);
      expect(unknown.salt.length).toBe(known.salt.length);
      const restarted = await it.again();
      for (const name of [member.local, 'nobody', 'NOBODY@coop.example', 'not a name \0']) {
        expect((await start(name, restarted.accounts)).salt).toEqual((await start(name)).salt);
      }
      expect((await start('nobody@coop.example')).salt).toEqual(unknown.salt);
      expect((await start('nobody-else')).salt).not.toEqual(unknown.salt);
      expect(said(await scram('nobody', right))).toBe('credentials');
    });

    test('is throttled like a password', async () => {
      const member = await someone();
      const remote = elsewhere();
      for (let i = 0; i <= pairFreeFailuresCount; i++)
        expect(said(await scram(member.local, `guess ${i}`, 'SCRAM-SHA-256', remote))).toBe('credentials');
      expect(said(await scram(member.local, right, 'SCRAM-SHA-256', remote))).toBe('throttled');
      expect(said(await login(member.local, right, remote))).toBe('throttled');
      expect(said(await scram(member.local, right))).toBe('ok');
    });

    test('a change between challenge and proof counts', async () => {
      const member = await someone();
      const start = {
        username: member.local,
        mechanism: 'SCRAM-SHA-256',
        scope: 'mail',
        remote: elsewhere(),
      } as const;
      const exchange = await it.accounts.scram(start);
      const { proof } = prove('SCRAM-SHA-256', right, exchange.salt, exchange.iterations, 'm');
      await it.admin.setPassword(member.id, 'battery staple');
      expect(said((await exchange.finish('m', proof)).result)).toBe('credentials');
    });

    test('a database that is gone is no wrong proof', async () => {
      const member = await someone();
      const start = {
        username: member.local,
        mechanism: 'SCRAM-SHA-1',
        scope: 'mail',
        remote: here,
      } as const;
      const exchange = await it.accounts.scram(start);
      const { proof } = prove('SCRAM-SHA-1', right, exchange.salt, exchange.iterations, 'm');
      it.broken = true;
      expect(said((await exchange.finish('m', proof)).result)).toBe('unavailable');
      it.broken = false;
      expect(it.errors.splice(0)).toHaveLength(1);
      expect((await exchange.finish('m', proof)).result.ok).toBe(true);
    });
  });

  test('with the real argon2id, end to end; a hash made by it stays good after a restart', async () => {
    const real = await it.again(argon2Hasher(2));
    const member = await real.admin.addMember(`r${++names}`, { password: right });
    const app = await real.admin.addAppPassword(member.id, 'phone', ['mail']);
    const other = await it.again(argon2Hasher(2));
    for (const password of [right, app.password]) {
      expect(
        (await other.accounts.login({ username: member.address, password, scope: 'mail', remote: here })).ok,
      ).toBe(true);
    }
    const wrong = await other.accounts.login({
      username: member.address,
      password: 'wrong',
      scope: 'mail',
      remote: here,
    });
    expect(wrong).toEqual({ ok: false, reason: 'credentials', retryAfterMs: 0 });
    await other.close();
  });
});
