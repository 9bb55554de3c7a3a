import type { Incoming } from '../../stores/mail/index.ts';
import { ok, Refusal, tryCreate } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { locate } from '../names/place.ts';
import { Staged } from '../session/command-reader.ts';
import { splitFlags } from '../session/flags.ts';
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
  parse(decoder) {
    decoder.sp();
    const name = decoder.mailbox();
    const messages: AppendMessage[] = [];
    do {
      decoder.sp();
      messages.push(decoder.appendMessage());
    } while (!decoder.atEnd);
    return { name, messages };
  },
  async run(session, { name, messages }) {
    const { mail } = session;
    const staged = messages.map(stagedOf);
    const incoming = messages.map((message, i) => incomingOf(message, staged[i]?.message));
    const { account, mailbox } = await tryCreate(locate(session, name, 'i'));
    for (const each of staged) each.taken = true;
    const appended = await tryCreate(mail.append(account, mailbox.id, incoming));
    session.selected?.touch();
    const [first] = appended;
    if (first === undefined) return ok('stored');
    const uids = SequenceSet.of(appended.map(({ uid }) => uid));
    return ok('stored', { code: 'APPENDUID', uidValidity: first.uidValidity, uids }); // RFC 4315 §3
  },
};

function stagedOf({ data: { literal, utf8 } }: AppendMessage): Staged {
  if (utf8) throw new Refusal('UTF8 data needs UTF8=ACCEPT, which is not offered', null, 'BAD');
  if (literal.kind !== 'spooled' || !(literal.handle instanceof Staged)) {
    throw new Refusal('an empty message cannot be stored', 'CANNOT');
  }
  return literal.handle;
}

function incomingOf(
  { flags, internalDate }: AppendMessage,
  message: Staged['message'] | undefined,
): Incoming {
  if (message === undefined) throw new Error('a message of APPEND was not staged');
  const when =
    internalDate === null ? {} : { received: internalDate.timeMs, receivedZone: internalDate.zoneMinutes };
  return { ...message, ...splitFlags(flags), ...when };
}
