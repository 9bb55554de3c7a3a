import { describe, expect, test } from 'vitest';
import { fakeClock, type Reason, StoreError } from '../../base/index.ts';
import { indexOf, oneCalendar, parseComponents, readCalendar } from '../../formats/icalendar/index.ts';
import { createLog, createMetrics } from '../../observability/index.ts';
import type { CollectionRow, CollectionsWriter, Item, Job, NewItem } from '../../stores/collections/index.ts';
import { refusal } from '../../testing/index.ts';
import { calendar, event } from '../fixtures.ts';
import { deliver } from './deliver.ts';
import type { SchedulingHouse } from './house.ts';
import { composeInvitation } from './imip/compose.ts';
import {
  answersToldAttendeesMax,
  asideMs,
  attemptsMax,
  claimMs,
  deliveryAttemptsMax,
  firstPauseMs,
  inboxItemsMax,
  longestPauseMs,
  roomDaysMax,
  roomInstancesMax,
  shownCharactersMax,
} from './limits.ts';
import { roomAnswers } from './room.ts';
import { startSchedulingWorker } from './worker.ts';

const nowMs = Date.UTC(2026, 0, 1);
const ana = { id: 1, address: 'ana@coop.example', name: '', admin: false, disabled: false, version: 1 };

function collection(kind: CollectionRow['kind'], id: number, items = 0): CollectionRow {
  return {
    account: 1,
    id,
    home: 'calendars',
    kind,
    name: kind,
    details: {},
    items,
    bytes: 0,
    modseq: 1,
    createdMs: 0,
    modifiedMs: 0,
  };
}

function itemOf(text: string, name = 'a.ics', modseq = 1): Item {
  const bytes = Buffer.from(text);
  return {
    ...indexOf(readCalendar(bytes)),
    account: 1,
    collection: 1,
    id: 9,
    name,
    hash: 'h',
    size: bytes.length,
    scheduleTag: '1',
    createdMs: 0,
    modifiedMs: 0,
    modseq,
    bytes,
  };
}

/** A room of one account, Ana's, whose items a test names; everybody else is a member too. */
function houseOf(
  own: { kept?: readonly Item[]; busy?: readonly Item[]; inboxItems?: number; type?: 'ROOM' },
  more: Partial<CollectionsWriter> = {},
) {
  const puts: { readonly item: NewItem; readonly jobs: number }[] = [];
  const removed: string[] = [];
  const house = {
    clock: fakeClock(nowMs),
    settings: { objectBytesMax: 1e6, instancesMax: 10, attendeesMax: 500 },
    typeOf: () => own.type ?? 'INDIVIDUAL',
    accounts: {
      member: async (id: number) => (id === 1 ? ana : { ...ana, id, address: 'x@coop.example' }),
      ownedAmong: async (id: number, all: Iterable<string>) =>
        new Set([...all].filter((address) => id === 1 && address === ana.address)),
      groupsOf: async () => [],
      resolveAll: async (all: Iterable<string>) =>
        new Map(
          [...all].map((address) => [
            address,
            {
              kind: 'local',
              recipients: [{ kind: 'member', account: address === ana.address ? 1 : 2, address, tag: null }],
            },
          ]),
        ),
    },
    collections: {
      collections: async () => [collection('calendar', 1), collection('inbox', 2, own.inboxItems)],
      collectionById: async () => collection('calendar', 1),
      byUid: async () => own.kept ?? [],
      async *within() {
        yield own.busy ?? [];
      },
      async *items() {
        yield [itemOf(event('x'), 'newer', 7), itemOf(event('y'), 'oldest', 3)];
      },
      async remove(_: number, __: number, name: string) {
        removed.push(name);
      },
      async put(
        _: number,
        id: number,
        __: string,
        item: NewItem,
        options: { jobs?: readonly unknown[] } = {},
      ) {
        if (id === 1) puts.push({ item, jobs: options.jobs?.length ?? 0 });
        return { created: true };
      },
      ...more,
    },
  } as unknown as SchedulingHouse;
  return { house, puts, removed };
}

const far = 'DTSTART:20270305T100000Z\nDTEND:20270305T110000Z';
const messageOf = (method: string, text: string) =>
  text.replace('VERSION:2.0\r\n', `VERSION:2.0\r\nMETHOD:${method}\r\n`);
const invitation = messageOf(
  'REQUEST',
  event('u', 'ORGANIZER:mailto:ben@coop.example\nATTENDEE:mailto:ana@coop.example', far),
);
const arriving = (text: string, from: string) => ({
  account: 1,
  from: `mailto:${from}@coop.example`,
  calendar: text,
  quiet: false,
});

test.each<Reason>(['conflict', 'exists'])('deliveryAttemptsMax: %s', async (reason) => {
  let puts = 0;
  const { house } = houseOf(
    {},
    {
      put() {
        puts++;
        return Promise.reject(new StoreError(reason, 'somebody was faster'));
      },
    },
  );
  expect(await refusal(deliver(house, arriving(invitation, 'ben')))).toBe(reason);
  expect(puts).toBe(deliveryAttemptsMax);
});

test('inboxItemsMax', async () => {
  const room = houseOf({ inboxItems: inboxItemsMax - 1 });
  expect(await deliver(room.house, arriving(invitation, 'ben'))).toBe('taken');
  expect(room.removed).toEqual([]);
  const full = houseOf({ inboxItems: inboxItemsMax });
  await deliver(full.house, arriving(invitation, 'ben'));
  expect(full.removed).toEqual(['oldest']);
});

