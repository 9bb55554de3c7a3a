import type { Extension } from '../features.ts';

/**
 * UTF8=ACCEPT: UTF-8 in strings and mailbox names both ways (`Session.utf8`), and no CHARSET in SEARCH. What is stored is
 * one for all clients: those that have not enabled it get UTF-8 headers as they stand, in literals (RFC 9755 §8).
 */
export const utf8AcceptExtension: Extension = {
  rfc: 9755,
  name: 'UTF8=ACCEPT',
  capabilities: ({ member }) => (member === null ? [] : ['UTF8=ACCEPT']),
  enable: ['UTF8=ACCEPT'],
};
