import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../storage/index.ts';
import { openTestStores, type TestStores } from '../../testing/index.ts';
import { type CollectionsQueries, collectionsQueries } from './queries.ts';
import { collectionsTables } from './tables.ts';

let stores: TestStores;
let raw: SqliteDatabase.Database;
const plans = new Map<string, string>();

interface Known {
  getQuery(): { readonly sql: string; readonly params: readonly unknown[] };
}

/** How SQLite finds the rows of each statement of the store, as the engine prepares it. */
beforeAll(async () => {
  stores = await openTestStores({ name: 'sqlite', missing: null, database: async () => 'sqlite' });
  raw = new SqliteDatabase(join(stores.dir, 'myco.sqlite'), { readonly: true });
  const list = (column: unknown, name: string) =>
    sql<boolean>`${column} in (select value from json_each(${sql.placeholder(name)}))`;
  const queries = collectionsQueries({
    db: drizzle(raw) as never,
    t: collectionsTables.sqlite,
    d: { dialect: 'sqlite', inNumbers: list, inTexts: list, insertMany: () => ({}) as never },
  });
  for (const [name, query] of Object.entries(queries)) {
    const { sql: text, params } = (query as unknown as Known).getQuery();
    const steps = raw.prepare(`explain query plan ${text}`).all(...params.map(() => null));
    plans.set(name, (steps as { detail: string }[]).map(({ detail }) => detail).join('; '));
  }
}, 60_000);
afterAll(async () => {
  raw.close();
  await stores.close();
});

/** Asked by an operator or once an hour, of all accounts. */
const ofAll: readonly (keyof CollectionsQueries)[] = ['accountsDue', 'jobsHeld', 'jobsHold', 'jobsRelease'];

test('no statement reads a table whole', () => {
  expect(plans.size).toBeGreaterThan(70);
  const whole = [...plans].filter(([name, plan]) => {
    const isOfAll = (ofAll as readonly string[]).includes(name) || name === 'jobsCancel';
    // SQLite also calls a list that is bound, and an index read for its lowest value, a scan.
    return !isOfAll && /SCAN (?!CONSTANT ROW|json_each|element)/.test(plan);
  });
  expect(whole).toEqual([]);
});

test.each<[keyof CollectionsQueries, string]>([
  [
    'itemsWithin',
    'SEARCH collection_items USING PRIMARY KEY (account=? AND collection=? AND name=?); LIST SUBQUERY 1; SEARCH k USING COVERING INDEX collection_items_account_collection_last_first_component_name (account=? AND collection=? AND (last,first,component,name)>(?,?,?,?))',
  ],
  [
    'itemsChanged',
    'SEARCH collection_items USING INDEX collection_items_account_collection_modseq (account=? AND collection=? AND modseq>?)',
  ],
  [
    'goneSince',
    'SEARCH collection_gone USING INDEX collection_gone_account_collection_modseq (account=? AND collection=? AND modseq>?)',
  ],
  ['itemsAfter', 'SEARCH collection_items USING PRIMARY KEY (account=? AND collection=? AND name>?)'],
  ['itemNamed', 'SEARCH collection_items USING PRIMARY KEY (account=? AND collection=? AND name=?)'],
  ['itemsNamed', 'USING PRIMARY KEY (account=? AND collection=? AND name=?)'],
  ['itemsOfUid', 'USING INDEX collection_items_account_uid_collection (account=? AND uid=?)'],
  ['bytesOf', '(account=? AND item=?)'],
  ['itemsDrop', 'USING INDEX collection_items_account_id (account=? AND id=?)'],
  ['jobsDue', 'USING INDEX collection_jobs_kind_due (kind=? AND due<?)'],
  ['jobNext', 'USING INDEX collection_jobs_kind_due (kind=? AND due<?)'],
  ['jobNext', 'USING COVERING INDEX collection_jobs_account_kind_lane (account=? AND kind=? AND lane=? AND'],
  ['jobLanes', 'USING COVERING INDEX collection_jobs_account_kind_lane (account=? AND kind=? AND lane>? AND'],
  ['jobsWaiting', 'USING COVERING INDEX collection_jobs_kind_due (kind=? AND due<?)'],
  ['sharesToMember', 'USING INDEX collection_shares_member (member=?)'],
  ['sharesToGroups', 'USING INDEX collection_shares_address (address=?)'],
  ['sharesDropTo', 'USING INDEX collection_shares_member (member=?)'],
  ['delegatedToMember', 'INDEX collection_delegates_member (member=?)'],
])('%s is found by its index', (name, plan) => {
  expect(plans.get(name)).toContain(plan);
});
