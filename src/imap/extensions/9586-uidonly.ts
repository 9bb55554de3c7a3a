import type { Extension } from '../features.ts';

/**
 * UIDONLY: from ENABLE on neither side names a message by its number. UIDFETCH and VANISHED: session/responses.ts;
 * [UIDREQUIRED]: session/dispatch.ts for commands, search/run.ts for sets inside a search.
 */
export const uidonlyExtension: Extension = {
  rfc: 9586,
  name: 'UIDONLY',
  capabilities: ({ member }) => (member === null ? [] : ['UIDONLY']),
  enable: ['UIDONLY'],
};
