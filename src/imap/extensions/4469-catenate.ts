import type { Extension } from '../features.ts';

/** APPEND and REPLACE of messages made of texts and parts of others: grammar in wire/append.ts, work in append/. */
export const catenateExtension: Extension = {
  rfc: 4469,
  name: 'CATENATE',
  capabilities: ({ member }) => (member === null ? [] : ['CATENATE']),
};
