import { and, asc, eq, gt, min, ne, type QueryContext, sql } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { type CollectionsTables, doomedHome } from '../tables.ts';

type Context = QueryContext<CollectionsTables>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
const total = (of: unknown) => sql<number>`coalesce(sum(${of}), 0)`.mapWith(Number);
const most = (of: unknown) => sql<number>`coalesce(max(${of}), 0)`.mapWith(Number);
const count = sql<number>`count(*)`.mapWith(Number);

/** The lowest account above `after` that a table knows: an index seek each, so no table is read whole. */
function accountWalks({ db, t }: Context) {
  const next = (table: unknown, name: string) => {
    const { account } = table as CollectionsTables['collections'];
    return db
      .select({ account: min(account) })
      .from(table as CollectionsTables['collections'])
      .where(gt(account, p('after')))
      .prepare(name);
  };
  return {
    accountsInAccounts: next(t.collection_accounts, 'collection_accounts_in_accounts'),
    accountsInCollections: next(t.collections, 'collection_accounts_in_collections'),
    accountsInItems: next(t.collection_items, 'collection_accounts_in_items'),
    accountsInBytes: next(t.collection_bytes, 'collection_accounts_in_bytes'),
    accountsInGone: next(t.collection_gone, 'collection_accounts_in_gone'),
    accountsInProperties: next(t.collection_properties, 'collection_accounts_in_properties'),
    accountsInAttachments: next(t.collection_attachments, 'collection_accounts_in_attachments'),
    accountsInShares: next(t.collection_shares, 'collection_accounts_in_shares'),
  };
}

/** Rows that hang on an item or a collection which is not there. */
function strayQueries({ db, t }: Context) {
  const none = (table: string, on: unknown) =>
    sql`not exists (select 1 from ${sql.raw(table)} x where x.account = ${p('account')} and x.id = ${on})`;
  const stray = (table: unknown, on: unknown, from: readonly string[], name: string) => {
    const { account } = table as CollectionsTables['collections'];
    return db
      .selectDistinct({ node: sql<number>`${on}`.mapWith(Number) })
      .from(table as CollectionsTables['collections'])
      .where(and(eq(account, p('account')), ...from.map((one) => none(one, on))))
      .limit(limits.stepRows)
      .prepare(name);
  };
  const items = ['collection_items'];
  const shelves = ['collections'];
  return {
    strayBytes: stray(t.collection_bytes, t.collection_bytes.item, items, 'collection_stray_bytes'),
    strayAttachments: stray(
      t.collection_attachments,
      t.collection_attachments.item,
      items,
      'collection_stray_attachments',
    ),
    strayProperties: stray(
      t.collection_properties,
      t.collection_properties.node,
      [...items, ...shelves],
      'collection_stray_properties',
    ),
    strayGone: stray(t.collection_gone, t.collection_gone.collection, shelves, 'collection_stray_gone'),
    strayShares: stray(
      t.collection_shares,
      t.collection_shares.collection,
      shelves,
      'collection_stray_shares',
    ),
    strayPublications: stray(
      t.collection_publications,
      t.collection_publications.collection,
      shelves,
      'collection_stray_publications',
    ),
    strayItems: stray(t.collection_items, t.collection_items.collection, shelves, 'collection_stray_items'),
  };
}

