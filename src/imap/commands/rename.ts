import { ok } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';

/** RENAME: a mailbox and all below it; of INBOX, its messages (RFC 9051 §6.3.6). */
export const rename: Command<{ from: string; to: string }> = {
  name: 'RENAME',
  rfc: 'RFC 9051 §6.3.6',
  states: loggedIn,
  privilege: 'mail:write',
  parse(decoder) {
    decoder.sp();
    const from = decoder.mailbox();
    decoder.sp();
    return { from, to: decoder.mailbox() };
  },
  async run(session, { from, to }) {
    await session.mail.rename(session.account, from, to);
    session.selected?.touch();
    return ok('renamed');
  },
};
