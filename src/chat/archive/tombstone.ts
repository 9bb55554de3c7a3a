import { type Element, element } from '../../formats/stanza/index.ts';
import { dateTime } from '../data/index.ts';
import { clientNs } from '../namespaces.ts';
import { retractNs, stanzaIdNs } from './names.ts';

/** Children that stay: they say who and which, and nothing of what was said. */
const staying: ReadonlySet<string> = new Set([
  `origin-id ${stanzaIdNs}`,
  `stanza-id ${stanzaIdNs}`,
  'occupant-id urn:xmpp:occupant-id:0',
  `thread ${clientNs}`,
]);

/**
 * XEP-0424 §4: what stands where a message was. `id`: of the message that retracts it; `more`: what else is said of it, as
 * XEP-0425 does with `<moderated/>`.
 */
export function tombstoneOf(
  message: Element,
  {
    id,
    atMs,
    more = [],
  }: { readonly id?: string | undefined; readonly atMs: number; readonly more?: readonly Element[] },
): Element {
  const left = message.children.filter(
    (child) => typeof child !== 'string' && staying.has(`${child.name} ${child.ns}`),
  );
  const retracted = element('retracted', retractNs, { id, stamp: dateTime(atMs) }, ...more);
  return { ...message, children: [retracted, ...left] };
}
