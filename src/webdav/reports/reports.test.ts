import { describe, expect, test } from 'vitest';
import type { Accounts, Member } from '../../accounts/index.ts';
import { FormatError, StoreError } from '../../base/index.ts';
import { refusalOf } from '../errors.ts';
import { report } from '../methods/report.ts';
import { principalsExtension } from '../principals/extension.ts';
import { propstatsOf, testExchange, testFile, testFolder, testVisit } from '../properties/fixtures.ts';
import type { Collection, Resource, SyncAbility, Visit } from '../types.ts';
import { davReports } from './index.ts';
import {
  expandDepthMax,
  expandedResourcesMax,
  matchedResourcesMax,
  principalCandidatesMax,
  principalCriteriaMax,
  principalMatchCharactersMin,
  principalsFoundMax,
  syncRowsMax,
} from './limits.ts';

const person = (id: number, handle: string, name: string): Member => ({
  id,
  address: `${handle}@coop.example`,
  name,
  admin: false,
  disabled: false,
  version: 1,
});
const members = [person(1, 'ana', 'Ana Àlvarez'), person(2, 'bea', 'Bea Rossi'), person(3, 'carl', '')];
let asked: [string, number][] = [];
const accounts = {
  handleOf: ({ address }: Pick<Member, 'address'>) => address.split('@', 1)[0] ?? '',
  byName: async (name: string) => members.find(({ address }) => address.startsWith(`${name}@`)) ?? null,
  group: async (name: string) =>
    ['board', 'others'].includes(name.split(/[@~]/, 1)[0] ?? '') ? name.replace('~', '@') : null,
  resolve: async () => ({
    kind: 'local',
    recipients: [
      { kind: 'member', account: 2, address: 'bea@coop.example', tag: null },
      { kind: 'remote', address: 'x@far.example' },
    ],
  }),
  async findMembers(text: string, max: number) {
    asked.push([text, max]);
    const folded = (value: string) => value.toLowerCase();
    return members
      .filter(({ name, address }) => folded(name).includes(text) || address.includes(text))
      .slice(0, max);
  },
} as unknown as Accounts;

const extension = principalsExtension(accounts);
const [space] = extension.spaces;
const home = testFolder(['files', 'ana'], []);

function visitWith(more: Partial<Visit> = {}): Visit {
  const base = testVisit(more);
  return {
    ...base,
    dav: { ...base.dav, reports: [...davReports, ...extension.reports], spaces: extension.spaces },
  };
}

async function ask(
  body: string,
  on: Resource | readonly string[],
  more: { headers?: Record<string, string>; visit?: Visit } = {},
) {
  const visit = more.visit ?? visitWith();
  const find = async ([first, ...rest]: readonly string[]) => {
    if (first === 'files') return { resource: home, parent: null, name: '' };
    if (first !== 'principals' || !space) return { resource: null, parent: null, name: '' };
    return space.find(visit, rest);
  };
  const { exchange, heard } = testExchange('REPORT', body, { ...more, visit, find });
  const found = 'kind' in on ? { resource: on, parent: null, name: '' } : await find(on);
  const located = {
    ...exchange,
    locate: (uri: string) =>
      uri
        .split('/')
        .slice(2)
        .filter((name) => name !== ''),
  };
  await report.run(located, found);
  return heard;
}

const dav = (name: string, inner: string, attributes = '') =>
  `<D:${name} xmlns:D="DAV:"${attributes}>${inner}</D:${name}>`;
const etag = '<D:prop><D:getetag/></D:prop>';

