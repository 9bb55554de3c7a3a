import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock, startSuite, type TestBrowser, type TestSuite, testBrowser } from '../../testing/index.ts';
import {
  bulkFileBytesMax,
  bulkFilesMax,
  formBytesMax,
  loginMinutesMax,
  loginsMax,
  loginsPerAddressMax,
  noPictureSeconds,
  partHeaderLinesMax,
  partLineBytesMax,
  shareesMax,
} from './limits.ts';
import { LoginFlows } from './login-flow.ts';
import { ocsAnswer } from './ocs.ts';
import { partsOf } from './parts.ts';

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  for (const name of ['ana', 'bea']) await suite.addMember(`${name}@coop.localhost`, password);
});
afterAll(() => suite.stop());

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const as =
  (user: string, secret = password) =>
  (method: string, path: string, { headers = {}, body }: Asked = {}) =>
    browser.ask(path, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });

const ana = as('ana@coop.localhost');
const bea = as('bea');
const json = { accept: 'application/json' };
const ocs = { ...json, 'ocs-apirequest': 'true' };
const form = { ...ocs, 'content-type': 'application/x-www-form-urlencoded' };

async function data(who: typeof ana, method: string, path: string, fields?: Record<string, string>) {
  const body = fields && new URLSearchParams(fields).toString();
  const answer = await who(method, path, {
    headers: body === undefined ? ocs : form,
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, ...JSON.parse(answer.text).ocs };
}

describe('what an app asks first', () => {
  test('whether the server is there, and what it can do, before anybody signs in', async () => {
    const status = await browser.get('/status.php');
    expect(JSON.parse(status.text)).toMatchObject({
      installed: true,
      maintenance: false,
      needsDbUpgrade: false,
    });
    const { text } = await browser.get('/ocs/v1.php/cloud/capabilities?format=json');
    const { ocs } = JSON.parse(text);
    expect(ocs.meta).toEqual({ status: 'ok', statuscode: 100, message: 'OK' });
    expect(ocs.data.capabilities.dav).toEqual({ chunking: '1.0', bulkupload: '1.0' });
    expect((await browser.get('/index.php/204')).status).toBe(204);
  });

  test('who somebody is, for who is signed in', async () => {
    expect((await data(ana, 'GET', '/ocs/v2.php/cloud/user')).data).toMatchObject({
      id: 'ana',
      email: 'ana@coop.localhost',
      quota: { used: expect.any(Number) },
    });
    expect((await data(bea, 'GET', '/ocs/v2.php/cloud/users/ana')).data).toEqual({
      id: 'ana',
      enabled: true,
      displayname: 'ana',
      'display-name': 'ana',
      email: 'ana@coop.localhost',
    });
    const nobody = await data(as('ana', 'wrong'), 'GET', '/ocs/v2.php/cloud/user');
    expect([nobody.status, nobody.meta.statuscode]).toEqual([401, 997]);
    expect((await data(ana, 'GET', '/ocs/v2.php/cloud/users/nobody')).status).toBe(404);
    expect((await data(ana, 'GET', '/ocs/v2.php/no/such/thing')).status).toBe(404);
  });

  test('XML is answered where JSON is not asked for', async () => {
    const { text, headers } = await ana('GET', '/ocs/v2.php/cloud/user');
    expect(headers['content-type']).toMatch(/^application\/xml/);
    expect(text).toContain('<statuscode>200</statuscode>');
    const odd = ocsAnswer({ version: 2, json: false }, ['<a>', { b: true, c: null }]);
    expect(odd.body).toContain(
      '<data><element>&#60;a&#62;</element><element><b>1</b><c></c></element></data>',
    );
  });

  test.each([
    '/index.php/avatar/ana/64',
    '/index.php/avatar/ana/64/dark',
    '/avatar/ana/512',
    '/remote.php/dav/avatars/ana/128.png',
    '/index.php/core/preview?fileId=1&x=64&y=64',
    '/index.php/core/preview.png?file=/a.png&x=64&y=64&forceIcon=0',
    '/index.php/apps/files/api/v1/thumbnail/64/64/a.png',
    '/index.php/apps/files_trashbin/preview?fileId=1',
    '/index.php/apps/files_versions/preview?file=/a.png&version=1',
    '/index.php/apps/files_sharing/publicpreview/abc?file=/a.png',
  ])('there is no picture at %s: the app draws its own, and asks no more for a while', async (path) => {
    const { status, text, headers } = await browser.get(path);
    expect([status, text, headers['cache-control']]).toEqual([
      404,
      '',
      `private, max-age=${noPictureSeconds}`,
    ]);
    expect((await browser.ask(path, { method: 'PUT', body: 'x' })).status).toBe(405);
  });

  test('what only begins like a picture is none', async () => {
    const { status, headers } = await browser.get('/index.php/core/previews');
    expect([status, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
  });

  test('a body that is too long is not read', async () => {
    const body = `path=${'x'.repeat(formBytesMax)}`;
    expect(
      (await ana('POST', '/ocs/v2.php/apps/files_sharing/api/v1/shares', { headers: form, body })).status,
    ).toBe(413);
  });
});

describe('a login that a browser finishes', () => {
  test('the app waits, its member lets it in, it gets a password for files once', async () => {
    const begun = await browser.ask('/index.php/login/v2', {
      method: 'POST',
      headers: { 'user-agent': 'Fairphone <b>' },
    });
    const { poll, login } = JSON.parse(begun.text);
    const ask = () =>
      browser.ask(new URL(poll.endpoint).pathname, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `token=${poll.token}`,
      });
    expect((await ask()).status).toBe(404);
    const member = testBrowser(suite.ports.https, suite.authority);
    const path = new URL(login).pathname;
    const shown = await member.get(path);
    expect(shown.text).toContain('Fairphone &lt;b&gt;');
    expect((await member.post(path, { address: 'ana@coop.localhost', password: 'wrong' })).status).toBe(401);
    expect((await ask()).status).toBe(404);
    expect((await member.post(path, { address: 'ana@coop.localhost', password })).status).toBe(200);
    const { loginName, appPassword, server } = JSON.parse((await ask()).text);
    expect([loginName, server]).toEqual(['ana@coop.localhost', new URL(login).origin]);
    expect((await ask()).status).toBe(404);
    expect((await member.get(path)).status).toBe(404);
    const app = as(loginName, appPassword);
    expect((await app('PROPFIND', '/remote.php/dav/files/ana/', { headers: { depth: '0' } })).status).toBe(
      207,
    );
    const mail = { username: loginName, password: appPassword, scope: 'mail', remote: '192.0.2.1' } as const;
    expect(await suite.rooms.accounts.accounts.login(mail)).toMatchObject({ ok: false, reason: 'scope' });
  });

  test('without the form of the page nothing is granted', async () => {
    const { login } = JSON.parse((await browser.ask('/index.php/login/v2', { method: 'POST' })).text);
    const answer = await browser.ask(new URL(login).pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ address: 'ana', password }).toString(),
    });
    expect(answer.status).toBe(403);
  });

  test('waiting has an end, and so has how many may wait', () => {
    const clock = fakeClock();
    const flows = new LoginFlows(clock);
    const first = flows.begin('one', '192.0.2.1');
    for (let more = 1; more < loginsPerAddressMax; more++) flows.begin('more', '192.0.2.1');
    expect(flows.begin('too many', '192.0.2.1')).toBeNull();
    expect(flows.begin('elsewhere', '192.0.2.2')).not.toBeNull();
    for (let more = 1; more <= loginsPerAddressMax; more++) flows.begin('more', `2001:db8:1:2::${more}`);
    expect(flows.begin('the same /64', '2001:db8:1:2:3::1')).toBeNull();
    expect(flows.begin('another', '2001:db8:1:3::1')).not.toBeNull();
    expect(loginsMax).toBeGreaterThan(loginsPerAddressMax);
    clock.advance(loginMinutesMax * 60_000);
    expect(flows.deviceOf(first?.login ?? '')).toBeNull();
    expect(flows.grant(first?.login ?? '', { loginName: 'a', appPassword: 'b' })).toBe(false);
    expect(flows.poll(first?.poll ?? '')).toBeNull();
    expect(flows.begin('again', '192.0.2.1')).not.toBeNull();
  });
});

