import type { Extension } from '../features.ts';

/** IMAP4rev1, what is spoken until a client enables IMAP4rev2. Its commands are in `imap/commands`. */
export const imap4rev1: Extension = {
  rfc: 3501,
  name: 'IMAP4rev1',
  capabilities: () => ['IMAP4rev1'],
};
