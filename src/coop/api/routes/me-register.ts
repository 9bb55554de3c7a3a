import { z } from 'zod';
import type { Actor } from '../../acts/types.ts';
import type { Coop } from '../../co-op.ts';
import type { Certificate } from '../../register/types.ts';
import { pageBy } from '../cursor.ts';
import { certificateWeightCount, exportWeightCount } from '../limits.ts';
import { route } from '../route.ts';
import { day, listOf, noMore, pageOf, params, pathNumber } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { changeOf, consentBody, details, shares } from './asked.ts';
import { asks, mine, numberOf, ownOf } from './own.ts';
import {
  application,
  call,
  certificate,
  certificateCode,
  consent,
  holding,
  movement,
  pdf,
  person,
  redemption,
} from './shapes.ts';

const applicationPath = '/me/applications/{application}';
const requestPath = '/me/redemptions/{request}';
const ofApplication = params({ application: pathNumber });
const ofRequest = params({ request: pathNumber });
const ofCode = params({ code: certificateCode });
const personPath = '/me/person';

const known: readonly ApiRoute[] = [
  route({
    ...mine,
    ...{ path: personPath, refusals: ['E_NOT_MEMBER'], answer: person },
    summary: 'What the register knows of you.',
    run: ({ coop, actor }) => coop.persons.demand(numberOf(actor)),
  }),
  route({
    ...{ ...asks, method: 'PATCH', path: personPath, changes: personPath, answer: person },
    summary: 'Changes where you live and where you are paid.',
    body: details.pick({ address: true, country: true, iban: true, holder: true }).partial(),
    refusals: ['E_NOT_MEMBER', 'E_TEXT', 'E_PERSON', 'E_IBAN', 'E_STATE'],
    run: ({ coop, actor, body, key }) =>
      coop.persons.change(actor, { number: numberOf(actor), change: changeOf(body), key }),
    names: ({ number }) => number,
  }),
  route({
    ...{ ...mine, path: '/me/archive', answer: { media: 'application/zip' }, refusals: ['E_NOT_MEMBER'] },
    ...{ weight: exportWeightCount, summary: 'All that is kept of you: JSON and CSV (GDPR art. 15, 20).' },
    async run({ coop, actor }) {
      return { name: 'kept-of-me.zip', bytes: coop.privacy.archive(actor, numberOf(actor)) };
    },
  }),
  route({
    ...{ ...mine, path: '/me/consents', refusals: ['E_NOT_MEMBER'] },
    ...{ answer: z.object({ items: z.array(consent) }), summary: 'What you agreed to.' },
    run: async ({ coop, actor }) => ({ items: await coop.privacy.consents(actor, numberOf(actor)) }),
  }),
  route({
    ...{ ...asks, path: '/me/consents', answer: null, status: 204 },
    summary: 'Agrees to a text, or takes that back; of one purpose one consent is in force.',
    body: consentBody,
    refusals: ['E_NOT_MEMBER', 'E_TEXT', 'E_STATE'],
    async run({ coop, actor, body, key }) {
      await coop.privacy.consent(actor, { ...body, person: numberOf(actor), key });
      return undefined;
    },
  }),
];

const held: readonly ApiRoute[] = [
  route({
    ...mine,
    ...{ path: '/me/shares', refusals: ['E_NOT_MEMBER', 'E_DATE'], answer: holding },
    summary: 'Your shares at the end of a day.',
    query: z.strictObject({ on: day }),
    run: ({ coop, actor, query }) => coop.register.holding(numberOf(actor), query.on),
  }),
  route({
    ...mine,
    ...{ path: '/me/movements', query: pageOf(noMore), answer: listOf(movement) },
    ...{ summary: 'Your movements in the register, in order.', refusals: ['E_NOT_MEMBER', 'E_CURSOR'] },
    run: ({ coop, actor, query }) => {
      const own = numberOf(actor);
      const pages = (after: number) => coop.register.movements({ after, person: own });
      return pageBy('/me/movements', query, 0, pages, ({ seq }) => seq);
    },
  }),
  route({
    ...mine,
    ...{ path: '/me/calls', refusals: ['E_NOT_MEMBER'] },
    summary: 'Capital that was called of you.',
    answer: z.object({ items: z.array(call) }),
    run: async ({ coop, actor }) => ({ items: await coop.register.callsOf(numberOf(actor)) }),
  }),
];

