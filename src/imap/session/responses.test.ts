import { expect, test } from 'vitest';
import type { MessageRow } from '../../stores/mail/index.ts';
import { ResponseWriter, wireLimits } from '../wire/index.ts';
import { type Audience, openFetch, writeFlags, writeModseq, writeVanished } from './responses.ts';

const row: MessageRow = {
  uid: 105,
  modseq: 9,
  flags: 1,
  keywords: '$Forwarded',
  received: 0,
  receivedZone: 0,
  saved: 0,
  size: 1,
  email: 1,
};

function told(write: (to: Audience) => void, client: Partial<Audience> = {}): string[] {
  const out = new ResponseWriter();
  const flushIfLarge = async () => undefined;
  write({
    out,
    condstore: false,
    rev2: true,
    uidOnly: false,
    tellsVanished: false,
    hears: { flags: true },
    turns: null,
    arrived: flushIfLarge,
    flushIfLarge,
    ...client,
  });
  return Buffer.concat(out.take()).toString().split('\r\n').slice(0, -1);
}

test('an update names the message by what its client counts with', () => {
  const update = (to: Audience) => writeFlags(to, 5, row, true);
  expect(told(update)).toEqual(['* 5 FETCH (UID 105 FLAGS (\\Seen $Forwarded \\Recent))']);
  expect(told(update, { condstore: true })).toEqual([
    '* 5 FETCH (UID 105 FLAGS (\\Seen $Forwarded \\Recent) MODSEQ (9))',
  ]);
  expect(told(update, { uidOnly: true, condstore: true })).toEqual([
    '* 105 UIDFETCH (FLAGS (\\Seen $Forwarded \\Recent) MODSEQ (9))',
  ]);
  expect(told((to) => openFetch(to, { seq: 5, uid: 105 }).raw(')\r\n'), { uidOnly: true })).toEqual([
    '* 105 UIDFETCH ()',
  ]);
});

test('that a message changed is told to those who keep mod-sequences only', () => {
  const update = (to: Audience) => writeModseq(to, 5, row);
  expect(told(update)).toEqual([]);
  expect(told(update, { condstore: true })).toEqual(['* 5 FETCH (UID 105 MODSEQ (9))']);
  expect(told(update, { uidOnly: true, condstore: true })).toEqual(['* 105 UIDFETCH (MODSEQ (9))']);
});

test('VANISHED comes in responses of vanishedUidsMax, and not at all for nothing', () => {
  expect(told((to) => writeVanished(to, [], true))).toEqual([]);
  expect(told((to) => writeVanished(to, [3, 4, 5, 9], true))).toEqual(['* VANISHED (EARLIER) 3:5,9']);
  const scattered = Array.from({ length: wireLimits.vanishedUidsMax + 1 }, (_, i) => 2 * i + 1);
  const lines = told((to) => writeVanished(to, scattered, false));
  expect(lines.map((line) => line.split(',').length)).toEqual([wireLimits.vanishedUidsMax, 1]);
  expect(lines[1]).toBe(`* VANISHED ${scattered.at(-1)}`);
});
