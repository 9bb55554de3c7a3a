import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavSuite, type MultiStatus, readMultiStatus, startDavSuite } from '../testing/index.ts';

const password = 'correct horse battery';
let suite: DavSuite;

beforeAll(async () => {
  suite = await startDavSuite(['ana', 'bea']);
  await suite.rooms.accounts.admin.addAlias('board@coop.localhost', ['ana@coop.localhost']);
});
afterAll(() => suite.stop());

const ask = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
  user: string | null = 'ana',
) => suite.ask(user, method, path, body, headers);

const declared =
  'xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:" xmlns:A="http://apache.org/dav/props/" xmlns:CS="http://calendarserver.org/ns/"';
const wanted = (...names: string[]) =>
  `<?xml version="1.0" encoding="utf-8"?><D:propfind ${declared}><D:prop>${names.map((name) => `<${name}/>`).join('')}</D:prop></D:propfind>`;

async function propfind(path: string, depth: string, ...names: string[]): Promise<MultiStatus> {
  const answer = await ask('PROPFIND', path, { depth, 'content-type': 'text/xml' }, wanted(...names));
  expect(answer.status).toBe(207);
  return readMultiStatus(answer.text);
}

const patch = (inner: string) =>
  `<?xml version="1.0"?><D:propertyupdate ${declared}><D:set><D:prop>${inner}</D:prop></D:set></D:propertyupdate>`;

describe('Windows Explorer', () => {
  test('looks at the root of the server, then at what it mounts', async () => {
    const options = await ask('OPTIONS', '/');
    expect(options.headers['ms-author-via']).toBe('DAV');
    expect(options.headers.dav).toMatch(/^1, ?2/);
    expect(options.headers.allow).toContain('PROPFIND');
    expect((await ask('PROPFIND', '/', { depth: '0' })).status).toBe(207);
    expect((await ask('PROPFIND', '/dav/files/ana', { depth: '0' })).status).toBe(207);
  });

  test('puts a file, sets its times, and finds them again', async () => {
    expect((await ask('PUT', '/dav/files/ana/Neu.docx', {}, 'x')).status).toBe(201);
    const time = 'Tue, 03 Mar 2026 10:00:00 GMT';
    const set = await ask(
      'PROPPATCH',
      '/dav/files/ana/Neu.docx',
      { 'content-type': 'text/xml; charset="utf-8"' },
      patch(
        `<Z:Win32CreationTime>${time}</Z:Win32CreationTime><Z:Win32LastAccessTime>${time}</Z:Win32LastAccessTime>` +
          `<Z:Win32LastModifiedTime>${time}</Z:Win32LastModifiedTime><Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>`,
      ),
    );
    expect(Object.keys(readMultiStatus(set.text)['/dav/files/ana/Neu.docx'] ?? {})).toEqual(['200']);
    const names = ['CreationTime', 'LastModifiedTime', 'LastAccessTime', 'FileAttributes'];
    const found = await propfind(
      '/dav/files/ana/Neu.docx',
      '0',
      'D:getlastmodified',
      ...names.map((name) => `Z:Win32${name}`),
    );
    const row = found['/dav/files/ana/Neu.docx']?.['200'] ?? {};
    expect(Object.fromEntries(Object.entries(row).map(([name, { text }]) => [name, text]))).toEqual({
      getlastmodified: time,
      Win32CreationTime: time,
      Win32LastModifiedTime: time,
      Win32LastAccessTime: time,
      Win32FileAttributes: '00000020',
    });
  });

  test('Brief: t hears of what is there alone', async () => {
    const answer = await ask('PROPFIND', '/dav/files/ana/', { depth: '0', brief: 't' }, wanted('D:nonsense'));
    expect(answer.text).not.toContain('404');
  });
});

