import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import type { Rooms } from '../../rooms/index.ts';
import { afterRestore } from '../../storage/index.ts';
import { engines, openTestStores, type TestStores } from '../../testing/index.ts';
import { queueCommands } from './queue.ts';

let stores: TestStores;
let rooms: Rooms;
const clock = fakeClock();

beforeEach(async () => {
  const [sqlite] = engines();
  if (!sqlite) throw new Error('there is no engine');
  stores = await openTestStores(sqlite, { clock });
  rooms = { ...stores, clock } as unknown as Rooms;
});
afterEach(() => stores.close());

async function queue(verb: string, args: Record<string, unknown> = {}): Promise<string> {
  const found = queueCommands.find(({ name }) => name[1] === verb);
  if (!found) throw new Error(`there is no 'queue ${verb}'`);
  const session = { progress: () => {}, signal: new AbortController().signal };
  return (await found.run(rooms, args, session)).text;
}

async function enqueue(sender: string, ...to: string[]): Promise<number> {
  const text = 'Subject: dinner\r\n\r\nat eight\r\n';
  return stores.outbox.enqueue({
    account: 7,
    kind: 'submission',
    sender,
    options: { body: null, utf8: false, ret: null, envid: null, tls: null },
    head: 'Received: here\r\n',
    blob: await stores.outbox.stage(Buffer.from(text), 1000),
    headerLength: 19,
    recipients: to.map((address) => ({ address, notify: [], orcpt: null })),
  });
}

const plain = (text: string) => text.replace(/ +/g, ' ');

test('what waits is listed, shown, held, released, tried again and taken back', async () => {
  const id = await enqueue('ana@coop.example', 'x@far.example', 'y@near.example');
  const other = await enqueue('bea@coop.example', 'x@far.example');
  const claims = await stores.outbox.join();
  await claims.take(['near.example'], 1, 1);
  const answer = { code: 450, status: '4.2.0', text: 'greylisted', host: 'mx.far.example' };
  const next = clock.nowMs() + 300_000;
  await claims.settle([
    { message: id, outcomes: [{ n: 1, kind: 'deferred', next, answer, unsure: true }], notices: [] },
  ]);
  clock.advance(60_000);
  expect(plain(await queue('list')).split('\n')).toEqual([
    `${id}.1 in 4m 1m <ana@coop.example> <x@far.example> 450 4.2.0 greylisted`,
    `${id}.2 due 1m <ana@coop.example> <y@near.example>`,
    `${other}.1 due 1m <bea@coop.example> <x@far.example>`,
    '3 to send, 0 held, to 2 destinations, 0 of them not reached',
    '1 may have arrived already: the answer was not heard',
  ]);
  expect(plain(await queue('list', { what: 'bea@coop.example', max: 1 }))).toContain(
    'only the first 1 are shown',
  );
  const text = await queue('show', { id: String(id) });
  expect(text).toContain('mx.far.example said: 450 4.2.0 greylisted');
  expect(text).toContain('Received: here\r\nSubject: dinner');
  expect(text).not.toContain('at eight');

  expect(await queue('hold', { what: 'FAR.example' })).toBe('held: 2');
  expect(await queue('list', { what: `${id}.1` })).toContain('held');
  expect(await queue('release', { what: 'all' })).toBe('released: 2');
  expect(await queue('retry', { what: `${id}.1` })).toBe('tried again now: 1');
  expect(await queue('cancel', { what: String(other) })).toBe('taken back: 1');
  expect(await queue('cancel', { what: 'ana@coop.example', notify: true })).toBe(
    'given up, and the sender is told: 2',
  );
  expect(await claims.overdue(9)).toHaveLength(1);
});

test('invitations that a restore held are released or taken back with all', async () => {
  const hold = async (key: string) => {
    await stores.collections.addJob(7, { kind: 'itip', key, payload: null, outward: true });
    await afterRestore({ ...stores, modules }, 1_000);
  };
  await hold('one');
  expect(await queue('list')).toContain('1 invitations held since a restore');
  expect(await queue('release', { what: 'far.example' })).toBe('released: 0');
  expect(await queue('release', { what: 'all' })).toBe('released: 1');
  expect((await stores.collections.takeJobs('itip', 1, 60_000)).length).toBe(1);
  await hold('two');
  expect(await queue('cancel', { what: 'all' })).toBe('taken back: 2');
  expect(await queue('list')).not.toContain('invitations');
});

test.each([
  ['show', { id: '99' }, 'nothing waits as 99'],
  ['hold', { what: 'no domain' }, "'no domain' is no message, recipient, destination or sender"],
  ['show', { id: 'x' }, 'a number such as 17 or 17.2'],
])('queue %s %j: %s', async (verb, args, said) => {
  await expect(queue(verb, args)).rejects.toThrow(said);
});
