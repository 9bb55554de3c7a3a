import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectionsLimits } from '../../stores/collections/index.ts';
import { type DavSuite, startDavSuite } from '../../testing/index.ts';
import { event, propfind, xml } from '../fixtures.ts';
import { attachmentBytesMax } from '../limits.ts';

let suite: DavSuite;
let ana = 0;
let ids: DavSuite['ids'] = {};
const at = '/dav/calendars/ana/personal/e.ics';
beforeAll(async () => {
  suite = await startDavSuite(['ana', 'bea', 'carl', 'dora']);
  ids = suite.ids;
  ana = ids.ana ?? 0;
});
afterAll(() => suite.stop());

const ask: DavSuite['ask'] = (...given) => suite.ask(...given);
const calendarType = { 'content-type': 'text/calendar' };
const textType = {
  'content-type': 'text/plain',
  'content-disposition': 'attachment; filename="../agenda.txt"',
};
const attachIn = (text: string) =>
  /ATTACH[^:]*:https:\/\/[^/]*(\S+)/.exec(text.replaceAll('\r\n ', ''))?.[1] ?? '';

describe('an attachment', () => {
  test('is added, read, updated and removed', async () => {
    expect((await ask('ana', 'PUT', at, event('e'), calendarType)).status).toBe(201);
    const added = await ask('ana', 'POST', `${at}?action=attachment-add`, 'one', {
      ...textType,
      prefer: 'return=representation',
    });
    expect(added.status).toBe(201);
    const unfolded = added.text.replaceAll('\r\n ', '');
    const id = String(added.headers['cal-managed-id']);
    for (const part of [`MANAGED-ID=${id}`, 'FMTTYPE=text/plain', 'FILENAME=agenda.txt', 'SIZE=3'])
      expect(unfolded).toContain(part);
    const url = attachIn(added.text);
    expect(url).toBe(`/dav/attachments/ana/${id}/agenda.txt`);
    const got = await ask('ana', 'GET', url);
    expect([got.status, got.text, got.headers['content-type']]).toEqual([200, 'one', 'text/plain']);
    expect(got.headers['content-disposition']).toContain('attachment');

    const updated = await ask(
      'ana',
      'POST',
      `${at}?action=attachment-update&managed-id=${id}`,
      'other',
      textType,
    );
    expect(updated.status).toBe(200);
    const now = String(updated.headers['cal-managed-id']);
    expect(now).not.toBe(id);
    expect((await ask('ana', 'GET', url)).status).toBe(404);
    const shown = await ask('ana', 'GET', at);
    expect((await ask('ana', 'GET', attachIn(shown.text))).text).toBe('other');

    expect((await ask('ana', 'POST', `${at}?action=attachment-remove&managed-id=${now}`)).status).toBe(204);
    expect((await ask('ana', 'GET', at)).text).not.toContain('ATTACH');
    expect((await ask('ana', 'GET', attachIn(shown.text))).status).toBe(404);
  });

  test('is for who may read its event, and for its attendees', async () => {
    const invite = 'ORGANIZER:mailto:ana@coop.localhost\nATTENDEE:mailto:bea@coop.localhost';
    const meeting = '/dav/calendars/ana/personal/m.ics';
    expect((await ask('ana', 'PUT', meeting, event('m', invite), calendarType)).status).toBeLessThan(300);
    const { text } = await ask('ana', 'POST', `${meeting}?action=attachment-add`, 'minutes', {
      ...textType,
      prefer: 'return=representation',
    });
    const url = attachIn(text);
    const heard = async () =>
      Promise.all(['ana', 'bea', 'carl', 'dora'].map(async (user) => (await ask(user, 'GET', url)).status));
    expect(await heard()).toEqual([200, 200, 404, 404]);
    const { sharing } = suite.rooms.collections;
    const calendar = (await suite.rooms.collections.collection(ana, 'calendars', 'personal'))?.id ?? 0;
    const give = (name: string, rights: 'read' | 'busy') =>
      sharing.give(
        ana,
        calendar,
        { member: ids[name] ?? 0, group: '' },
        { rights, summary: '', accepted: true },
      );
    await give('carl', 'read');
    await give('dora', 'busy');
    expect(await heard()).toEqual([200, 200, 200, 404]);
    expect((await suite.browser.ask(url)).status).toBe(401);
  });

  test('is refused with what does not hold', async () => {
    await ask('ana', 'PUT', at, event('e'), calendarType);
    const refused = async (query: string, headers: Record<string, string> = textType) =>
      (await ask('ana', 'POST', `${at}?${query}`, 'x', headers)).text;
    expect(await refused('action=attachment-burn')).toContain('<C:valid-action/>');
    expect(await refused('action=attachment-remove&managed-id=none')).toContain('<C:valid-managed-id/>');
    expect(await refused('action=attachment-add&managed-id=none')).toContain('<C:valid-managed-id/>');
    for (const rid of ['20260101T000000Z', '20260305T100000', 'M,x', ''])
      expect([rid, await refused(`action=attachment-add&rid=${rid}`)]).toEqual([
        rid,
        expect.stringContaining('<C:valid-rid/>'),
      ]);
    expect((await ask('carl', 'POST', `${at}?action=attachment-add`, 'x', textType)).status).toBe(404);
    expect((await ask('ana', 'GET', at)).text).not.toContain('ATTACH');
    // What was refused leaves no bytes behind.
    const limits = await ask(
      'ana',
      'PROPFIND',
      '/dav/calendars/ana/personal/',
      propfind('C:max-attachment-size', 'C:max-attachments-per-resource'),
      { ...xml, depth: '0' },
    );
    expect(limits.text).toContain(`<C:max-attachment-size>${attachmentBytesMax}</C:max-attachment-size>`);
    expect((await ask('ana', 'OPTIONS', at)).headers.dav).toContain('calendar-managed-attachments');
  });
});

