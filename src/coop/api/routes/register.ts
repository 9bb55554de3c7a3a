import { z } from 'zod';
import { refusal } from '../../refusals.ts';
import { pageBy } from '../cursor.ts';
import { exportWeightCount } from '../limits.ts';
import { route } from '../route.ts';
import {
  amountAboveIn,
  amountIn,
  amountOut,
  day,
  listOf,
  noMore,
  pageOf,
  params,
  pathNumber,
} from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { decision, on, shares, when } from './asked.ts';
import { application, call, csv, holding, movement, redemption } from './shapes.ts';

const tag = 'register';
const reads = { method: 'GET', tag, privilege: 'register.read', params: null, body: null } as const;
const writes = { method: 'POST', tag, privilege: 'register.write', query: null, status: 201 } as const;
const ofMember = params({ member: pathNumber });
const memberPath = '/members/{member}';
const applicationPath = '/applications/{application}';
const ofApplication = params({ application: pathNumber });
const requestPath = '/redemptions/{request}';
const ofRequest = params({ request: pathNumber });

const asOf: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/register', query: pageOf({ on: day }), answer: listOf(holding) },
    ...{ summary: 'The register as it was at the end of a day.', refusals: ['E_CURSOR', 'E_DATE'] },
    run: ({ coop, query }) => {
      const pages = (after: number) => coop.register.holdings(query.on, after);
      return pageBy(`/register?${query.on}`, query, 0, pages, (row) => row.person);
    },
  }),
  route({
    ...{ ...reads, path: '/register/lines', query: z.strictObject({ on: day }), answer: csv },
    ...{ weight: exportWeightCount, refusals: ['E_DATE'] },
    summary: 'The same as CSV, whole: names and addresses as they are known now.',
    run: async ({ coop, query }) => ({
      name: `register-${query.on}.csv`,
      bytes: coop.register.lines(query.on),
    }),
  }),
  route({
    ...{ ...reads, path: '/register/totals', query: z.strictObject({ on: day }), refusals: ['E_DATE'] },
    summary: 'What all held at the end of a day.',
    answer: z.object({
      ...{ shares: z.int(), members: z.int() },
      ...{ uncalled: amountOut(), capital: amountOut('Paid up.') },
    }),
    run: ({ coop, query }) => coop.register.totals(query.on),
  }),
  route({
    ...{ ...reads, path: '/movements', answer: listOf(movement), refusals: ['E_CURSOR'] },
    ...{ summary: 'Every movement, in order.', query: pageOf(noMore) },
    run: ({ coop, query }) =>
      pageBy(
        '/movements',
        query,
        0,
        (after) => coop.register.movements({ after }),
        ({ seq }) => seq,
      ),
  }),
];

const applications: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/applications', answer: listOf(application), refusals: ['E_CURSOR'] },
    query: pageOf({ state: application.shape.state }),
    summary: 'Applications in a state, in the order in which they were made.',
    run: ({ coop, query }) => {
      const pages = (after: number) => coop.register.applications(query.state, after);
      return pageBy(`/applications?${query.state}`, query, 0, pages, ({ id }) => id);
    },
  }),
  route({
    ...{ ...reads, path: applicationPath, params: ofApplication, query: null, answer: application },
    ...{ summary: 'One application.', refusals: [] },
    async run({ coop, params: { application: id } }) {
      const found = await coop.register.application(id);
      if (found === null) throw refusal('E_NOT_FOUND', `there is no application ${id}`);
      return found;
    },
  }),
  route({
    ...{ ...writes, path: '/members/{member}/applications', params: ofMember, answer: application },
    ...{ body: z.strictObject({ shares, on }), summary: 'Asks for shares for somebody.' },
    refusals: ['E_SHARE_CAP', 'E_SHARE_MIN', 'E_STATE', 'E_DATE'],
    run: ({ coop, actor, params: { member }, body, key }) =>
      coop.register.apply(actor, { person: member, shares: body.shares, ...when(body), key }),
    located: ({ id }) => `/applications/${id}`,
  }),
  route({
    ...{ ...writes, path: `${applicationPath}/decision`, params: ofApplication, status: 200 },
    ...{ privilege: 'admission.decide', changes: applicationPath, answer: application },
    ...{ body: z.strictObject({ isAdmitted: z.boolean(), decision, on }), summary: 'Admits, or refuses.' },
    refusals: ['E_STATE', 'E_SHARE_CAP', 'E_TEXT', 'E_DATE'],
    run: ({ coop, actor, params: { application: id }, body, key }) => {
      const { isAdmitted, decision: rests } = body;
      return coop.register.decide(actor, {
        application: id,
        isAdmitted,
        decision: rests,
        ...when(body),
        key,
      });
    },
  }),
];

const decided: readonly ApiRoute[] = [
  route({
    ...{ ...writes, path: `${applicationPath}/withdrawal`, params: ofApplication, status: 200 },
    ...{ changes: applicationPath, body: z.strictObject({ on }), answer: application },
    ...{ summary: 'Takes an application back that has not taken effect.', refusals: ['E_STATE', 'E_DATE'] },
    run: ({ coop, actor, params: { application: id }, body, key }) =>
      coop.register.withdrawApplication(actor, { application: id, ...when(body), key }),
  }),
];

