import { defineModule, first, one, run } from '../../../storage/index.ts';
import { blobUses, check, repair } from './checks.ts';
import { uploadQueries } from './queries.ts';
import { addPieces, begin, end, finish, piece, setLength } from './scripts.ts';
import { uploadTables } from './tables.ts';

/** What the threads run for uploads. */
export const { module: uploadsModule, operations: uploadOperations } = defineModule({
  name: 'files-uploads',
  tables: uploadTables,
  queries: uploadQueries,
  operations: ({ read, scan, write }) => ({
    begin: write(begin),
    find: read(function* (q, a: { account: number; id: string }) {
      return first(yield* run(q.uploadFind, a)) ?? null;
    }),
    piece: read(piece),
    pieces: scan(function* (q, a: { account: number; id: string }) {
      return yield* run(q.piecesOf, a);
    }),
    /** Bytes that lie there or were promised room. */
    reserved: read(function* (q, a: { account: number }) {
      return Number(one(yield* run(q.uploadSums, a)).bytes);
    }),
    setLength: write(setLength),
    addPieces: write(addPieces),
    end: write(end),
    finish: write(finish),
    over: scan(function* (q, a: { now: number }) {
      return yield* run(q.uploadsOver, a);
    }),
    of: scan(function* (q, a: { account: number }) {
      return (yield* run(q.uploadsOf, a)).map(({ id }) => id);
    }),
    check: scan(check),
    blobUses: scan(blobUses),
    repair: write(repair),
  }),
  integrity: (operations) => ({
    checks: [operations.check],
    blobUses: operations.blobUses,
    repair: operations.repair,
  }),
});
