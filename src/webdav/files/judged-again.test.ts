import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../../testing/index.ts';

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;
let account = 0;

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  for (const name of ['ana', 'bea']) await suite.addMember(`${name}@coop.localhost`, password);
  account = (await suite.rooms.accounts.accounts.byAddress('ana@coop.localhost'))?.id ?? 0;
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => suite.stop());

const as =
  (user: string) =>
  (method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: string) =>
    browser.ask(path, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
const ana = as('ana');
const bea = as('bea');

async function nodeAt(...path: string[]): Promise<number> {
  const { chain, missing } = await suite.rooms.files.find(account, path);
  expect(missing).toEqual([]);
  return chain.at(-1)?.id ?? 0;
}

/** Of ana's, held by a program that is not asking; answers how it ends. */
async function lock(...path: string[]): Promise<() => Promise<unknown>> {
  const { files } = suite.rooms;
  const node = await nodeAt(...path);
  const { token } = await files.lock({
    account,
    node,
    scope: 'exclusive',
    depth: 'infinity',
    owner: '',
    principal: account,
    root: `/dav/files/ana/${path.join('/')}`,
    seconds: 60,
  });
  return () => files.unlock(account, node, token, account);
}

/** Done when the pieces of the next upload have been put together, before that becomes a file. */
function meanwhile(work: () => Promise<unknown>): void {
  const { uploads } = suite.rooms;
  const assemble = uploads.assemble.bind(uploads);
  vi.spyOn(uploads, 'assemble').mockImplementationOnce(async (...args) => {
    const staged = await assemble(...args);
    await work();
    return staged;
  });
}

const text = async (path: string) => (await ana('GET', `/dav/files/ana/${path}`)).text;
const put = (path: string, body: string) => ana('PUT', `/dav/files/ana/${path}`, {}, body);
const hrefs = async (path: string) => {
  const { text } = await ana('PROPFIND', path, { depth: '1' });
  return [...text.matchAll(/<D:response><D:href>([^<]*)</g)].map(([, href]) => href ?? '').slice(1);
};

describe('pieces of a Nextcloud client', () => {
  let uploads = 0;
  async function begin(who = ana, user = 'ana'): Promise<string> {
    const path = `/remote.php/dav/uploads/${user}/up-${++uploads}`;
    expect((await who('MKCOL', path)).status).toBe(201);
    expect((await who('PUT', `${path}/1`, {}, 'whole')).status).toBe(201);
    return path;
  }
  const finish = async (path: string, to: string, who = ana, user = 'ana') =>
    (await who('MOVE', `${path}/.file`, { destination: `/remote.php/dav/files/${user}/${to}` })).status;

  test('do not replace what another wrote while they were put together', async () => {
    await put('changed', 'first');
    const path = await begin();
    meanwhile(() => put('changed', 'second'));
    expect(await finish(path, 'changed')).toBe(412);
    expect(await text('changed')).toBe('second');
    // They are still there, and what stands there now may be replaced.
    expect(await finish(path, 'changed')).toBe(204);
    expect(await text('changed')).toBe('whole');
  });

  test('do not take a name that was free when it was asked for', async () => {
    const path = await begin();
    meanwhile(() => put('new', 'another'));
    expect(await finish(path, 'new')).toBe(412);
    expect(await text('new')).toBe('another');
  });

  test('do not go into what was locked, or went, meanwhile', async () => {
    await ana('MKCOL', '/dav/files/ana/Place');
    const path = await begin();
    let unlock: () => Promise<unknown> = async () => {};
    meanwhile(async () => {
      unlock = await lock('Place');
    });
    expect(await finish(path, 'Place/f')).toBe(423);
    await unlock();
    meanwhile(() => ana('DELETE', '/dav/files/ana/Place'));
    expect(await finish(path, 'Place/f')).toBe(412);
    expect(await finish(path, 'Place/f')).toBe(409);
  });

  test('do not go where their member may not write any more', async () => {
    await ana('MKCOL', '/dav/files/ana/Team');
    const { sharing, accounts } = suite.rooms;
    const member = (await accounts.accounts.byAddress('bea@coop.localhost'))?.id ?? 0;
    const node = await nodeAt('Team');
    const to = { kind: 'member', member } as const;
    const wish = { account, node, to, by: account, expiresMs: 0 };
    const share = await sharing.grant({ ...wish, rights: 'write' });
    const path = await begin(bea, 'bea');
    meanwhile(() => sharing.changeShare(share.id, { rights: 'read' }));
    expect(await finish(path, 'Shared/Team/f', bea, 'bea')).toBe(403);
    expect(await hrefs('/dav/files/ana/Team/')).toEqual([]);
  });
});

describe('a resumed upload', () => {
  const tus = { 'tus-resumable': '1.0.0' };
  const named = (name: string, path: string) => {
    const coded = (value: string) => Buffer.from(value).toString('base64');
    return { 'upload-metadata': `filename ${coded(name)},path ${coded(path)}` };
  };
  async function begin(name: string, path: string): Promise<string> {
    const made = await ana('POST', '/dav/uploads/ana/', {
      ...tus,
      'upload-length': '5',
      ...named(name, path),
    });
    expect(made.status).toBe(201);
    return new URL(String(made.headers.location)).pathname;
  }
  const patch = async (path: string, offset: number, body: string) => {
    const headers = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) };
    return (await ana('PATCH', path, { ...tus, ...headers }, body)).status;
  };

  test('does not go into what was locked, or went, while it was put together; it stays', async () => {
    await ana('MKCOL', '/dav/files/ana/Tus');
    const path = await begin('f', '/Tus');
    let unlock: () => Promise<unknown> = async () => {};
    meanwhile(async () => {
      unlock = await lock('Tus');
    });
    expect(await patch(path, 0, 'whole')).toBe(423);
    expect(await hrefs('/dav/files/ana/Tus/')).toEqual([]);
    await unlock();
    meanwhile(() => ana('DELETE', '/dav/files/ana/Tus'));
    expect(await patch(path, 5, '')).toBe(412);
    await ana('MKCOL', '/dav/files/ana/Tus');
    expect(await patch(path, 5, '')).toBe(204);
    expect(await text('Tus/f')).toBe('whole');
  });

  test('does not replace a file that is locked; what it replaces is a version', async () => {
    await put('single', 'before');
    const unlock = await lock('single');
    const path = await begin('single', '/');
    expect(await patch(path, 0, 'whole')).toBe(423);
    expect(await text('single')).toBe('before');
    await unlock();
    meanwhile(() => put('single', 'between'));
    expect(await patch(path, 5, '')).toBe(204);
    expect(await text('single')).toBe('whole');
    const versions = await suite.rooms.files.versions(account, await nodeAt('single'));
    expect(versions).toHaveLength(2);
  });
});

