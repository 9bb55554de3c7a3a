import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavSuite, startDavSuite } from '../testing/index.ts';
import { document, event, propfind, todo } from './fixtures.ts';

// What conformance suites of others ask, section by section: a request, its status, and the condition that does not hold.

const home = '/dav/calendars/ana';
const principal = '/dav/principals/ana/';
let suite: DavSuite;

beforeAll(async () => {
  suite = await startDavSuite(['ana', 'bea']);
  for (const name of ['one', 'two']) expect((await ask('MKCALENDAR', `${home}/${name}`)).status).toBe(201);
  const tasks =
    '<D:set><D:prop><C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set></D:prop></D:set>';
  expect((await ask('MKCALENDAR', `${home}/tasks`, document('C:mkcalendar', tasks))).status).toBe(201);
  for (const [path, body] of [
    ['one/a.ics', event('a')],
    ['one/b.ics', event('b')],
    ['two/c.ics', event('c')],
    ['two/a.ics', event('a')],
    ['tasks/t.ics', todo('t')],
  ] as const) {
    expect([path, (await ask('PUT', `${home}/${path}`, body)).status]).toEqual([path, 201]);
  }
});
afterAll(() => suite.stop());

const ask = (method: string, path: string, body?: string, headers: Readonly<Record<string, string>> = {}) =>
  suite.ask('ana', method, path, body, headers);

/** What stands in DAV:error beside the words for people. */
const conditionOf = (text: string): string => /<D:error[^>]*>(.*?)<s:message/s.exec(text)?.[1] ?? '';
const conflict = (path: string) => `<C:no-uid-conflict><D:href>${home}/${path}</D:href></C:no-uid-conflict>`;

describe('RFC 4791 §5.3.2.1, §5.3.3: what may stand where', () => {
  test.each([
    ['PUT of another UID over an object', 'PUT', 'one/a.ics', event('z'), '', 403, conflict('one/a.ics')],
    ['PUT of a UID that the calendar has', 'PUT', 'one/n.ics', event('a'), '', 403, conflict('one/a.ics')],
    [
      'COPY over an object of another UID',
      'COPY',
      'one/b.ics',
      undefined,
      'two/c.ics',
      403,
      conflict('two/c.ics'),
    ],
    [
      'MOVE over an object of another UID',
      'MOVE',
      'one/b.ics',
      undefined,
      'two/c.ics',
      403,
      conflict('two/c.ics'),
    ],
    [
      'MOVE over another of its calendar',
      'MOVE',
      'one/b.ics',
      undefined,
      'one/a.ics',
      403,
      conflict('one/a.ics'),
    ],
    ['COPY beside it', 'COPY', 'one/a.ics', undefined, 'one/n.ics', 403, conflict('one/a.ics')],
    ['COPY beside the same UID', 'COPY', 'one/a.ics', undefined, 'two/n.ics', 403, conflict('two/a.ics')],
    ['COPY over the same object', 'COPY', 'one/a.ics', undefined, 'two/a.ics', 204, ''],
    [
      'COPY into tasks',
      'COPY',
      'one/a.ics',
      undefined,
      'tasks/a.ics',
      403,
      '<C:supported-calendar-component/>',
    ],
    [
      'MOVE into tasks',
      'MOVE',
      'one/a.ics',
      undefined,
      'tasks/a.ics',
      403,
      '<C:supported-calendar-component/>',
    ],
    ['PUT into the outbox', 'PUT', 'outbox/n.ics', event('n'), '', 403, ''],
    ['MKCALENDAR in the outbox', 'MKCALENDAR', 'outbox/n', undefined, '', 403, /<D:bind\/>/],
    [
      'PUT with a zone that nobody knows (RFC 7809 §3.1.4)',
      'PUT',
      'one/n.ics',
      event('n', '', 'DTSTART;TZID=Nowhere/Land:20260305T100000'),
      '',
      403,
      '<C:valid-timezone/>',
    ],
    ['PUT into what is not there', 'PUT', 'none/n.ics', event('n'), '', 409, ''],
    ['PUT below an object', 'PUT', 'one/a.ics/n.ics', event('n'), '', 409, ''],
  ] as const)('%s', async (_, method, path, body, destination, status, condition) => {
    const to = destination === '' ? {} : { destination: `${home}/${destination}` };
    const answer = await ask(method, `${home}/${path}`, body, to);
    expect([answer.status, conditionOf(answer.text)]).toEqual([
      status,
      typeof condition === 'string' ? condition : expect.stringMatching(condition),
    ]);
    expect((await ask('GET', `${home}/one/a.ics`)).text).toContain('UID:a\r\n');
    expect((await ask('GET', `${home}/two/c.ics`)).text).toContain('UID:c\r\n');
  });
});

