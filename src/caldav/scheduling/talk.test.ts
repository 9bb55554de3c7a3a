import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCompany, type TestCompany } from '../../testing/index.ts';
import { calendar, event, todo } from '../fixtures.ts';
import { far, meeting, partstat } from './fixtures.ts';
import { refreshPauseMs } from './limits.ts';

// What messages mean, between people and their programs: Ana invites, Ben and Cleo are invited, Eve is nobody's guest.

let company: TestCompany;
beforeAll(async () => {
  company = await startCompany(['ana', 'ben', 'cleo'], ['hall']);
});
afterAll(() => company.stop());

const series =
  'DTSTART;TZID=Europe/Paris:20990302T100000\nDTEND;TZID=Europe/Paris:20990302T110000\nRRULE:FREQ=WEEKLY;COUNT=5';
const yes = (text: string) =>
  text.replace(/PARTSTAT=NEEDS-ACTION(?:;RSVP=TRUE)?(:mailto:ben)/, 'PARTSTAT=ACCEPTED$1');
const member = (name: string) => `mailto:${name}@coop.localhost`;

/** A message about one of Ana's appointments. */
const said = (method: string, uid: string, lines: string, more = 'DTSTAMP:20981231T000000Z') =>
  calendar(`METHOD:${method}\nBEGIN:VEVENT\nUID:${uid}\n${more}\n${lines}\nEND:VEVENT`);

describe('clients write the same otherwise when they answer', () => {
  test.each<[string, (text: string) => string]>([
    [
      'iOS: stamps of its own, an alarm, EXDATEs merged',
      (text) =>
        yes(text)
          .replace(/DTSTAMP:.*/, 'DTSTAMP:20991111T111111Z\r\nLAST-MODIFIED:20991111T111111Z\r\nSEQUENCE:1')
          .replace(
            'END:VEVENT',
            'BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT',
          ),
    ],
    [
      'Thunderbird: its own properties, a duration, the interval',
      (text) =>
        yes(text)
          .replace('RRULE:FREQ=WEEKLY;COUNT=5', 'RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=5\r\nX-MOZ-GENERATION:2')
          .replace(/DTEND.*/, 'DURATION:PT1H'),
    ],
    [
      'Outlook: Windows names its zone, the rule names its day',
      (text) =>
        yes(text)
          .replaceAll('TZID=Europe/Paris', 'TZID=Romance Standard Time')
          .replace('RRULE:FREQ=WEEKLY;COUNT=5', 'RRULE:COUNT=5;FREQ=WEEKLY;BYDAY=MO;WKST=SU')
          .replace('SUMMARY', 'X-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\nSUMMARY'),
    ],
    [
      'Evolution: another path to the zone, VALUE',
      (text) =>
        yes(text).replaceAll(
          ';TZID=Europe/Paris',
          ';VALUE=DATE-TIME;TZID=/freeassociation.sourceforge.net/Europe/Paris',
        ),
    ],
  ])('%s', async (name, change) => {
    const uid = `client-${name.slice(0, 3)}`;
    await company.put('ana', uid, meeting(uid, '', series));
    expect((await company.rewrites('ben', uid, change)).status).toBe(204);
    expect(partstat((await company.copyOf('ana', uid))?.text, 'ben')).toBe('ACCEPTED');
    // What the organiser says next is heard, whatever the client counts.
    await company.rewrites('ana', uid, (text) => text.replace(`SUMMARY:Event ${uid}`, 'SUMMARY:Renamed'));
    const ben = await company.copyOf('ben', uid);
    expect(ben?.text).toContain('SUMMARY:Renamed');
    expect(partstat(ben?.text, 'ben')).toBe('ACCEPTED');
  });

  test('an older copy does not bring back what others answered before', async () => {
    await company.put('ana', 'stale', meeting('stale'));
    const old = await company.copyOf('ben', 'stale');
    await company.rewrites('cleo', 'stale', (text) =>
      text.replace(/NEEDS-ACTION(;RSVP=TRUE)?(:mailto:cleo)/, 'DECLINED$2'),
    );
    await company.rewrites('ben', 'stale', () => yes(old?.text ?? ''));
    expect(partstat((await company.copyOf('ben', 'stale'))?.text, 'cleo')).toBe('DECLINED');
    expect(partstat((await company.copyOf('ana', 'stale'))?.text, 'ben')).toBe('ACCEPTED');
  });
});

