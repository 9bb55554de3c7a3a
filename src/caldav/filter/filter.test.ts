import { describe, expect, test } from 'vitest';
import { indexOf, readCalendar, zoneOfText } from '../../formats/icalendar/index.ts';
import { parseXml } from '../../formats/xml/index.ts';
import type { ItemRow } from '../../stores/collections/index.ts';
import type { ItemResource, Scene } from '../../webdav/index.ts';
import { calendar, document, event, todo } from '../fixtures.ts';
import { judgedAlarmsMax } from '../limits.ts';
import { judgeIn } from '../reports/calendar-query.ts';
import { readFilter } from './parse.ts';
import { planFilter } from './plan.ts';

/** As a calendar-query of its owner does. */
function holds(text: string, inner: string, zone?: string): boolean {
  const bytes = Buffer.from(text);
  const row = indexOf(readCalendar(bytes)) as unknown as ItemRow;
  const item = { row, held: bytes, view: null } as unknown as ItemResource;
  const element = parseXml(
    Buffer.from(document('C:filter', `<C:comp-filter name="VCALENDAR">${inner}</C:comp-filter>`)),
  );
  const floating = zone === undefined ? undefined : zoneOfText(zone);
  const scene = { right: 'own' } as Scene;
  const judge = judgeIn({ scene, item: () => item }, planFilter(readFilter(element)), { floating });
  return judge.row(row) ?? judge.item(item);
}

const absent = '<C:is-not-defined/>';
const comp = (name: string, inner = '') => `<C:comp-filter name="${name}">${inner}</C:comp-filter>`;
const prop = (name: string, inner = '') => `<C:prop-filter name="${name}">${inner}</C:prop-filter>`;
const param = (name: string, inner = '') => `<C:param-filter name="${name}">${inner}</C:param-filter>`;
const match = (text: string, more = '') => `<C:text-match${more}>${text}</C:text-match>`;
const not = (text: string) => match(text, ' negate-condition="yes"');
const range = (start: string, end: string) =>
  `<C:time-range start="2026${start}T000000Z" end="2026${end}T000000Z"/>`;

const alarm = (trigger: string, action = 'DISPLAY') =>
  `BEGIN:VALARM\nACTION:${action}\nDESCRIPTION:x\nTRIGGER:${trigger}\nEND:VALARM`;

// 5 March 2026, 10:00 to 11:00.
const lunch = event(
  'lunch',
  `DURATION:PT1H
LOCATION:Café Élan
CATEGORIES:Food,Fun
ATTENDEE;CN=Bea;ROLE=CHAIR;X-NICK=B,Beata:mailto:bea@x.example
ATTENDEE;CN=Cleo:mailto:cleo@x.example
${alarm('-PT1H')}
${alarm('-P2D', 'AUDIO')}`,
);
const bare = event('bare');

describe('is-not-defined, and that something is', () => {
  test.each<[string, string, boolean, boolean]>([
    ['a kind', comp('VEVENT'), true, true],
    ['another kind', comp('VTODO'), false, false],
    ['no such kind', comp('VEVENT', absent), false, false],
    ['not of another kind', comp('VTODO', absent), true, true],
    ['a kind, and not another', comp('VEVENT') + comp('VTODO', absent), true, true],
    ['two kinds', comp('VEVENT') + comp('VTODO'), false, false],
    ['an alarm', comp('VEVENT', comp('VALARM')), true, false],
    ['no alarm', comp('VEVENT', comp('VALARM', absent)), false, true],
    ['a property', comp('VEVENT', prop('LOCATION')), true, false],
    ['no property', comp('VEVENT', prop('location', absent)), false, true],
    ['a parameter', comp('VEVENT', prop('ATTENDEE', param('ROLE'))), true, false],
    ['one without a parameter', comp('VEVENT', prop('ATTENDEE', param('ROLE', absent))), true, false],
    ['all of them with', comp('VEVENT', prop('ATTENDEE', param('CN', absent))), false, false],
    ['a property of the alarm', comp('VEVENT', comp('VALARM', prop('ACTION'))), true, false],
    ['none there', comp('VEVENT', comp('VALARM', prop('SUMMARY', absent))), true, false],
    ['a property of the calendar', prop('PRODID', match('test')), true, true],
    ['none there, of another', prop('X-WR-CALNAME', absent), true, true],
    ['a zone', comp('VTIMEZONE'), false, false],
    ['no zone', comp('VTIMEZONE', absent), true, true],
    ['something unheard of', comp('X-NEWS'), false, false],
  ])('%s', (_, filter, full, empty) => {
    expect([holds(lunch, filter), holds(bare, filter)]).toEqual([full, empty]);
  });
});

