import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Member } from '../accounts/index.ts';
import { digestOf, readCard } from '../formats/vcard/index.ts';
import { parseXml, type XmlElement } from '../formats/xml/index.ts';
import { type DavSuite, startDavSuite } from '../testing/index.ts';
import { queryLimits } from '../webdav/index.ts';
import { acceptBytesMax, descriptionBytesMax } from './limits.ts';

const { filterConditionsMax, pickedNamesMax, queryRowsMax, textMatchBytesMax } = queryLimits;

const password = 'correct horse battery';
let suite: DavSuite;
let member: Member;

beforeAll(async () => {
  suite = await startDavSuite([]);
  member = await suite.addMember('ana@coop.localhost', password);
});
afterAll(() => suite.stop());

const home = '/dav/contacts/ana/';
const book = `${home}personal/`;
let number = 0;
/** Each test has an address book of its own. */
let own = '';

beforeEach(async () => {
  number += 1;
  own = `${home}book-${number}/`;
  expect((await ask('MKCOL', own, {}, newBook)).status).toBe(201);
});

const declared =
  'xmlns:D="DAV:" xmlns:CARD="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/"';
const newBook = `<D:mkcol ${declared}><D:set><D:prop><D:resourcetype><D:collection/><CARD:addressbook/></D:resourcetype><D:displayname>Work</D:displayname><CARD:addressbook-description>People</CARD:addressbook-description></D:prop></D:set></D:mkcol>`;

const ask = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string | Buffer,
) => {
  const type = method === 'PUT' ? { 'content-type': 'text/vcard; charset=utf-8' } : {};
  return suite.ask('ana', method, path, body, { ...type, ...headers });
};

const vcard = (uid: string, lines: readonly string[], version = '3.0') =>
  ['BEGIN:VCARD', `VERSION:${version}`, `UID:${uid}`, ...lines, 'END:VCARD', ''].join('\r\n');

async function put(name: string, text: string): Promise<void> {
  const answer = await ask('PUT', own + name, {}, text);
  expect([201, 204]).toContain(answer.status);
}

/** href -> status -> local name -> element; '' for a row without properties. */
function rows(text: string): Record<string, Record<string, Record<string, XmlElement>>> {
  const found: Record<string, Record<string, Record<string, XmlElement>>> = {};
  for (const { name, children } of parseXml(Buffer.from(text)).children) {
    const href = children.find((each) => each.name === 'href')?.text;
    if (name !== 'response' || href === undefined) continue;
    const row: Record<string, Record<string, XmlElement>> = {};
    const status = children.find((each) => each.name === 'status')?.text.split(' ')[1];
    if (status) row[status] = {};
    for (const stat of children.filter((each) => each.name === 'propstat')) {
      const code = stat.children.find((each) => each.name === 'status')?.text.split(' ')[1] ?? '';
      const prop = stat.children.find((each) => each.name === 'prop');
      row[code] = Object.fromEntries((prop?.children ?? []).map((each) => [each.name, each]));
    }
    found[href] = row;
  }
  return found;
}

async function propfind(path: string, depth: string, ...names: string[]) {
  const body = `<D:propfind ${declared}><D:prop>${names.map((name) => `<${name}/>`).join('')}</D:prop></D:propfind>`;
  const answer = await ask('PROPFIND', path, { depth }, body);
  expect(answer.status).toBe(207);
  return rows(answer.text);
}

async function query(filter: string, more = '', prop = '<D:getetag/>') {
  const body = `<CARD:addressbook-query ${declared}><D:prop>${prop}</D:prop>${filter}${more}</CARD:addressbook-query>`;
  const answer = await ask('REPORT', own, { depth: '1' }, body);
  return { ...answer, rows: answer.status === 207 ? rows(answer.text) : {} };
}

async function names(filter: string, more = ''): Promise<string[]> {
  const answer = await query(filter, more);
  expect(answer.status).toBe(207);
  return Object.keys(answer.rows)
    .filter((href) => href !== own)
    .map((href) => href.slice(own.length))
    .sort();
}