export function checkQueries(context: Context) {
  const { db, t, d } = context;
  const { collections: c, collection_accounts: a, collection_items: i, collection_bytes: b } = t;
  const { collection_gone: g, collection_properties: x, collection_attachments: f } = t;
  return {
    ...accountWalks(context),
    ...strayQueries(context),
    collectionsOf: db
      .select()
      .from(c)
      .where(eq(c.account, p('account')))
      .orderBy(asc(c.id))
      .prepare('collections_of'),
    itemsHeld: db
      .select({
        collection: i.collection,
        items: count,
        bytes: total(i.size),
        modseq: most(i.modseq),
        id: most(i.id),
      })
      .from(i)
      .where(eq(i.account, p('account')))
      .groupBy(i.collection)
      .prepare('collection_items_held'),
    goneHeld: db
      .select({ collection: g.collection, modseq: most(g.modseq) })
      .from(g)
      .where(eq(g.account, p('account')))
      .groupBy(g.collection)
      .prepare('collection_gone_held'),
    propertiesHeld: db
      .select({ bytes: total(x.bytes) })
      .from(x)
      .where(eq(x.account, p('account')))
      .prepare('collection_properties_held'),
    attachmentsHeld: db
      .select({ bytes: total(f.size) })
      .from(f)
      .where(eq(f.account, p('account')))
      .prepare('collection_attachments_held'),
    /** Bytes a few at a time, with what is said of them. */
    bytesAfter: db
      .select({ item: b.item, bytes: b.bytes, hash: i.hash, size: i.size })
      .from(b)
      .innerJoin(i, and(eq(i.account, b.account), eq(i.id, b.item)))
      .where(and(eq(b.account, p('account')), gt(b.item, p('after'))))
      .orderBy(asc(b.item))
      .limit(limits.checkedItemsMax)
      .prepare('collection_bytes_after'),
    itemsBare: db
      .select({ id: i.id })
      .from(i)
      .where(
        and(
          eq(i.account, p('account')),
          sql`not exists (select 1 from collection_bytes x where x.account = ${i.account} and x.item = ${i.id})`,
        ),
      )
      .limit(limits.stepRows)
      .prepare('collection_items_bare'),
    /** Two items of one UID in one collection; messages in an inbox may be. */
    uidsTwice: db
      .select({ collection: i.collection, id: most(i.id) })
      .from(i)
      .innerJoin(c, and(eq(c.account, i.account), eq(c.id, i.collection)))
      .where(and(eq(i.account, p('account')), ne(c.kind, 'inbox'), ne(c.home, doomedHome)))
      .groupBy(i.collection, i.uid)
      .having(sql`count(*) > 1`)
      .limit(limits.stepRows)
      .prepare('collection_uids_twice'),
    goneThere: db
      .select({ collection: g.collection, name: g.name })
      .from(g)
      .innerJoin(i, and(eq(i.account, g.account), eq(i.collection, g.collection), eq(i.name, g.name)))
      .where(eq(g.account, p('account')))
      .limit(limits.stepRows)
      .prepare('collection_gone_there'),
    componentIn: db
      .select({ component: i.component })
      .from(i)
      .where(and(eq(i.account, p('account')), eq(i.collection, p('collection'))))
      .limit(1)
      .prepare('collection_component_in'),
    collectionMend: db
      .update(c)
      .set({ items: bound('items'), bytes: bound('bytes'), modseq: bound('modseq') })
      .where(and(eq(c.account, p('account')), eq(c.id, p('collection'))))
      .prepare('collection_mend'),
    accountMend: db
      .update(a)
      .set({
        nextId: bound('nextId'),
        bytes: bound('bytes'),
        properties: bound('properties'),
        doomed: bound('doomed'),
      })
      .where(eq(a.account, p('account')))
      .prepare('collection_account_mend'),
    accountRestored: db
      .update(a)
      .set({
        nextId: bound('nextId'),
        horizon: bound('horizon'),
        lostFrom: bound('lostFrom'),
        lostTo: bound('lostTo'),
      })
      .where(eq(a.account, p('account')))
      .prepare('collection_account_restored'),
    attachmentHashes: db
      .select({ hash: f.hash, uses: count })
      .from(f)
      .where(eq(f.account, p('account')))
      .groupBy(f.hash)
      .prepare('collection_attachment_hashes'),
    attachmentsNaming: db
      .select({ hash: f.hash, filename: f.filename })
      .from(f)
      .where(and(eq(f.account, p('account')), d.inTexts(f.hash, 'hashes')))
      .prepare('collection_attachments_naming'),
  };
}
