import type { Extension } from '../features.ts';

/**
 * LITERAL+: literals that do not wait, of any size that the command allows. It includes LITERAL-, and RFC 7888 §5 lets
 * a server name one of the two; a client of IMAP4rev2 may send `{n+}` up to 4096 octets in any case (RFC 9051 §4.3).
 */
export const literalExtension: Extension = {
  rfc: 7888,
  name: 'LITERAL+',
  capabilities: () => ['LITERAL+'],
};
