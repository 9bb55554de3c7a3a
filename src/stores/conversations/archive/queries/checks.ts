import { asc, eq, gt, type QueryContext, sql } from '../../../../storage/index.ts';
import type { ArchiveTables } from '../tables.ts';

type Context = QueryContext<ArchiveTables>;
const p = sql.placeholder;

/** What is counted again; asked by an operator alone. */
export function checkQueries({ db, t }: Context) {
  const m = t.conversation_messages;
  const o = t.conversation_offline;
  const here = eq(m.archive, p('archive'));
  const count = (when: ReturnType<typeof sql>) =>
    sql<number>`count(case when ${when} then 1 end)`.mapWith(Number);
  return {
    archiveNext: db
      .select({ archive: t.conversation_archives.archive })
      .from(t.conversation_archives)
      .where(gt(t.conversation_archives.archive, p('after')))
      .orderBy(asc(t.conversation_archives.archive))
      .limit(1)
      .prepare('conversation_archive_next'),
    archiveNextInMessages: db
      .select({ archive: m.archive })
      .from(m)
      .where(gt(m.archive, p('after')))
      .orderBy(asc(m.archive))
      .limit(1)
      .prepare('conversation_archive_next_in_messages'),
    accountNextInOffline: db
      .select({ account: o.account })
      .from(o)
      .where(gt(o.account, p('after')))
      .orderBy(asc(o.account))
      .limit(1)
      .prepare('conversation_account_next_in_offline'),
    counted: db
      .select({
        all: sql<number>`count(*)`.mapWith(Number),
        rows: count(sql`${m.hidden} = 0`),
        groupchat: count(sql`${m.hidden} = 0 and ${m.type} = 1`),
        unindexed: count(sql`${m.body} is not null and ${m.id} > cast(${p('indexed')} as bigint)`),
        lastId: sql<number>`coalesce(max(${m.id}), 0)`.mapWith(Number),
        lastAt: sql<number>`coalesce(max(${m.at}), 0)`.mapWith(Number),
        firstAt: sql<number>`coalesce(min(${m.at}), 0)`.mapWith(Number),
      })
      .from(m)
      .where(here)
      .prepare('conversation_counted'),
    offlineCounted: db
      .select({ rows: sql<number>`count(*)`.mapWith(Number) })
      .from(o)
      .where(eq(o.account, p('account')))
      .prepare('conversation_offline_counted'),
    offlineStray: db
      .select({ id: o.id })
      .from(o)
      .where(
        sql`${o.account} = ${p('account')} and not exists (select 1 from ${m} where ${here} and ${m.id} = ${o.id})`,
      )
      .prepare('conversation_offline_stray'),
    offlineDropStray: db
      .delete(o)
      .where(
        sql`${o.account} = ${p('account')} and not exists (select 1 from ${m} where ${here} and ${m.id} = ${o.id})`,
      )
      .prepare('conversation_offline_drop_stray'),
    /** Hidden rows that nobody waits for. */
    hiddenStray: db
      .select({ id: m.id })
      .from(m)
      .where(
        sql`${here} and ${m.hidden} = 1 and not exists (select 1 from ${o} where ${o.account} = ${p('account')} and ${o.id} = ${m.id})`,
      )
      .prepare('conversation_hidden_stray'),
  };
}
