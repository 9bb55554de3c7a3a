import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;
const links: Record<string, string> = {};

const basic = (user: string, secret: string) =>
  `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;

/** Who asks: how they sign in, and what the folder that this is about is called by them. */
const actors = {
  owner: () => ({ login: basic('ana', password), folder: '/dav/files/ana/Plans' }),
  writer: () => ({ login: basic('bea', password), folder: '/dav/files/bea/Shared/Plans' }),
  reader: () => ({ login: basic('carl', password), folder: '/dav/files/carl/Shared/Plans' }),
  'link to read': () => ({ login: basic(links.read ?? '', ''), folder: `/dav/public/${links.read}` }),
  'link to write': () => ({ login: basic(links.write ?? '', ''), folder: `/dav/public/${links.write}` }),
  'link to drop': () => ({ login: basic(links.drop ?? '', ''), folder: `/dav/public/${links.drop}` }),
  'other member': () => ({ login: basic('dora', password), folder: '/dav/files/ana/Plans' }),
  nobody: () => ({ login: null, folder: '/dav/files/ana/Plans' }),
} as const;
type Actor = keyof typeof actors;

interface Asked {
  readonly method: string;
  /** Behind the folder's URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The same, behind the folder's URL. */
  readonly destination?: string;
  readonly body?: string;
}

async function ask(actor: Actor, { method, path, headers = {}, destination, body }: Asked) {
  const { login, folder } = actors[actor]();
  return browser.ask(folder + path, {
    method,
    headers: {
      ...headers,
      ...(login === null ? {} : { authorization: login }),
      ...(destination === undefined ? {} : { destination: folder + destination }),
    },
    ...(body === undefined ? {} : { body }),
  });
}

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  const ids: Record<string, number> = {};
  for (const name of ['ana', 'bea', 'carl', 'dora']) {
    ids[name] = (await suite.addMember(`${name}@coop.localhost`, password)).id;
  }
  const [account = 0, bea = 0, carl = 0] = [ids.ana, ids.bea, ids.carl];
  await ask('owner', { method: 'MKCOL', path: '/' });
  const { files, sharing } = suite.rooms;
  const node = (await files.find(account, ['Plans'])).chain.at(-1)?.id ?? 0;
  const share = { account, node, by: account, expiresMs: 0 };
  await sharing.grant({ ...share, to: { kind: 'member', member: bea }, rights: 'write' });
  await sharing.grant({ ...share, to: { kind: 'member', member: carl }, rights: 'read' });
  for (const rights of ['read', 'write', 'drop'] as const) {
    links[rights] = (await sharing.createLink({ account, node, by: account, rights })).token;
  }
});
afterAll(() => suite.stop());

const xml = { 'content-type': 'application/xml' };
const named = '<D:prop><D:getetag/></D:prop>';
const everybody: readonly Actor[] = Object.keys(actors) as Actor[];

/** What each is answered, in the order of `actors`; the file `a` is there each time, `new` and the folder `box` are not. */
const matrix: readonly (readonly [what: string, asked: Asked, statuses: readonly number[]])[] = [
  ['OPTIONS', { method: 'OPTIONS', path: '/a' }, [200, 200, 200, 200, 200, 200, 200, 200]],
  ['GET', { method: 'GET', path: '/a' }, [200, 200, 200, 200, 200, 404, 404, 401]],
  ['HEAD', { method: 'HEAD', path: '/a' }, [200, 200, 200, 200, 200, 404, 404, 401]],
  ['PUT over it', { method: 'PUT', path: '/a', body: 'x' }, [204, 204, 403, 403, 204, 201, 409, 401]],
  ['PUT', { method: 'PUT', path: '/new', body: 'x' }, [201, 201, 403, 403, 201, 201, 409, 401]],
  ['POST', { method: 'POST', path: '/', body: 'x' }, [201, 201, 403, 403, 201, 201, 404, 401]],
  ['MKCOL', { method: 'MKCOL', path: '/box' }, [201, 201, 403, 403, 201, 404, 409, 401]],
  ['DELETE', { method: 'DELETE', path: '/a' }, [204, 204, 403, 403, 204, 404, 404, 401]],
  ['COPY', { method: 'COPY', path: '/a', destination: '/new' }, [201, 201, 403, 403, 201, 404, 404, 401]],
  ['MOVE', { method: 'MOVE', path: '/a', destination: '/new' }, [201, 201, 403, 403, 201, 404, 404, 401]],
  [
    'PROPFIND',
    {
      method: 'PROPFIND',
      path: '/a',
      headers: { ...xml, depth: '0' },
      body: `<D:propfind xmlns:D="DAV:">${named}</D:propfind>`,
    },
    [207, 207, 207, 207, 207, 404, 404, 401],
  ],
  [
    'PROPPATCH',
    {
      method: 'PROPPATCH',
      path: '/a',
      headers: xml,
      body: '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set></D:propertyupdate>',
    },
    [207, 207, 403, 403, 207, 404, 404, 401],
  ],
  [
    'LOCK',
    {
      method: 'LOCK',
      path: '/a',
      headers: xml,
      body: '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>',
    },
    [200, 200, 403, 403, 200, 404, 409, 401],
  ],
  [
    'UNLOCK',
    { method: 'UNLOCK', path: '/a', headers: { 'lock-token': '<urn:uuid:0>' } },
    [409, 409, 409, 409, 409, 404, 404, 401],
  ],
  [
    'REPORT',
    {
      method: 'REPORT',
      path: '/',
      headers: xml,
      body: `<D:sync-collection xmlns:D="DAV:"><D:sync-token/><D:sync-level>1</D:sync-level>${named}</D:sync-collection>`,
    },
    [207, 207, 207, 207, 207, 404, 404, 401],
  ],
  [
    'REPORT of who has access',
    {
      method: 'REPORT',
      path: '/a',
      headers: xml,
      body: `<D:acl-principal-prop-set xmlns:D="DAV:">${named}</D:acl-principal-prop-set>`,
    },
    [207, 403, 403, 403, 403, 404, 404, 401],
  ],
  [
    'SEARCH',
    {
      method: 'SEARCH',
      path: '/',
      headers: xml,
      body: `<D:searchrequest xmlns:D="DAV:"><D:basicsearch><D:select>${named}</D:select><D:from><D:scope><D:href/><D:depth>infinity</D:depth></D:scope></D:from></D:basicsearch></D:searchrequest>`,
    },
    [207, 207, 207, 207, 207, 404, 404, 401],
  ],
  ['ACL', { method: 'ACL', path: '/a', headers: xml }, [403, 403, 403, 403, 403, 404, 404, 401]],
];

describe('who may do what', () => {
  const files = () => suite.rooms.files;

  /** The folder holds one file, whatever was done in it before. */
  async function afresh(): Promise<void> {
    const account = (await suite.rooms.accounts.accounts.byName('ana'))?.id ?? 0;
    const folder = (await files().find(account, ['Plans'])).chain.at(-1);
    for (const { id } of await files().list(account, folder?.id ?? 0, '', 100)) {
      const locks = await files().locksOn(account, id);
      await files().remove(account, id, {
        by: { member: locks[0]?.principal ?? account, tokens: locks.map(({ token }) => token) },
        forGood: true,
      });
    }
    expect((await ask('owner', { method: 'PUT', path: '/a', body: 'hello' })).status).toBe(201);
  }

  test.each(matrix)('%s', async (_, asked, statuses) => {
    const heard: Partial<Record<Actor, number>> = {};
    for (const actor of everybody) {
      await afresh();
      heard[actor] = (await ask(actor, asked)).status;
    }
    expect(heard).toEqual(Object.fromEntries(everybody.map((actor, at) => [actor, statuses[at]])));
  });

  test('what may not be read is not spoken of in a listing either', async () => {
    await afresh();
    const body = `<D:propfind xmlns:D="DAV:">${named}</D:propfind>`;
    const list = (actor: Actor) =>
      ask(actor, { method: 'PROPFIND', path: '/', headers: { ...xml, depth: '1' }, body });
    expect((await list('reader')).text).toContain('/dav/files/carl/Shared/Plans/a');
    expect((await list('reader')).text).not.toContain('/ana/');
    expect((await list('link to drop')).status).toBe(404);
  });
});