describe('an address book', () => {
  test('is found from the principal, says what it takes, and is described', async () => {
    const principal = await propfind(
      '/dav/principals/ana/',
      '0',
      'CARD:addressbook-home-set',
      'CARD:principal-address',
      'CARD:directory-gateway',
      'CS:me-card',
    );
    const row = principal['/dav/principals/ana/'];
    expect(row?.['200']?.['addressbook-home-set']?.children[0]?.text).toBe(home);
    expect(Object.keys(row?.['404'] ?? {})).toEqual(['principal-address', 'directory-gateway', 'me-card']);

    const found = await propfind(
      home,
      '1',
      'D:resourcetype',
      'D:displayname',
      'D:supported-report-set',
      'CARD:addressbook-description',
      'CARD:supported-address-data',
      'CARD:max-resource-size',
      'CARD:supported-collation-set',
      'CS:getctag',
      'D:sync-token',
    );
    expect(found[book]?.['200']?.displayname?.text).toBe('Personal');
    const properties = found[own]?.['200'] ?? {};
    expect(properties.displayname?.text).toBe('Work');
    expect(properties['addressbook-description']?.text).toBe('People');
    expect(properties.resourcetype?.children.map(({ name }) => name)).toEqual(['collection', 'addressbook']);
    expect(
      properties['supported-address-data']?.children.map(({ attributes }) =>
        attributes.map(({ value }) => value),
      ),
    ).toEqual([
      ['text/vcard', '3.0'],
      ['text/vcard', '4.0'],
    ]);
    expect(Number(properties['max-resource-size']?.text)).toBe(5 * 2 ** 20);
    expect(JSON.stringify(properties['supported-report-set'])).toContain('addressbook-query');
    expect(properties['supported-collation-set']?.children).toHaveLength(3);
    expect(properties.getctag?.text).not.toBe('');
    expect(properties['sync-token']?.text).not.toBe('');
    expect((await ask('OPTIONS', home)).headers.dav).toContain('addressbook');
    const known = await ask('PROPFIND', '/.well-known/carddav', { depth: '0' });
    expect([known.status, known.headers.location]).toEqual([301, expect.stringMatching(/\/dav\/$/)]);
  });

  test('is made as one, and nothing else is', async () => {
    const plain = await ask('MKCOL', `${home}plain/`);
    expect([plain.status, plain.text]).toEqual([403, expect.stringContaining('valid-resourcetype')]);
    const inside = await ask('MKCOL', `${own}inside/`, {}, newBook);
    expect([inside.status, inside.text]).toEqual([
      403,
      expect.stringContaining('<CARD:addressbook-collection-location-ok/>'),
    ]);
    expect((await ask('MKCOL', own, {}, newBook)).status).toBe(405);
    const described = (text: string) =>
      ask(
        'PROPPATCH',
        own,
        {},
        `<D:propertyupdate ${declared}><D:set><D:prop><CARD:addressbook-description>${text}</CARD:addressbook-description></D:prop></D:set></D:propertyupdate>`,
      );
    expect((await described('x'.repeat(descriptionBytesMax))).text).toContain('200 OK');
    expect((await described('x'.repeat(descriptionBytesMax + 1))).text).toContain('409 Conflict');
    expect((await ask('DELETE', own)).status).toBe(204);
    expect((await ask('PROPFIND', own, { depth: '0' })).status).toBe(404);
  });

  test('a card comes back byte for byte, with its ETag', async () => {
    const text = 'begin:vcard\nversion:3.0\nUID:odd\nFN:A\nN:;A\nX-Odd;x="y":1\n\nEND:VCARD';
    const made = await ask('PUT', `${own}odd.vcf`, { 'if-none-match': '*' }, text);
    expect(made.status).toBe(201);
    const got = await ask('GET', `${own}odd.vcf`);
    expect([got.status, got.text]).toEqual([200, text]);
    expect(got.headers.etag).toBe(made.headers.etag);
    expect(got.headers['content-type']).toBe('text/vcard; charset=utf-8; version=3.0');
    expect((await ask('PUT', `${own}odd.vcf`, { 'if-none-match': '*' }, text)).status).toBe(412);
    expect((await ask('PUT', `${own}odd.vcf`, { 'if-match': '"x"' }, text)).status).toBe(412);
  });

  test('a card without a UID gets one, and no ETag', async () => {
    const made = await ask('PUT', `${own}x.vcf`, {}, 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nEND:VCARD\r\n');
    expect([made.status, made.headers.etag]).toEqual([201, undefined]);
    const got = await ask('GET', `${own}x.vcf`);
    expect(got.text).toMatch(/^BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nUID:[0-9a-f-]{36}\r\nEND:VCARD\r\n$/);
    const again = await ask('PUT', `${own}x.vcf`, {}, 'BEGIN:VCARD\nVERSION:3.0\nFN:B\nUID:\nEND:VCARD\n');
    expect(again.status).toBe(204);
    expect((await ask('GET', `${own}x.vcf`)).text).toContain(/UID:[0-9a-f-]{36}/.exec(got.text)?.[0]);
  });
});

describe('what is refused', () => {
  const twoMiB = 'x'.repeat(2 ** 21);
  test.each<[string, string | Buffer, number, string, string?]>([
    ['nothing', '', 403, 'valid-address-data'],
    ['no card', 'hello', 403, 'valid-address-data'],
    ['a calendar', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n', 403, 'valid-address-data'],
    [
      'invalid UTF-8',
      Buffer.from('BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\xff\r\nEND:VCARD\r\n', 'latin1'),
      403,
      'valid-address-data',
    ],
    ['a control character', vcard('c', ['FN:\u0007']), 403, 'valid-address-data'],
    ['two cards', vcard('a', ['FN:A']) + vcard('b', ['FN:B']), 403, 'valid-address-data'],
    ['two UIDs', vcard('a', ['UID:b', 'FN:A']), 403, 'valid-address-data'],
    ['a UID without an end', vcard('a'.repeat(2000), ['FN:A']), 403, 'valid-address-data'],
    ['version 2.1', vcard('a', ['FN:A'], '2.1'), 403, 'supported-address-data'],
    ['version 5.0', vcard('a', ['FN:A'], '5.0'), 403, 'supported-address-data'],
    [
      'a photo of 10 MB',
      vcard('a', ['FN:A', `PHOTO;ENCODING=b:${'A'.repeat(10_000_000)}`]),
      403,
      'max-resource-size',
    ],
    ['another kind', vcard('a', ['FN:A']), 415, 'supported-address-data', 'text/calendar'],
    ['jCard', '["vcard"]', 415, 'supported-address-data', 'application/vcard+json'],
    [
      'a line of 2 MiB that is none',
      `BEGIN:VCARD\r\nVERSION:3.0\r\n${twoMiB}\r\nEND:VCARD\r\n`,
      403,
      'valid-address-data',
    ],
  ])('%s', async (_, body, status, condition, type = 'text/vcard') => {
    const answer = await ask('PUT', `${own}bad.vcf`, { 'content-type': type }, body);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(`<CARD:${condition}/>`)]);
    expect((await ask('GET', `${own}bad.vcf`)).status).toBe(404);
  });

  test('a UID that is elsewhere in the book, with where it is', async () => {
    await put('a.vcf', vcard('u-1', ['FN:A']));
    const other = await ask('PUT', `${own}b.vcf`, {}, vcard('u-1', ['FN:B']));
    expect(other.status).toBe(403);
    expect(other.text).toContain(`<CARD:no-uid-conflict><D:href>${own}a.vcf</D:href></CARD:no-uid-conflict>`);
    const changed = await ask('PUT', `${own}a.vcf`, {}, vcard('u-2', ['FN:A']));
    expect(changed.text).toContain(
      `<CARD:no-uid-conflict><D:href>${own}a.vcf</D:href></CARD:no-uid-conflict>`,
    );
    expect((await ask('PUT', `${book}c.vcf`, {}, vcard('u-1', ['FN:A']))).status).toBe(201);
    const moved = await ask('COPY', `${book}c.vcf`, { destination: `${own}c.vcf` });
    expect([moved.status, moved.text]).toEqual([403, expect.stringContaining('no-uid-conflict')]);
  });

  test('a long line that is one is kept and answered', async () => {
    await put('long.vcf', vcard('long', ['FN:A', `NOTE:${twoMiB}`]));
    expect((await ask('GET', `${own}long.vcf`)).text).toHaveLength(
      vcard('long', ['FN:A', 'NOTE:']).length + 2 ** 21,
    );
    expect(
      await names(
        '<CARD:filter><CARD:prop-filter name="NOTE"><CARD:text-match>xxx</CARD:text-match></CARD:prop-filter></CARD:filter>',
      ),
    ).toEqual(['long.vcf']);
  });
});

