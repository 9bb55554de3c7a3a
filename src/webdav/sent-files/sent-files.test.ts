import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Member } from '../../accounts/index.ts';
import { type BrowserAnswer, startSuite, type TestSuite, testBrowser } from '../../testing/index.ts';
import { chatFolderName, endSentFiles } from './index.ts';
import { sentNamesMax } from './limits.ts';

let suite: TestSuite;
let ana: Member;

beforeAll(async () => {
  suite = await startSuite();
  ana = await suite.addMember('ana@coop.localhost', 'correct horse');
  await suite.addMember('bo@coop.localhost', 'correct horse');
});
afterAll(() => suite.stop());

type Headers = Record<string, string>;

const ask = (method: string, path: string, headers: Headers = {}, body?: string): Promise<BrowserAnswer> =>
  testBrowser(suite.ports.https, suite.authority).ask(path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });

const slots = () => suite.rooms.conversations.registrations.uploads;

/** A slot, as chat gives it; the two paths. */
async function slot(name: string, size: number, more: { type?: string; expiresMs?: number } = {}) {
  const { type = '', expiresMs = Date.now() + 60_000 } = more;
  const { put, get } = await slots().open(ana.id, { name, size, type, expiresMs });
  const path = (token: string) =>
    `/upload/${token}/${encodeURIComponent(name.replace(/[^ -.0-~À-ÿ]/g, '_'))}`;
  return { put: path(put), get: path(get) };
}

const put = (path: string, body: string, headers: Headers = {}) => ask('PUT', path, headers, body);

async function sent(name: string, body: string, type = '') {
  const paths = await slot(name, Buffer.byteLength(body), { type });
  expect((await put(paths.put, body, type === '' ? {} : { 'content-type': type })).status).toBe(201);
  return paths;
}

const names = async (path: readonly string[]): Promise<string[]> => {
  const { files } = suite.rooms;
  const { chain, missing } = await files.find(ana.id, path);
  expect(missing).toEqual([]);
  return (await files.list(ana.id, chain.at(-1)?.id ?? 0, '', 100)).map((node) => node.name);
};
const month = () => new Date().toISOString().slice(0, 7);

