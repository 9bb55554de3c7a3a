import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';
import { document, event, found, propfind, query, todo, xml } from './fixtures.ts';

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;
let account = 0;
let calendar = 0;

const basic = (user: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Who asks: how they sign in, and what the calendar that this is about is called by them. */
const actors = {
  owner: () => ['ana', '/dav/calendars/ana/work'],
  'acts for her': () => ['bea', '/dav/calendars/ana/work'],
  'watches for her': () => ['carl', '/dav/calendars/ana/work'],
  writer: () => ['dora', `/dav/calendars/dora/ana~${calendar}`],
  reader: () => ['emil', `/dav/calendars/emil/ana~${calendar}`],
  'sees busy times': () => ['fred', `/dav/calendars/fred/ana~${calendar}`],
  'other member': () => ['gina', '/dav/calendars/ana/work'],
  nobody: () => [null, '/dav/calendars/ana/work'],
} satisfies Record<string, () => readonly [string | null, string]>;
type Actor = keyof typeof actors;
const everybody = Object.keys(actors) as readonly Actor[];

interface Asked {
  readonly method: string;
  /** Behind the calendar's URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The same, behind the calendar's URL. */
  readonly destination?: string;
  readonly body?: string;
}

function ask(actor: Actor, { method, path, headers = {}, destination, body }: Asked) {
  const [user, base] = actors[actor]();
  const type = body?.startsWith('<?xml') ? xml : {};
  return browser.ask(base + path, {
    method,
    headers: {
      ...type,
      ...headers,
      ...(user === null ? {} : { authorization: basic(user) }),
      ...(destination === undefined ? {} : { destination: base + destination }),
    },
    ...(body === undefined ? {} : { body }),
  });
}

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  const ids: Record<string, number> = {};
  for (const name of ['ana', 'bea', 'carl', 'dora', 'emil', 'fred', 'gina'])
    ids[name] = (await suite.addMember(`${name}@coop.localhost`, password)).id;
  account = ids.ana ?? 0;
  expect((await ask('owner', { method: 'MKCALENDAR', path: '' })).status).toBe(201);
  const { collections } = suite.rooms;
  calendar = (await collections.collection(account, 'calendars', 'work'))?.id ?? 0;
  const { sharing } = collections;
  const member = (name: string) => ({ member: ids[name] ?? 0, group: '' });
  await sharing.setDelegates(account, 'write', [member('bea')]);
  await sharing.setDelegates(account, 'read', [member('carl')]);
  for (const [name, rights] of [
    ['dora', 'write'],
    ['emil', 'read'],
    ['fred', 'busy'],
  ] as const) {
    await sharing.give(account, calendar, member(name), { rights, summary: '', accepted: true });
  }
});
afterAll(() => suite.stop());

/** The calendar holds a public event `a` and a private one `p`, whatever was done in it before. */
async function afresh(): Promise<void> {
  const { collections } = suite.rooms;
  for await (const page of collections.items(account, calendar)) {
    for (const { name } of page) await collections.remove(account, calendar, name);
  }
  const put = (path: string, body: string) => ask('owner', { method: 'PUT', path, body });
  expect((await put('/a', event('a'))).status).toBe(201);
  expect((await put('/p', event('p', 'CLASS:PRIVATE\nLOCATION:The doctor'))).status).toBe(201);
}

const sync = document(
  'D:sync-collection',
  '<D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>',
);
const multiget = (path: string) =>
  document('C:calendar-multiget', `<D:prop><C:calendar-data/></D:prop><D:href>${path}</D:href>`);
const lock = document(
  'D:lockinfo',
  '<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>',
);
const patch = document(
  'D:propertyupdate',
  '<D:set><D:prop><D:displayname>Mine</D:displayname></D:prop></D:set>',
);
const freeBusy = document(
  'C:free-busy-query',
  '<C:time-range start="20260301T000000Z" end="20260401T000000Z"/>',
);