describe('macOS Finder', () => {
  test('asks for quota and kind, and writes `._` files under a lock', async () => {
    const found = await propfind(
      '/dav/files/ana/',
      '0',
      'D:getlastmodified',
      'D:getcontentlength',
      'D:creationdate',
      'D:resourcetype',
      'D:quota-available-bytes',
      'D:quota-used-bytes',
    );
    const row = found['/dav/files/ana/']?.['200'] ?? {};
    expect(row.resourcetype?.children[0]?.name).toBe('collection');
    expect(Number(row['quota-available-bytes']?.text)).toBeGreaterThan(0);
    const lock = await ask(
      'LOCK',
      '/dav/files/ana/._Letter.pages',
      { timeout: 'Second-600', depth: '0' },
      '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>http://www.apple.com/webdav_fs/</D:href></D:owner></D:lockinfo>',
    );
    expect(lock.status).toBe(201);
    const token = String(lock.headers['lock-token']);
    const put = await ask('PUT', '/dav/files/ana/._Letter.pages', { if: `(${token})` }, 'fork');
    expect(put.status).toBe(204);
    const locked = await propfind('/dav/files/ana/._Letter.pages', '0', 'D:lockdiscovery', 'D:supportedlock');
    const active = locked['/dav/files/ana/._Letter.pages']?.['200']?.lockdiscovery?.children[0];
    expect(active?.children.find(({ name }) => name === 'locktoken')?.children[0]?.text).toBe(
      token.slice(1, -1),
    );
    expect(active?.children.find(({ name }) => name === 'owner')?.children[0]?.text).toBe(
      'http://www.apple.com/webdav_fs/',
    );
    expect((await ask('UNLOCK', '/dav/files/ana/._Letter.pages', { 'lock-token': token })).status).toBe(204);
  });
});

test('gvfs: OPTIONS at each step up, then one level by the properties of a file manager', async () => {
  for (const path of ['/dav/files/ana/', '/dav/files/', '/dav/']) {
    const options = await ask('OPTIONS', path);
    expect([path, options.status, options.headers.dav?.includes('1')]).toEqual([path, 200, true]);
  }
  await ask('PUT', '/dav/files/ana/g%C3%A9.txt', { 'content-type': 'text/plain' }, 'hello');
  const found = await propfind(
    '/dav/files/ana/',
    '1',
    'D:creationdate',
    'D:displayname',
    'D:getcontentlength',
    'D:getcontenttype',
    'D:getetag',
    'D:getlastmodified',
    'D:resourcetype',
  );
  const row = found['/dav/files/ana/g%C3%A9.txt']?.['200'] ?? {};
  expect(row.displayname?.text).toBe('gé.txt');
  expect(row.getcontenttype?.text).toBe('text/plain');
  expect(row.getcontentlength?.text).toBe('5');
  const up = await propfind('/dav/files/', '1', 'D:resourcetype');
  expect(Object.keys(up)).toContain('/dav/files/ana/');
});

test('davfs2 keeps the executable bit of a file', async () => {
  await ask('PUT', '/dav/files/ana/run.sh', {}, '#!/bin/sh');
  const executable = 'A:executable';
  const before = await propfind('/dav/files/ana/run.sh', '0', executable);
  expect(Object.keys(before['/dav/files/ana/run.sh']?.['404'] ?? {})).toEqual(['executable']);
  await ask('PROPPATCH', '/dav/files/ana/run.sh', {}, patch(`<${executable}>T</${executable}>`));
  const found = await propfind('/dav/files/ana/', '1', executable, 'D:quota-used-bytes');
  expect(found['/dav/files/ana/run.sh']?.['200']?.executable).toMatchObject({
    namespace: 'http://apache.org/dav/props/',
    text: 'T',
  });
});