describe('versions', () => {
  const three = vcard('v', [
    'FN:A',
    'N:A;;;;',
    'BDAY:1996-04-15',
    'PHOTO;ENCODING=b;TYPE=JPEG:/9j/',
    'X-Odd:1',
  ]);

  test('GET answers what is accepted, else what is kept', async () => {
    await put('v.vcf', three);
    const kept = await ask('GET', `${own}v.vcf`, { accept: 'text/vcard, */*;q=0.1' });
    expect(kept.text).toBe(three);
    const four = await ask('GET', `${own}v.vcf`, { accept: 'text/vcard;version=4.0' });
    expect(four.headers['content-type']).toBe('text/vcard; charset=utf-8; version=4.0');
    expect(four.text).toContain('VERSION:4.0');
    expect(four.text).toContain('BDAY:19960415');
    expect(four.text).toContain('PHOTO:data:image/jpeg;base64,/9j/');
    expect(four.text).toContain('X-Odd:1');
    expect(four.headers.vary?.toLowerCase()).toContain('accept');
    const both = 'text/vcard;version=4.0;q=0.5, text/vcard;version="3.0"';
    expect((await ask('GET', `${own}v.vcf`, { accept: both })).text).toBe(three);
    const long = `application/vcard+json${' '.repeat(acceptBytesMax)}`;
    expect((await ask('GET', `${own}v.vcf`, { accept: `${long},x/y` })).text).toBe(three);
    const refused = await ask('GET', `${own}v.vcf`, { accept: 'application/vcard+json' });
    expect([refused.status, refused.text]).toEqual([
      406,
      expect.stringContaining('<CARD:supported-address-data-conversion/>'),
    ]);
    expect((await ask('PUT', `${own}v.vcf`, { 'if-match': String(four.headers.etag) }, three)).status).toBe(
      204,
    );
  });

  test('reports answer 3.0, or what is asked for, in part or whole', async () => {
    await put('v.vcf', three);
    const four = vcard(
      'w',
      ['FN:B', 'BDAY:--0203', 'item1.TEL;PREF=1:1', 'EMAIL;TYPE=home:a@b', 'NOTE:x'],
      '4.0',
    );
    await put('w.vcf', four);
    const empty: Record<string, string | undefined> = {};
    const multiget = async (attributes: string, inner = '') => {
      const body = `<CARD:addressbook-multiget ${declared}><D:prop><D:getetag/><CARD:address-data${attributes}>${inner}</CARD:address-data></D:prop><D:href>${own}v.vcf</D:href><D:href>${own}w.vcf</D:href><D:href>${own}gone.vcf</D:href></CARD:addressbook-multiget>`;
      const answer = await ask('REPORT', own, {}, body);
      if (answer.status !== 207) return { status: answer.status, text: answer.text, found: empty };
      const found = rows(answer.text);
      return {
        status: Object.keys(found[`${own}gone.vcf`] ?? {})[0],
        text: answer.text,
        found: Object.fromEntries(
          ['v', 'w'].map((name) => [name, found[`${own}${name}.vcf`]?.['200']?.['address-data']?.text]),
        ),
      };
    };
    const plain = await multiget('');
    expect(plain.status).toBe('404');
    expect(plain.found.v).toBe(three);
    expect(plain.found.w).toContain('VERSION:3.0');
    expect(plain.found.w).toContain('BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-03');
    const asked = await multiget(' content-type="text/vcard" version="4.0"');
    expect(asked.found.w).toBe(four);
    expect(asked.found.v).toContain('BDAY:19960415');
    const part = await multiget(
      ' version="4.0"',
      '<CARD:prop name="fn"/><CARD:prop name="ITEM1.TEL"/><CARD:prop name="NOTE" novalue="yes"/>',
    );
    expect(part.found.w).toBe(
      'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:B\r\nitem1.TEL;PREF=1:1\r\nNOTE:\r\nEND:VCARD\r\n',
    );
    const all = await multiget(' version="4.0"', '<CARD:allprop/>');
    expect(all.found.w).toBe(four);
    const unknown = await multiget(' content-type="application/vcard+json"');
    expect([unknown.status, unknown.text]).toEqual([
      403,
      expect.stringContaining('<CARD:supported-address-data/>'),
    ]);
    const many = await multiget('', '<CARD:prop name="X"/>'.repeat(pickedNamesMax + 1));
    expect(many.status).toBe(403);
  });

  test('groups of Apple are groups of version 4.0, and back', async () => {
    const apple = vcard('g', [
      'N:Crew;;;;',
      'FN:Crew',
      'X-ADDRESSBOOKSERVER-KIND:group',
      'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:v',
    ]);
    await put('g.vcf', apple);
    const four = await ask('GET', `${own}g.vcf`, { accept: 'text/vcard;version=4.0' });
    expect(four.text).toContain('KIND:group\r\nMEMBER:urn:uuid:v\r\n');
    await put('g.vcf', four.text);
    const back = await ask('GET', `${own}g.vcf`, { accept: 'text/vcard;version=3.0' });
    expect(back.text).toBe(apple);
  });
});

