import { z } from 'zod';
import { refusal } from '../../refusals.ts';
import { certificateWeightCount } from '../limits.ts';
import { route } from '../route.ts';
import { params } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { certificate, certificateCode } from './shapes.ts';

/** Whoever holds a certificate may ask; what its holder did not show (what they hold today) is not told. */
export const certificatesRoutes: readonly ApiRoute[] = [
  route({
    ...{ method: 'GET', path: '/certificates/{code}', tag: 'certificates', privilege: 'public' },
    ...{ params: params({ code: certificateCode }), query: null, body: null, refusals: [] },
    ...{ weight: certificateWeightCount, summary: 'What a certificate says, and whether it still holds.' },
    answer: z.object({
      certificate,
      holds: z
        .boolean()
        .meta({ description: 'The register says the same of that day, and the proof holds.' }),
    }),
    async run({ coop, params: { code } }) {
      const verdict = await coop.certificates.verify(code);
      if (verdict === null) throw refusal('E_NOT_FOUND', 'no such certificate was issued');
      const { certificate: said, holds } = verdict;
      return { certificate: said, holds };
    },
  }),
];