/** An event with one attachment: its address and name. */
async function attached(
  path: string,
  uid: string,
  text: string,
  more = '',
): Promise<[url: string, id: string]> {
  const body = event(uid, more, 'DTSTART:20380305T100000Z');
  expect((await ask('ana', 'PUT', path, body, calendarType)).status).toBe(201);
  const added = await ask('ana', 'POST', `${path}?action=attachment-add`, text, {
    ...textType,
    prefer: 'return=representation',
  });
  expect(added.headers.location).toContain(attachIn(added.text));
  return [attachIn(added.text), String(added.headers['cal-managed-id'])];
}
const used = async () => (await suite.rooms.collections.quota(ana)).used;
const sizeOf = async (path: string) => Buffer.byteLength((await ask('ana', 'GET', path)).text);
const naming = (uid: string, url: string, id: string, more = '') =>
  event(uid, `ATTACH;MANAGED-ID=${id}:${url}${more === '' ? '' : `\n${more}`}`);

describe('an attachment that several events name', () => {
  const at = (name: string) => `/dav/calendars/ana/shared/${name}.ics`;
  beforeAll(async () => {
    await ask('ana', 'MKCALENDAR', '/dav/calendars/ana/shared');
  });

  test('stays until none does: by COPY, PUT and removal', async () => {
    const before = await used();
    const [url, id] = await attached(at('one'), 'one', 'bytes');
    // The same UID cannot be twice in one calendar, but in another one.
    expect((await ask('ana', 'MKCALENDAR', '/dav/calendars/ana/others')).status).toBe(201);
    const copy = '/dav/calendars/ana/others/copy.ics';
    expect((await ask('ana', 'COPY', at('one'), undefined, { destination: copy })).status).toBe(201);
    expect((await ask('ana', 'PUT', at('two'), naming('two', url, id), calendarType)).status).toBe(201);
    const three = 15;
    const sizes = [await sizeOf(at('one')), await sizeOf(copy), await sizeOf(at('two'))];
    expect((await used()) - before).toBe(sizes.reduce((sum, size) => sum + size, three));

    const removed = await ask('ana', 'POST', `${at('one')}?action=attachment-remove&managed-id=${id}`);
    expect(removed.status).toBe(204);
    expect((await ask('ana', 'GET', url)).text).toBe('bytes');
    expect((await ask('ana', 'DELETE', copy)).status).toBe(204);
    expect((await ask('ana', 'GET', url)).text).toBe('bytes');
    // RFC 8607 §3.9: a PUT without the ATTACH removes it too.
    expect((await ask('ana', 'PUT', at('two'), event('two'), calendarType)).status).toBe(204);
    expect((await ask('ana', 'GET', url)).status).toBe(404);
    expect((await used()) - before).toBe((await sizeOf(at('one'))) + (await sizeOf(at('two'))));
  });

  test('is updated in one of them alone', async () => {
    const [url, id] = await attached(at('u1'), 'u1', 'first');
    expect((await ask('ana', 'PUT', at('u2'), naming('u2', url, id), calendarType)).status).toBe(201);
    const query = `action=attachment-update&managed-id=${id}`;
    expect((await ask('ana', 'POST', `${at('u1')}?${query}`, 'second', textType)).status).toBe(200);
    expect((await ask('ana', 'GET', url)).text).toBe('first');
    expect((await ask('ana', 'GET', attachIn((await ask('ana', 'GET', at('u1'))).text))).text).toBe('second');
    expect((await ask('ana', 'DELETE', at('u2'))).status).toBe(204);
    expect((await ask('ana', 'GET', url)).status).toBe(404);
  });

  test('of another’s calendar: who may write there takes nothing from events that are not shown to them', async () => {
    const { sharing } = suite.rooms.collections;
    const shared = (await suite.rooms.collections.collection(ana, 'calendars', 'shared'))?.id ?? 0;
    const wish = { rights: 'write', summary: '', accepted: true } as const;
    await sharing.give(ana, shared, { member: ids.bea ?? 0, group: '' }, wish);
    const hers = (name: string) => `/dav/calendars/bea/ana~${shared}/${name}.ics`;
    const [url, id] = await attached(at('private'), 'private', 'secret', 'CLASS:PRIVATE');
    expect((await ask('bea', 'GET', url)).status).toBe(404);
    // Naming it in an event that she sees gives her nothing.
    const put = await ask('bea', 'PUT', hers('mine'), naming('mine', url, id), calendarType);
    expect([put.status, put.text]).toEqual([403, expect.stringContaining('<C:valid-managed-id/>')]);
    expect((await ask('bea', 'PUT', hers('mine'), event('mine'), calendarType)).status).toBe(201);
    for (const action of ['remove', 'update']) {
      const query = `action=attachment-${action}&managed-id=${id}`;
      const refused = await ask('bea', 'POST', `${hers('mine')}?${query}`, 'x', textType);
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('<C:valid-managed-id/>')]);
      const at = await ask('bea', 'POST', `${hers('private')}?${query}`, 'x', textType);
      expect(at.status).toBe(403);
    }
    expect((await ask('ana', 'GET', url)).text).toBe('secret');
    const unknown = naming('mine', `${url}x`.replace(id, 'no'.repeat(13)), 'no'.repeat(13));
    const lost = await ask('bea', 'PUT', hers('mine'), unknown, calendarType);
    expect([lost.status, lost.text]).toEqual([403, expect.stringContaining('<C:valid-managed-id/>')]);
    // What another server keeps is its own affair.
    const elsewhere = naming('mine', 'https://elsewhere.example/a/1', 'abc');
    expect((await ask('bea', 'PUT', hers('mine'), elsewhere, calendarType)).status).toBe(204);
  });

  test('goes along into another’s calendar and stays there when the first goes', async () => {
    const shared = (await suite.rooms.collections.collection(ana, 'calendars', 'shared'))?.id ?? 0;
    const [url] = await attached(at('moves'), 'moves', 'along');
    const to = '/dav/calendars/bea/personal/moves.ics';
    const from = `/dav/calendars/bea/ana~${shared}/moves.ics`;
    const moved = await ask('bea', 'MOVE', from, undefined, { destination: to });
    expect(moved.status).toBe(201);
    expect((await ask('ana', 'GET', url)).status).toBe(404);
    const own = attachIn((await ask('bea', 'GET', to)).text);
    expect(own).toMatch(/^\/dav\/attachments\/bea\/\w+\/agenda\.txt$/);
    expect((await ask('bea', 'GET', own)).text).toBe('along');
    expect((await ask('ana', 'GET', own)).status).toBe(404);
  });
});

