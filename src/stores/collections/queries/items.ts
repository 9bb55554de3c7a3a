import { and, asc, eq, gt, type QueryContext, sql } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsTables } from '../tables.ts';

type Context = QueryContext<CollectionsTables>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
const text = (name: string) => sql<string>`cast(${p(name)} as text)`;

export function itemQueries({ db, t, d }: Context) {
  const i = t.collection_items;
  const b = t.collection_bytes;
  const inCollection = and(eq(i.account, p('account')), eq(i.collection, p('collection')));
  const byId = and(eq(i.account, p('account')), eq(i.id, p('item')));
  const values = {
    uid: bound('uid'),
    component: bound('component'),
    hash: bound('hash'),
    size: bound('size'),
    first: bound('first'),
    last: bound('last'),
    digest: bound('digest'),
    scheduleTag: bound('scheduleTag'),
    created: bound('created'),
    modified: bound('modified'),
    modseq: bound('modseq'),
  };
  return {
    itemNamed: db
      .select()
      .from(i)
      .where(and(inCollection, eq(i.name, p('name'))))
      .prepare('collection_item_named'),
    itemFind: db.select().from(i).where(byId).prepare('collection_item_find'),
    itemsAfter: db
      .select()
      .from(i)
      .where(and(inCollection, gt(i.name, p('after'))))
      .orderBy(asc(i.name))
      .limit(bound('max'))
      .prepare('collection_items_after'),
    itemsNamed: db
      .select()
      .from(i)
      .where(and(inCollection, d.inTexts(i.name, 'names')))
      .orderBy(asc(i.name))
      .prepare('collection_items_named'),
    itemsChanged: db
      .select()
      .from(i)
      .where(and(inCollection, gt(i.modseq, p('since'))))
      .orderBy(asc(i.modseq))
      .limit(bound('max'))
      .prepare('collection_items_changed'),
    /** With the collection that each is in; those that were removed with their collection are left out. */
    itemsOfUid: db
      .select({
        item: i,
        home: t.collections.home,
        kind: t.collections.kind,
        details: t.collections.details,
      })
      .from(i)
      .innerJoin(t.collections, and(eq(t.collections.account, i.account), eq(t.collections.id, i.collection)))
      .where(and(eq(i.account, p('account')), eq(i.uid, p('uid'))))
      .orderBy(asc(i.collection), asc(i.name))
      .prepare('collection_items_of_uid'),
    /**
     * What ends after `last` and begins before `end`, in the order of the index. The keys are taken from it alone: what
     * ends after a time may be most of a collection, and rows are read of what matches. Without casts, or SQLite would seek
     * by the first of the four alone.
     */
    itemsWithin: db
      .select()
      .from(i)
      .where(
        and(
          inCollection,
          sql`${i.name} in (select k.name from collection_items k where k.account = ${p('account')}
            and k.collection = ${p('collection')} and k.first < ${p('end')}
            and (${text('component')} = '' or k.component = ${text('component')})
            and (k.last, k.first, k.component, k.name) > (${p('last')}, ${p('first')}, ${p('kind')}, ${p('after')})
            order by k.last, k.first, k.component, k.name limit ${p('max')})`,
        ),
      )
      .orderBy(asc(i.last), asc(i.first), asc(i.component), asc(i.name))
      .prepare('collection_items_within'),
    itemAdd: db
      .insert(i)
      .values({
        account: bound('account'),
        collection: bound('collection'),
        name: bound('name'),
        id: bound('id'),
        ...values,
      })
      .prepare('collection_item_add'),
    itemSet: db
      .update(i)
      .set({
        uid: bound('uid'),
        component: bound('component'),
        hash: bound('hash'),
        size: bound('size'),
        first: bound('first'),
        last: bound('last'),
        digest: bound('digest'),
        scheduleTag: bound('scheduleTag'),
        modified: bound('modified'),
        modseq: bound('modseq'),
      })
      .where(byId)
      .prepare('collection_item_set'),
    itemTouch: db
      .update(i)
      .set({ modseq: bound('modseq') })
      .where(byId)
      .prepare('collection_item_touch'),
    itemPlace: db
      .update(i)
      .set({ collection: bound('collection'), name: bound('name'), modseq: bound('modseq') })
      .where(byId)
      .prepare('collection_item_place'),
    itemsDrop: db
      .delete(i)
      .where(and(eq(i.account, p('account')), idIn({ db, t, d })))
      .prepare('collection_items_drop'),
    itemsOf: db
      .select({ id: i.id })
      .from(i)
      .where(inCollection)
      .limit(limits.stepRows)
      .prepare('collection_items_of'),
    bytesFind: db
      .select({ bytes: b.bytes })
      .from(b)
      .where(and(eq(b.account, p('account')), eq(b.item, p('item'))))
      .prepare('collection_bytes_find'),
    bytesOf: db
      .select({ item: b.item, bytes: b.bytes })
      .from(b)
      .where(and(eq(b.account, p('account')), d.inNumbers(b.item, 'ids')))
      .prepare('collection_bytes_of'),
    bytesSet: db
      .insert(b)
      .values({ account: bound('account'), item: bound('item'), bytes: bound('bytes') })
      .onConflictDoUpdate({ target: [b.account, b.item], set: { bytes: sql`excluded.bytes` } })
      .prepare('collection_bytes_set'),
    bytesDrop: db
      .delete(b)
      .where(and(eq(b.account, p('account')), d.inNumbers(b.item, 'ids')))
      .prepare('collection_bytes_drop'),
  };
}

function idIn({ t, d }: Context) {
  return d.inNumbers(t.collection_items.id, 'ids');
}
