import type { XmlElement } from '../../formats/xml/index.ts';
import { attributeOf, type PickedProperty, PickReader } from '../../webdav/index.ts';
import { type ServedVersion, servedVersions } from '../collections/media.ts';
import { refusal } from '../conditions.ts';
import { carddav } from '../names.ts';

/** What is to become of the bytes of each card (RFC 6352 §10.4). */
export interface DataWish {
  readonly version: ServedVersion;
  /** By name, in upper case, with its group where one was asked for: whether the value is left out. Null: all of the card. */
  readonly pick: ReadonlyMap<string, PickedProperty> | null;
}

/** Of the CARDDAV:address-data inside of a DAV:prop. */
export function readDataWish(element: XmlElement): DataWish {
  const type = attributeOf(element, 'content-type')?.toLowerCase() ?? 'text/vcard';
  // RFC 6352 §10.4: without a version it is 3.0 that is meant
  const version = servedVersions.find((each) => each === (attributeOf(element, 'version') ?? '3.0'));
  if (type !== 'text/vcard' || version === undefined) {
    throw refusal('supported-address-data', 'cards are answered as text/vcard, version 3.0 or 4.0');
  }
  const own = element.children.filter(({ namespace }) => namespace === carddav);
  const props = own.filter(({ name }) => name === 'prop');
  if (props.length === 0 || own.some(({ name }) => name === 'allprop')) return { version, pick: null };
  const reader = new PickReader((message) => refusal('supported-address-data', message));
  const picked = props.map((prop) => reader.property(prop));
  return { version, pick: new Map(picked.map((each) => [each.name, each])) };
}
