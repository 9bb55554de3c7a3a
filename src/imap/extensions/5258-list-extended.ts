import type { Extension } from '../features.ts';

/** Selection and return options of LIST, several patterns, CHILDINFO (names/list.ts); CHILDREN is RFC 3348. */
export const listExtendedExtension: Extension = {
  rfc: 5258,
  name: 'LIST-EXTENDED',
  capabilities: ({ member }) => (member === null ? [] : ['LIST-EXTENDED', 'CHILDREN']),
};
