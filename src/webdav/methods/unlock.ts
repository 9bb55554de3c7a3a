import { DavError } from '../errors.ts';
import { readLockToken } from '../server/index.ts';
import type { DavMethod, Found } from '../types.ts';

/** RFC 4918 §9.11; whose lock it is the room knows. */
export const unlock: DavMethod = {
  name: 'UNLOCK',
  rfc: 'RFC 4918 §9.11',
  on: ({ resource }: Found) => resource?.locks !== undefined,
  demands: () => [{ on: 'resource', privilege: 'read' }],
  async run(exchange, { resource }) {
    const token = readLockToken(exchange);
    const released = await resource?.locks?.release(token, { visit: exchange.visit });
    if (released) return exchange.send(204);
    const condition = '<D:lock-token-matches-request-uri/>';
    throw new DavError(409, 'no such lock is held here', { condition });
  },
};
