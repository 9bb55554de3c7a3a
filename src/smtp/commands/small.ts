import { replies } from '../replies.ts';
import type { Command } from '../session/types.ts';
import { closing, reply } from '../wire/reply.ts';

/** RFC 5321 §4.1.1.5 */
export const rset: Command = {
  verb: 'RSET',
  rfc: 5321,
  help: 'RSET: forget the transaction',
  beforeHello: true,
  run: async (session, argument) => {
    if (argument !== '') return replies.noArgument;
    session.resetTransaction();
    return replies.ok;
  },
};

/** RFC 5321 §4.1.1.9: an argument is ignored. */
export const noop: Command = {
  verb: 'NOOP',
  rfc: 5321,
  help: 'NOOP: do nothing',
  beforeHello: true,
  run: async () => replies.ok,
};

/** RFC 5321 §4.1.1.10 */
export const quit: Command = {
  verb: 'QUIT',
  rfc: 5321,
  help: 'QUIT: end the session',
  beforeHello: true,
  run: async (_, argument) =>
    argument === '' ? closing(reply(221, '2.0.0', 'Goodbye')) : replies.noArgument,
};

/** RFC 5321 §4.1.1.8 */
export const help: Command = {
  verb: 'HELP',
  rfc: 5321,
  help: 'HELP: this list',
  beforeHello: true,
  run: async (session) =>
    reply(214, '2.0.0', ...[...session.dispatch.commands.values()].map((command) => command.help)),
};

/** RFC 5321 §3.5.3 and §7.3: answered without telling who lives here. RFC 6531 §3.7.4.2 adds a parameter. */
export const vrfy: Command = {
  verb: 'VRFY',
  rfc: 5321,
  help: 'VRFY <address>: says nothing about it, RCPT does',
  run: async (_, argument) =>
    argument === ''
      ? reply(501, '5.5.4', 'VRFY takes an address')
      : reply(252, '2.5.0', 'Addresses are verified by RCPT'),
};

/** RFC 5321 §7.3: lists are not expanded for strangers. */
export const expn: Command = {
  verb: 'EXPN',
  rfc: 5321,
  help: 'EXPN: not offered',
  run: async () => reply(502, '5.5.1', 'Lists are not expanded here'),
};
