import { ok } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { locate } from '../names/place.ts';
import { noteOwn } from '../session/own.ts';

/** DELETE: a mailbox with its messages. Who has it selected is told: this session by CLOSED, others by BYE. */
export const remove: Command<string> = {
  name: 'DELETE',
  rfc: 'RFC 9051 §6.3.5',
  states: loggedIn,
  privilege: 'mail:write',
  parse(decoder) {
    decoder.sp();
    return decoder.mailbox();
  },
  async run(session, name) {
    const { account, mailbox } = await locate(session, name, 'x');
    const modseq = await session.mail.remove(account, mailbox.name);
    noteOwn(session, { account, modseqs: [modseq] });
    const { selected } = session;
    if (selected?.account === account && selected.id === mailbox.id) {
      session.deselect();
      session.out.untagged('OK', 'CLOSED', 'the selected mailbox is gone');
    }
    return ok('deleted');
  },
};
