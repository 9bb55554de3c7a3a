import { FormatError, StoreError } from '../../base/index.ts';
import { DavError } from '../errors.ts';
import { prefixDeclarations } from '../prefixes.ts';
import { type PropertyRequest, readPropertyChanges, verdictXml } from '../properties/index.ts';
import { allowOf } from '../server/index.ts';
import type { DavMethod, Exchange, Found } from '../types.ts';
import { answerWritten, inParent, noParent } from './answer.ts';

/** RFC 4918 §9.3, and with a body RFC 5689: properties and kind are there from the first moment, or nothing is. */
export const mkcol: DavMethod = {
  name: 'MKCOL',
  rfc: 'RFC 4918 §9.3, RFC 5689 §3',
  on: ({ resource, parent }: Found) =>
    resource === null && (parent === null || parent.makeCollection !== undefined),
  // Who may only drop files must not learn which names are taken.
  demands: () => [
    { on: 'parent', privilege: 'bind' },
    { on: 'parent', privilege: 'read' },
  ],
  async run(exchange, { parent, name }) {
    const request = await readRequest(exchange);
    if (!parent?.makeCollection) throw noParent();
    if (request?.refused) return refused(exchange, request);
    const changes = request?.changes ?? { dead: [], live: new Map<string, unknown>() };
    try {
      const task = parent.makeCollection(name, request?.types ?? [], changes, exchange.write);
      answerWritten(exchange, { ...(await inParent(task)), verbatim: false });
    } catch (error) {
      if (!(error instanceof StoreError) || error.reason !== 'exists') throw error;
      const found = await exchange.find(exchange.path);
      const headers = { Allow: allowOf(exchange.visit.dav, found) };
      throw new DavError(405, 'there is something of that name', { headers });
    }
  },
};

async function readRequest(exchange: Exchange): Promise<PropertyRequest | null> {
  const body = await exchange.xml('verbatim');
  if (body === null) return null;
  // RFC 4918 §9.3.1: a body that is not understood is refused.
  if (body.namespace !== 'DAV:' || body.name !== 'mkcol') {
    throw new DavError(415, 'the body of MKCOL is a DAV:mkcol');
  }
  const request = readPropertyChanges(body, { dav: exchange.visit.dav, resource: null });
  if (request.verdicts.length === 0) throw new FormatError('the DAV:mkcol sets no property');
  return request;
}

/** RFC 5689 §3.1 */
function refused(exchange: Exchange, { verdicts }: PropertyRequest): void {
  const inner = verdictXml(verdicts);
  const body = `<?xml version="1.0" encoding="utf-8"?>\n<D:mkcol-response${prefixDeclarations}>${inner}</D:mkcol-response>\n`;
  const status = verdicts.find((verdict) => verdict.status !== 424)?.status ?? 424;
  exchange.send(status, { 'Content-Type': 'application/xml; charset=utf-8' }, body);
}