const applications: readonly ApiRoute[] = [
  route({
    ...{ ...mine, path: '/me/applications', refusals: ['E_NOT_MEMBER'] },
    ...{ answer: z.object({ items: z.array(application) }), summary: 'The shares that you asked for.' },
    run: async ({ coop, actor }) => ({ items: await coop.register.applicationsOf(numberOf(actor)) }),
  }),
  route({
    ...{ ...mine, path: applicationPath, params: ofApplication, answer: application },
    ...{ summary: 'One application of yours.', refusals: ['E_NOT_MEMBER'] },
    run: async ({ coop, actor, params: { application: id } }) =>
      ownOf(
        actor,
        await coop.register.application(id),
        ({ person: of }) => of,
        `you made no application ${id}`,
      ),
  }),
  route({
    ...{ ...asks, path: '/me/applications', status: 201, answer: application },
    ...{ body: z.strictObject({ shares }), located: ({ id }) => `/me/applications/${id}` },
    summary: 'Asks for shares; the answer has the reference to pay under.',
    refusals: ['E_NOT_MEMBER', 'E_SHARE_CAP', 'E_SHARE_MIN', 'E_STATE'],
    run: ({ coop, actor, body, key }) =>
      coop.register.apply(actor, { person: numberOf(actor), shares: body.shares, key }),
  }),
  route({
    ...{ ...asks, path: `${applicationPath}/withdrawal`, params: ofApplication, changes: applicationPath },
    ...{ body: null, answer: application, summary: 'Takes an application of yours back.' },
    refusals: ['E_NOT_MEMBER', 'E_STATE'],
    run: ({ coop, actor, params: { application: id }, key }) =>
      coop.register.withdrawApplication(actor, { application: id, key }),
  }),
];

const redemptions: readonly ApiRoute[] = [
  route({
    ...{ ...mine, path: '/me/redemptions', refusals: ['E_NOT_MEMBER'] },
    ...{ answer: z.object({ items: z.array(redemption) }), summary: 'The shares that you asked back.' },
    run: async ({ coop, actor }) => ({ items: await coop.register.requestsOf(numberOf(actor)) }),
  }),
  route({
    ...{ ...mine, path: requestPath, params: ofRequest, answer: redemption },
    ...{ summary: 'One request of yours.', refusals: ['E_NOT_MEMBER'] },
    run: async ({ coop, actor, params: { request: id } }) =>
      ownOf(
        actor,
        await coop.register.redemptionRequest(id),
        ({ person: of }) => of,
        `you made no request ${id}`,
      ),
  }),
  route({
    ...{ ...asks, path: '/me/redemptions', status: 201, answer: redemption },
    ...{ body: z.strictObject({ shares }), located: ({ id }) => `/me/redemptions/${id}` },
    summary: 'Asks shares back.',
    refusals: ['E_NOT_MEMBER', 'E_SHARES', 'E_SHARE_MIN', 'E_STATE'],
    run: ({ coop, actor, body, key }) =>
      coop.register.request(actor, { person: numberOf(actor), shares: body.shares, key }),
  }),
  route({
    ...{ ...asks, path: `${requestPath}/withdrawal`, params: ofRequest, changes: requestPath },
    ...{ body: null, answer: redemption, summary: 'Takes a request of yours back.' },
    refusals: ['E_NOT_MEMBER', 'E_STATE'],
    run: ({ coop, actor, params: { request: id }, key }) =>
      coop.register.withdrawRequest(actor, { request: id, key }),
  }),
];

async function ownCertificate(coop: Coop, actor: Actor, code: string): Promise<Certificate> {
  const found = (await coop.certificates.verify(code))?.certificate ?? null;
  return ownOf(actor, found, ({ member }) => member, 'no such certificate was issued to you');
}

const certificates: readonly ApiRoute[] = [
  route({
    ...{ ...mine, path: '/me/certificates', refusals: ['E_NOT_MEMBER'] },
    ...{ answer: z.object({ items: z.array(certificate) }), summary: 'The last certificates of yours.' },
    run: async ({ coop, actor }) => ({ items: await coop.certificates.issuedTo(numberOf(actor)) }),
  }),
  route({
    ...{ ...asks, path: '/me/certificates', status: 201, answer: certificate },
    ...{ body: z.strictObject({ on: day }), weight: certificateWeightCount },
    summary: 'A certificate of your shares at the end of a day, with a proof.',
    refusals: ['E_NOT_MEMBER', 'E_SHARES', 'E_DATE'],
    run: ({ coop, actor, body }) => coop.certificates.issue(actor, { person: numberOf(actor), day: body.on }),
    ...{ located: ({ code }) => `/me/certificates/${code}`, names: ({ member }) => member },
  }),
  route({
    ...{ ...mine, path: '/me/certificates/{code}', params: ofCode, refusals: ['E_NOT_MEMBER'] },
    ...{ answer: certificate, weight: certificateWeightCount, summary: 'One certificate of yours.' },
    run: async ({ coop, actor, params: { code } }) => ownCertificate(coop, actor, code),
  }),
  route({
    ...{ ...mine, path: '/me/certificates/{code}/pdf', params: ofCode, refusals: ['E_NOT_MEMBER'] },
    ...{ answer: pdf, weight: certificateWeightCount, summary: 'The same as a page to print.' },
    async run({ coop, actor, params: { code }, verifyAt }) {
      const own = await ownCertificate(coop, actor, code);
      return {
        name: `certificate-${own.code}.pdf`,
        bytes: await coop.certificates.pdf(own, verifyAt(own.code)),
      };
    },
  }),
];

export const meRegisterRoutes: readonly ApiRoute[] = [
  ...known,
  ...held,
  ...applications,
  ...redemptions,
  ...certificates,
];
