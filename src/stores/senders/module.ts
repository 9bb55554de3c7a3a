import { defineModule, first, run, type Script, texts } from '../../storage/index.ts';
import { comeAgainMs, knownMs } from './limits.ts';
import { type SenderQueries, senderQueries } from './queries.ts';
import { senderTables } from './tables.ts';
import type { SenderRow } from './types.ts';

function* put(q: SenderQueries, a: { rows: readonly SenderRow[] }): Script<void> {
  for (const row of a.rows) yield* run(q.put, { ...row });
}

/** Forgets who did not come again, who was not seen for long, and the oldest of too many. */
function* purge(q: SenderQueries, a: { now: number; rows: number }): Script<void> {
  yield* run(q.forgetWaiting, { before: a.now - comeAgainMs });
  yield* run(q.forgetKnown, { before: a.now - knownMs });
  const beyond = first(yield* run(q.beyond, { rows: a.rows }));
  if (beyond) yield* run(q.trim, { seen: beyond.seen });
}

const defined = defineModule({
  name: 'senders',
  tables: senderTables,
  queries: senderQueries,
  operations: ({ read, write }) => ({
    find: read(function* (q, a: { keys: readonly string[] }) {
      return yield* run(q.find, { keys: texts(a.keys) });
    }),
    put: write(put),
    purge: write(purge),
  }),
});

export const sendersModule = defined.module;
export const operations = defined.operations;
