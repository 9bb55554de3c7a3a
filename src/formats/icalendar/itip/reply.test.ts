import { describe, expect, test } from 'vitest';
import { type CalendarObject, readCalendar, readMessage, writeCalendar, writeComponent } from '../index.ts';
import { addedPerMessageMax, answersPerMessageMax, delegatesMax, ruleEndStepsMax } from '../limits.ts';
import { ana, bea, later, moved, nowMs, object, paris, weekly, without } from './fixtures.ts';
import {
  applyAdd,
  applyReply,
  applyRequest,
  askedAnew,
  attendeeMayNot,
  attendeeMessage,
  organizerMessages,
} from './index.ts';

const carl = new Set(['mailto:carl@b.test']);

/** An answer of Bea's, to the series or to one instance of it. */
const reply = (
  instance: string | null,
  partstat: string,
  more: readonly string[] = [],
  stamp = '20260103T000000Z',
) =>
  object([
    'UID:1',
    `DTSTAMP:${stamp}`,
    `DTSTART;${paris}:${instance ?? '20260105T100000'}`,
    ...(instance === null ? [] : [`RECURRENCE-ID;${paris}:${instance}`]),
    'ORGANIZER:mailto:ana@a.test',
    `ATTENDEE;PARTSTAT=${partstat}:mailto:bea@a.test`,
    ...more,
  ]);

const text = (taken: CalendarObject | null) =>
  taken === null ? '' : writeCalendar(taken).replace(/\r\n /g, '');

describe('an answer to an instance', () => {
  test.each([
    ['one of the series', '20260112T100000', true],
    ['the last', '20260202T100000', true],
    ['the first', '20260105T100000', true],
    ['one after the last', '20260209T100000', false],
    ['one before the first', '20251229T100000', false],
    ['another day', '20260113T100000', false],
    ['another hour', '20260112T110000', false],
    ['a day', '20260112', false],
  ])('%s', (_, instance, taken) => {
    const next = applyReply(object(weekly), reply(instance, 'DECLINED'), bea);
    expect(next?.overrides.length ?? 0).toBe(taken ? 1 : 0);
  });

  test('one that was called off is none', () => {
    const off = object([...weekly, 'EXDATE:20260112T090000Z']);
    expect(applyReply(off, reply('20260112T100000', 'ACCEPTED'), bea)).toBeNull();
  });

  test('tells the others an answer, and nothing that a mail is worth', () => {
    const before = object(weekly);
    const after = applyReply(before, reply('20260112T100000', 'DECLINED'), bea);
    const messages = organizerMessages(before, after, { organizer: ana, nowMs: later });
    expect(messages.map(({ to, answersOnly }) => [to, answersOnly])).toEqual([
      ['mailto:bea@a.test', true],
      ['mailto:carl@b.test', true],
    ]);
    expect(messages.every(({ calendar }) => calendar.components('VEVENT').length === 1)).toBe(true);
    const copy = applyRequest(null, before, carl);
    const [, told] = messages;
    const next = told && applyRequest(copy, readMessage(writeComponent(told.calendar)).object, carl);
    expect(text(next ?? null)).toMatch(/PARTSTAT=DECLINED[^\r]*:mailto:bea/);
  });

  test('answersPerMessageMax', () => {
    const daily = object(weekly.map((line) => line.replace('WEEKLY;COUNT=5', 'DAILY')));
    const days = Array.from({ length: answersPerMessageMax + 5 }, (_, at) =>
      new Date(Date.UTC(2026, 0, 5 + at)).toISOString().slice(0, 10).replaceAll('-', ''),
    );
    const answers = days.map((day) => [
      'UID:1',
      'DTSTAMP:20260103T000000Z',
      `RECURRENCE-ID;${paris}:${day}T100000`,
      `DTSTART;${paris}:${day}T100000`,
      'ATTENDEE;PARTSTAT=DECLINED:mailto:bea@a.test',
    ]);
    expect(applyReply(daily, object(...answers), bea)?.overrides).toHaveLength(answersPerMessageMax);
  });
});

describe('a request that does not invite any more', () => {
  const stamped = (lines: readonly string[]) => lines.map((line) => line.replace('0101T', '0105T'));
  const left = (lines: readonly string[]) => without(stamped(lines), 'ATTENDEE;PARTSTAT=NEEDS');
  const copy = applyRequest(null, object(weekly), bea) ?? object(weekly);

  test('to all of it: it is off, and asked again it is not', () => {
    const off = applyRequest(copy, object(left(weekly)), bea);
    expect(text(off)).toContain('STATUS:CANCELLED');
    expect(off && applyRequest(off, object(left(weekly)), bea)).toBeNull();
    const again = object(weekly.map((line) => line.replace('0101T', '0106T')));
    expect(text(off && applyRequest(off, again, bea))).not.toContain('CANCELLED');
  });

  test('to one instance: that one is off', () => {
    const next = applyRequest(copy, object(stamped(weekly), left(moved)), bea);
    expect(next?.overrides.map((one) => one.text('STATUS'))).toEqual(['CANCELLED']);
    expect(next?.master?.text('STATUS')).toBeUndefined();
  });

  test('and never did to the series: that instance alone is there', () => {
    const next = applyRequest(null, object(left(weekly), stamped(moved)), bea);
    expect(next?.master).toBeNull();
    expect(next?.overrides).toHaveLength(1);
    expect(applyRequest(null, object(left(weekly)), bea)).toBeNull();
  });
});

