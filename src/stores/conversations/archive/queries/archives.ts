import { and, asc, eq, gt, lt, ne, type QueryContext, sql } from '../../../../storage/index.ts';
import { type ArchiveTables, noFirst } from '../tables.ts';

type Context = QueryContext<ArchiveTables>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;

/** What is kept of an archive as a whole. */
export function archiveQueries({ db, t }: Context) {
  const a = t.conversation_archives;
  const here = eq(a.archive, p('archive'));
  const grownBy = (column: unknown, name: string) => sql`${column} + ${number(name)}`;
  return {
    archiveFind: db.select().from(a).where(here).prepare('conversation_archive_find'),
    /** Ids for so many rows; the row stays locked until the commit. Of a new archive they begin at the time. */
    archiveGrow: db
      .insert(a)
      .values({
        ...{ archive: bound('archive'), kind: bound('kind') },
        ...{ lastId: bound('firstId'), lastAt: bound('at'), beforeAt: bound('at') },
        ...{ rows: bound('rows'), groupchat: bound('groupchat'), offline: bound('offline') },
        ...{ indexed: 0, unindexed: bound('unindexed'), firstAt: noFirst },
      })
      .onConflictDoUpdate({
        target: a.archive,
        set: {
          lastId: grownBy(a.lastId, 'count'),
          beforeAt: sql`${a.lastAt}`,
          // Times ascend; those of rows that have all gone count no more.
          lastAt: sql`case when ${a.lastAt} > excluded."lastAt" and ${a.firstAt} <> ${noFirst} then ${a.lastAt} else excluded."lastAt" end`,
          rows: sql`${a.rows} + excluded.rows`,
          groupchat: sql`${a.groupchat} + excluded.groupchat`,
          offline: sql`${a.offline} + excluded.offline`,
          unindexed: sql`${a.unindexed} + excluded.unindexed`,
        },
      })
      .returning({
        lastId: a.lastId,
        beforeAt: a.beforeAt,
        offline: a.offline,
        unindexed: a.unindexed,
        firstAt: a.firstAt,
      })
      .prepare('conversation_archive_grow'),
    /** What it says changes by so much; it is locked until the commit. */
    archiveShift: db
      .update(a)
      .set({
        rows: grownBy(a.rows, 'rows'),
        groupchat: grownBy(a.groupchat, 'groupchat'),
        offline: grownBy(a.offline, 'offline'),
        unindexed: grownBy(a.unindexed, 'unindexed'),
      })
      .where(here)
      .returning()
      .prepare('conversation_archive_shift'),
    archiveIndexed: db
      .update(a)
      .set({ indexed: bound('indexed'), unindexed: grownBy(a.unindexed, 'unindexed') })
      .where(here)
      .prepare('conversation_archive_indexed'),
    archiveBegins: db
      .update(a)
      .set({ firstAt: bound('firstAt') })
      .where(here)
      .prepare('conversation_archive_begins'),
    archiveMend: db
      .update(a)
      .set({
        lastId: bound('lastId'),
        lastAt: bound('lastAt'),
        rows: bound('rows'),
        groupchat: bound('groupchat'),
        offline: bound('offline'),
        unindexed: bound('unindexed'),
        firstAt: bound('firstAt'),
      })
      .where(here)
      .prepare('conversation_archive_mend'),
    archiveDrop: db.delete(a).where(here).prepare('conversation_archive_drop'),
    archiveRestored: db
      .update(a)
      .set({ lastId: bound('lastId') })
      .where(here)
      .prepare('conversation_archive_restored'),
    archivesAfter: db
      .select({ archive: a.archive, lastId: a.lastId })
      .from(a)
      .where(gt(a.archive, p('after')))
      .orderBy(asc(a.archive))
      .limit(bound('limit'))
      .prepare('conversation_archives_after'),
    /** The one whose oldest row is the oldest, where that is before a time. */
    archiveOldest: db
      .select({ archive: a.archive })
      .from(a)
      .where(and(eq(a.kind, p('kind')), lt(a.firstAt, p('before')), ne(a.firstAt, noFirst)))
      .orderBy(asc(a.firstAt))
      .limit(1)
      .prepare('conversation_archive_oldest'),
  };
}
