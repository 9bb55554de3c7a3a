import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';
import { calendar, document, event, found, propfind, query, todo, xml } from './fixtures.ts';

// CalDAV over the real rooms, as a client without manners would speak it.

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;
const home = '/dav/calendars/ana';

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  await suite.addMember('ana@coop.localhost', password);
});
afterAll(() => suite.stop());

const login = { authorization: `Basic ${Buffer.from(`ana:${password}`).toString('base64')}` };

function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const type = body?.startsWith('<?xml') ? xml : {};
  return browser.ask(path, {
    method,
    headers: { ...login, ...type, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const put = (path: string, body: string, headers: Record<string, string> = {}) =>
  ask('PUT', path, body, { 'content-type': 'text/calendar; charset=utf-8', ...headers });

async function fresh(name: string): Promise<string> {
  expect((await ask('MKCALENDAR', `${home}/${name}`)).status).toBe(201);
  return `${home}/${name}`;
}

describe('a home', () => {
  test('has a calendar and an inbox from the first visit on', async () => {
    const { status, text } = await ask('PROPFIND', `${home}/`, propfind('D:resourcetype', 'D:displayname'), {
      depth: '1',
    });
    expect(status).toBe(207);
    expect(text).toContain(`<D:href>${home}/personal/</D:href>`);
    expect(text).toContain('<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>');
    expect(text).toContain(`<D:href>${home}/inbox/</D:href>`);
    expect(text).toContain('<C:schedule-inbox/>');
    expect(text).toContain('<D:displayname>Personal</D:displayname>');
  });

  test('keeps the alarms of all calendars, where one has none of its own', async () => {
    const alarm = 'BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM';
    const set = (name: string, text: string) =>
      ask(
        'PROPPATCH',
        `${home}/`,
        document('D:propertyupdate', `<D:set><D:prop><${name}>${text}</${name}></D:prop></D:set>`),
      );
    const names = ['C:default-alarm-vevent-datetime', 'C:default-alarm-vtodo-date'] as const;
    const shown = async (path: string) =>
      (await ask('PROPFIND', path, propfind(...names), { depth: '0' })).text;
    expect(await shown(`${home}/`)).not.toContain('VALARM');
    expect((await set(names[0], alarm)).text).toContain('200 OK');
    expect(await shown(`${home}/`)).toMatch(/vevent-datetime>BEGIN:VALARM[\s\S]*404 Not Found/);
    expect(await shown(`${home}/personal/`)).not.toContain('VALARM');
    for (const junk of ['junk', 'BEGIN:VALARM', 'BEGIN:VEVENT\nUID:x\nEND:VEVENT'])
      expect((await set(names[1], junk)).text).toContain('<C:valid-calendar-data/>');
    expect((await set(names[1], '')).text).toContain('200 OK');
    expect((await set('C:calendar-description', 'x')).text).toContain('403 Forbidden');
    expect((await ask('OPTIONS', `${home}/`)).headers.dav).toContain('calendar-default-alarms');
  });

  test('is named by the principal, whose address is there too', async () => {
    const { text } = await ask(
      'PROPFIND',
      '/dav/principals/ana/',
      propfind('C:calendar-home-set', 'CS:email-address-set'),
      { depth: '0' },
    );
    expect(text).toContain(`<C:calendar-home-set><D:href>${home}/</D:href></C:calendar-home-set>`);
    expect(text).toContain('<CS:email-address>ana@coop.localhost</CS:email-address>');
  });

  test('OPTIONS says what can be done', async () => {
    const { headers } = await ask('OPTIONS', `${home}/`);
    expect(headers.dav).toContain('calendar-access');
    expect(headers.dav).toContain('extended-mkcol');
    expect((await ask('OPTIONS', `${home}/new`)).headers.allow).toContain('MKCALENDAR');
  });

  test('.well-known/caldav leads to the root, which names the homes', async () => {
    const { status, headers } = await ask('PROPFIND', '/.well-known/caldav');
    expect([status, headers.location]).toEqual([301, '/dav/']);
    const { text } = await ask('PROPFIND', '/dav/', propfind('D:current-user-principal'), { depth: '1' });
    expect(text).toContain('<D:href>/dav/calendars/</D:href>');
  });
});

describe('calendars', () => {
  test('MKCALENDAR sets what it says, at once', async () => {
    const body = document(
      'C:mkcalendar',
      `<D:set><D:prop><D:displayname>Garden &amp; hens</D:displayname><C:calendar-description>Who waters</C:calendar-description>
        <A:calendar-color symbolic-color="custom">#FF2968FF</A:calendar-color><A:calendar-order>3</A:calendar-order>
        <C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>
        <C:calendar-timezone-id>Europe/Paris</C:calendar-timezone-id><x xmlns="urn:x">kept</x></D:prop></D:set>`,
    );
    expect((await ask('MKCALENDAR', `${home}/garden`, body)).status).toBe(201);
    const { text } = await ask(
      'PROPFIND',
      `${home}/garden/`,
      propfind(
        'D:displayname',
        'C:calendar-description',
        'A:calendar-color',
        'A:calendar-order',
        'C:supported-calendar-component-set',
        'C:calendar-timezone',
        'C:calendar-timezone-id',
        'C:schedule-calendar-transp',
        'CS:getctag',
        'D:sync-token',
      ),
      { depth: '0' },
    );
    for (const shown of [
      '<D:displayname>Garden &amp; hens</D:displayname>',
      '<C:calendar-description>Who waters</C:calendar-description>',
      '<ICAL:calendar-color>#FF2968FF</ICAL:calendar-color>',
      '<ICAL:calendar-order>3</ICAL:calendar-order>',
      '<C:comp name="VTODO"/></C:supported-calendar-component-set>',
      '<C:calendar-timezone-id>Europe/Paris</C:calendar-timezone-id>',
      'TZID:Europe/Paris',
      '<C:schedule-calendar-transp><C:opaque/>',
      '<CS:getctag>',
      '<D:sync-token>data:,',
    ]) {
      expect(text).toContain(shown);
    }
    expect(text).not.toContain('404');
    const dead = document('D:propfind', '<D:prop><x xmlns="urn:x"/></D:prop>');
    expect((await ask('PROPFIND', `${home}/garden/`, dead, { depth: '0' })).text).toContain('kept');
    // RFC 4791 §5.2.3: what it may hold is said when it is made.
    const change = document(
      'D:propertyupdate',
      '<D:set><D:prop><C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set></D:prop></D:set>',
    );
    expect((await ask('PROPPATCH', `${home}/garden/`, change)).text).toContain('403 Forbidden');
    expect((await put(`${home}/garden/e.ics`, event('e'))).text).toContain(
      '<C:supported-calendar-component/>',
    );
    expect((await put(`${home}/garden/t.ics`, todo('t'))).status).toBe(201);
  });

  test('an extended MKCOL makes one too; a plain one, and one elsewhere, does not', async () => {
    const types = (type: string) =>
      document(
        'D:mkcol',
        `<D:set><D:prop><D:resourcetype><D:collection/>${type}</D:resourcetype><D:displayname>Two</D:displayname></D:prop></D:set>`,
      );
    expect((await ask('MKCOL', `${home}/two/`, types('<C:calendar/>'))).status).toBe(201);
    const plain = await ask('MKCOL', `${home}/plain/`);
    expect([plain.status, plain.text]).toEqual([403, expect.stringContaining('<D:valid-resourcetype/>')]);
    const inside = await ask('MKCALENDAR', `${home}/two/inner`);
    expect([inside.status, inside.text]).toEqual([
      403,
      expect.stringContaining('<C:calendar-collection-location-ok/>'),
    ]);
    expect((await ask('MKCALENDAR', '/dav/files/ana/x')).text).toContain('calendar-collection-location-ok');
    expect((await ask('MKCALENDAR', `${home}/two`)).status).toBe(405);
    expect((await ask('DELETE', `${home}/two/`)).status).toBe(204);
    expect((await ask('PROPFIND', `${home}/two/`, undefined, { depth: '0' })).status).toBe(404);
  });

  test('what is set later: name, colour, transparency, an alarm; what cannot be is refused', async () => {
    const path = await fresh('later');
    const set = (prop: string) =>
      ask('PROPPATCH', `${path}/`, document('D:propertyupdate', `<D:set><D:prop>${prop}</D:prop></D:set>`));
    expect(
      (
        await set(
          '<D:displayname>Été</D:displayname><C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp><C:default-alarm-vevent-date>BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15H\nEND:VALARM\n</C:default-alarm-vevent-date>',
        )
      ).text,
    ).not.toMatch(/40[0-9] |42[0-9] /);
    expect((await set('<A:calendar-order>first</A:calendar-order>')).text).toContain('409 Conflict');
    expect((await set('<C:calendar-timezone>nonsense</C:calendar-timezone>')).text).toContain(
      '<C:valid-calendar-data',
    );
    expect((await set('<C:calendar-timezone-id>Europe/Nowhere</C:calendar-timezone-id>')).text).toContain(
      '<C:valid-timezone/>',
    );
    expect((await set('<C:max-instances>1</C:max-instances>')).text).toContain('403 Forbidden');
    expect((await set('<C:supported-rscale-set/>')).text).toContain('403 Forbidden');
    const { text } = await ask(
      'PROPFIND',
      `${path}/`,
      propfind(
        'D:displayname',
        'C:schedule-calendar-transp',
        'C:default-alarm-vevent-date',
        'C:supported-rscale-set',
      ),
      { depth: '0' },
    );
    expect(text).toContain('<D:displayname>Été</D:displayname>');
    expect(text).toContain('<C:supported-rscale>GREGORIAN</C:supported-rscale>');
    expect(text).toContain('<C:transparent/>');
    expect(text).toContain('BEGIN:VALARM');
    const gone = document(
      'D:propertyupdate',
      '<D:remove><D:prop><C:default-alarm-vevent-date/><D:displayname/></D:prop></D:remove>',
    );
    expect((await ask('PROPPATCH', `${path}/`, gone)).status).toBe(207);
    const after = await ask(
      'PROPFIND',
      `${path}/`,
      propfind('D:displayname', 'C:default-alarm-vevent-date'),
      {
        depth: '0',
      },
    );
    expect(after.text).toContain('<D:displayname>later</D:displayname>');
    expect(after.text).not.toContain('VALARM');
  });
});

describe('objects', () => {
  test('are kept as they came, under their ETag', async () => {
    const path = `${await fresh('kept')}/a.ics`;
    const body = event('kept-a', 'X-ODD;X-P=1:as it was\nDESCRIPTION:é\\, ü');
    const created = await put(path, body, { 'if-none-match': '*' });
    expect(created.status).toBe(201);
    const { etag } = created.headers;
    const got = await ask('GET', path);
    expect([got.text, got.headers.etag, got.headers['content-type']]).toEqual([
      body,
      etag,
      'text/calendar; charset=utf-8; component=vevent',
    ]);
    expect((await put(path, event('kept-a'), { 'if-none-match': '*' })).status).toBe(412);
    expect((await put(path, event('kept-a'), { 'if-match': '"other"' })).status).toBe(412);
    const changed = await put(path, event('kept-a'), { 'if-match': String(etag) });
    expect(changed.status).toBe(204);
    expect(changed.headers.etag).not.toBe(etag);
    expect((await ask('DELETE', path, undefined, { 'if-match': String(etag) })).status).toBe(412);
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('GET', path)).status).toBe(404);
  });

  test.each<[string, string, string]>([
    ['what is no calendar', 'hello', 'valid-calendar-data'],
    ['half a calendar', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\n', 'valid-calendar-data'],
    ['nothing', '', 'valid-calendar-data'],
    ['two UIDs', calendar(`${inner('a')}\n${inner('b')}`), 'valid-calendar-object-resource'],
    ['two kinds', calendar(`${inner('a')}\n${inner('a', 'VTODO')}`), 'valid-calendar-object-resource'],
    [
      'no UID',
      calendar('BEGIN:VEVENT\nDTSTAMP:20260101T000000Z\nDTSTART:20260101\nEND:VEVENT'),
      'valid-calendar-object-resource',
    ],
    ['a METHOD', calendar(`METHOD:REQUEST\n${inner('a')}`), 'valid-calendar-object-resource'],
    ['a rule that is none', event('r', 'RRULE:FREQ=SOMETIMES'), 'valid-calendar-data'],
    ['a rule of another calendar', event('r', 'RRULE:RSCALE=HEBREW;FREQ=YEARLY'), 'supported-rscale'],
    ['a UID without end', event('u'.repeat(2_000)), 'valid-calendar-object-resource'],
    ['50,000 dates', event('r', `RDATE:${dates(50_000)}`), 'max-instances'],
    ['more dates than are kept', event('r', `RDATE:${dates(4_500)}`), 'max-instances'],
    ['an unknown kind', calendar(inner('a', 'VTHING')), 'supported-calendar-component'],
  ])('%s: refused with its precondition, and nothing is kept', async (_, body, condition) => {
    const answer = await put(`${home}/personal/bad.ics`, body);
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining(`<C:${condition}/>`)]);
    expect((await ask('GET', `${home}/personal/bad.ics`)).status).toBe(404);
  });

  test('of another type, or too long', async () => {
    const typed = await put(`${home}/personal/bad.ics`, event('x'), { 'content-type': 'application/json' });
    expect([typed.status, typed.text]).toEqual([
      403,
      expect.stringContaining('<C:supported-calendar-data/>'),
    ]);
    const long = await put(`${home}/personal/bad.ics`, event('x', `DESCRIPTION:${'x'.repeat(1_100_000)}`));
    expect([long.status, long.text]).toEqual([403, expect.stringContaining('<C:max-resource-size/>')]);
  });

  test('whose UID another has: its place is named', async () => {
    const path = await fresh('uids');
    expect((await put(`${path}/one.ics`, event('same'))).status).toBe(201);
    const { status, text } = await put(`${path}/two.ics`, event('same'));
    expect(status).toBe(403);
    expect(text).toContain(`<C:no-uid-conflict><D:href>${path}/one.ics</D:href></C:no-uid-conflict>`);
    // Elsewhere it may be, as long as nobody is invited.
    expect((await put(`${await fresh('uids2')}/two.ics`, event('same'))).status).toBe(201);
  });

  test('are copied and moved between calendars', async () => {
    const [from, to] = [await fresh('from'), await fresh('to')];
    const one = await put(`${from}/one.ics`, event('moved'));
    const at = (path: string) => ({ destination: path });
    const moved = await ask('MOVE', `${from}/one.ics`, undefined, at(`${to}/two.ics`));
    expect(moved.status).toBe(201);
    expect((await ask('GET', `${from}/one.ics`)).status).toBe(404);
    expect((await ask('GET', `${to}/two.ics`)).headers.etag).toBe(one.headers.etag);
    expect((await ask('COPY', `${to}/two.ics`, undefined, at(`${from}/back.ics`))).status).toBe(201);
    const twice = await ask('COPY', `${to}/two.ics`, undefined, at(`${to}/again.ics`));
    expect([twice.status, twice.text]).toEqual([403, expect.stringContaining('no-uid-conflict')]);
    const away = await ask('MOVE', `${to}/two.ics`, undefined, at('/dav/files/ana/two.ics'));
    expect(away.status).toBe(403);
    expect((await ask('GET', `${to}/two.ics`)).status).toBe(200);
  });
});

