import { defineTables } from '../../../storage/index.ts';
import type { NodeAffiliation, NodeConfig, SubscriptionState } from './types.ts';

/** Times are ms since 1970, 0 for never. Accounts are 0 for who is not of here. */
export const nodesTables = defineTables((kit) => ({
  conversation_nodes: kit.table(
    'conversation_nodes',
    {
      id: kit.id(),
      service: kit.text().notNull(),
      account: kit.int().notNull(),
      name: kit.text().notNull(),
      config: kit.json<NodeConfig>().notNull(),
      items: kit.int().notNull(),
      bytes: kit.int().notNull(),
      /** Of the newest item; 0 for none. */
      lastSeq: kit.int().notNull(),
      modseq: kit.int().notNull(),
      created: kit.int().notNull(),
    },
    { unique: [['service', 'account', 'name']], index: [['service', 'account', 'modseq'], ['account']] },
  ),
  conversation_items: kit.table(
    'conversation_items',
    {
      node: kit.int().notNull(),
      item: kit.text().notNull(),
      publisher: kit.text().notNull(),
      payload: kit.text().notNull(),
      bytes: kit.int().notNull(),
      /** The account's modseq when it was published. */
      seq: kit.int().notNull(),
      at: kit.int().notNull(),
      expires: kit.int().notNull(),
    },
    {
      primaryKey: ['node', 'item'],
      index: [['node', 'seq']],
      indexAboveZero: ['expires'],
      rowid: false,
      expected: { 'node item': [500, 1], 'node seq': [500, 1], expires: [10] },
    },
  ),
  conversation_subscriptions: kit.table(
    'conversation_subscriptions',
    {
      node: kit.int().notNull(),
      jid: kit.text().notNull(),
      subid: kit.text().notNull(),
      /** `jid` without its resource. */
      bare: kit.text().notNull(),
      account: kit.int().notNull(),
      state: kit.text().$type<SubscriptionState>().notNull(),
      options: kit.json<Readonly<Record<string, unknown>>>().notNull(),
    },
    {
      primaryKey: ['node', 'jid', 'subid'],
      index: [['bare', 'node']],
      indexAboveZero: ['account'],
      rowid: false,
      expected: { 'node jid subid': [500, 2, 1], 'bare node': [20, 1], account: [20] },
    },
  ),
  conversation_node_affiliations: kit.table(
    'conversation_node_affiliations',
    {
      node: kit.int().notNull(),
      jid: kit.text().notNull(),
      account: kit.int().notNull(),
      affiliation: kit.text().$type<NodeAffiliation>().notNull(),
    },
    {
      primaryKey: ['node', 'jid'],
      index: [['jid', 'node']],
      indexAboveZero: ['account'],
      rowid: false,
    },
  ),
}));

export type NodesTables = (typeof nodesTables)['postgres'];
