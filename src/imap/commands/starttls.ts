import { Refusal } from '../errors.ts';
import type { Command } from '../features.ts';
import { ResponseWriter } from '../wire/index.ts';

/**
 * STARTTLS: the OK goes out in clear, what was received and not read is dropped (THREATS 2), and the session begins
 * anew. No greeting follows; the client asks for CAPABILITY again.
 */
export const starttls: Command = {
  name: 'STARTTLS',
  rfc: 'RFC 9051 §6.2.1',
  states: ['not-authenticated'],
  privilege: null,
  parse: () => null,
  async run(session, _args, { tag }) {
    if (session.secure) throw new Refusal('TLS is active already', null, 'BAD');
    if (!session.services.startTls) throw new Refusal('there is no TLS on this door', null, 'BAD');
    if (session.connection.compressed) {
      throw new Refusal('TLS cannot be started under compression', null, 'BAD');
    }
    const reply = new ResponseWriter().tagged(tag, 'OK', null, 'begin TLS now').take();
    session.reset();
    await session.connection.startTls(Buffer.concat(reply));
    return null;
  },
};
