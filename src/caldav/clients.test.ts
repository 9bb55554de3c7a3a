import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { XmlElement } from '../formats/xml/index.ts';
import { type DavSuite, type MultiStatus, readMultiStatus, startDavSuite } from '../testing/index.ts';
import { document, event, propfind, query, todo } from './fixtures.ts';

// What the members' clients ask, in their order, from the first address that they try to the first event.

let suite: DavSuite;

beforeAll(async () => {
  suite = await startDavSuite(['ana']);
});
afterAll(() => suite.stop());

const ask = (
  method: string,
  path: string,
  body?: string,
  headers: Readonly<Record<string, string>> = {},
  user: string | null = 'ana@coop.localhost',
) => suite.ask(user, method, path, body, headers);

async function find(path: string, depth: string, ...names: string[]): Promise<MultiStatus> {
  const answer = await ask('PROPFIND', path, propfind(...names), { depth });
  expect([path, answer.status]).toEqual([path, 207]);
  return readMultiStatus(answer.text);
}

const href = (element: XmlElement | undefined) => element?.children[0]?.text ?? '';
const privileges = (element: XmlElement | undefined) =>
  element?.children.map(({ children }) => children[0]?.name) ?? [];
const types = (element: XmlElement | undefined) => element?.children.map(({ name }) => name) ?? [];
const principal = '/dav/principals/ana/';
const home = '/dav/calendars/ana/';

async function principalFrom(path: string): Promise<string> {
  const found = await find(path, '0', 'D:current-user-principal', 'D:principal-URL', 'D:resourcetype');
  return href(Object.values(found)[0]?.['200']?.['current-user-principal']);
}

describe('iOS and macOS', () => {
  test('from the address alone to the calendars', async () => {
    const moved = await ask('PROPFIND', '/.well-known/caldav', propfind('D:current-user-principal'), {
      depth: '0',
    });
    expect([moved.status, moved.headers.location]).toEqual([301, '/dav/']);
    const stranger = await ask(
      'PROPFIND',
      '/dav/',
      propfind('D:current-user-principal'),
      { depth: '0' },
      null,
    );
    expect([stranger.status, stranger.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('Basic'),
    ]);
    expect(await principalFrom('/dav/')).toBe(principal);
    // Where DNS says nothing it tries these.
    expect(await principalFrom('/')).toBe(principal);
    const row = (
      await find(
        principal,
        '0',
        'C:calendar-home-set',
        'C:calendar-user-address-set',
        'C:schedule-inbox-URL',
        'C:schedule-outbox-URL',
        'CS:dropbox-home-URL',
        'CS:email-address-set',
        'CS:notification-URL',
        'D:displayname',
        'D:principal-collection-set',
        'D:principal-URL',
        'D:resource-id',
        'D:supported-report-set',
      )
    )[principal];
    expect(href(row?.['200']?.['calendar-home-set'])).toBe(home);
    expect(href(row?.['200']?.['principal-URL'])).toBe(principal);
    expect(href(row?.['200']?.['principal-collection-set'])).toBe('/dav/principals/');
    expect(Object.keys(row?.['404'] ?? {})).toContain('dropbox-home-URL');
    const { headers } = await ask('OPTIONS', principal);
    expect(String(headers.dav).split(/, */)).toEqual(
      expect.arrayContaining(['1', '3', 'access-control', 'calendar-access', 'extended-mkcol']),
    );
  });

  test('the home with all that it wants to know of each calendar', async () => {
    const rows = await find(
      home,
      '1',
      'D:add-member',
      'CS:allowed-sharing-modes',
      'A:autoprovisioned',
      'C:default-alarm-vevent-date',
      'C:default-alarm-vevent-datetime',
      'A:calendar-color',
      'C:calendar-description',
      'C:calendar-free-busy-set',
      'A:calendar-order',
      'C:calendar-timezone',
      'D:current-user-privilege-set',
      'D:displayname',
      'CS:getctag',
      'D:owner',
      'CS:pre-publish-url',
      'CS:publish-url',
      'CS:push-transports',
      'CS:pushkey',
      'D:quota-available-bytes',
      'D:quota-used-bytes',
      'A:refreshrate',
      'D:resource-id',
      'D:resourcetype',
      'C:schedule-calendar-transp',
      'C:schedule-default-calendar-URL',
      'CS:source',
      'CS:subscribed-strip-alarms',
      'CS:subscribed-strip-attachments',
      'CS:subscribed-strip-todos',
      'C:supported-calendar-component-set',
      'C:supported-calendar-component-sets',
      'D:supported-report-set',
      'D:sync-token',
    );
    const calendar = rows[`${home}personal/`]?.['200'];
    expect(types(calendar?.resourcetype)).toEqual(['collection', 'calendar']);
    expect(privileges(calendar?.['current-user-privilege-set'])).toEqual(
      expect.arrayContaining(['read', 'write', 'write-properties', 'read-free-busy', 'bind', 'unbind']),
    );
    expect(href(calendar?.owner)).toBe(principal);
    expect(calendar?.getctag?.text).not.toBe('');
    expect(calendar?.['sync-token']?.text).toMatch(/^data:,/);
    expect(
      calendar?.['supported-report-set']?.children.map((each) => each.children[0]?.children[0]?.name),
    ).toEqual(
      expect.arrayContaining(['calendar-query', 'calendar-multiget', 'free-busy-query', 'sync-collection']),
    );
    expect(types(rows[`${home}inbox/`]?.['200']?.resourcetype)).toEqual(['collection', 'schedule-inbox']);
  });

  test('a calendar made on the phone, an event, and what the Mac then hears', async () => {
    const path = `${home}6F0E7C5A-0F8B-4C5C-8C41-6E4E39D4E4A1/`;
    const body = document(
      'C:mkcalendar',
      `<D:set><D:prop><C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
        <A:calendar-color symbolic-color="blue">#1BADF8FF</A:calendar-color><A:calendar-order>9</A:calendar-order>
        <C:calendar-free-busy-set><NO/></C:calendar-free-busy-set><D:displayname>Choir</D:displayname>
        <C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp></D:prop></D:set>`,
    );
    expect((await ask('MKCALENDAR', path, body)).status).toBe(201);
    const token = (await find(path, '0', 'D:sync-token'))[path]?.['200']?.['sync-token']?.text ?? '';
    const name = `${path}2B9E6B0D-1111-4222-8333-444455556666.ics`;
    const text = event('2B9E6B0D-1111-4222-8333-444455556666', 'LOCATION:Hall');
    const put = await ask('PUT', name, text, {
      'content-type': 'text/calendar',
      'if-none-match': '*',
      'user-agent': 'iOS/18.4 (22E240) dataaccessd/1.0',
    });
    expect([put.status, put.headers.etag]).toEqual([201, expect.stringMatching(/^"[0-9a-f]+"$/)]);
    const sync = document(
      'D:sync-collection',
      `<D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getcontenttype/><D:getetag/></D:prop>`,
    );
    const rows = readMultiStatus((await ask('REPORT', path, sync)).text);
    expect(rows[name]?.['200']?.getetag?.text).toBe(put.headers.etag);
    const multiget = document(
      'C:calendar-multiget',
      `<D:prop><D:getetag/><C:calendar-data/><C:schedule-tag/></D:prop><D:href>${name}</D:href>`,
    );
    const data = readMultiStatus((await ask('REPORT', path, multiget, { depth: '1' })).text);
    expect(data[name]?.['200']?.['calendar-data']?.text).toBe(text);
    expect((await ask('DELETE', name, undefined, { 'if-match': String(put.headers.etag) })).status).toBe(204);
  });

  test('the user name with its @ encoded, and principals whose slash is missing', async () => {
    for (const user of ['ana', 'ana%40coop.localhost', 'ana@coop.localhost']) {
      const answer = await ask(
        'PROPFIND',
        '/dav/principals/ana',
        propfind('D:displayname'),
        { depth: '0' },
        user,
      );
      expect([user, answer.status]).toEqual([user, 207]);
    }
  });
});

