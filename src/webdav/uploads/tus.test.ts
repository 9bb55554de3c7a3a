import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Member } from '../../accounts/index.ts';
import { createUploads, Reserves } from '../../stores/files/index.ts';
import { type BrowserAnswer, startSuite, type TestSuite, testBrowser } from '../../testing/index.ts';
import { concatenatedMax, metadataBytesMax, metadataNamesMax, metadataPairsMax } from './limits.ts';

let suite: TestSuite;
let ana: Member;
let bo: Member;

beforeAll(async () => {
  suite = await startSuite();
  ana = await suite.addMember('ana@coop.localhost', 'correct horse');
  bo = await suite.addMember('bo@coop.localhost', 'correct horse');
});
afterAll(() => suite.stop());

type Headers = Record<string, string>;

const basic = (name: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:correct horse`).toString('base64')}`,
});
const tus = { 'tus-resumable': '1.0.0' };
const offsetBody = { 'content-type': 'application/offset+octet-stream' };
const base64 = (text: string) => Buffer.from(text).toString('base64');
const named = (name: string, more: Headers = {}) => ({
  'upload-metadata': Object.entries({ filename: name, ...more })
    .map(([key, value]) => `${key} ${base64(value)}`)
    .join(','),
});

function ask(
  method: string,
  path: string,
  headers: Headers = {},
  body?: string,
  as = 'ana',
): Promise<BrowserAnswer> {
  const length = { 'content-length': String(Buffer.byteLength(body ?? '')) };
  return testBrowser(suite.ports.https, suite.authority).ask(path, {
    method,
    headers: { ...basic(as), ...tus, ...length, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const home = '/dav/uploads/ana/';
/** Begins an upload; the path that it is at. */
async function begin(headers: Headers, length: number | null = 10): Promise<string> {
  const size: Headers =
    length === null ? { 'upload-defer-length': '1' } : { 'upload-length': String(length) };
  const made = await ask('POST', home, { ...size, ...headers });
  expect(made.status).toBe(201);
  return new URL(String(made.headers.location)).pathname;
}
const patch = (path: string, offset: number, body: string, more: Headers = {}, as = 'ana') =>
  ask('PATCH', path, { ...offsetBody, 'upload-offset': String(offset), ...more }, body, as);

async function read(path: readonly string[], account = ana.id): Promise<string | null> {
  const { files } = suite.rooms;
  const { chain, missing } = await files.find(account, path);
  const node = chain.at(-1);
  if (!node || missing.length > 0) return null;
  const pieces: Buffer[] = [];
  for await (const piece of files.open(node)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** The store of uploads as another process would open it. */
function begunAgain() {
  const { database, blobs, clock, files } = suite.rooms;
  return createUploads({
    database,
    blobs,
    clock,
    files,
    reserves: new Reserves(),
    fileBytesMax: () => 1_000,
  });
}

async function folder(account: number, name: string) {
  const { files } = suite.rooms;
  const root = await files.root(account);
  return files.makeFolder({ account, folder: root.id, name }, { by: { member: account, tokens: [] } });
}

describe('an upload', () => {
  test('goes on where it broke off, and is a file when all is there', async () => {
    await folder(ana.id, 'Photos');
    const path = await begin(
      named('été.txt', { path: '/Photos', filetype: 'text/x-own', mtime: '1700000000000' }),
    );
    expect((await patch(path, 0, 'hello')).headers).toMatchObject({
      'upload-offset': '5',
      'tus-resumable': '1.0.0',
    });
    const state = await ask('HEAD', path);
    expect([state.status, state.headers]).toMatchObject([
      200,
      { 'upload-offset': '5', 'upload-length': '10', 'cache-control': 'no-store', 'tus-resumable': '1.0.0' },
    ]);
    expect(state.headers['upload-metadata']).toBe(
      named('été.txt', { path: '/Photos', filetype: 'text/x-own', mtime: '1700000000000' })[
        'upload-metadata'
      ],
    );
    expect(new Date(String(state.headers['upload-expires'])).getTime()).toBeGreaterThan(
      suite.rooms.clock.nowMs(),
    );
    expect(await read(['Photos', 'été.txt'])).toBeNull();
    expect((await patch(path, 5, 'world')).status).toBe(204);
    expect(await read(['Photos', 'été.txt'])).toBe('helloworld');
    const { chain } = await suite.rooms.files.find(ana.id, ['Photos', 'été.txt']);
    expect(chain.at(-1)).toMatchObject({ type: 'text/x-own', modifiedMs: 1_700_000_000_000 });
  });

  test('may come whole with its beginning, be empty, or tell its length late', async () => {
    const whole = await ask(
      'POST',
      home,
      { ...named('whole.txt'), ...offsetBody, 'upload-length': '5' },
      'hello',
    );
    expect([whole.status, whole.headers['upload-offset'], await read(['whole.txt'])]).toEqual([
      201,
      '5',
      'hello',
    ]);
    await begin(named('empty.txt'), 0);
    expect(await read(['empty.txt'])).toBe('');
    const late = await begin(named('late.txt'), null);
    expect((await patch(late, 0, 'abc')).status).toBe(204);
    expect((await ask('HEAD', late)).headers['upload-defer-length']).toBe('1');
    expect((await patch(late, 3, 'de', { 'upload-length': '5' })).status).toBe(204);
    expect(await read(['late.txt'])).toBe('abcde');
  });

  test('takes the place of what was there, which stays as a version', async () => {
    await ask('POST', home, { ...named('twice.txt'), ...offsetBody, 'upload-length': '3' }, 'old');
    await ask('POST', home, { ...named('twice.txt'), ...offsetBody, 'upload-length': '3' }, 'new');
    const { chain } = await suite.rooms.files.find(ana.id, ['twice.txt']);
    const node = chain.at(-1);
    expect([
      await read(['twice.txt']),
      (await suite.rooms.files.versions(ana.id, node?.id ?? 0)).length,
    ]).toEqual(['new', 1]);
  });

  test('is checked where a checksum comes with it', async () => {
    const path = await begin(named('checked.txt'), 5);
    const sum = (algorithm: string) => createHash(algorithm).update('hello').digest('base64');
    expect((await patch(path, 0, 'hellO', { 'upload-checksum': `sha1 ${sum('sha1')}` })).status).toBe(460);
    expect((await ask('HEAD', path)).headers['upload-offset']).toBe('0');
    expect((await patch(path, 0, 'hello', { 'upload-checksum': `crc32 ${sum('sha1')}` })).status).toBe(400);
    expect((await patch(path, 0, 'hello', { 'upload-checksum': `sha256 ${sum('sha256')}` })).status).toBe(
      204,
    );
    expect(await read(['checked.txt'])).toBe('hello');
  });

  test('is given up by DELETE', async () => {
    const path = await begin(named('gone.txt'));
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await patch(path, 0, 'x')).status).toBe(404);
    expect((await ask('DELETE', path)).status).toBe(404);
  });

  test('that a lock forbids stays, and an empty PATCH or HEAD tries again', async () => {
    const { files } = suite.rooms;
    const made = await folder(ana.id, 'Locked');
    const path = await begin(named('a.txt', { path: 'Locked' }), 3);
    const lock = await files.lock({
      account: ana.id,
      node: made.id,
      scope: 'exclusive',
      depth: 'infinity',
      owner: '',
      principal: ana.id,
      root: '/dav/files/ana/Locked/',
      seconds: 60,
    });
    expect((await patch(path, 0, 'abc')).status).toBe(423);
    // What is told as whole is taken for done.
    expect((await ask('HEAD', path)).status).toBe(423);
    await files.unlock(ana.id, made.id, lock.token, ana.id);
    expect((await patch(path, 3, '')).status).toBe(204);
    expect(await read(['Locked', 'a.txt'])).toBe('abc');
  });

  test('whose process ended before the file was made is one when it is asked for', async () => {
    const path = await begin(named('killed.txt'), 5);
    const again = begunAgain();
    const id = path.split('/').at(-1) ?? '';
    const bytes = async function* () {
      yield Buffer.from('hello');
    };
    expect((await again.append(ana.id, id, 0, bytes())).offset).toBe(5);
    expect(await read(['killed.txt'])).toBeNull();
    const answers = await Promise.all([ask('HEAD', path), ask('HEAD', path)]);
    for (const { status, headers } of answers) expect([status, headers['upload-offset']]).toEqual([200, '5']);
    expect(await read(['killed.txt'])).toBe('hello');
    const { chain } = await suite.rooms.files.find(ana.id, ['killed.txt']);
    expect(await suite.rooms.files.versions(ana.id, chain.at(-1)?.id ?? 0)).toEqual([]);
  });

  test('that is done says so to who lost the answer, and makes no second file', async () => {
    const path = await begin(named('done.txt'), 5);
    expect((await patch(path, 0, 'hello')).status).toBe(204);
    await suite.rooms.files.remove(
      ana.id,
      (await suite.rooms.files.find(ana.id, ['done.txt'])).chain[1]?.id ?? 0,
      {
        by: { member: ana.id, tokens: [] },
      },
    );
    for (const state of [await ask('HEAD', path), await ask('HEAD', path)])
      expect([state.status, state.headers['upload-offset'], state.headers['upload-length']]).toEqual([
        200,
        '5',
        '5',
      ]);
    const again = await patch(path, 5, '');
    expect([again.status, again.headers['upload-offset']]).toEqual([204, '5']);
    expect((await patch(path, 0, 'hello')).status).toBe(409);
    expect((await patch(path, 5, 'more')).status).toBe(413);
    expect(await read(['done.txt'])).toBeNull();
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('HEAD', path)).status).toBe(404);
  });
});

describe('uploads that are parts of one', () => {
  const partial = { 'upload-concat': 'partial' };
  const part = async (text: string) => {
    const path = await begin(partial, Buffer.byteLength(text));
    expect((await patch(path, 0, text)).status).toBe(204);
    return path;
  };
  const join = (paths: readonly string[], headers: Headers = {}) =>
    ask('POST', home, { 'upload-concat': `final;${paths.join(' ')}`, ...headers });

  test('are put together in the order that is said, once, however often it is asked', async () => {
    const [a, b] = [await part('hello '), await part('world')];
    const state = await ask('HEAD', a);
    expect(state.headers).toMatchObject({ 'upload-concat': 'partial', 'upload-offset': '6' });
    const origin = `https://localhost:${suite.ports.https}`;
    const made = await join([a, `${origin}${b}`], named('joined.txt'));
    expect([made.status, made.headers['upload-offset']]).toEqual([201, '11']);
    expect(await read(['joined.txt'])).toBe('hello world');
    const path = new URL(String(made.headers.location)).pathname;
    expect((await ask('HEAD', path)).headers).toMatchObject({
      'upload-concat': `final;${a} ${origin}${b}`,
      'upload-length': '11',
      'upload-offset': '11',
    });
    const again = await join([a, `${origin}${b}`], named('joined.txt'));
    expect([again.status, again.headers.location]).toEqual([201, made.headers.location]);
    const node = (await suite.rooms.files.find(ana.id, ['joined.txt'])).chain[1];
    expect(await suite.rooms.files.versions(ana.id, node?.id ?? 0)).toEqual([]);
    expect((await patch(path, 11, '')).status).toBe(403);
    expect((await ask('HEAD', a)).status).toBe(404);
  });

  test('that are not whole, not parts, or not there make nothing', async () => {
    const whole = await part('abc');
    const half = await begin(partial, 5);
    const own = await begin(named('own.txt'), 3);
    const bos = await ask('POST', '/dav/uploads/bo/', { ...partial, 'upload-length': '0' }, undefined, 'bo');
    expect((await join([whole, half], named('no.txt'))).status).toBe(409);
    for (const [paths, headers] of [
      [[whole, own], {}],
      [[whole, `${home}nosuch`], {}],
      [[whole, new URL(String(bos.headers.location)).pathname], {}],
      [[whole, 'https://elsewhere.example/dav/uploads/ana/x'], {}],
      [[whole, '/dav/files/ana/own.txt'], {}],
      [[], {}],
      [Array.from({ length: concatenatedMax + 1 }, () => '/x'), {}],
      [[whole], { 'upload-length': '3' }],
      [[whole], { 'upload-metadata': '' }],
      [[whole], { 'upload-concat': 'whole' }],
    ] as const)
      expect((await join(paths, { ...named('no.txt'), ...headers })).status).toBe(400);
    expect((await join([whole], named('x', { path: 'No/where' }))).status).toBe(409);
    expect(await read(['no.txt'])).toBeNull();
    expect((await join([whole, whole], named('yes.txt'))).status).toBe(201);
    expect(await read(['yes.txt'])).toBe('abcabc');
  });
});

describe('who may', () => {
  test('its member alone; others find nothing', async () => {
    const path = await begin(named('mine.txt'));
    for (const [method, headers] of [
      ['HEAD', {}],
      ['PATCH', { ...offsetBody, 'upload-offset': '0' }],
      ['DELETE', {}],
    ] as const)
      expect([method, (await ask(method, path, headers, undefined, 'bo')).status]).toEqual([method, 404]);
    expect((await ask('POST', home, { ...named('x'), 'upload-length': '1' }, undefined, 'bo')).status).toBe(
      404,
    );
    expect((await ask('HEAD', path, { authorization: '' })).status).toBe(401);
    expect((await ask('HEAD', path)).status).toBe(200);
  });

  test('a writer of a share brings files into it, a reader does not', async () => {
    const made = await folder(ana.id, 'Ours');
    const to = { kind: 'member', member: bo.id } as const;
    const share = { account: ana.id, node: made.id, to, by: ana.id, expiresMs: 0 };
    const metadata = named('from-bo.txt', { path: 'Shared/Ours' });
    const send = () =>
      ask('POST', '/dav/uploads/bo/', { ...metadata, ...offsetBody, 'upload-length': '2' }, 'hi', 'bo');
    expect((await send()).status).toBe(409);
    await suite.rooms.sharing.grant({ ...share, rights: 'read' });
    expect((await send()).status).toBe(403);
    await suite.rooms.sharing.grant({ ...share, rights: 'write' });
    expect((await send()).status).toBe(201);
    expect(await read(['Ours', 'from-bo.txt'])).toBe('hi');
  });
});

describe('what cannot be', () => {
  test.each<[string, Headers, number]>([
    ['no version', { 'tus-resumable': '' }, 412],
    ['another version', { 'tus-resumable': '0.2.2' }, 412],
    ['no length', {}, 400],
    ['two lengths', { 'upload-length': '1', 'upload-defer-length': '1' }, 400],
    ['a length that is none', { 'upload-length': '-1' }, 400],
    ['too large a length', { 'upload-length': '999999999999999' }, 413],
    ['no name', { 'upload-length': '1', 'upload-metadata': '' }, 400],
    ['a name that is a path', { 'upload-length': '1', ...named('../x') }, 400],
    ['a folder above', { 'upload-length': '1', ...named('x', { path: '../bo' }) }, 400],
    ['a folder that is not there', { 'upload-length': '1', ...named('x', { path: 'No/where' }) }, 409],
    ['a name of a folder', { 'upload-length': '1', ...named('Photos') }, 405],
    ['a place in Shared itself', { 'upload-length': '1', ...named('x', { path: 'Shared' }) }, 403],
    [
      'too deep a path',
      { 'upload-length': '1', ...named('x', { path: 'a/'.repeat(metadataNamesMax + 1) }) },
      400,
    ],
    ['metadata that is no base64', { 'upload-length': '1', 'upload-metadata': 'filename *' }, 400],
    ['metadata that is no UTF-8', { 'upload-length': '1', 'upload-metadata': 'filename /w==' }, 400],
    ['the same twice', { 'upload-length': '1', 'upload-metadata': 'filename eA==,filename eA==' }, 400],
    [
      'much metadata',
      { 'upload-length': '1', 'upload-metadata': `filename ${'A'.repeat(metadataBytesMax)}` },
      400,
    ],
    ['many pairs', { 'upload-length': '1', 'upload-metadata': 'a,'.repeat(metadataPairsMax) }, 400],
  ])('%s: refused', async (_, headers, status) => {
    const answer = await ask('POST', home, { ...named('refused.txt'), ...headers });
    expect([answer.status, answer.headers['tus-resumable']]).toEqual([status, '1.0.0']);
    expect(await read(['refused.txt'])).toBeNull();
  });

  test('a PATCH elsewhere, of another type, or of too much', async () => {
    const path = await begin(named('patched.txt'), 4);
    expect((await patch(path, 1, 'x')).status).toBe(409);
    expect((await patch(path, 0, 'x', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await ask('PATCH', path, offsetBody, 'x')).status).toBe(400);
    expect((await patch(path, 0, 'x', { 'tus-resumable': '2' })).status).toBe(412);
    expect((await patch(path, 0, '12345')).status).toBe(413);
    expect((await patch(path, 0, '12', { 'upload-length': '9' })).status).toBe(400);
    expect((await ask('HEAD', path)).headers['upload-offset']).toBe('0');
    expect((await ask('PUT', path, {}, 'x')).status).toBe(405);
  });

  test('more than there is room for', async () => {
    const { files } = suite.rooms;
    await files.setQuota(ana.id, (await files.usage(ana.id)).used + 100);
    expect((await ask('POST', home, { ...named('big.bin'), 'upload-length': '5000' })).status).toBe(507);
    await files.setQuota(ana.id, null);
  });
});

test.each(['текст/html', 'text/html\r\nX: y', 'text', ' ', 'text/x; name="é"'])(
  'a type that cannot stand in a header, %j, is found out from the name',
  async (filetype) => {
    const path = await begin(named('typed.pdf', { filetype }), 1);
    expect((await patch(path, 0, 'x')).status).toBe(204);
    const { chain } = await suite.rooms.files.find(ana.id, ['typed.pdf']);
    const node = chain.at(-1);
    expect(node?.type).toBe('application/pdf');
    const wish = { account: ana.id, node: node?.id ?? 0, by: ana.id, rights: 'read' } as const;
    const { token } = await suite.rooms.sharing.createLink(wish);
    const browser = testBrowser(suite.ports.https, suite.authority);
    expect((await browser.get(`/s/${token}?download`)).status).toBe(200);
  },
);

test('OPTIONS says what is spoken, to anybody', async () => {
  const answer = await testBrowser(suite.ports.https, suite.authority).ask(home, { method: 'OPTIONS' });
  expect([answer.status, answer.headers]).toMatchObject([
    200,
    {
      'tus-version': '1.0.0',
      'tus-extension':
        'creation,creation-with-upload,creation-defer-length,checksum,expiration,termination,concatenation',
      'tus-checksum-algorithm': 'sha1,sha256,md5',
    },
  ]);
});
