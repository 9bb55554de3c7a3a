import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { type DavClient, type Myco, openDav, startMyco, stopAll, withTools } from '../harness/index.ts';
import { kinds, openVdir, textOf, textsIn, type Vdir } from './vdir.ts';

const itemsCount = 2_000;
const patienceMs = 300_000;

let myco: Myco;
let root: string;
afterAll(async () => {
  await stopAll();
  removeFolder(root);
});

const crlf = (lines: readonly string[]) => lines.join('\r\n').concat('\r\n');

/** Without one, readers who do not say otherwise are given the system's (RFC 7809 §7.1). */
const zone = [
  'BEGIN:VTIMEZONE',
  'TZID:Europe/Paris',
  'BEGIN:STANDARD',
  'DTSTART:19701025T030000',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:19700329T020000',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
];

/** What vdirsyncer carries is not its to judge: lines that only servers which keep bytes give back. */
const texts = {
  calendars: (uid: string, summary: string) =>
    crlf([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//conformance//EN',
      ...zone,
      'BEGIN:VEVENT',
      `UID:${uid}`,
      'DTSTAMP:20260101T000000Z',
      'DTSTART;TZID=Europe/Paris:20260305T100000',
      'DURATION:PT45M',
      'RRULE:FREQ=WEEKLY;COUNT=4',
      `SUMMARY:${summary}`,
      'X-UNHEARD-OF;X-PARAM="a;b":kept, as it came\\, folded',
      'END:VEVENT',
      'END:VCALENDAR',
    ]),
  contacts: (uid: string, summary: string) =>
    crlf([
      'BEGIN:VCARD',
      'VERSION:3.0',
      `UID:${uid}`,
      `FN:${summary}`,
      'N:Grüße;Zoë;;;',
      'item1.EMAIL;type=INTERNET;type=pref:zoe@example.org',
      'item1.X-ABLabel:_$!<Other>!$_',
      'X-UNHEARD-OF:kept',
      'END:VCARD',
    ]),
} as const;

