import { DavError } from '../errors.ts';
import type { DavMethod, Found, Registry, Space } from '../types.ts';
import { hasConditions, ifHolds, judge } from './conditions.ts';
import type { HttpExchange } from './exchange.ts';
import type { IfList } from './if-header.ts';

/** What a request is served from. */
export interface Rooms {
  /** `allow`: what is here is asked for by its address alone, and pages of others may ask. */
  readonly foreignPages?: 'allow';
  readonly registry: Registry;
  readonly spaces: ReadonlyMap<string, Space>;
  /** By name; of several the first that is `on` what was found. */
  readonly methods: ReadonlyMap<string, readonly DavMethod[]>;
}

/** RFC 9110 §10.2.1: the methods that what is there, or is not there, has. */
export function allowOf(registry: Registry, found: Found): string {
  const names = registry.methods.filter((method) => method.on(found)).map(({ name }) => name);
  return [...new Set(names)].join(', ');
}

/** RFC 9110 §9.3.7, RFC 4918 §10.1; Microsoft's clients ask FrontPage first where they do not hear of DAV. */
export function optionsHeaders(registry: Registry, allow: string): Readonly<Record<string, string>> {
  return {
    DAV: registry.features.join(', '),
    Allow: allow,
    'MS-Author-Via': 'DAV',
    'Accept-Ranges': 'bytes',
    ...registry.options,
  };
}

/** Whoever does not say who they are hears what we speak and nothing of what is there. */
export function serveStranger({ registry, methods }: Rooms, exchange: HttpExchange): void {
  exchange.send(200, optionsHeaders(registry, [...methods.keys()].join(', ')));
}

/** Where, may they, is it still so; then the method runs. */
export async function serve(rooms: Rooms, exchange: HttpExchange, lists: readonly IfList[]): Promise<void> {
  if (rooms.foreignPages !== 'allow') refuseForeignPages(exchange);
  refuseEncoded(exchange);
  const found = await exchange.find(exchange.path);
  const declared = rooms.methods.get(exchange.method) ?? [];
  const method = declared.find((each) => each.on(found));
  if (!method) {
    if (found.resource === null && declared.length > 0) {
      // RFC 4918 §9.3.1
      if (makes.has(exchange.method)) throw new DavError(403, 'nothing can be made here');
      throw new DavError(404, 'there is nothing here');
    }
    const headers = { Allow: allowOf(rooms.registry, found) };
    throw new DavError(405, 'that cannot be done with what is here', { headers });
  }
  for (const { on, privilege } of method.demands(found)) {
    const place = on === 'parent' ? found.parent : found.resource;
    if (place) exchange.demand(place, privilege);
  }
  if (exchange.method !== 'OPTIONS') await judgeConditions(exchange, found, lists);
  await method.run(exchange, found);
}

const makes: ReadonlySet<string> = new Set(['PUT', 'MKCOL']);

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT', 'SEARCH']);

/** A page of another site may make a browser post with the password that it remembers; no client of DAV is a page. */
function refuseForeignPages(exchange: HttpExchange): void {
  if (safe.has(exchange.method) || exchange.header('sec-fetch-site') !== 'cross-site') return;
  throw new DavError(403, 'a page of another site may not do that');
}

/** RFC 9110 §8.4: bytes that are taken for what they are not would be kept so. */
function refuseEncoded(exchange: HttpExchange): void {
  const coding = exchange.header('content-encoding')?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return;
  // RFC 9110 §15.5.16
  const headers = { 'Accept-Encoding': 'identity' };
  throw new DavError(415, 'a body is taken as it is, without Content-Encoding', { headers });
}

async function judgeConditions(
  exchange: HttpExchange,
  found: Found,
  lists: readonly IfList[],
): Promise<void> {
  const header = (name: string) => exchange.header(name);
  const { resource } = found;
  const verdict = judge(exchange.method, header, resource);
  if (verdict === 412) throw new DavError(412, 'it is not as the request expected it');
  if (verdict === 304) {
    const etag: Record<string, string> = resource?.etag ? { ETag: resource.etag } : {};
    throw new DavError(304, 'it has not changed', { headers: etag });
  }
  if (lists.length > 0) {
    const holds = await ifHolds(lists, {
      found,
      async find(tag) {
        const path = exchange.locate(tag);
        return typeof path === 'string' ? null : exchange.find(path);
      },
    });
    if (!holds) throw new DavError(412, 'what the If header asks for is not so');
  }
  const isHere = (tag: string) => {
    const path = exchange.locate(tag);
    return typeof path !== 'string' && path.join('/') === exchange.path.join('/');
  };
  if (!hasConditions(header, lists, { isHere, deep: resource?.isCollection ?? false })) return;
  exchange.write = { visit: exchange.visit, seen: { etag: resource?.etag ?? null } };
}
