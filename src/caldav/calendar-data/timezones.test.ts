import { expect, test } from 'vitest';
import { readCalendar } from '../../formats/icalendar/index.ts';
import { calendar, event } from '../fixtures.ts';
import { changedTimezones, withTimezoneTexts } from './timezones.ts';

const zoned = (tzid: string) => event('z', '', `DTSTART;TZID=${tzid}:20260305T100000`);
const zonesIn = (text: string) => readCalendar(text).vtimezones.map((zone) => zone.text('TZID'));

test('a zone is put in as text, once, before what it is for', () => {
  const text = withTimezoneTexts(zoned('Europe/Paris')) ?? '';
  expect(zonesIn(text)).toEqual(['Europe/Paris']);
  expect(text.replace(/BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n/s, '')).toBe(zoned('Europe/Paris'));
  expect(zonesIn(withTimezoneTexts(zoned('"Europe/Paris"')) ?? '')).toEqual(['Europe/Paris']);
});

test('what cannot be read so is read whole: an unknown zone, a name that is folded, lines that end with LF', () => {
  expect(withTimezoneTexts(zoned('Mars/Olympus'))).toBeNull();
  const folded = zoned('Europe/Paris').replace('Europe/Paris', 'Europe/Pa\r\n ris');
  expect(withTimezoneTexts(folded)).toBeNull();
  expect(zonesIn(changedTimezones(Buffer.from(folded), 'with').toString())).toEqual(['Europe/Paris']);
  expect(zonesIn(withTimezoneTexts(zoned('Europe/Paris').replaceAll('\r\n', '\n')) ?? '')).toEqual([
    'Europe/Paris',
  ]);
  expect(withTimezoneTexts(calendar(''))).toBeNull();
});

test('what has its zones already stays as it is', () => {
  const whole = withTimezoneTexts(zoned('Europe/Paris')) ?? '';
  expect(changedTimezones(Buffer.from(whole), 'with').toString()).toBe(whole);
  expect(changedTimezones(Buffer.from(whole), 'without').toString()).toBe(zoned('Europe/Paris'));
});
