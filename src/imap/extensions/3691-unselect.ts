import { ok } from '../errors.ts';
import { type Command, type Extension, inMailbox } from '../features.ts';

/** UNSELECT: leaves the mailbox and expunges nothing. */
const unselect: Command = {
  name: 'UNSELECT',
  rfc: 'RFC 9051 §6.4.2, RFC 3691',
  states: inMailbox,
  privilege: 'mail:read',
  parse: () => null,
  async run(session) {
    session.deselect();
    return ok('closed');
  },
};

export const unselectExtension: Extension = {
  rfc: 3691,
  name: 'UNSELECT',
  capabilities: ({ member }) => (member === null ? [] : ['UNSELECT']),
  commands: [unselect],
};
