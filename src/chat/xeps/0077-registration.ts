import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { internalError, refusalOf, StanzaError, StreamError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import {
  changePassword,
  demandRegistrar,
  invitationOf,
  mayRegister,
  register,
  removeAccount,
  showInvitation,
} from '../registration/register.ts';
import type { Session } from '../routing/session.ts';
import type { IqRequest, Specification } from '../specification.ts';
import { addressed, bounceOf, payloadOf, resultOf, type Stanza } from '../stanza.ts';
import type { ClientStream } from '../stream/client-stream.ts';

const registerNs = 'jabber:iq:register';
const featureNs = 'http://jabber.org/features/iq-register';
const preauthNs = 'urn:xmpp:pars:0';

/** What a stranger asks of the server before it has an account: these two, and nothing else. */
async function answered(stream: ClientStream, payload: Element, type: string): Promise<Element | null> {
  const isAbout = (name: string, ns: string) => payload.name === name && payload.ns === ns;
  if (isAbout('preauth', preauthNs) && type === 'set' && mayRegister(stream)) {
    await showInvitation(stream, payload.attributes.token ?? '');
    return null;
  }
  // RFC 6120 §4.9.3.12: who wants anything else first signs in.
  if (!isAbout('query', registerNs)) throw new StreamError('not-authorized');
  if (type === 'get') return formOf(stream);
  const username = textOf(childOf(payload, 'username'));
  const password = textOf(childOf(payload, 'password'));
  if (childOf(payload, 'remove') !== undefined) throw new StanzaError('not-authorized');
  demandRegistrar(stream);
  if (username === '' || password === '')
    throw new StanzaError('not-acceptable', { text: 'an account has a username and a password' });
  await register(stream, username, password);
  return null;
}

/** §3.1: what is asked for. */
function formOf(stream: ClientStream): Element {
  demandRegistrar(stream);
  const local = invitationOf(stream)?.invite.local ?? '';
  return element(
    'query',
    registerNs,
    {},
    element(
      'instructions',
      registerNs,
      {},
      `Choose a name and a password for your account at ${stream.chat.coop}.`,
    ),
    element('username', registerNs, {}, local),
    element('password', registerNs),
  );
}

async function ofStranger(stream: ClientStream, request: Element): Promise<void> {
  const server = { local: '', domain: stream.chat.domain, resource: '' };
  const stanza = addressed(request, server, server);
  const { type } = stanza;
  let answer: Element;
  try {
    const payload = payloadOf(stanza);
    if (payload === null || (type !== 'get' && type !== 'set')) throw new StreamError('not-authorized');
    answer = resultOf(stanza, await answered(stream, payload, type)).element;
  } catch (error) {
    if (error instanceof StreamError) throw error;
    const refusal = refusalOf(error);
    if (refusal === null) stream.chat.log.error('xmpp registration failed', { error });
    answer = bounceOf(stanza, refusal ?? internalError).element;
  }
  const { id, type: outcome, from } = answer.attributes;
  stream.sendStanza({
    name: 'iq',
    ns: clientNs,
    attributes: { type: outcome, id, from },
    children: answer.children,
  });
}

async function ofMember({ payload, stanza, session }: IqRequest): Promise<Element | null | undefined> {
  if (session === null) throw new StanzaError('not-allowed');
  if (stanza.type === 'get') {
    const name = element('username', registerNs, {}, session.home.jid.local);
    return element(
      'query',
      registerNs,
      {},
      element('registered', registerNs),
      name,
      element('password', registerNs),
    );
  }
  if (childOf(payload, 'remove') !== undefined) return removed(session, stanza);
  await changePassword(session, textOf(childOf(payload, 'username')), textOf(childOf(payload, 'password')));
  return null;
}

/** §3.2: the answer comes before the end. */
async function removed(session: Session, request: Stanza): Promise<undefined> {
  await removeAccount(session);
  session.deliver(resultOf(request).element);
  session.stream?.fail(new StreamError('not-authorized', 'the account is no longer here'));
  session.close();
}

/** In-Band Registration: accounts by invitation or for anybody, as the operator says; one's own password. */
export const registration: Specification = {
  xep: '0077',
  name: 'In-Band Registration',
  version: '2.4',
  features: { server: [registerNs] },
  offers: (stream) => (mayRegister(stream) ? [element('register', featureNs)] : []),
  elements: [{ name: 'iq', ns: clientNs, states: ['stranger'], run: ofStranger }],
  iq: [
    { name: 'query', ns: registerNs, type: 'both', at: 'server', who: 'members', run: ofMember },
    { name: 'query', ns: registerNs, type: 'both', at: 'account', who: 'owner', run: ofMember },
  ],
};