withTools('vdirsyncer', ['vdirsyncer'], () => {
  beforeAll(async () => {
    root = makeFolder();
    myco = await startMyco({ members: ['ana'], folder: root });
  });

  describe.each(['calendars', 'contacts'] as const)('%s', (kind) => {
    const { extension } = kinds[kind];
    const type = kind === 'calendars' ? 'text/calendar' : 'text/vcard';
    let vdir: Vdir;
    let dav: DavClient;
    beforeAll(() => {
      vdir = openVdir({ myco, kind, name: 'ana', root: join(root, 'ana') });
    });
    // A connection does not outlive the minutes that a long sync takes.
    beforeEach(() => {
      dav = openDav(myco, 'ana');
    });
    afterEach(() => dav.close());

    const here = (item: string) => join(vdir.folder('club'), item + extension);
    const there = (item: string) => `/dav/${kind}/ana/club/${item}${extension}`;
    const text = (item: string, summary = `What ${item} is`) => texts[kind](item, summary);
    const put = (item: string, body: string) =>
      dav.ask('PUT', there(item), { headers: { 'content-type': type }, body });
    const get = async (item: string) => {
      const { status, body } = await dav.ask('GET', there(item));
      return status === 200 ? body.toString() : status;
    };
    const sync = async () => {
      const ran = await vdir.sync();
      expect(ran.code, ran.said).toBe(0);
    };

    test('finds the home by the address of the server, and makes on each side what the other has', async () => {
      mkdirSync(vdir.folder('club'));
      const ran = await vdir.discover();
      expect(ran.code, ran.said).toBe(0);
      await sync();
      expect(textsIn(vdir.folder('personal'), extension).size).toBe(0);
      const made = await dav.ask('PROPFIND', `/dav/${kind}/ana/club/`, { headers: { depth: '0' } });
      expect(made.body.toString()).toMatch(kind === 'calendars' ? /:calendar\/>/ : /:addressbook\/>/);
    });

    test(`carries ${itemsCount} items there and back as they are`, { timeout: patienceMs }, async () => {
      for (let index = 0; index < itemsCount; index++) writeFileSync(here(`n${index}`), text(`n${index}`));
      await sync();
      const second = openVdir({ myco, kind, name: 'ana', root: join(root, 'second') });
      const found = await second.discover();
      expect(found.code, found.said).toBe(0);
      const ran = await second.sync();
      expect(ran.code, ran.said).toBe(0);
      expect(textsIn(second.folder('club'), extension)).toEqual(textsIn(vdir.folder('club'), extension));
      expect(textsIn(second.folder('club'), extension).size).toBe(itemsCount);
    });

    test('changes, new items and deletions of both sides meet', async () => {
      writeFileSync(here('n1'), text('n1', 'changed here'));
      rmSync(here('n2'));
      writeFileSync(here('new-here'), text('new-here'));
      expect((await put('n3', text('n3', 'changed there'))).status).toBe(204);
      expect((await dav.ask('DELETE', there('n4'))).status).toBe(204);
      expect((await put('new-there', text('new-there'))).status).toBe(201);
      await sync();
      expect(await get('n1')).toBe(text('n1', 'changed here'));
      expect(await get('n2')).toBe(404);
      expect(await get('new-here')).toBe(text('new-here'));
      const now = textsIn(vdir.folder('club'), extension);
      expect(now.get(`n3${extension}`)).toBe(text('n3', 'changed there'));
      expect(now.has(`n4${extension}`)).toBe(false);
      expect([...now.values()]).toContain(text('new-there'));
      expect(now.size).toBe(itemsCount);
    });

    const collide = async (item: string) => {
      writeFileSync(here(item), text(item, 'as it is here'));
      expect((await put(item, text(item, 'as it is there'))).status).toBe(204);
    };

    test('a conflict is told, and nothing is lost by it', async () => {
      await collide('n10');
      const asking = openVdir({ myco, kind, name: 'ana', root: join(root, 'ana'), conflict: 'null' });
      await asking.discover();
      const ran = await asking.sync();
      expect(ran.code, ran.said).not.toBe(0);
      expect(ran.said).toMatch(/conflict/i);
      expect(textOf(here('n10'))).toBe(text('n10', 'as it is here'));
      expect(await get('n10')).toBe(text('n10', 'as it is there'));
    });

    test.each([
      ['b wins', 'as it is there'],
      ['a wins', 'as it is here'],
    ] as const)('a conflict where %s', async (conflict, outcome) => {
      const item = conflict === 'a wins' ? 'n11' : 'n10';
      if (item === 'n11') await collide(item);
      const deciding = openVdir({ myco, kind, name: 'ana', root: join(root, 'ana'), conflict });
      await deciding.discover();
      const ran = await deciding.sync();
      expect(ran.code, ran.said).toBe(0);
      expect(textOf(here(item))).toBe(text(item, outcome));
      expect(await get(item)).toBe(text(item, outcome));
    });

    test('the display name, and the colour of a calendar, both ways', async () => {
      expect((await vdir.metasync()).code).toBe(0);
      expect(readFileSync(join(vdir.folder('club'), 'displayname'), 'utf8')).toBe('club');
      writeFileSync(join(vdir.folder('club'), 'displayname'), 'Chess and Go');
      if (kind === 'calendars') writeFileSync(join(vdir.folder('club'), 'color'), '#FF8800');
      const ran = await vdir.metasync();
      expect(ran.code, ran.said).toBe(0);
      const shown = await dav.ask('PROPFIND', `/dav/${kind}/ana/club/`, {
        headers: { depth: '0' },
        body: '<propfind xmlns="DAV:" xmlns:A="http://apple.com/ns/ical/"><prop><displayname/><A:calendar-color/></prop></propfind>',
      });
      expect(shown.body.toString()).toContain('Chess and Go');
      if (kind === 'calendars') expect(shown.body.toString()).toContain('#FF8800');
      const changed = await dav.ask('PROPPATCH', `/dav/${kind}/ana/club/`, {
        body: '<propertyupdate xmlns="DAV:"><set><prop><displayname>Club</displayname></prop></set></propertyupdate>',
      });
      expect(changed.status).toBe(207);
      expect((await vdir.metasync()).code).toBe(0);
      expect(readFileSync(join(vdir.folder('club'), 'displayname'), 'utf8')).toBe('Club');
    });

    test('what cannot be taken is told; without it the rest goes on', async () => {
      const broken =
        kind === 'calendars'
          ? text('broken').replace('DURATION:PT45M', 'DTEND:yesterday')
          : text('broken').replace('END:VCARD', '');
      writeFileSync(here('broken'), broken);
      writeFileSync(here('whole'), text('whole'));
      const ran = await vdir.sync();
      expect(ran.code, ran.said).not.toBe(0);
      expect(await get('broken')).toBe(404);
      rmSync(here('broken'));
      await sync();
      expect(await get('whole')).toBe(text('whole'));
    });

    test('what is the same on both sides is not sent again', async () => {
      const tag = async () =>
        (
          await dav.ask('PROPFIND', `/dav/${kind}/ana/club/`, {
            headers: { depth: '0' },
            body: '<propfind xmlns="DAV:"><prop><sync-token/></prop></propfind>',
          })
        ).body.toString();
      const before = await tag();
      expect(before).toMatch(/200 OK/);
      await sync();
      expect(await tag()).toBe(before);
    });
  });
});
