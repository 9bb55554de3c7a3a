import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { indexOf, readCalendar } from '../../formats/icalendar/index.ts';
import { startCompany, type TestCompany, type TestSuite } from '../../testing/index.ts';
import { document, event, propfind, xml } from '../fixtures.ts';
import { availabilityBytesMax } from '../limits.ts';
import { far, meeting, partstat } from './fixtures.ts';
import { freeBusyBytesMax, freeBusyRecipientsMax } from './limits.ts';

// Invitations inside the co-op, as clients see them over CalDAV.

let company: TestCompany;
let suite: TestSuite;

beforeAll(async () => {
  company = await startCompany(['ana', 'ben', 'cleo'], ['hall']);
  suite = company.suite;
});
afterAll(() => company.stop());

const ask: TestCompany['ask'] = (...given) => company.ask(...given);
const put: TestCompany['put'] = (...given) => company.put(...given);
const copyOf: TestCompany['copyOf'] = (...given) => company.copyOf(...given);
const idOf: TestCompany['idOf'] = (name) => company.idOf(name);
const news: TestCompany['news'] = (name) => company.news(name);

describe('an invitation inside', () => {
  test('is in the calendar and the inbox of who is invited; the answer comes back', async () => {
    const made = await put('ana', 'one', meeting('one'));
    expect(made.status).toBe(201);
    expect(made.headers['schedule-tag']).toMatch(/^"\d+"$/);
    expect(made.headers.etag).toBeUndefined();
    const ben = await copyOf('ben', 'one');
    expect(partstat(ben?.text, 'ben')).toBe('NEEDS-ACTION');
    expect(ben?.text).not.toContain('SCHEDULE-');
    expect(await news('ben')).toContain('REQUEST one');
    const own = await copyOf('ana', 'one');
    expect(own?.text).toMatch(/ATTENDEE;.*SCHEDULE-STATUS=1\.2:mailto:ben/);

    const yes = (ben?.text ?? '').replace(/(ATTENDEE;PARTSTAT=)NEEDS-ACTION(.*mailto:ben)/, '$1ACCEPTED$2');
    expect((await ask('ben', 'PUT', ben?.path ?? '', yes)).status).toBe(204);
    const told = await copyOf('ana', 'one');
    expect(partstat(told?.text, 'ben')).toBe('ACCEPTED');
    expect(told?.tag).toBe(own?.tag);
    expect(told?.hash).not.toBe(own?.hash);
    expect(await news('ana')).toContain('REPLY one');
    // The others see who comes, and nobody is told twice.
    expect(partstat((await copyOf('cleo', 'one'))?.text, 'ben')).toBe('ACCEPTED');
    expect(await suite.rooms.collections.nextJobMs('itip')).toBeNull();
  });

  test('an instance that is moved, and one that is called off', async () => {
    const series = `${far}\nRRULE:FREQ=DAILY;COUNT=4`;
    await put('ana', 'many', meeting('many', '', series));
    const own = await copyOf('ana', 'many');
    const [, override = ''] = /(BEGIN:VEVENT[\s\S]*END:VEVENT)/.exec(
      meeting('many', 'RECURRENCE-ID:20990306T100000Z', 'DTSTART:20990306T150000Z\nDTEND:20990306T160000Z'),
    ) ?? [''];
    const moved = (own?.text ?? '').replace('END:VCALENDAR', `${override}\r\nEND:VCALENDAR`);
    expect((await put('ana', 'many', moved)).status).toBe(204);
    expect((await copyOf('ben', 'many'))?.text).toContain('DTSTART:20990306T150000Z');
    const fewer = moved.replace('RRULE:', 'EXDATE:20990307T100000Z\r\nRRULE:');
    expect((await put('ana', 'many', fewer)).status).toBe(204);
    expect((await copyOf('ben', 'many'))?.text).toContain('EXDATE:20990307T100000Z');
    expect((await ask('ana', 'DELETE', '/dav/calendars/ana/personal/many.ics')).status).toBe(204);
    expect((await copyOf('ben', 'many'))?.text.match(/STATUS:CANCELLED/g)).toHaveLength(2);
    expect(await news('ben')).toContain('CANCEL many');
  });

  test('who removes it declines, unless they say that they do not', async () => {
    await put('ana', 'gone', meeting('gone'));
    await ask('ben', 'DELETE', (await copyOf('ben', 'gone'))?.path ?? '');
    await ask('cleo', 'DELETE', (await copyOf('cleo', 'gone'))?.path ?? '', undefined, {
      'schedule-reply': 'F',
    });
    const own = await copyOf('ana', 'gone');
    expect(partstat(own?.text, 'ben')).toBe('DECLINED');
    expect(partstat(own?.text, 'cleo')).toBe('NEEDS-ACTION');
    // Others' answers do not bring it back to whom removed it.
    expect(await copyOf('cleo', 'gone')).toBeNull();
  });

  test('what is the organiser’s is not changed by who is invited; nobody organises in another’s name', async () => {
    await put('ana', 'fixed', meeting('fixed'));
    const ben = await copyOf('ben', 'fixed');
    const later = (ben?.text ?? '').replace('T100000Z', 'T093000Z');
    const refused = await ask('ben', 'PUT', ben?.path ?? '', later);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('<C:allowed-attendee-scheduling-object-change/>');
    const stolen = (await copyOf('ana', 'fixed'))?.text.replace(
      'ORGANIZER:mailto:ana',
      'ORGANIZER:mailto:ben',
    );
    expect((await put('ana', 'fixed', stolen ?? '')).text).toContain(
      '<C:allowed-organizer-scheduling-object-change/>',
    );
    // Ben says that Ana invites Cleo: that is told to nobody.
    const spoofed = meeting('spoofed', '', far, ['cleo', 'ben']);
    expect((await put('ben', 'spoofed', spoofed)).status).toBe(201);
    expect(await copyOf('cleo', 'spoofed')).toBeNull();
    expect(await copyOf('ana', 'spoofed')).toBeNull();
    const two = meeting('two').replace(
      'END:VCALENDAR',
      `${
        /BEGIN:VEVENT[\s\S]*END:VEVENT/.exec(
          meeting('two', 'RECURRENCE-ID:20990305T100000Z').replace(
            'ORGANIZER:mailto:ana',
            'ORGANIZER:mailto:ben',
          ),
        )?.[0]
      }\r\nEND:VCALENDAR`,
    );
    expect((await put('ana', 'two', two)).text).toContain('<C:same-organizer-in-all-components/>');
    await ask('ben', 'MKCALENDAR', '/dav/calendars/ben/other');
    expect((await ask('ben', 'PUT', '/dav/calendars/ben/other/copy.ics', ben?.text)).text).toContain(
      'unique-scheduling-object-resource',
    );
  });

  test('a schedule tag: an answer that came meanwhile stays, another change is a conflict', async () => {
    await put('ana', 'tag', meeting('tag'));
    const before = await copyOf('ana', 'tag');
    const ben = await copyOf('ben', 'tag');
    await ask(
      'ben',
      'PUT',
      ben?.path ?? '',
      (ben?.text ?? '').replace(/NEEDS-ACTION(.*mailto:ben)/, 'TENTATIVE$1'),
    );
    const renamed = (before?.text ?? '').replace('SUMMARY:Event tag', 'SUMMARY:Renamed');
    const match = { 'if-schedule-tag-match': `"${before?.tag}"` };
    expect((await put('ana', 'tag', renamed, match)).status).toBe(204);
    const after = await copyOf('ana', 'tag');
    expect(partstat(after?.text, 'ben')).toBe('TENTATIVE');
    expect((await copyOf('ben', 'tag'))?.text).toContain('SUMMARY:Renamed');
    expect((await put('ana', 'tag', renamed, match)).status).toBe(412);
    const path = '/dav/calendars/ana/personal/tag.ics';
    expect((await ask('ana', 'DELETE', path, undefined, match)).status).toBe(412);
  });

  test('a room says yes where it is free and no where it is not, once', async () => {
    const day = 'DTSTART:20990401T100000Z\nDTEND:20990401T110000Z';
    await put('ana', 'hall1', meeting('hall1', '', day, ['hall']));
    expect(partstat((await copyOf('ana', 'hall1'))?.text, 'hall')).toBe('ACCEPTED');
    expect(await news('hall')).toEqual([]);
  });

  test('who takes away all guests, and themselves as organiser, tells the guests', async () => {
    await put('ana', 'alone', meeting('alone'));
    expect((await put('ana', 'alone', event('alone', '', far))).status).toBe(204);
    expect((await copyOf('ben', 'alone'))?.text).toContain('STATUS:CANCELLED');
    // And invites them again, counting from where they were.
    await put('ana', 'alone', meeting('alone'));
    const again = await copyOf('ben', 'alone');
    expect(again?.text).not.toContain('CANCELLED');
    expect(partstat(again?.text, 'ben')).toBe('NEEDS-ACTION');
  });

  test('what is read from elsewhere is no copy: an invitation to the same comes beside it', async () => {
    const { collections } = suite.rooms;
    const account = await idOf('cleo');
    const fed = await collections.makeCollection(account, {
      home: 'calendars',
      kind: 'calendar',
      name: 'elsewhere',
      details: { source: 'https://calendars.invalid/a.ics' },
    });
    const bytes = Buffer.from(event('fed', '', far));
    const facts = indexOf(readCalendar(bytes));
    await collections.put(account, fed.id, 'fed.ics', { ...facts, bytes, scheduleTag: 'none' });
    await put('ana', 'fed', meeting('fed'));
    const found = await collections.byUid(account, 'calendars', 'fed');
    expect(found.map(({ collection }) => collection === fed.id).sort()).toEqual([false, true]);
  });

  test('who cannot be delivered to keeps nobody waiting', async () => {
    const account = await idOf('ben');
    // Ben's copy stands where it cannot be written: there is no room.
    await put('ana', 'stuck', meeting('stuck'));
    const copy = await copyOf('ben', 'stuck');
    expect(copy).not.toBeNull();
    const { collections } = suite.rooms;
    const original = collections.put.bind(collections);
    const refusing = vi.spyOn(collections, 'put').mockImplementation(async (of, ...rest) => {
      if (of === account) throw new StoreError('over-quota', 'there is no room');
      return original(of, ...rest);
    });
    await put('ana', 'stuck', meeting('stuck', 'LOCATION:Elsewhere'));
    expect((await copyOf('cleo', 'stuck'))?.text).toContain('LOCATION:Elsewhere');
    expect((await copyOf('ben', 'stuck'))?.text).not.toContain('LOCATION:Elsewhere');
    expect(await collections.nextJobMs('itip')).not.toBeNull();
    refusing.mockRestore();
  });

  test('what is over is told to members alone, and taken away it is called off for nobody', async () => {
    const when = 'DTSTART:20200305T100000Z\nDTEND:20200305T110000Z';
    const abroad = 'ATTENDEE:mailto:x@far.example';
    expect((await put('ana', 'past', meeting('past', abroad, when))).status).toBe(201);
    expect(await copyOf('ben', 'past')).not.toBeNull();
    expect((await copyOf('ana', 'past'))?.text).toContain('ATTENDEE:mailto:x@far.example');
    const sent = await suite.rooms.outbox.list({}, { max: 100 });
    expect(sent.map(({ recipient }) => recipient.address)).not.toContain('x@far.example');
    await ask('ana', 'DELETE', '/dav/calendars/ana/personal/past.ics');
    expect((await copyOf('ben', 'past'))?.text).not.toContain('CANCELLED');
  });
});