describe('text-match', () => {
  const unicode = ' collation="i;unicode-casemap"';
  test.each<[string, string, boolean]>([
    ['a part', prop('SUMMARY', match('EVENT')), true],
    ['not a part', prop('SUMMARY', not('EVENT')), false],
    ['not what is not there', prop('SUMMARY', not('dinner')), true],
    ['not, of a property that is not there', prop('COMMENT', not('dinner')), false],
    ['ASCII leaves other letters', prop('LOCATION', match('CAFÉ')), false],
    ['Unicode does not', prop('LOCATION', match('CAFÉ', unicode)), true],
    ['a letter and its accent', prop('LOCATION', match('cafe\u0301 e\u0301lan', unicode)), true],
    ['letter by letter', prop('LOCATION', match('café', ' collation="i;octet"')), false],
    ['what default means', prop('SUMMARY', match('event', ' collation="default"')), true],
    ['one of a list', prop('CATEGORIES', match('fun')), true],
    ['over its comma', prop('CATEGORIES', match('food,fun')), true],
    ['any of several properties', prop('ATTENDEE', match('cleo@')), true],
    [
      'a parameter of the one that matches',
      prop('ATTENDEE', match('cleo@') + param('CN', match('bea'))),
      false,
    ],
    ['both of one', prop('ATTENDEE', match('bea@') + param('CN', match('bea'))), true],
    ['any value of a parameter', prop('ATTENDEE', param('X-NICK', match('beata'))), true],
    ['no value of a parameter', prop('ATTENDEE', param('X-NICK', not('beata'))), false],
    ['in the alarm that there is', comp('VALARM', prop('ACTION', match('audio'))), true],
    ['in no alarm', comp('VALARM', prop('ACTION', match('email'))), false],
  ])('%s', (_, filter, expected) => {
    expect(holds(lunch, comp('VEVENT', filter))).toBe(expected);
  });
});

describe('time-range', () => {
  const journal = calendar(
    'BEGIN:VJOURNAL\nUID:j\nDTSTAMP:20260101T000000Z\nDTSTART;VALUE=DATE:20260305\nEND:VJOURNAL',
  );
  const busy = calendar(
    'BEGIN:VFREEBUSY\nUID:f\nDTSTAMP:20260101T000000Z\nFREEBUSY:20260305T100000Z/PT1H,20260307T100000Z/PT1H\nEND:VFREEBUSY',
  );
  const task = todo('t', 'DUE:20260305T120000Z\nCOMPLETED:20260304T120000Z\nSTATUS:COMPLETED');
  const floating = event('f', 'DURATION:PT1H', 'DTSTART:20260305T003000');
  const aDay = event('d', '', 'DTSTART;VALUE=DATE:20260305');
  const on = (name: string, day: string, next: string, more = '') => comp(name, range(day, next) + more);
  test.each<[string, string, string, boolean]>([
    ['an event', lunch, on('VEVENT', '0305', '0306'), true],
    ['on another day', lunch, on('VEVENT', '0306', '0307'), false],
    ['of another kind', lunch, on('VTODO', '0305', '0306'), false],
    ['a day', aDay, on('VEVENT', '0305', '0306'), true],
    ['the day after', aDay, on('VEVENT', '0306', '0307'), false],
    ['an entry of a journal', journal, on('VJOURNAL', '0305', '0306'), true],
    ['the day before', journal, on('VJOURNAL', '0304', '0305'), false],
    ['busy times', busy, on('VFREEBUSY', '0307', '0308'), true],
    ['between them', busy, on('VFREEBUSY', '0306', '0307'), false],
    ['a to-do that is due', task, on('VTODO', '0305', '0306'), true],
    ['when it was done it was not', task, on('VTODO', '0304', '0305'), false],
    ['what was done then', task, comp('VTODO', prop('COMPLETED', range('0304', '0305'))), true],
    ['what was not', task, comp('VTODO', prop('COMPLETED', range('0305', '0306'))), false],
    ['a property that is not there', lunch, comp('VEVENT', prop('DTEND', range('0305', '0306'))), false],
    ['one that says no time', lunch, comp('VEVENT', prop('SUMMARY', range('0305', '0306'))), false],
    ['the day that a property says', aDay, comp('VEVENT', prop('DTSTART', range('0305', '0306'))), true],
    ['an alarm', lunch, comp('VEVENT', on('VALARM', '0303', '0304')), true],
    ['none then', lunch, comp('VEVENT', on('VALARM', '0304', '0305')), false],
    [
      'and what it does',
      lunch,
      comp('VEVENT', on('VALARM', '0303', '0304', prop('ACTION', match('AUDIO')))),
      true,
    ],
    [
      'which another does',
      lunch,
      comp('VEVENT', on('VALARM', '0303', '0304', prop('ACTION', match('DISPLAY')))),
      false,
    ],
    ['a time without a zone, in UTC', floating, on('VEVENT', '0305', '0306'), true],
    ['and not before', floating, on('VEVENT', '0304', '0305'), false],
  ])('%s', (_, text, filter, expected) => {
    expect(holds(text, filter)).toBe(expected);
  });

  test('a time without a zone is in the zone that is given', () => {
    const zone = `BEGIN:VTIMEZONE\r\nTZID:East\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`;
    expect(holds(floating, on('VEVENT', '0304', '0305'), zone)).toBe(true);
    expect(holds(floating, comp('VEVENT', prop('DTSTART', range('0304', '0305'))), zone)).toBe(true);
    expect(holds(floating, on('VEVENT', '0305', '0306'), zone)).toBe(false);
  });

  test('so many alarms are looked at one by one; of more it is taken for this one', () => {
    const email = comp('VEVENT', on('VALARM', '0303', '0304', prop('ACTION', match('EMAIL'))));
    const withAlarms = (count: number) =>
      event('x', `${alarm('-P2D')}\n${alarm('-PT1H', 'EMAIL')}\n${`${alarm('-PT2H')}\n`.repeat(count - 2)}`);
    expect(holds(withAlarms(judgedAlarmsMax), email)).toBe(false);
    expect(holds(withAlarms(judgedAlarmsMax + 1), email)).toBe(true);
  });
});
