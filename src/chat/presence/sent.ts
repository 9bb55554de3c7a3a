import { bareText, type Jid, jidText } from '../../formats/jid/index.ts';
import { childOf, type Element, textOf } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import { contactsWhere, standingOf } from '../roster/contacts.ts';
import { hears, isHeard, isSubscriptionKind } from '../roster/subscription.ts';
import { say } from '../roster/subscriptions.ts';
import { guarded } from '../routing/from-client.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import { addressed } from '../stanza.ts';
import { gone, tellContacts, tellOwn } from './ends.ts';
import { contactsPerStepMax } from './limits.ts';
import { probe, waiting } from './probes.ts';
import { behind, inSteps } from './rounds.ts';
import { availableOf } from './telling.ts';
import { toldBy } from './told.ts';

/** A presence of a client of ours; `to` null where everybody is told. */
export async function sent(session: Session, of: Element, to: Jid | null): Promise<void> {
  const { type = '' } = of.attributes;
  if (to === null) return toEverybody(session, of, type);
  const stanza = addressed(of, session.jid, to);
  const guard = guarded(session, stanza);
  if (guard !== null) await guard;
  if (isSubscriptionKind(type)) return say(session.home, of, type, to);
  switch (type) {
    case '':
      return direct(session, of, to);
    case 'unavailable':
      toldBy(session).directed.delete(jidText(to));
      return session.chat.router.route(stanza);
    case 'error':
      return session.chat.router.route(stanza);
    // RFC 6121 §4.3: what a client wants to know, its server has asked.
    case 'probe':
      return probe(session.home, session.jid, probedOf(session, to));
    default:
      throw new StanzaError('bad-request', { text: `a presence has no type '${type}'` });
  }
}

/** An account is asked as a whole; elsewhere it may be an occupant of a room (XEP-0045 §17.3). */
const probedOf = ({ chat }: Session, to: Jid): string =>
  chat.homes.isLocal(to.domain) ? bareText(to) : jidText(to);

function toEverybody(session: Session, of: Element, type: string): Promise<void> | void {
  if (type === '') return available(session, of);
  if (type === 'unavailable') return gone(session, of);
  if (isSubscriptionKind(type))
    throw new StanzaError('bad-request', { text: 'whom it is said to is missing' });
  if (type !== 'error' && type !== 'probe')
    throw new StanzaError('bad-request', { text: `a presence has no type '${type}'` });
}

/** RFC 6121 §4.6.3: told by name, and told of the end as well. */
async function direct(session: Session, said: Element, to: Jid): Promise<void> {
  const of = await shownOf(session, said);
  const text = jidText(to);
  const state = await session.home.state();
  // It is over by now: nobody would be told of the end.
  if (session.isClosed) return;
  // Who is told of everything (§4.6.5) is told of the end with the others.
  const isContact = session.isAvailable && to.resource === '' && isHeard(standingOf(state, text));
  if (!isContact && !toldBy(session).directed.add(text, to))
    throw new StanzaError('resource-constraint', { text: 'too many others were told by name' });
  return session.chat.router.route(addressed(of, session.jid, to));
}

/** RFC 6121 §4.2, §4.4. */
async function available(session: Session, from: Element): Promise<void> {
  const priority = priorityOf(from);
  const of = await shownOf(session, from);
  const { home, chat } = session;
  const told = toldBy(session);
  await told.last;
  const state = await home.state();
  if (session.isClosed) return;
  const first = session.presence === null;
  const said = addressed(of, session.jid, home.jid);
  session.presence = said.element;
  session.priority = priority;
  await tellOwn(home, said);
  // §4.2.2: one that comes hears of those of its own that are there.
  if (first)
    for (const other of availableOf(home))
      if (other !== session && other.presence !== null) session.deliver(other.presence);
  for (const hook of chat.features.presenceSent) await hook(session, first);
  if (first) for (const request of waiting(state)) session.deliver(request);
  const heard = [...contactsWhere(state, isHeard)];
  const asked = first ? [...contactsWhere(state, hears)] : [];
  const tell = async () => {
    await tellContacts(session, of, heard);
    await inSteps(asked, (contact) => probe(home, session.jid, contact));
  };
  // It may be over by now: then its end was told already.
  if (session.isClosed) return;
  told.last = behind(chat, tell());
  // Whoever knows half the world does not wait until all of it has heard.
  if (heard.length + asked.length <= contactsPerStepMax) await told.last;
}

/** What resources that are there have said to everybody is said again, as `change` makes it; the same: nobody is told. */
export async function anew(home: Home, change: (of: Element) => Element): Promise<void> {
  for (const session of availableOf(home)) {
    const told = toldBy(session);
    await told.last;
    const state = await home.state();
    const before = session.presence;
    const of = before === null ? null : change(before);
    if (of === null || of === before || session.isClosed) continue;
    const said = addressed(of, session.jid, home.jid);
    session.presence = said.element;
    await tellOwn(home, said);
    told.last = behind(home.chat, tellContacts(session, of, [...contactsWhere(state, isHeard)]));
  }
}

async function shownOf(session: Session, said: Element): Promise<Element> {
  let of = said;
  for (const hook of session.chat.features.presenceShown) {
    const shown = hook(session, of);
    of = shown instanceof Promise ? await shown : shown;
  }
  return of;
}

/** RFC 6121 §4.7.2.3. */
function priorityOf(of: Element): number {
  const said = childOf(of, 'priority');
  if (said === undefined) return 0;
  const text = textOf(said).trim();
  const priority = /^[+-]?\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (priority >= -128 && priority <= 127) return priority;
  throw new StanzaError('bad-request', { text: 'a priority is a whole number from -128 to 127' });
}
