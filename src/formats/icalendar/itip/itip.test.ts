import { describe, expect, test } from 'vitest';
import { type CalendarObject, objectOf, readCalendar, writeCalendar, writeComponent } from '../index.ts';
import { ana, bea, later, moved, nowMs, object, paris, weekly, without } from './fixtures.ts';
import {
  addressOf,
  applyCancel,
  applyReply,
  applyRequest,
  attendeeMayNot,
  attendeeMessage,
  organizerMessages,
  organizerOf,
} from './index.ts';

const told = (before: CalendarObject | null, after: CalendarObject | null) =>
  organizerMessages(before, after, { organizer: ana, nowMs }).map(
    ({ method, to, calendar, answersOnly }) => ({
      method,
      to,
      answersOnly,
      text: writeComponent(calendar),
    }),
  );

/** What a message says, as the one who gets it reads it. */
const taken = (calendar: Parameters<typeof objectOf>[0]) => objectOf(calendar);

function only<T>(list: readonly T[]): T {
  const [first, second] = list;
  if (first === undefined || second !== undefined) throw new Error(`${list.length} in place of one`);
  return first;
}

const to = (address: string, before: CalendarObject | null, after: CalendarObject | null, at = nowMs) =>
  only(
    organizerMessages(before, after, { organizer: ana, nowMs: at }).filter(
      (message) => message.to === address,
    ),
  );

const answer = (copy: CalendarObject, partstat: string) =>
  readCalendar(
    writeCalendar(copy).replace(
      /ATTENDEE[^\r]*(?:\r\n [^\r]*)*bea@a\.test/g,
      `ATTENDEE;PARTSTAT=${partstat}:mailto:bea@a.test`,
    ),
  );

describe('addresses', () => {
  test.each([
    ['mailto:Ana@A.test', 'mailto:ana@a.test'],
    ['MAILTO: ana@a.test ', 'mailto:ana@a.test'],
    ['mailto:ana%40a.test', 'mailto:ana@a.test'],
    ['/dav/principals/ana/', '/dav/principals/ana'],
    ['mailto:%zz@a.test', 'mailto:%zz@a.test'],
  ])('%s', (written, meant) => expect(addressOf(written)).toBe(meant));

  test('two organisers are none', () => {
    expect(organizerOf(object(weekly))).toMatchObject({ address: 'mailto:ana@a.test' });
    const other = moved.map((line) => line.replace('ORGANIZER:mailto:ana', 'ORGANIZER:mailto:eve'));
    expect(organizerOf(object(weekly, other))).toBe('several');
  });
});

