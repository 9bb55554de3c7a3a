import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DavSuite, startDavSuite } from '../../testing/index.ts';
import { document, event, propfind, xml } from '../fixtures.ts';

// Bea acts for Ana, Carl looks after her calendars; Dora may write to one of them.

let suite: DavSuite;
let ana = 0;
let ids: DavSuite['ids'] = {};

beforeAll(async () => {
  suite = await startDavSuite(['ana', 'bea', 'carl', 'dora', 'emil']);
  ids = suite.ids;
  ana = ids.ana ?? 0;
  await ask('ana', 'PROPFIND', '/dav/calendars/ana/', propfind('D:resourcetype'), { depth: '1', ...xml });
});
afterEach(async () => {
  vi.restoreAllMocks();
});
afterAll(() => suite.stop());

const ask: DavSuite['ask'] = async (...given) => {
  const answer = await suite.ask(...given);
  await suite.running.invitations.idle();
  return answer;
};

async function delegate(writing: readonly string[], reading: readonly string[] = []): Promise<void> {
  const { sharing } = suite.rooms.collections;
  const all = (names: readonly string[]) => names.map((name) => ({ member: ids[name] ?? 0, group: '' }));
  await sharing.setDelegates(ana, 'write', all(writing));
  await sharing.setDelegates(ana, 'read', all(reading));
}

const copyOf = async (name: string, uid: string) =>
  (await suite.rooms.collections.byUid(ids[name] ?? 0, 'calendars', uid))[0]?.bytes
    .toString()
    .replace(/\r\n[ \t]/g, '');

const meeting = (uid: string) =>
  event(
    uid,
    `ORGANIZER;SENT-BY="mailto:bea@coop.localhost":mailto:ana@coop.localhost
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@coop.localhost
ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:emil@coop.localhost`,
    'DTSTART:20990305T100000Z\nDTEND:20990305T110000Z',
  );