function dates(count: number): string {
  const at = (days: number) => new Date(Date.UTC(2026, 0, 1 + days)).toISOString().slice(0, 10);
  // Longer than a day apart, so that none is another's.
  return Array.from({ length: count }, (_, day) => `${at(day % 30_000).replaceAll('-', '')}T100000Z`).join(
    ',',
  );
}

function inner(uid: string, name = 'VEVENT'): string {
  return `BEGIN:${name}\nUID:${uid}\nDTSTAMP:20260101T000000Z\nDTSTART:20260305T100000Z\nEND:${name}`;
}

describe('sync-collection', () => {
  const sync = (token: string) =>
    document(
      'D:sync-collection',
      `<D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>`,
    );
  const tokenOf = (text: string) => /<D:sync-token>([^<]*)</.exec(text)?.[1] ?? '';

  test('what changed and what went', async () => {
    const path = await fresh('synced');
    for (const name of ['a', 'b', 'c']) await put(`${path}/${name}.ics`, event(`sync-${name}`));
    const first = await ask('REPORT', `${path}/`, sync(''));
    expect(found(first.text).sort()).toEqual(['a.ics', 'b.ics', 'c.ics']);
    await put(`${path}/b.ics`, event('sync-b', 'LOCATION:here'));
    await ask('DELETE', `${path}/c.ics`);
    const second = await ask('REPORT', `${path}/`, sync(tokenOf(first.text)));
    expect(found(second.text)).toEqual(['b.ics']);
    expect(second.text).toContain(`<D:href>${path}/c.ics</D:href><D:status>HTTP/1.1 404`);
    const third = await ask('REPORT', `${path}/`, sync(tokenOf(second.text)));
    expect(third.text).not.toContain('<D:response>');
    const other = await ask('REPORT', `${home}/personal/`, sync(tokenOf(second.text)));
    expect([other.status, other.text]).toEqual([403, expect.stringContaining('valid-sync-token')]);
  });
});

