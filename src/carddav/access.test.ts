import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digestOf, readCard } from '../formats/vcard/index.ts';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;
let account = 0;
let book = 0;

const names = ['ana', 'bea', 'carl', 'dora', 'emil'] as const;
/** Who asks, and what the address book is called by them. */
const actors = {
  owner: () => ['ana', '/dav/contacts/ana/club/'],
  writer: () => ['bea', `/dav/contacts/bea/ana~${book}/`],
  reader: () => ['carl', `/dav/contacts/carl/ana~${book}/`],
  'who sees times alone': () => ['emil', `/dav/contacts/emil/ana~${book}/`],
  'other member': () => ['dora', '/dav/contacts/ana/club/'],
  'other by the name of a share': () => ['dora', `/dav/contacts/dora/ana~${book}/`],
  nobody: () => [null, '/dav/contacts/ana/club/'],
} as const satisfies Record<string, () => readonly [string | null, string]>;
type Actor = keyof typeof actors;
const everybody = Object.keys(actors) as Actor[];

const vcard = (uid: string) => `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:Secret\r\nEND:VCARD\r\n`;

async function keep(name: string, uid: string): Promise<void> {
  const bytes = Buffer.from(vcard(uid));
  const none = { firstMs: null, lastMs: null, scheduleTag: 'none' } as const;
  const item = { bytes, uid, component: 'VCARD', digest: digestOf(readCard(bytes)), ...none } as const;
  await suite.rooms.collections.put(account, book, name, item);
}

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  const ids: Record<string, number> = {};
  for (const name of names) ids[name] = (await suite.addMember(`${name}@coop.localhost`, password)).id;
  account = ids.ana ?? 0;
  const { collections } = suite.rooms;
  const wish = { home: 'contacts', kind: 'addressbook', name: 'club', details: {} } as const;
  book = (await collections.makeCollection(account, wish)).id;
  for (const [name, rights] of [
    ['bea', 'write'],
    ['carl', 'read'],
    ['emil', 'busy'],
  ] as const) {
    const to = { member: ids[name] ?? 0, group: '' };
    await collections.sharing.give(account, book, to, { rights, summary: '', accepted: true });
  }
});
afterAll(() => suite.stop());
beforeEach(async () => {
  await keep('a.vcf', 'a');
  await suite.rooms.collections.remove(account, book, 'new.vcf').catch(() => null);
});

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function ask(actor: Actor, { method, path, body, headers = {} }: Asked) {
  const [user, folder] = actors[actor]();
  const login = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return browser.ask(folder + path, {
    method,
    headers: { ...(user === null ? {} : { authorization: login }), ...headers },
    ...(body === undefined ? {} : { body: body.replaceAll('BOOK', folder) }),
  });
}

const declared = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"';
const data = '<D:prop><D:getetag/><C:address-data/></D:prop>';
const query = `<C:addressbook-query ${declared}>${data}<C:filter/></C:addressbook-query>`;
const multiget = `<C:addressbook-multiget ${declared}>${data}<D:href>BOOKa.vcf</D:href></C:addressbook-multiget>`;
const sync = `<D:sync-collection ${declared}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
const patch = `<D:propertyupdate ${declared}><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set></D:propertyupdate>`;
const depth = { depth: '1' };

/** In the order of `actors`; `a.vcf` is there each time, `new.vcf` is not. */
const matrix: readonly (readonly [what: string, asked: Asked, statuses: readonly number[]])[] = [
  ['GET', { method: 'GET', path: 'a.vcf' }, [200, 200, 200, 404, 404, 404, 401]],
  ['PROPFIND', { method: 'PROPFIND', path: '', headers: depth }, [207, 207, 207, 404, 404, 404, 401]],
  ['query', { method: 'REPORT', path: '', body: query, headers: depth }, [207, 207, 207, 404, 404, 404, 401]],
  ['multiget', { method: 'REPORT', path: '', body: multiget }, [207, 207, 207, 404, 404, 404, 401]],
  ['sync', { method: 'REPORT', path: '', body: sync }, [207, 207, 207, 404, 404, 404, 401]],
  ['PUT', { method: 'PUT', path: 'new.vcf', body: vcard('new') }, [201, 201, 403, 404, 409, 409, 401]],
  ['PUT over it', { method: 'PUT', path: 'a.vcf', body: vcard('a') }, [204, 204, 403, 404, 409, 409, 401]],
  ['PROPPATCH', { method: 'PROPPATCH', path: '', body: patch }, [207, 207, 207, 404, 404, 404, 401]],
  ['DELETE', { method: 'DELETE', path: 'a.vcf' }, [204, 204, 403, 404, 404, 404, 401]],
];

describe('who may do what in an address book', () => {
  test.each(matrix)('%s', async (_, asked, statuses) => {
    const found: Record<string, number> = {};
    for (const actor of everybody) {
      await keep('a.vcf', 'a');
      await suite.rooms.collections.remove(account, book, 'new.vcf').catch(() => null);
      const answer = await ask(actor, asked);
      found[actor] = answer.status;
      if (answer.status >= 400) expect(answer.text).not.toContain('Secret');
    }
    expect(found).toEqual(Object.fromEntries(everybody.map((actor, at) => [actor, statuses[at]])));
  });

  test('all of it at once, for who may read it', async () => {
    await keep('b.vcf', 'b');
    const found: Record<string, string | number> = {};
    for (const actor of everybody) {
      const { status, text, headers } = await ask(actor, { method: 'GET', path: '' });
      const isWhole = headers['content-type'] === 'text/vcard; charset=utf-8';
      found[actor] = isWhole ? (text.match(/BEGIN:VCARD/g)?.length ?? 0) : status;
    }
    expect(Object.values(found)).toEqual([2, 2, 2, 404, 404, 404, 401]);
    await suite.rooms.collections.remove(account, book, 'b.vcf');
  });

  test('a home shows what was given, and a multiget reaches nothing else', async () => {
    const home = await browser.ask('/dav/contacts/bea/', {
      method: 'PROPFIND',
      headers: { authorization: `Basic ${Buffer.from(`bea:${password}`).toString('base64')}`, depth: '1' },
    });
    expect(home.text).toContain(`<D:href>/dav/contacts/bea/ana~${book}/</D:href>`);
    const body = `<C:addressbook-multiget ${declared}>${data}<D:href>/dav/contacts/ana/club/a.vcf</D:href></C:addressbook-multiget>`;
    const other = await browser.ask('/dav/contacts/dora/', {
      method: 'REPORT',
      headers: { authorization: `Basic ${Buffer.from(`dora:${password}`).toString('base64')}` },
      body,
    });
    expect(other.text).not.toContain('Secret');
    expect(other.text).toContain('404');
  });
});
