import { z } from 'zod';
import { privileges } from '../../acts/privileges.ts';
import type { Actor, Privilege } from '../../acts/types.ts';
import { refusal } from '../../refusals.ts';
import { pageBy, pageByText } from '../cursor.ts';
import { route } from '../route.ts';
import { amountOut, day, listOf, month, noMore, pageOf, params } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import {
  application,
  call,
  holding,
  item,
  monthShare,
  movement,
  payProof,
  person,
  redemption,
  role,
} from './shapes.ts';

/** What is about whoever asks, and about nobody else: there is no number in these paths. */
const mine = { method: 'GET', tag: 'me', privilege: 'own', params: null, body: null } as const;
const last = Number.MAX_SAFE_INTEGER;

/** E_NOT_FOUND where the account is nobody's who is in the register. */
function numberOf({ member }: Actor): number {
  if (member === 0) throw refusal('E_NOT_FOUND', 'the register does not know this account');
  return member;
}

/** Personal accounts of the ledger, with what a member reads them as. */
const owed = ['member', 'interest', 'redemption', 'deposit'] as const;

const reads: readonly ApiRoute[] = [
  route({
    ...mine,
    ...{ path: '/me', query: null, refusals: [] },
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
    ...{ path: '/me/person', query: null, refusals: ['E_NOT_FOUND'], answer: person },
    summary: 'What the register knows of you.',
    run: ({ coop, actor }) => coop.persons.demand(numberOf(actor)),
  }),
  route({
    ...mine,
    ...{ path: '/me/shares', refusals: ['E_NOT_FOUND', 'E_DATE'], answer: holding },
    summary: 'Your shares at the end of a day.',
    query: z.strictObject({ on: day }),
    run: ({ coop, actor, query: { on } }) => coop.register.holding(numberOf(actor), on),
  }),
  route({
    ...mine,
    ...{ path: '/me/movements', query: pageOf(noMore), answer: listOf(movement) },
    ...{ summary: 'Your movements in the register, in order.', refusals: ['E_NOT_FOUND', 'E_CURSOR'] },
    run: ({ coop, actor, query }) => {
      const own = numberOf(actor);
      const pages = (after: number) => coop.register.movements({ after, person: own });
      return pageBy('/me/movements', query, 0, pages, ({ seq }) => seq);
    },
  }),
  route({
    ...mine,
    ...{ path: '/me/redemptions', query: null, refusals: ['E_NOT_FOUND'] },
    summary: 'The shares that you asked back.',
    answer: z.object({ items: z.array(redemption) }),
    run: async ({ coop, actor }) => ({ items: await coop.register.requestsOf(numberOf(actor)) }),
  }),
  route({
    ...mine,
    ...{ path: '/me/calls', query: null, refusals: ['E_NOT_FOUND'] },
    summary: 'Capital that was called of you.',
    answer: z.object({ items: z.array(call) }),
    run: async ({ coop, actor }) => ({ items: await coop.register.callsOf(numberOf(actor)) }),
  }),
  route({
    ...mine,
    ...{ path: '/me/balances', query: null, refusals: ['E_NOT_FOUND'] },
    summary: 'What the co-op owes you, and your coins.',
    answer: z.object({
      ...{ member: amountOut('Pay.'), interest: amountOut('Interest on shares, net.') },
      ...{ redemption: amountOut('Shares given back.'), deposit: amountOut('Paid and not yet admitted.') },
      coins: amountOut('Coins (MYC).'),
    }),
    async run({ coop, actor }) {
      const own = numberOf(actor);
      const of = async (kind: string, asset: string) =>
        0 - (await coop.ledger.balance(`${kind}:${own}`, asset));
      const [member, interest, given, deposit] = await Promise.all(
        owed.map((kind) => of(kind, coop.rules.currency)),
      );
      const sums = { member: member ?? 0, interest: interest ?? 0, redemption: given ?? 0 };
      return { ...sums, deposit: deposit ?? 0, coins: await of('coins', 'MYC') };
    },
  }),
];

const pay: readonly ApiRoute[] = [
  route({
    ...mine,
    ...{ path: '/me/pay', query: pageOf(noMore), answer: listOf(monthShare) },
    ...{ summary: 'Your pay, the last month first.', refusals: ['E_NOT_FOUND', 'E_CURSOR'] },
    run: ({ coop, actor, query }) => {
      const own = numberOf(actor);
      const pages = (before: string) => coop.payouts.sharesOf(own, { before });
      return pageByText('/me/pay', query, '~', pages, (row) => row.month);
    },
  }),
  route({
    ...{ ...mine, path: '/me/pay/{month}/proof', params: params({ month }), query: null },
    ...{ answer: payProof, refusals: [] },
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
    ...{ summary: 'What was sent to your account, the last first.', refusals: ['E_NOT_FOUND', 'E_CURSOR'] },
    run: ({ coop, actor, query }) => {
      const own = numberOf(actor);
      const pages = (before: number) => coop.payouts.itemsOf(own, { before });
      return pageBy('/me/payments', query, last, pages, (row) => row.run);
    },
  }),
];

const shares = z.int().min(1).max(1_000_000);
const asks = { method: 'POST', tag: 'me', privilege: 'own', params: null, query: null, status: 201 } as const;

const writes: readonly ApiRoute[] = [
  route({
    ...{ ...asks, path: '/me/applications', body: z.strictObject({ shares }), answer: application },
    summary: 'Asks for shares; the answer has the reference to pay under.',
    refusals: ['E_NOT_FOUND', 'E_SHARE_CAP', 'E_SHARE_MIN', 'E_STATE'],
    run: ({ coop, actor, body, key }) =>
      coop.register.apply(actor, { person: numberOf(actor), shares: body.shares, key }),
  }),
  route({
    ...{ ...asks, path: '/me/redemptions', body: z.strictObject({ shares }), answer: redemption },
    summary: 'Asks shares back.',
    refusals: ['E_NOT_FOUND', 'E_SHARES', 'E_SHARE_MIN', 'E_STATE'],
    run: ({ coop, actor, body, key }) =>
      coop.register.request(actor, { person: numberOf(actor), shares: body.shares, key }),
  }),
];

export const meRoutes: readonly ApiRoute[] = [...reads, ...pay, ...writes];