/** What each is answered, in the order of `actors`; `new` is not there. */
const matrix: readonly (readonly [what: string, asked: Asked, statuses: readonly number[]])[] = [
  ['OPTIONS', { method: 'OPTIONS', path: '/a' }, [200, 200, 200, 200, 200, 200, 200, 200]],
  ['GET', { method: 'GET', path: '/a' }, [200, 200, 200, 200, 200, 200, 404, 401]],
  ['GET of what is private', { method: 'GET', path: '/p' }, [200, 200, 200, 200, 200, 200, 404, 401]],
  ['HEAD', { method: 'HEAD', path: '/a' }, [200, 200, 200, 200, 200, 200, 404, 401]],
  ['GET of the calendar', { method: 'GET', path: '/' }, [200, 200, 200, 200, 200, 200, 404, 401]],
  [
    'PUT over it',
    { method: 'PUT', path: '/a', body: event('a', 'LOCATION:x') },
    [204, 204, 403, 204, 403, 403, 409, 401],
  ],
  [
    'PUT over what is private',
    { method: 'PUT', path: '/p', body: event('p') },
    [204, 403, 403, 403, 403, 403, 409, 401],
  ],
  ['PUT', { method: 'PUT', path: '/new', body: event('n') }, [201, 201, 403, 201, 403, 403, 409, 401]],
  ['POST', { method: 'POST', path: '/', body: event('n') }, [201, 201, 403, 201, 403, 403, 404, 401]],
  ['DELETE', { method: 'DELETE', path: '/a' }, [204, 204, 403, 204, 403, 403, 404, 401]],
  ['DELETE of what is private', { method: 'DELETE', path: '/p' }, [204, 403, 403, 403, 403, 403, 404, 401]],
  ['MOVE', { method: 'MOVE', path: '/a', destination: '/new' }, [201, 201, 403, 201, 403, 403, 404, 401]],
  [
    'MOVE of what is private',
    { method: 'MOVE', path: '/p', destination: '/new' },
    [201, 403, 403, 403, 403, 403, 404, 401],
  ],
  // What stands there has another UID.
  [
    'MOVE onto what is private',
    { method: 'MOVE', path: '/a', destination: '/p' },
    [403, 403, 403, 403, 403, 403, 404, 401],
  ],
  // One UID cannot be there twice.
  ['COPY', { method: 'COPY', path: '/a', destination: '/new' }, [403, 403, 403, 403, 403, 403, 404, 401]],
  ['MKCALENDAR', { method: 'MKCALENDAR', path: '/in' }, [403, 403, 403, 403, 403, 403, 409, 401]],
  ['MKCOL', { method: 'MKCOL', path: '/in' }, [403, 403, 403, 403, 403, 403, 409, 401]],
  [
    'PROPFIND',
    { method: 'PROPFIND', path: '/', headers: { depth: '1' }, body: propfind('D:getetag') },
    [207, 207, 207, 207, 207, 207, 404, 401],
  ],
  ['PROPPATCH', { method: 'PROPPATCH', path: '/', body: patch }, [207, 207, 403, 207, 207, 207, 404, 401]],
  [
    'PROPPATCH of an object',
    { method: 'PROPPATCH', path: '/a', body: patch },
    [405, 405, 405, 405, 405, 405, 404, 401],
  ],
  ['LOCK', { method: 'LOCK', path: '/a', body: lock }, [405, 405, 405, 405, 405, 405, 409, 401]],
  [
    'calendar-query',
    { method: 'REPORT', path: '/', body: query('<C:comp-filter name="VEVENT"/>') },
    [207, 207, 207, 207, 207, 207, 404, 401],
  ],
  [
    'calendar-multiget',
    { method: 'REPORT', path: '/', body: multiget('/dav/calendars/ana/work/a') },
    [207, 207, 207, 207, 207, 207, 404, 401],
  ],
  ['sync-collection', { method: 'REPORT', path: '/', body: sync }, [207, 207, 207, 207, 207, 207, 404, 401]],
  [
    'free-busy-query',
    { method: 'REPORT', path: '/', body: freeBusy },
    [200, 200, 200, 200, 200, 200, 404, 401],
  ],
  [
    'who has access',
    {
      method: 'REPORT',
      path: '/',
      body: document('D:acl-principal-prop-set', '<D:prop><D:displayname/></D:prop>'),
    },
    [207, 403, 403, 403, 403, 403, 404, 401],
  ],
  ['ACL', { method: 'ACL', path: '/', headers: xml }, [403, 403, 403, 403, 403, 403, 404, 401]],
];

describe('who may do what', () => {
  test.each(matrix)('%s', async (_, asked, statuses) => {
    const heard: Partial<Record<Actor, number>> = {};
    for (const actor of everybody) {
      await afresh();
      heard[actor] = (await ask(actor, asked)).status;
    }
    expect(heard).toEqual(Object.fromEntries(everybody.map((actor, at) => [actor, statuses[at]])));
  });

  test('the calendar itself is the owner’s: others who remove it no longer see it', async () => {
    for (const actor of ['acts for her', 'watches for her'] as const)
      expect((await ask(actor, { method: 'DELETE', path: '/' })).status).toBe(403);
    expect((await ask('reader', { method: 'DELETE', path: '/' })).status).toBe(204);
    expect((await ask('reader', { method: 'GET', path: '/a' })).status).toBe(404);
    expect((await ask('owner', { method: 'GET', path: '/' })).status).toBe(200);
    const { sharing } = suite.rooms.collections;
    const emil = await suite.rooms.accounts.accounts.byName('emil');
    await sharing.answer(emil?.id ?? 0, [], account, calendar, { state: 'accepted' });
  });
});

