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
    const selected = session.writableMailbox;
    const { account, id } = selected;
    session.demandRights(selected, 'e');
    await session.progress.during(session.mail.expunge(account, id, null));
    return ok('expunged');
  },
};
