import { z } from 'zod';

/** This folder's slice of the configuration, key `accounts`. */
export const accountsSettings = z
  .strictObject({
    addressReuseDays: z
      .int()
      .min(0)
      .max(36_500)
      .default(365)
      .describe('Days for which the address of a deleted member is given to nobody else'),
    signInLinkHours: z
      .int()
      .min(1)
      .max(720)
      .default(24)
      .describe('Hours for which a one-time sign-in link works'),
    hashesAtOnce: z
      .int()
      .min(1)
      .max(64)
      .default(2)
      .describe('Passwords checked at the same time; each takes 19 MiB and a processor for some 20 ms'),
  })
  .prefault({});

export type AccountsSettings = z.output<typeof accountsSettings>;