describe('DAVx5, Apple, Thunderbird: who am I', () => {
  test.each(['/dav/', '/dav/files/', '/dav/files/ana/', '/dav/principals/', '/'])(
    'asked at %s',
    async (path) => {
      const found = await propfind(
        path,
        '0',
        'D:resourcetype',
        'D:displayname',
        'D:current-user-principal',
        'D:current-user-privilege-set',
        'D:owner',
      );
      const row = Object.values(found)[0]?.['200'] ?? {};
      expect(row['current-user-principal']?.children[0]?.text).toBe('/dav/principals/ana/');
      expect(row['current-user-privilege-set']?.children.length).toBeGreaterThan(0);
    },
  );

  test('who does not say who they are is asked to (not DAV:unauthenticated)', async () => {
    const answer = await ask('PROPFIND', '/dav/', { depth: '0' }, wanted('D:current-user-principal'), null);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('Basic');
  });

  test('an address with its @ encoded signs in too (iOS 18.4)', async () => {
    const answer = await ask('PROPFIND', '/dav/', { depth: '0' }, undefined, 'ana%40coop.localhost');
    expect(answer.status).toBe(207);
  });

  test('the principal: itself, its groups, its address; others’ name and address alone', async () => {
    const names = [
      'D:resourcetype',
      'D:displayname',
      'D:principal-URL',
      'D:alternate-URI-set',
      'D:group-membership',
      'D:group-member-set',
    ];
    const own = (await propfind('/dav/principals/ana/', '0', ...names))['/dav/principals/ana/'];
    expect(own?.['200']?.resourcetype?.children.map(({ name }) => name)).toEqual(['collection', 'principal']);
    expect(own?.['200']?.['principal-URL']?.children[0]?.text).toBe('/dav/principals/ana/');
    expect(own?.['200']?.['alternate-URI-set']?.children[0]?.text).toBe('mailto:ana@coop.localhost');
    const board = '/dav/principals/groups/board~coop.localhost/';
    expect(own?.['200']?.['group-membership']?.children[0]?.text).toBe(board);
    const group = (await propfind(board, '0', ...names))[board];
    expect(group?.['200']?.['group-member-set']?.children[0]?.text).toBe('/dav/principals/ana/');
    const other = (await propfind('/dav/principals/bea/', '0', ...names))['/dav/principals/bea/'];
    expect(Object.keys(other?.['403'] ?? {})).toEqual(['group-membership', 'group-member-set']);
    expect(other?.['200']?.displayname?.text).toBe('bea');
    expect(await ask('PROPFIND', '/dav/principals/zoe/', { depth: '0' })).toMatchObject({ status: 404 });
    const seen = await ask('PROPFIND', board, { depth: '0' }, wanted('D:group-member-set'), 'bea');
    expect(Object.keys(readMultiStatus(seen.text)[board] ?? {})).toEqual(['403']);
  });

  test('a member whose name is that of a folder of principals has another path', async () => {
    await suite.addMember('groups@coop.localhost', password);
    const own = '/dav/principals/groups~coop.localhost/';
    const asked = wanted('D:current-user-principal', 'D:owner', 'D:alternate-URI-set');
    for (const path of ['/dav/files/groups/', own]) {
      const { status, text } = await ask('PROPFIND', path, { depth: '0' }, asked, 'groups');
      expect(status).toBe(207);
      const row = readMultiStatus(text)[path]?.['200'];
      expect(row?.['current-user-principal']?.children[0]?.text).toBe(own);
      expect(row?.owner?.children[0]?.text).toBe(own);
    }
    expect((await ask('PROPFIND', '/dav/principals/groups/', { depth: '1' })).text).toContain('board~');
  });

  test('principals cannot be changed, and are not listed to each other', async () => {
    const listed = await propfind('/dav/principals/', '1', 'D:displayname');
    expect(Object.keys(listed)).toEqual([
      '/dav/principals/',
      '/dav/principals/ana/',
      '/dav/principals/groups/',
    ]);
    for (const [method, path] of [
      ['PUT', '/dav/principals/x'],
      ['MKCOL', '/dav/principals/x/'],
      ['DELETE', '/dav/principals/ana/'],
      ['PROPPATCH', '/dav/principals/ana/'],
    ] as const) {
      const { status } = await ask(method, path, {}, method === 'PUT' ? 'x' : undefined);
      expect([method, status]).toEqual([method, path.endsWith('ana/') ? 405 : 403]);
    }
  });
});