describe('what an organiser says', () => {
  test('a new appointment is told to all but the organiser', () => {
    const messages = told(null, object(weekly));
    expect(messages.map(({ method, to }) => `${method} ${to}`)).toEqual([
      'REQUEST mailto:bea@a.test',
      'REQUEST mailto:carl@b.test',
    ]);
    expect(messages[0]?.text).toContain('METHOD:REQUEST');
    expect(messages[0]?.text).toContain('DTSTAMP:20260102T000000Z');
  });

  test('the same again says nothing, nor do alarms and stamps', () => {
    const touched = weekly.map((line) => line.replace('DTSTAMP:20260101', 'DTSTAMP:20260102'));
    const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', 'TRIGGER:-PT5M', 'END:VALARM'];
    expect(told(object(weekly), object([...touched, 'TRANSP:TRANSPARENT', ...alarm]))).toEqual([]);
  });

  test('alarms and what is between a client and its server are told to nobody', () => {
    const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', 'TRIGGER:-PT5M', 'END:VALARM'];
    const status = weekly.map((line) =>
      line.replace('ATTENDEE:MAILTO', 'ATTENDEE;SCHEDULE-STATUS=1.1:MAILTO'),
    );
    const [first] = told(null, object([...status, ...alarm]));
    expect(first?.text).not.toMatch(/VALARM|SCHEDULE-/);
  });

  test('who is left out is called off, who joins is asked, others are told', () => {
    const after = object([...without(weekly, 'ATTENDEE:MAILTO'), 'ATTENDEE:mailto:dora@a.test']);
    const messages = told(object(weekly), after);
    expect(messages.map(({ method, to }) => `${method} ${to}`)).toEqual([
      'REQUEST mailto:bea@a.test',
      'CANCEL mailto:carl@b.test',
      'REQUEST mailto:dora@a.test',
    ]);
    expect(messages[1]?.text).toContain('STATUS:CANCELLED');
    expect(messages[1]?.text).toContain('SEQUENCE:1');
    expect(messages[1]?.text).not.toContain('bea@a.test');
  });

  test('what is removed is called off, once', () => {
    expect(told(object(weekly), null).map(({ method }) => method)).toEqual(['CANCEL', 'CANCEL']);
    expect(told(object([...weekly, 'STATUS:CANCELLED']), null)).toEqual([]);
  });

  test('of a change to one instance that instance alone is told', () => {
    const [first] = told(object(weekly), object(weekly, moved));
    expect(first?.text.match(/BEGIN:VEVENT/g)).toHaveLength(1);
    expect(first?.text).toContain('RECURRENCE-ID');
  });

  test('an instance that is again as the series says is told with all', () => {
    const [first] = told(object(weekly, moved), object(weekly));
    expect(first?.text).toContain('RRULE');
    expect(first?.text).not.toContain('RECURRENCE-ID');
  });

  test('who is invited to one instance sees that one', () => {
    const guest = object(without(weekly, 'ATTENDEE;PARTSTAT=NEEDS'), moved);
    const text = writeComponent(to('mailto:bea@a.test', null, guest).calendar);
    expect(text).toContain('RECURRENCE-ID');
    expect(text).not.toContain('RRULE');
    const gone = to('mailto:bea@a.test', guest, object(without(weekly, 'ATTENDEE;PARTSTAT=NEEDS')));
    expect(gone.method).toBe('CANCEL');
    expect(writeComponent(gone.calendar)).toContain('RECURRENCE-ID');
  });

  test('who is not invited to one instance does not see that one', () => {
    const after = object(weekly, without(moved, 'ATTENDEE;PARTSTAT=NEEDS'));
    const text = writeComponent(to('mailto:bea@a.test', null, after).calendar);
    expect(text).toContain(`EXDATE;${paris}:20260119T100000`);
    expect(text).not.toContain('RECURRENCE-ID');
  });

  test('two who are told the same are told one thing', () => {
    const messages = organizerMessages(null, object(weekly), { organizer: ana, nowMs });
    expect(messages).toHaveLength(2);
    expect(messages[0]?.calendar).toBe(messages[1]?.calendar);
  });

  test('what a client keeps for its user is not told: where they set out from, for one', () => {
    const text = writeComponent(
      to(
        'mailto:bea@a.test',
        null,
        object([...weekly, 'X-APPLE-TRAVEL-START:geo:1,1', 'X-ALT-DESC:<b>x</b>']),
      ).calendar,
    );
    expect(text).not.toContain('TRAVEL');
    expect(text).toContain('X-ALT-DESC');
  });

  test('what others answered is told as that', () => {
    const after = object(weekly.map((line) => line.replace('NEEDS-ACTION', 'ACCEPTED')));
    expect(told(object(weekly), after).every(({ answersOnly }) => answersOnly)).toBe(true);
  });

  test('who sends by themselves is left alone; who is to be told is told', () => {
    const agent = weekly.map((line) =>
      line.replace('ATTENDEE:MAILTO', 'ATTENDEE;SCHEDULE-AGENT=CLIENT:MAILTO'),
    );
    expect(told(null, object(agent)).map(({ to: who }) => who)).toEqual(['mailto:bea@a.test']);
    const force = weekly.map((line) =>
      line.replace('ATTENDEE:MAILTO', 'ATTENDEE;SCHEDULE-FORCE-SEND=REQUEST:MAILTO'),
    );
    expect(told(object(weekly), object(force)).map(({ to: who }) => who)).toEqual(['mailto:carl@b.test']);
  });
});

