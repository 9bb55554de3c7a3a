import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { drizzle as overSqlite } from 'drizzle-orm/better-sqlite3';
import { drizzle as overPostgres } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { type QueryContext, sql, type Tables } from '../storage/index.ts';
import { openTestStores } from './database.ts';
import type { Engine } from './engines.ts';

/** What a prepared query says of itself. */
interface Known {
  getQuery?(): { readonly sql: string; readonly params: readonly unknown[] };
}

/**
 * How an engine finds the rows of each statement of a module, by the statement's key; inserts of many rows are left out.
 * `fill`: statements that give PostgreSQL rows to judge by; SQLite judges by what the tables expect.
 */
export async function plansOf<T>(
  engine: Engine,
  tables: Tables<T>,
  queries: (context: QueryContext<T>) => object,
  fill = '',
): Promise<ReadonlyMap<string, string>> {
  const url = await engine.database();
  const stores = await openTestStores({ ...engine, database: async () => url });
  try {
    return url === 'sqlite'
      ? sqlitePlans(join(stores.dir, 'myco.sqlite'), tables.sqlite, queries)
      : await postgresPlans({ url, fill }, tables.postgres, queries);
  } finally {
    await stores.close();
  }
}

const insertMany = () => ({}) as never;

function sqlitePlans<T>(path: string, t: T, queries: (context: QueryContext<T>) => object) {
  const raw = new SqliteDatabase(path, { readonly: true });
  const list = (column: unknown, name: string) =>
    sql<boolean>`${column} in (select value from json_each(${sql.placeholder(name)}))`;
  const d = { dialect: 'sqlite', inNumbers: list, inTexts: list, insertMany } as const;
  const plans = new Map<string, string>();
  for (const [name, query] of Object.entries(queries({ db: overSqlite(raw) as never, t, d }))) {
    const known = (query as Known).getQuery?.();
    if (!known) continue;
    const steps = raw.prepare(`explain query plan ${known.sql}`).all(...known.params.map(() => null));
    plans.set(name, (steps as { detail: string }[]).map(({ detail }) => detail).join('; '));
  }
  raw.close();
  return plans;
}

/** As a prepared statement would be run after the first times; small tables would be read whole. */
async function postgresPlans<T>(
  { url, fill }: { readonly url: string; readonly fill: string },
  t: T,
  queries: (context: QueryContext<T>) => object,
) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  if (fill !== '') await client.query(`${fill}; analyze`);
  await client.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off');
  const of = (cast: 'bigint' | 'text') => (column: unknown, name: string) =>
    sql<boolean>`${column} = any(array(select cast(element.value as ${sql.raw(cast)}) from json_array_elements_text(cast(${sql.placeholder(name)} as json)) as element(value)))`;
  const d = { dialect: 'postgres', inNumbers: of('bigint'), inTexts: of('text'), insertMany } as const;
  const plans = new Map<string, string>();
  for (const [name, query] of Object.entries(queries({ db: overPostgres(client), t, d }))) {
    const known = (query as Known).getQuery?.();
    if (!known) continue;
    await client.query(`prepare a_plan as ${known.sql}`);
    const values = known.params.length === 0 ? '' : `(${known.params.map(() => 'null').join(', ')})`;
    const { rows } = await client.query(`explain execute a_plan${values}`);
    plans.set(name, rows.map((row) => String(row['QUERY PLAN'])).join('; '));
    await client.query('deallocate a_plan');
  }
  await client.end();
  return plans;
}