describe('DAV below /remote.php', () => {
  const propfind = (names: string) =>
    `<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"><d:prop>${names}</d:prop></d:propfind>`;

  test('the same tree under every address, each with its own', async () => {
    await ana('PUT', '/remote.php/dav/files/ana/one.txt', { body: 'one' });
    for (const base of ['/remote.php/webdav', '/remote.php/dav/files/ana', '/dav/files/ana']) {
      expect((await ana('GET', `${base}/one.txt`)).text).toBe('one');
      const { text } = await ana('PROPFIND', `${base}/`, {
        headers: { depth: '1' },
        body: propfind('<oc:id/>'),
      });
      expect(text).toContain(`<D:href>${base}/one.txt</D:href>`);
    }
    expect((await bea('GET', '/remote.php/dav/files/ana/one.txt')).status).toBe(404);
  });

  test('a folder named as a space is the member’s own', async () => {
    await ana('MKCOL', '/remote.php/webdav/public');
    await ana('PUT', '/remote.php/webdav/public/mine.txt', { body: 'mine' });
    expect((await ana('GET', '/remote.php/webdav/public/mine.txt')).text).toBe('mine');
    expect((await ana('GET', '/dav/files/ana/public/mine.txt')).text).toBe('mine');
    expect((await browser.get('/remote.php/webdav/public/mine.txt')).status).toBe(401);
  });

  test('properties of files and folders', async () => {
    await ana('MKCOL', '/remote.php/dav/files/ana/props');
    const put = await ana('PUT', '/remote.php/dav/files/ana/props/p.txt', {
      body: 'props',
      headers: {
        'x-oc-mtime': '1600000000',
        'oc-checksum': `SHA1:${createHash('sha1').update('props').digest('hex')}`,
      },
    });
    expect(put.headers['x-oc-mtime']).toBe('accepted');
    expect(put.headers['oc-etag']).toBe(put.headers.etag);
    const { text } = await ana('PROPFIND', '/remote.php/dav/files/ana/props/p.txt', {
      headers: { depth: '0' },
      body: propfind(
        '<oc:id/><oc:fileid/><oc:permissions/><oc:size/><oc:checksums/><oc:owner-id/><oc:favorite/><oc:share-types/><nc:has-preview/><nc:is-encrypted/><oc:data-fingerprint/>',
      ),
    });
    expect(text).toContain(`<oc:id>${put.headers['oc-fileid']}</oc:id>`);
    for (const part of [
      '<oc:permissions>RGDNVW</oc:permissions>',
      '<oc:size>5</oc:size>',
      '<oc:checksum>SHA1:',
      '<oc:owner-id>ana</oc:owner-id>',
      '<oc:favorite>0</oc:favorite>',
      '<nc:has-preview>false</nc:has-preview>',
      '<nc:is-encrypted>0</nc:is-encrypted>',
    ])
      expect(text).toContain(part);
    const folder = await ana('PROPFIND', '/remote.php/dav/files/ana/props', {
      headers: { depth: '0' },
      body: propfind('<oc:permissions/><oc:size/>'),
    });
    expect(folder.text).toContain('<oc:permissions>RGDNVCK</oc:permissions>');
    expect(folder.text).toContain('<oc:size>5</oc:size>');
  });

  test('favourites are each member’s own, and listed wherever they lie', async () => {
    for (const path of ['liked', 'liked/deep']) await ana('MKCOL', `/remote.php/dav/files/ana/${path}`);
    for (const path of ['liked/deep/a.txt', 'liked/b.txt', 'plain.txt'])
      await ana('PUT', `/remote.php/dav/files/ana/${path}`, { body: path });
    const shared = await data(ana, 'POST', '/ocs/v2.php/apps/files_sharing/api/v1/shares', {
      path: '/liked',
      shareType: '0',
      shareWith: 'bea',
      permissions: '1',
    });
    expect(shared.status).toBe(200);
    const set = (who: typeof ana, path: string, value: string) =>
      who('PROPPATCH', `/remote.php/dav/files/${path}`, {
        body: `<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:set><d:prop>${value}</d:prop></d:set></d:propertyupdate>`,
      });
    const one = '<oc:favorite>1</oc:favorite>';
    const report = async (who: typeof ana, path: string, rules = one) => {
      const body = `<oc:filter-files xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:favorite/><d:getcontentlength/></d:prop><oc:filter-rules>${rules}</oc:filter-rules></oc:filter-files>`;
      const { status, text } = await who('REPORT', `/remote.php/dav/files/${path}`, { body });
      const rows = [...text.matchAll(/<D:href>\/remote.php\/dav\/files\/([^<]*)<.*?favorite>(\d)</g)];
      return { status, found: rows.map(([, href, value]) => `${href} ${value}`) };
    };
    const etag = async () => (await ana('HEAD', '/remote.php/dav/files/ana/liked/deep/a.txt')).headers.etag;
    const before = await etag();
    for (const path of ['ana/liked/deep', 'ana/liked/deep/a.txt', 'ana/plain.txt'])
      expect((await set(ana, path, one)).status).toBe(207);
    expect(await etag()).toBe(before);
    expect(await report(ana, 'ana/')).toEqual({
      status: 207,
      found: ['ana/liked/deep/ 1', 'ana/liked/deep/a.txt 1', 'ana/plain.txt 1'],
    });
    expect((await report(ana, 'ana/liked/deep/')).found).toEqual(['ana/liked/deep/a.txt 1']);
    // Android's app searches for them, from the DAV root of the address it asks.
    const search = async (who: typeof ana, scope: string, depth: string, literal = 'yes') => {
      const body = `<d:searchrequest xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:basicsearch><d:select><d:prop><oc:id/></d:prop></d:select><d:from><d:scope><d:href>${scope}</d:href><d:depth>${depth}</d:depth></d:scope></d:from><d:where><d:eq><d:prop><oc:favorite/></d:prop><d:literal>${literal}</d:literal></d:eq></d:where></d:basicsearch></d:searchrequest>`;
      const { status, text } = await who('SEARCH', '/remote.php/dav/', { body });
      return [
        status,
        ...[...text.matchAll(/<D:href>\/remote.php\/dav\/files\/([^<]*)</g)].map(([, href]) => href),
      ];
    };
    expect(await search(ana, '/files/ana', 'infinity')).toEqual([
      207,
      'ana/liked/deep/',
      'ana/liked/deep/a.txt',
      'ana/plain.txt',
    ]);
    expect(await search(ana, '/remote.php/dav/files/ana/', '1')).toEqual([207, 'ana/plain.txt']);
    expect(await search(ana, '/files/ana', '0')).toEqual([207]);
    expect(await search(ana, '/files/ana', 'infinity', 'no')).toEqual([207]);
    expect(await search(bea, '/files/bea', 'infinity')).toEqual([207]);
    expect((await search(bea, '/files/ana', 'infinity'))[0]).toBe(409);
    // Who may only read marks it too, for themselves.
    expect((await report(bea, 'bea/')).found).toEqual([]);
    expect((await set(bea, 'bea/Shared/liked/b.txt', one)).status).toBe(207);
    expect((await set(bea, 'bea/Shared/liked', one)).status).toBe(207);
    expect((await set(bea, 'bea/Shared/liked/b.txt', '<x xmlns="y:">1</x>')).status).toBe(403);
    expect((await set(bea, 'bea/Shared/liked/b.txt', `${one}<x xmlns="y:">1</x>`)).status).toBe(403);
    const seen = ['bea/Shared/liked/ 1', 'bea/Shared/liked/b.txt 1'];
    expect((await report(bea, 'bea/')).found).toEqual(seen);
    expect((await report(bea, 'bea/Shared/')).found).toEqual(seen);
    expect((await report(ana, 'ana/')).found).toHaveLength(3);
    // What went is there no more; what moved is, by its new name.
    await ana('DELETE', '/remote.php/dav/files/ana/plain.txt');
    await set(ana, 'ana/liked/deep', '<oc:favorite>0</oc:favorite>');
    const destination = '/remote.php/dav/files/ana/moved.txt';
    await ana('MOVE', '/remote.php/dav/files/ana/liked/deep/a.txt', { headers: { destination } });
    expect((await report(ana, 'ana/')).found).toEqual(['ana/moved.txt 1']);
    expect((await report(ana, 'ana/', '')).status).toBe(400);
    expect((await report(ana, 'ana/', '<oc:systemtag>1</oc:systemtag>')).status).toBe(412);
    expect((await report(ana, 'ana/moved.txt')).status).toBe(403);
    await data(ana, 'DELETE', `/ocs/v2.php/apps/files_sharing/api/v1/shares/${shared.data.id}`);
    expect((await report(bea, 'bea/')).found).toEqual([]);
  });

  test('a favourite is what PROPPATCH says', async () => {
    await ana('PUT', '/remote.php/dav/files/ana/star.txt', { body: 'star' });
    const favourite = `<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:set><d:prop><oc:favorite>1</oc:favorite></d:prop></d:set></d:propertyupdate>`;
    expect((await ana('PROPPATCH', '/remote.php/dav/files/ana/star.txt', { body: favourite })).status).toBe(
      207,
    );
    const again = await ana('PROPFIND', '/remote.php/dav/files/ana/star.txt', {
      headers: { depth: '0' },
      body: propfind('<oc:favorite/>'),
    });
    expect(again.text).toMatch(/favorite[^>]*>1</);
  });

  test('the trash by its names there, and back where it was', async () => {
    await ana('PUT', '/remote.php/dav/files/ana/props/gone.txt', { body: 'gone' });
    await ana('DELETE', '/remote.php/dav/files/ana/props/gone.txt');
    const body = propfind(
      '<nc:trashbin-filename/><nc:trashbin-original-location/><nc:trashbin-deletion-time/>',
    );
    const { text } = await ana('PROPFIND', '/remote.php/dav/trashbin/ana/trash', {
      headers: { depth: '1' },
      body,
    });
    expect(text).toContain('<nc:trashbin-original-location>props/gone.txt</nc:trashbin-original-location>');
    const path = /<D:href>(\/remote.php\/dav\/trashbin\/ana\/trash\/\d+-gone.txt)</.exec(text)?.[1] ?? '';
    const back = await ana('MOVE', path, {
      headers: { destination: '/remote.php/dav/trashbin/ana/restore/gone.txt' },
    });
    expect(back.status).toBe(201);
    expect((await ana('GET', '/remote.php/dav/files/ana/props/gone.txt')).text).toBe('gone');
  });
});

