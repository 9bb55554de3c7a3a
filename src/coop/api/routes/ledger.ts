import { z } from 'zod';
import { demandDay } from '../../days.ts';
import { refusal } from '../../refusals.ts';
import { pageBy } from '../cursor.ts';
import { exportWeightCount } from '../limits.ts';
import { route } from '../route.ts';
import {
  amountIn,
  amountOut,
  assetName,
  day,
  hash,
  listOf,
  moment,
  noMore,
  pageOf,
  params,
  pathNumber,
  text,
} from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { checkpoint, consistency, csv, jsonLines, plain, receipt } from './shapes.ts';

const posting = <A extends z.ZodType>(amount: A) => z.object({ account: text(80), asset: assetName, amount });
const entry = z.object({
  seq: z.int(),
  date: day,
  kind: z.string(),
  key: z.string(),
  memo: z.string(),
  postings: z.array(posting(amountOut('Debit is positive.'))),
  reverses: z.int().optional().meta({ description: 'The entry that this one undoes.' }),
  hash,
  sealed: moment,
});
const seqOf = params({ seq: pathNumber });
const onDay = day.optional();
const entriesPath = '/ledger/entries';

const entries: readonly ApiRoute[] = [
  route({
    ...{ method: 'GET', path: entriesPath, tag: 'ledger', privilege: 'ledger.read', refusals: ['E_CURSOR'] },
    summary: 'The sealed entries, in order.',
    ...{ params: null, query: pageOf(noMore), body: null, answer: listOf(entry) },
    run: ({ coop, query }) => {
      const until = Number.MAX_SAFE_INTEGER;
      const pages = async (after: number) => {
        for await (const page of coop.ledger.entries({ after, until })) return page;
        return [];
      };
      return pageBy(entriesPath, query, 0, pages, ({ seq }) => seq);
    },
  }),
  route({
    ...{
      method: 'GET',
      path: '/ledger/entries/{seq}',
      tag: 'ledger',
      privilege: 'ledger.read',
      refusals: [],
    },
    summary: 'One entry.',
    ...{ params: seqOf, query: null, body: null, answer: entry },
    async run({ coop, params: { seq } }) {
      const found = await coop.ledger.entry(seq);
      if (found === null) throw refusal('E_NOT_FOUND', `there is no entry ${seq}`);
      return found;
    },
  }),
  route({
    ...{ method: 'POST', path: entriesPath, tag: 'ledger', privilege: 'ledger.write', status: 201 },
    summary: 'Seals an entry by hand: an invoice of a supplier, a fee, a correction.',
    refusals: [
      ...(['E_BY_HAND', 'E_UNBALANCED', 'E_AMOUNT', 'E_TEXT', 'E_ACCOUNT', 'E_DATE', 'E_LIMIT'] as const),
      'E_PERIOD_CLOSED',
    ],
    ...{ params: null, query: null, answer: entry },
    body: z.strictObject({
      date: day,
      kind: z.string().max(50).meta({ description: 'Kept as `hand.<kind>`.' }),
      memo: z.string().max(500),
      postings: z.array(z.strictObject(posting(amountIn('Debit is positive.')).shape)).max(1000),
    }),
    run: ({ coop, actor, body, key }) => coop.books.enter(actor, { ...body, key }),
    located: ({ seq }) => `/ledger/entries/${seq}`,
  }),
  route({
    ...{ method: 'POST', path: '/ledger/entries/{seq}/reversal', tag: 'ledger', privilege: 'ledger.write' },
    summary: 'Seals the contrary of an entry that was written by hand, in an open month.',
    ...{ status: 201, refusals: ['E_BY_HAND', 'E_REVERSED', 'E_TEXT', 'E_DATE', 'E_PERIOD_CLOSED'] },
    ...{ params: seqOf, query: null, answer: entry },
    body: z.strictObject({ date: day, memo: z.string().max(500) }),
    run: ({ coop, actor, params: { seq }, body, key }) => coop.books.reverse(actor, { ...body, seq, key }),
    located: ({ seq }) => `/ledger/entries/${seq}`,
  }),
  route({
    ...{ method: 'GET', path: '/ledger/balances', tag: 'ledger', privilege: 'ledger.read', refusals: [] },
    summary: 'The trial balance: every account that is not empty. Of each asset they add up to nothing.',
    ...{ params: null, query: z.strictObject({ on: onDay }), body: null },
    answer: z.object({ items: z.array(posting(amountOut('A debit balance is positive.'))) }),
    run: async ({ coop, query }) => ({ items: [...(await coop.ledger.trialBalance(query.on))] }),
  }),
  route({
    ...{ method: 'GET', path: '/ledger/entries/{seq}/receipt', tag: 'ledger', privilege: 'ledger.read' },
    summary: 'What shows that an entry is in a signed checkpoint.',
    ...{ params: seqOf, query: null, body: null, answer: receipt, refusals: [] },
    run: ({ coop, params: { seq } }) => coop.ledger.receipt(seq),
  }),
];

