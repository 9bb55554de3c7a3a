import type { Hello, Session } from '../session/session.ts';
import type { Command } from '../session/types.ts';
import { type Reply, reply } from '../wire/reply.ts';

/** RFC 5321 §4.1.1.1: any name will do; many clients do not know theirs. */
async function greet(session: Session, verb: Hello['verb'], name: string): Promise<Reply> {
  if (name === '') return reply(501, '5.5.4', `${verb} takes the name of the client`);
  const refusal = session.guard?.hello(name) ?? null;
  if (refusal) return refusal;
  session.resetTransaction();
  session.hello = { verb, name };
  const { hostname } = session.services.settings;
  if (verb === 'HELO') return reply(250, null, hostname);
  const offered = session.door.extensions.map((extension) => extension.ehlo(session));
  return reply(250, null, hostname, ...offered.filter((line) => line !== null));
}

export const helo: Command = {
  verb: 'HELO',
  rfc: 5321,
  help: 'HELO <name>: begin without extensions',
  beforeHello: true,
  run: (session, argument) => greet(session, 'HELO', argument),
};

export const ehlo: Command = {
  verb: 'EHLO',
  rfc: 5321,
  help: 'EHLO <name>: begin and list the extensions',
  beforeHello: true,
  run: (session, argument) => greet(session, 'EHLO', argument),
};

/** RFC 2033 §4.1 */
export const lhlo: Command = {
  verb: 'LHLO',
  rfc: 2033,
  help: 'LHLO <name>: begin and list the extensions',
  beforeHello: true,
  run: (session, argument) => greet(session, 'LHLO', argument),
};