test('an earlier content is listed and had back by the number of its file', async () => {
  await ana('PUT', '/remote.php/dav/files/ana/versioned.txt', { body: 'first' });
  const put = await ana('PUT', '/remote.php/dav/files/ana/versioned.txt', { body: 'second' });
  const number = Number(/^0*(\d+)oc/.exec(String(put.headers['oc-fileid']))?.[1]);
  const folder = `/remote.php/dav/versions/ana/versions/${number}`;
  const { text } = await ana('PROPFIND', folder, { headers: { depth: '1' } });
  const path = new RegExp(`<D:href>(${folder}/\\d+)<`).exec(text)?.[1] ?? '';
  expect((await ana('GET', path)).text).toBe('first');
  const back = await ana('MOVE', path, {
    headers: { destination: '/remote.php/dav/versions/ana/restore/target' },
  });
  expect(back.status).toBe(201);
  expect((await ana('GET', '/remote.php/dav/files/ana/versioned.txt')).text).toBe('first');
  expect((await bea('PROPFIND', folder, { headers: { depth: '1' } })).status).toBe(404);
});

describe('uploads in pieces', () => {
  const base = '/remote.php/dav/uploads/ana/transfer';
  const destination = '/remote.php/dav/files/ana/pieces.txt';

  test('in any order, each replaced by a later one, made one by MOVE', async () => {
    expect((await ana('MKCOL', base, { headers: { destination, 'oc-total-length': '9' } })).status).toBe(201);
    for (const [name, body] of [
      ['2', 'def'],
      ['10', 'ghi'],
      ['1', 'xxxxx'],
      ['1', 'abc'],
    ] as const)
      expect([201, 204]).toContain((await ana('PUT', `${base}/${name}`, { body })).status);
    const { text } = await ana('PROPFIND', base, { headers: { depth: '1' } });
    expect(text).toContain(`${base}/10<`);
    expect((await bea('PROPFIND', base)).status).toBe(404);
    const sha1 = (of: string) => `SHA1:${createHash('sha1').update(of).digest('hex')}`;
    const move = (headers: Record<string, string>) =>
      ana('MOVE', `${base}/.file`, { headers: { destination, ...headers } });
    expect((await move({ 'oc-total-length': '8' })).status).toBe(400);
    expect((await move({ 'oc-checksum': sha1('abcdefghj') })).status).toBe(400);
    expect((await ana('GET', destination)).status).toBe(404);
    const done = await move({
      'oc-total-length': '9',
      'oc-checksum': sha1('abcdefghi'),
      'x-oc-mtime': '1600000000',
    });
    expect([done.status, done.headers['x-oc-mtime']]).toEqual([201, 'accepted']);
    const got = await ana('GET', destination);
    expect([got.text, got.headers['oc-fileid']]).toEqual(['abcdefghi', done.headers['oc-fileid']]);
    expect(got.headers['last-modified']).toBe('Sun, 13 Sep 2020 12:26:40 GMT');
    expect((await ana('PROPFIND', base)).status).toBe(404);
  });

  test('given up, and refused where it cannot fit', async () => {
    const path = '/remote.php/dav/uploads/ana/other';
    expect((await ana('MKCOL', path, { headers: { 'oc-total-length': '9'.repeat(15) } })).status).toBe(507);
    expect((await ana('MKCOL', path)).status).toBe(201);
    expect((await ana('PUT', `${path}/name`, { body: 'x' })).status).toBe(400);
    expect(
      (await ana('PUT', `${path}/1`, { body: 'x', headers: { 'oc-checksum': `MD5:${'0'.repeat(32)}` } }))
        .status,
    ).toBe(400);
    expect((await ana('DELETE', path)).status).toBe(204);
    expect((await ana('PUT', `${path}/1`, { body: 'x' })).status).toBe(409);
  });
});