describe('one instance', () => {
  test('that an attendee takes out is declined, and stays out', async () => {
    await company.put('ana', 'out', meeting('out', '', series));
    await company.rewrites('ben', 'out', (text) => text.replace('RRULE', 'EXDATE:20990309T090000Z\r\nRRULE'));
    const ana = (await company.copyOf('ana', 'out'))?.text ?? '';
    const [, , apart = ''] = ana.split('BEGIN:VEVENT');
    expect(apart).toContain('RECURRENCE-ID;TZID=Europe/Paris:20990309T100000');
    expect(partstat(apart, 'ben')).toBe('DECLINED');
    await company.rewrites('ana', 'out', (text) => text.replaceAll('SUMMARY:Event out', 'SUMMARY:Renamed'));
    const ben = await company.copyOf('ben', 'out');
    expect(ben?.text).toContain('SUMMARY:Renamed');
    expect(ben?.text).toContain('EXDATE:20990309T090000Z');
    expect(ben?.text).not.toContain('RECURRENCE-ID');
  });

  test('that there is not cannot be answered', async () => {
    await company.put('ana', 'none', meeting('none', '', series));
    const answer = (day: string) =>
      said(
        'REPLY',
        'none',
        `RECURRENCE-ID;TZID=Europe/Paris:${day}T100000\nORGANIZER:${member('ana')}\nATTENDEE;PARTSTAT=DECLINED:${member('ben')}`,
      );
    await company.mailTo('ana', 'ben@coop.localhost', answer('20990310'));
    expect((await company.copyOf('ana', 'none'))?.text).not.toContain('RECURRENCE-ID');
    await company.mailTo('ana', 'ben@coop.localhost', answer('20990309'));
    expect((await company.copyOf('ana', 'none'))?.text).toContain('RECURRENCE-ID');
  });
});

describe('another time', () => {
  test('is asked anew: counted on, and nobody has answered it', async () => {
    await company.put('ana', 'anew', meeting('anew'));
    await company.rewrites('ben', 'anew', yes);
    await company.rewrites('ana', 'anew', (text) => text.replaceAll('20990305T', '20990306T'));
    const ana = await company.copyOf('ana', 'anew');
    expect(ana?.text).toContain('SEQUENCE:1');
    expect(partstat(ana?.text, 'ben')).toBe('NEEDS-ACTION');
    expect(partstat((await company.copyOf('ben', 'anew'))?.text, 'ben')).toBe('NEEDS-ACTION');
    await company.rewrites('ben', 'anew', yes);
    expect(partstat((await company.copyOf('ana', 'anew'))?.text, 'ben')).toBe('ACCEPTED');
  });
});