describe('a file that is sent along', () => {
  test('is put once and got by whoever has its address, whole and in parts', async () => {
    const { put: to, get } = await slot('très cool.txt', 11, { type: 'text/plain' });
    expect((await ask('GET', get)).status).toBe(404);
    expect((await put(to, 'hello world', { 'content-type': 'text/plain' })).status).toBe(201);
    const whole = await ask('GET', get);
    expect([whole.status, whole.text, whole.headers['content-length']]).toEqual([200, 'hello world', '11']);
    expect(whole.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-robots-tag': 'noindex',
      'content-disposition': 'inline; filename="tr_s cool.txt"; filename*=UTF-8\'\'tr%C3%A8s%20cool.txt',
    });
    const part = await ask('GET', get, { range: 'bytes=6-8' });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, 'wor', 'bytes 6-8/11']);
    expect((await ask('GET', get, { range: 'bytes=11-' })).status).toBe(416);
    const etag = String(whole.headers.etag);
    expect((await ask('GET', get, { 'if-none-match': etag })).status).toBe(304);
    const head = await ask('HEAD', get);
    expect([head.status, head.text, head.headers['content-length'], head.headers.etag]).toEqual([
      200,
      '',
      '11',
      etag,
    ]);
    expect((await put(to, 'hello again')).status).toBe(409);
    expect((await ask('GET', get)).text).toBe('hello world');
  });

  test('is not told from one address by the other, and there is nothing to list', async () => {
    const { put: to, get } = await sent('a.txt', 'a');
    expect((await ask('GET', to)).status).toBe(404);
    expect((await put(get, 'b')).status).toBe(405);
    for (const path of ['/upload/', '/upload/x', `${get}/more`, get.replace(/[^/]*$/, '')])
      expect([path, (await ask('GET', path)).status]).toEqual([path, 404]);
    for (const method of ['PROPFIND', 'DELETE', 'MOVE', 'POST', 'MKCOL'])
      expect([method, (await ask(method, get)).status]).toEqual([method, 405]);
    expect((await ask('PROPFIND', '/upload/', { depth: '1' })).status).toBe(404);
  });

  test('lies among the files of who sent it, by month, under a name that is free', async () => {
    await sent('photo.jpg', 'one');
    await sent('photo.jpg', 'two');
    await sent('../../etc/pass\u0007wd', 'three');
    const there = await names([chatFolderName, month()]);
    expect(there).toEqual(expect.arrayContaining(['photo.jpg', 'photo (2).jpg', 'passwd']));
    expect(await names([])).toContain(chatFolderName);
  });

  test('stands beside a file that has the name of the folder', async () => {
    const { files } = suite.rooms;
    const bo = await suite.rooms.accounts.accounts.byName('bo');
    const account = bo?.id ?? 0;
    const staged = await files.stage(account, Buffer.from('mine'));
    await files.put({ account, folder: 1, name: chatFolderName }, staged, {
      by: { member: account, tokens: [] },
    });
    staged.release();
    const { put: to, get } = await slots().open(account, {
      ...{ name: 'b.txt', size: 1, type: '', expiresMs: Date.now() + 60_000 },
    });
    expect((await put(`/upload/${to}/b.txt`, 'b')).status).toBe(201);
    expect((await ask('GET', `/upload/${get}/other-name`)).text).toBe('b');
    expect((await files.find(account, [`${chatFolderName} (2)`, month(), 'b.txt'])).missing).toEqual([]);
    expect(sentNamesMax).toBeGreaterThan(2);
  });

  test('follows its file, and ends with it', async () => {
    const { files } = suite.rooms;
    const { get } = await sent('moved.txt', 'moved');
    const by = { member: ana.id, tokens: [] };
    const { chain } = await files.find(ana.id, [chatFolderName, month(), 'moved.txt']);
    const node = chain.at(-1)?.id ?? 0;
    const place = { account: ana.id, folder: 1, name: 'kept.txt' };
    await files.move({ account: ana.id, node }, place, { by, overwrite: false });
    expect((await ask('GET', get)).text).toBe('moved');
    const staged = await files.stage(ana.id, Buffer.from('private by now'));
    await files.put(place, staged, { by });
    staged.release();
    expect((await ask('GET', get)).status).toBe(404);
    await files.restoreVersion(ana.id, node, 1, by);
    expect((await ask('GET', get)).text).toBe('moved');
    await files.remove(ana.id, node, { by });
    expect((await ask('GET', get)).status).toBe(404);
  });
});

describe('what is put', () => {
  test('has the length that was said', async () => {
    const { put: to } = await slot('a.bin', 4);
    expect((await put(to, '12345')).status).toBe(413);
    expect((await put(to, '123')).status).toBe(400);
    const chunked = await ask('PUT', to, { 'transfer-encoding': 'chunked' }, undefined);
    expect(chunked.status).toBe(411);
    expect((await put(to, '1234')).status).toBe(201);
  });

  test('has the type that was said, where one was', async () => {
    const { put: to, get } = await slot('a.png', 1, { type: 'image/png' });
    expect((await put(to, 'x', { 'content-type': 'text/html' })).status).toBe(415);
    expect((await put(to, 'x', { 'content-type': 'IMAGE/PNG; x=y' })).status).toBe(201);
    expect((await ask('GET', get)).headers['content-type']).toBe('image/png');
  });

  test('comes in time', async () => {
    const { put: to } = await slot('late.txt', 1, { expiresMs: Date.now() - 1 });
    expect((await put(to, 'x')).status).toBe(404);
    expect((await put('/upload/nobody-was-ever-given-this/x', 'x')).status).toBe(404);
  });

  test('fits into what its member may keep', async () => {
    const { files } = suite.rooms;
    const { put: to } = await slot('big.txt', 5);
    await files.setQuota(ana.id, 1);
    expect((await put(to, '12345')).status).toBe(507);
    await files.setQuota(ana.id, null);
    expect((await put(to, '12345')).status).toBe(201);
  });

  test('may break off, and come again', async () => {
    const { put: to, get } = await slot('broken.txt', 10);
    await new Promise((resolve) => {
      const { https: port } = suite.ports;
      const headers = { 'content-length': '10' };
      const request = httpsRequest({
        port,
        host: 'localhost',
        ca: suite.authority,
        method: 'PUT',
        path: to,
        headers,
      });
      request.on('error', resolve);
      request.write('0123', () => request.destroy(new Error('the train went into a tunnel')));
    });
    await expect.poll(async () => (await put(to, '0123456789')).status, { timeout: 5_000 }).toBe(201);
    expect((await ask('GET', get)).text).toBe('0123456789');
  });
});

