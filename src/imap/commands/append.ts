import { upload } from '../append/upload.ts';
import { ok, Refusal, tryCreate } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { locate } from '../names/place.ts';
import { noteOwn } from '../session/own.ts';
import { type AppendMessage, SequenceSet } from '../wire/index.ts';

/**
 * APPEND: the messages are in the store when the command is parsed; what remains is to put them into the mailbox, all
 * or none (RFC 3502).
 */
export const append: Command<{ name: string; messages: readonly AppendMessage[] }> = {
  name: 'APPEND',
  rfc: 'RFC 9051 §6.3.12, RFC 3502',
  states: loggedIn,
  privilege: 'mail:write',
  parse(decoder, { limits: { appendMessagesMax } }) {
    decoder.sp();
    const name = decoder.mailbox();
    const messages: AppendMessage[] = [];
    do {
      decoder.sp();
      messages.push(decoder.appendMessage());
      if (messages.length > appendMessagesMax) {
        throw new Refusal(`one APPEND may bring ${appendMessagesMax} messages`, 'LIMIT');
      }
    } while (!decoder.atEnd);
    return { name, messages };
  },
  async run(session, { name, messages }) {
    const place = await tryCreate(locate(session, name, 'i'));
    const appended = await upload(session, place, messages, (incoming) =>
      tryCreate(session.mail.append(place.account, place.mailbox.id, incoming)),
    );
    session.selected?.touch();
    noteOwn(session, {
      account: place.account,
      modseqs: appended.map(({ modseq }) => modseq),
      made: { mailbox: place.mailbox.id, uids: appended.map(({ uid }) => [uid, uid]) },
    });
    const [first] = appended;
    if (first === undefined) return ok('stored');
    const uids = SequenceSet.of(appended.map(({ uid }) => uid));
    return ok('stored', { code: 'APPENDUID', uidValidity: first.uidValidity, uids }); // RFC 4315 §3
  },
};