describe('who sends (RFC 6638 §7)', () => {
  test.each(['CLIENT', 'NONE'])(
    'SCHEDULE-AGENT=%s at an attendee: nothing is said to them',
    async (agent) => {
      const uid = `agent-${agent}`;
      const left = (text: string) =>
        text.replace(/ATTENDEE(;[^:]*:mailto:ben)/, `ATTENDEE;SCHEDULE-AGENT=${agent}$1`);
      await company.put('ana', uid, left(meeting(uid)));
      expect(await company.copyOf('ben', uid)).toBeNull();
      expect(await company.copyOf('cleo', uid)).not.toBeNull();
      const ana = await company.copyOf('ana', uid);
      expect(ana?.text).not.toMatch(/SCHEDULE-STATUS[^\r]*mailto:ben/);
      await company.ask('ana', 'DELETE', ana?.path ?? '');
      expect(await company.news('ben')).not.toContain(`CANCEL ${uid}`);
    },
  );

  test.each(['CLIENT', 'NONE'])(
    'SCHEDULE-AGENT=%s at the organiser: nothing is said for who is invited',
    async (agent) => {
      const uid = `own-${agent}`;
      await company.put('ana', uid, meeting(uid));
      const mine = (text: string) => yes(text).replace('ORGANIZER:', `ORGANIZER;SCHEDULE-AGENT=${agent}:`);
      expect((await company.rewrites('ben', uid, mine)).status).toBe(204);
      expect(partstat((await company.copyOf('ana', uid))?.text, 'ben')).toBe('NEEDS-ACTION');
      // What is said to them is in the inbox: their client does the rest.
      await company.rewrites('ana', uid, (text) => text.replace('SUMMARY:Event', 'SUMMARY:Other'));
      expect((await company.copyOf('ben', uid))?.text).toContain('SUMMARY:Event');
      expect(await company.news('ben')).toContain(`REQUEST ${uid}`);
      await company.ask('ana', 'DELETE', (await company.copyOf('ana', uid))?.path ?? '');
      expect((await company.copyOf('ben', uid))?.text).not.toContain('CANCELLED');
      expect(await company.news('ben')).toContain(`CANCEL ${uid}`);
    },
  );

  test('SCHEDULE-FORCE-SEND: said again, and taken away', async () => {
    await company.put('ana', 'force', meeting('force'));
    const inbox = '/dav/calendars/ben/inbox/';
    const before = await company.ask('ben', 'PROPFIND', inbox, undefined, { depth: '1' });
    await company.rewrites('ana', 'force', (text) =>
      text.replace(/ATTENDEE(;[^:]*:mailto:cleo)/, 'ATTENDEE;SCHEDULE-FORCE-SEND=REQUEST$1'),
    );
    const ana = await company.copyOf('ana', 'force');
    expect(ana?.text).not.toContain('FORCE-SEND');
    expect(ana?.text).toMatch(/SCHEDULE-STATUS=1\.2[^\r]*:mailto:cleo/);
    expect((await company.ask('ben', 'PROPFIND', inbox, undefined, { depth: '1' })).text).toBe(before.text);
    await company.rewrites('ben', 'force', (text) =>
      text.replace('ORGANIZER', 'ORGANIZER;SCHEDULE-FORCE-SEND=REPLY'),
    );
    const ben = await company.copyOf('ben', 'force');
    expect(ben?.text).not.toContain('FORCE-SEND');
    expect(ben?.text).toMatch(/ORGANIZER;SCHEDULE-STATUS=1\.2/);
  });
});

describe('delegation', () => {
  const delegates = (text: string) =>
    text.replace(
      /ATTENDEE;[^:]*:mailto:ben[^\r]*/,
      `ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="${member('cleo')}":${member('ben')}\r\nATTENDEE;RSVP=TRUE;DELEGATED-FROM="${member('ben')}":${member('cleo')}`,
    );
  const comes = (text: string) =>
    text.replace(/ATTENDEE([^:]*?)PARTSTAT=NEEDS-ACTION([^\r]*mailto:cleo)/, 'ATTENDEE$1PARTSTAT=ACCEPTED$2');

  test('the organiser hears of it, and invites whom it is delegated to; they answer', async () => {
    await company.put('ana', 'given', meeting('given', '', far, ['ben']));
    expect((await company.rewrites('ben', 'given', delegates)).status).toBe(204);
    const ana = await company.copyOf('ana', 'given');
    expect(partstat(ana?.text, 'ben')).toBe('DELEGATED');
    expect(await company.news('cleo')).toContain('REQUEST given');
    expect((await company.rewrites('cleo', 'given', comes)).status).toBe(204);
    expect((await company.copyOf('ana', 'given'))?.text).toMatch(/PARTSTAT=ACCEPTED[^\r]*:mailto:cleo/);
  });

  test('of what somebody elsewhere organises, the attendee asks; nobody else may in their name', async () => {
    const from = 'mailto:zoe@far.example';
    const request = said(
      'REQUEST',
      'passed',
      `${far}\nSUMMARY:Far\nORGANIZER:${from}\nATTENDEE;PARTSTAT=NEEDS-ACTION:${member('ben')}`,
    );
    await company.mailTo('ben', 'zoe@far.example', request);
    await company.rewrites('ben', 'passed', delegates);
    expect((await company.copyOf('cleo', 'passed'))?.text).toContain('ORGANIZER:mailto:zoe@far.example');
    expect(await company.news('cleo')).toContain('REQUEST passed');
    // By mail nobody passes on what another organises.
    const forged = request.replace('UID:passed', 'UID:forged').replace(member('ben'), member('cleo'));
    expect(await company.mailTo('cleo', 'eve@far.example', forged)).toBe(false);
    // The organiser's next word is news.
    const later = said(
      'REQUEST',
      'passed',
      `${far}\nSUMMARY:Renamed\nORGANIZER:${from}\nATTENDEE:${member('cleo')}`,
      'DTSTAMP:20981231T010000Z',
    );
    await company.mailTo('cleo', 'zoe@far.example', later);
    expect((await company.copyOf('cleo', 'passed'))?.text).toContain('SUMMARY:Renamed');
  });
});