const redemptions: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/redemptions', query: pageOf(noMore), answer: listOf(redemption) },
    ...{ summary: 'What waits to be redeemed, in its order.', refusals: ['E_CURSOR'] },
    run: ({ coop, query }) =>
      pageBy(
        '/redemptions',
        query,
        0,
        (after) => coop.register.queue(after),
        ({ id }) => id,
      ),
  }),
  route({
    ...{ ...reads, path: requestPath, params: ofRequest, query: null, answer: redemption },
    ...{ summary: 'One request.', refusals: [] },
    async run({ coop, params: { request: id } }) {
      const found = await coop.register.redemptionRequest(id);
      if (found === null) throw refusal('E_NOT_FOUND', `there is no request ${id}`);
      return found;
    },
  }),
  route({
    ...{ ...writes, path: '/members/{member}/redemptions', params: ofMember, answer: redemption },
    ...{ body: z.strictObject({ shares, on }), summary: 'Asks shares back for somebody.' },
    refusals: ['E_SHARES', 'E_SHARE_MIN', 'E_STATE', 'E_DATE'],
    run: ({ coop, actor, params: { member }, body, key }) =>
      coop.register.request(actor, { person: member, shares: body.shares, ...when(body), key }),
    located: ({ id }) => `/redemptions/${id}`,
  }),
  route({
    ...{ ...writes, path: `${requestPath}/withdrawal`, params: ofRequest, status: 200 },
    ...{ changes: requestPath, body: z.strictObject({ on }), answer: redemption },
    ...{ summary: 'Takes a request back of which nothing was paid.', refusals: ['E_STATE', 'E_DATE'] },
    run: ({ coop, actor, params: { request: id }, body, key }) =>
      coop.register.withdrawRequest(actor, { request: id, ...when(body), key }),
  }),
  route({
    ...{
      ...writes,
      path: '/capital/redemptions',
      privilege: 'pay.prepare',
      params: null,
      summary: 'Redeems what is due, down to the floor.',
    },
    body: z.strictObject({ uncoveredLoss: amountIn('Of the last accounts.'), decision, on }),
    answer: z.object({
      ...{ requests: z.int(), shares: z.int(), more: z.boolean() },
      ...{ amount: amountOut(), worth: amountOut('Of one share.'), capital: amountOut(), floor: amountOut() },
    }),
    refusals: ['E_STATE', 'E_AMOUNT', 'E_DATE'],
    run: ({ coop, actor, body, key }) => {
      const { uncoveredLoss, decision: rests } = body;
      return coop.register.redeem(actor, { uncoveredLoss, decision: rests, ...when(body), key });
    },
  }),
];

const ends = {
  exclusion: ['exclude', 'Excludes a member.'],
  death: ['death', 'A member died: their shares wait.'],
} as const;

const changes: readonly ApiRoute[] = [
  route({
    ...{ ...writes, path: '/members/{member}/calls', params: ofMember, answer: call },
    ...{ body: z.strictObject({ amount: amountAboveIn(), decision, on }), summary: 'Calls capital.' },
    refusals: ['E_SHARES', 'E_TEXT', 'E_DATE'],
    run: ({ coop, actor, params: { member }, body, key }) => {
      const { amount, decision: rests } = body;
      return coop.register.call(actor, { person: member, amount, decision: rests, ...when(body), key });
    },
  }),
  route({
    ...{
      ...writes,
      path: '/members/{member}/transfers',
      privilege: 'admission.decide',
      params: ofMember,
      answer: movement,
    },
    ...{ body: z.strictObject({ to: z.int().min(1), shares, decision, on }) },
    summary: 'Shares go to another person.',
    refusals: ['E_SHARES', 'E_SHARE_CAP', 'E_SHARE_MIN', 'E_STATE', 'E_DATE'],
    run: ({ coop, actor, params: { member }, body, key }) => {
      const { to, shares: count, decision: rests } = body;
      return coop.register.transfer(actor, {
        from: member,
        to,
        shares: count,
        decision: rests,
        ...when(body),
        key,
      });
    },
  }),
  ...(['exclusion', 'death'] as const).map((what) =>
    route({
      ...{
        ...writes,
        path: `/members/{member}/${what}`,
        privilege: 'admission.decide',
        params: ofMember,
        changes: memberPath,
      },
      ...{ body: z.strictObject({ decision, on }), summary: ends[what][1], refusals: ['E_STATE', 'E_DATE'] },
      answer: z.object({ request: redemption.nullable() }),
      run: async ({ coop, actor, params: { member }, body, key }) => ({
        request: await coop.register[ends[what][0]](actor, {
          ...{ person: member, decision: body.decision, key },
          ...when(body),
        }),
      }),
    }),
  ),
  route({
    ...{
      ...writes,
      path: '/movements/{seq}/cancellation',
      privilege: 'admission.decide',
      params: params({ seq: pathNumber }),
    },
    ...{
      body: z.strictObject({ decision, on }),
      answer: movement,
      refusals: ['E_STATE', 'E_REVERSED', 'E_DATE'],
    },
    summary: 'Undoes the last movement of whom it concerns by another one.',
    run: ({ coop, actor, params: { seq }, body, key }) =>
      coop.register.cancel(actor, { seq, decision: body.decision, ...when(body), key }),
  }),
];

export const registerRoutes: readonly ApiRoute[] = [
  ...asOf,
  ...applications,
  ...decided,
  ...redemptions,
  ...changes,
];
