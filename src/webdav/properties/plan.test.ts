import { describe, expect, test } from 'vitest';
import type { QName, Visit } from '../types.ts';
import { propstatsOf, testFile, testFolder, testVisit } from './fixtures.ts';
import { planOf, type Wish } from './plan.ts';

const dav = (name: string): QName => ({ namespace: 'DAV:', name });
const named = (...names: string[]): Wish => ({ kind: 'named', names: names.map(dav) });

async function read(wish: Wish, resource = testFile(['files', 'ana', 'a.txt']), visit: Visit = testVisit()) {
  return propstatsOf(await planOf(wish, visit).row(resource, visit));
}

const texts = (found: Record<string, { text: string }> | undefined) =>
  Object.fromEntries(Object.entries(found ?? {}).map(([name, { text }]) => [name, text]));

const color = {
  namespace: 'urn:x',
  name: 'color',
  xml: '<c:color xmlns:c="urn:x" xml:lang="en">re<b/>d</c:color>',
};

describe('what is asked by name', () => {
  test('is answered, with what is not there apart', async () => {
    const found = await read(
      named('creationdate', 'getlastmodified', 'getetag', 'getcontentlength', 'getcontenttype', 'nonsense'),
    );
    expect(texts(found['200'])).toEqual({
      creationdate: '2025-01-02T03:04:05Z',
      getlastmodified: 'Fri, 02 Jan 2026 03:04:05 GMT',
      getetag: '"1-2"',
      getcontentlength: '10',
      getcontenttype: 'text/plain',
    });
    expect(Object.keys(found['404'] ?? {})).toEqual(['nonsense']);
  });

  test('keeps the order, once each, and needs no waiting', () => {
    const visit = testVisit();
    const row = planOf(named('getetag', 'displayname', 'getetag'), visit).row(testFile(['a&b']), visit);
    expect(row).toBe(
      '<D:propstat><D:prop><D:getetag>"1-2"</D:getetag><D:displayname>a&amp;b</D:displayname></D:prop>' +
        '<D:status>HTTP/1.1 200 OK</D:status></D:propstat>',
    );
  });

  test('what the visitor may not is 403, what waits is waited for', async () => {
    const resource = testFile(['a'], {
      may: (privilege) => privilege !== 'read-acl',
      locks: {
        active: async () => [],
        take: () => Promise.reject(new Error('no')),
        refresh: async () => null,
        release: async () => false,
      },
    });
    const found = await read(named('acl', 'lockdiscovery', 'supportedlock'), resource);
    expect(Object.keys(found['403'] ?? {})).toEqual(['acl']);
    expect(Object.keys(found['200'] ?? {})).toEqual(['lockdiscovery', 'supportedlock']);
    expect(found['200']?.supportedlock?.children).toHaveLength(2);
  });

  test('return=minimal leaves out what is not there (RFC 8144 §2.1)', async () => {
    const visit = testVisit({ prefer: { return: 'minimal', depthNoroot: false } });
    expect(await read(named('nonsense'), undefined, visit)).toEqual({ '200': {} });
    expect(Object.keys((await read(named('nonsense', 'getetag'), undefined, visit))['200'] ?? {})).toEqual([
      'getetag',
    ]);
  });

  test('dead properties stand as they are, also in place of a name for people', async () => {
    const displayname = { ...dav('displayname'), xml: '<displayname xmlns="DAV:">Mine</displayname>' };
    const resource = testFile(['a.txt'], { deadProperties: async () => [color, displayname] });
    const found = await read({ kind: 'named', names: [color, dav('displayname'), dav('getetag')] }, resource);
    expect(found['200']?.color).toMatchObject({ namespace: 'urn:x', text: 'red' });
    expect(found['200']?.displayname?.text).toBe('Mine');
    expect(found['200']?.getetag?.text).toBe('"1-2"');
  });

  test('dead properties are read only where one could be asked for', () => {
    const visit = testVisit();
    const wanted = (wish: Wish) => planOf(wish, visit).wanted;
    expect(wanted(named('getetag', 'resourcetype'))).toEqual({ dead: false, locks: false });
    expect(wanted(named('getetag', 'lockdiscovery'))).toEqual({ dead: false, locks: true });
    expect(wanted(named('displayname'))).toEqual({ dead: true, locks: false });
    expect(wanted({ kind: 'named', names: [color] })).toEqual({ dead: true, locks: false });
    expect(wanted({ kind: 'all', include: [] })).toEqual({ dead: true, locks: true });
  });

  test('names in other name spaces come back in theirs', async () => {
    const names = [
      { namespace: '', name: 'bare' },
      { namespace: 'urn:"<&', name: 'odd' },
      { namespace: 'http://owncloud.org/ns', name: 'id' },
    ];
    const found = (await read({ kind: 'named', names }))['404'] ?? {};
    expect(Object.values(found).map(({ namespace, name }) => ({ namespace, name }))).toEqual(names);
  });
});

describe('DAV:allprop', () => {
  test('is what RFC 4918 defines and what is dead, and not what others ask to leave out', async () => {
    const resource = testFile(['a.txt'], { deadProperties: async () => [color] });
    const found = await read({ kind: 'all', include: [] }, resource);
    expect(Object.keys(found)).toEqual(['200']);
    expect(Object.keys(found['200'] ?? {})).toEqual([
      'creationdate',
      'displayname',
      'getcontentlength',
      'getcontenttype',
      'getetag',
      'getlastmodified',
      'resourcetype',
      'lockdiscovery',
      'supportedlock',
      'color',
    ]);
  });

  test('names more with DAV:include', async () => {
    const include = [dav('owner'), dav('nonsense'), dav('getetag')];
    const found = await read({ kind: 'all', include });
    expect(found['200']?.owner?.children[0]?.text).toBe('/dav/principals/ana/');
    expect(Object.keys(found['404'] ?? {})).toEqual(['nonsense']);
  });
});