const files = {
  hledger: [plain, 'ledger.journal', 'The ledger as a journal of hledger.'],
  csv: [csv, 'ledger.csv', 'The ledger, a posting a line.'],
  fec: [plain, 'fec.txt', 'The ledger as the French tax office asks for it (FEC).'],
} as const;

/** Streamed as they are read, however long the ledger is. */
const exportsOfBooks: readonly ApiRoute[] = [
  route({
    ...{ method: 'GET', path: '/ledger/public', tag: 'ledger', privilege: 'public', refusals: [] },
    ...{ params: null, query: null, body: null, answer: jsonLines, weight: exportWeightCount },
    summary: 'The whole chain as everybody may check it, persons as commitments: a line of JSON each.',
    run: async ({ coop }) => ({ name: 'ledger.jsonl', bytes: coop.ledger.export({ as: 'public' }) }),
  }),
  ...(['hledger', 'csv', 'fec'] as const).map((as) =>
    route({
      ...{ method: 'GET', path: `/ledger/exports/${as}`, tag: 'ledger', privilege: 'ledger.read' },
      ...{ params: null, query: z.strictObject({ from: onDay, until: onDay }), body: null },
      ...{ answer: files[as][0], weight: exportWeightCount, refusals: ['E_DATE'] },
      summary: files[as][2],
      async run({ coop, query }) {
        const { from, until } = query;
        for (const said of [from, until]) if (said !== undefined) demandDay(said);
        const span = { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
        return { name: files[as][1], bytes: coop.ledger.export({ as, ...span }) };
      },
    }),
  ),
];

/** What witnesses and members keep, to see that history stays as it is. */
const signed: readonly ApiRoute[] = [
  route({
    ...{ method: 'GET', path: '/ledger/key', tag: 'ledger', privilege: 'public', refusals: [] },
    ...{ params: null, query: null, body: null, answer: z.object({ key: z.string() }) },
    summary: 'The verifier key of the checkpoints (C2SP signed-note).',
    run: async ({ coop }) => ({ key: await coop.ledger.checkpoints.verifierKey() }),
  }),
  route({
    ...{ method: 'GET', path: '/checkpoints', tag: 'ledger', privilege: 'public', refusals: ['E_CURSOR'] },
    ...{ params: null, query: pageOf(noMore), body: null, answer: listOf(checkpoint) },
    summary: 'Signed checkpoints, the first one first.',
    run: ({ coop, query }) => {
      const pages = async (after: number) => {
        for await (const page of coop.ledger.checkpoints.all({ after })) return page;
        return [];
      };
      return pageBy('/checkpoints', query, 0, pages, ({ size }) => size);
    },
  }),
  route({
    ...{ method: 'GET', path: '/checkpoints/{size}/consistency/{older}', tag: 'ledger', privilege: 'public' },
    ...{ params: params({ size: pathNumber, older: pathNumber }), query: null, body: null, refusals: [] },
    ...{ answer: consistency, summary: 'That a checkpoint begins with the entries of an older one.' },
    async run({ coop, params: { size, older } }) {
      const { proof, checkpoint: newer } = await coop.ledger.checkpoints.consistency(older, size);
      return { older, newer: newer.size, proof, note: newer.note };
    },
  }),
];

export const ledgerRoutes: readonly ApiRoute[] = [...entries, ...exportsOfBooks, ...signed];