describe('another time is asked anew', () => {
  const yes = weekly.map((line) => line.replace('NEEDS-ACTION;RSVP=TRUE', 'ACCEPTED'));
  const before = object(yes);
  const at = (lines: readonly string[]) =>
    object(lines.map((line) => line.replace(/T1([01])0000/, 'T1$10500')));
  const anew = (after: CalendarObject) => {
    const changed = askedAnew(before, after, ana);
    return after.instances.map((component) => writeComponent(changed.get(component) ?? component)).join('');
  };

  test('counted on, and everybody’s answer is open; the organiser’s is not', () => {
    const told = anew(at(yes));
    expect(told).toContain('SEQUENCE:1');
    expect(told).toMatch(/PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bea/);
    expect(told).toContain('PARTSTAT=ACCEPTED:mailto:ana');
    expect(anew(at([...yes, 'SEQUENCE:5']))).toContain('SEQUENCE:5');
  });

  test.each([
    ['a title is not', yes.map((line) => line.replace('Council', 'Party'))],
    ['another way to write it is not', yes.map((line) => line.replace(/^DTEND.*/, 'DURATION:PT1H'))],
    ['an instance that is called off is not', [...yes, 'EXDATE:20260112T090000Z']],
  ])('%s', (_, lines) => expect(anew(object(lines))).not.toContain('SEQUENCE'));

  test('an answer to the old time says nothing any more', () => {
    const told = object(
      at(yes)
        .instances.flatMap(() => yes)
        .concat('SEQUENCE:1'),
    );
    expect(applyReply(told, reply(null, 'DECLINED'), bea)).toBeNull();
    expect(applyReply(told, reply(null, 'DECLINED', ['SEQUENCE:1']), bea)).not.toBeNull();
  });
});

describe('delegation (RFC 5546 §3.2.2.3)', () => {
  const copy = applyRequest(null, object(weekly), bea) ?? object(weekly);
  const delegating = readCalendar(
    writeCalendar(copy).replace(
      /ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE/,
      'ATTENDEE;DELEGATED-FROM="mailto:bea@a.test":mailto:dora@a.test\r\nATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:dora@a.test"',
    ),
  );
  const said = (
    before: CalendarObject | null,
    after: CalendarObject | null,
    me: ReadonlySet<string>,
    at: number,
  ) => {
    const message = attendeeMessage(before, after, { me, nowMs: at });
    if (message === null) throw new Error('nothing was said');
    return readMessage(writeComponent(message.calendar)).object;
  };
  const organized = applyReply(object(weekly), said(copy, delegating, bea, nowMs), bea);
  const dora = new Set(['mailto:dora@a.test']);

  test('is an attendee’s to do; the organiser then invites whom they named', () => {
    expect(attendeeMayNot(copy, delegating, bea)).toBeNull();
    expect(text(organized)).toMatch(/PARTSTAT=DELEGATED;DELEGATED-TO="mailto:dora@a.test"[^\r]*:mailto:bea/);
    const told = organizerMessages(object(weekly), organized, { organizer: ana, nowMs: later });
    expect(told.map(({ method, to, answersOnly }) => [method, to, answersOnly])).toContainEqual([
      'REQUEST',
      'mailto:dora@a.test',
      false,
    ]);
  });

  test('whom they named answers, though the organiser did not invite them first', () => {
    if (organized === null) throw new Error('not taken');
    const theirs = applyRequest(null, organized, dora);
    const yes =
      theirs && readCalendar(text(theirs).replace(/NEEDS-ACTION([^\r]*:mailto:dora)/, 'ACCEPTED$1'));
    const next = applyReply(organized, said(theirs, yes, dora, later), dora);
    expect(text(next)).toMatch(/PARTSTAT=ACCEPTED[^\r]*:mailto:dora/);
    expect(applyReply(object(weekly), said(theirs, yes, dora, later), dora)).toBeNull();
  });

  test('who takes it back takes the other off', () => {
    const back = said(delegating, copy, bea, later);
    const next = organized && applyReply(organized, back, bea);
    expect(text(next)).not.toContain('dora');
    const told = organizerMessages(organized, next, { organizer: ana, nowMs: later });
    expect(told.map(({ method, to }) => `${method} ${to}`)).toContain('CANCEL mailto:dora@a.test');
  });

  test('delegatesMax; what is no address is nobody', () => {
    const many = Array.from({ length: delegatesMax + 3 }, (_, at) => `"mailto:d${at}@a.test"`).join();
    const next = applyReply(object(weekly), reply(null, `DELEGATED;DELEGATED-TO=${many}`), bea);
    expect(text(next).match(/DELEGATED-FROM/g)).toHaveLength(delegatesMax);
    const none = applyReply(object(weekly), reply(null, 'DELEGATED;DELEGATED-TO=dora'), bea);
    expect(text(none)).not.toContain('DELEGATED-FROM');
  });
});