test('DAV:propname names what is there', async () => {
  const resource = testFolder(['files', 'ana'], [], {
    deadProperties: async () => [color],
    quota: async () => ({ used: 5, available: null }),
  });
  const found = (await read({ kind: 'names' }, resource))['200'] ?? {};
  expect(Object.keys(found)).toEqual(
    expect.arrayContaining(['resourcetype', 'quota-used-bytes', 'color', 'current-user-principal']),
  );
  expect(Object.keys(found)).not.toContain('getcontentlength');
  expect(Object.values(found).every(({ text }) => text === '')).toBe(true);
});

describe('single properties', () => {
  const folder = testFolder(['files', 'ana'], [], {
    create: () => Promise.reject(new Error('no')),
    quota: async () => ({ used: 5, available: 7 }),
    sync: {
      token: async () => '1 2',
      changes: () => Promise.reject(new Error('no')),
    },
    types: [{ namespace: 'urn:x', name: 'special' }],
  });

  test('of folders', async () => {
    const names = ['quota-used-bytes', 'quota-available-bytes', 'sync-token', 'add-member', 'resourcetype'];
    const found = (await read(named(...names), folder))['200'] ?? {};
    expect(texts(found)).toMatchObject({
      'quota-used-bytes': '5',
      'quota-available-bytes': '7',
      'sync-token': 'data:,1%202',
    });
    expect(found['add-member']?.children[0]?.text).toBe('/dav/files/ana/');
    expect(found.resourcetype?.children.map(({ name }) => name)).toEqual(['collection', 'special']);
  });

  test('no limit is no DAV:quota-available-bytes', async () => {
    const free = { ...folder, quota: async () => ({ used: 5, available: null }) };
    expect(Object.keys((await read(named('quota-available-bytes'), free))['404'] ?? {})).toHaveLength(1);
    const over = { ...folder, quota: async () => ({ used: 5, available: -3 }) };
    expect(texts((await read(named('quota-available-bytes'), over))['200'])).toEqual({
      'quota-available-bytes': '0',
    });
  });

  test('who asks, and who they are to a public link', async () => {
    const wish = named('current-user-principal', 'principal-collection-set');
    const found = (await read(wish))['200'];
    expect(found?.['current-user-principal']?.children[0]?.text).toBe('/dav/principals/ana/');
    expect(found?.['principal-collection-set']?.children[0]?.text).toBe('/dav/principals/');
    const guest = testVisit({ visitor: { kind: 'guest', token: 't' } });
    const nobody = (await read(wish, undefined, guest))['200'];
    expect(nobody?.['current-user-principal']?.children[0]?.name).toBe('unauthenticated');
    expect(nobody?.['principal-collection-set']?.children).toEqual([]);
  });

  test('what one may, single and together (RFC 3744 §5.4)', async () => {
    const set = async (...may: string[]) => {
      const resource = testFile(['a'], { may: (privilege) => may.includes(privilege) });
      const found = await read(named('current-user-privilege-set'), resource);
      return found['200']?.['current-user-privilege-set']?.children.map(({ children }) => children[0]?.name);
    };
    expect(await set('read')).toEqual(['read']);
    const writing = ['write-content', 'write-properties', 'bind', 'unbind'];
    expect(await set('read', ...writing)).toEqual(['write', 'read', ...writing]);
    const rest = ['unlock', 'read-acl', 'write-acl', 'read-current-user-privilege-set'];
    expect((await set('read', ...writing, ...rest))?.slice(0, 3)).toEqual(['all', 'write', 'read']);
  });

  test('DAV:acl: the owner, and whom it is shared with', async () => {
    const resource = testFile(['a'], {
      acl: async () => [
        { principal: ['principals', 'bea'], privileges: ['read'], inherited: ['files', 'ana', 'Up'] },
      ],
    });
    const aces = (await read(named('acl'), resource))['200']?.acl?.children ?? [];
    const names = aces.map(({ children }) => children.map(({ name }) => name));
    expect(names).toEqual([
      ['principal', 'grant', 'protected'],
      ['principal', 'grant', 'protected', 'inherited'],
    ]);
    expect(aces[1]?.children[0]?.children[0]?.text).toBe('/dav/principals/bea/');
    expect(aces[1]?.children[3]?.children[0]?.text).toBe('/dav/files/ana/Up/');
  });

  test('a lock is shown to whoever may read', async () => {
    const visit = testVisit();
    const resource = testFile(['a'], {
      locks: {
        active: async () => [
          {
            token: 'urn:uuid:1',
            scope: 'exclusive',
            depth: 'infinity',
            owner: '<D:href>mailto:ana</D:href>',
            root: '/dav/files/ana/',
            expiresMs: visit.clock.nowMs() + 59_001,
          },
        ],
        take: () => Promise.reject(new Error('no')),
        refresh: async () => null,
        release: async () => false,
      },
    });
    const lock = (await read(named('lockdiscovery'), resource, visit))['200']?.lockdiscovery?.children[0];
    expect(
      lock?.children.map(({ name, text, children }) => [
        name,
        text || children[0]?.text || children[0]?.name,
      ]),
    ).toEqual([
      ['locktype', 'write'],
      ['lockscope', 'exclusive'],
      ['depth', 'infinity'],
      ['owner', 'mailto:ana'],
      ['timeout', 'Second-60'],
      ['locktoken', 'urn:uuid:1'],
      ['lockroot', '/dav/files/ana/'],
    ]);
  });
});
