import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';

// What conformance suites of others ask of address books: a request, its status, and the condition that does not hold.

const password = 'correct horse battery';
const home = '/dav/contacts/ana';
let suite: TestSuite;
let browser: TestBrowser;

const names =
  'xmlns:D="DAV:" xmlns:R="urn:ietf:params:xml:ns:carddav" xmlns:C="urn:ietf:params:xml:ns:caldav"';
const document = (root: string, inner: string) =>
  `<?xml version="1.0" encoding="utf-8"?><${root} ${names}>${inner}</${root}>`;
const making = (types: string, more = '') =>
  document('D:mkcol', `<D:set><D:prop><D:resourcetype>${types}</D:resourcetype>${more}</D:prop></D:set>`);
const vcard = (uid: string, ...lines: readonly string[]) =>
  ['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, 'FN:Di Roe', 'N:Roe;Di;;;', ...lines, 'END:VCARD', ''].join(
    '\r\n',
  );

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  await suite.addMember('ana@coop.localhost', password);
  const book = making('<D:collection/><R:addressbook/>');
  for (const name of ['one', 'two']) expect((await ask('MKCOL', `${home}/${name}`, book)).status).toBe(201);
  for (const [path, uid] of [
    ['one/a.vcf', 'a'],
    ['one/b.vcf', 'b'],
    ['two/c.vcf', 'c'],
    ['two/a.vcf', 'a'],
  ] as const) {
    expect([path, (await ask('PUT', `${home}/${path}`, vcard(uid))).status]).toEqual([path, 201]);
  }
});
afterAll(() => suite.stop());

function ask(method: string, path: string, body?: string, headers: Readonly<Record<string, string>> = {}) {
  const authorization = `Basic ${Buffer.from(`ana@coop.localhost:${password}`).toString('base64')}`;
  const type = body?.startsWith('<?xml') ? 'application/xml; charset=utf-8' : 'text/vcard; charset=utf-8';
  return browser.ask(path, {
    method,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': type }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const conditionOf = (text: string): string => /<D:error[^>]*>(.*?)<s:message/s.exec(text)?.[1] ?? '';
const conflict = (path: string) =>
  `<CARD:no-uid-conflict><D:href>${home}/${path}</D:href></CARD:no-uid-conflict>`;

describe('RFC 6352 §6.3.2.1: what may stand where', () => {
  test.each([
    ['PUT of another UID over a card', 'PUT', 'one/a.vcf', vcard('z'), '', 403, conflict('one/a.vcf')],
    ['PUT of a UID that the book has', 'PUT', 'one/n.vcf', vcard('a'), '', 403, conflict('one/a.vcf')],
    [
      'COPY over a card of another UID',
      'COPY',
      'one/b.vcf',
      undefined,
      'two/c.vcf',
      403,
      conflict('two/c.vcf'),
    ],
    [
      'MOVE over a card of another UID',
      'MOVE',
      'one/b.vcf',
      undefined,
      'two/c.vcf',
      403,
      conflict('two/c.vcf'),
    ],
    ['COPY beside the same UID', 'COPY', 'one/a.vcf', undefined, 'two/n.vcf', 403, conflict('two/a.vcf')],
    ['COPY over the same card', 'COPY', 'one/a.vcf', undefined, 'two/a.vcf', 204, ''],
    ['MOVE into the home', 'MOVE', 'one/a.vcf', undefined, 'a.vcf', 403, ''],
    ['PUT into the home', 'PUT', 'a.vcf', vcard('n'), '', 403, ''],
    ['PUT into what is not there', 'PUT', 'none/n.vcf', vcard('n'), '', 409, ''],
    ['two cards', 'PUT', 'one/n.vcf', vcard('n') + vcard('m'), '', 403, '<CARD:valid-address-data/>'],
    [
      'a version that is not taken',
      'PUT',
      'one/n.vcf',
      vcard('n').replace('3.0', '2.1'),
      '',
      403,
      '<CARD:supported-address-data/>',
    ],
  ] as const)('%s', async (_, method, path, body, destination, status, condition) => {
    const to = destination === '' ? {} : { destination: `${home}/${destination}` };
    const answer = await ask(method, `${home}/${path}`, body, to);
    expect([answer.status, conditionOf(answer.text)]).toEqual([status, condition]);
    expect((await ask('GET', `${home}/one/a.vcf`)).text).toBe(vcard('a'));
    expect((await ask('GET', `${home}/two/c.vcf`)).text).toBe(vcard('c'));
  });
});

describe('RFC 5689 §3.3: what is made', () => {
  test.each([
    ['nothing that is one', '<D:collection/>', '', '<D:valid-resourcetype/>'],
    ['a calendar', '<D:collection/><C:calendar/>', '', '<D:valid-resourcetype/>'],
    ['what is both', '<D:collection/><R:addressbook/><C:calendar/>', '', '<D:valid-resourcetype/>'],
    ['what is unknown', '<D:collection/><x xmlns="urn:x"/>', '', '<D:valid-resourcetype/>'],
    [
      'with a property that is the server’s',
      '<D:collection/><R:addressbook/>',
      '<D:getetag>x</D:getetag>',
      '',
    ],
  ])('%s is refused and not there', async (_, types, more, condition) => {
    const answer = await ask(
      'MKCOL',
      `${home}/made`,
      making(types, `<D:displayname>Made</D:displayname>${more}`),
    );
    expect([answer.status, conditionOf(answer.text)]).toEqual([403, condition]);
    // RFC 5689 §3.1: the answer tells of each property.
    if (more !== '') {
      expect(answer.text).toMatch(/^<\?xml[^>]*\?>\s*<D:mkcol-response/);
      expect(answer.text).toMatch(/<D:displayname\/>.*<D:status>HTTP\/1\.1 424 /s);
      expect(answer.text).toMatch(
        /<D:getetag\/>.*<D:status>HTTP\/1\.1 403 .*cannot-modify-protected-property/s,
      );
    }
    expect((await ask('PROPFIND', `${home}/made`, undefined, { depth: '0' })).status).toBe(404);
  });
});

describe('RFC 7240 §4.2: Prefer', () => {
  test('PUT answers the card with the UID that it was given', async () => {
    const path = `${home}/one/unnamed.vcf`;
    const put = await ask('PUT', path, vcard('').replace('UID:\r\n', ''), {
      prefer: 'return=representation',
    });
    const got = await ask('GET', path);
    expect([put.status, put.text, put.headers.etag]).toEqual([201, got.text, got.headers.etag]);
    expect(put.text).toMatch(/^UID:[0-9a-f-]{36}\r$/m);
    expect(put.headers).toMatchObject({
      'content-type': 'text/vcard; charset=utf-8; version=3.0',
      'content-location': path,
      'preference-applied': 'return=representation',
    });
  });
});
