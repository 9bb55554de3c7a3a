import { defineModule, run, texts } from '../../storage/index.ts';
import { outboxQueries } from './queries.ts';
import { blobUses, check, repair, restored } from './scripts/checks.ts';
import { join, leave, overdue, renew, settle, take } from './scripts/claims.ts';
import { enqueue } from './scripts/enqueue.ts';
import { change, counts, erase, list } from './scripts/operator.ts';
import { outboxTables } from './tables.ts';

/** What the threads run for the outbox. */
export const { module: outboxModule, operations: outboxOperations } = defineModule({
  name: 'outbox',
  tables: outboxTables,
  queries: outboxQueries,
  operations: ({ read, scan, write }) => ({
    enqueue: write(enqueue),
    join: write(join),
    renew: write(renew),
    leave: write(leave),
    take: write(take),
    overdue: write(overdue),
    settle: write(settle),
    change: write(change),
    erase: write(erase),
    /** The earlier of: a destination that is not busy is due, a row needs attention. */
    nextDue: read(function* (q, a: { busy: readonly string[] }) {
      const lane = (yield* run(q.laneFirst, { busy: texts(a.busy) }))[0]?.due;
      const row = (yield* run(q.firstAttention, {}))[0]?.attention;
      if (lane === undefined) return row ?? null;
      return row === undefined ? lane : Math.min(lane, row);
    }),
    list: scan(list),
    counts: scan(counts),
    check: scan(check),
    blobUses: scan(blobUses),
    repair: write(repair),
    restored: write(restored),
  }),
  integrity: (operations) => ({
    checks: [operations.check],
    blobUses: operations.blobUses,
    repair: operations.repair,
    restored: operations.restored,
  }),
});