describe('what an attendee says', () => {
  const copy = object(weekly);

  test('an answer', () => {
    const message = attendeeMessage(copy, answer(copy, 'ACCEPTED'), { me: bea, nowMs });
    expect(message).toMatchObject({ to: 'mailto:ana@a.test', from: 'mailto:bea@a.test' });
    const text = message === null ? '' : writeComponent(message.calendar);
    expect(text).toContain('METHOD:REPLY');
    expect(text).toContain('ATTENDEE;PARTSTAT=ACCEPTED:mailto:bea@a.test');
    expect(text).not.toMatch(/RRULE|Carl/);
  });

  test('nothing where nothing was answered', () => {
    const alarm = readCalendar(writeCalendar(copy).replace('SUMMARY', 'TRANSP:TRANSPARENT\r\nSUMMARY'));
    expect(attendeeMessage(copy, alarm, { me: bea, nowMs })).toBeNull();
    expect(attendeeMessage(null, copy, { me: bea, nowMs })).toBeNull();
  });

  test('a copy that is removed declines, unless it was declined or called off', () => {
    const gone = attendeeMessage(copy, null, { me: bea, nowMs });
    expect(gone && writeComponent(gone.calendar)).toContain('PARTSTAT=DECLINED');
    expect(attendeeMessage(answer(copy, 'DECLINED'), null, { me: bea, nowMs })).toBeNull();
    expect(attendeeMessage(object([...weekly, 'STATUS:CANCELLED']), null, { me: bea, nowMs })).toBeNull();
  });

  test('an instance that is left out is declined', () => {
    const left = object([...weekly, `EXDATE;${paris}:20260112T100000`]);
    const message = attendeeMessage(copy, left, { me: bea, nowMs });
    const text = message === null ? '' : writeComponent(message.calendar);
    expect(text).toContain(`RECURRENCE-ID;${paris}:20260112T100000`);
    expect(text).toContain('PARTSTAT=DECLINED');
  });

  test.each([
    ['an answer', () => answer(copy, 'ACCEPTED'), null],
    ['an instance left out', () => object([...weekly, `EXDATE;${paris}:20260112T100000`]), null],
    ['the time', () => object(weekly.map((line) => line.replace('T100000', 'T090000'))), 'when it is'],
    [
      'the organiser',
      () => object(weekly.map((line) => line.replace('ER:mailto:ana', 'ER:mailto:bea'))),
      'ORGANIZER',
    ],
    ['the time of one', () => object(weekly, moved), 'when it is'],
  ])('may change: %s', (_, after, refused) => expect(attendeeMayNot(copy, after(), bea)).toBe(refused));
});

