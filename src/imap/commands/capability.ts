import { ok } from '../errors.ts';
import { anyState, type Command } from '../features.ts';

/** CAPABILITY: what this server offers this session now. */
export const capability: Command = {
  name: 'CAPABILITY',
  rfc: 'RFC 9051 §6.1.1',
  states: anyState,
  privilege: null,
  parse: () => null,
  async run(session) {
    const capabilities = session.services.features.capabilities(session);
    session.out
      .data('CAPABILITY')
      .raw(` ${capabilities.join(' ')}`)
      .crlf();
    return ok('that is all');
  },
};
