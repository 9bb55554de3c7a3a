import { FormatError, randomToken } from '../../base/index.ts';
import { prepareResource } from '../../formats/jid/index.ts';
import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { internalError, refusalOf, StanzaError, StreamError } from '../errors.ts';
import { bindNs, clientNs } from '../namespaces.ts';
import type { Home } from '../routing/home.ts';
import { Session } from '../routing/session.ts';
import type { Specification } from '../specification.ts';
import { addressed, bounceOf, payloadOf, resultOf } from '../stanza.ts';
import type { ClientStream } from './client-stream.ts';

const resourceBits = 80;
/** A resource that nobody else has. */
export const makeResource = (): string => randomToken(resourceBits);
/** RFC 3921 §3: old clients ask for it and wait for an answer. */
const sessionNs = 'urn:ietf:params:xml:ns:xmpp-session';

/**
 * Binds a resource to the stream: the one that is asked for, or one that we make (`wanted` ''). Another session that has it is
 * ended (RFC 6120 §7.7.2.2). Throws StanzaError.
 */
export function bindResource(stream: ClientStream, wanted: string): Session {
  const { chat, member } = stream;
  if (member === null) throw new StanzaError('not-authorized');
  const home = chat.homes.of(member);
  let resource: string;
  try {
    resource = wanted === '' ? makeResource() : prepareResource(wanted);
  } catch (error) {
    if (error instanceof FormatError) throw new StanzaError('bad-request', { text: error.message });
    throw error;
  }
  const before = home.sessions.get(resource);
  if (before === undefined && home.sessions.size >= chat.limits.sessionsPerAccountMax) makeRoom(home);
  before?.stream?.fail(new StreamError('conflict', 'the resource is bound by another client'));
  before?.close();
  const session = new Session(stream, home, { ...home.jid, resource }, member);
  stream.bound(session);
  home.add(session);
  for (const opened of chat.features.opened) opened(session);
  return session;
}

/** Who may come back to a session of long ago keeps nobody out who is here. Throws StanzaError where all are here. */
function makeRoom({ sessions }: Home): void {
  const [oldest] = [...sessions.values()].filter(({ stream }) => stream === null);
  if (oldest === undefined)
    throw new StanzaError('resource-constraint', { text: 'too many resources are bound for this account' });
  oldest.close();
}

function answered(stream: ClientStream, request: Element): Element {
  const { chat, member } = stream;
  if (member === null) throw new StreamError('not-authorized');
  const { jid } = chat.homes.of(member);
  const stanza = addressed(request, jid, jid);
  const payload = payloadOf(stanza);
  try {
    if (request.attributes.type !== 'set' || payload?.ns !== bindNs || payload.name !== 'bind')
      throw new StanzaError('not-allowed', { text: 'bind a resource first' });
    const session = bindResource(stream, textOf(childOf(payload, 'resource')));
    return resultOf(stanza, element('bind', bindNs, {}, element('jid', bindNs, {}, session.text))).element;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) chat.log.error('xmpp bind failed', { error });
    return bounceOf(stanza, refusal ?? internalError).element;
  }
}

export const bind: Specification = {
  rfc: 'RFC 6120 §7',
  name: 'resource binding',
  offers: ({ state }) =>
    state === 'member'
      ? [element('bind', bindNs), element('session', sessionNs, {}, element('optional', sessionNs))]
      : [],
  elements: [
    {
      name: 'iq',
      ns: clientNs,
      states: ['member'],
      run(stream, request) {
        const { attributes, children } = answered(stream, request);
        const { id, type } = attributes;
        stream.sendStanza({ name: 'iq', ns: clientNs, attributes: { id, type }, children });
      },
    },
  ],
  iq: [
    {
      name: 'session',
      ns: sessionNs,
      type: 'set',
      at: 'account',
      who: 'owner',
      run: () => null,
    },
    { name: 'session', ns: sessionNs, type: 'set', at: 'server', who: 'members', run: () => null },
  ],
};
