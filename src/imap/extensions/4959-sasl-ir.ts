import type { Extension } from '../features.ts';

/** The first message of a SASL dialogue may come with AUTHENTICATE (commands/authenticate.ts). */
export const saslIrExtension: Extension = {
  rfc: 4959,
  name: 'SASL-IR',
  capabilities: () => ['SASL-IR'],
};
