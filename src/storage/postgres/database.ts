import { setTimeout as wait } from 'node:timers/promises';
import { randomBelow, StoreError, systemClock } from '../../base/index.ts';
import { Feed } from '../changes/feed.ts';
import { accountsOf } from '../core/accounts.ts';
import { driveAsync } from '../core/drive.ts';
import { codeOf, translate } from '../core/faults.ts';
import { createLeases } from '../core/leases.ts';
import { coreOperations } from '../core/module.ts';
import { Registry } from '../core/registry.ts';
import type { ChangeHint, Database, DatabaseOptions } from '../database.ts';
import { limits } from '../limits.ts';
import { type AppliedMigration, pending, readMigrations } from '../migrations/files.ts';
import type { AnyOperation, Operation } from '../schema/module.ts';
import { backupTables } from './backup.ts';
import { connect, Pool, type PostgresConnection } from './connection.ts';
import { HintExchange } from './hints.ts';
import { Lines } from './lines.ts';

/** Serialises processes that migrate the same database at the same time. */
const migrationLock = 7_211_105;
/** The first half of the key of an account's lock, and of a module's. */
const accountLock = 7_211_106;
const moduleLock = 7_211_107;

async function migrate(connection: PostgresConnection): Promise<void> {
  const { client } = connection;
  await client.query(`select pg_advisory_lock(${migrationLock})`);
  try {
    await client.query('create table if not exists migrations (name text primary key, hash text not null)');
    const applied = await client.query<AppliedMigration>('select name, hash from migrations order by name');
    for (const migration of pending(readMigrations('postgres'), applied.rows)) {
      await client.query('begin');
      try {
        for (const statement of migration.statements) await client.query(statement);
        await client.query('insert into migrations (name, hash) values ($1, $2)', [
          migration.name,
          migration.hash,
        ]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    }
  } finally {
    await client.query(`select pg_advisory_unlock(${migrationLock})`);
  }
}

/**
 * Serialization failure, deadlock, and a row that somebody added between the script's look and its insert: the
 * transaction left no trace and may be run again.
 */
const runAgain = new Set(['40001', '40P01', '23505']);

const beginRead = 'begin isolation level repeatable read, read only';

/**
 * A script looks before it writes, so one account's writes run one after the other, as they do on SQLite: the lock
 * comes in the same round trip as BEGIN and goes with the transaction.
 */
function beginWrite({ line }: AnyOperation, args: unknown): string {
  const locks = accountsOf(args).map(
    (account) => `; select pg_advisory_xact_lock(${accountLock}, ${account % 2 ** 31})`,
  );
  // Names of modules are words of the code.
  if (line !== undefined) locks.push(`; select pg_advisory_xact_lock(${moduleLock}, hashtext('${line}'))`);
  return `begin${locks.join('')}`;
}

class PostgresEngine implements Database {
  readonly engine = 'postgres';
  readonly changes: Feed;
  readonly leases: Database['leases'];
  readonly #registry: Registry;
  readonly #pool: Pool;
  /** A connection that waited for the account's lock would be one less for everybody else. */
  readonly #lines = new Lines(limits.waitingUnitsMax);
  readonly #exchange: HintExchange;
  readonly #recheck: NodeJS.Timeout;
  readonly #heard = new Map<number, number>();
  #underWay = 0;
  #closing = false;

  constructor(options: DatabaseOptions, registry: Registry, pool: Pool) {
    const onError = options.onError ?? (() => {});
    this.#registry = registry;
    this.#pool = pool;
    this.#exchange = new HintExchange({
      url: options.database,
      onHints: (hints) => this.changes.deliver(hints),
      onReopened: () => this.#recheckNow(onError),
      onError,
    });
    this.changes = new Feed(
      (error) => onError('change listener failed', error),
      (hints) => this.#exchange.gather(hints),
    );
    this.leases = createLeases((operation, args) => this.call(operation, args), systemClock);
    this.#recheck = setInterval(() => this.#recheckNow(onError), options.recheckMs ?? limits.recheckMs);
    this.#recheck.unref();
  }

  #recheckNow(onError: (event: string, error: unknown) => void): void {
    this.#recheckCounters().catch((error: unknown) => onError('change re-check failed', error));
  }

  async open(): Promise<void> {
    await this.#exchange.open();
  }

  /** A hint from another process may be lost; what is in the database is not. */
  async #recheckCounters(): Promise<void> {
    const accounts = this.changes.accounts();
    if (accounts.length === 0) return;
    const counters = await this.call(coreOperations.counters, { accounts });
    const moved = counters.filter(({ account, modseq }) => this.#heard.get(account) !== modseq);
    this.#heard.clear();
    for (const { account, modseq } of counters) this.#heard.set(account, modseq);
    this.changes.deliver(moved);
  }

  async call<Args, Result>(operation: Operation<Args, Result>, args: Args): Promise<Result> {
    const known = this.#registry.find(operation.name);
    if (this.#closing) throw new StoreError('unavailable', 'the database is closing');
    this.#underWay++;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          const lines =
            known.kind === 'write' ? [...accountsOf(args), ...(known.line ? [known.line] : [])] : [];
          const transact = () => this.#pool.use((connection) => this.#transact(connection, known, args));
          return (await this.#lines.use(lines, transact)) as Result;
        } catch (error) {
          if (attempt > limits.retriesMax || !runAgain.has(codeOf(error))) throw error;
          await wait(2 ** attempt + randomBelow(2 ** attempt));
        }
      }
    } catch (error) {
      throw translate(error);
    } finally {
      this.#underWay--;
    }
  }

  async #transact(connection: PostgresConnection, operation: AnyOperation, args: unknown): Promise<unknown> {
    const { client } = connection;
    const hints: ChangeHint[] = [];
    const reading = operation.kind !== 'write';
    let value: unknown;
    try {
      await client.query(reading ? beginRead : beginWrite(operation, args));
      value = await driveAsync(this.#registry.start(operation, connection.queries, args), hints);
    } catch (error) {
      await this.#rollback(connection);
      throw error;
    }
    try {
      // COMMIT of a transaction that a swallowed error aborted answers ROLLBACK and reports success.
      const ended = await client.query('commit');
      if (ended.command !== 'COMMIT') throw new Error('the transaction was rolled back at commit');
    } catch (error) {
      connection.broken ||= codeOf(error) === '';
      throw error;
    }
    this.changes.publish(hints);
    return value;
  }

  async #rollback(connection: PostgresConnection): Promise<void> {
    try {
      await connection.client.query('rollback');
    } catch {
      connection.broken = true;
    }
  }

  async backup(dir: string): Promise<void> {
    await this.#pool.use((connection) => backupTables(connection.client, this.#registry.modules, dir));
  }

  async check(): Promise<string[]> {
    return [];
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#recheck);
    while (this.#underWay > 0) await wait(2);
    await this.#exchange.close();
    await this.#pool.close();
  }
}

/** Connects to the PostgreSQL database that `options.database` names, and brings its schema up to date. */
export async function openPostgres(options: DatabaseOptions): Promise<Database> {
  const registry = new Registry(options.modules);
  try {
    const pool = new Pool(() => connect(options.database, registry.modules), limits.postgresConnectionsMax);
    await pool.use(migrate);
    const engine = new PostgresEngine(options, registry, pool);
    await engine.open();
    return engine;
  } catch (error) {
    throw translate(error);
  }
}
