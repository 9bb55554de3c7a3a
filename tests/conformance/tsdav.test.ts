import { request } from 'node:https';
import { createDAVClient, type DAVCalendar } from 'tsdav';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Myco, member, password, startMyco, stopAll } from '../harness/index.ts';

afterAll(stopAll);

let myco: Myco;

/** As `fetch`, trusting the authority of the test, and following what discovery is sent on to. */
async function trusting(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input);
  const headers = Object.fromEntries(new Headers(init.headers).entries());
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: init.method ?? 'GET', headers, ca: myco.authority, servername: 'localhost' },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('error', reject);
        answer.on('end', () => {
          const status = answer.statusCode ?? 500;
          const { location } = answer.headers;
          if (status >= 300 && status < 400 && location !== undefined && init.redirect !== 'manual') {
            resolve(trusting(new URL(location, url), init));
            return;
          }
          const bare = status === 204 || status === 304;
          const text = Object.entries(answer.headers).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, String(value)] as [string, string]],
          );
          resolve(new Response(bare ? null : Buffer.concat(pieces), { status, headers: text }));
        });
      },
    );
    asked.on('error', reject);
    asked.end(typeof init.body === 'string' ? init.body : undefined);
  });
}

const open = (accountType: 'caldav' | 'carddav') =>
  createDAVClient({
    serverUrl: `https://localhost:${myco.port('https')}`,
    credentials: { username: member('ana'), password },
    authMethod: 'Basic',
    defaultAccountType: accountType,
    fetch: trusting,
  });

const crlf = (...lines: readonly string[]) => lines.map((line) => `${line}\r\n`).join('');
const event = (uid: string, summary: string, ...more: readonly string[]) =>
  crlf(
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//conformance//EN', 'BEGIN:VEVENT', `UID:${uid}`],
    ...['DTSTAMP:20260101T000000Z', 'DTSTART:20260305T100000Z', 'DURATION:PT1H', `SUMMARY:${summary}`],
    ...more,
    ...['END:VEVENT', 'END:VCALENDAR'],
  );
const card = (uid: string, name: string) =>
  crlf('BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `FN:${name}`, `N:${name};;;;`, 'END:VCARD');

describe('tsdav', () => {
  beforeAll(async () => {
    myco = await startMyco({ members: ['ana'] });
  });

  test('calendars: discovery, making, objects, queries, multiget, sync', async () => {
    const client = await open('caldav');
    const found = await client.fetchCalendars();
    expect(found.map(({ url }) => new URL(url).pathname)).toContain('/dav/calendars/ana/personal/');
    const home = new URL('/dav/calendars/ana/', `https://localhost:${myco.port('https')}`).href;
    await client.makeCalendar({ url: `${home}club/`, props: { displayname: 'Club' } });
    const club = (await client.fetchCalendars()).find(({ url }) => url.endsWith('/club/')) as DAVCalendar;
    expect(club).toMatchObject({ displayName: 'Club' });
    expect(club.components).toContain('VEVENT');
    expect(club.reports).toEqual(
      expect.arrayContaining(['calendarQuery', 'calendarMultiget', 'syncCollection']),
    );

    for (const [name, ...more] of [['one'], ['two'], ['daily', 'RRULE:FREQ=DAILY;COUNT=4']] as const) {
      const made = await client.createCalendarObject({
        calendar: club,
        filename: `${name}.ics`,
        iCalString: event(name, name, ...more),
      });
      expect(made.status).toBe(201);
    }
    const again = await client.createCalendarObject({
      calendar: club,
      filename: 'one.ics',
      iCalString: event('one', 'again'),
    });
    expect(again.status).toBe(412);

    const all = await client.fetchCalendarObjects({ calendar: club });
    expect(all).toHaveLength(3);
    const march = { start: '2026-03-07T00:00:00Z', end: '2026-03-08T00:00:00Z' };
    const [only, ...others] = await client.fetchCalendarObjects({
      calendar: club,
      timeRange: march,
      expand: true,
    });
    expect(others).toEqual([]);
    expect(only?.data).toContain('DTSTART:20260307T100000Z');
    const got = await client.calendarMultiGet({
      url: club.url,
      props: { 'd:getetag': {}, 'c:calendar-data': {} },
      objectUrls: ['one', 'two'].map((name) => new URL(`${club.url}${name}.ics`).pathname),
      depth: '1',
    });
    const names = got.map(({ href }) => href?.split('/').at(-1));
    expect(names.sort()).toEqual(['one.ics', 'two.ics']);
    expect(got.every(({ props }) => String(props?.calendarData).includes('BEGIN:VEVENT'))).toBe(true);

    const one = all.find(({ url }) => url.endsWith('/one.ics'));
    if (!one) throw new Error('one.ics is not listed');
    const changed = await client.updateCalendarObject({
      calendarObject: { ...one, data: event('one', 'changed') },
    });
    expect(changed.status).toBe(204);
    const stale = await client.updateCalendarObject({
      calendarObject: { ...one, data: event('one', 'stale') },
    });
    expect(stale.status).toBe(412);
    const synced = await client.smartCollectionSyncDetailed({
      collection: { ...club, objects: all, objectMultiGet: client.calendarMultiGet },
      method: 'webdav',
    });
    expect(synced.objects.updated.map(({ url }) => url.split('/').at(-1))).toEqual(['one.ics']);
    const two = all.find(({ url }) => url.endsWith('/two.ics'));
    expect((await client.deleteCalendarObject({ calendarObject: { url: two?.url ?? '' } })).status).toBe(204);
    expect(await client.fetchCalendarObjects({ calendar: club })).toHaveLength(2);
    expect(await client.isCollectionDirty({ collection: club })).toMatchObject({ isDirty: true });
  });

  test('address books: discovery, cards, query, multiget', async () => {
    const client = await open('carddav');
    const [book] = (await client.fetchAddressBooks()).filter(({ url }) => url.endsWith('/personal/'));
    if (!book) throw new Error('there is no address book');
    for (const name of ['Ada', 'Zoë']) {
      const made = await client.createVCard({
        addressBook: book,
        filename: `${name === 'Ada' ? 'ada' : 'zoe'}.vcf`,
        vCardString: card(name, name),
      });
      expect(made.status).toBe(201);
    }
    const cards = await client.fetchVCards({ addressBook: book });
    expect(cards.map(({ data }) => /FN:(.*)/.exec(String(data))?.[1]?.trim()).sort()).toEqual(['Ada', 'Zoë']);
    const [ada] = await client.fetchVCards({
      addressBook: book,
      objectUrls: [new URL(`${book.url}ada.vcf`).pathname],
    });
    expect(ada?.data).toContain('FN:Ada');
    const changed = await client.updateVCard({
      vCard: { url: ada?.url ?? '', etag: ada?.etag ?? '', data: card('Ada', 'Ada Lovelace') },
    });
    expect(changed.status).toBe(204);
    expect((await client.deleteVCard({ vCard: { url: `${book.url}zoe.vcf` } })).status).toBe(204);
    expect(await client.fetchVCards({ addressBook: book })).toHaveLength(1);
  });
});
