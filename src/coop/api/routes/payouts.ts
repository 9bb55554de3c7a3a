import { z } from 'zod';
import type { Coop } from '../../co-op.ts';
import { type ClosedMonth, leftOutWhys, type Run } from '../../payouts/types.ts';
import { refusal } from '../../refusals.ts';
import { pageBy, pageByText } from '../cursor.ts';
import { route } from '../route.ts';
import { amountOut, day, listOf, month, noMore, pageOf, params, pathNumber } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { despiteWaiting } from './asked.ts';
import { closedMonth, item, monthShare, run } from './shapes.ts';

const last = Number.MAX_SAFE_INTEGER;
const reads = { method: 'GET', tag: 'pay', privilege: 'ledger.read', body: null } as const;
const runFor = {
  purpose: z.enum(['month', 'year', 'exit', 'refund']),
  about: z.string().max(20).meta({ description: '2026-03, 2026, or the number of a member.' }),
};
const ofMonth = params({ month });
const ofRun = params({ run: pathNumber });
const runPath = '/runs/{run}';

async function closed(coop: Coop, of: string): Promise<ClosedMonth> {
  const found = await coop.payouts.month(of);
  if (found === null) throw refusal('E_NOT_FOUND', `${of} was not shared out`);
  return found;
}

async function prepared(coop: Coop, id: number): Promise<Run> {
  const found = await coop.payouts.run(id);
  if (found === null) throw refusal('E_NOT_FOUND', `there is no payment run ${id}`);
  return found;
}

const months: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/months', params: null, query: pageOf(noMore), answer: listOf(closedMonth) },
    ...{
      privilege: 'own',
      summary: 'The months that were shared out, the last first.',
      refusals: ['E_CURSOR'],
    },
    run: ({ coop, query }) =>
      pageByText(
        '/months',
        query,
        '~',
        (before) => coop.payouts.months({ before }),
        (row) => row.month,
      ),
  }),
  route({
    ...{ ...reads, path: '/months/{month}', params: ofMonth, query: null, answer: closedMonth },
    ...{ privilege: 'own', summary: 'One month: what every member checks their pay against.', refusals: [] },
    run: ({ coop, params: of }) => closed(coop, of.month),
  }),
  route({
    ...{ ...reads, path: '/months/{month}/shares', params: ofMonth, query: pageOf(noMore) },
    ...{ answer: listOf(monthShare), refusals: ['E_CURSOR'] },
    summary: 'What a month came to for each member.',
    async run({ coop, params: { month: asked }, query }) {
      const { month: of } = await closed(coop, asked);
      const pages = (after: number) => coop.payouts.shares(of, { after });
      return pageBy(`/months/${of}/shares`, query, 0, pages, ({ member }) => member);
    },
  }),
  route({
    ...{ method: 'POST', path: '/months', tag: 'pay', privilege: 'pay.prepare', status: 201 },
    summary: 'Shares a month out, once, and closes it.',
    refusals: [
      ...(['E_DATE', 'E_TEXT', 'E_MONTH_OPEN', 'E_MONTH_ORDER', 'E_MONTH_CLOSED'] as const),
      ...(['E_LINES_WAIT', 'E_PERIOD_CLOSED', 'E_AMOUNT'] as const),
    ],
    ...{ params: null, query: null, answer: closedMonth },
    body: z.strictObject({ month, despiteWaiting }),
    run: ({ coop, actor, body: { month: of, despiteWaiting: despite = '' }, key }) =>
      coop.payouts.closeMonth(actor, { month: of, despite, key }),
    located: (made) => `/months/${made.month}`,
  }),
];

const waiting: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/pay/preview', params: null, query: null, refusals: [] },
    summary: 'What the next month to be shared out would come to as things are.',
    answer: closedMonth.omit({ root: true, entry: true, despite: true, closed: true }),
    run: ({ coop }) => coop.payouts.preview(),
  }),
  route({
    ...{ ...reads, path: '/pay/waiting', params: null, query: z.strictObject(runFor) },
    ...{ refusals: ['E_DATE', 'E_NOT_FOUND'], summary: 'Whom such a run would leave out, and why.' },
    answer: z.object({
      items: z.array(
        z.object({
          ...{ member: z.int(), amount: amountOut() },
          why: z.enum(leftOutWhys),
        }),
      ),
    }),
    run: async ({ coop, query }) => ({ items: await coop.payouts.leftOut(query) }),
  }),
];

