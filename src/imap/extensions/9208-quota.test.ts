import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestImap, type TestImap } from '../../testing/index.ts';

let imap: TestImap;
beforeAll(async () => {
  imap = await openTestImap({ quota: 10 * 1024 });
});
afterAll(() => imap.close());

async function quotaOf(member: string): Promise<string | undefined> {
  const socket = await imap.session(member);
  await socket.send('t GETQUOTA mail\r\n');
  const line = (await socket.readLine())?.toString();
  await socket.close();
  return line;
}

test('a unit that was begun counts whole, on both sides', async () => {
  const { mail } = imap.stores;
  await imap.deliver('alice', 'INBOX', `A: ${'x'.repeat(1017)}\r\n\r\n`);
  expect(await quotaOf('alice')).toBe('* QUOTA mail (STORAGE 1 10)');
  await imap.deliver('alice', 'INBOX', 'A: x\r\n\r\n');
  await mail.setQuota(imap.members.alice, 10 * 1024 + 1);
  expect(await quotaOf('alice')).toBe('* QUOTA mail (STORAGE 2 11)');
});

test('where nothing is limited nothing is listed', async () => {
  await imap.deliver('bob', 'INBOX', 'A: x\r\n\r\n');
  await imap.stores.mail.setQuota(imap.members.bob, null);
  expect(await quotaOf('bob')).toBe('* QUOTA mail ()');
});
