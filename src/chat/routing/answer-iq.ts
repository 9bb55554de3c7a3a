import type { Element } from '../../formats/stanza/index.ts';
import { internalError, refusalOf, StanzaError } from '../errors.ts';
import { mayKnowAccount } from '../roster/known.ts';
import type { Chat } from '../services.ts';
import type { IqHandler } from '../specification.ts';
import { bounceOf, mayBounce, payloadOf, resultOf, type Stanza } from '../stanza.ts';
import type { Home } from './home.ts';
import type { Session } from './session.ts';

const types: ReadonlySet<string> = new Set(['get', 'set', 'result', 'error']);

/** RFC 6120 §8.2.3: an iq has one of four types, and an id. Throws StanzaError. */
export function demandIq({ type, element: { attributes } }: Stanza): void {
  if (!types.has(type)) throw new StanzaError('bad-request', { text: `an iq has no type '${type}'` });
  if (attributes.id === undefined) throw new StanzaError('bad-request', { text: 'an iq has an id' });
}

/**
 * A request to the server (`home` null) or to an account (RFC 6120 §8.2.3, RFC 6121 §8.5.2.1.3). The answer is routed
 * back; what is an answer itself, to nothing that we asked, is dropped.
 */
export async function answerIq(
  chat: Chat,
  stanza: Stanza,
  home: Home | null,
  session: Session | null,
): Promise<void> {
  const answering: Answering = (payload, asker) => {
    const handler = chat.features.iq(home === null ? 'server' : 'account', stanza.type, payload);
    if (handler === undefined) throw new StanzaError('service-unavailable');
    demandRight(handler, home, asker);
    return handler.run({ chat, stanza, payload, home, session: asker });
  };
  return answerBy(chat, stanza, session, answering, home);
}

/** As `IqHandler.run` answers; `asker`: where it is a session of ours. */
export type Answering = (payload: Element, asker: Session | null) => ReturnType<IqHandler['run']>;

/** The same for whoever has an address of its own. Never rejects. */
export async function answerBy(
  chat: Chat,
  stanza: Stanza,
  session: Session | null,
  answering: Answering,
  home: Home | null = null,
): Promise<void> {
  const { type } = stanza;
  if (type !== 'get' && type !== 'set') return chat.router.answered(stanza);
  const asker = session ?? chat.homes.sessionOf(stanza.from);
  const answer = await answered(chat, stanza, asker, answering, home);
  if (answer === undefined) return;
  if (asker === null) await chat.router.route(answer);
  else asker.deliver(answer.element);
}

async function answered(
  chat: Chat,
  stanza: Stanza,
  asker: Session | null,
  answering: Answering,
  home: Home | null,
): Promise<Stanza | undefined> {
  try {
    const payload = payloadOf(stanza);
    if (payload === null) throw new StanzaError('bad-request', { text: 'a request has one child' });
    const result = await answering(payload, asker);
    return result === undefined ? undefined : resultOf(stanza, result);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) chat.log.error('xmpp request failed', { error });
    if (!mayBounce(stanza)) return undefined;
    const said = refusal ?? internalError;
    return bounceOf(stanza, home === null ? said : await veiled(said, home, stanza));
  }
}

/**
 * RFC 6121 §8.5.1: people of other servers who may not know of an account hear at every refusal what is said of nobody. Members
 * of the co-op see each other's names, so that they hear what is wrong.
 */
async function veiled(refusal: StanzaError, home: Home, { from }: Stanza): Promise<StanzaError> {
  if (refusal.options.isPublic || home.chat.homes.isLocal(from.domain)) return refusal;
  return (await mayKnowAccount(home, from)) ? refusal : new StanzaError('service-unavailable');
}

/** A stranger learns nothing of an account, not even what it understands (RFC 6121 §8.5.1). */
function demandRight({ who, at }: IqHandler, home: Home | null, session: Session | null): void {
  if (who === 'anyone' || (who === 'members' && session !== null)) return;
  if (who === 'owner' && session !== null && session.home === home) return;
  throw new StanzaError(at === 'account' ? 'service-unavailable' : 'not-allowed');
}
