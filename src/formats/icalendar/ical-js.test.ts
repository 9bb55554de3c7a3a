import ICAL from 'ical.js';
import { expect, test } from 'vitest';
import { type Component, parseComponents, readCalendar, writeCalendar } from './index.ts';

/** What ical.js 2.2.1, which Thunderbird reads with, makes of the same text: names, parameters and texts, component by component. */
type JCal = [
  name: string,
  properties: [string, Record<string, string | string[]>, string, ...unknown[]][],
  components: JCal[],
];

const text = [
  ...[
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test',
    'BEGIN:VEVENT',
    'UID:1',
    'DTSTART;TZID=Europe/Paris:20260101T100000',
  ],
  ...['SUMMARY;LANGUAGE=fr:Un\\, deux\\; trois\\n\\\\fin', `DESCRIPTION:${'é🦀 long '.repeat(40)}`],
  ...[
    'ATTENDEE;CN="A, B: C";PARTSTAT=ACCEPTED;X-P=a^nb^^c^\'d:mailto:a@coop.example',
    'X-ODD;VALUE=TEXT:as; it, is',
  ],
  ...['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT5M', 'END:VALARM', 'END:VEVENT', 'END:VCALENDAR', ''],
].join('\r\n');

function compare(ours: Component, [name, properties, components]: JCal): void {
  expect(ours.name.toLowerCase()).toBe(name);
  expect(ours.properties().map((property) => property.name.toLowerCase())).toEqual(
    properties.map(([each]) => each),
  );
  properties.forEach(([, parameters, type, value], at) => {
    const property = ours.properties()[at];
    for (const [key, theirs] of Object.entries(parameters)) {
      expect(property?.parameterValues(key.toUpperCase())).toEqual([theirs].flat());
    }
    if (type === 'text') expect(property?.text).toBe(value);
  });
  expect(ours.components()).toHaveLength(components.length);
  components.forEach((theirs, at) => {
    const inner = ours.components()[at];
    if (inner === undefined) throw new Error('a component is missing');
    compare(inner, theirs);
  });
}

test('ical.js reads what we write as we do', () => {
  const object = readCalendar(text);
  compare(object.calendar, ICAL.parse(writeCalendar(object)) as JCal);
});

/** Why its parser is not ours. Each of these would be stored, or served, otherwise than it was meant. */
test.each([
  ['END of another component', 'BEGIN:VEVENT\r\nEND:VTODO\r\nEND:VCALENDAR', 'is open'],
  [
    'a date that is none',
    'BEGIN:VEVENT\r\nUID:1\r\nDTSTART:2026010\r\nEND:VEVENT\r\nEND:VCALENDAR',
    'no date',
  ],
])('ical.js takes %s', (_, lines, message) => {
  const calendar = `BEGIN:VCALENDAR\r\n${lines}\r\n`;
  expect(() => ICAL.parse(calendar)).not.toThrow();
  expect(() => readCalendar(calendar)).toThrow(message);
});

test('ical.js reads CATEGORIES and MEMBER otherwise', () => {
  const lines =
    'BEGIN:X\r\nCATEGORIES:a\\\\,b\r\nATTENDEE;MEMBER="mailto:a@b","mailto:c@d","x:y":mailto:z@z\r\nEND:X\r\n';
  const [, properties] = ICAL.parse(lines) as JCal;
  expect(properties.map((property) => property.slice(3))).toEqual([['a\\,b'], ['y":mailto:z@z']]);
  const [ours] = parseComponents(lines);
  expect(ours?.property('CATEGORIES')?.texts).toEqual(['a\\', 'b']);
  expect(ours?.property('ATTENDEE')?.value).toBe('mailto:z@z');
});