test('sync-collection answers the data too where it is asked for, as a query would', async () => {
  const path = await fresh('synced-data');
  const bytes = event('daily', 'RRULE:FREQ=DAILY;COUNT=2', 'DTSTART:20260305T100000Z');
  await put(`${path}/daily.ics`, bytes);
  const sync = async (within: string) => {
    const body = document(
      'D:sync-collection',
      `<D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/><C:calendar-data>${within}</C:calendar-data></D:prop>`,
    );
    return (await ask('REPORT', `${path}/`, body)).text;
  };
  expect(await sync('')).toContain(`<C:calendar-data>${bytes.replaceAll('\r', '&#13;')}</C:calendar-data>`);
  const expanded = await sync('<C:expand start="20260305T000000Z" end="20260309T000000Z"/>');
  expect([...expanded.matchAll(/DTSTART:(\d+T\d+Z)/g)].map(([, at]) => at)).toEqual([
    '20260305T100000Z',
    '20260306T100000Z',
  ]);
  expect(expanded).toContain('<D:sync-token>');
});

describe('calendar-multiget', () => {
  test('in any spelling; what is not there is said so', async () => {
    const path = await fresh('many');
    await put(`${path}/a%40b.ics`, event('m-a', 'DESCRIPTION:1 < 2 & "3"'));
    await put(`${path}/b.ics`, event('m-b'));
    const hrefs = [
      `${path}/a@b.ics`,
      `https://localhost:${suite.ports.https}${path}/b.ics`,
      `${path}/none.ics`,
      '/elsewhere/x.ics',
    ];
    const body = document(
      'C:calendar-multiget',
      `<D:prop><D:getetag/><C:calendar-data/></D:prop>${hrefs.map((href) => `<D:href>${href}</D:href>`).join('')}`,
    );
    const { status, text } = await ask('REPORT', `${path}/`, body, { depth: '1' });
    expect(status).toBe(207);
    expect(found(text)).toEqual(['a%40b.ics', 'b.ics']);
    expect(text).toContain('DESCRIPTION:1 &lt; 2 &amp; "3"');
    expect([...text.matchAll(/404 Not Found/g)]).toHaveLength(2);
    // RFC 4791 §9.6: of no PROPFIND.
    const asked = await ask('PROPFIND', `${path}/b.ics`, propfind('C:calendar-data'), { depth: '0' });
    expect(asked.text).toContain('404 Not Found');
  });
});

