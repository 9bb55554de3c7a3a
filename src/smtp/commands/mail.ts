import { may } from '../../accounts/index.ts';
import { FormatError } from '../../base/index.ts';
import { messagesPerSessionMax } from '../limits.ts';
import { replies, replyOfReason } from '../replies.ts';
import type { Session } from '../session/session.ts';
import type { Command, MailOptions } from '../session/types.ts';
import { AddressError, type Path, parsePath, splitPath } from '../wire/path.ts';
import { type Reply, reply } from '../wire/reply.ts';
import { readParameters } from './parameters.ts';

/** RFC 5321 §4.1.1.2 */
export const mail: Command = {
  verb: 'MAIL',
  rfc: 5321,
  help: 'MAIL FROM:<address> [parameters]: begin a message',
  run: async (session, argument) => {
    const { privilege } = session.door;
    if (privilege !== null) {
      if (session.member === null) return signInFirst(session);
      if (!(await session.isStillSignedIn())) return replies.signedOut;
      const { member } = session;
      const actor = { kind: 'member', member, scopes: ['submission'] } as const;
      const resource = { kind: 'account', owner: member.id, granted: [] } as const;
      if (!may(actor, privilege, resource).allowed) return replyOfReason.denied;
    }
    if (session.transaction !== null) return replies.mailTwice;
    if (session.messages >= messagesPerSessionMax) return replies.tooManyMessages;
    const options: MailOptions = {
      size: null,
      body: null,
      utf8: false,
      ret: null,
      envid: null,
      tls: null,
      notBeforeMs: null,
    };
    const read = readSender(session, argument, options);
    if ('code' in read) return read;
    const refusal = session.guard?.mail(read) ?? (await session.door.sender(session, read));
    if (refusal) return refusal;
    session.transaction = { sender: read, options, recipients: [], chunks: null, verdict: null };
    return reply(250, '2.1.0', 'Sender accepted');
  },
};

// RFC 4954 §6 and RFC 3207 §4
function signInFirst(session: Session): Reply {
  return session.connection.secure || session.services.settings.plaintext === 'allow'
    ? reply(530, '5.7.0', 'Sign in first')
    : reply(530, '5.7.0', 'Start TLS and sign in first');
}

function readSender(session: Session, argument: string, options: MailOptions): Path | Reply {
  try {
    const { path, rest } = splitPath('FROM', argument);
    const refusal = readParameters(session, rest, session.dispatch.mailParameters, options);
    if (refusal) return refusal;
    const sender = parsePath(path);
    return sender.international && !options.utf8 ? replies.needUtf8 : sender;
  } catch (error) {
    if (error instanceof AddressError) return reply(501, '5.1.7', `Bad sender address: ${error.message}`);
    if (error instanceof FormatError) return reply(501, '5.5.2', `MAIL ${error.message}`);
    throw error;
  }
}