describe('REPORT', () => {
  test.each([
    [dav('nonsense', '')],
    ['<sync-collection xmlns="urn:x"/>'],
    [dav('principal-property-search', '')],
  ])('%s is not one that a folder has', async (body) => {
    await expect(ask(body, home)).rejects.toMatchObject({
      status: 403,
      condition: '<D:supported-report/>',
    });
  });

  test.each([
    ['expand-property', dav('expand-property', '<D:property name="getetag"/>'), {}],
    ['sync-collection', dav('sync-collection', `<D:sync-token/><D:sync-level>1</D:sync-level>${etag}`), {}],
    ['principal-match', dav('principal-match', `<D:self/>${etag}`), {}],
    ['with Brief alone', dav('principal-match', `<D:self/>${etag}`), { brief: 't' }],
  ])('return=minimal is followed, and said (RFC 7240 §3): %s', async (_, body, brief) => {
    const visit = visitWith({ prefer: { return: 'minimal', depthNoroot: true } });
    const sync: SyncAbility = {
      token: async () => '9',
      changes: async () => ({ changed: [], gone: [], token: '9', more: false }),
    };
    const headers = 'brief' in brief ? brief : { prefer: 'return=minimal, depth-noroot' };
    const heard = await ask(body, { ...home, sync } as Collection, { visit, headers });
    expect(heard.status).toBe(207);
    expect(heard.headers).toEqual('brief' in brief ? {} : { 'Preference-Applied': 'return=minimal' });
  });

  test('is only for who may', async () => {
    const closed = testFile(['a'], { may: (privilege) => privilege !== 'read-acl' });
    await expect(ask(dav('acl-principal-prop-set', ''), closed)).rejects.toThrow('read-acl is missing');
  });
});

describe('sync-collection', () => {
  function folder(answer: Partial<Awaited<ReturnType<SyncAbility['changes']>>> = {}) {
    const calls: [string, number][] = [];
    const sync: SyncAbility = {
      token: async () => '9',
      async changes(since, max) {
        calls.push([since, max]);
        if (since === 'old') throw new StoreError('invalid', 'too old');
        return { changed: [], gone: [], token: '9', more: false, ...answer };
      },
    };
    return { calls, collection: { ...home, sync } as Collection };
  }
  const body = (token: string, more = '') =>
    dav(
      'sync-collection',
      `<D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level>${more}${etag}`,
    );

  test('what changed, what is gone, and where to go on from', async () => {
    const { calls, collection } = folder({
      changed: [testFile(['files', 'ana', 'a'])],
      gone: ['b', 'c/'],
    });
    const heard = await ask(body('data:,7%2F1'), collection);
    expect(calls).toEqual([['7/1', syncRowsMax]]);
    expect(heard.rows.map(({ href }) => href)).toEqual([
      '/dav/files/ana/a',
      '/dav/files/ana/b',
      '/dav/files/ana/c/',
    ]);
    expect(propstatsOf(heard.rows[0]?.inner ?? '')['200']).toMatchObject({ getetag: { text: '"1-2"' } });
    expect(heard.rows[1]?.inner).toBe('<D:status>HTTP/1.1 404 Not Found</D:status>');
    expect(heard).toMatchObject({ status: 207, raw: ['<D:sync-token>data:,9</D:sync-token>'], ended: true });
  });

  test('is cut where the client, or we, want it, and says so (RFC 6578 §3.6)', async () => {
    const limit = (count: string) => `<D:limit><D:nresults>${count}</D:nresults></D:limit>`;
    const gone = ['a', 'b', 'c', 'd', 'e'];
    const { calls, collection } = folder({ gone, more: true });
    const heard = await ask(body('', limit('5')), collection);
    expect(calls).toEqual([['', 5]]);
    const { calls: capped, collection: small } = folder();
    await ask(body('', limit('99999999')), small);
    expect(capped).toEqual([['', syncRowsMax]]);
    expect(heard.rows).toHaveLength(gone.length + 1);
    expect(heard.rows[5]).toMatchObject({ href: '/dav/files/ana/' });
    expect(heard.rows[5]?.inner).toContain('507');
    expect(heard.rows[5]?.inner).toContain('<D:number-of-matches-within-limits/>');
    for (const wrong of ['0', '-1', 'all', '']) {
      await expect(ask(body('', limit(wrong)), collection)).rejects.toThrow(FormatError);
    }
  });

  test('what the store tells in pages is one answer: not every client knows of 507', async () => {
    const asked: [string, number][] = [];
    const pages: Awaited<ReturnType<SyncAbility['changes']>>[] = [
      { changed: [], gone: ['a', 'b'], token: 'one', more: true },
      { changed: [], gone: ['c'], token: 'two', more: true },
      { changed: [], gone: ['d'], token: 'three', more: false },
    ];
    const sync: SyncAbility = {
      token: async () => 'three',
      async changes(since, max) {
        const page = pages[asked.push([since, max]) - 1];
        if (!page) throw new Error('asked on after the last page');
        return page;
      },
    };
    const heard = await ask(body(''), { ...home, sync } as Collection);
    expect(asked).toEqual([
      ['', syncRowsMax],
      ['one', syncRowsMax - 2],
      ['two', syncRowsMax - 3],
    ]);
    expect(heard.rows.map(({ href }) => href.slice(-1))).toEqual(['a', 'b', 'c', 'd']);
    expect(heard.raw).toEqual(['<D:sync-token>data:,three</D:sync-token>']);
  });

  test.each(['data:,old', 'data:,', 'data:,%', 'urn:x', 'nonsense'])(
    'a token that is not good, %s, is refused: begin again',
    async (token) => {
      await expect(ask(body(token), folder().collection)).rejects.toMatchObject({
        status: 403,
        condition: '<D:valid-sync-token/>',
      });
    },
  );

  test('one level; Depth says it too where the body does not (Thunderbird)', async () => {
    const { calls, collection } = folder();
    const bare = dav('sync-collection', `<D:sync-token/>${etag}`);
    await ask(bare, collection, { headers: { depth: '1' } });
    await ask(body(''), collection, { headers: { depth: '1' } });
    await ask(bare, collection);
    expect(calls).toHaveLength(3);
    const refused = { status: 403, condition: '<D:sync-traversal-supported/>' };
    await expect(ask(bare, collection, { headers: { depth: 'infinity' } })).rejects.toMatchObject(refused);
    const deep = dav('sync-collection', '<D:sync-token/><D:sync-level>infinite</D:sync-level>');
    await expect(ask(deep, collection)).rejects.toMatchObject(refused);
    const wrong = dav('sync-collection', '<D:sync-level>2</D:sync-level>');
    await expect(ask(wrong, collection)).rejects.toThrow(FormatError);
  });

  test('a fault of the store stays one', async () => {
    const sync: SyncAbility = {
      token: async () => '1',
      changes: () => Promise.reject(new StoreError('unavailable', 'later')),
    };
    await expect(ask(body(''), { ...home, sync } as Collection)).rejects.toMatchObject({
      reason: 'unavailable',
    });
  });
});