const path = (uid: string) => `/dav/calendars/ana/personal/${uid}.ics`;
const question = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:q\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20990305T000000Z\r\nDTEND:20990306T000000Z\r\nORGANIZER:mailto:ana@coop.localhost\r\nATTENDEE:mailto:emil@coop.localhost\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n`;
const outbox = '/dav/calendars/ana/outbox/';

describe('who acts for somebody', () => {
  test('invites in their name, answers for them, and asks who is free', async () => {
    await delegate(['bea'], ['carl']);
    expect((await ask('bea', 'PUT', path('by-bea'), meeting('by-bea'))).status).toBe(201);
    const got = await copyOf('emil', 'by-bea');
    expect(got).toMatch(/ORGANIZER;SENT-BY="mailto:bea@coop\.localhost":mailto:ana@coop\.localhost/);
    expect((await ask('bea', 'POST', outbox, question)).text).toContain('2.0;Success');
    expect((await ask('bea', 'DELETE', path('by-bea'))).status).toBe(204);
    expect(await copyOf('emil', 'by-bea')).toContain('STATUS:CANCELLED');
  });

  test('who looks after their calendars says nothing in their name', async () => {
    await delegate(['bea'], ['carl']);
    expect((await ask('carl', 'PUT', path('by-carl'), meeting('by-carl'))).status).toBe(403);
    expect((await ask('carl', 'POST', outbox, question)).status).toBe(404);
    expect(await copyOf('emil', 'by-carl')).toBeUndefined();
  });

  test('nobody acts for somebody any more from the moment on that this ends', async () => {
    const { sharing } = suite.rooms.collections;
    const { delegatedTo } = sharing;
    /** It ends once the request was let in. */
    const endsMeanwhile = async () => {
      await delegate(['bea']);
      vi.spyOn(sharing, 'delegatedTo').mockImplementationOnce(async (...args) => {
        const before = await delegatedTo.apply(sharing, args);
        await delegate([], ['bea']);
        return before;
      });
    };
    await endsMeanwhile();
    expect((await ask('bea', 'PUT', path('late'), meeting('late'))).status).toBe(403);
    expect(await copyOf('emil', 'late')).toBeUndefined();
    await endsMeanwhile();
    expect((await ask('bea', 'POST', outbox, question)).status).toBe(403);
    await delegate([]);
    expect((await ask('bea', 'GET', '/dav/calendars/ana/')).status).toBe(404);
  });
});

test('what each may send and have delivered is told (RFC 6638 §6)', async () => {
  await delegate(['bea'], ['carl']);
  const may = async (as: string, at: string) => {
    const { text } = await ask(as, 'PROPFIND', at, propfind('D:current-user-privilege-set'), {
      depth: '0',
      ...xml,
    });
    return [...text.matchAll(/<C:(schedule-[a-z-]+)\/>/g)].map(([, name]) => name).sort();
  };
  const sending = ['schedule-send', 'schedule-send-freebusy', 'schedule-send-invite', 'schedule-send-reply'];
  const delivering = [
    'schedule-deliver',
    'schedule-deliver-invite',
    'schedule-deliver-reply',
    'schedule-query-freebusy',
  ];
  for (const who of ['ana', 'bea']) {
    expect(await may(who, outbox)).toEqual(sending);
    expect(await may(who, '/dav/calendars/ana/inbox/')).toEqual(delivering);
  }
  expect(await may('carl', '/dav/calendars/ana/inbox/')).toEqual([]);
  expect(await may('ana', '/dav/calendars/ana/personal/')).toEqual([]);
  const supported = async (at: string) =>
    (await ask('ana', 'PROPFIND', at, propfind('D:supported-privilege-set'), { depth: '0', ...xml })).text;
  expect(await supported(outbox)).toContain('<C:schedule-send-freebusy/>');
  expect(await supported('/dav/calendars/ana/inbox/')).toContain('<C:schedule-query-freebusy/>');
  expect(await supported('/dav/calendars/ana/personal/')).not.toContain('schedule-');
});

describe('where invitations go (RFC 6638 §9.2)', () => {
  const inbox = '/dav/calendars/emil/inbox/';
  const set = (href: string | null) =>
    ask(
      'emil',
      'PROPPATCH',
      inbox,
      document(
        'D:propertyupdate',
        href === null
          ? '<D:remove><D:prop><C:schedule-default-calendar-URL/></D:prop></D:remove>'
          : `<D:set><D:prop><C:schedule-default-calendar-URL><D:href>${href}</D:href></C:schedule-default-calendar-URL></D:prop></D:set>`,
      ),
      xml,
    );
  const where = async () =>
    /schedule-default-calendar-URL><D:href>([^<]*)/.exec(
      (
        await ask('emil', 'PROPFIND', inbox, propfind('C:schedule-default-calendar-URL'), {
          depth: '0',
          ...xml,
        })
      ).text,
    )?.[1];
  const invite = async (uid: string) => {
    await ask('ana', 'PUT', path(uid), meeting(uid));
    const [item] = await suite.rooms.collections.byUid(ids.emil ?? 0, 'calendars', uid);
    return (await suite.rooms.collections.collectionById(ids.emil ?? 0, item?.collection ?? 0))?.name;
  };

  test('is what their receiver says; what goes leaves them another; the last stays', async () => {
    expect(await invite('w1')).toBe('personal');
    await ask('emil', 'MKCALENDAR', '/dav/calendars/emil/club%20night');
    expect((await set('/dav/calendars/emil/club%20night/')).text).toContain('200 OK');
    expect(await where()).toBe('/dav/calendars/emil/club%20night/');
    expect(await invite('w2')).toBe('club night');
    expect((await set('https://coop.localhost/dav/calendars/emil/personal')).text).toContain('200 OK');
    expect(await invite('w3')).toBe('personal');
    expect((await set('/dav/calendars/emil/club%20night/')).text).toContain('200 OK');
    expect((await ask('emil', 'DELETE', '/dav/calendars/emil/club%20night/')).status).toBe(204);
    expect(await where()).toBe('/dav/calendars/emil/personal/');
    expect(await invite('w4')).toBe('personal');
    const last = await ask('emil', 'DELETE', '/dav/calendars/emil/personal/');
    expect(last.status).toBe(403);
    expect(last.text).toContain('<C:default-calendar-needed/>');
    expect((await set(null)).text).toContain('200 OK');
  });

  test.each([
    ['a calendar of somebody else', '/dav/calendars/ana/personal/'],
    ['nothing', '/dav/calendars/emil/nowhere/'],
    ['the inbox', inbox],
    ['what takes to-dos alone', '/dav/calendars/emil/todos/'],
    ['no address', '%'],
  ])('%s cannot be it', async (_, href) => {
    await suite.rooms.collections
      .makeCollection(ids.emil ?? 0, {
        home: 'calendars',
        kind: 'calendar',
        name: 'todos',
        details: { components: ['VTODO'] },
      })
      .catch(() => undefined);
    const { status, text } = await set(href);
    expect(status).toBe(207);
    expect(text).toMatch(
      /<C:schedule-default-calendar-URL\/><\/D:prop><D:status>HTTP\/1\.1 403 [^<]*<\/D:status><D:error><C:valid-schedule-default-calendar-URL\/>/,
    );
  });
});