describe('an attachment of single instances', () => {
  const path = '/dav/calendars/ana/personal/series.ics';
  const series = event('series', 'RRULE:FREQ=DAILY;COUNT=5');
  const add = (rid: string) =>
    ask('ana', 'POST', `${path}?action=attachment-add&rid=${rid}`, 'x', {
      ...textType,
      prefer: 'return=representation',
    });
  const parts = (text: string) => text.replaceAll('\r\n ', '').split('BEGIN:VEVENT').slice(1);

  test('stands with those that are named, which are written down for it', async () => {
    await ask('ana', 'PUT', path, series, calendarType);
    const added = await add('20260307T100000Z');
    expect(added.status).toBe(201);
    const [master = '', instance = '', ...more] = parts(added.text);
    expect(more).toEqual([]);
    expect(master).not.toContain('ATTACH');
    expect(instance).toContain('RECURRENCE-ID:20260307T100000Z');
    expect(instance).toContain('ATTACH;MANAGED-ID=');
    const both = parts((await add('M,20260307T100000Z')).text);
    expect(both.map((part) => part.match(/ATTACH;/g)?.length)).toEqual([1, 2]);
    const id = String(added.headers['cal-managed-id']);
    const removed = await ask(
      'ana',
      'POST',
      `${path}?action=attachment-remove&managed-id=${id}&rid=20260307T100000Z`,
    );
    expect(removed.status).toBe(204);
    expect((await ask('ana', 'GET', attachIn(instance))).status).toBe(404);
    for (const rid of ['20260310T100000Z', '20260307T110000Z', '20260307'])
      expect((await add(rid)).text).toContain('<C:valid-rid/>');
  });

  test('where the series is in a zone they are named in UTC', async () => {
    const zoned = event('series', 'RRULE:FREQ=DAILY;COUNT=5')
      .replace(/DTSTART:\S+/, 'DTSTART;TZID=Europe/Paris:20260305T100000')
      .replace(/DTEND:\S+/, 'DTEND;TZID=Europe/Paris:20260305T110000');
    expect((await ask('ana', 'PUT', path, zoned, calendarType)).status).toBe(204);
    const [, instance = ''] = parts((await add('20260306T090000Z')).text);
    expect(instance).toContain('RECURRENCE-ID;TZID=Europe/Paris:20260306T100000');
    expect(parts((await add('20260306T090000Z')).text)).toHaveLength(2);
  });
});

