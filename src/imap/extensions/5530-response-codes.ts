import type { Extension } from '../features.ts';

/** The codes in brackets that say why (errors.ts); they need no capability. */
export const responseCodes: Extension = {
  rfc: 5530,
  name: 'IMAP response codes',
  capabilities: () => [],
};