describe('many files at once', () => {
  const part = (path: string, body: string, headers = '') =>
    `--b\r\nX-File-Path: ${path}\r\nX-File-Mtime: 1600000000\r\nX-File-MD5: ${createHash('md5').update(body).digest('hex')}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}\r\n`;
  const bulk = (body: string, type = 'multipart/related; boundary=b') =>
    ana('POST', '/remote.php/dav/bulk', { headers: { 'content-type': type }, body });

  test('each has an answer of its own', async () => {
    await ana('MKCOL', '/remote.php/dav/files/ana/bulk');
    const bad = part('/bulk/bad.txt', 'good').replace(/MD5: ./, 'MD5: g');
    const wrong = part('/bulk/wrong.txt', 'right').replace('right\r\n', 'wrong\r\n');
    const text = `${part('/bulk/Grüße.txt', 'hä--b\r\nllo')}${bad}${wrong}${part('/none/x.txt', 'x')}${part('/bulk/', 'x')}${part('/bulk/z.txt', '')}--b--\r\n`;
    const answer = await bulk(text, 'multipart/related; boundary="b"');
    const outcomes = JSON.parse(answer.text);
    expect(outcomes['/bulk/Grüße.txt']).toMatchObject({
      error: false,
      'X-OC-MTime': 'accepted',
      permissions: 'RGDNVW',
    });
    for (const path of ['/bulk/bad.txt', '/bulk/wrong.txt', '/none/x.txt', '/bulk/'])
      expect([path, outcomes[path].error]).toEqual([path, true]);
    expect(outcomes['/bulk/z.txt'].error).toBe(false);
    const got = await ana('GET', `/remote.php/dav/files/ana/bulk/${encodeURIComponent('Grüße.txt')}`);
    expect([got.text, got.headers.etag]).toEqual(['hä--b\r\nllo', outcomes['/bulk/Grüße.txt'].etag]);
    expect((await ana('GET', '/remote.php/dav/files/ana/bulk/wrong.txt')).status).toBe(404);
  });

  test.each([
    ['no boundary', 'multipart/related', '', 415],
    ['another type', 'text/plain; boundary=b', '', 415],
    ['what is cut', 'multipart/related; boundary=b', '--b\r\nContent-Length: 9\r\n\r\nabc', 400],
    ['no length', 'multipart/related; boundary=b', '--b\r\nX-File-Path: /x\r\n\r\nabc\r\n--b--\r\n', 400],
    ['another boundary', 'multipart/related; boundary=b', '--c\r\n\r\n', 400],
  ])('%s is refused', async (_, type, body, status) => {
    expect((await bulk(body, type)).status).toBe(status);
  });

  test('a header has an end, and so have lines, files and their number', async () => {
    const read = async (text: string) => {
      async function* once() {
        yield Buffer.from(text);
      }
      let count = 0;
      for await (const each of partsOf(once(), 'b')) count += each.length;
      return count;
    };
    await expect(read(`--b\r\nX: ${'x'.repeat(partLineBytesMax)}`)).rejects.toThrow('too long');
    await expect(read(`--b\r\n${'X: y\r\n'.repeat(partHeaderLinesMax + 1)}\r\n`)).rejects.toThrow(
      'cannot be read',
    );
    expect(await read('--b\r\nContent-Length: 3\r\n\r\nabc\r\n--b--\r\n')).toBe(3);
    const large = await bulk(`--b\r\nX-File-Path: /large\r\nContent-Length: ${bulkFileBytesMax + 1}\r\n\r\n`);
    expect(large.status).toBe(400);
    const many = await bulk(
      `--b\r\nX-File-Path: /no/x\r\nContent-Length: 0\r\n\r\n`.repeat(bulkFilesMax + 1),
    );
    expect(many.status).toBe(413);
  });
});

