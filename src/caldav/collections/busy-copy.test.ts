import { describe, expect, test } from 'vitest';
import { indexOf, readCalendar } from '../../formats/icalendar/index.ts';
import { calendar, crlf } from '../fixtures.ts';
import { busyCopy } from './busy-copy.ts';

const copy = (text: string) => busyCopy(Buffer.from(text)).toString().replaceAll('\r\n ', '');

const zone = (tzid: string, more = '') => `BEGIN:VTIMEZONE
TZID:${tzid}
TZURL:https://secret.example/
COMMENT:secret
X-LIC-LOCATION:secret
BEGIN:STANDARD
DTSTART;X-A=secret:19700101T000000
TZOFFSETFROM:+0130
TZOFFSETTO:+0130
TZNAME:secret
COMMENT:secret
RRULE:FREQ=YEARLY;X-NOTE=secret;BYMONTH=1
${more}END:STANDARD
END:VTIMEZONE
`;

/** Everything in it that may not be seen says so. */
const told = calendar(`METHOD-X:secret
X-WR-CALNAME:secret
NAME:secret
${zone('Secret garden')}${zone('Secret unused')}BEGIN:VEVENT
UID:u1
DTSTAMP;X-A=secret:20260101T000000Z
DTSTART;TZID=Secret garden;X-A=secret:20260305T100000
DTEND;TZID=Secret garden:20260305T110000
RRULE:FREQ=WEEKLY;X-NOTE=secret;COUNT=9
RDATE;VALUE=PERIOD;X-A=secret:20260401T100000Z/PT1H
EXDATE;TZID=Secret garden:20260312T100000,20260319T100000
SEQUENCE:3
STATUS:TENTATIVE
TRANSP:OPAQUE
CLASS:CONFIDENTIAL
SUMMARY;ALTREP="https://secret.example/";LANGUAGE=secret:secret
DESCRIPTION:secret
LOCATION:secret
CATEGORIES:secret
COLOR:secret
CONFERENCE;VALUE=URI:https://secret.example/
IMAGE;VALUE=URI:https://secret.example/
ATTACH:https://secret.example/
URL:https://secret.example/
GEO:1;2
PRIORITY:1
ORGANIZER;CN=secret:mailto:secret@example.org
ATTENDEE;CN=secret:mailto:secret@example.org
COMMENT:secret
X-SECRET:secret
CREATED:20200101T000000Z
LAST-MODIFIED:20200101T000000Z
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:secret
TRIGGER:-PT15M
END:VALARM
BEGIN:VLOCATION
UID:secret
NAME:secret
END:VLOCATION
END:VEVENT
BEGIN:VEVENT
UID:u1
DTSTAMP:20260101T000000Z
RECURRENCE-ID;TZID=Secret garden;RANGE=THISANDFUTURE:20260326T100000
DTSTART;TZID=Secret garden:20260326T120000
STATUS:CANCELLED
SUMMARY:secret
END:VEVENT
BEGIN:X-SECRET
NOTE:secret
END:X-SECRET`).replace('METHOD-X:secret\r\n', '');

