import { bareText, type Jid } from '../../formats/jid/index.ts';
import { childOf, type Element, element, parseElement, textOf } from '../../formats/stanza/index.ts';
import type { MessageType, NewRow } from '../../stores/conversations/index.ts';
import { clientNs } from '../namespaces.ts';
import { type Stanza, stanzaText } from '../stanza.ts';
import { stanzaIdNs } from './names.ts';

const types: ReadonlySet<string> = new Set<MessageType>(['chat', 'groupchat', 'normal', 'headline']);

/** RFC 6121 §5.2.2: what is not known is `normal`. */
const typeOf = (type: string): MessageType => (types.has(type) ? (type as MessageType) : 'normal');

/** What is encrypted has a text for those alone who cannot read it. */
const encrypted: ReadonlySet<string> = new Set([
  ...['eu.siacs.conversations.axolotl', 'urn:xmpp:omemo:2', 'jabber:x:encrypted', 'urn:xmpp:openpgp:0'],
]);

function searchedText({ children }: Element): string | null {
  let body: string | null = null;
  for (const child of children) {
    if (typeof child === 'string') continue;
    if (encrypted.has(child.ns)) return null;
    if (body === null && child.name === 'body' && child.ns === clientNs) body = textOf(child);
  }
  return body === '' ? null : body;
}

/** A message as it stands in the archive of a member. */
export function rowOf(owner: number, direction: 'in' | 'out', stanza: Stanza, atMs: number): NewRow {
  const { element: of, type } = stanza;
  const peer: Jid = direction === 'in' ? stanza.from : stanza.to;
  return {
    kind: 'account',
    owner,
    atMs,
    peer: bareText(peer),
    resource: peer.resource,
    direction,
    type: typeOf(type),
    messageId: of.attributes.id ?? null,
    originId: childOf(of, 'origin-id', stanzaIdNs)?.attributes.id ?? null,
    occupantId: null,
    stanza: stanzaText(of),
    body: searchedText(of),
  };
}

const scope = { ns: clientNs, prefixes: new Map<string, string>() };

/** A message of an archive, read again. */
export const messageOf = (text: string): Element => parseElement(text, scope);

/** XEP-0359 §3: where a message is kept, and as which. */
export const stanzaIdElement = (by: string, id: number): Element =>
  element('stanza-id', stanzaIdNs, { by, id: String(id) });

/** The number of a message in its archive, by what clients know it as; null where it cannot be one. */
export const idOf = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);
