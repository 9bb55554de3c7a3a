import { afterEach, expect, test } from 'vitest';
import { flagBits } from '../../stores/mail/index.ts';
import { fillMailbox, openTestImap, type TestImap, type TestSocket } from '../../testing/index.ts';

const open: TestImap[] = [];
afterEach(async () => {
  for (const imap of open.splice(0)) await imap.close();
});

/** INBOX of 3,000 uids of which every fourth is gone: 2,250 messages. */
async function start(uidBatchesMax: number): Promise<TestSocket> {
  const imap = await openTestImap({ limits: { uidBatchesMax } });
  open.push(imap);
  const account = imap.members.alice;
  const { mail } = imap.stores;
  await fillMailbox(mail, account, 'INBOX', 3_000, 2);
  const { id: mailbox } = await mail.find(account, 'INBOX');
  const uids = Array.from({ length: 750 }, (_, at) => (at + 1) * 4);
  await mail.storeFlags({ account, mailbox, uids, mode: 'add', flags: flagBits.deleted, keywords: [] });
  await mail.expunge(account, mailbox, null);
  const alice = await imap.session('alice');
  await say(alice, 'SELECT INBOX');
  return alice;
}

async function say(socket: TestSocket, command: string): Promise<string[]> {
  await socket.send(`t ${command}\r\n`);
  const heard: string[] = [];
  for (;;) {
    const line = (await socket.readLine())?.toString('latin1') ?? 'closed';
    heard.push(line);
    if (line.startsWith('t ') || line === 'closed') return heard;
  }
}

async function batches(socket: TestSocket, command: string): Promise<string[]> {
  const [line = ''] = await say(socket, command);
  expect(line).toMatch(/^\* UIDBATCHES \(TAG "t"\)/);
  return line.slice('* UIDBATCHES (TAG "t")'.length).trim().split(',').filter(Boolean);
}

test('batches have the size asked for, lie side by side and reach down to 1', async () => {
  const alice = await start(100);
  const all = await batches(alice, 'UIDBATCHES 1000');
  expect(all).toEqual(['2999:1667', '1666:334', '333:1']);
  const counts: string[] = [];
  for (const range of all) {
    counts.push((await say(alice, `UID SEARCH RETURN (COUNT) UID ${range}`))[0]?.split(' ').at(-1) ?? '');
  }
  expect(counts).toEqual(['1000', '1000', '250']);
  expect(await batches(alice, 'UIDBATCHES 1000 2:2')).toEqual(['1666:334']);
  expect(await batches(alice, 'UIDBATCHES 1000 2:9')).toEqual(['1666:334', '333:1']);
  expect(await batches(alice, 'UIDBATCHES 1000 4:9')).toEqual([]);
  expect(await batches(alice, 'UIDBATCHES 4294967295')).toEqual(['2999:1']);
  expect(await batches(alice, 'UIDBATCHES 750 3:3')).toEqual(['1000:1']);
});

test('more batches than one answer may hold are asked for in parts', async () => {
  const alice = await start(2);
  expect((await say(alice, 'UIDBATCHES 500'))[0]).toMatch(/^t NO \[TOOMANY\]/);
  expect(await batches(alice, 'UIDBATCHES 500 4:5')).toHaveLength(2);
});