describe('Thunderbird', () => {
  test('finds, and looks at what each calendar can', async () => {
    expect(await principalFrom('/dav/')).toBe(principal);
    const rows = await find(
      home,
      '1',
      'D:resourcetype',
      'D:displayname',
      'D:current-user-privilege-set',
      'A:calendar-color',
      'C:supported-calendar-component-set',
    );
    const calendars = Object.entries(rows).filter(([, row]) =>
      types(row['200']?.resourcetype).includes('calendar'),
    );
    expect(calendars.map(([path]) => path)).toContain(`${home}personal/`);
    const calendar = `${home}personal/`;
    const [row] = Object.values(
      await find(
        calendar,
        '0',
        'D:resourcetype',
        'D:owner',
        'D:current-user-principal',
        'D:current-user-privilege-set',
        'D:supported-report-set',
        'C:supported-calendar-component-set',
        'CS:getctag',
      ),
    );
    expect(row?.['404']).toBeUndefined();
    expect((await ask('OPTIONS', home)).headers.dav).toContain('calendar-access');
  });

  test('synchronises with a Depth that the RFC does not want', async () => {
    const body = document(
      'D:sync-collection',
      '<D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getcontenttype/><D:getetag/></D:prop>',
    );
    await ask('PUT', `${home}personal/tb.ics`, event('tb'), { 'if-none-match': '*' });
    const answer = await ask('REPORT', `${home}personal/`, body, { depth: '1' });
    expect([answer.status, answer.text]).toEqual([207, expect.stringContaining('tb.ics')]);
    expect(answer.text).toContain('<D:getcontenttype>text/calendar; charset=utf-8; component=vevent');
  });
});