test.each([
  [answersToldAttendeesMax, 1],
  [answersToldAttendeesMax + 1, 0],
])('answersToldAttendeesMax: of %i who are invited %i hear', async (guests, jobs) => {
  const attendees = Array.from({ length: guests }, (_, n) => `ATTENDEE:mailto:g${n}@coop.example`);
  const kept = itemOf(event('u', `ORGANIZER:mailto:ana@coop.example\n${attendees.join('\n')}`, far));
  const { house, puts } = houseOf({ kept: [kept] });
  const reply = messageOf(
    'REPLY',
    event('u', 'ORGANIZER:mailto:ana@coop.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:g0@coop.example', far),
  );
  expect(await deliver(house, arriving(reply, 'g0'))).toBe('taken');
  expect(puts).toHaveLength(1);
  expect(Math.min(1, puts[0]?.jobs ?? -1)).toBe(jobs);
});

describe('attemptsMax', () => {
  const run = async (attempts: number, payload: unknown) => {
    const settled: unknown[] = [];
    const logged: string[] = [];
    let jobs = [
      { account: 1, id: 5, kind: 'itip', key: 'k', payload, attempts, dueMs: nowMs + claimMs },
    ] as Job[];
    const { house } = houseOf(
      {},
      {
        async takeJobs() {
          const taken = jobs;
          jobs = [];
          return taken;
        },
        async settleJob(_, outcome) {
          settled.push(outcome);
        },
        nextJobMs: async () => null,
        watchJobs: () => () => undefined,
        byUid: () => Promise.reject(new StoreError('unavailable', 'not now')),
      },
    );
    const metrics = createMetrics({ processMetrics: false });
    const log = createLog({ level: 'debug', format: 'json', write: (line) => logged.push(line) });
    const worker = startSchedulingWorker({ ...house, log, metrics, send: async () => undefined });
    await worker.idle();
    await worker.stop();
    log.flush();
    return { settled, logged: logged.join('') };
  };
  const posted = {
    from: 'mailto:ben@coop.example',
    to: ['mailto:ana@coop.example'],
    calendar: invitation,
    quiet: false,
  };

  test('what cannot be done now comes again, later each time', async () => {
    expect((await run(1, posted)).settled).toEqual([{ againMs: nowMs + firstPauseMs * 2 }]);
    expect((await run(attemptsMax - 1, posted)).settled).toEqual([{ againMs: nowMs + longestPauseMs }]);
  });

  test.each([
    ['tried too often', attemptsMax, posted],
    ['no message', 1, { ...posted, calendar: 'BEGIN:VCARD' }],
    ['no job', 1, 'x'],
  ])('%s: it is put aside with a word, and nothing of it is in the log', async (_, attempts, payload) => {
    const { settled, logged } = await run(attempts, payload);
    expect(settled).toEqual([{ againMs: nowMs + asideMs, aside: true }]);
    expect(logged).toContain('invitation put aside');
    expect(logged).toContain('"id":5');
    expect(logged).not.toMatch(/coop\.example|Event u/);
  });
});

describe('a room', () => {
  const answers = async (start: string, busy: string) => {
    const { house } = houseOf({ type: 'ROOM', busy: [itemOf(event('busy', '', busy))] });
    const asked = readCalendar(
      event('u', 'ORGANIZER:mailto:ben@coop.example\nATTENDEE:mailto:ana@coop.example', start),
    );
    const answered = await roomAnswers(house, 1, asked, new Set(['mailto:ana@coop.example']));
    return answered?.object.instances.map((component) =>
      component.property('ATTENDEE')?.parameter('PARTSTAT'),
    );
  };
  const at = (days: number) =>
    `DTSTART:${new Date(nowMs + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}T100000Z\nDURATION:PT1H`;

  test('roomDaysMax: later than that nobody looks', async () => {
    expect(await answers(at(roomDaysMax - 2), at(roomDaysMax - 2))).toEqual(['DECLINED']);
    expect(await answers(at(roomDaysMax + 2), at(roomDaysMax + 2))).toEqual(['ACCEPTED']);
  });

  test('roomInstancesMax: a series is looked at that far, and declined where it is in the way', async () => {
    const daily = `${at(0)}\nRRULE:FREQ=DAILY`;
    expect(await answers(daily, at(roomInstancesMax - 1))).toEqual(['ACCEPTED', 'DECLINED']);
    expect(await answers(daily, at(roomInstancesMax))).toEqual(['ACCEPTED']);
  });
});

test('shownCharactersMax', () => {
  const text = calendar(`METHOD:REQUEST
BEGIN:VEVENT
UID:u
DTSTAMP:20260101T000000Z
DTSTART:20270101T100000Z
SUMMARY:${'x'.repeat(shownCharactersMax)}
LOCATION:${'y'.repeat(shownCharactersMax + 1)}
END:VEVENT`);
  const mail = {
    account: 1,
    from: 'ana@coop.example',
    to: ['x@far.example'],
    method: 'REQUEST',
    calendar: oneCalendar(parseComponents(text)),
    copy: null,
    id: 'i',
  };
  const { bytes } = composeInvitation(mail, { name: '', domain: 'coop.example', language: 'en', nowMs });
  const [, part = ''] = /base64\r\n\r\n([\s\S]*?)\r\n--/.exec(bytes.toString()) ?? [];
  const words = Buffer.from(part, 'base64').toString();
  expect(words).toContain(`What: ${'x'.repeat(shownCharactersMax)}\r\n`);
  expect(words).toContain(`Where: ${'y'.repeat(shownCharactersMax)}…\r\n`);
});