test('a folder is followed by sync-collection, token by token', async () => {
  await ask('MKCOL', '/dav/files/ana/sync/');
  const sync = async (token: string) => {
    const body = `<D:sync-collection ${declared}><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
    const { status, text } = await ask('REPORT', '/dav/files/ana/sync/', { depth: '1' }, body);
    const next = /<D:sync-token>([^<]*)</.exec(text)?.[1] ?? '';
    const rows = [...text.matchAll(/<D:response><D:href>([^<]*)<\/D:href>(<D:status>HTTP\/1.1 404)?/g)];
    return { status, next, rows: rows.map(([, href, gone]) => (gone ? `-${href}` : href)) };
  };
  await ask('PUT', '/dav/files/ana/sync/a', {}, 'a');
  await ask('MKCOL', '/dav/files/ana/sync/b/');
  const first = await sync('');
  expect(first.rows.toSorted()).toEqual(['/dav/files/ana/sync/a', '/dav/files/ana/sync/b/']);
  expect((await sync(first.next)).rows).toEqual([]);
  await ask('PUT', '/dav/files/ana/sync/c', {}, 'c');
  await ask('DELETE', '/dav/files/ana/sync/a');
  await ask('DELETE', '/dav/files/ana/sync/b/');
  const second = await sync(first.next);
  expect(second.rows.toSorted()).toEqual([
    '-/dav/files/ana/sync/a',
    '-/dav/files/ana/sync/b/',
    '/dav/files/ana/sync/c',
  ]);
  const { 'sync-token': token } =
    (await propfind('/dav/files/ana/sync/', '0', 'D:sync-token'))['/dav/files/ana/sync/']?.['200'] ?? {};
  expect(token?.text).toBe(second.next);
  expect((await sync('data:,nonsense')).status).toBe(403);
  const other = (await propfind('/dav/files/ana/', '0', 'D:sync-token'))['/dav/files/ana/']?.['200'];
  expect((await sync(other?.['sync-token']?.text ?? '')).status).toBe(403);
});

test('a search finds what lies deep, by name and by kind', async () => {
  await ask('MKCOL', '/dav/files/ana/deep/');
  await ask('MKCOL', '/dav/files/ana/deep/er/');
  await ask('PUT', '/dav/files/ana/deep/er/Photo.JPG', { 'content-type': 'image/jpeg' }, 'x');
  const search = async (where: string) => {
    const body = `<D:searchrequest ${declared}><D:basicsearch><D:select><D:prop><D:displayname/></D:prop></D:select><D:from><D:scope><D:href>/dav/files/ana/deep/</D:href><D:depth>infinity</D:depth></D:scope></D:from><D:where>${where}</D:where></D:basicsearch></D:searchrequest>`;
    const { status, text } = await ask('SEARCH', '/dav/files/ana/', {}, body);
    expect(status).toBe(207);
    return Object.keys(readMultiStatus(text));
  };
  const like = (name: string, literal: string) =>
    `<D:like><D:prop><D:${name}/></D:prop><D:literal>${literal}</D:literal></D:like>`;
  expect(await search(like('displayname', 'photo%'))).toEqual(['/dav/files/ana/deep/er/Photo.JPG']);
  expect(await search(like('getcontenttype', 'image/%'))).toEqual(['/dav/files/ana/deep/er/Photo.JPG']);
  expect((await search('<D:is-collection/>')).toSorted()).toEqual([
    '/dav/files/ana/deep/',
    '/dav/files/ana/deep/er/',
  ]);
});

test('a name for people, and whatever else a client keeps, comes back as it was written', async () => {
  await ask('MKCOL', '/dav/files/ana/kept/');
  const mixed =
    '<c:note xmlns:c="urn:c" c:k="&lt;1&gt;" xml:lang="it">a<c:b/>b<!-- gone --><![CDATA[<c>]]> c:d</c:note>';
  const set = await ask(
    'PROPPATCH',
    '/dav/files/ana/kept/',
    {},
    patch(`<D:displayname>Für später</D:displayname>${mixed}`),
  );
  expect(Object.keys(readMultiStatus(set.text)['/dav/files/ana/kept/'] ?? {})).toEqual(['200']);
  const { text } = await ask('PROPFIND', '/dav/files/ana/kept/', { depth: '0' });
  expect(text).toContain(
    '<c:note xmlns:c="urn:c" c:k="&lt;1&gt;" xml:lang="it">a<c:b/>b&lt;c&gt; c:d</c:note>',
  );
  expect(readMultiStatus(text)['/dav/files/ana/kept/']?.['200']?.displayname?.text).toBe('Für später');
  const refused = await ask(
    'PROPPATCH',
    '/dav/files/ana/kept/',
    {},
    patch('<D:displayname>no</D:displayname><D:getetag>"x"</D:getetag>'),
  );
  const row = readMultiStatus(refused.text)['/dav/files/ana/kept/'] ?? {};
  expect([Object.keys(row['403'] ?? {}), Object.keys(row['424'] ?? {})]).toEqual([
    ['getetag'],
    ['displayname'],
  ]);
  const after = await propfind('/dav/files/ana/kept/', '0', 'D:displayname');
  expect(after['/dav/files/ana/kept/']?.['200']?.displayname?.text).toBe('Für später');
});