describe('addressbook-query', () => {
  const people = async () => {
    await put(
      'ana.vcf',
      vcard('1', [
        'FN:Ana Élan',
        'N:Élan;Ana;;;',
        'EMAIL;TYPE=HOME:ana@x.org',
        'item1.TEL:+1',
        'CATEGORIES:crew,board',
      ]),
    );
    await put(
      'bo.vcf',
      vcard('2', ['FN:Bo', 'N:;Bo;;;', 'EMAIL;TYPE=WORK;X-A=b:bo@y.org', 'EMAIL:bo@z.org', 'NICKNAME:B']),
    );
    await put(
      'cy.vcf',
      vcard(
        '3',
        ['FN:Cy', 'ORG:Sea\\, Ltd;Deck', `NOTE:${'long '.repeat(300)}end`, 'PHOTO;TYPE=GIF;ENCODING=b:AAAA'],
        '3.0',
      ),
    );
  };
  const text = (value: string, attributes = '') =>
    `<CARD:text-match ${attributes}>${value}</CARD:text-match>`;
  const prop = (name: string, inner = '', attributes = '') =>
    `<CARD:prop-filter name="${name}" ${attributes}>${inner}</CARD:prop-filter>`;
  const param = (name: string, inner = '') =>
    `<CARD:param-filter name="${name}">${inner}</CARD:param-filter>`;
  const absent = '<CARD:is-not-defined/>';

  test('every kind of condition', async () => {
    await people();
    const cases: readonly (readonly [filter: string, found: string, test?: string])[] = [
      ['', 'ana bo cy'],
      [prop('NICKNAME'), 'bo'],
      [prop('nickname', absent), 'ana cy'],
      [prop('FN', text('élan')), 'ana'],
      [prop('FN', text('ELAN', 'collation="i;ascii-casemap"')), ''],
      [prop('FN', text('Ana', 'collation="i;octet"')), 'ana'],
      [prop('FN', text('ana', 'collation="i;octet"')), ''],
      [prop('FN', text('b', 'match-type="starts-with"')), 'bo'],
      [prop('FN', text('N', 'match-type="ends-with"')), 'ana'],
      [prop('FN', text('cy', 'match-type="equals"')), 'cy'],
      [prop('FN', text('a', 'negate-condition="yes"')), 'bo cy'],
      [prop('EMAIL', text('z.org')), 'bo'],
      [prop('EMAIL', text('bo@') + text('y.org'), 'test="allof"'), 'bo'],
      [prop('EMAIL', text('y.org') + text('z.org'), 'test="allof"'), ''],
      [prop('EMAIL', text('y.org') + text('x.org')), 'ana bo'],
      [prop('EMAIL', param('TYPE', text('home'))), 'ana'],
      [prop('EMAIL', param('x-a')), 'bo'],
      [prop('EMAIL', param('TYPE', absent)), 'bo'],
      [prop('TEL'), 'ana'],
      [prop('item1.TEL'), 'ana'],
      [prop('item2.TEL'), ''],
      [prop('ORG', text('Sea, Ltd')), 'cy'],
      [prop('CATEGORIES', text('board')), 'ana'],
      [prop('UID', text('2', 'match-type="equals"')), 'bo'],
      [prop('NOTE', text('end', 'match-type="ends-with"')), 'cy'],
      [prop('NOTE', text('nowhere')), ''],
      [prop('NOTE', param('X')), ''],
      [prop('PHOTO', param('TYPE', text('gif'))), 'cy'],
      [prop('FN', text('bo')) + prop('FN', text('cy')), 'bo cy'],
      [prop('FN', text('bo')) + prop('NICKNAME'), 'bo', 'allof'],
      [prop('FN', text('bo')) + prop('NOTE', text('end')), '', 'allof'],
      [prop('FN', text('bo')) + prop('NOTE', text('end')), 'bo cy', 'anyof'],
    ];
    for (const [filter, found, how = 'anyof'] of cases) {
      const expected = found === '' ? [] : found.split(' ').map((name) => `${name}.vcf`);
      expect([filter, await names(`<CARD:filter test="${how}">${filter}</CARD:filter>`)]).toEqual([
        filter,
        expected,
      ]);
    }
  });

  test('answers the data, a limit, and says so where there is more', async () => {
    await people();
    const data = await query(
      `<CARD:filter>${prop('NICKNAME')}</CARD:filter>`,
      '',
      '<D:getetag/><CARD:address-data/>',
    );
    const bo = data.rows[`${own}bo.vcf`]?.['200'];
    expect(bo?.['address-data']?.text).toContain('FN:Bo\r\n');
    expect(bo?.getetag?.text).toMatch(/^"/);
    const limited = await query(
      '<CARD:filter/>',
      '<CARD:limit><CARD:nresults>2</CARD:nresults></CARD:limit>',
    );
    expect(Object.keys(limited.rows)).toHaveLength(3);
    expect(limited.rows[own]).toHaveProperty('507');
    expect(limited.text).toContain('<D:number-of-matches-within-limits/>');
    const beyond = `<CARD:limit><CARD:nresults>${queryRowsMax + 1}</CARD:nresults></CARD:limit>`;
    expect(Object.keys((await query('<CARD:filter/>', beyond)).rows)).toHaveLength(3);
    expect(
      Object.keys(
        (await query('<CARD:filter/>', '<CARD:limit><CARD:nresults>3</CARD:nresults></CARD:limit>')).rows,
      ),
    ).toHaveLength(3);
  });

  test('more cards than are read at once', async () => {
    const { collections } = suite.rooms;
    const row = await collections.collection(member.id, 'contacts', `book-${number}`);
    const many = 100;
    const items = Array.from({ length: many + 1 }, (_, at) => {
      const bytes = Buffer.from(vcard(`u${at}`, [`FN:P${at}`]));
      const none = { firstMs: null, lastMs: null, scheduleTag: 'none' } as const;
      const digest = digestOf(readCard(bytes));
      return {
        name: `${at}.vcf`,
        item: { bytes, uid: `u${at}`, component: 'VCARD', digest, ...none } as const,
      };
    });
    await collections.putMany(member.id, row?.id ?? 0, items);
    const all = await query('<CARD:filter/>', '', '<CARD:address-data/>');
    expect(Object.keys(all.rows)).toHaveLength(many + 1);
    expect(all.rows[`${own}${many}.vcf`]?.['200']?.['address-data']?.text).toContain(`FN:P${many}\r\n`);
  });

  test.each([
    [
      'another element',
      `<CARD:filter>${prop('FN', '<CARD:time-range/>')}</CARD:filter>`,
      403,
      '<CARD:supported-filter><CARD:prop-filter name="FN"/>',
    ],
    [
      'another collation',
      `<CARD:filter>${prop('FN', text('a', 'collation="i;klingon"'))}</CARD:filter>`,
      403,
      '<CARD:supported-collation/>',
    ],
    ['another test', '<CARD:filter test="none"/>', 400, ''],
    ['another match', `<CARD:filter>${prop('FN', text('a', 'match-type="like"'))}</CARD:filter>`, 400, ''],
    ['no name', '<CARD:filter><CARD:prop-filter/></CARD:filter>', 400, ''],
    [
      'too much',
      `<CARD:filter>${prop('FN').repeat(filterConditionsMax + 1)}</CARD:filter>`,
      403,
      '<CARD:supported-filter/>',
    ],
    [
      'too long',
      `<CARD:filter>${prop('FN', text('a'.repeat(textMatchBytesMax + 1)))}</CARD:filter>`,
      403,
      '<CARD:supported-filter/>',
    ],
  ])('refused: %s', async (_, filter, status, condition) => {
    const answer = await query(filter);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(condition)]);
  });

  test('Depth 0 is the book alone; a home is asked with infinity; a card by itself', async () => {
    await people();
    const body = `<CARD:addressbook-query ${declared}><D:prop><D:getetag/></D:prop><CARD:filter>${prop('NICKNAME')}</CARD:filter></CARD:addressbook-query>`;
    const found = async (path: string, depth: string) => {
      const answer = await ask('REPORT', path, { depth }, body);
      return Object.keys(rows(answer.text)).filter((href) => href.startsWith(own));
    };
    expect(await found(own, '0')).toEqual([]);
    expect(await found(home, 'infinity')).toEqual([`${own}bo.vcf`]);
    expect(await found(`${own}bo.vcf`, '0')).toEqual([`${own}bo.vcf`]);
    expect(await found(`${own}cy.vcf`, '0')).toEqual([]);
  });
});

