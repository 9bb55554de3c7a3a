import { z } from 'zod';
import type { Coop } from '../../co-op.ts';
import type { ClosedYear } from '../../payouts/types.ts';
import { refusal } from '../../refusals.ts';
import { pageBy } from '../cursor.ts';
import { exportWeightCount } from '../limits.ts';
import { route } from '../route.ts';
import { amountIn, listOf, noMore, pageOf, params, year } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { decision, despiteWaiting } from './asked.ts';
import { closedYear, csv, memberInterest, yearFigures } from './shapes.ts';

const reads = { method: 'GET', tag: 'years', privilege: 'ledger.read', query: null, body: null } as const;
const ofYear = params({ year });

async function closed(coop: Coop, of: string): Promise<ClosedYear> {
  const found = await coop.years.year(of);
  if (found === null) throw refusal('E_NOT_FOUND', `${of} was not closed`);
  return found;
}

export const yearsRoutes: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/years', params: null, answer: z.object({ items: z.array(closedYear) }) },
    ...{ privilege: 'own', summary: 'Fiscal years that were closed, the last one first.', refusals: [] },
    run: async ({ coop }) => ({ items: await coop.years.years() }),
  }),
  route({
    ...{ ...reads, path: '/years/{year}', params: ofYear, answer: closedYear },
    ...{ privilege: 'own', summary: 'One closed year, as the assembly decided it.', refusals: [] },
    run: ({ coop, params: of }) => closed(coop, of.year),
  }),
  route({
    ...{ ...reads, path: '/years/{year}/figures', params: ofYear, answer: yearFigures },
    ...{ summary: 'What a year came to so far, and what the assembly may decide.' },
    refusals: ['E_DATE', 'E_RULE'],
    run: ({ coop, params: { year: of } }) => coop.years.figures(of),
  }),
  route({
    ...{ ...reads, path: '/years/{year}/interest', params: ofYear, query: pageOf(noMore) },
    ...{ answer: listOf(memberInterest), refusals: ['E_CURSOR'], summary: 'Interest of each member.' },
    async run({ coop, params: asked, query }) {
      const { year: of } = await closed(coop, asked.year);
      const pages = (after: number) => coop.years.interest(of, { after });
      return pageBy(`/years/${of}/interest`, query, 0, pages, ({ member }) => member);
    },
  }),
  route({
    ...{ ...reads, path: '/slips/{year}', params: ofYear, privilege: 'year.close', answer: csv },
    ...{ weight: exportWeightCount, refusals: ['E_DATE', 'E_RULE'] },
    summary: 'What tax slips of a calendar year say, a member a line (France: IFU 2561).',
    run: async ({ coop, actor, params: { year: of } }) => ({
      name: `slips-${of}.csv`,
      bytes: coop.years.slipLines(actor, of),
    }),
  }),
  route({
    ...{ method: 'POST', path: '/years', tag: 'years', privilege: 'year.close', status: 201 },
    ...{ params: null, query: null, answer: closedYear },
    summary: 'Closes a fiscal year as the assembly decided: reserves, interest, levies.',
    body: z.strictObject({
      year,
      interest: amountIn('In all, gross; minor units.'),
      decision,
      despiteWaiting,
    }),
    refusals: [
      ...(['E_DATE', 'E_AMOUNT', 'E_TEXT', 'E_RULE', 'E_YEAR_OPEN', 'E_YEAR_ORDER'] as const),
      ...(['E_YEAR_CLOSED', 'E_INTEREST_CAP', 'E_LINES_WAIT', 'E_PERIOD_CLOSED'] as const),
    ],
    run: ({ coop, actor, body: { despiteWaiting: despite = '', ...body }, key }) =>
      coop.years.close(actor, { ...body, despite, key }),
    located: ({ year: of }) => `/years/${of}`,
  }),
];
