import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../base/index.ts';
import {
  describeEngines,
  makeFolder,
  openProbe,
  probe,
  probeLine,
  removeFolder,
  temporaryFolder,
} from '../testing/index.ts';
import { createLeases } from './core/leases.ts';
import type { Database } from './database.ts';
import { limits } from './limits.ts';
import { openConnection } from './sqlite/connection.ts';

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof StoreError ? error.reason : `not a StoreError: ${String(error)}`;
  }
  return 'accepted';
}

/** Waits until `done` answers true; fails with the test's own timeout. */
async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 5));
}

let nextAccount = 1000;
const newAccount = () => nextAccount++;

describeEngines('database', (engine) => {
  let dir: string;
  let url: string;
  let database: Database;
  const reported: string[] = [];
  const onError = (event: string, error: unknown) => reported.push(`${event}: ${String(error)}`);

  beforeAll(async () => {
    dir = makeFolder();
    url = await engine.database();
    database = await openProbe({ dir, database: url, onError });
  });
  afterAll(async () => {
    await database.close();
    removeFolder(dir);
  });

  test('what is recalled is never older than a write that was answered, and cannot be changed', async () => {
    const [account, other] = [newAccount(), newAccount()];
    const recalled = (of: number) => database.call(probe.recalled, { account: of });
    expect(await recalled(account)).toEqual({ modseqs: [0] });
    const seen: [number, number | undefined][] = [];
    await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const modseq =
          at % 3 === 0
            ? await database.call(probe.bump, { account })
            : (await database.call(probe.increment, { account })).after;
        seen.push([modseq, (await recalled(account)).modseqs[0]]);
      }),
    );
    for (const [written, read] of seen) expect(read).toBeGreaterThanOrEqual(written);
    await database.call(probe.bumpUnnamed, { counter: account });
    expect(await recalled(account)).toEqual({ modseqs: [41] });
    expect(await recalled(other)).toEqual({ modseqs: [0] });
    await expect(database.call(probe.fail, { account, bug: true })).rejects.toThrow('a bug in a script');
    expect(await recalled(account)).toEqual({ modseqs: [41] });
  });

  test.each([0, 1, 2])(
    'units of one batch, from the %sth on each third fails: it leaves nothing behind, the others are committed',
    async (bad) => {
      const account = newAccount();
      const heard: number[] = [];
      const stop = database.changes.subscribe(account, (modseq) => heard.push(modseq));
      const outcomes = await Promise.allSettled(
        Array.from({ length: 60 }, (_, at) => {
          if (at % 3 === bad) return database.call(probe.fail, { account, bug: at % 2 === 0 });
          return database.call(probe.bump, { account });
        }),
      );
      stop();
      expect(outcomes.filter((one) => one.status === 'rejected')).toHaveLength(20);
      const given = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(given.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
      expect(await database.call(probe.current, { account })).toBe(40);
      // Those that were rolled back woke nobody.
      expect([...heard].sort((a, b) => a - b)).toEqual(given);
    },
  );

  test("a script's refusal arrives with its reason and details, a bug as an error of its own", async () => {
    const account = newAccount();
    const refused = await database.call(probe.fail, { account, bug: false }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect(refused).toMatchObject({ reason: 'conflict', details: { account } });
    const bug = await database.call(probe.fail, { account, bug: true }).catch((error: unknown) => error);
    expect(bug).not.toBeInstanceOf(StoreError);
    expect(String(bug)).toContain('a bug in a script');
  });

  test('what is read before it is written is not overtaken by another write of the account', async () => {
    const account = newAccount();
    const all = await Promise.all(
      Array.from({ length: 30 }, () => database.call(probe.increment, { account })),
    );
    for (const { before, after } of all) expect(after).toBe(before + 1);
  });

  test('what a module that asks for one line has looked at is still so when it writes', async () => {
    const counters = [newAccount(), newAccount()] as const;
    const seen = await Promise.all(
      Array.from({ length: 30 }, (_, at) =>
        database.call(probeLine.together, { counters, move: at % 2 === 0 ? 0 : 1 }),
      ),
    );
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, at) => at));
  });

  test('a hint comes after its commit: who is woken reads at least that modseq', async () => {
    const account = newAccount();
    const reads: Promise<[number, number]>[] = [];
    const stop = database.changes.subscribe(account, (modseq) =>
      reads.push(database.call(probe.current, { account }).then((now) => [modseq, now])),
    );
    await Promise.all(Array.from({ length: 20 }, () => database.call(probe.bump, { account })));
    stop();
    expect(reads).toHaveLength(20);
    for (const [hinted, now] of await Promise.all(reads)) expect(now).toBeGreaterThanOrEqual(hinted);
  });

  test('a listener that throws is reported and harms no other', async () => {
    const account = newAccount();
    const heard: number[] = [];
    const stops = [
      database.changes.subscribe(account, () => {
        throw new Error('a bad listener');
      }),
      database.changes.subscribe(account, (modseq) => heard.push(modseq)),
      database.changes.subscribeAll((hint) => {
        if (hint.account === account) heard.push(-hint.modseq);
      }),
    ];
    expect(database.changes.listeners).toBe(3);
    await database.call(probe.bump, { account });
    for (const stop of stops) stop();
    expect(heard).toEqual([1, -1]);
    expect(reported.some((line) => line.includes('a bad listener'))).toBe(true);
    expect(database.changes.listeners).toBe(0);
  });

  test('a reader cannot write', async () => {
    const account = newAccount();
    const refused = await database.call(probe.writeByReader, { account }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Error);
    expect(await database.call(probe.currentByScan, { account })).toBe(0);
  });

  test('leases: one holder, renewed, run out by the clock, taken over, never taken back', async () => {
    const clock = fakeClock();
    const leases = createLeases((operation, args) => database.call(operation, args), clock);
    const first = await leases.acquire('job', 1000);
    expect(first).not.toBeNull();
    expect(await leases.acquire('job', 1000)).toBeNull();
    clock.advance(900);
    expect(await first?.renew()).toBe(true);
    clock.advance(900);
    expect(await leases.acquire('job', 1000)).toBeNull();
    clock.advance(100);
    const second = await leases.acquire('job', 1000);
    expect(second).not.toBeNull();
    expect(await first?.renew()).toBe(false);
    await first?.release();
    expect(await leases.acquire('job', 1000)).toBeNull();
    await second?.release();
    // The first holder was replaced once; that the name is free again does not give it back.
    expect(await first?.renew()).toBe(false);
    const third = await database.leases.acquire('job', 60_000);
    expect(third?.name).toBe('job');
    await third?.release();
  });

  test('a second process on the same data folder is refused', async () => {
    expect(await refusal(openProbe({ dir, database: url }))).toBe('unavailable');
  });

  test('closing lets what was asked for end, and refuses what comes after', async () => {
    const folder = temporaryFolder();
    const own = await openProbe({ dir: folder, database: await engine.database() });
    const asked = Array.from({ length: 20 }, () => own.call(probe.bump, { account: 1 }));
    const closed = own.close();
    expect(await Promise.all(asked)).toHaveLength(20);
    await closed;
    expect(await refusal(own.call(probe.bump, { account: 1 }))).toBe('unavailable');
    expect(await refusal(own.call(probe.current, { account: 1 }))).toBe('unavailable');
    const again = await openProbe({ dir: folder, database: url });
    await again.close();
  });
});

