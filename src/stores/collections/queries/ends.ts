import { and, asc, eq, gt, type QueryContext, sql } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsTables } from '../tables.ts';

type Context = QueryContext<CollectionsTables>;
const p = sql.placeholder;
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;

/** How what is over goes. */
export function endQueries({ db, t }: Context) {
  const a = t.collection_accounts;
  const i = t.collection_items;
  const all = (table: typeof i, name: string) =>
    db
      .delete(table)
      .where(eq(table.account, p('account')))
      .prepare(name);
  return {
    /** Accounts in which something has had its time. */
    accountsDue: db
      .select({ account: a.account })
      .from(a)
      .where(
        and(
          gt(a.account, p('after')),
          // The oldest by modseq is the oldest by time.
          sql`(${a.doomed} > 0
            or (select x.at from collection_gone x where x.account = ${a.account} order by x.modseq limit 1) < ${number('before')}
            or (select count(*) from collection_gone x where x.account = ${a.account}) > ${sql.raw(String(limits.tombstonesPerAccountMax))})`,
        ),
      )
      .orderBy(asc(a.account))
      .limit(limits.stepRows)
      .prepare('collection_accounts_due'),
    goneCount: db
      .select({ count: sql<number>`count(*)`.mapWith(Number) })
      .from(t.collection_gone)
      .where(eq(t.collection_gone.account, p('account')))
      .prepare('collection_gone_count'),
    accountForgetUpTo: db
      .update(a)
      .set({
        horizon: sql`case when ${a.horizon} < ${number('modseq')} then ${number('modseq')} else ${a.horizon} end`,
      })
      .where(eq(a.account, p('account')))
      .prepare('collection_account_forget_up_to'),
    itemsOfAccount: db
      .select({ id: i.id })
      .from(i)
      .where(eq(i.account, p('account')))
      .limit(limits.stepRows)
      .prepare('collection_items_of_account'),
    attachmentsOfAccount: db
      .select({ item: t.collection_attachments.item })
      .from(t.collection_attachments)
      .where(eq(t.collection_attachments.account, p('account')))
      .limit(limits.stepRows)
      .prepare('collection_attachments_of_account'),
    collectionsDropAll: all(t.collections as never, 'collections_drop_all'),
    goneDropAll: all(t.collection_gone as never, 'collection_gone_drop_all'),
    bytesDropAll: all(t.collection_bytes as never, 'collection_bytes_drop_all'),
    propertiesDropAll: all(t.collection_properties as never, 'collection_properties_drop_all'),
    accountDrop: all(a as never, 'collection_account_drop'),
  };
}