describe('what clients look for', () => {
  const question = (who: string[], from = 'ana', start = '20990305T000000Z') =>
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:q\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${start}\r\nDTEND:20990306T000000Z\r\nORGANIZER:mailto:${from}@coop.localhost\r\n${who
      .map((each) => `ATTENDEE:mailto:${each}\r\n`)
      .join('')}END:VFREEBUSY\r\nEND:VCALENDAR\r\n`;
  const outbox = '/dav/calendars/ana/outbox/';

  test('the outbox says when others are busy, and nothing more', async () => {
    await put('cleo', 'secret', event('secret', 'CLASS:PRIVATE', 'DTSTART:20990305T130000Z\nDURATION:PT1H'));
    const { status, text } = await ask(
      'ana',
      'POST',
      outbox,
      question(['cleo@coop.localhost', 'nobody@coop.localhost', 'x@far.example']),
    );
    expect(status).toBe(200);
    expect(text.replace(/\r?\n /g, '')).toContain('20990305T130000Z/20990305T140000Z');
    expect(text).not.toContain('Event secret');
    expect(text.match(/<C:request-status>[^<]*/g)?.map((each) => each.split('>')[1])).toEqual([
      '2.0;Success',
      '3.7;Invalid calendar user',
      '5.3;No scheduling support for user',
    ]);
  });

  test('what one is about to move makes nobody busy, but for what is not one’s own to move', async () => {
    const at = (hour: number) => `DTSTART:20990305T${hour}0000Z\nDTEND:20990305T${hour}3000Z`;
    await put('cleo', 'masked', event('masked', 'ORGANIZER:mailto:cleo@coop.localhost', at(15)));
    await put('ana', 'own', event('own', '', at(16)));
    await put('ana', 'led', meeting('led', '', at(17), ['ben']));
    const isBusy = async (who: string, hour: number, uid: string) => {
      const body = question([`${who}@coop.localhost`]).replace(
        'END:VFREEBUSY',
        `X-CALENDARSERVER-MASK-UID:${uid}\r\nEND:VFREEBUSY`,
      );
      const { text } = await ask('ana', 'POST', outbox, body);
      return text.replace(/\r?\n /g, '').includes(`20990305T${hour}0000Z/`);
    };
    expect([await isBusy('cleo', 15, 'masked'), await isBusy('cleo', 15, 'other')]).toEqual([true, true]);
    expect([await isBusy('ana', 16, 'own'), await isBusy('ana', 16, 'other')]).toEqual([false, true]);
    expect([await isBusy('ben', 17, 'led'), await isBusy('ben', 17, 'other')]).toEqual([false, true]);
  });

  test.each([
    ['another asks', question(['cleo@coop.localhost'], 'ben'), 'organizer-allowed'],
    [
      'a time that ends before it begins',
      question([], 'ana', '20990307T000000Z'),
      'valid-scheduling-message',
    ],
    ['freeBusyDaysMax', question([], 'ana', '20900307T000000Z'), 'valid-scheduling-message'],
    ['an event', meeting('x').replace('VERSION', 'METHOD:REQUEST\r\nVERSION'), 'valid-scheduling-message'],
    ['no calendar', 'x', 'valid-calendar-data'],
    [
      'freeBusyRecipientsMax',
      question(Array.from({ length: freeBusyRecipientsMax + 1 }, (_, n) => `g${n}@coop.localhost`)),
      'valid-scheduling-message',
    ],
  ])('%s', async (_, body, condition) => {
    const { status, text } = await ask('ana', 'POST', outbox, body);
    expect(status).toBe(403);
    expect(text).toContain(condition);
  });

  test('freeBusyBytesMax; somebody else’s outbox is not there', async () => {
    expect((await ask('ana', 'POST', outbox, 'x'.repeat(freeBusyBytesMax + 1))).status).toBe(413);
    expect((await ask('ben', 'POST', outbox, question([]))).status).toBe(404);
  });

  test('inbox, outbox, addresses, type, tag and feature', async () => {
    const principal = await ask(
      'ana',
      'PROPFIND',
      '/dav/principals/ana/',
      propfind(
        'C:schedule-inbox-URL',
        'C:schedule-outbox-URL',
        'C:calendar-user-address-set',
        'C:calendar-user-type',
      ),
      { depth: '0', ...xml },
    );
    for (const wanted of [
      '<C:schedule-inbox-URL><D:href>/dav/calendars/ana/inbox/</D:href>',
      '<C:schedule-outbox-URL><D:href>/dav/calendars/ana/outbox/</D:href>',
      '<D:href>mailto:ana@coop.localhost</D:href><D:href>/dav/principals/ana/</D:href>',
      '<C:calendar-user-type>INDIVIDUAL</C:calendar-user-type>',
    ])
      expect(principal.text).toContain(wanted);
    const hall = await ask('ana', 'PROPFIND', '/dav/principals/hall/', propfind('C:calendar-user-type'), {
      depth: '0',
      ...xml,
    });
    expect(hall.text).toContain('<C:calendar-user-type>ROOM<');
    const home = await ask(
      'ana',
      'PROPFIND',
      '/dav/calendars/ana/',
      propfind('D:resourcetype', 'C:schedule-default-calendar-URL'),
      { depth: '1', ...xml },
    );
    expect(home.text).toContain('<C:schedule-outbox/>');
    expect(home.text).toContain(
      '<C:schedule-default-calendar-URL><D:href>/dav/calendars/ana/personal/</D:href></C:schedule-default-calendar-URL>',
    );
    expect((await ask('ana', 'OPTIONS', '/dav/calendars/ana/')).headers.dav).toContain(
      'calendar-auto-schedule',
    );
    await put('ana', 'tagged', meeting('tagged'));
    const tagged = await copyOf('ana', 'tagged');
    const item = await ask('ana', 'PROPFIND', tagged?.path ?? '', propfind('C:schedule-tag'), {
      depth: '0',
      ...xml,
    });
    expect(item.text).toContain(`<C:schedule-tag>"${tagged?.tag}"</C:schedule-tag>`);
  });

  test('availability makes busy; availabilityBytesMax', async () => {
    const away = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VAVAILABILITY\r\nUID:v\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20990305T200000Z\r\nDTEND:20990305T210000Z\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n`;
    const set = (text: string) =>
      ask(
        'ben',
        'PROPPATCH',
        '/dav/calendars/ben/inbox/',
        document(
          'D:propertyupdate',
          `<D:set><D:prop><C:calendar-availability>${text}</C:calendar-availability></D:prop></D:set>`,
        ),
        xml,
      );
    expect((await set(away)).text).toContain('200 OK');
    expect((await ask('ana', 'POST', outbox, question(['ben@coop.localhost']))).text).toContain(
      '20990305T200000Z/20990305T210000Z',
    );
    expect((await set('x')).text).toContain('valid-calendar-data');
    expect((await set(meeting('x'))).text).toContain('valid-calendar-object-resource');
    expect((await set('x'.repeat(availabilityBytesMax + 1))).text).toContain('max-resource-size');
  });
});