describe('of an object only times are left', () => {
  test('and what makes them busy, cancelled or free', () => {
    const seen = copy(told);
    const [, name] = /TZID:(zone-[0-9a-f]+)/.exec(seen) ?? [];
    expect(seen).toBe(
      calendar(`BEGIN:VTIMEZONE
TZID:${name}
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0130
TZOFFSETTO:+0130
RRULE:FREQ=YEARLY;BYMONTH=1
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:u1
DTSTAMP:20260101T000000Z
DTSTART;TZID=${name}:20260305T100000
DTEND;TZID=${name}:20260305T110000
RRULE:FREQ=WEEKLY;COUNT=9
RDATE;VALUE=PERIOD:20260401T100000Z/PT1H
EXDATE;TZID=${name}:20260312T100000,20260319T100000
SEQUENCE:3
STATUS:TENTATIVE
TRANSP:OPAQUE
CLASS:PRIVATE
SUMMARY:Busy
END:VEVENT
BEGIN:VEVENT
UID:u1
DTSTAMP:20260101T000000Z
RECURRENCE-ID;TZID=${name};RANGE=THISANDFUTURE:20260326T100000
DTSTART;TZID=${name}:20260326T120000
STATUS:CANCELLED
CLASS:PRIVATE
SUMMARY:Busy
END:VEVENT`).replace('-//test//EN', '-//myco//busy//EN'),
    );
  });

  test('which are the same times', () => {
    const periods = (text: string) => {
      const { firstMs, digest } = indexOf(readCalendar(text));
      return [firstMs, (JSON.parse(digest) as { c: { s: string }[] }).c.map(({ s }) => s.split('@')[0])];
    };
    const bare = told.replace(/BEGIN:VALARM.*?END:VALARM\r\n/s, '');
    expect(periods(busyCopy(Buffer.from(told)).toString())).toEqual(periods(bare));
  });

  test.each([
    ['a zone of the system stays by its name', 'Europe/Paris', 'TZID=Europe/Paris:'],
    ['so does what Windows calls it', 'W. Europe Standard Time', 'TZID=W. Europe Standard Time:'],
    ['a path says the zone that it leads to', '/secret/Europe/Paris', 'TZID=Europe/Paris:'],
  ])('%s', (_, tzid, shown) => {
    const seen = copy(
      calendar(`BEGIN:VEVENT
UID:u
DTSTAMP:20260101T000000Z
DTSTART;TZID=${tzid}:20260305T100000
END:VEVENT`),
    );
    expect(seen).toContain(shown);
    expect(seen).not.toMatch(/secret|VTIMEZONE/i);
  });

  test('two zones of one name in two objects stay two', () => {
    const at = (offset: string) =>
      copy(
        calendar(`${zone('Garden').replaceAll('+0130', offset)}BEGIN:VEVENT
UID:u
DTSTAMP:20260101T000000Z
DTSTART;TZID=Garden:20260305T100000
END:VEVENT`),
      );
    const name = (text: string) => /DTSTART;TZID=(zone-[0-9a-f]+):/.exec(text)?.[1];
    expect(name(at('+0100'))).not.toBe(name(at('+0200')));
    expect(name(at('+0100'))).toBe(name(at('+0100')));
  });

  test.each([
    [
      'a to-do: whether it is done is its owner’s',
      'VTODO',
      'DUE:20260305T100000Z\nSTATUS:COMPLETED\nPERCENT-COMPLETE:100\nCOMPLETED:20260304T100000Z\nCREATED:20260101T000000Z',
      'DUE:20260305T100000Z\nCLASS:PRIVATE\nSUMMARY:Busy',
    ],
    [
      'a to-do that is cancelled',
      'VTODO',
      'DUE;VALUE=DATE:20260305\nSTATUS:cancelled',
      'DUE;VALUE=DATE:20260305\nSTATUS:CANCELLED\nCLASS:PRIVATE\nSUMMARY:Busy',
    ],
    [
      'busy times',
      'VFREEBUSY',
      'ORGANIZER:mailto:secret@x.example\nFREEBUSY;FBTYPE=BUSY-UNAVAILABLE;X-A=secret:20260305T100000Z/PT1H\nFREEBUSY;FBTYPE=SECRET:20260306T100000Z/PT1H\nCOMMENT:secret',
      'FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260305T100000Z/PT1H\nFREEBUSY:20260306T100000Z/PT1H\nCLASS:PRIVATE\nSUMMARY:Busy',
    ],
    [
      'days that somebody is there',
      'VAVAILABILITY',
      'BUSYTYPE:BUSY-TENTATIVE\nPRIORITY:2\nSUMMARY:secret\nBEGIN:AVAILABLE\nUID:a\nDTSTAMP:20260101T000000Z\nDTSTART:20260305T100000Z\nDURATION:PT8H\nSUMMARY:secret\nRRULE:FREQ=DAILY\nEND:AVAILABLE',
      'BUSYTYPE:BUSY-TENTATIVE\nPRIORITY:2\nCLASS:PRIVATE\nSUMMARY:Busy\nBEGIN:AVAILABLE\nUID:a\nDTSTAMP:20260101T000000Z\nDTSTART:20260305T100000Z\nDURATION:PT8H\nRRULE:FREQ=DAILY\nEND:AVAILABLE',
    ],
    [
      'words where none belong',
      'VEVENT',
      'DTSTART:20260305T100000Z\nSTATUS:SECRET\nTRANSP:SECRET\nSEQUENCE:secret\nDURATION:PT1H\nPRIORITY:1',
      'DTSTART:20260305T100000Z\nDURATION:PT1H\nCLASS:PRIVATE\nSUMMARY:Busy',
    ],
  ])('%s', (_, name, kept, seen) => {
    const wrapped = (inner: string) =>
      calendar(`BEGIN:${name}\nUID:u\nDTSTAMP:20260101T000000Z\n${inner}\nEND:${name}`);
    expect(copy(wrapped(kept))).toBe(wrapped(seen).replace('-//test//EN', '-//myco//busy//EN'));
  });

  test('of what is no calendar nothing', () => {
    expect(busyCopy(Buffer.from('')).toString()).toBe('');
    expect(copy(crlf('BEGIN:VCALENDAR\nX-SECRET:secret\nEND:VCALENDAR'))).not.toContain('secret');
  });
});