describe('what is advertised', () => {
  test.each([
    ['4791 §5.1', 'calendar-access'],
    ['6638 §3', 'calendar-auto-schedule'],
    ['7809 §3.1.1', 'calendar-no-timezone'],
    ['7953 §7.1', 'calendar-availability'],
    ['8607 §3.1', 'calendar-managed-attachments'],
    ['5689 §3', 'extended-mkcol'],
    ['3744 §7.2', 'access-control'],
  ])('RFC %s: %s', async (_, token) => {
    for (const path of [`${home}/`, `${home}/one/`, principal]) {
      const { headers } = await ask('OPTIONS', path);
      expect(String(headers.dav).split(/, ?/)).toContain(token);
    }
  });

  test('a home takes calendars of any components: supported-calendar-component-sets without children', async () => {
    const asked = propfind('C:supported-calendar-component-sets');
    const { text } = await ask('PROPFIND', `${home}/`, asked, { depth: '0' });
    expect(text).toContain(
      '<D:prop><C:supported-calendar-component-sets/></D:prop><D:status>HTTP/1.1 200 OK',
    );
  });

  test('RFC 3744 §9.5: everything that principals are found by', async () => {
    const body = document('D:principal-search-property-set', '');
    const { status, text } = await ask('REPORT', '/dav/principals/', body, { depth: '0' });
    expect(status).toBe(200);
    const names = [...text.matchAll(/<D:prop><([^/]+)\/><\/D:prop>/g)].map(([, name]) => name ?? '');
    expect(names).toEqual([
      'D:displayname',
      'D:alternate-URI-set',
      'C:calendar-user-address-set',
      'CS:email-address-set',
    ]);
    for (const name of names) {
      const match = name === 'D:displayname' ? 'be' : 'bea@coop';
      const search = `<D:property-search><D:prop><${name}/></D:prop><D:match>${match}</D:match></D:property-search><D:prop><D:displayname/></D:prop>`;
      const found = await ask('REPORT', '/dav/principals/', document('D:principal-property-search', search), {
        depth: '0',
      });
      expect([name, found.text]).toEqual([name, expect.stringContaining('/dav/principals/bea/')]);
    }
  });
});

describe('RFC 7240 §4.2, RFC 8144 §2: Prefer', () => {
  const represented = { prefer: 'return=representation' };

  test('PUT answers what is kept, with its ETag, whether it is new or not', async () => {
    const path = `${home}/one/kept.ics`;
    for (const [status, body] of [
      [201, event('kept')],
      [200, event('kept', 'LOCATION:Garden')],
    ] as const) {
      const put = await ask('PUT', path, body, represented);
      const got = await ask('GET', path);
      expect([put.status, put.text, put.headers.etag]).toEqual([status, body, got.headers.etag]);
      expect(put.headers).toMatchObject({
        'content-type': got.headers['content-type'],
        'content-location': path,
        'preference-applied': 'return=representation',
      });
    }
  });

  test('POST of a member as well, and who does not prefer it gets nothing', async () => {
    const posted = await ask('POST', `${home}/one/`, event('posted'), represented);
    expect([posted.status, posted.text]).toEqual([201, event('posted')]);
    expect(posted.headers.location).toContain(posted.headers['content-location']);
    const bare = await ask('PUT', `${home}/one/kept.ics`, event('kept'));
    expect([bare.status, bare.text, bare.headers['preference-applied']]).toEqual([204, '', undefined]);
  });

  test('what the server wrote into it is told', async () => {
    const meeting = event(
      'meeting',
      'ORGANIZER:mailto:ana@coop.localhost\nATTENDEE:mailto:ana@coop.localhost\nATTENDEE:mailto:bea@coop.localhost',
    );
    const put = await ask('PUT', `${home}/one/meeting.ics`, meeting, represented);
    const got = await ask('GET', `${home}/one/meeting.ics`);
    expect([put.status, put.text, put.headers['schedule-tag']]).toEqual([
      201,
      got.text,
      got.headers['schedule-tag'],
    ]);
    expect(put.headers.etag).toBe(got.headers.etag);
  });
});

test('RFC 4918 §9.2: what one property cannot be is told of that one, and the others stay as they were', async () => {
  const proxies = `${principal}calendar-proxy-read/`;
  const nobody = '<D:group-member-set><D:href>/dav/principals/nobody/</D:href></D:group-member-set>';
  for (const [path, bad, name, condition] of [
    [proxies, nobody, 'D:group-member-set', '<D:recognized-principal/>'],
    [
      `${home}/inbox/`,
      `<C:schedule-default-calendar-URL><D:href>${home}/tasks/</D:href></C:schedule-default-calendar-URL><D:displayname>In</D:displayname>`,
      'C:schedule-default-calendar-URL',
      '<C:valid-schedule-default-calendar-URL/>',
    ],
  ] as const) {
    const body = document('D:propertyupdate', `<D:set><D:prop>${bad}</D:prop></D:set>`);
    const { status, text } = await ask('PROPPATCH', path, body, { prefer: 'return=minimal' });
    expect(status).toBe(207);
    expect(text).toContain(
      `<D:prop><${name}/></D:prop><D:status>HTTP/1.1 403 Forbidden</D:status><D:error>${condition}</D:error>`,
    );
    if (bad.includes('displayname')) {
      expect(text).toMatch(/<D:prop><D:displayname\/><\/D:prop><D:status>HTTP\/1\.1 424 /);
      const kept = await ask('PROPFIND', path, propfind('D:displayname'), { depth: '0' });
      expect(kept.text).toContain('<D:displayname>inbox</D:displayname>');
    }
  }
});