describe('the rest of what iTIP says (RFC 5546 §3.2)', () => {
  const guests = `ORGANIZER:${member('ana')}\nATTENDEE;PARTSTAT=TENTATIVE:${member('ben')}\nATTENDEE:${member('cleo')}`;
  const later = 'DTSTART:20990305T150000Z\nDTEND:20990305T160000Z';

  test('COUNTER is in the organiser’s inbox, and changes nothing; DECLINECOUNTER is in the attendee’s', async () => {
    await company.put('ana', 'counter', meeting('counter'));
    const before = await company.copyOf('ana', 'counter');
    expect(
      await company.mailTo('ana', 'ben@coop.localhost', said('COUNTER', 'counter', `${later}\n${guests}`)),
    ).toBe(true);
    expect(await company.news('ana')).toContain('COUNTER counter');
    expect((await company.copyOf('ana', 'counter'))?.hash).toBe(before?.hash);
    const no = said('DECLINECOUNTER', 'counter', `${later}\n${guests}`);
    const ben = await company.copyOf('ben', 'counter');
    await company.mailTo('ben', 'ana@coop.localhost', no);
    expect(await company.news('ben')).toContain('DECLINECOUNTER counter');
    expect((await company.copyOf('ben', 'counter'))?.hash).toBe(ben?.hash);
  });

  test('COUNTER by who is not invited, or to a time that is no more, says nothing', async () => {
    await company.put('ana', 'quiet', meeting('quiet', 'SEQUENCE:3'));
    const eve = guests.replace(member('ben'), 'mailto:eve@far.example');
    await company.mailTo('ana', 'eve@far.example', said('COUNTER', 'quiet', `${later}\n${eve}`));
    await company.mailTo(
      'ana',
      'ben@coop.localhost',
      said('COUNTER', 'quiet', `${later}\nSEQUENCE:2\n${guests}`),
    );
    expect(await company.news('ana')).not.toContain('COUNTER quiet');
    expect(
      await company.mailTo('ana', 'eve@far.example', said('COUNTER', 'quiet', `${later}\n${guests}`)),
    ).toBe(false);
  });

  test('ADD brings instances to the copy, once; only the organiser’s does', async () => {
    await company.put('ana', 'add', meeting('add', '', series));
    const more = 'DTSTART:20990501T080000Z\nDTEND:20990501T083000Z\nSEQUENCE:1\nSUMMARY:Extra';
    const eve = said('ADD', 'add', `${more}\n${guests.replace(member('ana'), 'mailto:eve@far.example')}`);
    await company.mailTo('ben', 'eve@far.example', eve);
    expect((await company.copyOf('ben', 'add'))?.text).not.toContain('RDATE');
    await company.mailTo('ben', 'ana@coop.localhost', said('ADD', 'add', `${more}\n${guests}`));
    const ben = await company.copyOf('ben', 'add');
    expect(ben?.text).toContain('RDATE;TZID=Europe/Paris:20990501T100000');
    expect(ben?.text).toContain('SUMMARY:Extra');
    await company.mailTo('ben', 'ana@coop.localhost', said('ADD', 'add', `${more}\n${guests}`));
    expect((await company.copyOf('ben', 'add'))?.hash).toBe(ben?.hash);
    expect(
      await company.mailTo('ben', 'ana@coop.localhost', said('ADD', 'nothing', `${more}\n${guests}`)),
    ).toBe(true);
    expect(await company.copyOf('ben', 'nothing')).toBeNull();
  });

  test('REFRESH is answered with all there is, not at once again (refreshPauseMs), and to guests alone', async () => {
    await company.put('ana', 'refresh', meeting('refresh'));
    const ask = (who: string, stamp: string) =>
      said('REFRESH', 'refresh', `ORGANIZER:${member('ana')}\nATTENDEE:${who}`, `DTSTAMP:${stamp}`);
    const ben = await company.copyOf('ben', 'refresh');
    await company.ask('ben', 'DELETE', ben?.path ?? '', undefined, { 'schedule-reply': 'F' });
    await company.mailTo('ana', 'eve@far.example', ask('mailto:eve@far.example', '20981231T000000Z'));
    expect(await company.copyOf('ben', 'refresh')).toBeNull();
    await company.mailTo('ana', 'ben@coop.localhost', ask(member('ben'), '20981231T000000Z'));
    const again = await company.copyOf('ben', 'refresh');
    expect(again?.text).toContain('SUMMARY:Event refresh');
    await company.ask('ben', 'DELETE', again?.path ?? '', undefined, { 'schedule-reply': 'F' });
    await company.mailTo('ana', 'ben@coop.localhost', ask(member('ben'), '20981231T000100Z'));
    expect(await company.copyOf('ben', 'refresh')).toBeNull();
    expect(refreshPauseMs).toBeGreaterThan(60_000);
  });

  test('PUBLISH stays mail', async () => {
    expect(
      await company.mailTo('ben', 'ana@coop.localhost', said('PUBLISH', 'news', `${far}\n${guests}`)),
    ).toBe(false);
  });

  test('a journal is no invitation', async () => {
    const journal = event('diary', `ORGANIZER:${member('ana')}\nATTENDEE:${member('ben')}`).replaceAll(
      'VEVENT',
      'VJOURNAL',
    );
    expect((await company.put('ana', 'diary', journal)).status).toBe(201);
    expect(await company.copyOf('ben', 'diary')).toBeNull();
  });
});

