import {
  CollectionResource,
  collations,
  DavError,
  detailProperty,
  elementOf,
  type LiveProperty,
  type Resource,
  textOf,
} from '../../webdav/index.ts';
import { servedVersions } from '../collections/media.ts';
import type { CardSettings } from '../house.ts';
import { descriptionBytesMax } from '../limits.ts';
import { carddav, carddavName, kinds } from '../names.ts';

export const onBooks = (resource: Resource): resource is CollectionResource =>
  resource.kind === kinds.book && resource instanceof CollectionResource;

/** A protected property of CardDAV's name space. */
export function cardProperty(
  name: string,
  rfc: string,
  on: LiveProperty['on'],
  read: LiveProperty['read'],
): LiveProperty {
  return { namespace: carddav, name, key: `CARD:${name}`, rfc, on, privilege: 'read', allprop: false, read };
}

const supported = servedVersions
  .map((version) => `<CARD:address-data-type content-type="text/vcard" version="${version}"/>`)
  .join('');
const supportedCollations = collations
  .map((each) => elementOf(carddavName('supported-collation'), each))
  .join('');

/** RFC 6352 §6.2, §8.3.1 */
export function bookProperties(settings: CardSettings): readonly LiveProperty[] {
  const size = String(settings.cardBytesMax);
  return [
    detailProperty({
      namespace: carddav,
      name: 'addressbook-description',
      rfc: '6352 §6.2.1',
      detail: 'description',
      on: onBooks,
      read: (value) => (value === undefined ? undefined : textOf(value)),
      parse({ text }) {
        const value = text.trim();
        if (Buffer.byteLength(value) <= descriptionBytesMax) return value;
        throw new DavError(409, `a description is at most ${descriptionBytesMax} bytes`);
      },
    }),
    cardProperty('supported-address-data', '6352 §6.2.2', onBooks, () => supported),
    cardProperty('max-resource-size', '6352 §6.2.3', onBooks, () => size),
    // Apple's: photos stand in their cards.
    cardProperty('max-image-size', 'apple', onBooks, () => size),
    cardProperty('supported-collation-set', '6352 §8.3.1', onBooks, () => supportedCollations),
  ];
}
