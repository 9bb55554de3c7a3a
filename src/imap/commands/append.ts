import { ok, Refusal, tryCreate } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { Staged } from '../session/command-reader.ts';
import { splitFlags } from '../session/flags.ts';
import { type AppendMessage, SequenceSet } from '../wire/index.ts';

/** APPEND: the message is in the store when the command is parsed; what remains is to put it into the mailbox. */
export const append: Command<{ name: string; message: AppendMessage }> = {
  name: 'APPEND',
  rfc: 'RFC 9051 §6.3.12',
  states: loggedIn,
  privilege: 'mail:write',
  parse(decoder) {
    decoder.sp();
    const name = decoder.mailbox();
    decoder.sp();
    return { name, message: decoder.appendMessage() };
  },
  async run(session, { name, message }) {
    const { mail, account } = session;
    const { literal, utf8 } = message.data;
    if (utf8) throw new Refusal('UTF8 data needs UTF8=ACCEPT, which is not offered', null, 'BAD');
    if (literal.kind !== 'spooled' || !(literal.handle instanceof Staged)) {
      throw new Refusal('an empty message cannot be stored', 'CANNOT');
    }
    const flags = splitFlags(message.flags);
    const mailbox = await tryCreate(mail.find(account, name));
    const date = message.internalDate;
    const when = date === null ? {} : { received: date.timeMs, receivedZone: date.zoneMinutes };
    literal.handle.taken = true;
    const incoming = { ...literal.handle.message, ...flags, ...when };
    const appended = (await tryCreate(mail.append(account, mailbox.id, [incoming])))[0];
    session.selected?.touch();
    if (appended === undefined) return ok('stored');
    const { uidValidity, uid } = appended;
    return ok('stored', { code: 'APPENDUID', uidValidity, uids: SequenceSet.of([uid]) }); // RFC 4315 §3
  },
};