describe('what others see', () => {
  test('of what is private: when it is, and nothing else', async () => {
    await afresh();
    const own = await ask('owner', { method: 'GET', path: '/p' });
    expect(own.text).toContain('The doctor');
    for (const actor of ['acts for her', 'watches for her', 'writer', 'reader', 'sees busy times'] as const) {
      const { text, headers } = await ask(actor, { method: 'GET', path: '/p' });
      expect([actor, text]).toEqual([actor, expect.stringContaining('SUMMARY:Busy')]);
      expect(text).toContain('DTSTART:20260305T100000Z');
      expect(text).not.toMatch(/doctor|Event p/);
      expect(headers.etag).not.toBe(own.headers.etag);
    }
    const shown = await ask('sees busy times', { method: 'GET', path: '/a' });
    expect(shown.text).toContain('SUMMARY:Busy');
    expect((await ask('reader', { method: 'GET', path: '/a' })).text).toContain('SUMMARY:Event a');
  });

  test('nothing of it is found by a query either', async () => {
    await afresh();
    const doctor = query(
      '<C:comp-filter name="VEVENT"><C:prop-filter name="LOCATION"><C:text-match>doctor</C:text-match></C:prop-filter></C:comp-filter>',
      '<C:calendar-data/>',
    );
    const hits = async (actor: Actor) =>
      (await ask(actor, { method: 'REPORT', path: '/', body: doctor })).text;
    expect(await hits('owner')).toContain('The doctor');
    for (const actor of ['writer', 'reader', 'sees busy times'] as const)
      expect(await hits(actor)).not.toContain('<D:response>');
    const all = query('<C:comp-filter name="VEVENT"/>', '<C:calendar-data/>');
    expect((await ask('writer', { method: 'REPORT', path: '/', body: all })).text).not.toContain('doctor');
  });

  test('who comes to see more, or less, is told of everything again', async () => {
    await afresh();
    const { sharing } = suite.rooms.collections;
    const fred = await suite.rooms.accounts.accounts.byName('fred');
    const give = (rights: 'read' | 'busy') =>
      sharing.give(account, calendar, { member: fred?.id ?? 0, group: '' }, { rights, summary: '' });
    const sees = 'sees busy times';
    const known = async (token: string) => {
      const body = document(
        'D:sync-collection',
        `<D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>`,
      );
      const { text } = await ask(sees, { method: 'REPORT', path: '/', body });
      return {
        found: found(text).sort().join(),
        gone: [...text.matchAll(/([^/<]+)<\/D:href><D:status>HTTP\/1.1 404/g)].map(([, name]) => name).join(),
        token: /<D:sync-token>([^<]*)/.exec(text)?.[1] ?? '',
        etags: [...text.matchAll(/<D:getetag>([^<]*)/g)].map(([, etag]) => etag),
      };
    };
    const tags = async () => {
      const asked = propfind('CS:getctag', 'D:sync-token');
      const { text } = await ask(sees, {
        method: 'PROPFIND',
        path: '/',
        headers: { depth: '0' },
        body: asked,
      });
      return text;
    };
    const busy = await known('');
    expect([busy.found, (await known(busy.token)).found]).toEqual(['a,p', '']);
    const tagBefore = await tags();
    await ask('owner', { method: 'DELETE', path: '/p' });
    await give('read');
    expect(await tags()).not.toBe(tagBefore);
    const whole = await known(busy.token);
    expect([whole.found, whole.gone]).toEqual(['a', 'p']);
    expect(busy.etags).not.toContain(whole.etags[0]);
    expect((await known(whole.token)).found).toBe('');
    await give('busy');
    const again = await known(whole.token);
    expect([again.found, again.gone]).toEqual(['a', '']);
    expect(busy.etags).toContain(again.etags[0]);
    expect((await known(again.token)).found).toBe('');
  });

  describe('of what is hidden nothing is found', () => {
    const alarm = 'BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-P2D\nEND:VALARM';
    const hidden = `CLASS:PRIVATE\nLOCATION:The doctor\nSTATUS:TENTATIVE\nDURATION:PT1H\n${alarm}`;
    const done = 'CLASS:CONFIDENTIAL\nCREATED:20260101T000000Z\nSTATUS:COMPLETED\nCOMPLETED:20260110T000000Z';
    const comp = (name: string, inner: string) => `<C:comp-filter name="${name}">${inner}</C:comp-filter>`;
    const prop = (name: string, inner = '') => `<C:prop-filter name="${name}">${inner}</C:prop-filter>`;
    const match = (text: string, more = '') => `<C:text-match${more}>${text}</C:text-match>`;
    const range = (start: string, end: string) =>
      `<C:time-range start="2026${start}T000000Z" end="2026${end}T000000Z"/>`;
    const absent = '<C:is-not-defined/>';
    const seen: readonly (readonly [what: string, filter: string, owner: string, others: string])[] = [
      ['when it is', comp('VEVENT', range('0305', '0306')), 'p', 'p'],
      ['when it is not', comp('VEVENT', range('0306', '0307')), '', ''],
      ['when it rings', comp('VEVENT', comp('VALARM', range('0303', '0304'))), 'p', ''],
      [
        'when it rings, and is',
        comp('VEVENT', range('0305', '0306') + comp('VALARM', range('0303', '0304'))),
        'p',
        '',
      ],
      ['that it rings', comp('VEVENT', comp('VALARM', '')), 'p', ''],
      ['that it does not', comp('VEVENT', comp('VALARM', absent)), '', 'p'],
      ['what it is called', comp('VEVENT', prop('SUMMARY', match('event'))), 'p', ''],
      ['as it is called by others', comp('VEVENT', prop('SUMMARY', match('busy'))), '', 'p'],
      [
        'what it is not called',
        comp('VEVENT', prop('SUMMARY', match('event', ' negate-condition="yes"'))),
        '',
        'p',
      ],
      ['that it is somewhere', comp('VEVENT', prop('LOCATION')), 'p', ''],
      ['that it is nowhere', comp('VEVENT', prop('LOCATION', absent)), '', 'p'],
      ['whether it is sure', comp('VEVENT', prop('STATUS', match('TENTATIVE'))), 'p', 'p'],
      ['how private it is', comp('VTODO', prop('CLASS', match('CONFIDENTIAL'))), 't', ''],
      ['when it was made', comp('VTODO', range('0101', '0102')), 't', 't'],
      ['when it was not there', comp('VTODO', range('0201', '0202')), '', 't'],
      ['when it was done', comp('VTODO', prop('COMPLETED', range('0110', '0111'))), 't', ''],
      ['what is not done', comp('VTODO', prop('COMPLETED', absent)), '', 't'],
    ];

    test('whoever asks', async () => {
      await afresh();
      const { collections } = suite.rooms;
      await collections.remove(account, calendar, 'a');
      const put = (path: string, body: string) => ask('owner', { method: 'PUT', path, body });
      expect((await put('/p', event('p', hidden))).status).toBe(204);
      expect((await put('/t', todo('t', done))).status).toBe(201);
      for (const [what, filter, owner, others] of seen) {
        for (const actor of ['owner', 'acts for her', 'writer', 'reader', 'sees busy times'] as const) {
          const { text } = await ask(actor, { method: 'REPORT', path: '/', body: query(filter) });
          const expected = actor === 'owner' ? owner : others;
          expect([what, actor, found(text).join()]).toEqual([what, actor, expected]);
        }
      }
    });

    test('whatever is asked for', async () => {
      await afresh();
      const put = (path: string, body: string) => ask('owner', { method: 'PUT', path, body });
      const rule = 'RRULE:FREQ=DAILY;COUNT=2\nORGANIZER;CN=The doctor:mailto:x@y.example';
      expect((await put('/p', event('p', `${rule}\n${hidden}`))).status).toBe(204);
      const span = 'start="20260301T000000Z" end="20260401T000000Z"';
      const data = [
        '<C:calendar-data/>',
        `<C:calendar-data><C:expand ${span}/></C:calendar-data>`,
        `<C:calendar-data><C:limit-recurrence-set ${span}/></C:calendar-data>`,
        `<C:calendar-data><C:limit-freebusy-set ${span}/></C:calendar-data>`,
        '<C:calendar-data><C:comp name="VCALENDAR"><C:allprop/><C:allcomp/></C:comp></C:calendar-data>',
      ];
      for (const actor of [
        'acts for her',
        'watches for her',
        'writer',
        'reader',
        'sees busy times',
      ] as const) {
        const [, base] = actors[actor]();
        for (const prop of data) {
          const bodies = [
            query('', prop),
            document('C:calendar-multiget', `<D:prop>${prop}</D:prop><D:href>${base}/p</D:href>`),
            document(
              'D:sync-collection',
              `<D:sync-token/><D:sync-level>1</D:sync-level><D:prop>${prop}<D:getetag/><C:schedule-tag/></D:prop>`,
            ),
          ];
          for (const body of bodies) {
            const { status, text } = await ask(actor, { method: 'REPORT', path: '/', body });
            expect([status, text]).toEqual([207, expect.stringContaining('SUMMARY:Busy')]);
            expect(text).not.toMatch(/doctor|VALARM|CONFIDENTIAL/);
          }
        }
        const { text, headers } = await ask(actor, { method: 'REPORT', path: '/', body: freeBusy });
        expect([text, headers['schedule-tag']]).toEqual([
          expect.not.stringMatching(/doctor|Busy/),
          undefined,
        ]);
      }
    });

    test('nor is its ETag made of it: who guesses cannot try', async () => {
      await afresh();
      const etag = async (actor: Actor) => (await ask(actor, { method: 'GET', path: '/p' })).headers.etag;
      const own = (await etag('owner')) ?? '';
      const before = await etag('reader');
      expect(before).not.toContain(own.slice(1, 9));
      expect(await etag('writer')).toBe(before);
      await ask('owner', {
        method: 'PUT',
        path: '/p',
        body: event('p', 'CLASS:PRIVATE', 'DTSTART:20260306T100000Z'),
      });
      expect(await etag('reader')).not.toBe(before);
    });
  });

  test('a home lists what others share, under a name and a colour of one’s own', async () => {
    const home = {
      method: 'PROPFIND',
      path: '/../',
      headers: { depth: '1' },
      body: propfind('D:displayname', 'D:owner'),
    };
    const list = (user: string) =>
      browser.ask(`/dav/calendars/${user}/`, {
        method: 'PROPFIND',
        headers: { ...xml, ...home.headers, authorization: basic(user) },
        body: home.body,
      });
    await ask('writer', { method: 'PROPPATCH', path: '/', body: patch });
    const { text } = await list('dora');
    expect(text).toContain(`/dav/calendars/dora/ana~${calendar}/`);
    expect(text).toContain('<D:displayname>Mine</D:displayname>');
    expect(text).toContain('<D:owner><D:href>/dav/principals/ana/</D:href></D:owner>');
    expect((await list('ana')).text).not.toContain('ana~');
    expect((await list('gina')).text).not.toContain('ana');
  });

  test('all of a calendar at once: a file for programs, a page for browsers', async () => {
    await afresh();
    const whole = (actor: Actor, headers: Record<string, string> = {}, path = '/') =>
      ask(actor, { method: 'GET', path, headers });
    const own = await whole('owner');
    expect(own.headers['content-type']).toBe('text/calendar; charset=utf-8');
    expect(own.headers['content-disposition']).toMatch(/^attachment; filename\*=UTF-8''\w+\.ics$/);
    expect(own.text.match(/BEGIN:VCALENDAR/g)).toHaveLength(1);
    expect(own.text).toContain('SUMMARY:Event a');
    expect(own.text).toContain('The doctor');
    const again = { 'if-none-match': String(own.headers.etag) };
    expect((await whole('owner', again)).status).toBe(304);
    expect((await ask('owner', { method: 'PUT', path: '/b', body: event('b') })).status).toBe(201);
    expect((await whole('owner', again)).text).toContain('SUMMARY:Event b');
    for (const actor of ['acts for her', 'watches for her', 'writer', 'reader'] as const) {
      const { text } = await whole(actor);
      expect([actor, text]).toEqual([actor, expect.stringContaining('SUMMARY:Event a')]);
      expect(text).toContain('SUMMARY:Busy');
      expect(text).not.toContain('doctor');
    }
    const busy = await whole('sees busy times');
    expect(busy.text.match(/SUMMARY:Busy/g)).toHaveLength(3);
    expect(busy.text).not.toMatch(/SUMMARY:Event|doctor/);
    const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    expect((await whole('owner', page)).headers['content-type']).toContain('text/html');
    expect((await whole('owner', page, '/?export')).text).toContain('BEGIN:VCALENDAR');
    const head = await ask('owner', { method: 'HEAD', path: '/' });
    expect([head.status, head.text, head.headers['content-type']]).toEqual([
      200,
      '',
      'text/calendar; charset=utf-8',
    ]);
  });
});
