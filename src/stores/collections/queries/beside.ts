import { and, asc, eq, gt, lte, type QueryContext, sql } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsTables } from '../tables.ts';

type Context = QueryContext<CollectionsTables>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

export function goneQueries({ db, t, d }: Context) {
  const g = t.collection_gone;
  const here = and(eq(g.account, p('account')), eq(g.collection, p('collection')));
  return {
    goneAdd: db
      .insert(g)
      .values({
        account: bound('account'),
        collection: bound('collection'),
        name: bound('name'),
        modseq: bound('modseq'),
        at: bound('now'),
      })
      .onConflictDoUpdate({
        target: [g.account, g.collection, g.name],
        set: { modseq: sql`excluded.modseq`, at: sql`excluded.at` },
      })
      .prepare('collection_gone_add'),
    /** A name that is there again is not gone. */
    goneDrop: db
      .delete(g)
      .where(and(here, eq(g.name, p('name'))))
      .prepare('collection_gone_drop'),
    goneDropIn: db
      .delete(g)
      .where(and(eq(g.account, p('account')), d.inNumbers(g.collection, 'ids')))
      .prepare('collection_gone_drop_in'),
    goneSince: db
      .select()
      .from(g)
      .where(and(here, gt(g.modseq, p('since'))))
      .orderBy(asc(g.modseq))
      .limit(bound('max'))
      .prepare('collection_gone_since'),
    goneOldest: db
      .select({ modseq: g.modseq, at: g.at })
      .from(g)
      .where(eq(g.account, p('account')))
      .orderBy(asc(g.modseq))
      .limit(limits.stepRows)
      .prepare('collection_gone_oldest'),
    goneForget: db
      .delete(g)
      .where(and(eq(g.account, p('account')), lte(g.modseq, p('modseq'))))
      .prepare('collection_gone_forget'),
  };
}

export function propertyQueries({ db, t, d }: Context) {
  const x = t.collection_properties;
  const ofNode = and(eq(x.account, p('account')), eq(x.node, p('node')));
  const here = and(ofNode, eq(x.namespace, p('namespace')), eq(x.name, p('name')));
  return {
    propertiesOf: db
      .select({ namespace: x.namespace, name: x.name, xml: x.xml })
      .from(x)
      .where(ofNode)
      .orderBy(asc(x.namespace), asc(x.name))
      .prepare('collection_properties_of'),
    propertyBytes: db
      .select({
        bytes: sql<number>`coalesce(sum(${x.bytes}), 0)`.mapWith(Number),
        count: sql<number>`count(*)`.mapWith(Number),
      })
      .from(x)
      .where(ofNode)
      .prepare('collection_property_bytes'),
    propertySet: db
      .insert(x)
      .values({
        account: bound('account'),
        node: bound('node'),
        namespace: bound('namespace'),
        name: bound('name'),
        xml: bound('xml'),
        bytes: bound('bytes'),
      })
      .onConflictDoUpdate({
        target: [x.account, x.node, x.namespace, x.name],
        set: { xml: sql`excluded.xml`, bytes: sql`excluded.bytes` },
      })
      .prepare('collection_property_set'),
    propertyDrop: db.delete(x).where(here).prepare('collection_property_drop'),
    propertiesDrop: db
      .delete(x)
      .where(and(eq(x.account, p('account')), d.inNumbers(x.node, 'ids')))
      .returning({ bytes: x.bytes })
      .prepare('collection_properties_drop'),
  };
}

export function attachmentQueries({ db, t, d }: Context) {
  const x = t.collection_attachments;
  const here = and(eq(x.account, p('account')), eq(x.managedId, p('managedId')));
  const ofItem = and(eq(x.account, p('account')), eq(x.item, p('item')));
  const gone = { hash: x.hash, size: x.size };
  return {
    attachmentFind: db
      .select()
      .from(x)
      .where(here)
      .orderBy(asc(x.item))
      .prepare('collection_attachment_find'),
    attachmentAdd: db
      .insert(x)
      .values({
        account: bound('account'),
        managedId: bound('managedId'),
        item: bound('item'),
        hash: bound('hash'),
        size: bound('size'),
        type: bound('type'),
        filename: bound('filename'),
        created: bound('now'),
      })
      .prepare('collection_attachment_add'),
    attachmentDrop: db
      .delete(x)
      .where(and(here, eq(x.item, p('item'))))
      .prepare('collection_attachment_drop'),
    attachmentsDrop: db
      .delete(x)
      .where(and(eq(x.account, p('account')), d.inNumbers(x.item, 'ids')))
      .returning(gone)
      .prepare('collection_attachments_drop'),
    attachmentsOfItem: db
      .select({ managedId: x.managedId, ...gone })
      .from(x)
      .where(ofItem)
      .prepare('collection_attachments_of_item'),
  };
}
