import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../../testing/index.ts';
import { event, propfind, xml } from '../fixtures.ts';
import { attachmentBytesMax } from '../limits.ts';

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;
let ana = 0;
const ids: Record<string, number> = {};
const at = '/dav/calendars/ana/personal/e.ics';
beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  for (const name of ['ana', 'bea', 'carl', 'dora'])
    ids[name] = (await suite.addMember(`${name}@coop.localhost`, password)).id;
  ana = ids.ana ?? 0;
});
afterAll(() => suite.stop());

function ask(
  user: string,
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return browser.ask(path, {
    method,
    headers: { authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}
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
    expect((await browser.ask(url)).status).toBe(401);
  });

  test('is refused with what does not hold', async () => {
    await ask('ana', 'PUT', at, event('e'), calendarType);
    const refused = async (query: string, headers: Record<string, string> = textType) =>
      (await ask('ana', 'POST', `${at}?${query}`, 'x', headers)).text;
    expect(await refused('action=attachment-burn')).toContain('<C:valid-action/>');
    expect(await refused('action=attachment-remove&managed-id=none')).toContain('<C:valid-managed-id/>');
    expect(await refused('action=attachment-add&rid=20260101T000000Z')).toContain('<C:valid-rid/>');
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
