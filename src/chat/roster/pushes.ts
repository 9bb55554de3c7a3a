import { createHash } from 'node:crypto';
import { randomToken } from '../../base/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import type { Contact } from '../../stores/conversations/index.ts';
import { clientNs } from '../namespaces.ts';
import type { Home } from '../routing/home.ts';
import type { SharedContact } from './sources.ts';
import type { HomeState } from './state.ts';

export const rosterNs = 'jabber:iq:roster';
const idBits = 60;

/** `subscription='remove'`: it is gone (RFC 6121 §2.1.2.5). */
const goneItem = (contact: string): Element =>
  element('item', rosterNs, { jid: contact, subscription: 'remove' });

/** RFC 6121 §2.1.2, of a member's own list. */
export function itemElement(of: Contact): Element {
  const { contact, name, groups, subscription, ask, approved } = of;
  const attributes = {
    jid: contact,
    name: name === '' ? undefined : name,
    subscription,
    ask: ask ? 'subscribe' : undefined,
    approved: approved ? 'true' : undefined,
  };
  return element(
    'item',
    rosterNs,
    attributes,
    ...groups.map((group) => element('group', rosterNs, {}, group)),
  );
}

/** What the co-op says of somebody wins over what a member has said. */
const sharedItem = ({ contact, name, groups }: SharedContact): Element =>
  element(
    'item',
    rosterNs,
    { jid: contact, name, subscription: 'both' },
    ...groups.map((group) => element('group', rosterNs, {}, group)),
  );

/** As clients see a contact now. */
export function shownItem(state: HomeState, contact: string): Element {
  const shared = state.shared.get(contact);
  if (shared !== undefined) return sharedItem(shared);
  const known = state.contacts.get(contact);
  return known?.listed ? itemElement(known) : goneItem(contact);
}

export function* allItems(state: HomeState): Generator<Element> {
  for (const shared of state.shared.values()) yield sharedItem(shared);
  for (const contact of state.contacts.values())
    if (contact.listed && !state.shared.has(contact.contact)) yield itemElement(contact);
}

const digests = new WeakMap<HomeState['shared'], string>();

function digestOf(shared: HomeState['shared']): string {
  let digest = digests.get(shared);
  if (digest === undefined) {
    const text = JSON.stringify(
      [...shared.values()].map(({ contact, name, groups }) => [contact, name, groups]),
    );
    digest = createHash('sha256').update(text).digest('base64url').slice(0, 12);
    digests.set(shared, digest);
  }
  return digest;
}

/** RFC 6121 §2.6: the version of a list; it says what is shared as well, of which nothing older is known. */
export const versionOf = ({ ver, shared }: HomeState): string =>
  shared.size === 0 ? String(ver) : `${ver}-${digestOf(shared)}`;

/** Of a version that we gave: since when the rest is wanted; null where all has to be told. */
export function sinceOf(state: HomeState, version: string): number | null {
  const [, ver, digest = ''] = /^(\d{1,15})(?:-([\w-]{12}))?$/.exec(version) ?? [];
  if (ver === undefined) return null;
  const since = Number(ver);
  // Older than what is remembered of contacts that are gone; or never given, as after a restore.
  if (since < state.verFloor || since > state.ver) return null;
  return digest === (state.shared.size === 0 ? '' : digestOf(state.shared)) ? since : null;
}

export const queryOf = (state: HomeState, items: Iterable<Element>): Element =>
  element('query', rosterNs, { ver: versionOf(state) }, ...items);

/** RFC 6121 §2.1.6: whoever has asked for the list hears of the change. */
export function push(home: Home, state: HomeState, contact: string): void {
  const query = queryOf(state, [shownItem(state, contact)]);
  for (const session of home.sessions.values()) {
    if (!session.isInterested) continue;
    const id = `roster-${randomToken(idBits)}`;
    session.deliver(element('iq', clientNs, { type: 'set', id, to: session.text }, query));
  }
}
