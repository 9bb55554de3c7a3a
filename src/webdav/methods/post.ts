import { randomToken } from '../../base/index.ts';
import { slugBytesMax } from '../limits.ts';
import type { Collection, DavMethod, Exchange, Found } from '../types.ts';
import { inParent, noParent } from './answer.ts';
import { contentOf } from './put.ts';
import { answerContent } from './representation.ts';

const nameBits = 80;

/** RFC 5995: the collection itself is the URI to which members are posted; a Slug (RFC 5023 §9.7) is their name where it is free. */
export const post: DavMethod = {
  name: 'POST',
  rfc: 'RFC 5995',
  on: ({ resource }: Found) => (resource as Collection | null)?.create !== undefined,
  demands: () => [{ on: 'resource', privilege: 'bind' }],
  async run(exchange, { resource }) {
    const folder = resource as Collection | null;
    if (!folder?.create) throw noParent();
    const name = await freeName(exchange, folder);
    const options = { visit: exchange.visit, seen: { etag: null } };
    const written = await inParent(folder.create(name, contentOf(exchange, null), options));
    const { visit } = exchange;
    // What somebody may not see has no name for them, not even where they brought it.
    const seen = written.resource.may('read');
    await answerContent(
      exchange,
      written,
      seen ? { Location: visit.origin + visit.href(written.resource) } : {},
    );
  },
};

async function freeName(exchange: Exchange, folder: Collection): Promise<string> {
  const slug = readSlug(exchange.header('slug'));
  if (slug === null) return randomToken(nameBits);
  const { resource } = await exchange.find([...folder.path, slug]);
  return resource === null ? slug : `${randomToken(nameBits)}-${slug}`;
}

/** Null for none, and for what cannot be a name. */
function readSlug(text: string | undefined): string | null {
  try {
    const slug = decodeURIComponent(text?.trim() ?? '');
    if (slug === '' || slug.startsWith('.') || Buffer.byteLength(slug) > slugBytesMax) return null;
    return /[\p{Cc}/\\]/u.test(slug) ? null : slug;
  } catch {
    return null;
  }
}
