import { ok } from '../errors.ts';
import { type Command, inMailbox } from '../features.ts';

/** CLOSE: expunges what is marked \Deleted, without saying which, and leaves the mailbox. */
export const close: Command = {
  name: 'CLOSE',
  rfc: 'RFC 9051 §6.4.1',
  states: inMailbox,
  privilege: 'mail:read',
  parse: () => null,
  async run(session) {
    const { id, readOnly } = session.mailbox;
    // Deselected first, so that nobody is told of what goes (RFC 9051 §6.4.1).
    session.deselect();
    if (!readOnly) await session.mail.expunge(session.account, id, null);
    return ok('closed');
  },
};
