import type { Extension } from '../features.ts';

/** \Sent, \Drafts and their like in LIST (names/list.ts), and CREATE … (USE (\Sent)) (commands/create.ts). */
export const specialUseExtension: Extension = {
  rfc: 6154,
  name: 'SPECIAL-USE, CREATE-SPECIAL-USE',
  capabilities: ({ member }) => (member === null ? [] : ['SPECIAL-USE', 'CREATE-SPECIAL-USE']),
};
