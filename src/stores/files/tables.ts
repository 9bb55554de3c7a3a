import { defineTables } from '../../storage/index.ts';

/** Parents that no folder has: what is in the trash, what goes for good and what is being copied, each a step at a time. */
export const trashParent = -1;
export const doomedParent = -2;
export const comingParent = -3;

export const kinds = { folder: 0, file: 1 } as const;

/**
 * Times are ms since 1970. A row is found by its name in a folder, which is also the order of a listing; ids are a second
 * key, so that a MOVE changes one row. What a folder holds is counted with every write, never when asked.
 */
export const filesTables = defineTables((kit) => ({
  file_nodes: kit.table(
    'file_nodes',
    {
      account: kit.int().notNull(),
      /** 0 for the root; below 0: not in the tree. */
      parent: kit.int().notNull(),
      /** NFC of the name; outside the tree the id. */
      nameKey: kit.text().notNull(),
      id: kit.int().notNull(),
      /** As it was sent; null where that is the key. */
      name: kit.text(),
      kind: kit.int().$type<0 | 1>().notNull(),
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      type: kit.text().notNull(),
      checksum: kit.text().notNull(),
      created: kit.int().notNull(),
      modified: kit.int().notNull(),
      modseq: kit.int().notNull(),
      stamp: kit.int().notNull(),
      /** Number of the content that it has now. */
      version: kit.int().notNull(),
      /** Of all that is below. */
      files: kit.int().notNull(),
      folders: kit.int().notNull(),
      /** Names that a path can still have below it, at most; may be too high after something was removed. */
      height: kit.int().notNull(),
    },
    {
      primaryKey: ['account', 'parent', 'nameKey'],
      unique: [['account', 'id']],
      index: [['account', 'parent', 'modseq']],
      rowid: false,
      // Without it the rows of some ids are looked for among all of the account.
      expected: {
        'account parent nameKey': [10_000, 50, 1],
        'account id': [10_000, 1],
        'account parent modseq': [10_000, 50, 1],
      },
    },
  ),
  file_accounts: kit.table(
    'file_accounts',
    {
      account: kit.int().notNull(),
      nextId: kit.int().notNull(),
      /** Null: what the settings say. */
      quota: kit.int(),
      /** Bytes of versions and of the trash. */
      kept: kit.int().notNull(),
      /** Bytes of dead properties. */
      properties: kit.int().notNull(),
      /** Rows whose parent is `doomedParent`. */
      doomed: kit.int().notNull(),
      /** What was removed up to this modseq is forgotten. */
      horizon: kit.int().notNull(),
      /** Modseqs above the one and up to the other were given out in a time that a restore undid. */
      lostFrom: kit.int().notNull(),
      lostTo: kit.int().notNull(),
    },
    { primaryKey: ['account'], rowid: false },
  ),
  file_versions: kit.table(
    'file_versions',
    {
      account: kit.int().notNull(),
      node: kit.int().notNull(),
      number: kit.int().notNull(),
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      type: kit.text().notNull(),
      checksum: kit.text().notNull(),
      modified: kit.int().notNull(),
      replaced: kit.int().notNull(),
    },
    { primaryKey: ['account', 'node', 'number'], index: [['account', 'replaced']], rowid: false },
  ),
  file_trash: kit.table(
    'file_trash',
    {
      account: kit.int().notNull(),
      node: kit.int().notNull(),
      /** The folder it was in. */
      parent: kit.int().notNull(),
      /** JSON list of names. */
      path: kit.text().notNull(),
      size: kit.int().notNull(),
      removed: kit.int().notNull(),
      by: kit.int().notNull(),
    },
    { primaryKey: ['account', 'node'], index: [['account', 'removed']], rowid: false },
  ),
  /** Names that are gone from a folder (RFC 6578 §3.5.2). */
  file_gone: kit.table(
    'file_gone',
    {
      account: kit.int().notNull(),
      parent: kit.int().notNull(),
      /** NFC of the name. */
      nameKey: kit.text().notNull(),
      /** As it was sent: clients know names by their bytes, so each form of one that went is told. */
      name: kit.text().notNull(),
      kind: kit.int().$type<0 | 1>().notNull(),
      modseq: kit.int().notNull(),
      at: kit.int().notNull(),
    },
    {
      primaryKey: ['account', 'parent', 'name'],
      index: [
        ['account', 'parent', 'modseq'],
        ['account', 'modseq'],
      ],
      rowid: false,
    },
  ),
  file_properties: kit.table(
    'file_properties',
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
  file_locks: kit.table(
    'file_locks',
    {
      account: kit.int().notNull(),
      node: kit.int().notNull(),
      token: kit.text().notNull(),
      scope: kit.text().$type<'exclusive' | 'shared'>().notNull(),
      depth: kit.text().$type<'0' | 'infinity'>().notNull(),
      owner: kit.text().notNull(),
      principal: kit.int().notNull(),
      root: kit.text().notNull(),
      expires: kit.int().notNull(),
      seconds: kit.int().notNull(),
    },
    { primaryKey: ['account', 'node', 'token'], index: [['expires']], rowid: false },
  ),
}));

export type FilesTables = (typeof filesTables)['postgres'];
