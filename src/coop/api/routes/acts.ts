import { z } from 'zod';
import { decisionKinds } from '../../acts/types.ts';
import { pageBy } from '../cursor.ts';
import { route } from '../route.ts';
import { day, listOf, noMore, pageOf, params, text } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { act, decided, role } from './shapes.ts';

const decisionPath = '/decisions';

const decisions: readonly ApiRoute[] = [
  route({
    ...{ method: 'GET', path: decisionPath, tag: 'acts', privilege: 'acts.read', params: null, body: null },
    ...{ query: pageOf(noMore), answer: listOf(decided), refusals: ['E_CURSOR'] },
    summary: 'What was decided, in the order in which it was recorded.',
    run: ({ coop, query }) => {
      const pages = async (after: number) => {
        for await (const page of coop.acts.decisions(after)) return page;
        return [];
      };
      return pageBy(decisionPath, query, 0, pages, ({ act: by }) => by);
    },
  }),
  route({
    ...{ method: 'GET', path: '/decisions/{reference}', tag: 'acts', privilege: 'acts.read', query: null },
    ...{ params: params({ reference: text(100) }), body: null, answer: decided, refusals: ['E_DECISION'] },
    summary: 'A decision by its reference.',
    run: ({ coop, params: { reference } }) => coop.acts.decision(reference),
  }),
  route({
    ...{ method: 'POST', path: decisionPath, tag: 'acts', privilege: 'decision.record', status: 201 },
    ...{ params: null, query: null, answer: decided, summary: 'Records what was decided, once.' },
    body: z.strictObject({
      ...{ reference: text(100), kind: z.enum(decisionKinds), on: day, title: text(200) },
      document: z
        .string()
        .regex(/^(?:[0-9a-f]{64})?$/)
        .meta({ description: 'SHA-256 of the minutes; empty where there are none.' }),
    }),
    refusals: ['E_REFERENCE', 'E_DECISION', 'E_DATE', 'E_TEXT'],
    run: ({ coop, actor, body, key }) => coop.acts.decide(actor, { ...body, key }),
    located: ({ reference }) => `${decisionPath}/${encodeURIComponent(reference)}`,
  }),
];

/** Accounts with the same `person` are one person's. */
const sameAccount = z.object({ account: z.int(), person: z.int() });

export const actsRoutes: readonly ApiRoute[] = [
  ...decisions,
  route({
    ...{ method: 'GET', path: '/acts', tag: 'acts', privilege: 'acts.read', params: null, body: null },
    ...{
      query: pageOf({ subject: z.string().max(200).optional() }),
      answer: listOf(act),
      refusals: ['E_CURSOR'],
    },
    summary: 'What was done, by whom, through which door, in order; to one thing (`run:5`), or to all.',
    run: ({ coop, query }) => {
      const { subject = '' } = query;
      const pages = async (after: number) => {
        for await (const page of coop.acts.log({ after, subject })) return page;
        return [];
      };
      return pageBy(`/acts?${subject}`, query, 0, pages, ({ n }) => n);
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
  route({
    ...{ method: 'GET', path: '/people', tag: 'acts', privilege: 'acts.read', params: null, query: null },
    ...{ body: null, refusals: [], answer: z.object({ items: z.array(sameAccount) }) },
    summary: "Accounts that are one person's, as administrators said.",
    run: async ({ coop }) => ({ items: await coop.acts.same() }),
  }),
  route({
    ...{ method: 'POST', path: '/people', tag: 'acts', privilege: 'roles.grant', params: null, query: null },
    body: z.strictObject({
      account: z.int().min(1),
      other: z.int().min(0).meta({ description: "Whose other account that is; 0: nobody else's." }),
    }),
    ...{ answer: z.object({ items: z.array(sameAccount) }), refusals: ['E_ROLE', 'E_NOT_FOUND'] },
    summary: "Says that two accounts are one person's: together they decide once.",
    async run({ coop, actor, body, key }) {
      await coop.acts.declareSame(actor, { ...body, key });
      return { items: await coop.acts.same() };
    },
  }),
];
