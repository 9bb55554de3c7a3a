import { FormatError, StoreError } from '../../base/index.ts';
import {
  allowOf,
  answerWritten,
  DavError,
  type DavMethod,
  type Exchange,
  elementOf,
  type Found,
  inParent,
  noParent,
  type PropertyRequest,
  prefixDeclarations,
  readPropertyChanges,
  verdictXml,
} from '../../webdav/index.ts';
import { caldav, caldavName, kinds } from '../names.ts';

const locationOk = elementOf(caldavName('calendar-collection-location-ok'));

/** RFC 4791 §5.3.1: a calendar with its properties from the first moment, or nothing. */
export const mkcalendar: DavMethod = {
  name: 'MKCALENDAR',
  rfc: '4791 §5.3.1',
  on: ({ resource }: Found) => resource === null,
  demands: () => [
    { on: 'parent', privilege: 'bind' },
    { on: 'parent', privilege: 'read' },
  ],
  async run(exchange, { parent, name }) {
    const request = await readRequest(exchange);
    if (parent === null) throw noParent();
    if (parent.kind !== kinds.home || !parent.makeCollection)
      throw new DavError(403, 'a calendar is made in a home of calendars', { condition: locationOk });
    if (request?.refused) return refused(exchange, request);
    const changes = request?.changes ?? { dead: [], live: new Map<string, unknown>() };
    try {
      const types = [caldavName('calendar')];
      const made = await inParent(parent.makeCollection(name, types, changes, exchange.write));
      // §5.3.1: what a proxy remembers of it is not so any more.
      answerWritten(exchange, { ...made, verbatim: false }, { 'Cache-Control': 'no-cache' });
    } catch (error) {
      if (!(error instanceof StoreError) || error.reason !== 'exists') throw error;
      throw new DavError(405, 'there is something of that name', {
        condition: '<D:resource-must-be-null/>',
        headers: { Allow: allowOf(exchange.visit.dav, await exchange.find(exchange.path)) },
      });
    }
  },
};

async function readRequest(exchange: Exchange): Promise<PropertyRequest | null> {
  const body = await exchange.xml('verbatim');
  if (body === null) return null;
  if (body.namespace !== caldav || body.name !== 'mkcalendar')
    throw new FormatError('the body is no CALDAV:mkcalendar');
  return readPropertyChanges(body, { dav: exchange.visit.dav, resource: null });
}

function refused(exchange: Exchange, { verdicts }: PropertyRequest): void {
  const name = 'C:mkcalendar-response';
  const body = `<?xml version="1.0" encoding="utf-8"?>\n<${name}${prefixDeclarations}>${verdictXml(verdicts)}</${name}>\n`;
  const status = verdicts.find((verdict) => verdict.status !== 424)?.status ?? 424;
  exchange.send(status, { 'Content-Type': 'application/xml; charset=utf-8' }, body);
}