describe('what is taken in', () => {
  const first = taken(to('mailto:bea@a.test', null, object(weekly)).calendar);
  const copied = applyRequest(null, first, bea) ?? first;

  test('a request makes a copy; the same again says nothing', () => {
    const copy = applyRequest(null, first, bea);
    expect(copy && writeCalendar(copy)).not.toContain('METHOD');
    expect(copy && applyRequest(copy, first, bea)).toBeNull();
  });

  test('an older request says nothing; a newer keeps alarms and an answer to the same time', () => {
    const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:mine', 'TRIGGER:-PT5M', 'END:VALARM'];
    const lines = weekly.map((line) => line.replace('NEEDS-ACTION;RSVP=TRUE', 'ACCEPTED'));
    const mine = object([...lines.map((line) => line.replace('0101T', '0102T')), ...alarm]);
    expect(applyRequest(mine, object(weekly), bea)).toBeNull();
    const renamed = object(weekly.map((line) => line.replace('Council', 'Assembly')));
    const next = applyRequest(
      mine,
      taken(to('mailto:bea@a.test', object(weekly), renamed, later).calendar),
      bea,
    );
    const text = next === null ? '' : writeCalendar(next);
    expect(text).toContain('Assembly');
    expect(text).toContain('DESCRIPTION:mine');
    expect(text).toMatch(/PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:bea/);
  });

  test('another time asks anew', () => {
    const copy = applyRequest(null, first, bea);
    const accepted = copy && answer(copy, 'ACCEPTED');
    const other = object(weekly.map((line) => line.replace('T100000', 'T090000')));
    const next = applyRequest(
      accepted,
      taken(to('mailto:bea@a.test', object(weekly), other, later).calendar),
      bea,
    );
    expect(next && writeCalendar(next)).toMatch(/NEEDS-ACTION[^\r]*:mailto:bea/);
  });

  test('who is invited again after it was off is invited', () => {
    const copy = applyRequest(null, first, bea);
    const off =
      copy && applyCancel(copy, taken(to('mailto:bea@a.test', object(weekly), null, later).calendar));
    const again = taken(to('mailto:bea@a.test', null, object(weekly), later + 1000).calendar);
    const next = off && applyRequest(off, again, bea);
    expect(next && writeCalendar(next)).not.toContain('CANCELLED');
    // What was said before it was off says nothing any more.
    expect(off && applyRequest(off, first, bea)).toBeNull();
  });

  test('what an attendee hid stays hidden, whatever is new', () => {
    const copy = applyRequest(null, first, bea);
    const hidden =
      copy && readCalendar(writeCalendar(copy).replace('SUMMARY', 'CLASS:PRIVATE\r\nX-MINE:1\r\nSUMMARY'));
    const open = object([...weekly.map((line) => line.replace('Council', 'Assembly')), 'CLASS:PUBLIC']);
    const next = applyRequest(
      hidden,
      taken(to('mailto:bea@a.test', object(weekly), open, later).calendar),
      bea,
    );
    const text = next === null ? '' : writeCalendar(next);
    expect(text).toContain('Assembly');
    expect(text.match(/^CLASS:.*$/gm)).toEqual(['CLASS:PRIVATE']);
    expect(text).toContain('X-MINE:1');
  });

  test('one instance comes to the series', () => {
    const copy = applyRequest(null, first, bea);
    const message = taken(to('mailto:bea@a.test', object(weekly), object(weekly, moved), later).calendar);
    const next = applyRequest(copy, message, bea);
    expect(next?.master).not.toBeNull();
    expect(next?.overrides).toHaveLength(1);
  });

  test('what is called off stays to be seen', () => {
    const copy = applyRequest(null, first, bea);
    const message = taken(to('mailto:bea@a.test', object(weekly), null, later).calendar);
    const next = copy && applyCancel(copy, message);
    expect(next && writeCalendar(next)).toContain('STATUS:CANCELLED');
    expect(next && applyCancel(next, message)).toBeNull();
  });

  test('one instance is called off', () => {
    const both = object(weekly, moved);
    const cancel = object([
      ...without(weekly, 'RRULE', 'DTSTART', 'DTEND'),
      `RECURRENCE-ID;${paris}:20260112T100000`,
      `DTSTART;${paris}:20260112T100000`,
      'SEQUENCE:1',
      'STATUS:CANCELLED',
    ]);
    const next = applyCancel(both, cancel);
    expect(next?.overrides).toHaveLength(2);
    const text = next === null ? '' : writeCalendar(next);
    expect(text.match(/STATUS:CANCELLED/g)).toHaveLength(1);
    expect(text).toContain(`DTEND;${paris}:20260112T110000`);
  });

  test('an answer; the same again, an older one and a stranger say nothing', () => {
    const mine = object(weekly);
    const reply = attendeeMessage(copied, answer(copied, 'ACCEPTED'), { me: bea, nowMs: later });
    if (reply === null) throw new Error('no reply');
    const next = applyReply(mine, taken(reply.calendar), bea);
    const text = next === null ? '' : writeCalendar(next);
    expect(text).toMatch(/ATTENDEE;PARTSTAT=ACCEPTED[^\r]*SCHEDULE-STATUS=2\.0/);
    expect(next && applyReply(next, taken(reply.calendar), bea)).toBeNull();
    // When it was answered is between the organiser and the server.
    expect(text).toContain('X-MYCO-ANSWERED');
    expect(next && told(null, next).some((each) => each.text.includes('X-MYCO'))).toBe(false);
    const old = attendeeMessage(copied, answer(copied, 'DECLINED'), { me: bea, nowMs });
    expect(next && old && applyReply(next, taken(old.calendar), bea)).toBeNull();
    const crasher = writeComponent(reply.calendar).replaceAll('bea@', 'eve@');
    expect(
      applyReply(mine, readCalendar(crasher.replace('METHOD:REPLY\r\n', '')), new Set(['mailto:eve@a.test'])),
    ).toBeNull();
  });

  test('an answer to one instance makes it one that differs', () => {
    const left = object([...weekly, `EXDATE;${paris}:20260112T100000`]);
    const reply = attendeeMessage(object(weekly), left, { me: bea, nowMs: later });
    if (reply === null) throw new Error('no reply');
    const next = applyReply(object(weekly), taken(reply.calendar), bea);
    expect(next?.overrides).toHaveLength(1);
    const text = next === null ? '' : writeCalendar(next);
    expect(text).toContain(`DTEND;${paris}:20260112T110000`);
    expect(text.match(/DECLINED/g)).toHaveLength(1);
  });

  test('who was delegated to joins', () => {
    const mine = object(
      weekly.map((line) =>
        line.replace('NEEDS-ACTION;RSVP=TRUE', 'DELEGATED;DELEGATED-TO="mailto:dora@a.test"'),
      ),
    );
    const reply = object([
      ...without(weekly, 'ATTENDEE'),
      'ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:bea@a.test":mailto:dora@a.test',
    ]);
    const next = applyReply(mine, reply, new Set(['mailto:dora@a.test']));
    expect(next && writeCalendar(next)).toContain('mailto:dora@a.test');
    expect(applyReply(object(weekly), reply, new Set(['mailto:dora@a.test']))).toBeNull();
  });
});
