import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCompany, type TestCompany } from '../../testing/index.ts';
import { calendar } from '../fixtures.ts';

// RFC 5546 §3.2: every method of VEVENT, whatever its receiver has. Zoe is elsewhere, Ben is a member.

let company: TestCompany;
beforeAll(async () => {
  company = await startCompany(['ben'], []);
});
afterAll(() => company.stop());

const zoe = 'mailto:zoe@far.example';
const ben = 'mailto:ben@coop.localhost';
const stamps = { before: '20980101T000000Z', same: '20980601T000000Z', after: '20981201T000000Z' } as const;
type Stamp = keyof typeof stamps;

const byZoe = `ORGANIZER:${zoe}\nATTENDEE;PARTSTAT=NEEDS-ACTION:${ben}`;
const byBen = `ORGANIZER:${ben}\nATTENDEE;PARTSTAT=NEEDS-ACTION:${zoe}`;
const answer = `ORGANIZER:${ben}\nATTENDEE;PARTSTAT=ACCEPTED:${zoe}`;

const message = (method: string, uid: string, people: string, sequence: number, stamp: Stamp, day = '05') =>
  calendar(
    `METHOD:${method}\nBEGIN:VEVENT\nUID:${uid}\nDTSTAMP:${stamps[stamp]}\nSEQUENCE:${sequence}\nDTSTART:209903${day}T100000Z\nDTEND:209903${day}T110000Z\n${people}\nEND:VEVENT`,
  );

/** What Ben has before: of what he is told of, SEQUENCE 1. */
const states = {
  nothing: async () => undefined,
  invited: (uid: string) =>
    company.mailTo('ben', 'zoe@far.example', message('REQUEST', uid, byZoe, 1, 'same')),
  'called off': async (uid: string) => {
    await company.mailTo('ben', 'zoe@far.example', message('REQUEST', uid, byZoe, 0, 'before'));
    await company.mailTo('ben', 'zoe@far.example', message('CANCEL', uid, byZoe, 1, 'same'));
  },
  organises: async (uid: string) => {
    const own = message('REQUEST', uid, byBen, 1, 'same').replace(/METHOD.*\r\n/, '');
    expect((await company.put('ben', uid, own)).status).toBe(201);
  },
} as const;

/** `kept`: it is in the calendar, or changed there; `shown`: it is in the inbox alone. */
type Effect = 'kept' | 'shown' | 'nothing' | 'mail';

/** Without what becomes of the mail to Zoe meanwhile. */
async function copyOf(uid: string) {
  const copy = await company.copyOf('ben', uid);
  return copy?.text.replace(/;SCHEDULE-STATUS=[^;:]*/g, '');
}

async function effectOf(uid: string, text: string): Promise<Effect> {
  const before = await copyOf(uid);
  const inbox = await company.news('ben');
  if (!(await company.mailTo('ben', 'zoe@far.example', text))) return 'mail';
  if ((await copyOf(uid)) !== before) return 'kept';
  const method = /METHOD:(\w+)/.exec(text)?.[1];
  const shown =
    (await company.news('ben')).includes(`${method} ${uid}`) && !inbox.includes(`${method} ${uid}`);
  return shown ? 'shown' : 'nothing';
}

describe('what the organiser says', () => {
  test.each<[keyof typeof states, string, number, Stamp, Effect]>([
    ['nothing', 'REQUEST', 0, 'before', 'kept'],
    ['nothing', 'CANCEL', 1, 'after', 'nothing'],
    ['nothing', 'ADD', 1, 'after', 'nothing'],
    ['nothing', 'DECLINECOUNTER', 1, 'after', 'nothing'],
    ['nothing', 'PUBLISH', 0, 'before', 'mail'],
    ['invited', 'REQUEST', 0, 'after', 'nothing'],
    ['invited', 'REQUEST', 1, 'before', 'nothing'],
    ['invited', 'REQUEST', 1, 'same', 'nothing'],
    ['invited', 'REQUEST', 1, 'after', 'kept'],
    ['invited', 'REQUEST', 2, 'after', 'kept'],
    ['invited', 'CANCEL', 0, 'after', 'nothing'],
    ['invited', 'CANCEL', 1, 'before', 'nothing'],
    ['invited', 'CANCEL', 1, 'same', 'kept'],
    ['invited', 'CANCEL', 2, 'after', 'kept'],
    ['invited', 'ADD', 0, 'after', 'nothing'],
    ['invited', 'ADD', 1, 'same', 'nothing'],
    ['invited', 'ADD', 2, 'after', 'kept'],
    ['invited', 'DECLINECOUNTER', 1, 'after', 'shown'],
    ['invited', 'PUBLISH', 2, 'after', 'mail'],
    ['called off', 'REQUEST', 0, 'before', 'nothing'],
    ['called off', 'REQUEST', 0, 'after', 'kept'],
    ['called off', 'REQUEST', 2, 'after', 'kept'],
    ['called off', 'CANCEL', 1, 'same', 'nothing'],
    ['called off', 'CANCEL', 2, 'after', 'nothing'],
    ['called off', 'ADD', 2, 'after', 'nothing'],
    // Who says that they organise what Ben organises does not.
    ['organises', 'REQUEST', 2, 'after', 'nothing'],
    ['organises', 'CANCEL', 2, 'after', 'nothing'],
    ['organises', 'ADD', 2, 'after', 'nothing'],
    ['organises', 'DECLINECOUNTER', 2, 'after', 'nothing'],
  ])('to who has %s: %s, SEQUENCE %i, said %s: %s', async (state, method, sequence, stamp, effect) => {
    const uid = `o-${state}-${method}-${sequence}-${stamp}`.replaceAll(' ', '');
    await states[state](uid);
    const day = method === 'ADD' ? '09' : '05';
    expect(await effectOf(uid, message(method, uid, byZoe, sequence, stamp, day))).toBe(effect);
  });
});

test('a request that leaves somebody out calls it off for them, and is nobody’s who has nothing', async () => {
  const others = `ORGANIZER:${zoe}\nATTENDEE:mailto:yan@far.example`;
  await states.invited('uninvited');
  expect(await effectOf('uninvited', message('REQUEST', 'uninvited', others, 2, 'after'))).toBe('kept');
  expect(await copyOf('uninvited')).toContain('STATUS:CANCELLED');
  expect(await effectOf('stranger', message('REQUEST', 'stranger', others, 2, 'after'))).toBe('nothing');
});

describe('what an attendee says', () => {
  test.each<[keyof typeof states, string, number, Effect]>([
    ['organises', 'REPLY', 0, 'nothing'],
    ['organises', 'REPLY', 1, 'kept'],
    ['organises', 'REPLY', 2, 'kept'],
    ['organises', 'COUNTER', 0, 'nothing'],
    ['organises', 'COUNTER', 1, 'shown'],
    // That they were told all again is noted.
    ['organises', 'REFRESH', 0, 'kept'],
    ['nothing', 'REPLY', 1, 'nothing'],
    ['nothing', 'COUNTER', 1, 'nothing'],
    ['nothing', 'REFRESH', 1, 'nothing'],
    ['invited', 'REPLY', 1, 'nothing'],
    ['invited', 'COUNTER', 1, 'nothing'],
    ['invited', 'REFRESH', 1, 'nothing'],
  ])('to who has %s: %s, SEQUENCE %i: %s', async (state, method, sequence, effect) => {
    const uid = `a-${state}-${method}-${sequence}`;
    await states[state](uid);
    const people = method === 'REFRESH' ? byBen : answer;
    expect(await effectOf(uid, message(method, uid, people, sequence, 'after'))).toBe(effect);
  });
});