const runs: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/runs', params: null, query: pageOf(noMore), answer: listOf(run) },
    ...{ summary: 'Payment runs, the last first.', refusals: ['E_CURSOR'] },
    run: ({ coop, query }) =>
      pageBy(
        '/runs',
        query,
        last,
        (before) => coop.payouts.runs({ before }),
        ({ id }) => id,
      ),
  }),
  route({
    ...{ ...reads, path: runPath, params: ofRun, query: null, answer: run, refusals: [] },
    summary: 'One run: what its approvals are of.',
    run: ({ coop, params: of }) => prepared(coop, of.run),
  }),
  route({
    ...{ ...reads, path: '/runs/{run}/items', params: ofRun, query: pageOf(noMore) },
    ...{ answer: listOf(item), refusals: ['E_CURSOR'], summary: 'The transfers of a run.' },
    async run({ coop, params: of, query }) {
      const { id } = await prepared(coop, of.run);
      const pages = (after: number) => coop.payouts.items(id, { after });
      return pageBy(`/runs/${id}/items`, query, 0, pages, ({ n }) => n);
    },
  }),
  route({
    ...{ ...reads, path: '/runs/{run}/file', params: ofRun, query: null, privilege: 'pay.prepare' },
    ...{ answer: { media: 'application/xml' }, refusals: [] },
    summary: 'The file for the bank (pain.001.001.09), the same octets each time.',
    async run({ coop, actor, params: { run: id } }) {
      const { name, content } = await coop.payouts.file(actor, id);
      return { name, bytes: content };
    },
  }),
];

const changes = {
  method: 'POST',
  tag: 'pay',
  query: null,
  params: ofRun,
  answer: run,
  changes: runPath,
} as const;

const decisions: readonly ApiRoute[] = [
  route({
    ...{ method: 'POST', path: '/runs', tag: 'pay', privilege: 'pay.prepare', status: 201 },
    summary: 'Puts what is owed into a payment run that persons approve.',
    ...{ refusals: ['E_DATE', 'E_NOTHING_DUE', 'E_NOT_FOUND'], params: null, query: null, answer: run },
    body: z.strictObject(runFor),
    run: ({ coop, actor, body, key }) => coop.payouts.prepare(actor, { ...body, key }),
    located: ({ id }) => `/runs/${id}`,
  }),
  route({
    ...{ ...changes, path: '/runs/{run}/approvals', privilege: 'pay.approve', body: null },
    ...{ summary: 'Approves a run; nobody does it twice.', refusals: ['E_STATE', 'E_APPROVED'] },
    run: ({ coop, actor, params: { run: id }, key }) => coop.payouts.approve(actor, { run: id, key }),
  }),
  route({
    ...{ ...changes, path: '/runs/{run}/cancellation', privilege: 'pay.prepare', body: null },
    ...{ summary: 'Gives up a run that has no file.', refusals: ['E_STATE'] },
    run: ({ coop, actor, params: { run: id }, key }) => coop.payouts.cancel(actor, { run: id, key }),
  }),
  route({
    ...{ ...changes, path: '/runs/{run}/file', privilege: 'pay.prepare', body: z.strictObject({ day }) },
    summary: 'Makes the one file of an approved run; the bank is to pay on that day.',
    refusals: ['E_STATE', 'E_EXPORTED', 'E_NOT_OWED', 'E_DATE', 'E_NO_BANK', 'E_TEXT'],
    run: ({ coop, actor, params: { run: id }, body, key }) =>
      coop.payouts.export(actor, { run: id, day: body.day, key }),
  }),
  route({
    ...{ ...changes, path: '/runs/{run}/failure', privilege: 'pay.approve', body: null },
    ...{ summary: 'Says that the bank took none of a file; another person than who made it does.' },
    refusals: ['E_STATE', 'E_APPROVED'],
    run: ({ coop, actor, params: { run: id }, key }) => coop.payouts.fail(actor, { run: id, key }),
  }),
];

export const payoutsRoutes: readonly ApiRoute[] = [...months, ...waiting, ...runs, ...decisions];
