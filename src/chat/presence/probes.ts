import { parseJid } from '../../formats/jid/index.ts';
import { type Element, element, parseElement } from '../../formats/stanza/index.ts';
import { clientNs } from '../namespaces.ts';
import { isBlocked } from '../roster/blocked.ts';
import { mayHear } from '../roster/contacts.ts';
import type { HomeState } from '../roster/state.ts';
import type { Home } from '../routing/home.ts';
import { addressed, type Stanza } from '../stanza.ts';
import { availableOf, unavailable } from './telling.ts';

const probeElement = element('presence', clientNs, { type: 'probe' });

/** Asks whether a contact is there, from the bare address of who wants to know (RFC 6121 §4.3.1). */
export async function probe(home: Home, contact: string): Promise<void> {
  const { blocked } = await home.state();
  const to = parseJid(contact);
  if (isBlocked(blocked, to)) return;
  await home.chat.router.route(addressed(probeElement, home.jid, to));
}

/** RFC 6121 §4.3.2: who may know is told of every resource, or that there is none; others that they are not subscribed. */
export async function answerProbe(home: Home, { from }: Stanza): Promise<void> {
  const { router, homes } = home.chat;
  const state = await home.state();
  if (!mayHear(home, state, from)) {
    await router.route(
      addressed({ ...unavailable, attributes: { type: 'unsubscribed' } }, home.jid, {
        ...from,
        resource: '',
      }),
    );
    return;
  }
  const there = availableOf(home);
  for (const { jid, presence } of there)
    if (presence !== null) await router.route(addressed(presence, jid, from));
  // Of our own nobody is told that nobody is there: that is what they know already.
  const isOwn = homes.isLocal(from.domain) && from.resource === '';
  if (there.length === 0 && !isOwn) await router.route(addressed(unavailable, home.jid, from));
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
