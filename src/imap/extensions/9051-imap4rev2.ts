import type { Extension } from '../features.ts';

/**
 * IMAP4rev2. Most of it is on for everybody; ENABLE IMAP4rev2 changes what is sent: no RECENT, mailbox names in UTF-8,
 * LIST in the answer to SELECT, ESEARCH instead of SEARCH (RFC 9051 §6.3.1, Appendix E).
 */
export const imap4rev2: Extension = {
  rfc: 9051,
  name: 'IMAP4rev2',
  capabilities: () => ['IMAP4rev2'],
  enable: ['IMAP4REV2'],
};
