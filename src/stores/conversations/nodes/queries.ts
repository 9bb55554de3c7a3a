import {
  and,
  asc,
  changeQueries,
  desc,
  eq,
  gt,
  lt,
  lte,
  type QueryContext,
  sql,
} from '../../../storage/index.ts';
import { limits } from './limits.ts';
import type { NodesTables } from './tables.ts';

type Context = QueryContext<NodesTables>;

const p = sql.placeholder;
// Insert and update take a placeholder for any type of column; its own type says text.
const bound = (name: string) => p(name) as never;

const nodeColumns = ({ conversation_nodes: n }: NodesTables) => ({
  id: n.id,
  service: n.service,
  account: n.account,
  node: n.name,
  config: n.config,
  items: n.items,
  bytes: n.bytes,
  lastSeq: n.lastSeq,
  modseq: n.modseq,
  createdMs: n.created,
});

const itemColumns = ({ conversation_items: i }: NodesTables) => ({
  item: i.item,
  publisher: i.publisher,
  payload: i.payload,
  seq: i.seq,
  at: i.at,
  expires: i.expires,
});

function nodeQueries({ db, t, d }: Context) {
  const n = t.conversation_nodes;
  const i = t.conversation_items;
  const row = nodeColumns(t);
  const isOwner = and(eq(n.service, p('service')), eq(n.account, p('account')));
  const grown = {
    items: sql`${n.items} + cast(${p('items')} as bigint)`,
    bytes: sql`${n.bytes} + cast(${p('bytes')} as bigint)`,
    lastSeq: bound('lastSeq'),
    modseq: bound('modseq'),
  };
  return {
    nodeFind: db
      .select(row)
      .from(n)
      .where(and(isOwner, eq(n.name, p('node'))))
      .prepare('cnode_find'),
    nodeById: db
      .select(row)
      .from(n)
      .where(eq(n.id, p('node')))
      .prepare('cnode_by_id'),
    nodesAfter: db
      .select(row)
      .from(n)
      .where(and(isOwner, gt(n.name, p('after'))))
      .orderBy(asc(n.name))
      .limit(bound('max'))
      .prepare('cnodes_after'),
    nodesChanged: db
      .select(row)
      .from(n)
      .where(and(isOwner, gt(n.modseq, p('since'))))
      .orderBy(asc(n.modseq))
      .limit(limits.nodesPerOwnerMax)
      .prepare('cnodes_changed'),
    ownerTotals: db
      .select({
        nodes: sql<number>`count(*)`,
        bytes: sql<number>`coalesce(sum(${n.bytes}), 0)`,
      })
      .from(n)
      .where(isOwner)
      .prepare('cnode_totals'),
    nodeAdd: db
      .insert(n)
      .values({
        service: p('service'),
        account: bound('account'),
        name: p('node'),
        config: bound('config'),
        items: 0,
        bytes: 0,
        lastSeq: 0,
        modseq: bound('modseq'),
        created: bound('now'),
      })
      .returning(row)
      .prepare('cnode_add'),
    nodeGrow: db
      .update(n)
      .set(grown)
      .where(eq(n.id, p('node')))
      .returning(row)
      .prepare('cnode_grow'),
    nodeConfigure: db
      .update(n)
      .set({ config: bound('config'), modseq: bound('modseq') })
      .where(eq(n.id, p('node')))
      .returning(row)
      .prepare('cnode_configure'),
    nodeTouch: db
      .update(n)
      .set({ modseq: bound('modseq') })
      .where(eq(n.id, p('node')))
      .prepare('cnode_touch'),
    nodesDrop: db.delete(n).where(d.inNumbers(n.id, 'nodes')).prepare('cnodes_drop'),
    nodesOf: db
      .select({ id: n.id })
      .from(n)
      .where(eq(n.account, p('account')))
      .limit(limits.stepRows)
      .prepare('cnodes_of'),
    nodesNext: db
      .select(row)
      .from(n)
      .where(gt(n.id, p('after')))
      .orderBy(asc(n.id))
      .limit(limits.stepRows)
      .prepare('cnodes_next'),
    nodeMend: db
      .update(n)
      .set({
        items: bound('items'),
        bytes: bound('bytes'),
        lastSeq: bound('lastSeq'),
        modseq: bound('modseq'),
      })
      .where(eq(n.id, p('node')))
      .prepare('cnode_mend'),
    lastItems: db
      .select({ ...row, ...itemColumns(t) })
      .from(n)
      .innerJoin(i, and(eq(i.node, n.id), eq(i.seq, n.lastSeq)))
      .where(and(eq(n.service, p('service')), d.inNumbers(n.account, 'accounts'), d.inTexts(n.name, 'names')))
      .prepare('cnodes_last'),
  };
}

