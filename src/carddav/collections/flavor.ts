import { convert, readKept, versionOfDigest, writeCard } from '../../formats/vcard/index.ts';
import type { ItemRow } from '../../stores/collections/index.ts';
import { DavError, elementOf, type Flavor, type QName, type Scene, type View } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { directoryBook, isDirectory } from '../directory/book.ts';
import type { CarddavHouse } from '../house.ts';
import { acceptBytesMax } from '../limits.ts';
import { meCardKey, setMeCard } from '../me-card.ts';
import { carddav, carddavName, kinds } from '../names.ts';
import { contentTypeOf, type ServedVersion, versionFor } from './media.ts';
import { preparedCard } from './prepare.ts';
import { wholeBook } from './whole.ts';

const bookType = carddavName('addressbook');

/** Address books, over what they have in common with calendars. */
export function bookFlavor(house: CarddavHouse): Flavor {
  return {
    home: 'contacts',
    kind: 'addressbook',
    kinds: { home: kinds.home, item: kinds.item },
    collectionKind: () => kinds.book,
    types: () => [bookType],
    itemBytesMax: house.settings.cardBytesMax,
    conditions: {
      tooLarge: elementOf(carddavName('max-resource-size')),
      location: elementOf(carddavName('addressbook-collection-location-ok')),
      conflict: (href) => elementOf(carddavName('no-uid-conflict'), href),
    },
    personal: () => ({ name: 'personal', details: { displayName: 'Personal' } }),
    contentType: (item) => contentTypeOf(keptVersion(item)),
    headers: { Vary: 'Accept' },
    whole: wholeBook,
    prepare: async (arriving) => preparedCard(arriving, house.settings),
    async removingAll(_, collection) {
      if (isDirectory(collection)) throw new DavError(403, 'the directory stays where it is');
      return {};
    },
    // Of a card nothing is left where only times are shown.
    may: (_, right) => (right === 'busy' ? false : undefined),
    view: negotiated,
    setsAtHome: (key) => key === meCardKey,
    patchHome: setMeCard,
    wanted,
    besides: (scene, home) => directoryBook(house, scene, home),
  };
}

export const keptVersion = ({ digest }: ItemRow): ServedVersion =>
  versionOfDigest(digest) === '4.0' ? '4.0' : '3.0';

/** RFC 6352 §5.2, RFC 5689 §3: a collection in a home of address books is an address book. */
function wanted(types: readonly QName[]): void {
  const [type] = types;
  if (types.length === 1 && type?.namespace === carddav && type.name === 'addressbook') return;
  throw new DavError(403, 'what is made here is an address book', { condition: '<D:valid-resourcetype/>' });
}

/**
 * A card that is got in another version than it is kept in (RFC 6352 §5.1.1). Its ETag is the same, for what a client then
 * writes stands in the place of what is kept.
 */
function negotiated(item: ItemRow, { visit: { request } }: Scene): View | null {
  const { accept } = request.headers;
  if (accept === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return null;
  if (accept.length > acceptBytesMax) return null;
  const kept = keptVersion(item);
  const version = versionFor(accept, kept);
  if (version === null) {
    throw refusal('supported-address-data-conversion', 'cards are answered as text/vcard', '', 406);
  }
  if (version === kept) return null;
  return {
    type: contentTypeOf(version),
    closed: false,
    make: (bytes) => Buffer.from(writeCard(convert(readKept(bytes), version))),
  };
}