test('a to-do that somebody is given: how far they are is theirs to say, and the organiser hears it', async () => {
  const given = `DUE:20990305T100000Z\nORGANIZER:${member('ana')}\nATTENDEE;PARTSTAT=NEEDS-ACTION:${member('ben')}`;
  expect((await company.put('ana', 'task', todo('task', given))).status).toBe(201);
  const half = (text: string) =>
    text.replace('SUMMARY', 'STATUS:IN-PROCESS\r\nPERCENT-COMPLETE:50\r\nSUMMARY');
  expect((await company.rewrites('ben', 'task', half)).status).toBe(204);
  expect((await company.copyOf('ana', 'task'))?.text).toMatch(/PARTSTAT=IN-PROCESS[^\r]*X-MYCO-PERCENT=50/);
  const done = (text: string) =>
    text
      .replace('STATUS:IN-PROCESS', 'STATUS:COMPLETED\r\nCOMPLETED:20990301T100000Z')
      .replace('COMPLETE:50', 'COMPLETE:100');
  expect((await company.rewrites('ben', 'task', done)).status).toBe(204);
  expect(partstat((await company.copyOf('ana', 'task'))?.text, 'ben')).toBe('COMPLETED');
  // It is still done when the organiser says something else of it.
  await company.rewrites('ana', 'task', (text) => text.replace('SUMMARY:To do', 'SUMMARY:Task'));
  const ben = await company.copyOf('ben', 'task');
  expect(ben?.text).toContain('SUMMARY:Task');
  expect(ben?.text).toContain('STATUS:COMPLETED');
});
