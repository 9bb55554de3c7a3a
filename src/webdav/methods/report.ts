import { FormatError } from '../../base/index.ts';
import { DavError } from '../errors.ts';
import type { DavMethod } from '../types.ts';

/** RFC 3253 §3.6: which report it is stands in the body. */
export const report: DavMethod = {
  name: 'REPORT',
  rfc: '3253 §3.6',
  on: ({ resource }) => resource !== null,
  demands: () => [{ on: 'resource', privilege: 'read' }],
  async run(exchange, { resource }) {
    const body = await exchange.xml();
    if (resource === null) throw new DavError(404, 'there is nothing here');
    if (body === null) throw new FormatError('a REPORT has a body that says which');
    const { namespace, name } = body;
    const wanted = exchange.visit.dav.reports.find(
      (each) => each.namespace === namespace && each.name === name && each.on(resource),
    );
    if (wanted === undefined) {
      throw new DavError(403, 'there is no such report here', { condition: '<D:supported-report/>' });
    }
    exchange.demand(resource, wanted.privilege);
    await wanted.run(exchange, resource, body);
  },
};