function itemQueries({ db, t, d }: Context) {
  const i = t.conversation_items;
  const n = t.conversation_nodes;
  const row = itemColumns(t);
  const head = { item: i.item, bytes: i.bytes, seq: i.seq };
  const isNode = eq(i.node, p('node'));
  const lives = sql`(${i.expires} = 0 or ${i.expires} > cast(${p('now')} as bigint))`;
  return {
    itemPut: db
      .insert(i)
      .values({
        node: bound('node'),
        item: p('item'),
        publisher: p('publisher'),
        payload: p('payload'),
        bytes: bound('bytes'),
        seq: bound('seq'),
        at: bound('now'),
        expires: bound('expires'),
      })
      .onConflictDoUpdate({
        target: [i.node, i.item],
        set: {
          publisher: p('publisher') as never,
          payload: p('payload') as never,
          bytes: bound('bytes'),
          seq: bound('seq'),
          at: bound('now'),
          expires: bound('expires'),
        },
      })
      .prepare('citem_put'),
    itemHead: db
      .select(head)
      .from(i)
      .where(and(isNode, eq(i.item, p('item'))))
      .prepare('citem_head'),
    headsNamed: db
      .select(head)
      .from(i)
      .where(and(isNode, d.inTexts(i.item, 'ids')))
      .prepare('citem_heads_named'),
    itemsNamed: db
      .select(row)
      .from(i)
      .where(and(isNode, d.inTexts(i.item, 'ids'), lives))
      .orderBy(asc(i.seq))
      .prepare('citems_named'),
    itemsDrop: db
      .delete(i)
      .where(and(isNode, d.inTexts(i.item, 'ids')))
      .returning({ item: i.item, bytes: i.bytes })
      .prepare('citems_drop'),
    itemsDropAll: db.delete(i).where(d.inNumbers(i.node, 'nodes')).prepare('citems_drop_all'),
    itemsOldest: db
      .select(head)
      .from(i)
      .where(isNode)
      .orderBy(asc(i.seq))
      .limit(bound('max'))
      .prepare('citems_oldest'),
    itemNewest: db
      .select({ seq: i.seq })
      .from(i)
      .where(isNode)
      .orderBy(desc(i.seq))
      .limit(1)
      .prepare('citem_newest'),
    headsUp: db
      .select(head)
      .from(i)
      .where(and(isNode, gt(i.seq, p('beyond')), lives))
      .orderBy(asc(i.seq))
      .limit(bound('max'))
      .prepare('citem_heads_up'),
    headsDown: db
      .select(head)
      .from(i)
      .where(and(isNode, lt(i.seq, p('beyond')), lives))
      .orderBy(desc(i.seq))
      .limit(bound('max'))
      .prepare('citem_heads_down'),
    itemsBelow: db
      .select({ rows: sql<number>`count(*)` })
      .from(i)
      .where(and(isNode, lt(i.seq, p('beyond')), lives))
      .prepare('citems_below'),
    itemsLiving: db
      .select({ rows: sql<number>`count(*)` })
      .from(i)
      .where(and(isNode, lives))
      .prepare('citems_living'),
    itemsCounted: db
      .select({
        items: sql<number>`count(*)`,
        bytes: sql<number>`coalesce(sum(${i.bytes}), 0)`,
        lastSeq: sql<number>`coalesce(max(${i.seq}), 0)`,
      })
      .from(i)
      .where(isNode)
      .prepare('citems_counted'),
    itemsOver: db
      .select({ account: n.account, node: i.node, item: i.item })
      .from(i)
      .innerJoin(n, eq(n.id, i.node))
      .where(and(sql`${i.expires} > 0`, lte(i.expires, p('now'))))
      .orderBy(asc(i.expires))
      .limit(limits.stepRows)
      .prepare('citems_over'),
  };
}

