import type { XmlElement } from '../../formats/xml/index.ts';
import { type ServedVersion, servedVersions } from '../collections/media.ts';
import { refusal } from '../conditions.ts';
import { pickedNamesMax } from '../limits.ts';
import { carddav } from '../names.ts';

/** What is to become of the bytes of each card (RFC 6352 §10.4). */
export interface DataWish {
  readonly version: ServedVersion;
  /** By name, in upper case, with its group where one was asked for: whether the value is left out. Null: all of the card. */
  readonly pick: ReadonlyMap<string, { readonly noValue: boolean }> | null;
}

export const isData = ({ namespace, name }: { readonly namespace: string; readonly name: string }) =>
  namespace === carddav && name === 'address-data';

/** Of the CARDDAV:address-data inside of a DAV:prop. */
export function readDataWish({ attributes, children }: XmlElement): DataWish {
  const attribute = (wanted: string) => attributes.find(({ name }) => name === wanted)?.value.trim();
  const type = attribute('content-type')?.toLowerCase() ?? 'text/vcard';
  // RFC 6352 §10.4: without a version it is 3.0 that is meant
  const version = servedVersions.find((each) => each === (attribute('version') ?? '3.0'));
  if (type !== 'text/vcard' || version === undefined) {
    throw refusal('supported-address-data', 'cards are answered as text/vcard, version 3.0 or 4.0');
  }
  const own = children.filter(({ namespace }) => namespace === carddav);
  const props = own.filter(({ name }) => name === 'prop');
  if (props.length === 0 || own.some(({ name }) => name === 'allprop')) return { version, pick: null };
  if (props.length > pickedNamesMax) {
    throw refusal('supported-address-data', `at most ${pickedNamesMax} properties are picked`);
  }
  const named = props.map((prop) => {
    const value = (wanted: string) => prop.attributes.find(({ name }) => name === wanted)?.value.trim();
    return [(value('name') ?? '').toUpperCase(), { noValue: value('novalue') === 'yes' }] as const;
  });
  return { version, pick: new Map(named) };
}
