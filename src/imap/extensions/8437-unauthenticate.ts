import { ok } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';

/**
 * UNAUTHENTICATE: back to where the connection was before login, TLS staying. The mailbox is left and nothing is
 * expunged; what was enabled is off.
 */
const unauthenticate: Command = {
  name: 'UNAUTHENTICATE',
  rfc: 'RFC 8437',
  states: loggedIn,
  privilege: null,
  parse: () => null,
  async run(session) {
    session.logOut();
    const capabilities = session.services.features.capabilities(session);
    return ok('who is next', { code: 'CAPABILITY', capabilities });
  },
};

export const unauthenticateExtension: Extension = {
  rfc: 8437,
  name: 'UNAUTHENTICATE',
  capabilities: ({ member }) => (member === null ? [] : ['UNAUTHENTICATE']),
  commands: [unauthenticate],
};