test('is judged in order: the right, the condition, what is asked, how much', async () => {
  const path = '/dav/calendars/ana/personal/order.ics';
  await ask('ana', 'PUT', path, event('order'), calendarType);
  const post = (user: string, query: string, headers: Record<string, string> = {}) =>
    ask(user, 'POST', `${path}?${query}`, 'x', { ...textType, ...headers });
  const nothing = '"0123456789abcdef0123456789abcdef"';
  expect((await post('carl', 'action=burn', { 'if-match': nothing })).status).toBe(404);
  expect((await post('ana', 'action=burn', { 'if-match': nothing })).status).toBe(412);
  expect((await post('ana', 'action=burn')).text).toContain('<C:valid-action/>');
  const count = collectionsLimits.attachmentsPerItemMax;
  const lines = Array.from({ length: count }, (_, at) => `ATTACH;MANAGED-ID=m${at}:https://x.example/${at}`);
  expect((await ask('ana', 'PUT', path, event('order', lines.join('\n')), calendarType)).status).toBe(204);
  expect((await post('ana', 'action=attachment-add')).text).toContain('<C:max-attachments-per-resource/>');
  const more = event('order', [...lines, 'ATTACH;MANAGED-ID=more:https://x.example/'].join('\n'));
  expect((await ask('ana', 'PUT', path, more, calendarType)).text).toContain(
    '<C:max-attachments-per-resource/>',
  );
});

test('attendees open it by whatever address they were invited', async () => {
  await suite.rooms.accounts.admin.addAlias('b@coop.localhost', ['bea@coop.localhost']);
  const meeting = '/dav/calendars/ana/personal/alias.ics';
  const [url, id] = await attached(
    meeting,
    'alias',
    'agenda',
    'ORGANIZER:mailto:ana@coop.localhost\nATTENDEE:MAILTO:B%40coop.localhost',
  );
  expect((await ask('bea', 'GET', url)).text).toBe('agenda');
  // Their copy leads to the organiser's, and they may answer it.
  await expect
    .poll(async () => (await suite.rooms.collections.byUid(ids.bea ?? 0, 'calendars', 'alias')).length, {
      timeout: 20_000,
    })
    .toBe(1);
  const [copy] = await suite.rooms.collections.byUid(ids.bea ?? 0, 'calendars', 'alias');
  expect(String(copy?.bytes)).not.toContain('/attachments/bea/');
  expect(await suite.rooms.collections.attachments.find(ids.bea ?? 0, id)).toBeNull();
});
