import { z } from 'zod';
import { refusal } from '../../refusals.ts';
import { certificateWeightCount } from '../limits.ts';
import { route } from '../route.ts';
import { amountOut, assetName, day, params } from '../schemas.ts';
import type { ApiRoute } from '../types.ts';
import { certificateCode } from './shapes.ts';

/** Whoever was shown a certificate reads the name on it: a code that lies about tells of nobody. */
export const certificatesRoutes: readonly ApiRoute[] = [
  route({
    ...{ method: 'GET', path: '/certificates/{code}', tag: 'certificates', privilege: 'public' },
    ...{ params: params({ code: certificateCode }), query: null, body: null, refusals: [] },
    ...{ weight: certificateWeightCount, summary: 'What a certificate says, and whether it still holds.' },
    answer: z.object({
      ...{ code: certificateCode, coop: z.string(), issuer: z.string(), currency: assetName },
      ...{ day, shares: z.int(), nominal: amountOut('Of one share.'), uncalled: amountOut() },
      holds: z
        .boolean()
        .meta({ description: 'The register says the same of that day, and the proof holds.' }),
      stillHeld: z.boolean().meta({ description: 'As many shares are held today.' }),
    }),
    async run({ coop, params: { code } }) {
      const verdict = await coop.certificates.verify(code);
      if (verdict === null) throw refusal('E_NOT_FOUND', 'no such certificate was issued');
      const { certificate, holds, sharesNow } = verdict;
      return { ...certificate, holds, stillHeld: sharesNow >= certificate.shares };
    },
  }),
];
