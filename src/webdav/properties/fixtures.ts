import { Readable } from 'node:stream';
import { fakeClock } from '../../base/index.ts';
import { parseXml, type XmlElement } from '../../formats/xml/index.ts';
import type { HttpRequest } from '../../net/index.ts';
import { prefixDeclarations } from '../prefixes.ts';
import type { Collection, Exchange, Found, Resource, Visit, Xml } from '../types.ts';
import { davProperties } from './index.ts';

/** For tests: a visit of `ana`, without a door. */
export function testVisit(more: Partial<Visit> = {}): Visit {
  return {
    visitor: {
      kind: 'member',
      member: {
        id: 1,
        address: 'ana@coop.example',
        name: 'Ana',
        admin: false,
        disabled: false,
        version: 1,
      },
      handle: 'ana',
      groups: ['board@coop.example'],
    },
    base: '/dav',
    origin: 'https://coop.example',
    prefer: { return: null, depthNoroot: false },
    request: Readable.from([]) as unknown as HttpRequest,
    clock: fakeClock(Date.UTC(2026, 10, 22, 12)),
    dav: {
      features: [],
      methods: [],
      properties: davProperties,
      reportProperties: [],
      reports: [],
      spaces: [],
      options: {},
    },
    href: ({ path, isCollection }) =>
      `/dav/${path.map(encodeURIComponent).join('/')}${isCollection && path.length > 0 ? '/' : ''}`,
    tokens: [],
    quiet: [],
    ...more,
  };
}

export function testFile(path: readonly string[], more: Partial<Resource> = {}): Resource {
  return {
    kind: 'file',
    path,
    isCollection: false,
    etag: '"1-2"',
    displayName: path.at(-1) ?? '',
    length: 10,
    type: 'text/plain',
    modifiedMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    createdMs: Date.UTC(2025, 0, 2, 3, 4, 5, 678),
    owner: ['principals', 'ana'],
    may: () => true,
    ...more,
  };
}

export function testFolder(
  path: readonly string[],
  inside: readonly (readonly Resource[])[],
  more: Partial<Collection> = {},
): Collection {
  return {
    ...testFile(path, { kind: 'folder', length: null, type: null }),
    isCollection: true,
    async *members() {
      yield* inside;
    },
    ...more,
  };
}

export interface Heard {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Of DAV:multistatus. */
  rows: { href: string; inner: Xml }[];
  raw: Xml[];
  ended: boolean;
  body: string;
}

/** A request that only has an XML body, and what it is answered with. */
export function testExchange(
  method: string,
  xml: string | null,
  more: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly visit?: Visit;
    find?(path: readonly string[]): Promise<Found>;
  } = {},
): { exchange: Exchange; heard: Heard } {
  const heard: Heard = { status: 0, headers: {}, rows: [], raw: [], ended: false, body: '' };
  const visit = more.visit ?? testVisit();
  const exchange: Exchange = {
    visit,
    method,
    path: [],
    slash: false,
    query: '',
    write: { visit },
    header: (name) => more.headers?.[name],
    xml: async (as) => (xml === null ? null : parseXml(Buffer.from(xml), { verbatim: as === 'verbatim' })),
    body: Readable.from([]),
    length: 0,
    find: more.find ?? (async () => ({ resource: null, parent: null, name: '' })),
    locate: () => 'no-dav',
    destination: () => [],
    demand(resource, privilege) {
      if (!resource.may(privilege)) throw new Error(`${privilege} is missing`);
    },
    send(status, headers = {}, body = '') {
      Object.assign(heard, { status, headers, body: String(body), ended: true });
    },
    stream: () => Promise.reject(new Error('no stream is expected')),
    multiStatus(headers = {}) {
      Object.assign(heard, { status: 207, headers });
      return {
        async response(href, inner) {
          heard.rows.push({ href, inner });
        },
        async raw(inner) {
          heard.raw.push(inner);
        },
        rest: () => null,
        async end() {
          heard.ended = true;
        },
      };
    },
  };
  return { exchange, heard };
}

/** `DAV:propstat`s by status: what each property's element is, under its local name. */
export function propstatsOf(inner: Xml): Record<string, Record<string, XmlElement>> {
  const root = parseXml(Buffer.from(`<r${prefixDeclarations}>${inner}</r>`), { verbatim: true });
  const found: Record<string, Record<string, XmlElement>> = {};
  for (const propstat of root.children.filter(({ name }) => name === 'propstat')) {
    const status = propstat.children.find(({ name }) => name === 'status')?.text.split(' ')[1] ?? '';
    const prop = propstat.children.find(({ name }) => name === 'prop');
    found[status] = Object.fromEntries((prop?.children ?? []).map((each) => [each.name, each]));
  }
  return found;
}
