import { z } from 'zod';
import { duration } from '../scalars.ts';

/** What servers tell each other about mail in each other's name. */
export const mailReportsSlice = z
  .strictObject({
    dmarc: z.boolean().prefault(true).meta({
      description: 'Send the domains that ask for it a daily report of the mail that came in their name.',
      reload: 'live',
    }),
    tls: z.boolean().prefault(true).meta({
      description: 'Send the domains that ask for it a daily report of TLS with their servers.',
      reload: 'live',
    }),
    keep: duration({ min: '1d', max: '3650d' }).prefault('400d').meta({
      description: 'How long reports of others about us are kept (`myco reports list`).',
      reload: 'live',
    }),
  })
  .prefault({})
  .meta({ description: 'DMARC and TLS reports.' });
