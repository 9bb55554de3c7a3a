import pg from 'pg';
import { StoreError } from '../../base/index.ts';
import { overPostgres } from '../drizzle.ts';
import { limits } from '../limits.ts';
import { PreparedQueries } from '../schema/dialect.ts';
import type { StoreModule } from '../schema/module.ts';

// bigint and count(*) arrive as text otherwise; every number here stays below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);

/** One client with the queries prepared on it: a prepared statement lives on the connection that made it. */
export interface PostgresConnection {
  readonly client: pg.Client;
  readonly queries: PreparedQueries;
  /** Set once the connection broke; it is not used again. */
  broken: boolean;
}

export async function connect(url: string, modules: readonly StoreModule[]): Promise<PostgresConnection> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'myco',
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  const over = { db: overPostgres(client), raw: (config: pg.QueryConfig) => client.query(config) };
  const queries = new PreparedQueries(modules, 'postgres', over);
  const connection: PostgresConnection = { client, queries, broken: false };
  client.on('error', () => {
    connection.broken = true;
  });
  // A server configured with synchronous_commit=off would acknowledge what a crash may lose.
  await client.query('set synchronous_commit to on');
  return connection;
}

/** Connections made as they are needed, at most `max`; a broken one is replaced. */
export class Pool {
  readonly #open: () => Promise<PostgresConnection>;
  readonly #max: number;
  readonly #idle: PostgresConnection[] = [];
  readonly #waiting: ((connection: PostgresConnection | null) => void)[] = [];
  #count = 0;

  constructor(open: () => Promise<PostgresConnection>, max: number) {
    this.#open = open;
    this.#max = max;
  }

  async #take(): Promise<PostgresConnection> {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle && !idle.broken) return idle;
      if (idle) {
        this.#count--;
        continue;
      }
      if (this.#count < this.#max) {
        this.#count++;
        try {
          return await this.#open();
        } catch (error) {
          this.#count--;
          this.#waiting.shift()?.(null);
          throw error;
        }
      }
      if (this.#waiting.length >= limits.waitingUnitsMax) {
        throw new StoreError('unavailable', 'the database has too much to do');
      }
      const handed = await new Promise<PostgresConnection | null>((resolve) => this.#waiting.push(resolve));
      if (handed) return handed;
    }
  }

  #give(connection: PostgresConnection): void {
    if (connection.broken) {
      this.#count--;
      connection.client.end().catch(() => {});
      this.#waiting.shift()?.(null);
      return;
    }
    const next = this.#waiting.shift();
    if (next) next(connection);
    else this.#idle.push(connection);
  }

  async use<T>(work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const connection = await this.#take();
    try {
      return await work(connection);
    } finally {
      this.#give(connection);
    }
  }

  /** Call when nothing is under way any more. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((connection) => connection.client.end()));
  }
}
