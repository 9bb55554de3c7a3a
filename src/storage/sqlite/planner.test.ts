import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openProbe, temporaryFolder } from '../../testing/index.ts';
import { plannerFacts } from '../schema/kit.ts';
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
