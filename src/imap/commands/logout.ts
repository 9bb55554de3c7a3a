import { ok } from '../errors.ts';
import { anyState, type Command } from '../features.ts';

/** LOGOUT: BYE, then OK, then the connection ends. */
export const logout: Command = {
  name: 'LOGOUT',
  rfc: 'RFC 9051 §6.1.3',
  states: anyState,
  privilege: null,
  parse: () => null,
  async run(session) {
    session.deselect();
    session.out.untagged('BYE', null, 'good bye');
    session.ending = true;
    return ok('logged out');
  },
};
