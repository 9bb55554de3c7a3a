import type { Extension } from '../features.ts';

/** LIST … RETURN (STATUS (…)): a STATUS after each name that can be selected (commands/list.ts). */
export const listStatusExtension: Extension = {
  rfc: 5819,
  name: 'LIST-STATUS',
  capabilities: ({ member }) => (member === null ? [] : ['LIST-STATUS']),
};