describe('calendar-query', () => {
  let path: string;
  beforeAll(async () => {
    path = await fresh('asked');
    const objects: Record<string, string> = {
      march: event(
        'march',
        'DURATION:PT1H\nCATEGORIES:Home,Work\nATTENDEE;PARTSTAT=DECLINED:mailto:bea@x.example',
      ),
      may: event('may', 'LOCATION:Élan', 'DTSTART;VALUE=DATE:20260504'),
      weekly: event('weekly', 'RRULE:FREQ=WEEKLY', 'DTSTART:20260101T090000Z'),
      alarm: event(
        'alarm',
        'BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-P2D\nEND:VALARM',
        'DTSTART:20260701T100000Z',
      ),
      floating: event('floating', '', 'DTSTART:20260901T003000'),
      done: todo('done', 'DUE:20260310T100000Z\nSTATUS:COMPLETED\nCOMPLETED:20260309T080000Z'),
      open: todo('open'),
    };
    for (const [name, body] of Object.entries(objects)) {
      const answer = await put(`${path}/${name}`, body);
      expect([name, answer.status, answer.text]).toEqual([name, 201, '']);
    }
  });

  const vevent = (within: string) => `<C:comp-filter name="VEVENT">${within}</C:comp-filter>`;
  const vtodo = (within: string) => `<C:comp-filter name="VTODO">${within}</C:comp-filter>`;
  const range = (start: string, end: string) =>
    `<C:time-range start="${start}T000000Z" end="${end}T000000Z"/>`;
  const prop = (name: string, within: string) => `<C:prop-filter name="${name}">${within}</C:prop-filter>`;
  const match = (text: string, more = '') => `<C:text-match${more}>${text}</C:text-match>`;

  test.each<[string, string, string[]]>([
    ['everything', '', ['alarm', 'done', 'floating', 'march', 'may', 'open', 'weekly']],
    ['a kind', '<C:comp-filter name="VTODO"/>', ['done', 'open']],
    [
      'what is not of a kind',
      '<C:comp-filter name="VEVENT"><C:is-not-defined/></C:comp-filter>',
      ['done', 'open'],
    ],
    ['a month', vevent(range('20260301', '20260401')), ['march', 'weekly']],
    ['a day that recurs', vevent(range('20260108', '20260109')), ['weekly']],
    ['a day between', vevent(range('20260109', '20260110')), []],
    ['an all-day event', vevent(range('20260504', '20260505')), ['may', 'weekly'].filter((n) => n === 'may')],
    ['from a time on', vevent('<C:time-range start="20260602T000000Z"/>'), ['alarm', 'floating', 'weekly']],
    [
      'an alarm',
      vevent(`<C:comp-filter name="VALARM">${range('20260629', '20260630')}</C:comp-filter>`),
      ['alarm'],
    ],
    [
      'no alarm',
      vevent('<C:comp-filter name="VALARM"><C:is-not-defined/></C:comp-filter>'),
      ['floating', 'march', 'may', 'weekly'],
    ],
    ['a text', vevent(prop('SUMMARY', match('EVENT MA'))), ['march', 'may']],
    ['a text, letter by letter', vevent(prop('SUMMARY', match('EVENT MA', ' collation="i;octet"'))), []],
    [
      'a text with accents',
      vevent(prop('LOCATION', match('élAN', ' collation="i;unicode-casemap"'))),
      ['may'],
    ],
    ['the same in ASCII alone', vevent(prop('LOCATION', match('élAN'))), []],
    [
      'no such text',
      vevent(prop('SUMMARY', match('Event ma', ' negate-condition="yes"'))),
      ['alarm', 'floating', 'weekly'],
    ],
    ['a UID', vevent(prop('UID', match('weekly', ' collation="i;octet"'))), ['weekly']],
    ['a property that is there', vevent(prop('CATEGORIES', '')), ['march']],
    ['one that is not', vevent(prop('RRULE', '<C:is-not-defined/>')), ['alarm', 'floating', 'march', 'may']],
    [
      'a parameter',
      vevent(
        prop(
          'ATTENDEE',
          '<C:param-filter name="PARTSTAT"><C:text-match>declined</C:text-match></C:param-filter>',
        ),
      ),
      ['march'],
    ],
    [
      'a parameter that is not there',
      vevent(prop('ATTENDEE', '<C:param-filter name="ROLE"><C:is-not-defined/></C:param-filter>')),
      ['march'],
    ],
    [
      'a month and a text',
      vevent(range('20260301', '20260401') + prop('SUMMARY', match('march'))),
      ['march'],
    ],
    ['to-dos that are open', vtodo(prop('COMPLETED', '<C:is-not-defined/>')), ['open']],
    ['to-dos done on a day', vtodo(prop('COMPLETED', range('20260309', '20260310'))), ['done']],
    ['to-dos done on another', vtodo(prop('COMPLETED', range('20260310', '20260311'))), []],
  ])('%s', async (_, filter, expected) => {
    const { status, text } = await ask('REPORT', `${path}/`, query(filter), { depth: '1' });
    expect([status, found(text).sort()]).toEqual([207, expected]);
  });

  test('of one that recurs, text and time are of one and the same instance', async () => {
    const where = await fresh('instances');
    const override = `BEGIN:VEVENT\r\nUID:many\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:20260309T100000Z\r\nDTSTART:20260310T100000Z\r\nSUMMARY:Party\r\nEND:VEVENT\r\n`;
    const whole = event('many', 'RRULE:FREQ=WEEKLY', 'DTSTART:20260302T100000Z').replace(
      'END:VCALENDAR',
      `${override}END:VCALENDAR`,
    );
    expect((await put(`${where}/many`, whole)).status).toBe(201);
    const at = async (text: string, start: string, end: string) => {
      const filter = vevent(range(start, end) + prop('SUMMARY', match(text)));
      return found((await ask('REPORT', `${where}/`, query(filter), { depth: '1' })).text);
    };
    expect(await at('party', '20260310', '20260311')).toEqual(['many']);
    expect(await at('party', '20260401', '20260501')).toEqual([]);
    expect(await at('event', '20260401', '20260501')).toEqual(['many']);
    expect(await at('event', '20260310', '20260311')).toEqual([]);
    expect(await at('event', '20260309', '20260310')).toEqual([]);
  });

  test('times without a zone are read in that of the query, or of the calendar', async () => {
    const day = vevent(range('20260831', '20260901'));
    const ids = async (more: string) =>
      found((await ask('REPORT', `${path}/`, query(day, '<D:getetag/>', more), { depth: '1' })).text);
    expect(await ids('')).toEqual([]);
    expect(await ids('<C:timezone-id>Europe/Paris</C:timezone-id>')).toEqual(['floating']);
    const set = document(
      'D:propertyupdate',
      '<D:set><D:prop><C:calendar-timezone-id>Europe/Paris</C:calendar-timezone-id></D:prop></D:set>',
    );
    expect((await ask('PROPPATCH', `${path}/`, set)).status).toBe(207);
    expect(await ids('')).toEqual(['floating']);
  });

  test.each<[string, string, string]>([
    [
      'no comp-filter of VCALENDAR',
      document('C:calendar-query', '<C:filter><C:comp-filter name="VEVENT"/></C:filter>'),
      'valid-filter',
    ],
    ['no filter', document('C:calendar-query', '<D:prop/>'), 'valid-filter'],
    ['a time that is none', query(vevent('<C:time-range start="2026-01-01"/>')), 'valid-filter'],
    ['an end before its start', query(vevent(range('20260401', '20260301'))), 'valid-filter'],
    ['an empty range', query(vevent('<C:time-range/>')), 'valid-filter'],
    ['is-not-defined beside more', query(vevent(`<C:is-not-defined/>${prop('UID', '')}`)), 'valid-filter'],
    [
      'an unknown collation',
      query(vevent(prop('SUMMARY', match('x', ' collation="i;klingon"')))),
      'supported-collation',
    ],
    [
      'another kind of data',
      query('', '<C:calendar-data content-type="application/calendar+json"/>'),
      'supported-calendar-data',
    ],
    [
      'a collation that is no text',
      query(vevent(prop('SUMMARY', match('x', ' collation="i;ascii-numeric"')))),
      'supported-collation',
    ],
    ['an unknown zone', query('', '', '<C:timezone-id>Mars/Olympus</C:timezone-id>'), 'valid-timezone'],
    ['a zone that is none', query('', '', '<C:timezone>x</C:timezone>'), 'valid-calendar-data'],
  ])('%s: refused', async (_, body, condition) => {
    const { status, text } = await ask('REPORT', `${path}/`, body, { depth: '1' });
    expect([status, text]).toEqual([403, expect.stringContaining(`<C:${condition}/>`)]);
  });

  test('data as it is asked for: all, expanded, a part', async () => {
    const week = vevent(range('20260105', '20260119'));
    const data = async (within: string) =>
      (
        await ask('REPORT', `${path}/`, query(week, `<C:calendar-data>${within}</C:calendar-data>`), {
          depth: '1',
        })
      ).text;
    expect(await data('')).toContain('RRULE:FREQ=WEEKLY');
    const expanded = await data('<C:expand start="20260105T000000Z" end="20260119T000000Z"/>');
    expect(expanded).not.toContain('RRULE');
    expect([...expanded.matchAll(/DTSTART:(\d+T\d+Z)/g)].map(([, at]) => at)).toEqual([
      '20260108T090000Z',
      '20260115T090000Z',
    ]);
    expect(expanded).toContain('RECURRENCE-ID:20260108T090000Z');
    const part = await data(
      '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="UID"/><C:prop name="SUMMARY" novalue="yes"/></C:comp></C:comp>',
    );
    expect(part).toContain('BEGIN:VEVENT&#13;\nUID:weekly&#13;\nSUMMARY:&#13;\nEND:VEVENT');
    expect(part).not.toContain('VERSION');
  });

  test('data that is too much is 507, and what else is asked of it is answered', async () => {
    const where = await fresh('many-instances');
    await put(`${where}/often`, event('often', 'RRULE:FREQ=DAILY', 'DTSTART:20000101T000000Z'));
    await put(`${where}/once`, event('once', '', 'DTSTART:20000101T000000Z'));
    const data =
      '<D:getetag/><C:calendar-data><C:expand start="20000101T000000Z" end="21000101T000000Z"/></C:calendar-data>';
    const hrefs = ['often', 'once'].map((name) => `<D:href>${where}/${name}</D:href>`).join('');
    for (const body of [
      query('', data),
      document('C:calendar-multiget', `<D:prop>${data}</D:prop>${hrefs}`),
      document('D:sync-collection', `<D:sync-token/><D:sync-level>1</D:sync-level><D:prop>${data}</D:prop>`),
    ]) {
      const { status, text } = await ask('REPORT', `${where}/`, body, { depth: '1' });
      expect([status, found(text).sort()]).toEqual([207, ['often', 'once']]);
      expect(text).toContain(
        '<D:propstat><D:prop><C:calendar-data/></D:prop><D:status>HTTP/1.1 507 Insufficient Storage</D:status><D:error><D:number-of-matches-within-limits/></D:error></D:propstat>',
      );
      expect([...text.matchAll(/BEGIN:VEVENT/g)]).toHaveLength(1);
    }
  });

  test.each([
    ['half a range', '<C:expand start="20260105T000000Z"/>'],
    ['a range that is none', '<C:limit-recurrence-set start="20260105" end="20260106"/>'],
    [
      'two of what cannot be together',
      '<C:expand start="20260105T000000Z" end="20260106T000000Z"/><C:limit-recurrence-set start="20260105T000000Z" end="20260106T000000Z"/>',
    ],
  ])('%s is no request', async (_, within) => {
    const body = query('', `<C:calendar-data>${within}</C:calendar-data>`);
    expect((await ask('REPORT', `${path}/`, body, { depth: '1' })).status).toBe(400);
  });

  test('of a home with Depth infinity, of one object, and of nothing with Depth 0', async () => {
    const body = query(vevent(prop('UID', match('weekly'))));
    const at = async (where: string, depth: string) =>
      found((await ask('REPORT', where, body, { depth })).text);
    expect(await at(`${home}/`, 'infinity')).toEqual(['weekly']);
    expect(await at(`${path}/weekly`, '0')).toEqual(['weekly']);
    expect(await at(`${path}/march`, '0')).toEqual([]);
    expect(await at(`${path}/`, '0')).toEqual([]);
  });
});

