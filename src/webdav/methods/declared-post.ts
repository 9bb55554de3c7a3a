import { FormatError } from '../../base/index.ts';
import { DavError } from '../errors.ts';
import type { DavMethod, DavPost } from '../types.ts';
import { post } from './post.ts';

/** POST of a document that asks for something; what is no XML becomes a member, where members are posted (RFC 5995). */
export function declaredPost(posts: readonly DavPost[]): DavMethod {
  return {
    name: 'POST',
    rfc: 'caldav-sharing §5.3.2',
    on: ({ resource }) => resource !== null && posts.some((each) => each.on(resource)),
    demands: () => [{ on: 'resource', privilege: 'read' }],
    async run(exchange, found) {
      const { resource } = found;
      if (resource === null) throw new DavError(404, 'there is nothing here');
      if (!/[/+]xml\b/i.test(exchange.header('content-type') ?? '')) {
        if (!post.on(found)) throw new DavError(415, 'what is posted here is XML');
        for (const { privilege } of post.demands(found)) exchange.demand(resource, privilege);
        return post.run(exchange, found);
      }
      const body = await exchange.xml();
      if (body === null) throw new FormatError('a document is posted here');
      const { namespace, name } = body;
      const asked = posts.find(
        (each) => each.namespace === namespace && each.name === name && each.on(resource),
      );
      if (!asked) throw new DavError(403, `a ${name} is not asked for here`);
      exchange.demand(resource, asked.privilege);
      await asked.run(exchange, resource, body);
    },
  };
}
