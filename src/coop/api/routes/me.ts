import { z } from 'zod';
import { privileges } from '../../acts/privileges.ts';
import type { Privilege } from '../../acts/types.ts';
import { refusal } from '../../refusals.ts';
import { pageBy, pageByText } from '../cursor.ts';
import { exportWeightCount } from '../limits.ts';
import { route } from '../route.ts';
import { amountOut, listOf, month, noMore, pageOf, params, pathNumber } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { mine, numberOf } from './own.ts';
import { item, jsonLines, memberInterest, monthShare, ownEntry, payProof, receipt, role } from './shapes.ts';

const last = Number.MAX_SAFE_INTEGER;

const balances: readonly ApiRoute[] = [
  route({
    ...mine,
    ...{ path: '/me', refusals: [] },
    summary: 'Who asks, and what they may do.',
    answer: z.object({
      ...{ account: z.int(), member: z.int(), roles: z.array(role) },
      privileges: z.array(z.string()),
    }),
    async run({ actor: { account, member, roles }, may }) {
      const names = Object.keys(privileges) as Privilege[];
      return { account, member, roles, privileges: names.filter((name) => may(name)) };
    },
  }),
  route({
    ...mine,
    ...{ path: '/me/balances', refusals: ['E_NOT_MEMBER'] },
    summary: 'What the co-op owes you, and your coins.',
    answer: z.object({
      ...{ member: amountOut('Pay.'), interest: amountOut('Interest on shares, net.') },
      ...{ redemption: amountOut('Shares given back.'), deposit: amountOut('Paid and not yet admitted.') },
      coins: amountOut('Coins (MYC).'),
    }),
    run: ({ coop, actor }) => coop.payouts.owed(numberOf(actor)),
  }),
];

const pay: readonly ApiRoute[] = [
  route({
    ...mine,
    ...{ path: '/me/pay', query: pageOf(noMore), answer: listOf(monthShare) },
    ...{ summary: 'Your pay, the last month first.', refusals: ['E_NOT_MEMBER', 'E_CURSOR'] },
    run: ({ coop, actor, query }) => {
      const own = numberOf(actor);
      const pages = (before: string) => coop.payouts.sharesOf(own, { before });
      return pageByText('/me/pay', query, '~', pages, (row) => row.month);
    },
  }),
  route({
    ...{ ...mine, path: '/me/pay/{month}/proof', params: params({ month }) },
    ...{ answer: payProof, refusals: ['E_NOT_MEMBER'] },
    summary: 'What shows that your pay is in the sum that was published.',
    async run({ coop, actor, params: { month: of } }) {
      const proof = await coop.payouts.proof(of, numberOf(actor));
      if (proof === null) throw refusal('E_NOT_FOUND', `you had no coins in ${of}`);
      return proof;
    },
  }),
  route({
    ...mine,
    ...{ path: '/me/payments', query: pageOf(noMore), answer: listOf(item) },
    ...{ summary: 'What was sent to your account, the last first.', refusals: ['E_NOT_MEMBER', 'E_CURSOR'] },
    run: ({ coop, actor, query }) => {
      const own = numberOf(actor);
      const pages = (before: number) => coop.payouts.itemsOf(own, { before });
      return pageBy('/me/payments', query, last, pages, (row) => row.run);
    },
  }),
  route({
    ...mine,
    ...{ path: '/me/interest', refusals: ['E_NOT_MEMBER'] },
    summary: 'Interest on your shares, and what was kept back of it.',
    answer: z.object({ items: z.array(memberInterest) }),
    run: async ({ coop, actor }) => ({ items: await coop.years.interestOf(numberOf(actor)) }),
  }),
];

const ledger: readonly ApiRoute[] = [
  route({
    ...mine,
    ...{ path: '/me/entries', query: pageOf(noMore), answer: listOf(ownEntry) },
    ...{ summary: 'Entries of the ledger that name you, with your postings.' },
    refusals: ['E_NOT_MEMBER', 'E_CURSOR'],
    run: ({ coop, actor, query }) => {
      const own = numberOf(actor);
      const pages = (after: number) => coop.ledger.entriesOf(own, { after });
      return pageBy('/me/entries', query, 0, pages, ({ seq }) => seq);
    },
  }),
  route({
    ...{ ...mine, path: '/me/entries/{seq}/receipt', params: params({ seq: pathNumber }) },
    ...{ answer: receipt, refusals: ['E_NOT_MEMBER'] },
    summary: 'What shows that an entry of yours is in a signed checkpoint.',
    async run({ coop, actor, params: { seq } }) {
      const [entry] = await coop.ledger.entriesOf(numberOf(actor), { after: seq - 1 });
      if (entry?.seq !== seq) throw refusal('E_NOT_FOUND', `no entry ${seq} names you`);
      return coop.ledger.receipt(seq);
    },
  }),
  route({
    ...{
      ...mine,
      path: '/me/ledger',
      answer: jsonLines,
      weight: exportWeightCount,
      refusals: ['E_NOT_MEMBER'],
    },
    summary: 'The ledger with your entries in clear: a line of JSON each, for `bin/verify-ledger.mjs`.',
    async run({ coop, actor }) {
      const own = numberOf(actor);
      return { name: 'ledger.jsonl', bytes: coop.ledger.export({ as: 'member', member: own }) };
    },
  }),
];

export const meRoutes: readonly ApiRoute[] = [...balances, ...pay, ...ledger];
