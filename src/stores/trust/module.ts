import { defineModule, first, run } from '../../storage/index.ts';
import { trustQueries } from './queries.ts';
import { activateKey, addKeys, keepSecret, retireKey } from './scripts/keys.ts';
import { addOwed, addReceived, forgetReceived } from './scripts/reports.ts';
import { type ReportKind, trustTables } from './tables.ts';

const defined = defineModule({
  name: 'trust',
  tables: trustTables,
  queries: trustQueries,
  operations: ({ read, recall, scan, write }) => ({
    addKeys: write(addKeys),
    activateKey: write(activateKey),
    retireKey: write(retireKey),
    forgetKeys: write(function* (q, a: { before: number }) {
      yield* run(q.keysForget, { before: a.before });
    }),
    keepSecret: write(keepSecret),
    keysOf: recall(function* (q, a: { domain: string }) {
      return yield* run(q.keysOf, { domain: a.domain });
    }),
    keyDomains: scan(function* (q, _: Record<string, never>) {
      return (yield* run(q.keyDomains, {})).map((row) => row.domain);
    }),

    addOwed: write(addOwed),
    dropOwed: write(function* (q, a: { kind: ReportKind; day: number; domain: string }) {
      yield* run(q.owedDrop, { ...a });
    }),
    forgetOwed: write(function* (q, a: { before: number }) {
      yield* run(q.owedForget, { before: a.before });
    }),
    owedNext: scan(function* (q, a: { kind: ReportKind; before: number; max: number }) {
      return yield* run(q.owedNext, { ...a });
    }),
    owedRows: scan(function* (q, a: { kind: ReportKind; day: number; domain: string; max: number }) {
      return yield* run(q.owedRows, { ...a });
    }),

    addReceived: write(addReceived),
    forgetReceived: write(forgetReceived),
    receivedPage: scan(function* (q, a: { before: number; max: number }) {
      return yield* run(q.receivedPage, { ...a });
    }),
    received: read(function* (q, a: { id: number }) {
      const report = first(yield* run(q.receivedOne, { id: a.id }));
      if (!report) return null;
      const rows = yield* run(q.receivedRows, { report: a.id });
      return { report, rows: rows.map(({ row }) => row) };
    }),
  }),
});

export const trustModule = defined.module;
export const operations = defined.operations;
