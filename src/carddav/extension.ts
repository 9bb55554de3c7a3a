import { collectionsSpace, type DavExtension } from '../webdav/index.ts';
import { bookFlavor } from './collections/flavor.ts';
import type { CarddavHouse } from './house.ts';
import { bookProperties } from './properties/book.ts';
import { principalProperties } from './properties/principal.ts';
import { addressbookMultiget } from './reports/multiget.ts';
import { addressbookQuery } from './reports/query.ts';

/** `/dav/contacts/…`: CardDAV over the rooms. */
export function carddavExtension(house: CarddavHouse): DavExtension {
  return {
    name: 'carddav',
    features: ['addressbook'],
    methods: [],
    properties: [...bookProperties(house.settings), ...principalProperties(house)],
    reports: [addressbookQuery, addressbookMultiget],
    spaces: [collectionsSpace(house, bookFlavor(house))],
    wellKnown: ['carddav'],
  };
}
