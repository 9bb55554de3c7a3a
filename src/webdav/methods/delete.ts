import { DavError } from '../errors.ts';
import { readDepth } from '../server/index.ts';
import type { DavMethod, Found } from '../types.ts';

/** RFC 4918 §9.6.1: a collection goes with all that is in it, or stays. */
export const remove: DavMethod = {
  name: 'DELETE',
  rfc: 'RFC 4918 §9.6',
  on: ({ resource }: Found) => resource?.remove !== undefined,
  demands: ({ parent }: Found) => [
    { on: parent ? 'parent' : 'resource', privilege: 'unbind' },
    { on: 'resource', privilege: 'read' },
  ],
  async run(exchange, { resource }) {
    if (!resource?.remove) return;
    const depth = readDepth(exchange) ?? 'infinity';
    if (resource.isCollection && depth !== 'infinity') {
      throw new DavError(400, 'a collection is removed with Depth infinity');
    }
    await resource.remove(exchange.write);
    exchange.send(204);
  },
};
