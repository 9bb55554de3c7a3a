import type { Extension } from '../features.ts';

/** SEARCH RETURN (MIN MAX ALL COUNT), answered by ESEARCH in commands/search.ts; always so after ENABLE IMAP4rev2. */
export const esearchExtension: Extension = {
  rfc: 4731,
  name: 'ESEARCH',
  capabilities: ({ member }) => (member === null ? [] : ['ESEARCH']),
};
