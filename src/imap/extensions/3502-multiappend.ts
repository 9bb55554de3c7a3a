import type { Extension } from '../features.ts';

/** APPEND of several messages in one command, all or none (commands/append.ts). */
export const multiappendExtension: Extension = {
  rfc: 3502,
  name: 'MULTIAPPEND',
  capabilities: ({ member }) => (member === null ? [] : ['MULTIAPPEND']),
};
