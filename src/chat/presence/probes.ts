import { type Jid, parseJid } from '../../formats/jid/index.ts';
import { type Element, element, parseElement } from '../../formats/stanza/index.ts';
import { delayElement } from '../data/index.ts';
import { clientNs } from '../namespaces.ts';
import { isBlocked } from '../roster/blocked.ts';
import { mayHear } from '../roster/contacts.ts';
import type { HomeState } from '../roster/state.ts';
import type { Home } from '../routing/home.ts';
import { addressed, type Stanza } from '../stanza.ts';
import { availableOf, unavailable } from './telling.ts';

const probeElement = element('presence', clientNs, { type: 'probe' });
const unsubscribed = element('presence', clientNs, { type: 'unsubscribed' });

/** Asks whether a contact is there; `from` hears it: one resource, or all of them (RFC 6121 §4.3.1). */
export async function probe(home: Home, from: Jid, contact: string): Promise<void> {
  const { blocked } = await home.state();
  const to = parseJid(contact);
  if (isBlocked(blocked, to)) return;
  await home.chat.router.route(addressed(probeElement, from, to));
}

/** RFC 6121 §4.3.2: who may know is told of every resource, or that there is none; others that they are not subscribed. */
export async function answerProbe(home: Home, { from }: Stanza): Promise<void> {
  const { router, homes } = home.chat;
  const there = availableOf(home);
  // That nobody is there is what members know of each other until they hear otherwise.
  if (there.length === 0 && homes.isLocal(from.domain)) return;
  const state = await home.state();
  if (!mayHear(home, state, from)) {
    const stranger = { ...from, resource: '' };
    await router.route(addressed(unsubscribed, home.jid, stranger));
    return;
  }
  for (const { jid, presence } of there)
    if (presence !== null) await router.route(addressed(presence, jid, from));
  if (there.length === 0) await router.route(addressed(lastPresence(home, state), home.jid, from));
}

/** §4.3.2: what was said last, and when. */
function lastPresence({ text }: Home, { last }: HomeState): Element {
  if (last === null) return unavailable;
  const status = last.status === '' ? null : element('status', clientNs, {}, last.status);
  return { ...unavailable, children: [...(status ? [status] : []), delayElement(text, last.atMs)] };
}

/** RFC 6121 §3.1.3: who still waits for an answer asks again at each login. */
export function* waiting({ contacts, blocked }: HomeState): Generator<Element> {
  for (const { contact, pendingIn, request } of contacts.values()) {
    if (!pendingIn || isBlocked(blocked, parseJid(contact))) continue;
    yield request === null
      ? element('presence', clientNs, { type: 'subscribe', from: contact })
      : parseElement(request);
  }
}