describe('expand-property', () => {
  const property = (name: string, inner = '') => `<D:property name="${name}">${inner}</D:property>`;

  test('follows what is named', async () => {
    const owner = property(
      'owner',
      property('displayname') + property('group-membership', property('displayname')),
    );
    const heard = await ask(
      dav('expand-property', property('getetag') + owner),
      testFile(['files', 'ana', 'a']),
    );
    const inner = heard.rows[0]?.inner ?? '';
    expect(inner).toContain('<D:getetag>"1-2"</D:getetag>');
    expect(inner).toContain('<D:owner><D:response><D:href>/dav/principals/ana/</D:href>');
    expect(inner).toContain('<D:displayname>Ana Àlvarez</D:displayname>');
    expect(inner).toContain('<D:response><D:href>/dav/principals/groups/board~coop.example/</D:href>');
  });

  test('what is named and not there is 404, in its place', async () => {
    const gone = testFile(['a'], { owner: ['principals', 'nobody'] });
    const heard = await ask(dav('expand-property', property('owner', property('displayname'))), gone);
    expect(heard.rows[0]?.inner).toContain(
      '<D:href>/dav/principals/nobody/</D:href><D:status>HTTP/1.1 404 Not Found</D:status>',
    );
  });

  test('expandDepthMax, expandedResourcesMax, and names that are none', async () => {
    const deep = (depth: number): string => (depth === 0 ? '' : property('owner', deep(depth - 1)));
    await ask(dav('expand-property', deep(expandDepthMax + 1)), home);
    await expect(ask(dav('expand-property', deep(expandDepthMax + 2)), home)).rejects.toThrow(FormatError);
    const acl = async () =>
      Array.from({ length: expandedResourcesMax + 1 }, (_, at) => ({
        principal: ['principals', `m${at}`],
        privileges: ['read'] as const,
        inherited: null,
      }));
    const many = testFile(['a'], { acl });
    await expect(ask(dav('expand-property', property('acl', property('owner'))), many)).rejects.toMatchObject(
      {
        status: 507,
      },
    );
    for (const wrong of ['<D:property/>', property('a b'), property('a&gt;&lt;b'), property('D:owner')]) {
      await expect(ask(dav('expand-property', wrong), home)).rejects.toThrow(FormatError);
    }
  });
});