describe('free-busy-query', () => {
  const busyIn = (path: string, start: string, end: string, depth = '1') =>
    ask(
      'REPORT',
      `${path}/`,
      document('C:free-busy-query', `<C:time-range start="${start}T000000Z" end="${end}T000000Z"/>`),
      { depth },
    );

  test('times alone, of what makes busy', async () => {
    const path = await fresh('busy');
    await put(`${path}/a`, event('busy-a', 'DURATION:PT1H'));
    await put(`${path}/b`, event('busy-b', 'DURATION:PT1H\nSTATUS:TENTATIVE', 'DTSTART:20260306T100000Z'));
    await put(`${path}/c`, event('busy-c', 'DURATION:PT1H\nTRANSP:TRANSPARENT', 'DTSTART:20260307T100000Z'));
    await put(
      `${path}/d`,
      event('busy-d', 'DURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2', 'DTSTART:20260308T100000Z'),
    );
    const { status, text, headers } = await busyIn(path, '20260301', '20260401');
    expect([status, headers['content-type']]).toEqual([200, 'text/calendar; charset=utf-8']);
    expect(text).toContain('BEGIN:VFREEBUSY');
    expect(text.replaceAll('\r\n ', '')).toContain(
      'FREEBUSY;FBTYPE=BUSY:20260305T100000Z/20260305T110000Z,20260308T100000Z/20260308T110000Z,20260309T100000Z/20260309T110000Z',
    );
    expect(text).toContain('FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260306T100000Z/20260306T110000Z');
    expect(text).not.toMatch(/20260307T10|SUMMARY/);
    expect((await busyIn(home, '20260305', '20260306', 'infinity')).text).toContain('20260305T100000Z/');
  });

  test('what its owner declined, what they say does not count and what others share with them do not make them busy', async () => {
    const bea = await suite.addMember('bea@coop.localhost', password);
    const asBea = { authorization: `Basic ${Buffer.from(`bea:${password}`).toString('base64')}` };
    const at = (day: number) => `DTSTART:202701${day}T100000Z`;
    const theirs = '/dav/calendars/bea/personal';
    expect((await put(`${theirs}/x`, event('of-bea', 'DURATION:PT1H', at(10)), asBea)).status).toBe(201);
    const { collections } = suite.rooms;
    const shared = await collections.collection(bea.id, 'calendars', 'personal');
    const ana = await suite.rooms.accounts.accounts.byName('ana');
    const to = { member: ana?.id ?? 0, group: '' };
    const wish = { rights: 'read', summary: '', accepted: true } as const;
    await collections.sharing.give(bea.id, shared?.id ?? 0, to, wish);
    const path = await fresh('days');
    const who = 'DURATION:PT1H\nATTENDEE;SCHEDULE-AGENT=NONE;PARTSTAT=';
    const asked = (status: string) => `${who}${status}:mailto:ana@coop.localhost`;
    await put(`${path}/declined`, event('declined', asked('DECLINED'), at(11)));
    await put(`${path}/tentative`, event('tentative', asked('TENTATIVE'), at(12)));
    const idle = await fresh('idle');
    await put(`${idle}/x`, event('idle', 'DURATION:PT1H', at(13)));
    const transp =
      '<D:set><D:prop><C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp></D:prop></D:set>';
    expect((await ask('PROPPATCH', `${idle}/`, document('D:propertyupdate', transp))).status).toBe(207);
    const days = async (where: string, depth = '1') =>
      [...(await busyIn(where, '20270101', '20270201', depth)).text.matchAll(/FBTYPE=([\w-]+):202701(\d\d)/g)]
        .map(([, type, day]) => `${day} ${type}`)
        .join();
    expect(await days(home, 'infinity')).toBe('12 BUSY-TENTATIVE');
    expect(await days(path)).toBe('12 BUSY-TENTATIVE');
    expect(await days(idle)).toBe('13 BUSY');
    expect(await days(`${home}/bea~${shared?.id}`)).toBe('10 BUSY');
  });

  test('of how much', async () => {
    const { status, text } = await busyIn(`${home}/personal`, '20200101', '20260101');
    expect([status, text]).toEqual([403, expect.stringContaining('<D:number-of-matches-within-limits/>')]);
    for (const range of ['', '<C:time-range start="20260101" end="20260102"/>', '<C:time-range/>']) {
      const body = document('C:free-busy-query', range);
      expect([range, (await ask('REPORT', `${home}/personal/`, body)).status]).toEqual([range, 400]);
    }
  });
});

