import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createZstdDecompress } from 'node:zlib';
import type pg from 'pg';
import { StoreError } from '../../base/index.ts';
import { type AppliedMigration, pending, readMigrations } from '../migrations/files.ts';
import type { StoreModule } from '../schema/module.ts';
import { tableNames } from '../schema/tables.ts';

/** Rows put in by one statement; PostgreSQL takes at most 65,535 parameters. */
const rowsMax = 500;

interface Dump {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<unknown[]>;
}

function value(written: unknown): unknown {
  const binary =
    written !== null && typeof written === 'object' && 'base64' in written ? written.base64 : undefined;
  return typeof binary === 'string' ? Buffer.from(binary, 'base64') : written;
}

/** What `backupTables` wrote of one table; null where the backup has no such table. */
async function readDump(dir: string, table: string): Promise<Dump | null> {
  const path = join(dir, `${table}.jsonl.zst`);
  if (!existsSync(path)) return null;
  const lines = createInterface({ input: createReadStream(path).pipe(createZstdDecompress()) })[
    Symbol.asyncIterator
  ]();
  const head = await lines.next();
  if (head.done) throw new StoreError('corrupt', `${path} is empty`);
  async function* rows() {
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      yield (JSON.parse(line.value) as unknown[]).map(value);
    }
  }
  return { columns: JSON.parse(head.value), rows: rows() };
}

async function insert(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  rows: unknown[][],
): Promise<void> {
  const names = columns.map((column) => `"${column}"`).join(', ');
  const tuples = rows.map(
    (row, at) => `(${row.map((_, column) => `$${at * columns.length + column + 1}`).join(', ')})`,
  );
  await client.query(`insert into "${table}" (${names}) values ${tuples.join(', ')}`, rows.flat());
}

async function fill(client: pg.Client, table: string, dump: Dump): Promise<void> {
  let held: unknown[][] = [];
  // Guards say how a row may come to be; these rows came to be so before.
  await client.query(`alter table "${table}" disable trigger user`);
  for await (const row of dump.rows) {
    held.push(row);
    if (held.length < rowsMax) continue;
    await insert(client, table, dump.columns, held);
    held = [];
  }
  if (held.length > 0) await insert(client, table, dump.columns, held);
  await client.query(`alter table "${table}" enable trigger user`);
  const identity = await client.query<{ column_name: string }>(
    "select column_name from information_schema.columns where table_name = $1 and table_schema = current_schema() and is_identity = 'YES'",
    [table],
  );
  for (const { column_name: column } of identity.rows) {
    await client.query(
      `select setval(pg_get_serial_sequence('"${table}"', '${column}'), (select coalesce(max("${column}"), 0) + 1 from "${table}"), false)`,
    );
  }
}

/**
 * Puts a backup into an empty database, in one transaction: the schema as it was when the backup was made, then the
 * rows. What the schema has gained since is added when the database is opened. StoreError 'exists' where the database
 * is not empty, 'corrupt' where the backup is damaged.
 */
export async function restoreTables(
  client: pg.Client,
  modules: readonly StoreModule[],
  dir: string,
): Promise<void> {
  const there = await client.query(
    'select 1 from information_schema.tables where table_schema = current_schema() limit 1',
  );
  if (there.rows.length > 0) throw new StoreError('exists', 'the database is not empty');
  const dump = await readDump(dir, 'migrations');
  if (!dump) throw new StoreError('not-found', `${dir} holds no backup of a PostgreSQL database`);
  const applied: AppliedMigration[] = [];
  for await (const row of dump.rows)
    applied.push(Object.fromEntries(dump.columns.map((column, at) => [column, row[at]])) as never);
  applied.sort((a, b) => (a.name < b.name ? -1 : 1));
  const known = readMigrations('postgres');
  pending(known, applied);
  await client.query('begin');
  try {
    await client.query('create table migrations (name text primary key, hash text not null)');
    for (const [at, { name, hash }] of applied.entries()) {
      for (const statement of known[at]?.statements ?? []) await client.query(statement);
      await client.query('insert into migrations (name, hash) values ($1, $2)', [name, hash]);
    }
    for (const table of tableNames(modules)) {
      const rows = await readDump(dir, table);
      if (rows) await fill(client, table, rows);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
