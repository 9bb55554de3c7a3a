import { z } from 'zod';
import { refusal } from '../../refusals.ts';
import { pageBy } from '../cursor.ts';
import { route } from '../route.ts';
import {
  amountOut,
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
import { dayOrNone, momentOrNone } from './shapes.ts';

const reads = { method: 'GET', tag: 'bank', privilege: 'ledger.read', params: null, body: null } as const;
const writes = { method: 'POST', tag: 'bank', privilege: 'bank.match', query: null } as const;
const line = z.object({
  ...{ id: z.int(), account: z.string(), day, amount: amountOut(), left: amountOut() },
  ...{ endToEndId: z.string(), rf: z.string(), remittance: z.string(), name: z.string(), iban: z.string() },
  ...{ returned: z.string(), state: z.string(), reason: z.string() },
});
const matchState = z.enum(['proposed', 'done', 'refused']);
const match = z.object({
  ...{ id: z.int(), line: z.int(), expected: z.int(), account: z.string(), amount: amountOut() },
  ...{ run: z.int(), items: z.array(z.int()) },
  ...{ memo: z.string(), state: matchState, by: z.int(), at: moment, second: z.int() },
  decided: momentOrNone,
});
const statement = z.object({
  ...{ id: z.int(), account: z.string(), name: z.string(), first: dayOrNone, last: dayOrNone },
  ...{ opening: amountOut().nullable(), closing: amountOut().nullable() },
});
const gap = z.object({
  ...{ account: z.string(), before: z.string(), after: z.string() },
  ...{ closing: amountOut('Of the one before.'), opening: amountOut('Of the one after.') },
});
const expected = z.object({
  ...{ reference: z.string(), purpose: z.string(), subject: z.int() },
  ...{ amount: amountOut(), received: amountOut(), cancelled: z.boolean() },
});
const decided = z.object({ id: z.int(), state: matchState });
const linePath = '/bank/lines/{line}';

async function* once(octets: Uint8Array): AsyncIterable<Uint8Array> {
  yield octets;
}

const statements: readonly ApiRoute[] = [
  route({
    ...{ method: 'POST', path: '/bank/statements', tag: 'bank', privilege: 'bank.import', status: 201 },
    ...{ params: null, query: null, body: { media: 'application/xml' } },
    answer: z.object({
      ...{ hash, isNew: z.boolean(), statements: z.int(), known: z.int(), matched: z.int() },
      ...{ queued: z.int(), repeated: z.int(), others: z.int() },
    }),
    refusals: ['E_BANK_FILE', 'E_BANK_ACCOUNT', 'E_STATEMENT', 'E_LIMIT'],
    summary: 'Takes a file of the bank (camt.053), whole or not at all; again, it changes nothing.',
    run: ({ coop, actor, body, key }) => coop.bank.import(actor, { body: once(body), key }),
  }),
  route({
    ...{ ...reads, path: '/bank/statements', query: pageOf(noMore), answer: listOf(statement) },
    ...{ summary: 'Statements that were imported, the last one first.', refusals: ['E_CURSOR'] },
    run: ({ coop, query }) => {
      const pages = (before: number) => coop.bank.statements({ before });
      return pageBy('/bank/statements', query, Number.MAX_SAFE_INTEGER, pages, ({ id }) => id);
    },
  }),
  route({
    ...{ ...reads, path: '/bank/gaps', query: null, answer: z.object({ items: z.array(gap) }), refusals: [] },
    summary: 'Where statements do not follow from each other: one between them was not imported.',
    run: async ({ coop }) => ({ items: await coop.bank.gaps() }),
  }),
  route({
    ...{ ...reads, path: '/bank/expected/{reference}', query: null, answer: expected, refusals: [] },
    ...{ params: params({ reference: text(40) }), summary: 'What is expected under a reference.' },
    async run({ coop, params: { reference } }) {
      const found = await coop.bank.expected(reference);
      if (found === null) throw refusal('E_NOT_FOUND', `nothing is expected under ${reference}`);
      return { ...found, cancelled: found.cancelled === 1 };
    },
  }),
];

const lines: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/bank/lines', query: pageOf(noMore), answer: listOf(line), refusals: ['E_CURSOR'] },
    summary: 'What waits for a person to say what it is for.',
    run: ({ coop, query }) =>
      pageBy(
        '/bank/lines',
        query,
        0,
        (after) => coop.bank.waiting({ after }),
        ({ id }) => id,
      ),
  }),
  route({
    ...{ ...reads, path: linePath, params: params({ line: pathNumber }), query: null, refusals: [] },
    ...{ answer: line.extend({ matches: z.array(match) }) },
    summary: 'One line of a statement, and what was said about it.',
    async run({ coop, params: { line: id } }) {
      const found = await coop.bank.line(id);
      if (found === null) throw refusal('E_NOT_FOUND', `there is no line ${id}`);
      return found;
    },
  }),
  route({
    ...{
      ...writes,
      path: '/bank/lines/{line}/match',
      params: params({ line: pathNumber }),
      changes: linePath,
    },
    summary: 'Says for what a line is; above an amount a second person confirms.',
    body: z.strictObject({
      to: z.union([
        z.strictObject({ reference: z.string().max(40) }),
        z.strictObject({ account: z.string().max(80) }),
        z.strictObject({
          run: z.int().min(1).describe('A payment run.'),
          items: z
            .array(z.int().min(1))
            .prefault([])
            .describe('Its transfers; left out, all that were not booked.'),
        }),
      ]),
      memo: z.string().max(200).prefault(''),
    }),
    ...{ answer: decided, refusals: ['E_STATE', 'E_ACCOUNT', 'E_TEXT', 'E_REFERENCE', 'E_LIMIT'] },
    run: ({ coop, actor, params: { line: id }, body, key }) =>
      coop.bank.match(actor, { line: id, ...body, key }),
  }),
  route({
    ...{
      ...reads,
      path: '/bank/proposals',
      query: pageOf(noMore),
      answer: listOf(match),
      refusals: ['E_CURSOR'],
    },
    summary: 'What waits for a second person.',
    run: ({ coop, query }) => {
      const pages = (after: number) => coop.bank.proposals({ after });
      return pageBy('/bank/proposals', query, 0, pages, ({ id }) => id);
    },
  }),
  ...(['confirm', 'refuse'] as const).map((verb) =>
    route({
      ...{
        ...writes,
        path: `/bank/proposals/{match}/${verb}`,
        params: params({ match: pathNumber }),
        body: null,
      },
      ...{ answer: decided, refusals: ['E_STATE', 'E_SAME_PERSON'] },
      summary: verb === 'confirm' ? 'The second person agrees.' : 'A proposal is dropped.',
      run: ({ coop, actor, params: { match: id }, key }) => coop.bank[verb](actor, { match: id, key }),
    }),
  ),
  route({
    ...{ ...reads, path: '/bank/reconciliation', query: null, refusals: [] },
    summary: 'What the ledger says that each account holds, beside what the bank said last.',
    answer: z.object({
      items: z.array(
        z.object({
          account: z.string(),
          ledger: amountOut(),
          bank: amountOut().nullable(),
          last: z.string(),
        }),
      ),
    }),
    run: async ({ coop }) => ({ items: await coop.bank.reconciliation() }),
  }),
];

export const bankRoutes: readonly ApiRoute[] = [...statements, ...lines];
