import { z } from 'zod';
import { reasonCharactersMax } from '../../payouts/limits.ts';
import { day, hash, text } from '../schemas.ts';

/** What bodies of writes share. */
export const shares = z.int().min(1).max(1_000_000);
export const decision = text(200).meta({ description: 'The decision that this rests on.' });
export const on = day.optional().meta({ description: 'On which day; today where nothing is said.' });
/** The day only where it was said: what was not said is no part of what was asked. */
export const when = ({ on: said }: { readonly on?: string | undefined }) =>
  said === undefined ? {} : { on: said };

/** What is known of a person. */
export const details = z.strictObject({
  kind: z.enum(['natural', 'legal']),
  name: text(200),
  address: z.string().max(500),
  country: z.string().max(2),
  birth: z.string().max(10),
  iban: z.string().max(42),
  holder: z.string().max(200),
});
/** What is to be another one: only what was said. */
export const changeOf = <Body extends object>(body: Body) =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));

/** What somebody agrees to, or no longer does. */
export const consentBody = z.strictObject({
  purpose: text(60),
  text: hash.meta({ description: 'SHA-256 of the text, hex.' }),
  version: text(60),
  isGiven: z.boolean(),
});

export const despiteWaiting = text(reasonCharactersMax).optional().meta({
  description: 'Why it does not wait for lines of the bank that wait for a person. It is kept.',
});
