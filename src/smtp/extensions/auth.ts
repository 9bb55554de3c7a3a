import type { AuthResult } from '../../accounts/index.ts';
import { FormatError } from '../../base/index.ts';
import { authLineBytesMax } from '../limits.ts';
import { replies, replyOfAuthFailure } from '../replies.ts';
import type { Session } from '../session/session.ts';
import type { Extension } from '../session/types.ts';
import { decodeXtext } from '../wire/parameters.ts';
import { parsePath } from '../wire/path.ts';
import { type Reply, reply } from '../wire/reply.ts';
import { type Ask, BrokenOff, decodeBase64, type Mechanism, mechanismsFor } from './mechanisms.ts';

/** Passwords travel under TLS only, but where the operator allows otherwise for tests on loopback. */
function allowed(session: Session): boolean {
  return session.connection.secure || session.services.settings.plaintext === 'allow';
}

const cancelled = reply(501, '5.7.0', 'Sign-in cancelled');
const badBase64 = reply(501, '5.5.2', 'This is not base64');

/** Signing in by SASL: SCRAM, tokens, PLAIN and LOGIN. */
export const auth: Extension = {
  keyword: 'AUTH',
  rfc: 4954,
  title: 'SMTP Authentication',
  ehlo: (session) =>
    allowed(session)
      ? `AUTH ${mechanismsFor(session)
          .map(({ name }) => name)
          .join(' ')}`
      : null,
  mailParameters: {
    AUTH: {
      lineBytes: 500,
      // RFC 4954 §5: read and not believed; who submits is who signed in.
      read(value) {
        try {
          const text = decodeXtext(value ?? '');
          if (text === '') throw new FormatError('it is empty');
          if (text !== '<>') parsePath(text);
          return null;
        } catch (error) {
          if (error instanceof FormatError) return reply(501, '5.5.4', `AUTH: ${error.message}`);
          throw error;
        }
      },
    },
  },
  commands: [
    {
      verb: 'AUTH',
      rfc: 4954,
      help: 'AUTH <mechanism> [initial response]: sign in',
      lineBytes: authLineBytesMax,
      run: async (session, argument) => {
        if (!allowed(session)) return reply(538, '5.7.11', 'Start TLS before signing in');
        if (session.member !== null) return reply(503, '5.5.1', 'You are signed in already');
        if (session.transaction !== null) return reply(503, '5.5.1', 'Sign in before MAIL');
        const [name = '', initial, extra] = argument.split(/ +/);
        if (name === '' || extra !== undefined) return reply(501, '5.5.4', 'AUTH takes a mechanism');
        const mechanism = mechanismsFor(session).find((known) => known.name === name.toUpperCase());
        if (!mechanism) return reply(504, '5.5.4', 'This mechanism is not offered');
        return signIn(session, mechanism, initial);
      },
    },
  ],
};

async function signIn(session: Session, mechanism: Mechanism, initial: string | undefined): Promise<Reply> {
  // RFC 4954 §4: '=' stands for an empty initial response.
  let given: Buffer | null | undefined =
    initial === undefined ? undefined : decodeBase64(initial === '=' ? '' : initial);
  if (given === null) return badBase64;
  let refusal: Reply | undefined;
  const ask = async (challenge: string | Buffer): Promise<Buffer> => {
    const first = given;
    given = undefined;
    if (first) return first;
    await session.answer(reply(334, null, Buffer.from(challenge).toString('base64')));
    const line = await session.continuation();
    const decoded = line === null || line === '*' ? null : decodeBase64(line);
    if (decoded) return decoded;
    refusal = line === null ? replies.badBytes : line === '*' ? cancelled : badBase64;
    throw new BrokenOff();
  };
  const result = await attempt(session, mechanism, ask);
  if (refusal) return refusal;
  if (result === null) return session.authFailed(reply(501, '5.5.2', 'The sign-in message is malformed'));
  session.services.counters.signIns(result.ok ? 'ok' : 'failed').inc();
  if (!result.ok) {
    session.log.info('smtp sign-in refused', { mechanism: mechanism.name, reason: result.reason });
    return session.authFailed(replyOfAuthFailure[result.reason]);
  }
  session.authenticated(result);
  session.log.info('smtp sign-in', { mechanism: mechanism.name, account: result.member.id });
  return reply(235, '2.7.0', 'Signed in');
}

/** Null where the exchange broke off, or a message of it is malformed. */
async function attempt(session: Session, mechanism: Mechanism, ask: Ask): Promise<AuthResult | null> {
  try {
    const credentials = await mechanism.run(ask, session);
    if (credentials === null) return null;
    if ('result' in credentials) return credentials.result;
    await session.flush();
    const remote = session.connection.remote.address;
    return await session.services.accounts.login({ ...credentials, scope: 'submission', remote });
  } catch (error) {
    if (error instanceof BrokenOff) return null;
    throw error;
  }
}
