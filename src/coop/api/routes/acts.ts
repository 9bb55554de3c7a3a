import { z } from 'zod';
import { pageBy } from '../cursor.ts';
import { route } from '../route.ts';
import { listOf, noMore, pageOf } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { act, role } from './shapes.ts';

export const actsRoutes: readonly ApiRoute[] = [
  route({
    ...{ method: 'GET', path: '/acts', tag: 'acts', privilege: 'acts.read', params: null, body: null },
    ...{ query: pageOf(noMore), answer: listOf(act), refusals: ['E_CURSOR'] },
    summary: 'What was done, by whom, through which door, in order.',
    run: ({ coop, query }) => {
      const pages = async (after: number) => {
        for await (const page of coop.acts.log({ after })) return page;
        return [];
      };
      return pageBy('/acts', query, 0, pages, ({ n }) => n);
    },
  }),
  route({
    ...{ method: 'GET', path: '/roles', tag: 'acts', privilege: 'acts.read', params: null, query: null },
    ...{
      body: null,
      answer: z.object({ items: z.array(z.object({ account: z.int(), role })) }),
      refusals: [],
    },
    summary: 'Who is what.',
    run: async ({ coop }) => ({ items: await coop.acts.roles() }),
  }),
  route({
    ...{ method: 'POST', path: '/roles', tag: 'acts', privilege: 'roles.grant', params: null, query: null },
    body: z.strictObject({ account: z.int().min(1), role, give: z.boolean() }),
    ...{ answer: z.object({ roles: z.array(role) }), refusals: ['E_ROLE'] },
    summary: 'Gives an account a role, or takes it; answers what it is then.',
    run: async ({ coop, actor, body, key }) => ({
      roles: await coop.acts.changeRole(actor, { ...body, key }),
    }),
  }),
];
