import { z } from 'zod';
import { pageBy } from '../cursor.ts';
import { route } from '../route.ts';
import { listOf, noMore, pageOf, params, pathNumber } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { asks, mine, numberOf, ownOf } from './own.ts';
import { payeeChange } from './shapes.ts';

/** Changes of where members are paid, which wait for a second person where somebody else asked for them. */
const tag = 'members';
const ofChange = params({ change: pathNumber });
const [path, minePath] = ['/payees/{change}', '/me/payees/{change}'] as const;
const shown = { method: 'GET', tag, privilege: 'register.read', body: null } as const;
const decides = {
  ...({ method: 'POST', tag, privilege: 'pay.approve', query: null, body: null } as const),
  ...{ params: ofChange, changes: path, answer: payeeChange },
  names: ({ person }: { readonly person: number }) => person,
} as const;
const confirms = {
  summary: 'A second person agrees: they are paid there from now on.',
  refusals: ['E_STATE', 'E_SAME_PERSON', 'E_PERSON'],
} as const;
const refuses = { summary: 'All stays as it was.', refusals: ['E_STATE'] } as const;
const ownDecides = { ...decides, ...asks, params: ofChange, body: null, changes: minePath } as const;

export const payeesRoutes: readonly ApiRoute[] = [
  route({
    ...{ ...shown, path: '/payees', params: null, query: pageOf(noMore), answer: listOf(payeeChange) },
    ...{ summary: 'What waits, in the order in which it was asked for.', refusals: ['E_CURSOR'] },
    run: ({ coop, query }) =>
      pageBy(
        '/payees',
        query,
        0,
        (after) => coop.payees.waiting({ after }),
        ({ id }) => id,
      ),
  }),
  route({
    ...{ ...shown, path, params: ofChange, query: null, answer: payeeChange, refusals: [] },
    summary: 'One change, with what it changes.',
    run: ({ coop, params: { change } }) => coop.payees.demand(change),
  }),
  route({
    ...{ ...decides, ...confirms, path: `${path}/confirmation` },
    run: ({ coop, actor, params: { change }, key }) => coop.payees.confirm(actor, { change, key }),
  }),
  route({
    ...{ ...decides, ...refuses, path: `${path}/refusal` },
    run: ({ coop, actor, params: { change }, key }) => coop.payees.refuse(actor, { change, key }),
  }),
  route({
    ...{ ...mine, path: '/me/payees', answer: z.object({ items: z.array(payeeChange) }) },
    ...{ summary: 'Changes of where you are paid, the last one first.', refusals: ['E_NOT_MEMBER'] },
    run: async ({ coop, actor }) => ({ items: await coop.payees.of(numberOf(actor)) }),
  }),
  route({
    ...{ ...mine, path: minePath, params: ofChange, answer: payeeChange, refusals: ['E_NOT_MEMBER'] },
    summary: 'One change of where you are paid.',
    run: async ({ coop, actor, params: { change: id } }) =>
      ownOf(
        actor,
        await coop.payees.find(id),
        ({ person }) => person,
        `nobody asked for a change ${id} of you`,
      ),
  }),
  route({
    ...{ ...ownDecides, ...confirms, path: `${minePath}/confirmation` },
    refusals: [...confirms.refusals, 'E_NOT_MEMBER'],
    run: ({ coop, actor, params: { change }, key }) => coop.payees.confirm(actor, { change, key }),
  }),
  route({
    ...{ ...ownDecides, ...refuses, path: `${minePath}/refusal` },
    refusals: [...refuses.refusals, 'E_NOT_MEMBER'],
    run: ({ coop, actor, params: { change }, key }) => coop.payees.refuse(actor, { change, key }),
  }),
];
