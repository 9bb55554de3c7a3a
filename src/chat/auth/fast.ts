import { createHmac } from 'node:crypto';
import { channelBindingData, isPassword, type Member } from '../../accounts/index.ts';
import { equalInConstantTime, randomToken } from '../../base/index.ts';
import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import type { FastToken } from '../../stores/conversations/index.ts';
import { dateTime } from '../data/index.ts';
import { fastTokenDaysMax, fastTokenHoursMin } from '../limits.ts';
import type { Inlined, InlineLogin, UserAgent } from '../specification.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import { bindingsOf } from './scram.ts';
import { admitted, fromBase64, SaslFailure, type SignedIn } from './sign-in.ts';

/** XEP-0484: tokens with which a client comes back in one round trip, and without its password. */
export const fastNs = 'urn:xmpp:fast:0';

/**
 * §5.1 has clients name themselves, and Smack does not: those of an account that do not say who they are share one place, where
 * the last one to ask has its token and the ones before sign in with their passwords again.
 */
const nameless = 'nameless';
export const fastClientOf = ({ id }: UserAgent): string => (id === '' ? nameless : id);

/** Whether a login has to do with tokens at all. */
export const isAboutFast = (request: Element): boolean =>
  childOf(request, 'request-token', fastNs) !== undefined || childOf(request, 'fast', fastNs) !== undefined;

const tokenBits = 260;
const hourMs = 3_600_000;

/** draft-schmaus-kitten-sasl-ht: each with the channel binding that it proves; '' for none. */
const mechanisms: ReadonlyMap<string, string> = new Map([
  ['HT-SHA-256-EXPR', 'tls-exporter'],
  ['HT-SHA-256-ENDP', 'tls-server-end-point'],
  ['HT-SHA-256-NONE', ''],
]);

/** What this stream may come back with. */
export function fastMechanisms(stream: ClientStream): readonly string[] {
  if (!stream.mayTakePasswords) return [];
  const there = bindingsOf(stream);
  return [...mechanisms].flatMap(([name, binding]) =>
    binding === '' || there.includes(binding) ? name : [],
  );
}

/** Whose password counts no more, whose token ended, who never had one: all hear the same (THREATS 12). */
const expired = () => new SaslFailure('credentials-expired');

/** Signs in with a token, where `<fast/>` says so; null where it does not. Throws SaslFailure. */
export async function loginWithFast(
  stream: ClientStream,
  request: Element,
  agent: UserAgent,
): Promise<SignedIn | null> {
  const fast = childOf(request, 'fast', fastNs);
  if (fast === undefined) return null;
  const { mechanism = '' } = request.attributes;
  if (!fastMechanisms(stream).includes(mechanism)) throw new SaslFailure('invalid-mechanism');
  const client = fastClientOf(agent);
  const message = fromBase64(textOf(childOf(request, 'initial-response')).trim());
  const end = message.indexOf(0);
  if (end <= 0) throw new SaslFailure('malformed-request');
  const member = await stream.chat.accounts.byName(message.toString('utf8', 0, end));
  const proven = await provenToken(stream, {
    member,
    mechanism,
    proof: message.subarray(end + 1),
    client,
  });
  if (member === null || proven === null) throw expired();
  const { token, credential: root, isOwn } = proven;
  const { tokens } = stream.chat.store.registrations;
  const isUsed = await tokens.use(member.id, { client, mechanism, token, count: null });
  if (!isUsed) throw expired();
  if (saysYes(fast.attributes.invalidate)) await tokens.revoke(member.id, client);
  const result = member.disabled
    ? ({ ok: false, reason: 'disabled', retryAfterMs: 0 } as const)
    : ({ ok: true, member, credential: 'fast', ...(isOwn ? { own: true as const } : {}) } as const);
  const final = hashed(token, 'Responder', bindingOf(stream, mechanism));
  return { ...admitted({ authorization: '', username: member.address, result, final }), root };
}

interface Proof {
  readonly member: Member | null;
  readonly mechanism: string;
  readonly client: string;
  readonly proof: Buffer;
}

interface Proven {
  readonly token: string;
  /** With which the client had signed in when it got the token. */
  readonly credential: string;
  /** That is the member's own password. */
  readonly isOwn: boolean;
}

/** The token that the client knows; null for none. A new one comes first (§5.1). */
async function provenToken(
  stream: ClientStream,
  { member, mechanism, client, proof }: Proof,
): Promise<Proven | null> {
  const binding = bindingOf(stream, mechanism);
  if (member === null) return null;
  const { accounts, store } = stream.chat;
  const found = (await store.registrations.tokens.find(member.id, client)).find(
    (each) => each.mechanism === mechanism,
  );
  if (found === undefined) return null;
  const { credential, version } = found;
  const isProven = ({ token }: FastToken) => equalInConstantTime(hashed(token, 'Initiator', binding), proof);
  const token = [found.next, found.current].find((each) => each !== null && isProven(each))?.token;
  if (token === undefined) return null;
  if (!isPassword(credential)) return version === member.version ? { token, credential, isOwn: false } : null;
  // Whoever had it revoked may have been told so before its tokens were gone.
  const living = (await accounts.livingCredentials(member.id)).get(credential);
  return living === undefined ? null : { token, credential, isOwn: living.own };
}

function bindingOf({ transport }: ClientStream, mechanism: string): Buffer {
  const name = mechanisms.get(mechanism) ?? '';
  return (name === '' ? null : channelBindingData(transport.connection, name)) ?? Buffer.alloc(0);
}

const hashed = (token: string, side: 'Initiator' | 'Responder', binding: Buffer): Buffer =>
  createHmac('sha256', token).update(side).update(binding).digest();

const saysYes = (value: string | undefined) => value === 'true' || value === '1';

/** §3.3, §3.5: a token for who asks, and a new one for who comes with one that is not young any more. */
export async function giveToken({ stream, request, accepted, agent }: InlineLogin): Promise<Inlined | null> {
  const mechanism = await wantedMechanism(stream, { request, agent, accepted });
  // What was signed in with a token of an issuer ends with that.
  if (mechanism === null || accepted.expiresAtMs !== undefined) return null;
  const { clock, log, store } = stream.chat;
  const token = randomToken(tokenBits);
  const expiresMs = clock.nowMs() + fastTokenDaysMax * 24 * hourMs;
  const { id, version } = accepted.member;
  const given = {
    client: fastClientOf(agent),
    mechanism,
    token,
    expiresMs,
    version,
    credential: stream.root,
  };
  try {
    await store.registrations.tokens.issue(id, given);
  } catch (error) {
    // Who has no token comes with its password again.
    log.warn('no token was given', { error });
    return null;
  }
  return { answer: element('token', fastNs, { token, expiry: dateTime(expiresMs) }) };
}

async function wantedMechanism(
  stream: ClientStream,
  { request, agent, accepted }: Pick<InlineLogin, 'request' | 'agent' | 'accepted'>,
): Promise<string | null> {
  const asked = childOf(request, 'request-token', fastNs)?.attributes.mechanism;
  if (asked !== undefined) return fastMechanisms(stream).includes(asked) ? asked : null;
  const fast = childOf(request, 'fast', fastNs);
  if (fast === undefined || saysYes(fast.attributes.invalidate)) return null;
  const { mechanism = '' } = request.attributes;
  const found = await stream.chat.store.registrations.tokens.find(accepted.member.id, fastClientOf(agent));
  const current = found.find((each) => each.mechanism === mechanism)?.current;
  const ageMs = current ? stream.chat.clock.nowMs() - current.issuedMs : 0;
  return ageMs >= fastTokenHoursMin * hourMs ? mechanism : null;
}
