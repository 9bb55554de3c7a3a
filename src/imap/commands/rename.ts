import { ok, Refusal } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { locate, locateNew } from '../names/place.ts';
import { noteOwn } from '../session/own.ts';

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
    // RFC 4314 §4: `x` on what is renamed, `k` where it goes.
    const { account, mailbox } = await locate(session, from, 'x');
    const target = await locateNew(session, to);
    if (target.account !== account) {
      throw new Refusal('a mailbox stays with its owner; create one there and move the messages', 'CANNOT');
    }
    const modseq = await session.mail.rename(account, mailbox.name, target.path);
    noteOwn(session, { account, modseqs: [modseq] });
    session.selected?.touch();
    return ok('renamed');
  },
};
