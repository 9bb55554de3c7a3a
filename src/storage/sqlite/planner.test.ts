import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { expect, test } from 'vitest';
import { modules } from '../../modules.ts';
import { openProbe, temporaryFolder } from '../../testing/index.ts';
import { plannerFacts } from '../schema/kit.ts';
import { openConnection } from './connection.ts';
import { databaseFile } from './database.ts';

async function opened(dir: string): Promise<string> {
  await (await openProbe({ dir })).close();
  return join(dir, databaseFile);
}

/** How SQLite finds some ids of an account. */
function planOf(file: string): string {
  const raw = new SqliteDatabase(file, { readonly: true });
  const plan = raw
    .prepare(
      'explain query plan select * from file_nodes where account = ? and id in (select value from json_each(?))',
    )
    .all(1, '[]') as { detail: string }[];
  raw.close();
  return plan.map(({ detail }) => detail).join('\n');
}

test('what a table expects of its indexes decides how its rows are found', async () => {
  const dir = temporaryFolder();
  const before = plannerFacts.get('file_nodes');
  try {
    plannerFacts.delete('file_nodes');
    expect(planOf(await opened(dir))).toContain('USING PRIMARY KEY (account=?)');
    plannerFacts.set('file_nodes', [
      { index: 'file_nodes', stat: '1000000 10000 50 1' },
      { index: 'file_nodes_account_id', stat: '1000000 10000 1' },
    ]);
    expect(planOf(await opened(dir))).toContain('USING INDEX file_nodes_account_id (account=? AND id=?)');
  } finally {
    if (before) plannerFacts.set('file_nodes', before);
  }
});

test('no query of files that names ids reads all rows of an account', async () => {
  const connection = openConnection(await opened(temporaryFolder()), modules, { readonly: true });
  const { raw } = connection;
  const statements: string[] = [];
  const prepare = raw.prepare.bind(raw);
  raw.prepare = ((statement: string) => {
    statements.push(statement);
    return prepare(statement);
  }) as typeof raw.prepare;
  connection.queries.of('files');
  const byId = statements.filter((each) =>
    /"file_nodes" .*("file_nodes"\."id"|"id") in \((select value from json_each|with recursive up)/.test(
      each,
    ),
  );
  expect(byId.length).toBeGreaterThanOrEqual(4);
  for (const statement of byId) {
    const values = Array.from(statement.matchAll(/\?/g), () => null);
    const rows = prepare(`explain query plan ${statement}`).all(...values) as { detail: string }[];
    const plan = rows.map(({ detail }) => detail).join('\n');
    expect([statement, plan]).toEqual([
      statement,
      expect.stringContaining('file_nodes USING INDEX file_nodes_account_id (account=? AND id=?)'),
    ]);
    expect([statement, plan]).not.toEqual([
      statement,
      expect.stringMatching(/USING PRIMARY KEY \(account=\?\)/),
    ]);
  }
  connection.close();
});
