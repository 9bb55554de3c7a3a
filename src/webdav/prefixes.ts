import { escapeXml } from '../formats/xml/index.ts';
import type { QName, Xml } from './types.ts';

/** Declared on the root of every document of ours. Microsoft's redirector takes no other prefix than `D` for `DAV:`. */
const prefixOf: ReadonlyMap<string, string> = new Map([
  ['DAV:', 'D'],
  ['urn:ietf:params:xml:ns:caldav', 'C'],
  ['urn:ietf:params:xml:ns:carddav', 'CARD'],
  ['http://calendarserver.org/ns/', 'CS'],
  ['http://apple.com/ns/ical/', 'ICAL'],
  ['http://apache.org/dav/props/', 'A'],
  ['urn:schemas-microsoft-com:', 'Z'],
  ['http://owncloud.org/ns', 'oc'],
  ['http://nextcloud.org/ns', 'nc'],
]);

/** Attributes for a root element, with a space before each. */
export const prefixDeclarations: Xml = [...prefixOf]
  .map(([namespace, prefix]) => ` xmlns:${prefix}="${namespace}"`)
  .join('');

/** What stands in the tags of a name; another name space than the known ones is declared on the spot. */
export function tagOf({ namespace, name }: QName): { readonly start: string; readonly end: string } {
  const prefix = prefixOf.get(namespace);
  if (prefix !== undefined) return { start: `${prefix}:${name}`, end: `${prefix}:${name}` };
  if (namespace === '') return { start: name, end: name };
  return { start: `x:${name} xmlns:x="${escapeXml(namespace)}"`, end: `x:${name}` };
}

/** An element: `inner` is XML already. */
export function elementOf(name: QName, inner: Xml = ''): Xml {
  const { start, end } = tagOf(name);
  return inner === '' ? `<${start}/>` : `<${start}>${inner}</${end}>`;
}

/** What is more than text that is sent as it is, and returns: most values have nothing of it, which this tells soonest. */
const odd = /[^\t\n\r\x20-\x25\x27-\x3b\x3d\x3f-\x7e]/;
const refused = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const allRefused = new RegExp(refused, 'gu');
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Character data, read back as it is but for what XML 1.0 cannot hold at all. A reader takes a bare CR for a line feed
 * (XML 1.0 §2.11), and what is kept octet for octet would come back as something else.
 */
export function textOf(value: string): Xml {
  if (!odd.test(value)) return value.includes('\r') ? value.replaceAll('\r', '&#13;') : value;
  const clean = refused.test(value) ? value.replace(allRefused, '') : value;
  const marked = /[&<>]/.test(clean) ? clean.replace(/[&<>]/g, (char) => escapes[char] ?? char) : clean;
  return marked.replaceAll('\r', '&#13;');
}
