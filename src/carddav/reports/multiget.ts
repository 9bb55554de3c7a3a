import { answerMultiget, type DavReport, type Resource } from '../../webdav/index.ts';
import { dataPlanOf } from '../address-data/property.ts';
import { carddav, kinds } from '../names.ts';

const scopes: ReadonlySet<string> = new Set(Object.values(kinds));

/** Where cards are asked for: one, those of an address book, those of all. */
export const inScope = ({ kind }: Resource): boolean => scopes.has(kind);

/** RFC 6352 §8.7 */
export const addressbookMultiget: DavReport = {
  namespace: carddav,
  name: 'addressbook-multiget',
  rfc: '6352 §8.7',
  on: inScope,
  privilege: 'read',
  async run(exchange, resource, body) {
    await answerMultiget(exchange, resource, body, dataPlanOf(body, exchange.visit).plan);
  },
};
