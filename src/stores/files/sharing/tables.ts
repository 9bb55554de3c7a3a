import { defineTables, type QueryContext } from '../../../storage/index.ts';
import type { Link, ShareRights } from '../types.ts';

/** Times are ms since 1970; `expires` 0 for never. `parent`: the share by which who shared had it; 0: it was theirs. */
export const sharingTables = defineTables((kit) => ({
  file_shares: kit.table(
    'file_shares',
    {
      id: kit.id(),
      account: kit.int().notNull(),
      node: kit.int().notNull(),
      /** The receiver; 0 where that is a group. */
      member: kit.int().notNull(),
      /** The group's canonical address; '' where the receiver is a member. */
      address: kit.text().notNull(),
      rights: kit.text().$type<ShareRights>().notNull(),
      by: kit.int().notNull(),
      created: kit.int().notNull(),
      expires: kit.int().notNull(),
      parent: kit.int().notNull(),
    },
    {
      unique: [['account', 'node', 'member', 'address', 'by']],
      index: [['by'], ['address']],
      indexAboveZero: ['member', 'parent', 'expires'],
    },
  ),
  file_links: kit.table(
    'file_links',
    {
      token: kit.text().notNull(),
      account: kit.int().notNull(),
      node: kit.int().notNull(),
      by: kit.int().notNull(),
      rights: kit.text().$type<Link['rights']>().notNull(),
      /** PHC string; '' for none. */
      password: kit.text().notNull(),
      label: kit.text().notNull(),
      created: kit.int().notNull(),
      expires: kit.int().notNull(),
      /** Downloads left; null: no limit. */
      left: kit.int(),
      downloads: kit.int().notNull(),
      version: kit.int().notNull(),
      parent: kit.int().notNull(),
    },
    {
      primaryKey: ['token'],
      index: [['account', 'node'], ['by']],
      indexAboveZero: ['parent', 'expires'],
      rowid: false,
    },
  ),
  /** What receivers made of what they were given: another name, or that they do not want to see it. */
  file_received: kit.table(
    'file_received',
    {
      member: kit.int().notNull(),
      account: kit.int().notNull(),
      node: kit.int().notNull(),
      /** '' for the node's own. */
      name: kit.text().notNull(),
      hidden: kit.bool().notNull(),
    },
    { primaryKey: ['member', 'account', 'node'], index: [['account', 'node']], rowid: false },
  ),
  /** What a member marked for themselves, in their tree or in another's. */
  file_favourites: kit.table(
    'file_favourites',
    { member: kit.int().notNull(), account: kit.int().notNull(), node: kit.int().notNull() },
    { primaryKey: ['member', 'account', 'node'], index: [['account']], rowid: false },
  ),
}));

export type Context = QueryContext<(typeof sharingTables)['postgres']>;
