import type { AuthFailure, AuthResult } from '../../accounts/index.ts';
import { bareText } from '../../formats/jid/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import { StreamError } from '../errors.ts';
import { saslNs } from '../namespaces.ts';
import { tryJid } from '../stanza.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import { oauthBearer } from './bearer.ts';
import type { Credentials, Dialogue, Mechanism } from './mechanism.ts';
import { plain } from './plain.ts';
import { scramMechanisms } from './scram.ts';

/** The strongest stand first. */
export const mechanisms: readonly Mechanism[] = [...scramMechanisms, oauthBearer, plain];

/** What this stream may choose from; nothing is said in clear, unless the operator allows it (loopback tests). */
export const offeredTo = (stream: ClientStream): readonly Mechanism[] =>
  stream.mayTakePasswords ? mechanisms.filter(({ offered }) => offered?.(stream) !== false) : [];

/** Conditions of RFC 6120 §6.5. */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'credentials-expired'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'not-authorized'
  | 'temporary-auth-failure';

/** A dialogue that ends without anybody having signed in. */
export class SaslFailure extends Error {
  override readonly name = 'SaslFailure';
  readonly condition: SaslCondition;
  readonly text: string | undefined;

  /** `text`: for a person; the same whether a name is known or not (THREATS 12). */
  constructor(condition: SaslCondition, text?: string) {
    super(text ?? condition);
    this.condition = condition;
    this.text = text;
  }
}

/** What a wrong name and a wrong password hear is the same; the rest is said to those alone who know the password. */
const failures: Readonly<Record<AuthFailure, { readonly condition: SaslCondition; readonly text?: string }>> =
  {
    credentials: { condition: 'not-authorized' },
    disabled: { condition: 'account-disabled' },
    throttled: { condition: 'temporary-auth-failure', text: 'too many attempts: wait a while' },
    busy: { condition: 'temporary-auth-failure', text: 'the server is busy: try again in a moment' },
    scope: { condition: 'not-authorized', text: 'this password is not good for chat' },
    unavailable: { condition: 'temporary-auth-failure' },
  };

export type Accepted = Extract<AuthResult, { readonly ok: true }>;

/** Who has signed in, and what success says beside. */
export interface SignedIn {
  readonly accepted: Accepted;
  /** Whom to act as, as the client said it; '' where it did not. */
  readonly authorization: string;
  readonly final: Buffer | null;
  /** The password that a token was given for, where one signs in. */
  readonly root?: string;
}

/** Runs the mechanism of that name. Throws SaslFailure, StreamError. */
export async function runMechanism(name: string, dialogue: Dialogue): Promise<SignedIn> {
  const mechanism = mechanisms.find((each) => each.name === name);
  if (mechanism !== undefined && !dialogue.stream.mayTakePasswords)
    throw new SaslFailure('encryption-required', 'start TLS first');
  if (mechanism === undefined || !dialogue.offered.includes(name)) throw new SaslFailure('invalid-mechanism');
  const credentials = await mechanism.run(dialogue);
  if (credentials === null) throw new SaslFailure('malformed-request');
  return admitted(credentials);
}

/** Throws SaslFailure. */
export function admitted({ authorization, username, result, final }: Credentials): SignedIn {
  if (!result.ok) {
    const { condition, text } = failures[result.reason];
    throw new SaslFailure(condition, text);
  }
  const { address } = result.member;
  const asked = tryJid(authorization);
  // RFC 6120 §6.3.8: whom to act as is a bare address; to be somebody else is a right that nobody has here.
  if (authorization !== '' && authorization !== username && (asked === null || bareText(asked) !== address))
    throw new SaslFailure('invalid-authzid');
  return { accepted: result, authorization, final: final ?? null };
}

/** `<failure/>` of either profile. Throws StreamError where there were too many (RFC 6120 §6.4.5). */
export function refuse(
  stream: ClientStream,
  ns: string,
  name: string,
  { condition, text }: SaslFailure,
): void {
  stream.chat.meters.login(known(name), 'refused');
  const words = text === undefined ? null : element('text', ns, { 'xml:lang': 'en' }, text);
  stream.send(element('failure', ns, {}, element(condition, saslNs), words));
  if (++stream.failures >= stream.chat.limits.loginAttemptsMax)
    throw new StreamError('policy-violation', 'too many failed attempts to sign in');
}

/** A label of metrics: what a client makes up is none. */
export const known = (name: string): string =>
  mechanisms.some((each) => each.name === name) || /^HT-SHA-256-(?:EXPR|ENDP|NONE)$/.test(name)
    ? name
    : 'unknown';

/** A response to a challenge in that profile. Throws SaslFailure, StreamError. */
export async function exchange(stream: ClientStream, ns: string, challenge: Buffer): Promise<Element> {
  stream.send(element('challenge', ns, {}, challenge.toString('base64')));
  const answer = await stream.next();
  if (answer === null || answer.ns !== ns) throw new StreamError('not-authorized');
  if (answer.name === 'abort') throw new SaslFailure('aborted');
  if (answer.name !== 'response') throw new StreamError('not-authorized');
  return answer;
}

/** Throws SaslFailure. Strict: Node's own decoder would skip what is no base64. */
export function fromBase64(text: string): Buffer {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    throw new SaslFailure('incorrect-encoding');
  return Buffer.from(text, 'base64');
}