describe('a browser', () => {
  test('may put and get from any page, and is told so', async () => {
    const { put: to, get } = await slot('web.txt', 3);
    const asked = { origin: 'https://chat.example', 'access-control-request-method': 'PUT' };
    const preflight = await ask('OPTIONS', to, asked);
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, PUT, OPTIONS',
      'access-control-allow-headers': expect.stringContaining('Content-Type'),
    });
    const page = { origin: 'https://chat.example', 'sec-fetch-site': 'cross-site' };
    expect((await put(to, 'web', page)).status).toBe(201);
    expect((await ask('GET', get, page)).text).toBe('web');
  });

  test.each([
    ['page.html', 'text/html', '<script>alert(1)</script>'],
    ['picture.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'],
    ['x.js', 'text/javascript', 'alert(1)'],
    ['x.bin', 'application/octet-stream', '\u0000'],
  ])('runs nothing of %s', async (name, type, body) => {
    const { get } = await sent(name, body, type);
    const { headers } = await ask('GET', get);
    expect(headers['content-disposition']).toMatch(/^attachment; /);
    expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test.each(['image/png', 'video/mp4', 'audio/ogg', 'application/pdf'])('shows %s', async (type) => {
    const { get } = await sent('shown', 'x', type);
    expect((await ask('GET', get)).headers['content-disposition']).toMatch(/^inline; /);
  });
});

describe('a file whose time is over', () => {
  const tokenOf = (path: string) => path.split('/')[2] ?? '';
  const over = async (path: string) => {
    const found = await slots().byGet(tokenOf(path));
    if (found === null) throw new Error('there is no such slot');
    return { ...found, expiresMs: 1 };
  };

  test('is kept for ever where the settings say nothing', async () => {
    const { get } = await sent('ever.txt', 'x');
    expect((await slots().byGet(tokenOf(get)))?.expiresMs).toBe(0);
  });

  test('goes into the trash, but for one that its member has moved or changed', async () => {
    const { files } = suite.rooms;
    const by = { member: ana.id, tokens: [] };
    const [old, moved] = [await sent('old.txt', 'old'), await sent('elsewhere.txt', 'elsewhere')];
    const found = await files.find(ana.id, [chatFolderName, month(), 'elsewhere.txt']);
    const node = found.chain.at(-1)?.id ?? 0;
    const place = { account: ana.id, folder: 1, name: 'elsewhere.txt' };
    await files.move({ account: ana.id, node }, place, { by, overwrite: false });
    const pages = [[await over(old.get), await over(moved.get)], []];
    const forgotten: number[] = [];
    await endSentFiles(files, {
      over: async () => pages.shift() ?? [],
      forget: async (ids) => void forgotten.push(...ids),
    });
    expect(forgotten).toHaveLength(2);
    expect((await files.find(ana.id, [chatFolderName, month(), 'old.txt'])).missing).toEqual(['old.txt']);
    expect((await files.trash(ana.id, 0, 100)).map((entry) => entry.node.name)).toContain('old.txt');
    expect((await files.find(ana.id, ['elsewhere.txt'])).missing).toEqual([]);
  });
});
