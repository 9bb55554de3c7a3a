import { describe, expect, test } from 'vitest';
import { propstatsOf, testExchange, testFile, testFolder, testVisit } from '../properties/fixtures.ts';
import { infinityCharsMax, infinityRowsMax } from '../properties/limits.ts';
import type { Collection, Resource } from '../types.ts';
import { propfind } from './propfind.ts';
import { proppatch } from './proppatch.ts';

const found = (resource: Resource) => ({ resource, parent: null, name: '' });
const etags = '<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>';

const leaf = (name: string) => testFile(['files', 'ana', name]);
const sub = testFolder(['files', 'ana', 'sub'], [[testFile(['files', 'ana', 'sub', 'c'])]]);
const home = testFolder(['files', 'ana'], [[leaf('a'), leaf('b')], [sub]]);
const [root, ...level] = ['/dav/files/ana/', '/dav/files/ana/a', '/dav/files/ana/b', '/dav/files/ana/sub/'];
const below = '/dav/files/ana/sub/c';

async function hrefs(resource: Resource, depth: string | null, noroot = false) {
  const visit = testVisit({ prefer: { return: null, depthNoroot: noroot } });
  const headers = { ...(depth === null ? {} : { depth }), ...(noroot ? { prefer: 'depth-noroot' } : {}) };
  const { exchange, heard } = testExchange('PROPFIND', etags, { headers, visit });
  await propfind.run(exchange, found(resource));
  expect(heard).toMatchObject({ status: 207, ended: true });
  return { hrefs: heard.rows.map(({ href }) => href), headers: heard.headers };
}

describe('PROPFIND', () => {
  test.each([
    ['0', [root]],
    ['1', [root, ...level]],
    ['infinity', [root, ...level, below]],
    [null, [root, ...level, below]],
  ])('of depth %s', async (depth, expected) => {
    expect((await hrefs(home, depth)).hrefs).toEqual(expected);
  });

  test('depth-noroot leaves out what was asked for itself (RFC 8144 §3)', async () => {
    expect(await hrefs(home, '1', true)).toEqual({
      hrefs: level,
      headers: { 'Preference-Applied': 'depth-noroot' },
    });
    expect((await hrefs(home, 'infinity', true)).hrefs).toEqual([...level, below]);
    expect(await hrefs(home, '0', true)).toEqual({ hrefs: [root], headers: {} });
  });

  test('a file has nothing below it', async () => {
    expect((await hrefs(leaf('a'), 'infinity')).hrefs).toEqual(['/dav/files/ana/a']);
  });

  test('pages are asked for one after the other, as the client takes them', async () => {
    const steps: string[] = [];
    const pages: Collection = {
      ...home,
      async *members() {
        for (const name of ['a', 'b']) {
          steps.push(`read ${name}`);
          yield [leaf(name)];
        }
      },
    };
    const { exchange } = testExchange('PROPFIND', etags, { headers: { depth: '1' } });
    const watched = {
      ...exchange,
      multiStatus: () => ({
        response: async (href: string) => void steps.push(`sent ${href}`),
        raw: async () => undefined,
        rest: () => null,
        end: async () => void steps.push('end'),
      }),
    };
    await propfind.run(watched, found(pages));
    expect(steps).toEqual([
      'sent /dav/files/ana/',
      'read a',
      'sent /dav/files/ana/a',
      'read b',
      'sent /dav/files/ana/b',
      'end',
    ]);
  });

  test('infinityRowsMax, infinityCharsMax: as a whole or not at all', async () => {
    const wide = (count: number) => testFolder(['files', 'ana'], [Array<Resource>(count).fill(leaf('a'))]);
    expect((await hrefs(wide(infinityRowsMax - 1), 'infinity')).hrefs).toHaveLength(infinityRowsMax);
    const refused = { status: 403, condition: '<D:propfind-finite-depth/>' };
    await expect(hrefs(wide(infinityRowsMax), 'infinity')).rejects.toMatchObject(refused);
    const heavy = testFile(['a'], { etag: 'x'.repeat(infinityCharsMax / 8) });
    const many = testFolder(['files', 'ana'], [Array<Resource>(8).fill(heavy)]);
    await expect(hrefs(many, 'infinity')).rejects.toMatchObject(refused);
    expect((await hrefs(many, '1')).hrefs).toHaveLength(9);
  });

  test.each([
    ['<D:propfind xmlns:D="DAV:"/>', 'one of'],
    ['<D:propfind xmlns:D="DAV:"><D:propname/><D:allprop/></D:propfind>', 'one of'],
    ['<D:propfind xmlns:D="DAV:"><D:nonsense/></D:propfind>', 'one of'],
    ['<propfind/>', 'no DAV:propfind'],
  ])('%s is refused', async (xml, message) => {
    const { exchange, heard } = testExchange('PROPFIND', xml, { headers: { depth: '0' } });
    await expect(propfind.run(exchange, found(home))).rejects.toThrow(message);
    expect(heard.status).toBe(0);
  });

  test('without a body all is asked for', async () => {
    const { exchange, heard } = testExchange('PROPFIND', null, { headers: { depth: '0' } });
    await propfind.run(exchange, found(home));
    expect(Object.keys(propstatsOf(heard.rows[0]?.inner ?? '')['200'] ?? {})).toContain('resourcetype');
  });

  test('a depth that is none is refused', async () => {
    await expect(hrefs(home, '2')).rejects.toMatchObject({ status: 400 });
  });
});

describe('PROPPATCH', () => {
  const update = (inner: string) => `<D:propertyupdate xmlns:D="DAV:">${inner}</D:propertyupdate>`;
  const set = (inner: string) => update(`<D:set><D:prop>${inner}</D:prop></D:set>`);

  async function patch(xml: string | null, minimal = false) {
    const done: unknown[] = [];
    const resource = testFile(['a'], { patch: async (changes) => void done.push(changes.dead) });
    const visit = testVisit({ prefer: { return: minimal ? 'minimal' : null, depthNoroot: false } });
    const headers = { prefer: 'return=minimal' };
    const { exchange, heard } = testExchange('PROPPATCH', xml, { visit, headers });
    await proppatch.run(exchange, found(resource));
    return { done, heard };
  }

  test('says what became of each', async () => {
    const { done, heard } = await patch(set('<a>1</a><b/>'));
    expect(done).toHaveLength(1);
    expect(heard.rows).toMatchObject([{ href: '/dav/a' }]);
    expect(Object.keys(propstatsOf(heard.rows[0]?.inner ?? '')['200'] ?? {})).toEqual(['a', 'b']);
  });

  test('does nothing where one cannot be', async () => {
    const { done, heard } = await patch(set('<a/><D:getetag/>'), true);
    expect(done).toEqual([]);
    expect(Object.keys(propstatsOf(heard.rows[0]?.inner ?? ''))).toEqual(['403', '424']);
  });

  test('return=minimal: success needs no words (RFC 8144 §2.3)', async () => {
    const { heard } = await patch(set('<a/>'), true);
    expect(heard).toMatchObject({
      status: 200,
      body: '',
      headers: { 'Preference-Applied': 'return=minimal' },
    });
  });

  test.each([[null], ['<a/>'], [update('')], [update('<D:set/>')]])('%s is refused', async (xml) => {
    await expect(patch(xml)).rejects.toThrow('DAV:propertyupdate');
  });
});
