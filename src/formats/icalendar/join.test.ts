import { describe, expect, test } from 'vitest';
import { joinCalendars } from './join.ts';
import { parseComponents } from './parse.ts';
import { splitCalendar } from './split.ts';

const text = (inner: string) =>
  Buffer.from(`BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n${inner}END:VCALENDAR\r\n`);
const event = (uid: string, start: string) =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\n${start}\r\nEND:VEVENT\r\n`;
const zone = (tzid: string, offset: string, name = 'X') =>
  `BEGIN:VTIMEZONE\r\nTZID:${tzid}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:${offset}\r\n` +
  `TZOFFSETTO:${offset}\r\nTZNAME:${name}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`;

async function join(objects: readonly Buffer[], head = {}): Promise<string> {
  let whole = '';
  for await (const piece of joinCalendars(objects, head)) whole += piece;
  return whole;
}

const zonesIn = (whole: string) =>
  parseComponents(whole).map((calendar) => calendar.components('VTIMEZONE').map((each) => each.text('TZID')));

describe('a whole calendar', () => {
  test('says its name, and holds every component as it was written', async () => {
    const whole = await join([text(event('a', 'DTSTART;X-P="k;v":20260305T100000Z'))], {
      name: 'Work, and play',
      color: '#FF0000',
    });
    const [calendar] = parseComponents(whole);
    expect(calendar?.text('NAME')).toBe('Work, and play');
    expect(calendar?.text('X-WR-CALNAME')).toBe('Work, and play');
    expect(calendar?.text('X-APPLE-CALENDAR-COLOR')).toBe('#FF0000');
    expect(whole).toContain(event('a', 'DTSTART;X-P="k;v":20260305T100000Z'));
  });

  test('of nothing is a calendar all the same', async () => {
    expect(await join([])).toMatch(/^BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:[^\r]+\r\nEND:VCALENDAR\r\n$/);
  });

  test('a zone stands once, before what needs it, however it is worded', async () => {
    const utc = 'DTSTART;TZID=Etc/GMT-1:20260305T100000';
    const whole = await join([
      text(zone('Etc/GMT-1', '+0100', 'one') + event('a', utc)),
      text(zone('Etc/GMT-1', '+0100', 'another') + event('b', utc)),
      text(event('c', 'DTSTART;TZID=Europe/Paris:20260305T100000')),
    ]);
    expect(zonesIn(whole)).toEqual([['Etc/GMT-1', 'Europe/Paris']]);
    expect(whole.indexOf('TZID:Europe/Paris')).toBeLessThan(whole.indexOf('UID:c'));
  });

  test('two zones of one name stand in calendars of their own', async () => {
    const start = 'DTSTART;TZID=Customized:20260305T100000';
    const whole = await join([
      text(zone('Customized', '+0100') + event('a', start)),
      text(zone('Customized', '+0500') + event('b', start)),
    ]);
    expect(zonesIn(whole)).toEqual([['Customized'], ['Customized']]);
    const kinds: string[] = [];
    for await (const piece of splitCalendar([Buffer.from(whole)])) kinds.push(piece.type);
    expect(kinds).toEqual(['zone', 'component', 'zone', 'component']);
  });

  test('what cannot be read any more is left out, the rest stays', async () => {
    const whole = await join([Buffer.from('no calendar'), text(event('b', 'DTSTART:20260305T100000Z'))]);
    expect(parseComponents(whole)[0]?.components('VEVENT')).toHaveLength(1);
  });
});