describe('shares and links', () => {
  const shares = '/ocs/v2.php/apps/files_sharing/api/v1/shares';

  test.each([
    ['without the header that a form cannot send', { 'ocs-apirequest': '' }, 412],
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['from another name of this site', { 'sec-fetch-site': 'same-site' }, 403],
    ['from another origin', { origin: 'https://evil.example' }, 403],
    ['from no origin', { origin: 'null' }, 403],
  ])('a form %s does nothing', async (_, headers, status) => {
    await ana('MKCOL', '/dav/files/ana/Wanted');
    const body = 'path=/Wanted&shareType=3&permissions=15';
    const asked = await ana('POST', shares, { headers: { ...form, ...headers }, body });
    expect(asked.status).toBe(status);
    expect((await data(ana, 'GET', `${shares}?path=/Wanted`)).data).toEqual([]);
  });

  test('with a member: found, made, seen by both, changed, ended', async () => {
    await ana('MKCOL', '/dav/files/ana/Private');
    await ana('MKCOL', '/dav/files/ana/Private/Team');
    await ana('MKCOL', '/dav/files/ana/Team');
    const found = await data(
      ana,
      'GET',
      '/ocs/v2.php/apps/files_sharing/api/v1/sharees?search=be&itemType=file',
    );
    expect(found.data.users).toEqual([
      expect.objectContaining({ value: { shareType: 0, shareWith: 'bea' } }),
    ]);
    expect(shareesMax).toBeGreaterThan(1);
    const made = await data(ana, 'POST', shares, {
      path: '/Private/Team',
      shareType: '0',
      shareWith: 'bea',
      permissions: '1',
    });
    expect(made.data).toMatchObject({
      share_type: 0,
      share_with: 'bea',
      path: '/Private/Team',
      permissions: 1,
      item_type: 'folder',
    });
    const id = made.data.id;
    expect((await data(ana, 'GET', `${shares}?path=/Private/Team`)).data).toHaveLength(1);
    const received = await data(bea, 'GET', `${shares}?shared_with_me=true`);
    expect(received.data[0]).toMatchObject({ id, uid_owner: 'ana', path: '/Shared/Team' });
    const seen = await bea('PROPFIND', '/remote.php/dav/files/bea/Shared/Team', {
      headers: { depth: '0' },
      body: '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:permissions/></d:prop></d:propfind>',
    });
    expect(seen.text).toContain('<oc:permissions>SGDN</oc:permissions>');
    const changed = await data(ana, 'PUT', `${shares}/${id}`, {
      permissions: '31',
      expireDate: '2099-12-31',
    });
    expect(changed.data).toMatchObject({ permissions: 31, expiration: '2099-12-31 00:00:00' });
    expect((await data(bea, 'PUT', `${shares}/${id}`, { permissions: '31' })).status).toBe(404);
    const on = await data(bea, 'POST', shares, { path: '/Shared/Team', shareType: '3' });
    expect(on.data.path).toBe('/Shared/Team');
    await data(bea, 'DELETE', `${shares}/${on.data.id}`);
    await bea('PUT', '/dav/files/bea/Shared/Team/held', { body: 'x' });
    await bea('LOCK', '/dav/files/bea/Shared/Team/held', {
      body: '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>',
    });
    const destination = '/remote.php/dav/files/ana/Private/Team/held';
    const upload = '/remote.php/dav/uploads/ana/held';
    await ana('MKCOL', upload, { headers: { destination } });
    await ana('PUT', `${upload}/1`, { body: 'y' });
    const locked = await ana('MOVE', `${upload}/.file`, { headers: { destination } });
    expect([locked.status, locked.text.includes('bea')]).toEqual([423, false]);
    expect((await data(ana, 'DELETE', `${shares}/${id}`)).status).toBe(200);
    expect((await data(bea, 'GET', `${shares}?shared_with_me=true`)).data).toEqual([]);
    expect((await data(ana, 'GET', `${shares}/${id}`)).status).toBe(404);
  });

  test('by link: with a password, for dropping, ended', async () => {
    const made = await data(ana, 'POST', shares, { path: '/Team', shareType: '3', password: 'open sesame' });
    const { id, token, url } = made.data;
    expect(made.data).toMatchObject({ share_type: 3, permissions: 1, password: '***' });
    expect(new URL(url).pathname).toBe(`/s/${token}`);
    expect((await browser.ask(`/dav/public/${token}/`, { method: 'PROPFIND' })).status).toBe(401);
    const changed = await data(ana, 'PUT', `${shares}/${id}`, { permissions: '4', password: '' });
    expect(changed.data).toMatchObject({ permissions: 4, password: null });
    expect((await browser.ask(`/dav/public/${token}/dropped`, { method: 'PUT', body: 'x' })).status).toBe(
      201,
    );
    expect((await data(ana, 'DELETE', `${shares}/${id}`)).status).toBe(200);
    expect((await browser.ask(`/dav/public/${token}/dropped`, { method: 'PUT', body: 'x' })).status).toBe(
      409,
    );
  });

  test('by link: who holds it does not hear whose it is', async () => {
    const { token } = (await data(ana, 'POST', shares, { path: '/Team', shareType: '3' })).data;
    const answer = await browser.ask(`/remote.php/dav/public/${token}/`, {
      method: 'PROPFIND',
      headers: { depth: '0' },
      body: '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:owner-id/><oc:owner-display-name/><d:owner/></d:prop></d:propfind>',
    });
    expect([answer.status, answer.text.includes('ana')]).toEqual([207, false]);
  });

  test.each([
    [{ path: '/nothing', shareType: '3' }, 404],
    [{ path: '/Team', shareType: '0', shareWith: 'nobody' }, 404],
    [{ path: '/Team', shareType: '7', shareWith: 'bea' }, 404],
    [{ path: '/Team', shareType: '0', shareWith: 'bea', permissions: '77' }, 400],
    [{ path: '/Team', shareType: '3', expireDate: 'tomorrow' }, 400],
  ])('%j is refused', async (fields, status) => {
    const wish: Record<string, string> = { ...fields };
    expect((await data(ana, 'POST', shares, wish)).status).toBe(status);
  });
});

test('switched off, nothing of it is there', async () => {
  const without = await startSuite({ settings: { files: { nextcloud: 'off' } } });
  try {
    const other = testBrowser(without.ports.https, without.authority);
    for (const path of [
      '/status.php',
      '/ocs/v2.php/cloud/capabilities',
      '/index.php/204',
      '/index.php/login/v2/flow/x',
    ])
      expect([path, (await other.get(path)).status]).toEqual([path, 404]);
    expect((await other.ask('/remote.php/dav/files/', { method: 'PROPFIND' })).status).toBe(404);
    expect((await other.ask('/index.php/login/v2', { method: 'POST' })).status).toBe(404);
  } finally {
    await without.stop();
  }
});
