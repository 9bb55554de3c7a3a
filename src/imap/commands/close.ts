import { ok } from '../errors.ts';
import { type Command, inMailbox } from '../features.ts';

/**
 * CLOSE: expunges what is marked \Deleted, without saying which, and leaves the mailbox. What that does to the modseq is
 * not told: a client that came back with it would not hear what went (RFC 7162 §3.2.8).
 */
export const close: Command = {
  name: 'CLOSE',
  rfc: 'RFC 9051 §6.4.1',
  states: inMailbox,
  privilege: 'mail:read',
  parse: () => null,
  async run(session) {
    const { account, id, readOnly, rights } = session.mailbox;
    // Deselected first, so that nobody is told of what goes (RFC 9051 §6.4.1).
    session.deselect();
    // RFC 4314 §4: without `e` nothing is expunged, and CLOSE succeeds all the same.
    if (!readOnly && rights.includes('e')) await session.mail.expunge(account, id, null);
    return ok('closed');
  },
};
