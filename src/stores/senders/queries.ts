import { and, eq, lt, lte, type QueryContext, sql } from '../../storage/index.ts';
import type { senderTables } from './tables.ts';

type Context = QueryContext<(typeof senderTables)['postgres']>;

const p = sql.placeholder;
// Insert takes a placeholder for any type of column; its own type says text.
const n = (name: string) => p(name) as never;

export function senderQueries({ db, t, d }: Context) {
  const s = t.senders;
  const row = { key: s.key, first: s.first, seen: s.seen, passed: s.passed };
  return {
    find: db.select(row).from(s).where(d.inTexts(s.key, 'keys')).prepare('senders_find'),
    put: db
      .insert(s)
      .values({ key: p('key'), first: n('first'), seen: n('seen'), passed: n('passed') })
      .onConflictDoUpdate({
        target: s.key,
        set: { first: sql`excluded.first`, seen: sql`excluded.seen`, passed: sql`excluded.passed` },
      })
      .prepare('senders_put'),
    forgetWaiting: db
      .delete(s)
      .where(and(eq(s.passed, 0), lt(s.seen, p('before'))))
      .prepare('senders_forget_waiting'),
    forgetKnown: db
      .delete(s)
      .where(lt(s.seen, p('before')))
      .prepare('senders_forget_known'),
    beyond: db
      .select({ seen: s.seen })
      .from(s)
      .orderBy(sql`${s.seen} desc`)
      .limit(1)
      .offset(n('rows'))
      .prepare('senders_beyond'),
    trim: db
      .delete(s)
      .where(lte(s.seen, p('seen')))
      .prepare('senders_trim'),
  };
}

export type SenderQueries = ReturnType<typeof senderQueries>;
