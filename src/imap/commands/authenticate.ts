import { Refusal } from '../errors.ts';
import type { Command } from '../features.ts';
import { offers } from '../mechanisms/mechanism.ts';
import { readAnswer } from '../session/command-reader.ts';
import { logIn, requirePrivacy } from '../session/log-in.ts';
import type { Session } from '../session/session.ts';
import { wireLimits } from '../wire/index.ts';

/** AUTHENTICATE: a SASL dialogue in base64, its first message perhaps with the command (RFC 4959). */
export const authenticate: Command<{ mechanism: string; initial: Buffer | null }> = {
  name: 'AUTHENTICATE',
  rfc: 'RFC 9051 §6.2.2, RFC 4959',
  states: ['not-authenticated'],
  privilege: null,
  parse(decoder) {
    decoder.sp();
    const mechanism = decoder.keyword('a SASL mechanism');
    if (!decoder.tryChar(' ')) return { mechanism, initial: null };
    // RFC 4959 §3: "=" is an initial response that is there and empty.
    if (decoder.tryChar('=')) return { mechanism, initial: Buffer.alloc(0) };
    return { mechanism, initial: fromBase64(decoder.astring('base64')) };
  },
  async run(session, { mechanism: name, initial }) {
    const mechanism = session.services.mechanisms.find((each) => each.name === name);
    if (!mechanism) throw new Refusal('this SASL mechanism is not offered', 'CANNOT');
    requirePrivacy(session);
    if (!offers(session, mechanism)) {
      throw new Refusal('this SASL mechanism is not possible here', 'CANNOT');
    }
    const credentials = await mechanism.run(initial, (challenge) => exchange(session, challenge), session);
    if (credentials === null) throw new Refusal('a message of the SASL dialogue is malformed', null, 'BAD');
    return logIn(session, credentials, name);
  },
};

async function exchange(session: Session, challenge: Buffer): Promise<Buffer> {
  session.out.continuation(challenge.toString('base64'));
  await session.flush();
  const line = await readAnswer(session, wireLimits.commandLineUnauthenticatedBytesMax);
  const text = line.toString('latin1');
  if (text === '*') throw new Refusal('cancelled', null, 'BAD'); // RFC 9051 §6.2.2
  return fromBase64(text);
}

/** Node skips what is no base64; a password must not be guessed at. */
function fromBase64(text: string): Buffer {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new Refusal('that is not base64', null, 'BAD');
  }
  return Buffer.from(text, 'base64');
}
