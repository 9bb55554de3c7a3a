import { eq, lte, type QueryContext, sql } from '../../storage/index.ts';
import type { policyTables } from './tables.ts';

type Context = QueryContext<(typeof policyTables)['postgres']>;

const p = sql.placeholder;
// Insert takes a placeholder for any type of column; its own type says text.
const n = (name: string) => p(name) as never;

export function policyQueries({ db, t }: Context) {
  const s = t.stsPolicies;
  const row = { id: s.id, policy: s.policy, fetched: s.fetched };
  return {
    find: db
      .select(row)
      .from(s)
      .where(eq(s.domain, p('domain')))
      .prepare('policies_find'),
    put: db
      .insert(s)
      .values({
        domain: p('domain'),
        id: p('id'),
        policy: p('policy'),
        fetched: n('fetched'),
        ends: n('ends'),
      })
      .onConflictDoUpdate({
        target: s.domain,
        set: {
          id: sql`excluded.id`,
          policy: sql`excluded.policy`,
          fetched: sql`excluded.fetched`,
          ends: sql`excluded.ends`,
        },
      })
      .prepare('policies_put'),
    sweep: db
      .delete(s)
      .where(lte(s.ends, p('until')))
      .prepare('policies_sweep'),
    beyond: db
      .select({ ends: s.ends })
      .from(s)
      .orderBy(sql`${s.ends} desc`)
      .limit(1)
      .offset(n('rows'))
      .prepare('policies_beyond'),
  };
}

export type PolicyQueries = ReturnType<typeof policyQueries>;