describe('time zones by reference (RFC 7809)', () => {
  test('VTIMEZONE comes and goes as it is asked for; the object is the same', async () => {
    const path = await fresh('zoned');
    const bare = event('zoned', '', 'DTSTART;TZID=Europe/Paris:20260305T100000');
    expect((await put(`${path}/z`, bare)).status).toBe(201);
    const own = `BEGIN:VTIMEZONE\nTZID:Garden\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0130\nTZOFFSETTO:+0130\nEND:STANDARD\nEND:VTIMEZONE`;
    const odd = event('odd', '', 'DTSTART;TZID=Garden:20260305T100000').replace(
      'BEGIN:VEVENT',
      `${own.replaceAll('\n', '\r\n')}\r\nBEGIN:VEVENT`,
    );
    expect((await put(`${path}/odd`, odd)).status).toBe(201);
    expect((await ask('GET', `${path}/z`)).text).toBe(bare);
    const asked = await ask('GET', `${path}/z`, undefined, { 'caldav-timezones': 'T' });
    expect(asked.text).toContain('BEGIN:VTIMEZONE\r\nTZID:Europe/Paris');
    expect(asked.headers.etag).toBe((await ask('GET', `${path}/z`)).headers.etag);
    expect(asked.headers.vary).toContain('CalDAV-Timezones');
    const body = query('', '<C:calendar-data/>');
    const report = async (wanted: string) =>
      (await ask('REPORT', `${path}/`, body, { depth: '1', 'caldav-timezones': wanted })).text;
    expect(await report('T')).toContain('TZID:Europe/Paris');
    const without = await report('F');
    expect(without).not.toContain('TZID:Europe/Paris');
    expect(without).toContain('TZID:Garden');
    expect((await ask('REPORT', `${path}/`, body, { 'caldav-timezones': 'maybe' })).status).toBe(400);
  });
});