describe('to-dos (RFC 5546 §3.4.3)', () => {
  const todo = (...more: readonly string[]) =>
    readCalendar(
      [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'BEGIN:VTODO',
        'UID:t',
        'DTSTAMP:20260101T000000Z',
        'SUMMARY:Accounts',
        'ORGANIZER:mailto:ana@a.test',
        'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bea@a.test',
        'ATTENDEE:mailto:carl@b.test',
        ...more,
        'END:VTODO',
        'END:VCALENDAR',
        '',
      ].join('\r\n'),
    );

  test.each([
    ['half done', ['PERCENT-COMPLETE:50'], 'IN-PROCESS', '50'],
    ['begun', ['STATUS:IN-PROCESS'], 'IN-PROCESS', null],
    [
      'ticked off',
      ['STATUS:COMPLETED', 'PERCENT-COMPLETE:100', 'COMPLETED:20260102T000000Z'],
      'COMPLETED',
      '100',
    ],
    ['done, by the date alone', ['COMPLETED:20260102T000000Z'], 'COMPLETED', null],
  ])('%s', (_, lines, partstat, percent) => {
    const before = todo();
    const after = todo(...lines);
    expect(attendeeMayNot(before, after, bea)).toBeNull();
    const message = attendeeMessage(before, after, { me: bea, nowMs });
    if (message === null) throw new Error('nothing was said');
    const next = applyReply(todo(), readMessage(writeComponent(message.calendar)).object, bea);
    expect(text(next)).toContain(`PARTSTAT=${partstat}`);
    expect(/X-MYCO-PERCENT=(\d+)[^\r]*:mailto:bea/.exec(text(next))?.[1] ?? null).toBe(percent);
    // How far Bea is says nothing of Carl.
    expect(text(next)).not.toMatch(/X-MYCO-PERCENT[^\r]*:mailto:carl/);
  });

  test('what one has done stays, whatever the organiser changes', () => {
    const mine = todo('STATUS:IN-PROCESS', 'PERCENT-COMPLETE:50');
    const renamed = todo('STATUS:NEEDS-ACTION', 'LOCATION:x', 'SEQUENCE:1');
    expect(text(applyRequest(mine, renamed, bea))).toContain('STATUS:IN-PROCESS');
    expect(text(applyRequest(mine, renamed, bea))).toContain('LOCATION:x');
  });
});

test('ruleEndStepsMax: the end of a rule that is dense is what it says', () => {
  const dense = (until: string) =>
    object([...without(weekly, 'RRULE', 'ATTENDEE:'), `RRULE:FREQ=SECONDLY;UNTIL=${until}`]);
  expect(ruleEndStepsMax).toBeLessThan(86_400);
  const copy = dense('20260105T200000Z');
  expect(attendeeMayNot(copy, copy, bea)).toBeNull();
  expect(attendeeMayNot(copy, dense('20260105T200001Z'), bea)).toBe('when it is');
});

describe('ADD (RFC 5546 §3.2.4)', () => {
  const copy = object(weekly);
  const added = (day: number, more: readonly string[] = []) => {
    const date = new Date(Date.UTC(2026, 4, day)).toISOString().slice(0, 10).replaceAll('-', '');
    return [
      ...without(weekly, 'RRULE', 'DTSTART', 'DTEND'),
      'SEQUENCE:1',
      `DTSTART;${paris}:${date}T150000`,
      `DTEND;${paris}:${date}T160000`,
      ...more,
    ];
  };

  test('an instance more, once', () => {
    const next = applyAdd(copy, object(added(1)), bea);
    expect(text(next)).toContain(`RDATE;${paris}:20260501T150000`);
    expect(next?.overrides).toHaveLength(1);
    expect(next && applyAdd(next, object(added(1)), bea)).toBeNull();
  });

  test.each([
    ['to others', () => object(without(added(1), 'ATTENDEE;PARTSTAT=NEEDS'))],
    ['of rules', () => object(added(1, ['RRULE:FREQ=DAILY']))],
    ['that is there', () => object([...without(weekly, 'RRULE'), 'SEQUENCE:1'])],
    ['that counts no more than what is known', () => object(without(added(1), 'SEQUENCE'))],
  ])('not one %s', (_, message) => expect(applyAdd(copy, message(), bea)).toBeNull());

  test('addedPerMessageMax', () => {
    const many = Array.from({ length: addedPerMessageMax + 2 }, (_, at) => {
      const day = added(at + 1);
      const [start = ''] = day.filter((line) => line.startsWith('DTSTART'));
      return [...day, start.replace('DTSTART', 'RECURRENCE-ID')];
    });
    expect(applyAdd(copy, object(...many), bea)?.overrides).toHaveLength(addedPerMessageMax);
  });
});