describe('principals', () => {
  const folder = ['principals'];
  const by = (name: string, match: string) =>
    `<D:property-search><D:prop><D:${name}/></D:prop><D:match>${match}</D:match></D:property-search>`;
  const find = async (criteria: string, attributes = '') =>
    (
      await ask(
        dav('principal-property-search', `${criteria}<D:prop><D:displayname/></D:prop>`, attributes),
        folder,
      )
    ).rows.map(({ href }) => href.slice('/dav/principals/'.length));

  test('are found by a part of name or address, whatever its case', async () => {
    asked = [];
    expect(await find(by('displayname', 'ÀLV'))).toEqual(['ana/']);
    expect(asked).toEqual([['àlv', principalCandidatesMax]]);
    expect(await find(by('alternate-URI-set', 'mailto:bea@'))).toEqual(['bea/']);
    expect(await find(by('displayname', 'carl'))).toEqual(['carl/']);
    expect(await find(by('alternate-URI-set', 'board'))).toEqual(['groups/board~coop.example/']);
    expect(await find(by('displayname', 'nobody'))).toEqual([]);
    expect(await find(by('getetag', 'ana'))).toEqual([]);
  });

  test('by all criteria, or any', async () => {
    const both = by('displayname', 'rossi') + by('alternate-URI-set', 'ana@');
    expect(await find(both)).toEqual([]);
    expect(await find(both, ' test="anyof"')).toEqual(['bea/', 'ana/']);
    expect(await find(by('displayname', 'rossi') + by('alternate-URI-set', 'bea@'))).toEqual(['bea/']);
  });

  test.each([
    ['contains', 'rossi', ['bea/']],
    ['starts-with', 'rossi', []],
    ['starts-with', 'bea', ['bea/']],
    ['ends-with', 'rossi', ['bea/']],
    ['ends-with', 'bea', []],
    ['equals', 'bea', []],
    ['equals', 'BEA ROSSI', ['bea/']],
    ['of another planet', 'rossi', ['bea/']],
  ])('in the manner of Apple’s clients: %s %s', async (how, text, found) => {
    const criterion = by('displayname', text).replace('<D:match>', `<D:match match-type="${how}">`);
    expect(await find(criterion)).toEqual(found);
  });

  test.each([
    ['one word', ['rossi'], '', ['bea/']],
    ['a word of the name, one of the address', ['rossi', 'bea@'], '', ['bea/']],
    ['a word of somebody else’s', ['rossi', 'ana@'], '', []],
    ['a short one beside another', ['rossi', 'b'], '', ['bea/']],
    ['short ones', ['b', 'r'], '', []],
    [
      'no more than asked for',
      ['coop.example'],
      '<D:limit><D:nresults>1</D:nresults></D:limit>',
      ['ana/', ''],
    ],
  ])('calendarserver-principal-search: %s', async (_, words, more, found) => {
    const tokens = words.map((word) => `<CS:search-token>${word}</CS:search-token>`).join('');
    const body = `<CS:calendarserver-principal-search xmlns:CS="http://calendarserver.org/ns/" xmlns:D="DAV:" context="attendee">${tokens}${more}<D:prop><D:displayname/></D:prop></CS:calendarserver-principal-search>`;
    const { rows } = await ask(body, folder);
    expect(rows.map(({ href }) => href.slice('/dav/principals/'.length))).toEqual(found);
  });

  test.each([
    ['a Depth', 'principal-property-search', by('displayname', 'rossi'), '1'],
    ['a Depth', 'principal-search-property-set', '', 'infinity'],
    ['a Depth', 'principal-match', '<D:self/>', '1'],
    ['a Depth', 'acl-principal-prop-set', etag, '1'],
    ['no properties', 'acl-principal-prop-set', '', '0'],
    ['two of DAV:prop', 'principal-match', `<D:self/>${etag}${etag}`, '0'],
    [
      'a limit of nobody',
      'principal-property-search',
      `${by('displayname', 'rossi')}<D:limit><D:nresults>0</D:nresults></D:limit>`,
      '0',
    ],
  ])('%s is refused: %s', async (_, name, inner, depth) => {
    const own = ['principals', 'ana'];
    const on = name === 'acl-principal-prop-set' ? own : folder;
    const refused = await ask(dav(name, inner), on, { headers: { depth } }).catch((error: unknown) => error);
    expect(refusalOf(refused, '', '').status).toBe(400);
  });

  test('principalMatchCharactersMin: nobody is listed by guessing', async () => {
    const part = 'ana'.slice(0, principalMatchCharactersMin);
    expect(await find(by('displayname', part))).toEqual(['ana/']);
    asked = [];
    expect(await find(by('displayname', part.slice(1)))).toEqual([]);
    expect(await find(by('displayname', ''))).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('principalCriteriaMax: nobody has everybody looked through a thousand times', async () => {
    const some = (count: number) => by('displayname', 'rossi').repeat(count);
    expect(await find(some(principalCriteriaMax), ' test="anyof"')).toEqual(['bea/']);
    asked = [];
    await expect(find(some(principalCriteriaMax + 1), ' test="anyof"')).rejects.toThrow(FormatError);
    expect(asked).toEqual([]);
  });

  test('principalsFoundMax', async () => {
    const many = Array.from({ length: principalsFoundMax + 1 }, (_, at) => person(at + 10, `many${at}`, ''));
    members.push(...many);
    const hrefs = await find(by('displayname', 'many'));
    members.splice(-many.length);
    expect(hrefs).toHaveLength(principalsFoundMax + 1);
    // The last is the folder itself: 507.
    expect(hrefs.at(-1)).toBe('');
  });

  test('what can be searched by (RFC 3744 §9.5)', async () => {
    const heard = await ask(dav('principal-search-property-set', ''), folder);
    expect(heard.status).toBe(200);
    expect(heard.body).toContain('<D:prop><D:displayname/></D:prop>');
  });

  test('without a criterion it is no search', async () => {
    await expect(find('')).rejects.toThrow(FormatError);
  });

  test('principal-match: oneself; and what is one’s own', async () => {
    const self = await ask(dav('principal-match', `<D:self/>${etag}`), folder);
    expect(self.rows.map(({ href }) => href)).toEqual(['/dav/principals/ana/']);
    const mine = testFile(['files', 'ana', 'mine']);
    const other = testFile(['files', 'ana', 'other'], { owner: ['principals', 'bea'] });
    const by = dav('principal-match', `<D:principal-property><D:owner/></D:principal-property>${etag}`);
    const heard = await ask(by, testFolder(['files', 'ana'], [[mine, other]]));
    expect(heard.rows.map(({ href }) => href)).toEqual(['/dav/files/ana/mine']);
    await expect(ask(dav('principal-match', etag), folder)).rejects.toThrow(FormatError);
  });

  test('matchedResourcesMax', async () => {
    const wide = (count: number) =>
      testFolder(['files', 'ana'], [Array<Resource>(count).fill(testFile(['x']))]);
    const body = dav('principal-match', '<D:self/>');
    expect((await ask(body, wide(matchedResourcesMax))).rows).toEqual([]);
    expect((await ask(body, wide(matchedResourcesMax + 1))).rows[0]?.inner).toContain('507');
  });

  test('acl-principal-prop-set: whom a file is shared with, once each', async () => {
    const to = (...principal: string[]) => ({ principal, privileges: ['read'] as const, inherited: null });
    const shared = testFile(['a'], {
      acl: async () => [to('principals', 'bea'), to('principals', 'bea'), to('principals', 'gone')],
    });
    const heard = await ask(dav('acl-principal-prop-set', '<D:prop><D:displayname/></D:prop>'), shared);
    expect(
      heard.rows.map(({ href, inner }) => [href, /<D:displayname>(.*?)</.exec(inner)?.[1] ?? '404']),
    ).toEqual([
      ['/dav/principals/ana/', 'Ana Àlvarez'],
      ['/dav/principals/bea/', 'Bea Rossi'],
      ['/dav/principals/gone/', '404'],
    ]);
  });
});