test('sync-collection tells what came, changed and went', async () => {
  const sync = async (token: string) => {
    const body = `<D:sync-collection ${declared}><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
    const answer = await ask('REPORT', own, {}, body);
    expect(answer.status).toBe(207);
    const next =
      parseXml(Buffer.from(answer.text)).children.find(({ name }) => name === 'sync-token')?.text ?? '';
    return { next, rows: rows(answer.text) };
  };
  await put('a.vcf', vcard('a', ['FN:A']));
  const first = await sync('');
  expect(Object.keys(first.rows)).toEqual([`${own}a.vcf`]);
  await put('b.vcf', vcard('b', ['FN:B']));
  await ask('DELETE', `${own}a.vcf`);
  const second = await sync(first.next);
  expect(second.rows[`${own}a.vcf`]).toHaveProperty('404');
  expect(second.rows[`${own}b.vcf`]).toHaveProperty('200');
});

describe('me-card', () => {
  const set = (path: string, inner: string) =>
    ask('PROPPATCH', path, {}, `<D:propertyupdate ${declared}>${inner}</D:propertyupdate>`);
  const meCard = async (path: string) =>
    (await propfind(path, '0', 'CS:me-card'))[path]?.['200']?.['me-card']?.children[0]?.text ?? null;
  const to = (href: string) =>
    `<D:set><D:prop><CS:me-card><D:href>${href}</D:href></CS:me-card></D:prop></D:set>`;

  test('is set on the home and told there, in its books and by the principal', async () => {
    await put('me.vcf', vcard('me', ['FN:Ana']));
    expect((await set(home, to(`${own}me.vcf`))).text).toContain('200 OK');
    for (const path of [home, own, '/dav/principals/ana/']) expect(await meCard(path)).toBe(`${own}me.vcf`);
    await ask('PUT', `${book}me2.vcf`, {}, vcard('me2', ['FN:Ana']));
    await set(home, to(`https://coop.localhost${book}me2.vcf`));
    expect(await meCard(home)).toBe(`${book}me2.vcf`);
    await ask('DELETE', `${book}me2.vcf`);
    expect(await meCard(home)).toBeNull();
  });

  test('is a card of one’s own that is there', async () => {
    for (const href of [
      '/dav/contacts/bea/personal/x.vcf',
      `${own}nothing.vcf`,
      '/elsewhere',
      `${own}`,
      '%',
    ]) {
      const answer = await set(home, to(href));
      expect([href, answer.status]).toEqual([href, 207]);
      expect(answer.text).toMatch(/<CS:me-card\/><\/D:prop><D:status>HTTP\/1\.1 409 /);
    }
    await put('me.vcf', vcard('me', ['FN:Ana']));
    await set(home, to(`${own}me.vcf`));
    await set(home, '<D:remove><D:prop><CS:me-card/></D:prop></D:remove>');
    expect(await meCard(home)).toBeNull();
    expect((await set(own, to(`${own}me.vcf`))).text).toContain('403');
  });
});
