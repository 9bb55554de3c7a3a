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

const plain = /^[\x20-\x25\x27-\x3b\x3d\x3f-\x7e\u{a0}-\u{d7ff}]*$/u;

/** Character data. Most is sent as it is; what XML 1.0 cannot hold is left out. */
export function textOf(value: string): Xml {
  return plain.test(value) ? value : escapeXml(value);
}
