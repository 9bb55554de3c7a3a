import { z } from 'zod';
import { refusal, refusals } from '../../refusals.ts';
import { statusOf } from '../problem.ts';
import { route } from '../route.ts';
import { params } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';

const told = z.object({ code: z.string(), reason: z.string(), title: z.string(), status: z.int() });
const tell = (code: keyof typeof refusals) => {
  const [reason, title] = refusals[code];
  return { code, reason, title, status: statusOf(code) };
};
const codes = (Object.keys(refusals) as (keyof typeof refusals)[]).sort();
const common = { method: 'GET', tag: 'about', privilege: 'public', query: null, body: null } as const;

export const aboutRoutes: readonly ApiRoute[] = [
  route({
    ...common,
    ...{ path: '/refusals', params: null, refusals: [] },
    summary: 'Every code that a refusal may have.',
    answer: z.object({ items: z.array(told) }),
    run: async () => ({ items: codes.map(tell) }),
  }),
  route({
    ...common,
    ...{ path: '/refusals/{code}', params: params({ code: z.string() }), refusals: [] },
    summary: 'What a code means; the `type` of a problem leads here.',
    answer: told,
    async run({ params: { code } }) {
      const found = codes.find((one) => one === code);
      if (found === undefined) throw refusal('E_NOT_FOUND', 'there is no such code');
      return tell(found);
    },
  }),
  route({
    ...common,
    ...{ path: '/rules', params: null, refusals: [] },
    summary: "The rules of the co-op that a member's money follows.",
    answer: z.object({
      country: z.string(),
      legalForm: z.string(),
      currency: z.string(),
      fiscalYearEnd: z.string(),
      nominal: z.int().transform(String).pipe(z.string()),
      sharesMax: z.int(),
      sharesMin: z.int(),
      payoutMin: z.int().transform(String).pipe(z.string()),
      approvals: z.int(),
    }),
    async run({ coop: { rules } }) {
      const { country, legalForm, currency, fiscalYearEnd, shares, pay, approvals } = rules;
      return {
        ...{ country, legalForm, currency, fiscalYearEnd },
        ...{ nominal: shares.nominal, sharesMax: shares.maxPerMember, sharesMin: shares.minPerMember },
        ...{ payoutMin: pay.payoutMin, approvals: approvals.persons },
      };
    },
  }),
];
