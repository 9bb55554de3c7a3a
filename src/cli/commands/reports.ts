import { z } from 'zod';
import { StoreError } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import type { ReceivedReport } from '../../stores/trust/index.ts';
import { adminCommand } from '../admin/index.ts';
import { date, table } from '../text.ts';

const command = adminCommand<Rooms>();
const shownMax = 50;

const list = command({
  name: ['reports', 'list'],
  summary: 'list what others reported about mail in our name (DMARC) and about TLS with us, the newest first',
  options: [{ name: 'before', summary: 'only those before this number', value: 'NUMBER' }],
  schema: z.strictObject({ before: z.coerce.number().int().min(1).optional() }),
  async run({ trust }, { before }) {
    const reports = await trust.reports({ max: shownMax, ...(before === undefined ? {} : { before }) });
    const rows = reports.map(({ id, kind, begins, domain, reporter, total, failed }) => {
      return [`${id}`, kind, date(begins), domain, reporter, `${total}`, `${failed} failed`];
    });
    return { text: rows.length === 0 ? 'no reports yet' : table(rows), json: reports };
  },
});

/** The parts of a row of either kind that are shown. */
const dmarcRow = z.object({
  ip: z.string(),
  count: z.number(),
  disposition: z.string(),
  dkim: z.string(),
  spf: z.string(),
  headerFrom: z.string(),
});
const tlsRow = z.object({
  domain: z.string(),
  policy: z.string(),
  succeeded: z.number(),
  failed: z.number(),
  failures: z.array(z.object({ type: z.string(), mxHost: z.string(), count: z.number() })),
});

function dmarcLines(rows: readonly unknown[]): string[][] {
  const read = rows.map((row) => dmarcRow.parse(row)).sort((a, b) => b.count - a.count);
  return [
    ['messages', 'from address', 'in the name of', 'DKIM', 'SPF', 'done with it'],
    ...read.map((row) => [`${row.count}`, row.ip, row.headerFrom, row.dkim, row.spf, row.disposition]),
  ];
}

function tlsLines(rows: readonly unknown[]): string[][] {
  return rows
    .map((row) => tlsRow.parse(row))
    .flatMap(({ domain, policy, succeeded, failed, failures }) => [
      [domain, policy, `${succeeded} good`, `${failed} failed`],
      ...failures.map(({ type, mxHost, count }) => ['', type, mxHost, `${count}`]),
    ]);
}

function heading({ kind, reporter, domain, begins, ends, total, failed }: ReceivedReport): string {
  const days = `${date(begins)} to ${date(ends)}`;
  return `${kind.toUpperCase()} report of ${reporter} about ${domain}, ${days}: ${total}, ${failed} failed`;
}

const show = command({
  name: ['reports', 'show'],
  summary: 'show one report: who sends in our name, and how it fares',
  parameters: [{ name: 'number', summary: 'as reports list shows it' }],
  schema: z.strictObject({ number: z.coerce.number().int().min(1) }),
  async run({ trust }, { number }) {
    const found = await trust.report(number);
    if (!found) throw new StoreError('not-found', `there is no report ${number}`);
    const rows: unknown[] = found.rows.map((row) => JSON.parse(row));
    const lines = found.report.kind === 'dmarc' ? dmarcLines(rows) : tlsLines(rows);
    return { text: [heading(found.report), table(lines)].join('\n'), json: { ...found.report, rows } };
  },
});

export const reportCommands = [list, show];