describe('DAVx5', () => {
  test('tries what it was given, then the well-known address, then the root', async () => {
    for (const [path, status] of [
      ['/', 207],
      ['/.well-known/caldav', 301],
      ['/dav/', 207],
    ] as const) {
      const body = propfind(
        'D:resourcetype',
        'D:displayname',
        'D:current-user-principal',
        'D:current-user-privilege-set',
        'C:calendar-home-set',
        'C:supported-calendar-component-set',
        'A:calendar-color',
        'C:calendar-description',
        'C:calendar-timezone',
      );
      expect([path, (await ask('PROPFIND', path, body, { depth: '0' })).status]).toEqual([path, status]);
    }
    expect((await ask('OPTIONS', principal)).headers.dav).toContain('calendar-access');
    const row = (
      await find(
        principal,
        '0',
        'D:displayname',
        'C:calendar-home-set',
        'CS:calendar-proxy-read-for',
        'CS:calendar-proxy-write-for',
        'D:group-membership',
      )
    )[principal];
    expect(href(row?.['200']?.['calendar-home-set'])).toBe(home);
    expect(row?.['200']?.['group-membership']).toBeDefined();
  });

  test('asks for each kind in the past 90 days, then for the objects by tens', async () => {
    const path = `${home}davx5/`;
    const made = document(
      'D:mkcol',
      `<D:set><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:displayname>Phone</D:displayname>
        <C:calendar-timezone-id>Europe/Rome</C:calendar-timezone-id></D:prop></D:set>`,
    );
    expect((await ask('MKCOL', path, made)).status).toBe(201);
    for (let at = 0; at < 12; at++)
      await ask('PUT', `${path}${at}.ics`, event(`phone-${at}`), { 'if-none-match': '*' });
    await ask('PUT', `${path}old.ics`, event('phone-old', '', 'DTSTART:20200101T100000Z'));
    await ask('PUT', `${path}task.ics`, todo('phone-task'));
    const names = async (component: string) => {
      const body = query(
        `<C:comp-filter name="${component}"><C:time-range start="20260101T000000Z"/></C:comp-filter>`,
      );
      return Object.keys(readMultiStatus((await ask('REPORT', path, body, { depth: '1' })).text));
    };
    const events = await names('VEVENT');
    expect(events).toHaveLength(12);
    expect(await names('VTODO')).toEqual([`${path}task.ics`]);
    expect(await names('VJOURNAL')).toEqual([]);
    const body = document(
      'C:calendar-multiget',
      `<D:prop><D:getcontenttype/><D:getetag/><C:schedule-tag/><C:calendar-data content-type="text/calendar" version="2.0"/></D:prop>${events
        .slice(0, 10)
        .map((each) => `<D:href>${each}</D:href>`)
        .join('')}`,
    );
    const rows = readMultiStatus((await ask('REPORT', path, body)).text);
    expect(Object.keys(rows)).toEqual(events.slice(0, 10));
    for (const row of Object.values(rows))
      expect(row['200']?.['calendar-data']?.text).toContain('BEGIN:VEVENT');
  });

  test('a change on both sides: the later one hears of it', async () => {
    const path = `${home}davx5/both.ics`;
    const first = await ask('PUT', path, event('both'), { 'if-none-match': '*' });
    const second = await ask('PUT', path, event('both', 'LOCATION:a'), {
      'if-match': String(first.headers.etag),
    });
    expect(second.status).toBe(204);
    const late = await ask('PUT', path, event('both', 'LOCATION:b'), {
      'if-match': String(first.headers.etag),
    });
    expect(late.status).toBe(412);
    const gone = await ask('DELETE', path, undefined, { 'if-match': String(first.headers.etag) });
    expect(gone.status).toBe(412);
  });
});

describe('Evolution', () => {
  test('asks the principal and its homes, then lists by ETag', async () => {
    const row = (
      await find(principal, '0', 'D:resourcetype', 'C:calendar-home-set', 'C:calendar-user-address-set')
    )[principal];
    expect(href(row?.['200']?.['calendar-home-set'])).toBe(home);
    const rows = await find(
      home,
      '1',
      'D:resourcetype',
      'D:displayname',
      'C:calendar-description',
      'C:supported-calendar-component-set',
      'A:calendar-color',
      'D:current-user-privilege-set',
    );
    expect(Object.keys(rows)).toContain(`${home}personal/`);
    const listed = await ask(
      'REPORT',
      `${home}davx5/`,
      query('<C:comp-filter name="VEVENT"/>', '<D:getetag/>'),
      { depth: '1' },
    );
    expect(listed.status).toBe(207);
    // It asks for a window of the visible month with data of the events in it.
    const data = await ask(
      'REPORT',
      `${home}davx5/`,
      query(
        '<C:comp-filter name="VEVENT"><C:time-range start="20260301T000000Z" end="20260401T000000Z"/></C:comp-filter>',
        '<D:getetag/><C:calendar-data/>',
      ),
      { depth: '1' },
    );
    expect(data.text).toContain('UID:phone-0');
    expect((await ask('GET', `${home}davx5/0.ics`)).text).toContain('UID:phone-0');
  });
});