describe('what is locked', () => {
  test('takes nothing back from the trash, and what is there stays there', async () => {
    await ana('MKCOL', '/dav/files/ana/Kept');
    await put('Kept/gone', 'one');
    await ana('MKCOL', '/dav/files/ana/Other');
    await ana('DELETE', '/dav/files/ana/Kept/gone');
    const [entry = ''] = (await hrefs('/dav/trash/ana/')).filter((href) => href.endsWith('gone'));
    const unlock = [await lock('Kept'), await lock('Other')];
    for (const destination of ['/dav/files/ana/Kept/gone', '/dav/files/ana/Other/gone'])
      expect([destination, (await ana('MOVE', entry, { destination })).status]).toEqual([destination, 423]);
    await unlock[0]?.();
    const elsewhere = { destination: '/dav/files/ana/Other/gone' };
    expect((await ana('MOVE', entry, elsewhere)).status).toBe(423);
    expect(await hrefs('/dav/files/ana/Kept/')).toEqual([]);
    expect((await ana('GET', entry)).text).toBe('one');
    await unlock[1]?.();
    expect((await ana('MOVE', entry, { destination: '/dav/files/ana/Kept/gone' })).status).toBe(201);
    expect(await text('Kept/gone')).toBe('one');
  });

  test('does not become what it was before, but for who holds the lock', async () => {
    await put('versioned', 'one');
    const made = await put('versioned', 'two');
    const number = Number(/^0*(\d+)oc/.exec(String(made.headers['oc-fileid']))?.[1]);
    const [version = ''] = await hrefs(`/dav/versions/ana/${number}/`);
    const body =
      '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';
    const locked = await ana('LOCK', '/dav/files/ana/versioned', {}, body);
    const token = /<D:locktoken><D:href>([^<]*)</.exec(locked.text)?.[1] ?? '';
    const destination = '/dav/files/ana/versioned';
    for (const method of ['COPY', 'MOVE'])
      expect([method, (await ana(method, version, { destination })).status]).toEqual([method, 423]);
    expect(await text('versioned')).toBe('two');
    expect((await ana('COPY', version, { destination, if: `(<${token}>)` })).status).toBe(412);
    const held = { destination, if: `<${destination}> (<${token}>)` };
    expect((await ana('COPY', version, held)).status).toBe(204);
    expect(await text('versioned')).toBe('one');
  });
});
