import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../../testing/index.ts';
import { crlf, document, event, propfind, xml } from '../fixtures.ts';

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;
let account = 0;
const work = '/dav/calendars/ana/work/';
beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  account = (await suite.addMember('ana@coop.localhost', password)).id;
  await suite.addMember('bea@coop.localhost', password);
  await ask('MKCALENDAR', work);
});
afterAll(() => suite.stop());

const basic = (user: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const type = body?.startsWith('<?xml') ? xml : { 'content-type': 'text/calendar' };
  return browser.ask(path, {
    method,
    headers: { authorization: basic('ana'), depth: '0', ...(body === undefined ? {} : type), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}
const publish = () => ask('POST', work, document('CS:publish-calendar', ''));
const published = async () => {
  const { text } = await ask('PROPFIND', work, propfind('CS:publish-url'));
  return /<CS:publish-url><D:href>https:\/\/[^/]*(\/calendars\/[^<]+)</.exec(text)?.[1] ?? null;
};
const zone = `BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE`;
const zoned = (uid: string) =>
  crlf(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//t//EN
${zone}
BEGIN:VEVENT
UID:${uid}
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Paris:20260305T100000
SUMMARY:Zoned ${uid}
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT5M
DESCRIPTION:x
END:VALARM
END:VEVENT
END:VCALENDAR`);

test('a calendar is published whole, each zone once, what is private as busy, and taken back at once', async () => {
  expect(await published()).toBeNull();
  expect((await publish()).status).toBe(200);
  const address = (await published()) ?? '';
  expect(address).toMatch(/^\/calendars\/[a-z0-9]{20,}\.ics$/);
  const empty = await browser.ask(address);
  expect([empty.status, empty.headers['content-type']]).toEqual([200, 'text/calendar; charset=utf-8']);
  for (const [name, body] of [
    ['a', zoned('a')],
    ['b', zoned('b')],
    ['p', event('p', 'CLASS:PRIVATE\nLOCATION:The doctor')],
    ['m', event('m', 'ORGANIZER:mailto:ana@coop.localhost\nATTENDEE:mailto:zoe@elsewhere.example')],
  ] as const)
    expect((await ask('PUT', work + name, body)).status).toBe(201);
  const { text, headers, status } = await browser.ask(address);
  expect(status).toBe(200);
  expect(text.match(/BEGIN:VCALENDAR/g)).toHaveLength(1);
  expect(text.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1);
  expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(4);
  expect(text).toContain('SUMMARY:Zoned b');
  expect(text).toContain('SUMMARY:Busy');
  expect(text).not.toMatch(/doctor|Event p|zoe@|VALARM/);
  expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
  expect(headers.etag).not.toBe(empty.headers.etag);
  expect((await browser.ask(address, { headers: { 'if-none-match': `"x", ${headers.etag}` } })).status).toBe(
    304,
  );
  const head = await browser.ask(address, { method: 'HEAD' });
  expect([head.status, head.text, head.headers.etag]).toEqual([200, '', headers.etag]);
  expect((await browser.ask(address, { method: 'PUT', body: 'x' })).status).toBe(405);
  // A second time it keeps its address.
  await publish();
  expect(await published()).toBe(address);

  await suite.rooms.collections.sharing.publish(
    account,
    (await suite.rooms.collections.collection(account, 'calendars', 'work'))?.id ?? 0,
    'busy',
  );
  const busy = await browser.ask(address);
  expect(busy.text).not.toMatch(/Zoned|Event/);
  expect(busy.text.match(/SUMMARY:Busy/g)).toHaveLength(4);
  expect(busy.headers.etag).not.toBe(headers.etag);

  await suite.rooms.accounts.admin.disableMember(account);
  expect((await browser.ask(address)).status).toBe(404);
  await suite.rooms.accounts.admin.enableMember(account);
  expect((await ask('POST', work, document('CS:unpublish-calendar', ''))).status).toBe(200);
  expect((await browser.ask(address)).status).toBe(404);
  expect(await published()).toBeNull();
});

test('nobody else publishes it, and an address that was guessed leads nowhere', async () => {
  const other = { authorization: basic('bea') };
  expect((await ask('POST', work, document('CS:publish-calendar', ''), other)).status).toBe(404);
  expect(await published()).toBeNull();
  expect(
    (await ask('POST', '/dav/calendars/ana/inbox/', document('CS:publish-calendar', ''))).status,
  ).not.toBe(200);
  for (const path of ['/calendars/aaaaaaaaaaaaaaaaaaaaaaaaaa.ics', '/calendars/x.ics', '/calendars/../x.ics'])
    expect((await browser.ask(path)).status).toBe(404);
});

test('zones that differ under one name are not read in each other’s', async () => {
  await ask('MKCALENDAR', '/dav/calendars/ana/zones/');
  const own = (uid: string, offset: string) =>
    zoned(uid).replaceAll('Europe/Paris', 'Home').replaceAll('TZOFFSETTO:+0100', `TZOFFSETTO:${offset}`);
  for (const [name, body] of [
    ['a', own('a', '+0100')],
    ['b', own('b', '+0500')],
    ['c', zoned('c').replace(/BEGIN:VTIMEZONE[\s\S]*END:VTIMEZONE\r\n/, '')],
  ] as const)
    expect((await ask('PUT', `/dav/calendars/ana/zones/${name}.ics`, body)).status).toBe(201);
  await ask('POST', '/dav/calendars/ana/zones/', document('CS:publish-calendar', ''));
  const { text } = await ask('PROPFIND', '/dav/calendars/ana/zones/', propfind('CS:publish-url'));
  const address = /(\/calendars\/[a-z0-9]+\.ics)/.exec(text)?.[1] ?? '';
  const parts = (await browser.ask(address)).text.split('END:VCALENDAR\r\n').slice(0, -1);
  expect(parts).toHaveLength(2);
  expect(parts[0]).toMatch(/TZOFFSETTO:\+0100[\s\S]*SUMMARY:Zoned a/);
  expect(parts[1]).toMatch(/TZOFFSETTO:\+0500[\s\S]*SUMMARY:Zoned b/);
  // One that the file does not say is the system's.
  expect(parts[1]).toMatch(/TZID:Europe\/Paris[\s\S]*SUMMARY:Zoned c/);
  // How often readers look again.
  expect(parts[0]).toContain('REFRESH-INTERVAL;VALUE=DURATION:PT1H');
});

test('it comes compressed for who takes that, and is not what came otherwise', async () => {
  await ask('PUT', `${work}gzip`, event('gzip'));
  await publish();
  const address = (await published()) ?? '';
  const get = (encoding: string, more: Record<string, string> = {}) =>
    browser.ask(address, { headers: { 'accept-encoding': encoding, ...more } });
  const plain = await get('gzip;q=0, identity');
  expect(plain.headers['content-encoding']).toBeUndefined();
  const packed = await get('br, gzip;q=0.5');
  expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
  expect(gunzipSync(packed.bytes).toString()).toBe(plain.text);
  expect(packed.headers.etag).not.toBe(plain.headers.etag);
  expect((await get('gzip', { 'if-none-match': String(packed.headers.etag) })).status).toBe(304);
  await ask('POST', work, document('CS:unpublish-calendar', ''));
  expect((await get('gzip', { 'if-none-match': String(packed.headers.etag) })).status).toBe(404);
});

test('what is attached and kept here is not in it: strangers may not open it', async () => {
  await ask('MKCALENDAR', '/dav/calendars/ana/files/');
  const links =
    'ATTACH:https://elsewhere.example/map.pdf\nATTACH;MANAGED-ID=x:https://elsewhere.example/kept';
  expect((await ask('PUT', '/dav/calendars/ana/files/a.ics', event('a', links))).status).toBe(201);
  await ask('POST', '/dav/calendars/ana/files/', document('CS:publish-calendar', ''));
  const told = await ask('PROPFIND', '/dav/calendars/ana/files/', propfind('CS:publish-url'));
  const { text } = await browser.ask(/(\/calendars\/[a-z0-9]+\.ics)/.exec(told.text)?.[1] ?? '');
  expect(text).toContain('map.pdf');
  expect(text).not.toContain('kept');
});
