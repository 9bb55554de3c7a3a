import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DavSuite, startDavSuite } from '../../testing/index.ts';
import { delegateHrefsMax } from '../limits.ts';

// Who acts for whom, as macOS sets it and iOS and DAVx5 follow it.

let suite: DavSuite;
beforeAll(async () => {
  suite = await startDavSuite(['ana', 'bea', 'carl']);
  await suite.rooms.accounts.admin.addAlias('team@coop.localhost', ['carl@coop.localhost']);
});
afterAll(() => suite.stop());

const names =
  'xmlns:D="DAV:" xmlns:CS="http://calendarserver.org/ns/" xmlns:C="urn:ietf:params:xml:ns:caldav"';
const document = (root: string, inner: string) => `<?xml version="1.0"?><${root} ${names}>${inner}</${root}>`;
const propfind = (...properties: string[]) =>
  document('D:propfind', `<D:prop>${properties.map((name) => `<${name}/>`).join('')}</D:prop>`);
const members = (...hrefs: string[]) =>
  document(
    'D:propertyupdate',
    `<D:set><D:prop><D:group-member-set>${hrefs.map((href) => `<D:href>${href}</D:href>`).join('')}</D:group-member-set></D:prop></D:set>`,
  );

const ask = (user: string, method: string, path: string, body?: string, depth = '0') =>
  suite.ask(user, method, path, body, { depth });

const write = '/dav/principals/ana/calendar-proxy-write/';
const read = '/dav/principals/ana/calendar-proxy-read/';

test('an owner says who acts for them, and those find her calendars', async () => {
  const set = await ask('ana', 'PROPPATCH', write, members('/dav/principals/bea/'));
  expect(set.text).toContain('200 OK');
  expect((await ask('ana', 'PROPPATCH', read, members('mailto:team@coop.localhost'))).text).toContain(
    '200 OK',
  );
  const shown = await ask('ana', 'PROPFIND', write, propfind('D:group-member-set', 'D:resourcetype'));
  expect(shown.text).toContain(
    '<D:group-member-set><D:href>/dav/principals/bea/</D:href></D:group-member-set>',
  );
  expect(shown.text).toContain('<D:collection/><D:principal/><CS:calendar-proxy-write/>');
  expect((await ask('ana', 'PROPFIND', read, propfind('D:group-member-set'))).text).toContain(
    '/dav/principals/groups/team~coop.localhost/',
  );
  const listed = await ask('ana', 'PROPFIND', '/dav/principals/ana/', propfind('D:displayname'), '1');
  expect(listed.text).toContain(`<D:href>${read}</D:href>`);

  // DAVx5 follows these; iOS has them expanded.
  const bea = await ask(
    'bea',
    'PROPFIND',
    '/dav/principals/bea/',
    propfind('D:group-membership', 'CS:calendar-proxy-write-for', 'CS:calendar-proxy-read-for'),
  );
  expect(bea.text).toContain(`<D:group-membership><D:href>${write}</D:href></D:group-membership>`);
  expect(bea.text).toContain(
    '<CS:calendar-proxy-write-for><D:href>/dav/principals/ana/</D:href></CS:calendar-proxy-write-for>',
  );
  expect(bea.text).toMatch(/<CS:calendar-proxy-read-for\/>/);
  const expanded = await ask(
    'carl',
    'REPORT',
    '/dav/principals/carl/',
    document(
      'D:expand-property',
      `<D:property name="calendar-proxy-read-for" namespace="http://calendarserver.org/ns/"><D:property name="displayname"/>` +
        `<D:property name="calendar-home-set" namespace="urn:ietf:params:xml:ns:caldav"/></D:property>`,
    ),
  );
  expect(expanded.text).toContain('<D:href>/dav/calendars/ana/</D:href>');
  expect(
    (await ask('bea', 'PROPFIND', '/dav/calendars/ana/', propfind('D:displayname'), '1')).text,
  ).toContain('/dav/calendars/ana/personal/');
  expect((await ask('carl', 'MKCOL', '/dav/calendars/ana/new/')).status).not.toBe(201);

  // And taken away at once.
  expect((await ask('ana', 'PROPPATCH', write, members())).text).toContain('200 OK');
  expect((await ask('bea', 'PROPFIND', '/dav/calendars/ana/', propfind('D:displayname'))).status).toBe(404);
});

test('nobody else sets or sees it, and only who is here acts', async () => {
  expect((await ask('bea', 'PROPPATCH', write, members('/dav/principals/bea/'))).status).toBe(403);
  const seen = await ask('bea', 'PROPFIND', read, propfind('D:group-member-set'));
  expect(seen.text).not.toContain('team');
  for (const href of [
    '/dav/principals/nobody/',
    'mailto:eve@elsewhere.example',
    '/dav/files/bea/',
    '%',
    'x',
  ]) {
    const { status, text } = await ask('ana', 'PROPPATCH', write, members(href));
    expect([href, status, text]).toEqual([href, 207, expect.stringMatching(/403 .*recognized-principal/s)]);
  }
  expect((await ask('ana', 'PROPPATCH', write, members('/dav/principals/ana/'))).status).toBe(400);
  const many = Array.from({ length: delegateHrefsMax + 1 }, (_, at) => `/dav/principals/m${at}/`);
  expect((await ask('ana', 'PROPPATCH', write, members(...many))).text).toContain('409 Conflict');
  expect((await ask('ana', 'PROPFIND', '/dav/principals/ana/other/', propfind('D:displayname'))).status).toBe(
    404,
  );
  expect((await ask('ana', 'PROPFIND', `${write}x/`, propfind('D:displayname'))).status).toBe(404);
  expect(
    (await ask('bea', 'PROPFIND', '/dav/principals/ana/', propfind('CS:calendar-proxy-write-for'))).text,
  ).toContain('403 Forbidden');
});
