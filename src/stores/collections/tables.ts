import { defineTables } from '../../storage/index.ts';
import type {
  CollectionKind,
  Component,
  Delegate,
  Details,
  Home,
  Publication,
  ShareRights,
  ShareState,
} from './types.ts';

/** The home of collections that were removed and whose items go, a step at a time. */
export const doomedHome = 'removed';

/** What stands for null in `first` and `last`: the index finds what has no beginning or no end among the others. */
export const noFirst = Number.MIN_SAFE_INTEGER;
export const noLast = Number.MAX_SAFE_INTEGER;

/** Due of a job that waits for an operator: it is never due. */
export const heldDue = Number.MAX_SAFE_INTEGER;

/**
 * Times are ms since 1970. Names are NFC. Collections and items of an account share their ids; whatever is counted (items,
 * bytes) is counted with every write, never when asked.
 */
export const collectionsTables = defineTables((kit) => ({
  collections: kit.table(
    'collections',
    {
      account: kit.int().notNull(),
      id: kit.int().notNull(),
      home: kit.text().$type<Home | typeof doomedHome>().notNull(),
      /** In the home of the doomed the id. */
      name: kit.text().notNull(),
      kind: kit.text().$type<CollectionKind>().notNull(),
      details: kit.json<Details>().notNull(),
      items: kit.int().notNull(),
      bytes: kit.int().notNull(),
      modseq: kit.int().notNull(),
      created: kit.int().notNull(),
      modified: kit.int().notNull(),
    },
    {
      primaryKey: ['account', 'id'],
      unique: [['account', 'home', 'name']],
      rowid: false,
    },
  ),
  collection_accounts: kit.table(
    'collection_accounts',
    {
      account: kit.int().notNull(),
      nextId: kit.int().notNull(),
      /** Of items that are not doomed, and of attachments. */
      bytes: kit.int().notNull(),
      /** Of dead properties. */
      properties: kit.int().notNull(),
      /** Collections that were removed and whose items are not all gone. */
      doomed: kit.int().notNull(),
      /** What was removed up to this modseq is forgotten. */
      horizon: kit.int().notNull(),
      /** Modseqs above the one and up to the other were given out in a time that a restore undid. */
      lostFrom: kit.int().notNull(),
      lostTo: kit.int().notNull(),
    },
    { primaryKey: ['account'], indexAboveZero: ['doomed'], rowid: false },
  ),
  collection_items: kit.table(
    'collection_items',
    {
      account: kit.int().notNull(),
      collection: kit.int().notNull(),
      name: kit.text().notNull(),
      id: kit.int().notNull(),
      uid: kit.text().notNull(),
      component: kit.text().$type<Component>().notNull(),
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      first: kit.int().notNull(),
      last: kit.int().notNull(),
      digest: kit.text().notNull(),
      scheduleTag: kit.text().notNull(),
      created: kit.int().notNull(),
      modified: kit.int().notNull(),
      modseq: kit.int().notNull(),
    },
    {
      primaryKey: ['account', 'collection', 'name'],
      unique: [['account', 'id']],
      index: [
        ['account', 'uid', 'collection'],
        // All that a span asks for, so that rows are read of what matches alone.
        ['account', 'collection', 'last', 'first', 'component', 'name'],
        ['account', 'collection', 'modseq'],
      ],
      rowid: false,
      expected: {
        'account collection name': [10_000, 1_000, 1],
        'account id': [10_000, 1],
        'account uid collection': [10_000, 2, 1],
        'account collection last first component name': [10_000, 1_000, 10, 5, 5, 1],
        'account collection modseq': [10_000, 1_000, 1],
      },
    },
  ),
  /** The bytes of items, apart from what is asked all the time. */
  collection_bytes: kit.table(
    'collection_bytes',
    { account: kit.int().notNull(), item: kit.int().notNull(), bytes: kit.bytes().notNull() },
    { primaryKey: ['account', 'item'] },
  ),
  /** Names that are gone from a collection (RFC 6578 §3.5.2). */
  collection_gone: kit.table(
    'collection_gone',
    {
      account: kit.int().notNull(),
      collection: kit.int().notNull(),
      name: kit.text().notNull(),
      modseq: kit.int().notNull(),
      at: kit.int().notNull(),
    },
    {
      primaryKey: ['account', 'collection', 'name'],
      index: [
        ['account', 'collection', 'modseq'],
        ['account', 'modseq'],
      ],
      rowid: false,
      expected: {
        'account collection name': [10_000, 1_000, 1],
        'account collection modseq': [10_000, 1_000, 1],
        'account modseq': [10_000, 1],
      },
    },
  ),
  collection_properties: kit.table(
    'collection_properties',
    {
      account: kit.int().notNull(),
      node: kit.int().notNull(),
      namespace: kit.text().notNull(),
      name: kit.text().notNull(),
      xml: kit.text().notNull(),
      bytes: kit.int().notNull(),
    },
    { primaryKey: ['account', 'node', 'namespace', 'name'], rowid: false },
  ),
  /** One row for each item that names it. */
  collection_attachments: kit.table(
    'collection_attachments',
    {
      account: kit.int().notNull(),
      managedId: kit.text().notNull(),
      item: kit.int().notNull(),
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      type: kit.text().notNull(),
      filename: kit.text().notNull(),
      created: kit.int().notNull(),
    },
    { primaryKey: ['account', 'managedId', 'item'], index: [['account', 'item']], rowid: false },
  ),
  collection_jobs: kit.table(
    'collection_jobs',
    {
      id: kit.id(),
      account: kit.int().notNull(),
      kind: kit.text().notNull(),
      key: kit.text().notNull(),
      /** '': it waits for no other, and no other for it. Before the payload, which may be long. */
      lane: kit.text().notNull(),
      payload: kit.json<unknown>().notNull(),
      /** Of the payload. */
      bytes: kit.int().notNull(),
      /** When it may be taken; of one that was taken, when its claim runs out. */
      due: kit.int().notNull(),
      /** How often it was taken: also whose claim it is. */
      attempts: kit.int().notNull(),
      outward: kit.bool().notNull(),
    },
    {
      unique: [['account', 'kind', 'key']],
      index: [
        ['kind', 'due'],
        ['account', 'kind', 'lane'],
      ],
    },
  ),
  /**
   * To a member (`address` is ''), to a group (`member` is 0), or what a member of a group made of it (both): there `rights`
   * and `summary` are the group's.
   */
  collection_shares: kit.table(
    'collection_shares',
    {
      account: kit.int().notNull(),
      collection: kit.int().notNull(),
      member: kit.int().notNull(),
      address: kit.text().notNull(),
      rights: kit.text().$type<ShareRights>().notNull(),
      state: kit.text().$type<ShareState>().notNull(),
      details: kit.json<Details>().notNull(),
      summary: kit.text().notNull(),
      created: kit.int().notNull(),
    },
    {
      primaryKey: ['account', 'collection', 'member', 'address'],
      index: [['address']],
      indexAboveZero: ['member'],
      rowid: false,
    },
  ),
  collection_delegates: kit.table(
    'collection_delegates',
    {
      account: kit.int().notNull(),
      rights: kit.text().$type<Delegate['rights']>().notNull(),
      member: kit.int().notNull(),
      address: kit.text().notNull(),
    },
    {
      primaryKey: ['account', 'rights', 'member', 'address'],
      index: [['address']],
      indexAboveZero: ['member'],
      rowid: false,
    },
  ),
  collection_publications: kit.table(
    'collection_publications',
    {
      token: kit.text().notNull(),
      account: kit.int().notNull(),
      collection: kit.int().notNull(),
      rights: kit.text().$type<Publication['rights']>().notNull(),
      created: kit.int().notNull(),
    },
    { primaryKey: ['token'], unique: [['account', 'collection']], rowid: false },
  ),
}));

export type CollectionsTables = (typeof collectionsTables)['postgres'];
