import { StoreError } from '../../base/index.ts';
import { bareText } from '../../formats/jid/index.ts';
import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { StreamError } from '../errors.ts';
import { tagCharactersMax, userAgentCharactersMax } from '../limits.ts';
import type { Session } from '../routing/session.ts';
import type { InlineLogin, UserAgent } from '../specification.ts';
import { tryJid } from '../stanza.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import { fastClientOf, isAboutFast } from './fast.ts';
import {
  exchange,
  fromBase64,
  known,
  offeredTo,
  refuse,
  runMechanism,
  SaslFailure,
  type SignedIn,
} from './sign-in.ts';

/** XEP-0388: SASL with what else a session begins with. */
export const sasl2Ns = 'urn:xmpp:sasl:2';

/** Signs in by another way than the mechanisms for passwords; null: the client asks for none. Throws SaslFailure. */
export type TokenLogin = (
  stream: ClientStream,
  request: Element,
  agent: UserAgent,
) => Promise<SignedIn | null>;

/** XEP-0388 §2.3: one request for everything. */
export async function authenticate(
  stream: ClientStream,
  request: Element,
  loginWithToken: TokenLogin,
): Promise<void> {
  const name = request.attributes.mechanism ?? '';
  const agent = userAgentOf(request);
  let signedIn: SignedIn;
  try {
    signedIn = (await loginWithToken(stream, request, agent)) ?? (await withPassword(stream, request, name));
    demandClaimed(stream, signedIn);
  } catch (error) {
    return refuse(stream, sasl2Ns, name, failureOf(stream, error));
  }
  stream.signedIn(signedIn.accepted, signedIn.root);
  stream.chat.meters.login(known(name), 'accepted');
  await remember(stream, request, agent, signedIn);
  await welcome(stream, request, agent, signedIn);
}

/** RFC 6120 §6.5.11: what the store refuses now, it may take later. Throws what is no refusal. */
function failureOf({ chat }: ClientStream, error: unknown): SaslFailure {
  if (error instanceof SaslFailure) return error;
  if (!(error instanceof StoreError)) throw error;
  chat.log.warn('what signs in could not be looked up', { error });
  return new SaslFailure('temporary-auth-failure');
}

function withPassword(stream: ClientStream, request: Element, name: string): Promise<SignedIn> {
  // §2.3: no upgrade is offered, so none can be asked for. All hashes are kept of every password.
  if (request.attributes.upgrade !== undefined) throw new SaslFailure('invalid-mechanism');
  const initial = childOf(request, 'initial-response');
  return runMechanism(name, {
    stream,
    initial: initial === undefined ? null : fromBase64(textOf(initial).trim()),
    offered: offeredTo(stream).map((each) => each.name),
    exchange: async (challenge) => fromBase64(textOf(await exchange(stream, sasl2Ns, challenge)).trim()),
  });
}

/** §3.3: who says whom to act as has said the same at the head of the stream, or nothing. */
function demandClaimed({ claimed }: ClientStream, { authorization }: SignedIn): void {
  if (authorization === '' || claimed === '') return;
  const asked = tryJid(authorization);
  if (asked === null || bareText(asked) !== claimed) throw new SaslFailure('invalid-authzid');
}

/** Its owner can see which clients come, and send one away. Nobody is kept out because that cannot be kept. */
async function remember(
  { chat, root }: ClientStream,
  request: Element,
  agent: UserAgent,
  { accepted }: SignedIn,
): Promise<void> {
  // Who has a token is seen as well, named or not.
  if (agent.id === '' && !isAboutFast(request)) return;
  const { software, device } = agent;
  const asked = childOf(request, 'bind', 'urn:xmpp:bind:0');
  const tag = Array.from(textOf(asked && childOf(asked, 'tag')).trim())
    .slice(0, tagCharactersMax)
    .join('');
  const seen = chat.store.registrations.devices.seen(accepted.member.id, {
    client: fastClientOf(agent),
    tag,
    software,
    name: device,
    credential: root,
  });
  await seen.catch((error: unknown) => chat.log.warn('a client was not noted', { error }));
}

/** §2.6.1: all that was asked for is done before success is told, and there is no new stream. */
async function welcome(
  stream: ClientStream,
  request: Element,
  agent: UserAgent,
  { accepted, final }: SignedIn,
): Promise<void> {
  const answers: Element[] = [];
  const after: (() => void)[] = [];
  let resumed: Session | null = null;
  stream.hold();
  for (const feature of stream.chat.features.inline) {
    const login: InlineLogin = { stream, request, accepted, agent, resumed };
    const made = feature.run(login);
    const inlined = made instanceof Promise ? await made : made;
    if (inlined === null) continue;
    if (inlined.answer !== null) answers.push(inlined.answer);
    resumed ??= inlined.resumed ?? null;
    if (inlined.after !== undefined) after.push(() => inlined.after?.());
  }
  const { text } = resumed ?? stream.session ?? stream.chat.homes.of(accepted.member);
  const data = final === null ? null : element('additional-data', sasl2Ns, {}, final.toString('base64'));
  const identity = element('authorization-identifier', sasl2Ns, {}, text);
  stream.send(element('success', sasl2Ns, {}, data, identity, ...answers));
  stream.sendFeatures(resumed === null ? stream.chat.features.offers(stream) : []);
  for (const act of after) act();
  stream.release();
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a client says of itself; an id that is no UUID counts as none. */
function userAgentOf(request: Element): UserAgent {
  const agent = childOf(request, 'user-agent');
  const said = (name: string) =>
    textOf(agent && childOf(agent, name))
      .trim()
      .slice(0, userAgentCharactersMax);
  const { id = '' } = agent?.attributes ?? {};
  return { id: uuid.test(id) ? id.toLowerCase() : '', software: said('software'), device: said('device') };
}

/** §2.1; nothing where nothing can be signed in with. */
export function sasl2Offer(stream: ClientStream): readonly Element[] {
  const offered = stream.state === 'stranger' ? offeredTo(stream) : [];
  if (offered.length === 0) return [];
  const names = offered.map(({ name }) => element('mechanism', sasl2Ns, {}, name));
  const inline = stream.chat.features.inline.flatMap((feature) => feature.offer(stream) ?? []);
  return [element('authentication', sasl2Ns, {}, ...names, element('inline', sasl2Ns, {}, ...inline))];
}

/** XEP-0388 §2.7: once it has signed in, a client does not do so again. */
export function alreadySignedIn(): never {
  throw new StreamError('policy-violation', 'you have signed in already');
}
