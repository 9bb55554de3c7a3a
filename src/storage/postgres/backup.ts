import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import type pg from 'pg';
import type { StoreModule } from '../schema/module.ts';
import { tableNames } from '../schema/tables.ts';

/** Rows as text, one JSON array a line, in the column order of the first line: readable without myco. */
async function* rowsOf(client: pg.Client, table: string): AsyncGenerator<string> {
  await client.query(`declare backup no scroll cursor for select * from "${table}"`);
  let first = true;
  for (;;) {
    const page = await client.query<unknown[]>({ text: 'fetch 500 from backup', rowMode: 'array' });
    if (first) yield `${JSON.stringify(page.fields.map((field) => field.name))}\n`;
    first = false;
    if (page.rows.length === 0) break;
    for (const row of page.rows) {
      yield `${JSON.stringify(row.map((value) => (Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value)))}\n`;
    }
  }
  await client.query('close backup');
}

/** Writes every table of one snapshot to `dir/<table>.jsonl.zst`, while writes go on. */
export async function backupTables(
  client: pg.Client,
  modules: readonly StoreModule[],
  dir: string,
): Promise<void> {
  await mkdir(dir, { recursive: true });
  await client.query('begin isolation level repeatable read, read only');
  try {
    for (const table of [...tableNames(modules), 'migrations']) {
      const file = createWriteStream(join(dir, `${table}.jsonl.zst`), { flush: true });
      await pipeline(Readable.from(rowsOf(client, table)), createZstdCompress(), file);
    }
  } finally {
    await client.query('rollback');
  }
}