describe('SQLite', () => {
  test('a writer thread that dies: what it had is refused, it is started again, what comes next works', async () => {
    const reported: string[] = [];
    const dir = temporaryFolder();
    const database = await openProbe({ dir, onError: (event) => reported.push(event) });
    const outcomes = await Promise.all([
      refusal(database.call(probe.endThread, { account: 1 })),
      refusal(database.call(probe.bump, { account: 1 })),
    ]);
    expect(outcomes[0]).toBe('unavailable');
    // The second was in the same batch, and lost with it, or came after and was done by the next thread.
    expect(['accepted', 'unavailable']).toContain(outcomes[1]);
    const before = outcomes[1] === 'accepted' ? 1 : 0;
    expect(await database.call(probe.bump, { account: 1 })).toBe(before + 1);
    expect(reported).toContain('storage thread ended');
    await database.close();
  });

  test('a thread that dies while closing leaves nobody waiting', async () => {
    const database = await openProbe({ dir: temporaryFolder() });
    const work = [
      database.call(probe.bump, { account: 1 }),
      database.call(probe.endThread, { account: 1 }),
      ...Array.from({ length: 5 }, () => database.call(probe.bump, { account: 1 })),
    ].map(refusal);
    await database.close();
    const outcomes = await Promise.all(work);
    expect(outcomes[1]).toBe('unavailable');
  });

  test('beyond waitingUnitsMax operations are refused at once, those before are done', async () => {
    const database = await openProbe({ dir: temporaryFolder() });
    const outcomes: Promise<string>[] = [];
    for (let at = 0; at < limits.waitingUnitsMax + 20; at++)
      outcomes.push(refusal(database.call(probe.bump, { account: 1 })));
    const refused = (await Promise.all(outcomes)).filter((outcome) => outcome === 'unavailable');
    // Those that the writer had taken did not wait any more; a batch is at most batchUnitsMax.
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(20);
    expect(limits.batchUnitsMax).toBeLessThan(limits.waitingUnitsMax);
    expect(limits.waitingScansMax).toBeLessThanOrEqual(limits.waitingUnitsMax);
    await database.close();
  });

  test('arguments that cannot be sent to a thread are refused alone', async () => {
    const database = await openProbe({ dir: temporaryFolder() });
    const bad = { account: 1, by: (() => 1) as unknown as number };
    const [first, second] = await Promise.allSettled([
      database.call(probe.bump, bad),
      database.call(probe.bump, { account: 1 }),
    ]);
    expect(first.status).toBe('rejected');
    expect(second).toEqual({ status: 'fulfilled', value: 1 });
    await database.close();
  });

  test('a database locked by another program: refused as unavailable, and fine once it lets go', async () => {
    const dir = temporaryFolder();
    const database = await openProbe({ dir });
    await database.call(probe.bump, { account: 1 });
    const other = new SqliteDatabase(join(dir, 'myco.sqlite'));
    other.exec('begin immediate');
    expect(await refusal(database.call(probe.bump, { account: 1 }))).toBe('unavailable');
    expect(await database.call(probe.current, { account: 1 })).toBe(1);
    other.exec('rollback');
    other.close();
    expect(await database.call(probe.bump, { account: 1 })).toBe(2);
    await database.close();
  });

  test('connections: commits are synced, the log is cut back to journalBytesMax, readers cannot write', () => {
    const file = join(temporaryFolder(), 'own.sqlite');
    const writer = openConnection(file, [], { readonly: false });
    expect(writer.raw.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(writer.raw.pragma('synchronous', { simple: true })).toBe(2);
    expect(writer.raw.pragma('journal_size_limit', { simple: true })).toBe(limits.journalBytesMax);
    expect(writer.raw.pragma('wal_autocheckpoint', { simple: true })).toBe(limits.checkpointPagesMax);
    writer.raw.exec('create table t (n int primary key)');
    const reader = openConnection(file, [], { readonly: true });
    expect(() => reader.raw.exec('insert into t values (1)')).toThrow(/readonly/);
    reader.close();
    writer.raw.exec(
      "create trigger stays before delete on t begin select raise(abort, 'stays'); end; insert into t values (1)",
    );
    expect(() => writer.raw.exec('insert or replace into t values (1)')).toThrow('stays');
    writer.close();
  });

  test('a database that a newer version made, or that was altered, is refused untouched', async () => {
    const dir = temporaryFolder();
    await (await openProbe({ dir })).close();
    const file = join(dir, 'myco.sqlite');
    const raw = new SqliteDatabase(file);
    raw.exec("insert into migrations values ('9999_future', 'x')");
    expect(await refusal(openProbe({ dir }))).toBe('unavailable');
    raw.exec("delete from migrations where name = '9999_future'; update migrations set hash = 'other'");
    expect(await refusal(openProbe({ dir }))).toBe('unavailable');
    raw.close();
  });

  test('a file that is no database is named as damaged', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'myco.sqlite'), Buffer.alloc(8192, 'not a database'));
    expect(await refusal(openProbe({ dir }))).toBe('corrupt');
  });

  test('a backup is complete while writes go on, and its check is clean', async () => {
    const dir = temporaryFolder();
    const database = await openProbe({ dir });
    for (let at = 0; at < 20; at++) await database.call(probe.bump, { account: at });
    const writing = Promise.all(Array.from({ length: 50 }, () => database.call(probe.bump, { account: 5 })));
    await database.backup(join(dir, 'copy'));
    await writing;
    expect(await database.check()).toEqual([]);
    await database.close();
    mkdirSync(join(dir, 'restored'));
    copyFileSync(join(dir, 'copy', 'myco.sqlite'), join(dir, 'restored', 'myco.sqlite'));
    const copy = await openProbe({ dir: join(dir, 'restored') });
    expect(await copy.call(probe.current, { account: 19 })).toBe(1);
    expect(await copy.check()).toEqual([]);
    await copy.close();
  });

  test('the lock goes with the process that held it, however it dies', async () => {
    const dir = temporaryFolder();
    const source = `import { lockFolder } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
      lockFolder(${JSON.stringify(dir)}); process.stdout.write('locked'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(await refusal(openProbe({ dir }))).toBe('unavailable');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await (await openProbe({ dir })).close();
  });
});

describeEngines('several processes', (engine) => {
  if (engine.name === 'sqlite') return test.skip('SQLite has one process per data folder', () => {});
  let url: string;
  let [one, two]: [Database, Database] = [] as unknown as [Database, Database];
  let admin: pg.Client;

  beforeAll(async () => {
    url = await engine.database();
    const onError = () => {};
    one = await openProbe({ dir: makeFolder(), database: url, recheckMs: 50, onError });
    two = await openProbe({ dir: makeFolder(), database: url, recheckMs: 50, onError });
    admin = new pg.Client({ connectionString: url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await Promise.all([one.close(), two.close()]);
  });

  test('a change in one is heard in the other', async () => {
    const account = newAccount();
    const heard: number[] = [];
    const stop = two.changes.subscribe(account, (modseq) => heard.push(modseq));
    await one.call(probe.bump, { account, by: 3 });
    await until(() => heard.includes(3));
    stop();
  });

  test('hints of more accounts than notifyBytesMax holds arrive in several notices', async () => {
    const accounts = Array.from({ length: 900 }, (_, at) => 7_000_000_000 + at);
    expect(accounts.length * '7000000000:1 '.length).toBeGreaterThan(limits.notifyBytesMax);
    const missing = new Set(accounts);
    const stop = two.changes.subscribeAll(({ account }) => missing.delete(account));
    one.changes.publish(accounts.map((account) => ({ account, modseq: 1 })));
    await until(() => missing.size === 0);
    stop();
  });

  test('a hint that was lost is found when listeners re-check', async () => {
    const account = newAccount();
    const heard: number[] = [];
    const stop = two.changes.subscribe(account, (modseq) => heard.push(modseq));
    await admin.query('insert into counters (account, modseq) values ($1, 44)', [account]);
    await until(() => heard.includes(44));
    stop();
  });

  test('leases are held across processes', async () => {
    const lease = await one.leases.acquire('shared', 60_000);
    expect(await two.leases.acquire('shared', 60_000)).toBeNull();
    await lease?.release();
    const other = await two.leases.acquire('shared', 60_000);
    expect(other).not.toBeNull();
    await other?.release();
  });

  test('scripts that deadlock or collide are run again, up to retriesMax times', async () => {
    const [a, b] = [newAccount(), newAccount()];
    const crossing = Array.from({ length: 4 }, (_, at) => {
      const [first, second] = at % 2 === 0 ? [a, b] : [b, a];
      return (at < 2 ? one : two).call(probe.cross, { first, second });
    });
    await Promise.all(crossing);
    expect(await one.call(probe.current, { account: a })).toBe(4);
    expect(await two.call(probe.current, { account: b })).toBe(4);
    expect(limits.retriesMax).toBeGreaterThan(2);
  });

  test('a write that never can succeed is given up after retriesMax', async () => {
    const account = newAccount();
    await admin.query('create sequence tries');
    await admin.query(`create function refuse() returns trigger language plpgsql as $$
      begin if new.account = ${account} then perform nextval('tries');
      raise exception 'again' using errcode = '40001'; end if; return new; end $$`);
    await admin.query(
      'create trigger refuse before insert on counters for each row execute function refuse()',
    );
    expect(await refusal(one.call(probe.bump, { account }))).not.toBe('accepted');
    const tried = await admin.query('select last_value as n from tries');
    expect(tried.rows[0]?.n).toBe(limits.retriesMax + 1);
    await admin.query('drop trigger refuse on counters');
    expect(await one.call(probe.bump, { account })).toBe(1);
  });

  test('one line of a module is one line of all processes', async () => {
    const counters = [newAccount(), newAccount()] as const;
    const seen = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        (at < 10 ? one : two).call(probeLine.together, { counters, move: at % 2 === 0 ? 0 : 1 }),
      ),
    );
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at));
  });

  test('at most postgresConnectionsMax connections are opened; the rest waits its turn', async () => {
    await Promise.all(
      Array.from({ length: limits.postgresConnectionsMax * 4 }, () =>
        one.call(probe.bump, { account: newAccount() }),
      ),
    );
    const { rows } = await admin.query(
      "select count(*) as n from pg_stat_activity where application_name = 'myco' and datname = current_database()",
    );
    expect(rows[0]?.n).toBeLessThanOrEqual(2 * limits.postgresConnectionsMax);
  });

  test('writes of one account that have to wait leave connections to the others', async () => {
    const [busy, other] = [newAccount(), newAccount()];
    // As a long write of another process holds it.
    await admin.query('select pg_advisory_lock(7211106, $1)', [busy]);
    const writes = Array.from({ length: limits.postgresConnectionsMax + 2 }, () =>
      one.call(probe.bump, { account: busy }),
    );
    expect(await one.call(probe.bump, { account: other })).toBe(1);
    await admin.query('select pg_advisory_unlock(7211106, $1)', [busy]);
    expect((await Promise.all(writes)).toSorted((a, b) => a - b).at(-1)).toBe(writes.length);
  });

  test('connections cut off: unavailable at most once each, then everything works again', async () => {
    const account = newAccount();
    await one.call(probe.bump, { account });
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'myco%' and datname = current_database()",
    );
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => refusal(one.call(probe.bump, { account }))),
    );
    for (const outcome of outcomes) expect(['accepted', 'unavailable']).toContain(outcome);
    await until(async () => (await refusal(one.call(probe.bump, { account }))) === 'accepted');
    const heard: number[] = [];
    const stop = two.changes.subscribe(account, (modseq) => heard.push(modseq));
    await until(async () => (await refusal(two.call(probe.bump, { account }))) === 'accepted');
    const { after } = await one.call(probe.increment, { account });
    await until(() => heard.includes(after));
    stop();
  });

  test('a connection cut off in the middle of a transaction leaves nothing of it', async () => {
    const account = newAccount();
    await admin.query(`create function cut() returns trigger language plpgsql as $$
      begin if new.account = ${account} then perform pg_terminate_backend(pg_backend_pid()); end if; return new; end $$`);
    await admin.query('create trigger cut after insert on counters for each row execute function cut()');
    expect(await refusal(one.call(probe.bump, { account }))).toBe('unavailable');
    await admin.query('drop trigger cut on counters');
    expect(await one.call(probe.bump, { account })).toBe(1);
  });

  test('a server that is not there, or a login it refuses, is unavailable', async () => {
    const dir = temporaryFolder();
    const gone = new URL(url);
    gone.port = '1';
    expect(await refusal(openProbe({ dir, database: gone.href }))).toBe('unavailable');
    const other = new URL(url);
    other.pathname = '/no_such_database';
    expect(await refusal(openProbe({ dir, database: other.href }))).toBe('unavailable');
  });
});
