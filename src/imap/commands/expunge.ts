import { ok } from '../errors.ts';
import { type Command, inMailbox } from '../features.ts';

/** EXPUNGE: removes what is marked \Deleted; the dispatcher reports what went. */
export const expunge: Command = {
  name: 'EXPUNGE',
  rfc: 'RFC 9051 §6.4.3',
  states: inMailbox,
  privilege: 'mail:write',
  parse: () => null,
  async run(session) {
    await session.mail.expunge(session.account, session.writableMailbox.id, null);
    return ok('expunged');
  },
};
