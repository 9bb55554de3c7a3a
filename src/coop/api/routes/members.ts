import { z } from 'zod';
import { pageBy } from '../cursor.ts';
import { certificateWeightCount, exportWeightCount } from '../limits.ts';
import { route } from '../route.ts';
import { day, listOf, noMore, pageOf, params, pathNumber } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { changeOf, consentBody, details } from './asked.ts';
import { application, call, certificate, movement, person, redemption, standings, zip } from './shapes.ts';

const tag = 'members';
const reads = { method: 'GET', tag, privilege: 'register.read', params: null, body: null } as const;
const writes = { method: 'POST', tag, privilege: 'register.write', query: null, status: 201 } as const;
const ofMember = params({ member: pathNumber });
const memberPath = '/members/{member}';
/** Of somebody who is not there it is told that they are not, rather than that they have nothing. */
const listed = { ...reads, params: ofMember, query: null } as const;

const persons: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/members', answer: listOf(person), refusals: ['E_CURSOR'] },
    query: pageOf({ standing: z.enum(standings).optional() }),
    summary: 'Who is written down, by their numbers.',
    run: ({ coop, query }) => {
      const { standing = null } = query;
      const pages = (after: number) => coop.persons.list({ after, standing });
      return pageBy(`/members?${standing ?? ''}`, query, 0, pages, ({ number }) => number);
    },
  }),
  route({
    ...{ ...reads, path: memberPath, params: ofMember, query: null, answer: person, refusals: [] },
    summary: 'One person.',
    run: ({ coop, params: { member } }) => coop.persons.demand(member),
  }),
  route({
    ...{ ...writes, path: '/members', params: null, answer: person, summary: 'Writes somebody down.' },
    ...{ body: z.strictObject({ details, account: z.int().min(0).prefault(0) }) },
    refusals: ['E_TEXT', 'E_PERSON', 'E_IBAN', 'E_DATE'],
    run: ({ coop, actor, body, key }) => coop.persons.add(actor, { ...body, key }),
    ...{ located: ({ number }) => `/members/${number}`, names: ({ number }) => number },
  }),
  route({
    ...{ ...writes, method: 'PATCH', path: memberPath, params: ofMember, status: 200, changes: memberPath },
    ...{ answer: person, body: details.partial(), summary: 'Changes what is known of somebody.' },
    refusals: ['E_TEXT', 'E_PERSON', 'E_IBAN', 'E_DATE', 'E_VERSION'],
    run: ({ coop, actor, params: { member }, body, key }) => {
      return coop.persons.change(actor, { number: member, change: changeOf(body), key });
    },
    names: ({ number }) => number,
  }),
];

const theirs: readonly ApiRoute[] = [
  route({
    ...{ ...listed, path: '/members/{member}/movements', query: pageOf(noMore), answer: listOf(movement) },
    ...{ summary: "Somebody's movements, in order.", refusals: ['E_CURSOR'] },
    async run({ coop, params: { member }, query }) {
      const { number } = await coop.persons.demand(member);
      const pages = (after: number) => coop.register.movements({ after, person: number });
      return pageBy(`/members/${member}/movements`, query, 0, pages, ({ seq }) => seq);
    },
  }),
  route({
    ...{ ...listed, path: '/members/{member}/applications', refusals: [] },
    ...{ answer: z.object({ items: z.array(application) }), summary: 'The shares that somebody asked for.' },
    async run({ coop, params: { member } }) {
      const { number } = await coop.persons.demand(member);
      return { items: await coop.register.applicationsOf(number) };
    },
  }),
  route({
    ...{ ...listed, path: '/members/{member}/redemptions', refusals: [] },
    ...{ answer: z.object({ items: z.array(redemption) }), summary: 'The shares that somebody asked back.' },
    async run({ coop, params: { member } }) {
      const { number } = await coop.persons.demand(member);
      return { items: await coop.register.requestsOf(number) };
    },
  }),
  route({
    ...{ ...listed, path: '/members/{member}/calls', refusals: [] },
    ...{ answer: z.object({ items: z.array(call) }), summary: 'Capital that was called of somebody.' },
    async run({ coop, params: { member } }) {
      const { number } = await coop.persons.demand(member);
      return { items: await coop.register.callsOf(number) };
    },
  }),
];

const kept: readonly ApiRoute[] = [
  route({
    ...{ ...listed, path: '/members/{member}/archive', answer: zip, refusals: [] },
    ...{ weight: exportWeightCount, summary: 'All that is kept of somebody (GDPR art. 15, 20).' },
    async run({ coop, actor, params: { member } }) {
      return { name: `kept-of-${member}.zip`, bytes: coop.privacy.archive(actor, member) };
    },
  }),
  route({
    ...{ ...writes, path: '/members/{member}/consents', params: ofMember, answer: null, status: 204 },
    ...{ body: consentBody, summary: 'Writes down what somebody agreed to, or took back.' },
    refusals: ['E_TEXT', 'E_STATE'],
    async run({ coop, actor, params: { member }, body, key }) {
      await coop.privacy.consent(actor, { ...body, person: member, key });
      return undefined;
    },
  }),
  route({
    ...{ ...writes, path: '/members/{member}/erasure', params: ofMember, answer: null, status: 204 },
    ...{ body: null, changes: memberPath, refusals: ['E_STATE', 'E_OWED'] },
    summary: 'Takes out who somebody was, where nothing is owed (GDPR art. 17).',
    async run({ coop, actor, params: { member }, key }) {
      await coop.privacy.erase(actor, { person: member, key });
      return undefined;
    },
  }),
  route({
    ...{ ...writes, path: '/members/{member}/certificates', params: ofMember, answer: certificate },
    ...{ body: z.strictObject({ on: day }), weight: certificateWeightCount },
    ...{ summary: 'A certificate of what somebody held.', refusals: ['E_SHARES', 'E_DATE'] },
    run: ({ coop, actor, params: { member }, body }) =>
      coop.certificates.issue(actor, { person: member, day: body.on }),
    ...{ located: ({ code }) => `/certificates/${code}`, names: ({ member }) => member },
  }),
];

export const membersRoutes: readonly ApiRoute[] = [...persons, ...theirs, ...kept];
