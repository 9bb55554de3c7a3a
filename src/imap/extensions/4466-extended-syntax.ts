import type { Extension } from '../features.ts';

/** The places where extensions put their parameters (`imap/wire`); it has no capability of its own. */
export const extendedSyntax: Extension = {
  rfc: 4466,
  name: 'Collected extensions to IMAP4 ABNF',
  capabilities: () => [],
};
