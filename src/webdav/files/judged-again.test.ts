import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Moved } from '../../stores/files/index.ts';
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

describe('what goes in steps', () => {
  /** Done before the next COPY or MOVE that takes long is put in its place. */
  function beforeTheLast(method: 'copy' | 'move', work: () => Promise<unknown>): void {
    const { files } = suite.rooms;
    const run = files[method].bind(files) as (...args: Parameters<typeof files.copy>) => Promise<Moved>;
    vi.spyOn(files, method).mockImplementationOnce(
      async (...[from, to, options]: Parameters<typeof files.copy>) => {
        await work();
        await options.still?.();
        return run(from, to, options);
      },
    );
  }
  const shared = async (name: string, rights: 'read' | 'write') => {
    await ana('MKCOL', `/dav/files/ana/${name}`);
    await put(`${name}/f`, 'of ana');
    const { sharing, accounts } = suite.rooms;
    const member = (await accounts.accounts.byAddress('bea@coop.localhost'))?.id ?? 0;
    const to = { kind: 'member', member } as const;
    const wish = { account, node: await nodeAt(name), to, by: account, expiresMs: 0, rights };
    return { id: (await sharing.grant(wish)).id, sharing };
  };
  const ask = async (method: string, path: string, destination: string) =>
    (await bea(method, `/dav/files/bea/${path}`, { destination: `/dav/files/bea/${destination}` })).status;

  test('is refused where the share that it was read by ended, or became one to read', async () => {
    const { id, sharing } = await shared('From', 'write');
    beforeTheLast('copy', () => sharing.revoke(id));
    expect(await ask('COPY', 'Shared/From/f', 'copied')).toBe(403);
    expect(await hrefs('/dav/files/bea/')).not.toContain('/dav/files/bea/copied');
    const again = await shared('From', 'write');
    beforeTheLast('move', () => sharing.changeShare(again.id, { rights: 'read' }));
    expect(await ask('MOVE', 'Shared/From/f', 'moved')).toBe(403);
    expect(await text('From/f')).toBe('of ana');
    expect(await ask('COPY', 'Shared/From/f', 'copied')).toBe(201);
  });

  test('is refused where it may not be put any more', async () => {
    const { id, sharing } = await shared('Into', 'write');
    await bea('PUT', '/dav/files/bea/own', {}, 'of bea');
    beforeTheLast('copy', () => sharing.changeShare(id, { rights: 'read' }));
    expect(await ask('COPY', 'own', 'Shared/Into/own')).toBe(403);
    await sharing.changeShare(id, { rights: 'write' });
    beforeTheLast('move', () => ana('DELETE', '/dav/files/ana/Into'));
    expect(await ask('MOVE', 'own', 'Shared/Into/own')).toBe(412);
    expect((await bea('GET', '/dav/files/bea/own')).text).toBe('of bea');
  });

  test('by a link is refused once that is taken back', async () => {
    await ana('MKCOL', '/dav/files/ana/Public');
    await put('Public/f', 'of all');
    const { sharing } = suite.rooms;
    const node = await nodeAt('Public');
    const { token } = await sharing.createLink({ account, node, by: account, rights: 'write' });
    beforeTheLast('copy', () => sharing.revokeLink(token));
    const headers = { destination: `/dav/public/${token}/copied` };
    const { status } = await browser.ask(`/dav/public/${token}/f`, { method: 'COPY', headers });
    expect(status).toBe(403);
    expect(await hrefs('/dav/files/ana/Public/')).toEqual(['/dav/files/ana/Public/f']);
  });
});

describe('what comes back from the trash into another folder', () => {
  const removed = async (name: string) => {
    await ana('MKCOL', '/dav/files/ana/Was');
    await put(`Was/${name}`, 'again');
    await ana('DELETE', `/dav/files/ana/Was/${name}`);
    return (await hrefs('/dav/trash/ana/')).find((href) => href.endsWith(`-${name}`)) ?? '';
  };

  test('is not seen where it was', async () => {
    const entry = await removed('page.txt');
    const was = await suite.rooms.files.find(account, ['Was']);
    const destination = '/dav/files/ana/page.html';
    expect((await ana('MOVE', entry, { destination })).status).toBe(201);
    expect((await ana('GET', destination)).headers['content-type']).toContain('text/html');
    expect((await suite.rooms.files.find(account, ['Was'])).chain.at(-1)).toEqual(was.chain.at(-1));
    const another = await removed('page.html');
    expect((await ana('MOVE', another, { destination, overwrite: 'T' })).status).toBe(403);
    expect((await ana('GET', another)).text).toBe('again');
  });

  test('stays in the trash where the tree of another does not take it', async () => {
    const entry = await removed('kept');
    const member = (await suite.rooms.accounts.accounts.byAddress('bea@coop.localhost'))?.id ?? 0;
    const { files, sharing } = suite.rooms;
    const by = { member, tokens: [] };
    const { id: node } = await files.makeFolder({ account: member, folder: 1, name: 'Team' }, { by });
    const to = { kind: 'member', member: account } as const;
    await sharing.grant({ account: member, node, to, by: member, expiresMs: 0, rights: 'write' });
    await files.setQuota(member, 1);
    const destination = '/dav/files/ana/Shared/Team/kept';
    expect((await ana('MOVE', entry, { destination })).status).toBe(507);
    expect(await hrefs('/dav/files/ana/Was/')).toEqual([]);
    expect((await ana('GET', entry)).text).toBe('again');
    await files.setQuota(member, null);
    expect((await ana('MOVE', entry, { destination })).status).toBe(201);
    expect((await ana('GET', destination)).text).toBe('again');
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