function subscriptionQueries({ db, t, d }: Context) {
  const s = t.conversation_subscriptions;
  const n = t.conversation_nodes;
  const row = { jid: s.jid, subid: s.subid, account: s.account, state: s.state, options: s.options };
  const isNode = eq(s.node, p('node'));
  const isThis = and(isNode, eq(s.jid, p('jid')), eq(s.subid, p('subid')));
  return {
    subscriptionFind: db.select(row).from(s).where(isThis).prepare('csub_find'),
    subscriptionCount: db.select({ rows: sql<number>`count(*)` }).from(s).where(isNode).prepare('csub_count'),
    subscriptionPut: db
      .insert(s)
      .values({
        node: bound('node'),
        jid: p('jid'),
        subid: p('subid'),
        bare: p('bare'),
        account: bound('account'),
        state: bound('state'),
        options: bound('options'),
      })
      .onConflictDoUpdate({
        target: [s.node, s.jid, s.subid],
        set: { account: bound('account'), state: bound('state'), options: bound('options') },
      })
      .prepare('csub_put'),
    subscriptionDrop: db.delete(s).where(isThis).returning({ jid: s.jid }).prepare('csub_drop'),
    subscriptionsDrop: db.delete(s).where(d.inNumbers(s.node, 'nodes')).prepare('csubs_drop'),
    subscriptionsForget: db
      .delete(s)
      .where(and(eq(s.account, p('member')), sql`${s.account} > 0`))
      .prepare('csubs_forget'),
    subscriptionsForgetJid: db
      .delete(s)
      .where(eq(s.bare, p('jid')))
      .prepare('csubs_forget_jid'),
    subscriptionsOn: db
      .select(row)
      .from(s)
      .where(and(eq(s.bare, p('jid')), isNode))
      .orderBy(asc(s.jid), asc(s.subid))
      .prepare('csubs_on'),
    subscribersAfter: db
      .select(row)
      .from(s)
      .where(and(isNode, sql`(${s.jid}, ${s.subid}) > (${p('jid')}, ${p('subid')})`))
      .orderBy(asc(s.jid), asc(s.subid))
      .limit(limits.pageRowsMax)
      .prepare('csubs_after'),
    subscriptionsOf: db
      .select({ node: n.name, ...row })
      .from(s)
      .innerJoin(n, eq(n.id, s.node))
      .where(and(eq(s.bare, p('jid')), eq(n.service, p('service')), eq(n.account, p('account'))))
      .orderBy(asc(n.name), asc(s.jid), asc(s.subid))
      .limit(limits.nodesPerOwnerMax)
      .prepare('csubs_of'),
  };
}

function affiliationQueries({ db, t, d }: Context) {
  const a = t.conversation_node_affiliations;
  const n = t.conversation_nodes;
  const row = { jid: a.jid, account: a.account, affiliation: a.affiliation };
  const isNode = eq(a.node, p('node'));
  return {
    affiliationOn: db
      .select({ affiliation: a.affiliation })
      .from(a)
      .where(and(isNode, eq(a.jid, p('jid'))))
      .prepare('caff_on'),
    affiliationsOnMany: db
      .select({ node: a.node, affiliation: a.affiliation })
      .from(a)
      .where(and(eq(a.jid, p('jid')), d.inNumbers(a.node, 'nodes')))
      .prepare('caff_on_many'),
    affiliationCounts: db
      .select({
        rows: sql<number>`count(*)`,
        owners: sql<number>`coalesce(sum(case when ${a.affiliation} = 'owner' then 1 else 0 end), 0)`,
      })
      .from(a)
      .where(isNode)
      .prepare('caff_counts'),
    affiliationPut: db
      .insert(a)
      .values({
        node: bound('node'),
        jid: p('jid'),
        account: bound('account'),
        affiliation: bound('affiliation'),
      })
      .onConflictDoUpdate({
        target: [a.node, a.jid],
        set: { account: bound('account'), affiliation: bound('affiliation') },
      })
      .prepare('caff_put'),
    affiliationDrop: db
      .delete(a)
      .where(and(isNode, eq(a.jid, p('jid'))))
      .prepare('caff_drop'),
    affiliationsDrop: db.delete(a).where(d.inNumbers(a.node, 'nodes')).prepare('caffs_drop'),
    affiliationsForget: db
      .delete(a)
      .where(and(eq(a.account, p('member')), sql`${a.account} > 0`))
      .prepare('caffs_forget'),
    affiliationsForgetJid: db
      .delete(a)
      .where(eq(a.jid, p('jid')))
      .prepare('caffs_forget_jid'),
    affiliationsAfter: db
      .select(row)
      .from(a)
      .where(and(isNode, gt(a.jid, p('after'))))
      .orderBy(asc(a.jid))
      .limit(limits.pageRowsMax)
      .prepare('caffs_after'),
    affiliationsOf: db
      .select({ node: n.name, affiliation: a.affiliation })
      .from(a)
      .innerJoin(n, eq(n.id, a.node))
      .where(and(eq(a.jid, p('jid')), eq(n.service, p('service')), eq(n.account, p('account'))))
      .orderBy(asc(n.name))
      .limit(limits.nodesPerOwnerMax)
      .prepare('caffs_of'),
  };
}

export const nodesQueries = (context: Context) => ({
  ...changeQueries(context as never),
  ...nodeQueries(context),
  ...itemQueries(context),
  ...subscriptionQueries(context),
  ...affiliationQueries(context),
});

export type NodesQueries = ReturnType<typeof nodesQueries>;
