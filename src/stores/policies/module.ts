import { defineModule, first, run, type Script } from '../../storage/index.ts';
import { type PolicyQueries, policyQueries } from './queries.ts';
import { policyTables } from './tables.ts';

interface Put {
  readonly domain: string;
  readonly id: string;
  readonly policy: string;
  readonly fetched: number;
  readonly ends: number;
  readonly now: number;
  readonly rowsMax: number;
}

function* put(q: PolicyQueries, { now, rowsMax, ...row }: Put): Script<void> {
  yield* run(q.put, row);
  yield* run(q.sweep, { until: now });
  const beyond = first(yield* run(q.beyond, { rows: rowsMax }));
  if (beyond) yield* run(q.sweep, { until: beyond.ends });
}

const defined = defineModule({
  name: 'policies',
  tables: policyTables,
  queries: policyQueries,
  operations: ({ read, write }) => ({
    find: read(function* (q, a: { domain: string }) {
      return first(yield* run(q.find, a)) ?? null;
    }),
    put: write(put),
  }),
});

export const policiesModule = defined.module;
export const operations = defined.operations;
