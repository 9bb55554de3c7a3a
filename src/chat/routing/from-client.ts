import { FormatError } from '../../base/index.ts';
import { bareText, type Jid, parseJid } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import { internalError, refusalOf, StanzaError, StreamError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import { addressed, bounceOf, isStanza, mayBounce, type Stanza } from '../stanza.ts';
import { answerIq, demandIq } from './answer-iq.ts';
import { Flow, type Sending } from './flow.ts';
import type { Session } from './session.ts';

/**
 * Takes a stanza of a client. Resolves when the next one may be taken: it is decided what becomes of this one, and its
 * place in the order of commits is taken. Throws StreamError for what ends a stream; never StanzaError.
 */
export async function accept(session: Session, of: Element): Promise<void> {
  const { chat } = session;
  // RFC 6120 §4.9.3.24: whatever is not understood; §4.9.3.10: what is a stanza elsewhere.
  if (!isStanza(of)) throw new StreamError('unsupported-stanza-type', `<${of.name}> is no stanza`);
  if (of.ns !== clientNs) throw new StreamError('invalid-namespace', `a stanza is of ${clientNs}`);
  demandOwn(session, of.attributes.from);
  // RFC 6120 §10.1: a message may wait to be kept with others; what follows it, and is no message, follows it.
  const turn = of.name === 'message' ? session.inbound.room() : session.inbound.settled();
  if (turn !== null) {
    const { stream } = session;
    await turn;
    // Another stream has resumed the session meanwhile: there it comes again (XEP-0198 §5).
    if (session.stream !== stream) return;
  }
  const ticket = session.inbound.begin();
  const flow = new Flow(ticket, (error) => refuse(session, of, error));
  try {
    await taken(session, of, flow);
  } catch (error) {
    flow.after(() => refuse(session, of, error));
  }
  chat.commits.submit(flow);
}

/** RFC 6120 §8.1.2.1: a client that says whom it is says so rightly. */
function demandOwn({ jid, text }: Session, from: string | undefined): void {
  if (from === undefined || from === text || from === bareText(jid)) return;
  try {
    const said = parseJid(from);
    const isOwn =
      bareText(said) === bareText(jid) && (said.resource === '' || said.resource === jid.resource);
    if (isOwn) return;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  throw new StreamError('invalid-from', 'a stanza says that somebody else sent it');
}

async function taken(session: Session, of: Element, flow: Flow): Promise<void> {
  const to = addressOf(of);
  const { chat } = session;
  switch (of.name) {
    case 'message':
      chat.meters.stanza.message.inc();
      // RFC 6120 §10.3.1: to nobody is to oneself.
      return message(session, addressed(of, session.jid, to ?? session.home.jid), flow);
    case 'presence':
      chat.meters.stanza.presence.inc();
      return chat.presence.sent(session, of, to);
    default:
      chat.meters.stanza.iq.inc();
      return iq(session, of, to, flow);
  }
}

function addressOf({ attributes: { to } }: Element): Jid | null {
  if (to === undefined) return null;
  try {
    return parseJid(to);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StanzaError('jid-malformed', { text: error.message });
  }
}

/** Whether it may leave (`StanzaGuard`); null: nothing is to be awaited. Throws StanzaError. */
export function guarded(session: Session, stanza: Stanza, from = 0): Promise<void> | null {
  const { leaving } = session.chat.features;
  for (let at = from; at < leaving.length; at++) {
    const done = leaving[at]?.(session, stanza);
    if (done instanceof Promise) return guardedAfter(session, stanza, done, at + 1);
  }
  return null;
}

async function guardedAfter(
  session: Session,
  stanza: Stanza,
  first: Promise<void>,
  from: number,
): Promise<void> {
  await first;
  await guarded(session, stanza, from);
}

async function message(session: Session, stanza: Stanza, flow: Flow): Promise<void> {
  const guard = guarded(session, stanza);
  if (guard !== null) await guard;
  const sending: Sending = { session, stanza, flow, stamps: [] };
  for (const hook of session.chat.features.send) {
    const step = hook(sending);
    if ((step instanceof Promise ? await step : step) === 'done') return;
  }
  await carried(session, sending.stanza, flow);
}

async function iq(session: Session, of: Element, to: Jid | null, flow: Flow): Promise<void> {
  const { chat, home } = session;
  const stanza = addressed(of, session.jid, to ?? home.jid);
  demandIq(stanza);
  if (to === null || (to.resource === '' && bareText(to) === home.text)) {
    return answerIq(chat, stanza, home, session);
  }
  const guard = guarded(session, stanza);
  if (guard !== null) await guard;
  return carried(session, stanza, flow);
}

function carried(session: Session, stanza: Stanza, flow: Flow): Promise<void> {
  const { presence, router } = session.chat;
  if (!router.isOurs(stanza.to.domain)) presence.spoke(session, stanza.to);
  return router.carry(stanza, flow);
}

function refuse(session: Session, of: Element, error: unknown): void {
  const refusal = refusalOf(error);
  if (refusal === null) session.chat.log.error('xmpp stanza failed', { error });
  const to = of.attributes.to;
  const stanza = addressed(of, session.jid, session.home.jid);
  if (!mayBounce(stanza)) return;
  const { element } = bounceOf(stanza, refusal ?? internalError);
  // An address that cannot be read comes back as it was.
  session.deliver({ ...element, attributes: { ...element.attributes, from: to ?? session.home.text } });
}
