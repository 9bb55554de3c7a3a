import { StoreError } from '../../base/index.ts';
import { DavError } from '../errors.ts';
import type { DavMethod, Found } from '../types.ts';
import { answerWritten, inParent, noParent } from './answer.ts';

/** RFC 4918 §9.3, and with a body RFC 5689. */
export const mkcol: DavMethod = {
  name: 'MKCOL',
  rfc: 'RFC 4918 §9.3',
  on: ({ resource, parent }: Found) =>
    resource === null && (parent === null || parent.makeCollection !== undefined),
  demands: () => [{ on: 'parent', privilege: 'bind' }],
  async run(exchange, { parent, name }) {
    if (!parent?.makeCollection) throw noParent();
    if (exchange.length !== 0) throw new DavError(415, 'a body of MKCOL is not understood');
    const none = { dead: [], live: new Map() };
    try {
      const written = await inParent(parent.makeCollection(name, [], none, exchange.write));
      answerWritten(exchange, { ...written, verbatim: false });
    } catch (error) {
      if (!(error instanceof StoreError) || error.reason !== 'exists') throw error;
      throw new DavError(405, 'there is something of that name', {
        headers: { Allow: 'OPTIONS, PROPFIND, DELETE' },
      });
    }
  },
};
