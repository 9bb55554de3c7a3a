/**
 * storage: the database engines, blobs, the change feed and leases. It runs what the stores declare and knows none
 * of their names. Invariants:
 * - `Database.call` resolves only when what it did is durable; listeners wake only after the commit.
 * - Blob bytes are durable before the row that names them commits; bytes nobody names are swept.
 * - One process per data folder; scripts do no I/O but queries and may be run again.
 * - This folder alone names a database driver. Stores build queries with the helpers re-exported here.
 */

export { openLocalBlobs } from './blobs/local.ts';
export { blobQueries, dropBlob, dropBlobs, keepBlob } from './blobs/references.ts';
export type { BlobPlace, BlobStore, BlobWant, StoredBlob } from './blobs/types.ts';
export { changeQueries, currentModseq, nextModseq } from './changes/counters.ts';
export type { ChangeHint, Changes, Database, DatabaseOptions, Lease, Leases } from './database.ts';
export type { SQL } from './drizzle.ts';
export { and, asc, desc, eq, gt, gte, inArray, lt, lte, max, min, ne, sql } from './drizzle.ts';
export { afterRestore, repairAll, type Stored, verifyAll, verifyModules } from './integrity.ts';
export { openDatabase } from './open.ts';
export { restoreDatabase } from './restore.ts';
export { always, guarding, unguarding } from './schema/guards.ts';
export { type Dialect, defineTables, joinTables, type Tables } from './schema/kit.ts';
export {
  type BlobUses,
  defineModule,
  type Findings,
  type Guard,
  numbers,
  type Operation,
  type OperationMakers,
  type QueryContext,
  type StoreModule,
  texts,
} from './schema/module.ts';
export { first, one, run, type Script } from './schema/script.ts';
export { schemaOf } from './schema/tables.ts';
export { runWorker } from './sqlite/thread.ts';
