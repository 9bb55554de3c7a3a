import { parseJid } from '../../formats/jid/index.ts';
import { elementsOf, parseElement } from '../../formats/stanza/index.ts';
import { clientNs } from '../namespaces.ts';
import type { Stanza } from '../stanza.ts';

/** A stanza that goes to another server, as text of a stream. */
export interface Outbound {
  readonly text: string;
  /** Its place in the durable queue; 0 where it waits in memory alone. */
  readonly seq: number;
  /** Null where it was read from the queue. */
  readonly stanza: Stanza | null;
}

const hintsNs = 'urn:xmpp:hints';
const statesNs = 'http://jabber.org/protocol/chatstates';

/**
 * What must arrive, however long the other server is away: what a person has said. That somebody is typing, presence and
 * requests are of no use later.
 */
export function isLasting({ kind, type, element }: Stanza): boolean {
  if (kind !== 'message' || type === 'error' || type === 'headline') return false;
  let isSaid = false;
  for (const { name, ns } of elementsOf(element)) {
    if (ns === hintsNs && name === 'no-store') return false;
    if (ns !== statesNs && ns !== hintsNs && name !== 'thread') isSaid = true;
  }
  return isSaid;
}

/** What was written into the queue. */
export function stanzaOf({ stanza, text }: Outbound): Stanza {
  if (stanza !== null) return stanza;
  const element = parseElement(text, { ns: clientNs, prefixes: new Map() });
  const { from = '', to = '', type = '' } = element.attributes;
  return { kind: 'message', type, element, from: parseJid(from), to: parseJid(to) };
}
