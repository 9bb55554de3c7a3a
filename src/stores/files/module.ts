import { defineModule, run } from '../../storage/index.ts';
import { filesQueries } from './queries.ts';
import { changes } from './scripts/changes.ts';
import { blobOwners, blobUses, check, repair, restored } from './scripts/checks.ts';
import { makeFolder, put, removeVersion, restoreVersion, setProperties } from './scripts/contents.ts';
import { copy } from './scripts/copy.ts';
import { copyStep, giveUpCopies } from './scripts/copying.ts';
import { lock, locksOn, refreshLock, unlock } from './scripts/locks.ts';
import { move } from './scripts/move.ts';
import { bury, erase, purgeOld, trim } from './scripts/purge.ts';
import {
  chain,
  find,
  findInTrash,
  list,
  locksIn,
  properties,
  usage,
  versioned,
  versions,
} from './scripts/reading.ts';
import { emptyTrash, remove } from './scripts/remove.ts';
import { restoreTrash, trash } from './scripts/trash.ts';
import { provision } from './scripts/tree.ts';
import { filesTables } from './tables.ts';

/** What the threads run for the trees of files. */
export const { module: filesModule, operations: filesOperations } = defineModule({
  name: 'files',
  tables: filesTables,
  queries: filesQueries,
  operations: ({ read, recall, scan, write }) => ({
    chain: recall(chain),
    find: recall(find),
    findInTrash: read(findInTrash),
    list: read(list),
    usage: recall(usage),
    changes: read(changes),
    properties: read(properties),
    locksOn: read(locksOn),
    locksIn: read(locksIn),
    versions: read(versions),
    versioned: scan(versioned),
    trash: read(trash),
    provision: write(provision),
    put: write(put),
    makeFolder: write(makeFolder),
    remove: write(remove),
    move: write(move),
    copy: write(copy),
    copyStep: write(copyStep),
    giveUpCopies: write(giveUpCopies),
    setProperties: write(setProperties),
    lock: write(lock),
    refreshLock: write(refreshLock),
    unlock: write(unlock),
    restoreVersion: write(restoreVersion),
    removeVersion: write(removeVersion),
    restoreTrash: write(restoreTrash),
    emptyTrash: write(emptyTrash),
    setQuota: write(function* (q, a: { account: number; now: number; quota: number | null }) {
      yield* provision(q, a);
      yield* run(q.accountQuota, { account: a.account, quota: a.quota });
    }),
    bury: write(bury),
    trim: write(trim),
    purgeOld: write(purgeOld),
    erase: write(erase),
    forgetLocks: write(function* (q, a: { now: number }) {
      yield* run(q.locksExpired, a);
    }),
    due: scan(function* (
      q,
      a: {
        after: number;
        trashBefore: number;
        versionsBefore: number;
        goneBefore: number;
        quota: number | null;
        percent: number;
      },
    ) {
      return yield* run(q.accountsDue, { ...a });
    }),
    forgetful: scan(function* (q, _: Record<string, never>) {
      return yield* run(q.goneMany, {});
    }),
    check: scan(check),
    blobUses: scan(blobUses),
    blobOwners: scan(blobOwners),
    repair: write(repair),
    restored: write(restored),
  }),
  integrity: (operations) => ({
    checks: [operations.check],
    blobUses: operations.blobUses,
    blobOwners: operations.blobOwners,
    repair: operations.repair,
    restored: operations.restored,
  }),
});
