import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../../testing/index.ts';
import { checksumBytesMax, dropNamesMax, listPageRows, trashPageRows } from './limits.ts';

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  for (const name of ['ana', 'bea', 'carl']) await suite.addMember(`${name}@coop.localhost`, password);
});
afterAll(() => suite.stop());

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const basic = (user: string, secret: string) =>
  `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;

const as =
  (user: string, secret = password) =>
  (method: string, path: string, { headers = {}, body }: Asked = {}) =>
    browser.ask(path, {
      method,
      headers: { authorization: basic(user, secret), ...headers },
      ...(body === undefined ? {} : { body }),
    });

const ana = as('ana');
const bea = as('bea');
const carl = as('carl');

const hrefs = (text: string) => [...text.matchAll(/<D:href>([^<]*)<\/D:href>/g)].map(([, href]) => href);

async function list(who: typeof ana, path: string): Promise<(string | undefined)[]> {
  const answer = await who('PROPFIND', path, {
    headers: { depth: '1' },
    body: '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>',
  });
  expect(answer.status).toBe(207);
  return hrefs(answer.text);
}

async function idOf(address: string): Promise<number> {
  const member = await suite.rooms.accounts.accounts.byAddress(address);
  if (!member) throw new Error(`nobody is ${address}`);
  return member.id;
}

/** A share of what stands there in ana's tree. */
async function share(path: readonly string[], receiver: string, rights: 'read' | 'write' | 'reshare') {
  const account = await idOf('ana@coop.localhost');
  const { chain } = await suite.rooms.files.find(account, path);
  const node = chain.at(-1);
  const member = await idOf(`${receiver}@coop.localhost`);
  return suite.rooms.sharing.grant({
    account,
    node: node?.id ?? 0,
    to: { kind: 'member', member },
    rights,
    by: account,
    expiresMs: 0,
  });
}

describe('a home', () => {
  test('a folder whose members have much in their properties is listed whole, each with its own', async () => {
    const account = await idOf('carl@coop.localhost');
    const { files } = suite.rooms;
    const by = { member: account, tokens: [] };
    await carl('MKCOL', '/dav/files/carl/Heavy/');
    for (const name of ['a', 'b', 'c', 'd']) {
      await carl('PUT', `/dav/files/carl/Heavy/${name}`, { body: name });
      const { chain } = await files.find(account, ['Heavy', name]);
      const of = (at: number) => `<k${at} xmlns="x:">${name.repeat(200_000)}</k${at}>`;
      const changes = [0, 1, 2].map((at) => ({ namespace: 'x:', name: `k${at}`, xml: of(at) }));
      await files.setProperties(account, chain.at(-1)?.id ?? 0, changes, { by });
    }
    const body = '<propfind xmlns="DAV:"><prop><k1 xmlns="x:"/></prop></propfind>';
    const { text } = await carl('PROPFIND', '/dav/files/carl/Heavy/', { headers: { depth: '1' }, body });
    const rows = text
      .split('</D:response>')
      .map((row) => /Heavy\/([a-d])<.*>(\1{200000})<\/k1>/s.exec(row)?.[1]);
    expect(rows.filter((name) => name !== undefined)).toEqual(['a', 'b', 'c', 'd']);
    expect((await carl('DELETE', '/dav/files/carl/Heavy/')).status).toBe(204);
  });

  test('holds what its member puts there, and nobody else finds it', async () => {
    expect((await ana('PUT', '/dav/files/ana/a.txt', { body: 'hello' })).status).toBe(201);
    const got = await ana('GET', '/dav/files/ana/a.txt');
    expect([got.status, got.text, got.headers['content-type']]).toEqual([200, 'hello', 'text/plain']);
    expect(await list(ana, '/dav/files/')).toEqual(['/dav/files/', '/dav/files/ana/']);
    expect(await list(ana, '/dav/files/ana/')).toEqual(['/dav/files/ana/', '/dav/files/ana/a.txt']);
    for (const method of ['GET', 'PROPFIND', 'PUT', 'DELETE', 'MKCOL', 'PROPPATCH', 'LOCK', 'COPY', 'MOVE'])
      expect([
        method,
        (await bea(method, '/dav/files/ana/a.txt', { headers: { destination: '/dav/files/bea/b' } })).status,
      ]).toEqual([method, method === 'PUT' || method === 'MKCOL' ? 409 : 404]);
    expect((await bea('PROPFIND', '/dav/files/ana/')).status).toBe(404);
  });

  test.each([
    ['PROPFIND', '<propfind xmlns="DAV:"><prop><x xmlns="y:"/></prop></propfind>'],
    [
      'REPORT',
      '<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><x xmlns="y:"/></prop></sync-collection>',
    ],
    [
      'SEARCH',
      '<searchrequest xmlns="DAV:"><basicsearch><select><prop><x xmlns="y:"/></prop></select><from><scope><href></href><depth>1</depth></scope></from></basicsearch></searchrequest>',
    ],
  ])('return=minimal is followed, and said: %s', async (method, body) => {
    await ana('PUT', '/dav/files/ana/minimal', { body: 'x' });
    const ask = (headers: Record<string, string>) =>
      ana(method, '/dav/files/ana/', { headers: { depth: '1', ...headers }, body });
    const whole = await ask({});
    expect([whole.status, whole.headers['preference-applied']]).toEqual([207, undefined]);
    expect(whole.text).toContain('404 Not Found');
    const minimal = await ask({ prefer: 'return=minimal' });
    expect([minimal.status, minimal.headers['preference-applied']]).toEqual([207, 'return=minimal']);
    expect(minimal.text).not.toContain('404 Not Found');
    expect(minimal.text).toContain('/dav/files/ana/minimal');
  });

  test('is found by the address too, and by a former one', async () => {
    await ana('PUT', '/dav/files/ana/former.txt', { body: 'x' });
    expect((await ana('GET', '/dav/files/ana%40coop.localhost/former.txt')).text).toBe('x');
  });

  test('an ETag changes with each change, a folder’s with what is below it', async () => {
    await ana('MKCOL', '/dav/files/ana/etags');
    const etag = async (path: string) => {
      const body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>';
      const { text } = await ana('PROPFIND', path, { headers: { depth: '0' }, body });
      return /<D:getetag>([^<]*)</.exec(text)?.[1] ?? '';
    };
    const before = await etag('/dav/files/ana/etags/');
    const home = await etag('/dav/files/ana/');
    const put = await ana('PUT', '/dav/files/ana/etags/x', { body: '1' });
    expect(await etag('/dav/files/ana/etags/')).not.toBe(before);
    expect(await etag('/dav/files/ana/')).not.toBe(home);
    const again = await ana('PUT', '/dav/files/ana/etags/x', { body: '2' });
    expect(again.headers.etag).not.toBe(put.headers.etag);
    expect(again.status).toBe(204);
    const stale = await ana('PUT', '/dav/files/ana/etags/x', {
      body: '3',
      headers: { 'if-match': String(put.headers.etag) },
    });
    expect(stale.status).toBe(412);
  });

  test('a listing of more than a page is whole', async () => {
    await ana('MKCOL', '/dav/files/ana/many');
    const account = await idOf('ana@coop.localhost');
    const { chain } = await suite.rooms.files.find(account, ['many']);
    const folder = chain.at(-1)?.id ?? 0;
    const staged = await suite.rooms.files.stage(account, Buffer.from('one'));
    for (let index = 0; index <= listPageRows; index++)
      await suite.rooms.files.put({ account, folder, name: `${index}` }, staged, {
        by: { member: account, tokens: [] },
      });
    staged.release();
    expect(await list(ana, '/dav/files/ana/many/')).toHaveLength(listPageRows + 2);
  });

  test.each([
    ['SHA1', createHash('sha1').update('checked').digest('hex')],
    ['md5', createHash('md5').update('checked').digest('hex').toUpperCase()],
    ['SHA256', createHash('sha256').update('checked').digest('hex')],
    ['ADLER32', '0b2002c8'],
  ])('a checksum of %s is judged', async (algorithm, value) => {
    const good = await ana('PUT', '/dav/files/ana/checked', {
      body: 'checked',
      headers: { 'oc-checksum': `${algorithm}:${value}` },
    });
    expect([201, 204]).toContain(good.status);
    const bad = await ana('PUT', '/dav/files/ana/unchecked', {
      body: 'Checked',
      headers: { 'oc-checksum': `${algorithm}:${value}` },
    });
    expect(bad.status).toBe(400);
    expect((await ana('GET', '/dav/files/ana/unchecked')).status).toBe(404);
    const long = `SHA1:${'0'.repeat(checksumBytesMax)}`;
    expect(
      (await ana('PUT', '/dav/files/ana/unchecked', { body: 'x', headers: { 'oc-checksum': long } })).status,
    ).toBe(400);
  });
});

describe('Shared', () => {
  test('a share is read below the receiver’s own name for it', async () => {
    await ana('MKCOL', '/dav/files/ana/Plans');
    await ana('PUT', '/dav/files/ana/Plans/p.txt', { body: 'plan' });
    expect(await list(bea, '/dav/files/bea/')).toEqual(['/dav/files/bea/']);
    await share(['Plans'], 'bea', 'read');
    expect(await list(bea, '/dav/files/bea/')).toContain('/dav/files/bea/Shared/');
    expect(await list(bea, '/dav/files/bea/Shared/')).toContain('/dav/files/bea/Shared/Plans/');
    expect((await bea('GET', '/dav/files/bea/Shared/Plans/p.txt')).text).toBe('plan');
    expect((await bea('PUT', '/dav/files/bea/Shared/Plans/p.txt', { body: 'x' })).status).toBe(403);
    expect((await bea('PUT', '/dav/files/bea/Shared/Plans/new.txt', { body: 'x' })).status).toBe(403);
    expect((await bea('DELETE', '/dav/files/bea/Shared/Plans/p.txt')).status).toBe(403);
    const out = await bea('MOVE', '/dav/files/bea/Shared/Plans/p.txt', {
      headers: { destination: '/dav/files/bea/p.txt' },
    });
    expect(out.status).toBe(403);
    const copy = await bea('COPY', '/dav/files/bea/Shared/Plans/p.txt', {
      headers: { destination: '/dav/files/bea/p.txt' },
    });
    expect(copy.status).toBe(201);
    expect((await bea('GET', '/dav/files/bea/p.txt')).text).toBe('plan');
    // Nothing can be put into Shared itself, and it stays what it is.
    expect((await bea('MKCOL', '/dav/files/bea/Shared')).status).toBe(405);
    expect((await bea('PUT', '/dav/files/bea/Shared/x', { body: 'x' })).status).toBeGreaterThanOrEqual(403);
    expect((await bea('DELETE', '/dav/files/bea/Shared/')).status).toBeGreaterThanOrEqual(403);
    expect((await bea('LOCK', '/dav/files/bea/Shared/')).status).toBeGreaterThanOrEqual(400);
    // Nor does anything get its name by another way: it could not be seen.
    await bea('POST', '/dav/files/bea/', { headers: { slug: 'Shared' }, body: 'x' });
    const account = await idOf('bea@coop.localhost');
    expect((await suite.rooms.files.find(account, ['Shared'])).missing).toEqual(['Shared']);
  });

  test('a writer writes, renames their own view of it, and lets it go', async () => {
    await ana('MKCOL', '/dav/files/ana/Work');
    await share(['Work'], 'bea', 'write');
    expect((await bea('PUT', '/dav/files/bea/Shared/Work/w.txt', { body: 'bea' })).status).toBe(201);
    expect((await ana('GET', '/dav/files/ana/Work/w.txt')).text).toBe('bea');
    const renamed = await bea('MOVE', '/dav/files/bea/Shared/Work/', {
      headers: { destination: '/dav/files/bea/Shared/Job/' },
    });
    expect(renamed.status).toBe(201);
    expect((await bea('GET', '/dav/files/bea/Shared/Job/w.txt')).text).toBe('bea');
    const away = await bea('MOVE', '/dav/files/bea/Shared/Job/', {
      headers: { destination: '/dav/files/bea/Job/' },
    });
    expect(away.status).toBe(403);
    const moved = await bea('MOVE', '/dav/files/bea/Shared/Job/w.txt', {
      headers: { destination: '/dav/files/bea/w.txt' },
    });
    expect(moved.status).toBe(201);
    expect((await bea('GET', '/dav/files/bea/w.txt')).text).toBe('bea');
    expect((await ana('GET', '/dav/files/ana/Work/w.txt')).status).toBe(404);
    // What left is in its owner's trash too.
    const [, entry = ''] = await list(ana, '/dav/trash/ana/');
    expect(entry).toMatch(/-w\.txt$/);
    expect((await ana('DELETE', entry)).status).toBe(204);
    expect((await bea('DELETE', '/dav/files/bea/Shared/Job/')).status).toBe(204);
    expect((await bea('PROPFIND', '/dav/files/bea/Shared/Job/')).status).toBe(404);
    expect((await ana('PROPFIND', '/dav/files/ana/Work/')).status).toBe(207);
  });

  test('locks of others are shown by one’s own path', async () => {
    await ana('MKCOL', '/dav/files/ana/Private');
    await ana('MKCOL', '/dav/files/ana/Private/Open');
    await ana('PUT', '/dav/files/ana/Private/Open/l.txt', { body: 'x' });
    await share(['Private', 'Open'], 'bea', 'write');
    const body =
      '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';
    expect((await ana('LOCK', '/dav/files/ana/Private/Open/l.txt', { body })).status).toBe(200);
    const { text } = await bea('PROPFIND', '/dav/files/bea/Shared/Open/l.txt', {
      headers: { depth: '0' },
      body: '<propfind xmlns="DAV:"><prop><lockdiscovery/></prop></propfind>',
    });
    expect(text).toContain('<D:lockroot><D:href>/dav/files/bea/Shared/Open/l.txt</D:href></D:lockroot>');
    expect(text).not.toContain('Private');
    const refused = await bea('PUT', '/dav/files/bea/Shared/Open/l.txt', { body: 'y' });
    expect(refused.status).toBe(423);
    expect(refused.text).not.toContain('Private');
  });
});

test('a home tells of news in Shared too, whoever watches it', async () => {
  const sync = async (token: string) => {
    const body = `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`;
    const { status, text } = await carl('REPORT', '/dav/files/carl/', { headers: { depth: '0' }, body });
    expect(status).toBe(207);
    return { hrefs: hrefs(text), token: /<D:sync-token>([^<]*)</.exec(text)?.[1] ?? '', text };
  };
  await carl('PUT', '/dav/files/carl/own.txt', { body: 'x' });
  const first = await sync('');
  expect(first.hrefs).toEqual(['/dav/files/carl/own.txt']);
  expect((await sync(first.token)).hrefs).toEqual([]);
  await ana('MKCOL', '/dav/files/ana/News');
  const given = await share(['News'], 'carl', 'read');
  const second = await sync(first.token);
  expect(second.hrefs).toEqual(['/dav/files/carl/Shared/']);
  expect((await sync(second.token)).hrefs).toEqual([]);
  await ana('PUT', '/dav/files/ana/News/today.txt', { body: 'news' });
  const third = await sync(second.token);
  expect(third.hrefs).toEqual(['/dav/files/carl/Shared/']);
  await suite.rooms.sharing.revoke(given.id);
  const last = await sync(third.token);
  expect(last.hrefs).toEqual(['/dav/files/carl/Shared/']);
  expect(last.text).toContain('404');
  const stale = await carl('REPORT', '/dav/files/carl/', {
    headers: { depth: '0' },
    body: '<sync-collection xmlns="DAV:"><sync-token>data:,nonsense</sync-token><sync-level>1</sync-level><prop/></sync-collection>',
  });
  expect(stale.status).toBe(403);
});

describe('a public link', () => {
  async function link(
    path: readonly string[],
    rights: 'read' | 'write' | 'drop',
    secret?: string,
    downloadsMax?: number,
  ) {
    const account = await idOf('ana@coop.localhost');
    const { chain } = await suite.rooms.files.find(account, path);
    return suite.rooms.sharing.createLink({
      account,
      node: chain.at(-1)?.id ?? 0,
      by: account,
      rights,
      ...(secret === undefined ? {} : { password: secret }),
      ...(downloadsMax === undefined ? {} : { downloadsMax }),
    });
  }
  const guest = (method: string, path: string, asked: Asked = {}) =>
    browser.ask(path, {
      method,
      headers: asked.headers ?? {},
      ...(asked.body === undefined ? {} : { body: asked.body }),
    });

  test('is read without a login, and no more than read', async () => {
    await ana('MKCOL', '/dav/files/ana/pub');
    await ana('PUT', '/dav/files/ana/pub/f.txt', { body: 'public' });
    const { token } = await link(['pub'], 'read');
    expect((await guest('GET', `/dav/public/${token}/f.txt`)).text).toBe('public');
    expect((await guest('PROPFIND', `/dav/public/${token}/`)).text).toContain(`/dav/public/${token}/f.txt`);
    expect((await guest('PUT', `/dav/public/${token}/f.txt`, { body: 'x' })).status).toBe(403);
    expect((await guest('DELETE', `/dav/public/${token}/f.txt`)).status).toBe(403);
    expect((await guest('GET', `/dav/files/ana/pub/f.txt`)).status).toBe(401);
    await suite.rooms.sharing.revokeLink(token);
    expect((await guest('GET', `/dav/public/${token}/f.txt`)).status).toBe(404);
  });

  test('with a password asks for it', async () => {
    await ana('MKCOL', '/dav/files/ana/secret');
    await ana('PUT', '/dav/files/ana/secret/f.txt', { body: 'secret' });
    const { token } = await link(['secret'], 'write', 'open sesame');
    const path = `/dav/public/${token}/f.txt`;
    expect((await guest('GET', path)).status).toBe(401);
    expect((await as(token, 'wrong')('GET', path)).status).toBe(401);
    expect((await as('ana')('GET', path)).status).toBe(401);
    expect((await as(token, 'open sesame')('GET', path)).text).toBe('secret');
    expect((await as('', 'open sesame')('PUT', path, { body: 'guest' })).status).toBe(204);
    expect((await ana('GET', '/dav/files/ana/secret/f.txt')).text).toBe('guest');
  });

  test('for writing gives what is below it, and not the folder itself', async () => {
    await ana('MKCOL', '/dav/files/ana/desk');
    const { token } = await link(['desk'], 'write');
    const top = `/dav/public/${token}/`;
    expect((await guest('MKCOL', `${top}in`)).status).toBe(201);
    expect((await guest('DELETE', top)).status).toBe(403);
    const moved = await guest('MOVE', top, { headers: { destination: `${top}in/desk/` } });
    expect(moved.status).toBe(403);
    expect((await guest('DELETE', `${top}in/`)).status).toBe(204);
    expect(await list(ana, '/dav/files/ana/desk/')).toEqual(['/dav/files/ana/desk/']);
  });

  test('locks for its own guests, and never its owner out', async () => {
    await ana('MKCOL', '/dav/files/ana/desk2');
    await ana('PUT', '/dav/files/ana/desk2/l.txt', { body: 'x' });
    const [one, other] = [await link(['desk2'], 'write'), await link(['desk2'], 'write')];
    const body =
      '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';
    const locked = await guest('LOCK', `/dav/public/${one.token}/`, { body });
    expect(locked.status).toBe(200);
    const token = /<D:locktoken><D:href>([^<]*)</.exec(locked.text)?.[1] ?? '';
    const held = { if: `(<${token}>)`, 'lock-token': `<${token}>` };
    const put = (by: string) =>
      guest('PUT', `/dav/public/${by}/l.txt`, { headers: { if: held.if }, body: 'y' });
    expect((await put(other.token)).status).toBe(423);
    expect((await put(one.token)).status).toBe(204);
    expect((await ana('PUT', '/dav/files/ana/desk2/l.txt', { body: 'z' })).status).toBe(423);
    expect((await guest('UNLOCK', `/dav/public/${other.token}/`, { headers: held })).status).toBe(403);
    expect((await ana('UNLOCK', '/dav/files/ana/desk2/', { headers: held })).status).toBe(204);
    expect((await ana('PUT', '/dav/files/ana/desk2/l.txt', { body: 'z' })).status).toBe(204);
  });

  test('for dropping takes files and shows none', async () => {
    await ana('MKCOL', '/dav/files/ana/drop');
    const { token } = await link(['drop'], 'drop');
    for (const body of ['one', 'two', 'three'])
      expect((await guest('PUT', `/dav/public/${token}/same.txt`, { body })).status).toBe(201);
    expect((await ana('GET', '/dav/files/ana/drop/same.txt')).text).toBe('one');
    expect((await ana('GET', '/dav/files/ana/drop/same (2).txt'.replaceAll(' ', '%20'))).text).toBe('two');
    expect(dropNamesMax).toBeGreaterThan(3);
    const posted = await guest('POST', `/dav/public/${token}/`, {
      body: 'four',
      headers: { slug: 'same.txt' },
    });
    expect([posted.status, posted.headers.location]).toEqual([201, undefined]);
    expect((await guest('GET', `/dav/public/${token}/same.txt`)).status).toBe(404);
    expect((await guest('PROPFIND', `/dav/public/${token}/`)).status).toBe(404);
    expect((await guest('DELETE', `/dav/public/${token}/same.txt`)).status).toBe(404);
  });

  test('to write takes what is in it away, and not what it leads to', async () => {
    await ana('MKCOL', '/dav/files/ana/stays');
    await ana('PUT', '/dav/files/ana/stays/f.txt', { body: 'x' });
    const folder = `/dav/public/${(await link(['stays'], 'write')).token}`;
    for (const top of [`${folder}/`, folder]) {
      expect([top, (await guest('DELETE', top)).status]).toEqual([top, 403]);
      const moved = await guest('MOVE', top, { headers: { destination: `${folder}/moved` } });
      expect([top, moved.status]).toEqual([top, 403]);
    }
    expect((await guest('DELETE', `${folder}/f.txt`)).status).toBe(204);
    expect(await list(ana, '/dav/files/ana/stays/')).toEqual(['/dav/files/ana/stays/']);
    expect((await ana('DELETE', '/dav/trash/ana/')).status).toBe(204);
    expect((await ana('DELETE', '/dav/files/ana/')).status).toBe(403);
  });

  test('downloads are counted', async () => {
    await ana('PUT', '/dav/files/ana/once.txt', { body: 'once' });
    const { token } = await link(['once.txt'], 'read', undefined, 1);
    expect((await guest('HEAD', `/dav/public/${token}`)).status).toBe(200);
    // A part would be as good as the whole.
    const part = await guest('GET', `/dav/public/${token}`, { headers: { range: 'bytes=1-' } });
    expect([part.status, part.text, part.headers['accept-ranges']]).toEqual([200, 'once', 'none']);
    expect((await guest('GET', `/dav/public/${token}`)).status).toBe(404);
  });
});

describe('what ends while a body is under way', () => {
  /** A PUT, and what happens between its last byte and its end. */
  async function put(path: string, meanwhile: () => Promise<unknown>, who = bea) {
    const { files } = suite.rooms;
    const stage = files.stage.bind(files);
    const spy = vi.spyOn(files, 'stage').mockImplementationOnce(async (...given) => {
      const staged = await stage(...given);
      await meanwhile();
      return staged;
    });
    try {
      return (await who('PUT', path, { body: 'late' })).status;
    } finally {
      spy.mockRestore();
    }
  }

  test('a share, a right, a place, a link: nothing is written', async () => {
    await ana('MKCOL', '/dav/files/ana/ending');
    await ana('PUT', '/dav/files/ana/ending/f', { body: 'early' });
    const path = '/dav/files/bea/Shared/ending';
    const first = await share(['ending'], 'bea', 'write');
    expect(await put(`${path}/f`, async () => undefined)).toBe(204);
    await ana('PUT', '/dav/files/ana/ending/f', { body: 'early' });
    expect(await put(`${path}/f`, () => suite.rooms.sharing.changeShare(first.id, { rights: 'read' }))).toBe(
      403,
    );
    await suite.rooms.sharing.changeShare(first.id, { rights: 'write' });
    expect(await put(`${path}/new`, () => suite.rooms.sharing.revoke(first.id))).toBe(403);
    const second = await share(['ending'], 'bea', 'write');
    expect(await put(`${path}/f`, () => suite.rooms.sharing.revoke(second.id))).toBe(403);
    const to = { headers: { destination: '/dav/files/ana/ending/g' } };
    expect(await put('/dav/files/ana/ending/f', () => ana('MOVE', '/dav/files/ana/ending/f', to), ana)).toBe(
      412,
    );
    const account = await idOf('ana@coop.localhost');
    const node = (await suite.rooms.files.find(account, ['ending'])).chain.at(-1)?.id ?? 0;
    const link = await suite.rooms.sharing.createLink({ account, node, by: account, rights: 'drop' });
    const dropped = await put(
      `/dav/public/${link.token}/dropped`,
      () => suite.rooms.sharing.revokeLink(link.token),
      as(link.token),
    );
    expect(dropped).toBe(403);
    expect(await list(ana, '/dav/files/ana/ending/')).toEqual([
      '/dav/files/ana/ending/',
      '/dav/files/ana/ending/g',
    ]);
    expect((await ana('GET', '/dav/files/ana/ending/g')).text).toBe('early');
  });

  test('an account', async () => {
    const { id } = await suite.addMember('dora@coop.localhost', password);
    const { accounts } = suite.rooms.accounts;
    const member = accounts.member.bind(accounts);
    const spy = vi.spyOn(accounts, 'member');
    const disabled = async () => {
      const known = await member(id);
      spy.mockImplementation(async (of) => (of === id && known ? { ...known, disabled: true } : member(of)));
    };
    try {
      expect(await put('/dav/files/dora/new', disabled, as('dora'))).toBe(403);
    } finally {
      spy.mockRestore();
    }
    expect(await list(as('dora'), '/dav/files/dora/')).toEqual(['/dav/files/dora/']);
  });
});

describe('trash and versions', () => {
  test('what was removed is listed, read, had back, or ended', async () => {
    for (const left of (await list(ana, '/dav/trash/ana/')).slice(1)) await ana('DELETE', left ?? '');
    await ana('PUT', '/dav/files/ana/gone.txt', { body: 'back' });
    await ana('DELETE', '/dav/files/ana/gone.txt');
    const [path = ''] = (await list(ana, '/dav/trash/ana/')).filter((each) => each?.endsWith('gone.txt'));
    expect(path).toMatch(/^\/dav\/trash\/ana\/\d+-gone\.txt$/);
    expect(trashPageRows).toBeGreaterThan(1);
    expect((await ana('GET', path)).text).toBe('back');
    expect((await bea('GET', path)).status).toBe(404);
    const back = await ana('MOVE', path, { headers: { destination: '/dav/files/ana/again.txt' } });
    expect(back.status).toBe(201);
    expect((await ana('GET', '/dav/files/ana/again.txt')).text).toBe('back');
    await ana('DELETE', '/dav/files/ana/again.txt');
    const [, second = ''] = await list(ana, '/dav/trash/ana/');
    expect((await ana('DELETE', second)).status).toBe(204);
    expect(await list(ana, '/dav/trash/ana/')).toHaveLength(1);
  });

  test('an earlier content comes back', async () => {
    await ana('PUT', '/dav/files/ana/v.txt', { body: 'first' });
    const put = await ana('PUT', '/dav/files/ana/v.txt', { body: 'second' });
    const number = Number(/^0*(\d+)oc/.exec(String(put.headers['oc-fileid']))?.[1]);
    const [, path = ''] = await list(ana, `/dav/versions/ana/${number}/`);
    expect((await ana('GET', path)).text).toBe('first');
    const back = await ana('COPY', path, { headers: { destination: '/dav/files/ana/v.txt' } });
    expect(back.status).toBe(204);
    expect((await ana('GET', '/dav/files/ana/v.txt')).text).toBe('first');
  });

  test('one earlier content is deleted, and no other', async () => {
    for (const body of ['one', 'two', 'three']) await ana('PUT', '/dav/files/ana/w.txt', { body });
    const put = await ana('PUT', '/dav/files/ana/w.txt', { body: 'four' });
    const folder = `/dav/versions/ana/${Number(/^0*(\d+)oc/.exec(String(put.headers['oc-fileid']))?.[1])}/`;
    expect(await list(ana, folder)).toEqual([folder, `${folder}3`, `${folder}2`, `${folder}1`]);
    expect((await bea('DELETE', `${folder}2`)).status).toBe(404);
    expect((await ana('DELETE', `${folder}2`)).status).toBe(204);
    expect((await ana('DELETE', `${folder}2`)).status).toBe(404);
    expect(await list(ana, folder)).toEqual([folder, `${folder}3`, `${folder}1`]);
    const apps = folder.replace('/dav/versions/ana/', '/remote.php/dav/versions/ana/versions/');
    expect((await ana('DELETE', `${apps}1`)).status).toBe(204);
    expect(await list(ana, folder)).toEqual([folder, `${folder}3`]);
    expect((await ana('GET', `${folder}3`)).text).toBe('three');
    expect((await ana('GET', '/dav/files/ana/w.txt')).text).toBe('four');
    // All at once goes with the file alone.
    expect((await ana('DELETE', folder)).status).toBe(405);
  });
});
