import { z } from 'zod';
import { refusal } from '../../refusals.ts';
import { pageBy } from '../cursor.ts';
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
const entriesPath = '/ledger/entries';

export const ledgerRoutes: readonly ApiRoute[] = [
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
    ...{ params: null, query: null, body: null },
    answer: z.object({ items: z.array(posting(amountOut('A debit balance is positive.'))) }),
    run: async ({ coop }) => ({ items: [...(await coop.ledger.trialBalance())] }),
  }),
];
