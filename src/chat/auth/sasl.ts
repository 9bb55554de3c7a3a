import type { AuthFailure } from '../../accounts/index.ts';
import { bareText } from '../../formats/jid/index.ts';
import { type Element, element, textOf } from '../../formats/stanza/index.ts';
import { StreamError } from '../errors.ts';
import { saslNs } from '../namespaces.ts';
import type { Specification } from '../specification.ts';
import { tryJid } from '../stanza.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import type { Credentials, Mechanism } from './mechanism.ts';
import { plain } from './plain.ts';

/** The strongest stand first. */
export const mechanisms: readonly Mechanism[] = [plain];

/** RFC 6120 §6.5. What a wrong name and a wrong password hear is the same (THREATS 12). */
const failures = {
  credentials: 'not-authorized',
  disabled: 'account-disabled',
  throttled: 'temporary-auth-failure',
  busy: 'temporary-auth-failure',
  scope: 'not-authorized',
  unavailable: 'temporary-auth-failure',
} as const satisfies Record<AuthFailure, string>;

/** A dialogue that ends without anybody having signed in. */
class SaslFailure extends Error {
  override readonly name = 'SaslFailure';
  readonly condition: string;

  constructor(condition: string) {
    super(condition);
    this.condition = condition;
  }
}

/** RFC 6120 §6.4. */
async function authenticate(stream: ClientStream, auth: Element): Promise<void> {
  const name = auth.attributes.mechanism ?? '';
  try {
    const mechanism = mechanisms.find((each) => each.name === name && each.offered(stream));
    if (mechanism === undefined) throw new SaslFailure('invalid-mechanism');
    const text = textOf(auth);
    const credentials = await mechanism.run(stream, text === '' ? null : decoded(text), (challenge) =>
      exchange(stream, challenge),
    );
    if (credentials === null) throw new SaslFailure('malformed-request');
    signIn(stream, credentials);
    stream.chat.meters.login(name, 'accepted');
    stream.send(element('success', saslNs));
    stream.transport.restart();
  } catch (error) {
    if (!(error instanceof SaslFailure)) throw error;
    stream.chat.meters.login(name, 'refused');
    stream.send(element('failure', saslNs, {}, element(error.condition, saslNs)));
    if (++stream.failures >= stream.chat.limits.loginAttemptsMax)
      throw new StreamError('policy-violation', 'too many failed attempts to sign in');
  }
}

function signIn(stream: ClientStream, { authorization, username, result }: Credentials): void {
  if (!result.ok) throw new SaslFailure(failures[result.reason]);
  const { address } = result.member;
  const asked = tryJid(authorization);
  // RFC 6120 §6.3.8: whom to act as is a bare address; to be somebody else is a right that nobody has here.
  if (authorization !== '' && authorization !== username && (asked === null || bareText(asked) !== address))
    throw new SaslFailure('invalid-authzid');
  stream.signedIn(result.member, result.credential);
}

async function exchange(stream: ClientStream, challenge: Buffer): Promise<Buffer> {
  stream.send(element('challenge', saslNs, {}, challenge.toString('base64')));
  const answer = await stream.next();
  if (answer === null || answer.ns !== saslNs) throw new StreamError('not-authorized');
  if (answer.name === 'abort') throw new SaslFailure('aborted');
  if (answer.name !== 'response') throw new StreamError('not-authorized');
  return decoded(textOf(answer));
}

/** RFC 6120 §6.4.2: '=' is a message that is empty. */
function decoded(text: string): Buffer {
  if (text === '=') return Buffer.alloc(0);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    throw new SaslFailure('incorrect-encoding');
  return Buffer.from(text, 'base64');
}

export const sasl: Specification = {
  rfc: 'RFC 6120 §6',
  name: 'SASL',
  offers(stream) {
    const offered = stream.state === 'stranger' ? mechanisms.filter((each) => each.offered(stream)) : [];
    if (offered.length === 0) return [];
    const names = offered.map(({ name }) => element('mechanism', saslNs, {}, name));
    return [element('mechanisms', saslNs, {}, ...names)];
  },
  elements: [{ name: 'auth', ns: saslNs, states: ['stranger'], run: authenticate }],
};
