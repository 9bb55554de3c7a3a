import { defineTables, type QueryContext } from '../../../storage/index.ts';

/** Times are ms since 1970. `bytes` and `pieces` are kept, never counted. */
export const uploadTables = defineTables((kit) => ({
  file_uploads: kit.table(
    'file_uploads',
    {
      account: kit.int().notNull(),
      id: kit.text().notNull(),
      about: kit.text().notNull(),
      /** Null: not known yet. */
      length: kit.int(),
      bytes: kit.int().notNull(),
      pieces: kit.int().notNull(),
      created: kit.int().notNull(),
      /** It became a file: the row alone stays, for clients that lost the answer. */
      done: kit.bool().notNull(),
      /** 0: it ended, and its pieces are being taken away. */
      expires: kit.int().notNull(),
    },
    { primaryKey: ['account', 'id'], index: [['expires']], rowid: false },
  ),
  file_upload_pieces: kit.table(
    'file_upload_pieces',
    {
      account: kit.int().notNull(),
      upload: kit.text().notNull(),
      name: kit.text().notNull(),
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      modified: kit.int().notNull(),
    },
    { primaryKey: ['account', 'upload', 'name'], rowid: false },
  ),
}));

export type Context = QueryContext<(typeof uploadTables)['postgres']>;
