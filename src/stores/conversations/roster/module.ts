import { defineModule, first, run } from '../../../storage/index.ts';
import { rosterQueries } from './queries.ts';
import {
  block,
  change,
  erase,
  estrange,
  load,
  notices,
  restored,
  setLast,
  setNotices,
  setPreferences,
  setPrivate,
} from './scripts.ts';
import { rosterTables } from './tables.ts';
import type { PrivateName } from './types.ts';

/** What the threads run for lists of contacts. */
export const { module: rosterModule, operations: rosterOperations } = defineModule({
  name: 'conversation-roster',
  tables: rosterTables,
  queries: rosterQueries,
  operations: ({ read, write }) => ({
    load: read(load),
    change: write(change),
    holders: read(function* (q, a: { contact: string; after: number }) {
      return (yield* run(q.holders, a)).map(({ account }) => account);
    }),
    estrange: write(estrange),
    block: write(block),
    setPreferences: write(setPreferences),
    setLast: write(setLast),
    notices: read(notices),
    setNotices: write(setNotices),
    private: read(function* (q, a: PrivateName & { account: number }) {
      return first(yield* run(q.private, { ...a }))?.xml ?? null;
    }),
    privateAll: read(function* (q, a: { account: number }) {
      return yield* run(q.privateAll, a);
    }),
    setPrivate: write(setPrivate),
    erase: write(erase),
    restored: write(restored),
  }),
  integrity: (operations) => ({ restored: operations.restored }),
});
