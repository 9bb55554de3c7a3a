import { type Element, element } from '../../formats/stanza/index.ts';
import {
  carbonsNs,
  chatStatesNs,
  delayNs,
  forwardNs,
  hintsNs,
  markersNs,
  mucUserNs,
  pubsubEventNs,
  receiptsNs,
  stanzaIdNs,
} from '../archive/index.ts';
import { clientNs } from '../namespaces.ts';
import type { Session } from '../routing/session.ts';
import type { Specification, StreamElementHandler } from '../specification.ts';

const csiNs = 'urn:xmpp:csi:0';

/** How soon somebody must see it: `now`, when there is somebody to see it, or never then. */
export type Urgency = 'now' | 'later' | 'never';

/** Children that change nothing about how urgent the others are. */
const neutral: ReadonlySet<string> = new Set([
  ...[hintsNs, delayNs, stanzaIdNs, mucUserNs, 'urn:xmpp:occupant-id:0'],
]);

/** What is in a copy is as urgent as if it had come itself. */
function copied(child: Element): Element | undefined {
  if (child.ns !== carbonsNs) return undefined;
  for (const forwarded of child.children) {
    if (typeof forwarded === 'string' || forwarded.ns !== forwardNs) continue;
    for (const message of forwarded.children) {
      if (typeof message !== 'string' && message.ns === clientNs) return message;
    }
  }
  return undefined;
}

/** XEP-0352 §5: news of nodes, receipts and markers wait; that somebody writes is no news any more once it is seen. */
function urgencyOfMessage({ children, attributes }: Element): Urgency {
  if (attributes.type === 'error') return 'now';
  let urgency: Urgency | undefined;
  for (const child of children) {
    if (typeof child === 'string') continue;
    const { ns, name } = child;
    const copy = copied(child);
    if (copy !== undefined) return urgencyOfMessage(copy);
    if (neutral.has(ns) || (ns === clientNs && name === 'thread')) continue;
    if (ns === chatStatesNs) urgency ??= 'never';
    else if (
      ns === pubsubEventNs ||
      (ns === receiptsNs && name === 'received') ||
      (ns === markersNs && name !== 'markable')
    )
      urgency = 'later';
    else return 'now';
  }
  return urgency ?? 'now';
}

export function urgencyOf(stanza: Element): Urgency {
  const { type } = stanza.attributes;
  if (stanza.name === 'message') return urgencyOfMessage(stanza);
  // Presence that asks for something is for a person.
  if (stanza.name === 'presence' && (type === undefined || type === 'unavailable')) return 'later';
  return 'now';
}

/** Which of those that wait a newer one takes the place of; null: of none. */
export function placeOf({ name, attributes, children }: Element): string | null {
  const { from = '' } = attributes;
  if (name === 'presence') {
    // What rooms say beside (XEP-0045: who came, by which right) is told once for each change.
    return children.some((child) => typeof child !== 'string' && child.ns === mucUserNs)
      ? null
      : `presence ${from}`;
  }
  for (const event of children) {
    if (typeof event === 'string' || event.ns !== pubsubEventNs) continue;
    const parts: string[] = [];
    for (const items of event.children) {
      if (typeof items === 'string' || items.name !== 'items') return null;
      parts.push(items.attributes.node ?? '');
      for (const item of items.children) {
        if (typeof item !== 'string') parts.push(item.attributes.id ?? '');
      }
    }
    return `event ${JSON.stringify([from, ...parts])}`;
  }
  return null;
}

/** What waits for one client, in the order in which it came. */
class Held {
  readonly stanzas = new Map<string | symbol, Element>();

  put(stanza: Element): void {
    const place = placeOf(stanza) ?? Symbol();
    // The newest stands last: what it changes was said before it.
    this.stanzas.delete(place);
    this.stanzas.set(place, stanza);
  }
}

const held = new WeakMap<Session, Held>();
const inactive = new WeakSet<Session>();

function release(session: Session): void {
  const stanzas = held.get(session)?.stanzas;
  if (stanzas === undefined) return;
  held.delete(session);
  for (const stanza of stanzas.values()) session.write(stanza);
}

export function setActive(session: Session, isActive: boolean): void {
  if (!isActive) {
    inactive.add(session);
    return;
  }
  inactive.delete(session);
  release(session);
}

function outgoing(session: Session, stanza: Element): 'held' | undefined {
  const isAway = session.stream === null;
  if (!isAway && !inactive.has(session)) return undefined;
  const urgency = urgencyOf(stanza);
  if (urgency === 'never') return 'held';
  if (urgency === 'now') {
    // Once the client is woken it may have all; while nobody hears, what is new takes the place of what is old.
    if (!isAway) release(session);
    return undefined;
  }
  let waiting = held.get(session);
  if (waiting === undefined) {
    waiting = new Held();
    held.set(session, waiting);
  }
  waiting.put(stanza);
  if (waiting.stanzas.size >= session.chat.limits.heldStanzasMax) release(session);
  return 'held';
}

const handler = (name: 'active' | 'inactive'): StreamElementHandler => ({
  name,
  ns: csiNs,
  states: ['bound'],
  run({ session }) {
    // §5.1: in the order of the stanzas before it.
    if (session !== null) setActive(session, name === 'active');
  },
});

/** Client State Indication: a client that nobody looks at is spared what can wait. */
export const clientState: Specification = {
  xep: '0352',
  name: 'Client State Indication',
  version: '1.0.0',
  offers: ({ state }) => (state === 'member' || state === 'bound' ? [element('csi', csiNs)] : []),
  elements: [handler('active'), handler('inactive')],
  bind: [
    {
      feature: csiNs,
      bound(session, asked) {
        const isInactiveFirst = asked.children.some(
          (child) => typeof child !== 'string' && child.ns === csiNs && child.name === 'inactive',
        );
        if (isInactiveFirst) inactive.add(session);
        return null;
      },
    },
  ],
  session: {
    outgoing,
    // §5.2: a session that goes on does so as active.
    resumed: (session) => setActive(session, true),
    // What waited for a client that does not come back goes where it can.
    closed(session) {
      const waited = held.get(session)?.stanzas.values() ?? [];
      held.delete(session);
      for (const stanza of waited) session.deliver(stanza);
    },
  },
};
