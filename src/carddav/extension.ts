import { collectionsSpace, type DavExtension, multigetReport } from '../webdav/index.ts';
import { addressData } from './address-data/property.ts';
import { bookFlavor } from './collections/flavor.ts';
import type { CarddavHouse } from './house.ts';
import { carddav } from './names.ts';
import { bookProperties } from './properties/book.ts';
import { principalProperties } from './properties/principal.ts';
import { addressbookQuery } from './reports/query.ts';

const addressbookMultiget = multigetReport(
  { namespace: carddav, name: 'addressbook-multiget', rfc: '6352 §8.7' },
  'contacts',
);

/** `/dav/contacts/…`: CardDAV over the rooms. */
export function carddavExtension(house: CarddavHouse): DavExtension {
  return {
    name: 'carddav',
    features: ['addressbook'],
    methods: [],
    properties: [...bookProperties(house.settings), ...principalProperties(house)],
    reportProperties: [addressData],
    reports: [addressbookQuery, addressbookMultiget],
    spaces: [collectionsSpace(house, bookFlavor(house))],
    wellKnown: ['carddav'],
  };
}
