import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { search } from '../methods/search.ts';
import { testExchange, testFile, testFolder } from '../properties/fixtures.ts';
import type { Collection, Resource, SearchCondition } from '../types.ts';
import {
  searchFoundMax,
  searchLiteralBytesMax,
  searchLookedMax,
  searchOperatorsMax,
  searchOrdersMax,
} from './limits.ts';

const file = (name: string, length: number, type: string, day: number, ...above: string[]) =>
  testFile(['files', 'ana', ...above, name], {
    displayName: name,
    length,
    type,
    modifiedMs: Date.UTC(2026, 0, day),
    createdMs: Date.UTC(2025, 0, day),
  });
const sub = testFolder(['files', 'ana', 'Sub'], [[file('deep.txt', 5, 'text/plain', 9, 'Sub')]], {
  modifiedMs: Date.UTC(2026, 0, 3),
});
const files = [
  file('Letter.txt', 10, 'text/plain', 1),
  file('photo.jpg', 2000, 'image/jpeg', 5),
  file('été_100%.txt', 0, 'text/plain', 7),
];
const home = testFolder(['files', 'ana'], [[...files, sub]], { modifiedMs: Date.UTC(2026, 0, 20) });

const operator = (name: string, property: string, literal: string, attributes = '') =>
  `<D:${name}${attributes}><D:prop><D:${property}/></D:prop><D:literal>${literal}</D:literal></D:${name}>`;
const where = (inner: string) => `<D:where>${inner}</D:where>`;
const orderby = (...properties: string[]) =>
  `<D:orderby>${properties
    .map((each) => each.split(' '))
    .map(([name, way = 'ascending']) => `<D:order><D:prop><D:${name}/></D:prop><D:${way}/></D:order>`)
    .join('')}</D:orderby>`;

interface Asked {
  readonly depth?: string;
  readonly href?: string;
  readonly on?: Collection;
}

function request(inner: string, { depth = 'infinity', href = '/dav/files/ana/' }: Asked = {}) {
  const from = `<D:from><D:scope><D:href>${href}</D:href><D:depth>${depth}</D:depth></D:scope></D:from>`;
  return `<D:searchrequest xmlns:D="DAV:"><D:basicsearch><D:select><D:prop><D:displayname/></D:prop></D:select>${from}${inner}</D:basicsearch></D:searchrequest>`;
}

async function run(xml: string, on: Collection = home) {
  const find = async (path: readonly string[]) => ({
    resource: path.join('/') === 'files/ana' ? on : null,
    parent: null,
    name: '',
  });
  const { exchange, heard } = testExchange('SEARCH', xml, { find });
  const locate = (uri: string) =>
    uri
      .split('/')
      .slice(2)
      .filter((name) => name !== '');
  await search.run({ ...exchange, path: ['files', 'ana'], locate }, { resource: on, parent: null, name: '' });
  return heard;
}

async function names(inner: string, asked: Asked = {}) {
  const { rows } = await run(request(inner, asked), asked.on);
  return rows.map(({ href, inner: row }) =>
    row.includes('507') ? '507' : decodeURIComponent(href.replace('/dav/files/ana/', '')),
  );
}

/** How often the event loop goes round until it is asked. */
function countTurns(): () => number {
  let turns = 0;
  let goesOn = true;
  const turn = () => {
    turns++;
    if (goesOn) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    goesOn = false;
    return turns;
  };
}

describe('DAV:basicsearch', () => {
  test.each<[string, string, string[]]>([
    ['like', operator('like', 'displayname', '%.txt'), ['Letter.txt', 'été_100%.txt', 'Sub/deep.txt']],
    ['like, case ignored', operator('like', 'displayname', 'LETTER%'), ['Letter.txt']],
    ['like, case kept', operator('like', 'displayname', 'LETTER%', ' caseless="no"'), []],
    ['like, escaped', operator('like', 'displayname', '%\\_100\\%%'), ['été_100%.txt']],
    ['like of a type', operator('like', 'getcontenttype', 'image/%'), ['photo.jpg']],
    ['eq', operator('eq', 'displayname', 'letter.txt'), ['Letter.txt']],
    ['eq, case kept', operator('eq', 'displayname', 'letter.txt', ' caseless="no"'), []],
    ['gt of a length', operator('gt', 'getcontentlength', '10'), ['photo.jpg']],
    ['gte of a length', operator('gte', 'getcontentlength', '10'), ['Letter.txt', 'photo.jpg']],
    ['lt of a length', operator('lt', 'getcontentlength', '5'), ['été_100%.txt']],
    ['lte of a date', operator('lte', 'getlastmodified', 'Thu, 01 Jan 2026 00:00:00 GMT'), ['Letter.txt']],
    ['gt of a date', operator('gt', 'creationdate', '2025-01-08T00:00:00Z'), ['Sub/deep.txt']],
    ['is-collection', '<D:is-collection/>', ['', 'Sub/']],
    [
      'is-defined',
      '<D:is-defined><D:prop><D:getcontentlength/></D:prop></D:is-defined>',
      ['Letter.txt', 'photo.jpg', 'été_100%.txt', 'Sub/deep.txt'],
    ],
    [
      'not of is-collection',
      '<D:not><D:is-collection/></D:not>',
      ['Letter.txt', 'photo.jpg', 'été_100%.txt', 'Sub/deep.txt'],
    ],
    [
      'and',
      `<D:and>${operator('like', 'displayname', '%t%')}${operator('gt', 'getcontentlength', '5')}</D:and>`,
      ['Letter.txt', 'photo.jpg'],
    ],
    [
      'not of or',
      `<D:not><D:or><D:is-collection/>${operator('like', 'displayname', '%.txt')}</D:or></D:not>`,
      ['photo.jpg'],
    ],
    ['unknown', operator('eq', 'nonsense', 'x'), []],
    ['not of unknown', `<D:not>${operator('eq', 'nonsense', 'x')}</D:not>`, []],
    [
      'not of a length that folders have not',
      `<D:not>${operator('gt', 'getcontentlength', '5')}</D:not>`,
      ['été_100%.txt', 'Sub/deep.txt'],
    ],
    ['a literal that is no date', operator('gt', 'getlastmodified', 'soon'), []],
  ])('%s', async (_, condition, expected) => {
    expect(await names(where(condition))).toEqual(expected);
  });

  test('depth', async () => {
    const txt = where(operator('like', 'displayname', '%'));
    expect(await names(txt, { depth: '0' })).toEqual(['']);
    expect(await names(txt, { depth: '1' })).toEqual(['', 'Letter.txt', 'photo.jpg', 'été_100%.txt', 'Sub/']);
    expect(await names('', { depth: 'infinity' })).toHaveLength(6);
    expect(await names('', { href: '' })).toHaveLength(6);
  });

  test('order and limit', async () => {
    const all = where('<D:not><D:is-collection/></D:not>');
    expect(await names(all + orderby('getcontentlength'))).toEqual([
      'été_100%.txt',
      'Sub/deep.txt',
      'Letter.txt',
      'photo.jpg',
    ]);
    expect(await names(all + orderby('getcontenttype descending', 'displayname'))).toEqual([
      'Sub/deep.txt',
      'Letter.txt',
      'été_100%.txt',
      'photo.jpg',
    ]);
    const limit = '<D:limit><D:nresults>2</D:nresults></D:limit>';
    expect(await names(all + orderby('getlastmodified descending') + limit)).toEqual([
      'Sub/deep.txt',
      'été_100%.txt',
    ]);
    expect(await names(orderby('getcontentlength descending'))).toEqual([
      'photo.jpg',
      'Letter.txt',
      'Sub/deep.txt',
      'été_100%.txt',
      '',
      'Sub/',
    ]);
  });

  test('a collection that can be asked is asked', async () => {
    const asked: [SearchCondition, number][] = [];
    const on: Collection = {
      ...home,
      async search(condition, max) {
        asked.push([condition, max]);
        return Array<Resource>(max).fill(files[0] as Resource);
      },
    };
    const found = await names(where(operator('like', 'displayname', 'L%')), { on });
    const leaf = { kind: 'like', what: 'name', pattern: 'L%', caseless: true };
    expect(asked).toEqual([[leaf, searchFoundMax + 1]]);
    expect(found).toHaveLength(searchFoundMax + 1);
    expect(found.at(-1)).toBe('507');
    const limit = '<D:limit><D:nresults>3</D:nresults></D:limit>';
    expect(await names(limit, { on })).toEqual(['', 'Letter.txt', 'Letter.txt']);
  });

  test('searchLookedMax', async () => {
    const wide = (count: number) =>
      testFolder(['files', 'ana'], [Array<Resource>(count).fill(files[1] as Resource)]);
    const txt = where(operator('eq', 'displayname', 'x'));
    expect(await names(txt, { on: wide(searchLookedMax) })).toEqual([]);
    expect(await names(txt, { on: wide(searchLookedMax + 1) })).toEqual(['507']);
  });

  test('lets others have their turn, and is cut where it is too much work', async () => {
    const wide = testFolder(
      ['files', 'ana'],
      [Array<Resource>(searchLookedMax).fill(file('a'.repeat(250), 1, 'text/plain', 1))],
    );
    const turns = countTurns();
    const hard = operator('like', 'displayname', `%${'a'.repeat(120)}b`).repeat(searchOperatorsMax - 2);
    expect(await names(where(`<D:or>${hard}</D:or>`), { on: wide })).toEqual(['507']);
    expect(turns()).toBeGreaterThan(100);
  });

  test('what is not there cannot be searched in', async () => {
    await expect(run(request('', { href: '/dav/files/bea/' }))).rejects.toMatchObject({
      status: 409,
      condition: expect.stringContaining('<D:search-scope-valid>'),
    });
  });

  test('searchOperatorsMax, searchLiteralBytesMax, searchOrdersMax', async () => {
    const many = (count: number) => where(`<D:and>${'<D:is-collection/>'.repeat(count)}</D:and>`);
    expect(await names(many(searchOperatorsMax - 1))).toEqual(['', 'Sub/']);
    await expect(names(many(searchOperatorsMax))).rejects.toMatchObject({ status: 422 });
    const long = (bytes: number) => where(operator('like', 'displayname', 'x'.repeat(bytes)));
    expect(await names(long(searchLiteralBytesMax))).toEqual([]);
    await expect(names(long(searchLiteralBytesMax + 1))).rejects.toMatchObject({ status: 422 });
    const orders = (count: number) => orderby(...Array<string>(count).fill('displayname'));
    expect(await names(orders(searchOrdersMax))).toHaveLength(6);
    await expect(names(orders(searchOrdersMax + 1))).rejects.toThrow(FormatError);
  });

  test.each([
    [where('<D:contains>x</D:contains>')],
    [where('<x/>')],
    [where(`<D:and><D:language-matches/></D:and>`)],
  ])('%s is not understood', async (inner) => {
    await expect(names(inner)).rejects.toMatchObject({ status: 422 });
  });

  test.each([
    [where('<D:and/>')],
    [where('<D:not/>')],
    [where('<D:eq/>')],
    [where('<D:eq><D:prop><D:displayname/></D:prop></D:eq>')],
    ['<D:limit><D:nresults>many</D:nresults></D:limit>'],
  ])('%s is no search', async (inner) => {
    await expect(names(inner)).rejects.toThrow(FormatError);
  });

  test.each([
    ['<D:searchrequest xmlns:D="DAV:"><D:sql/></D:searchrequest>', { status: 422 }],
    ['<D:searchrequest xmlns:D="DAV:"/>', { name: 'FormatError' }],
    ['<D:nonsense xmlns:D="DAV:"><D:basicsearch/></D:nonsense>', { name: 'FormatError' }],
    ['<D:searchrequest xmlns:D="DAV:"><D:basicsearch/></D:searchrequest>', { name: 'FormatError' }],
  ])('%s is refused', async (xml, error) => {
    await expect(run(xml)).rejects.toMatchObject(error);
  });

  test('what can be asked (RFC 5323 §4)', async () => {
    const scope = '<D:from><D:scope><D:href>/dav/files/ana/</D:href><D:depth>0</D:depth></D:scope></D:from>';
    const heard = await run(
      `<D:query-schema-discovery xmlns:D="DAV:"><D:basicsearch>${scope}</D:basicsearch></D:query-schema-discovery>`,
    );
    expect(heard.rows[0]?.inner).toContain('<D:prop><D:getcontentlength/></D:prop>');
  });
});
