import { expect, test } from 'vitest';
import type { MailWriter } from '../../stores/mail/index.ts';
import { openTestImap } from '../../testing/index.ts';

/** Counts the uids that the store is asked about. */
function counting(real: MailWriter, asked: number[]): MailWriter {
  return new Proxy(real, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name === 'scan') return () => expect.unreachable('the mailbox was read');
      if (name !== 'messages') return typeof value === 'function' ? value.bind(target) : value;
      return (account: number, mailbox: number, uids: readonly number[], since?: number) => {
        asked.push(uids.length);
        return target.messages(account, mailbox, uids, since);
      };
    },
  });
}

test('coming back costs by what was missed, not by the mailbox', async () => {
  const asked: number[] = [];
  const imap = await openTestImap({ mail: (real) => counting(real, asked) });
  for (let i = 0; i < 50; i++) await imap.deliver('alice', 'INBOX', `Subject: ${i}\r\n\r\nx\r\n`);
  const box = await imap.stores.mail.find(imap.members.alice, 'INBOX');
  const change = { account: imap.members.alice, mailbox: box.id, mode: 'add', keywords: [] } as const;
  await imap.stores.mail.storeFlags({ ...change, uids: [7, 30], flags: 4 });
  await imap.stores.mail.storeFlags({ ...change, uids: [9], flags: 8 });
  await imap.stores.mail.expunge(imap.members.alice, box.id, [9]);
  const session = await imap.session('alice');
  await session.send('a ENABLE QRESYNC IMAP4rev2\r\n');
  await session.send(`b SELECT INBOX (QRESYNC (${box.uidValidity} ${box.highestModseq}))\r\n`);
  const lines: string[] = [];
  while (!lines.at(-1)?.startsWith('b ')) lines.push((await session.readLine())?.toString() ?? 'b ended');
  expect(lines.slice(-4, -1)).toEqual([
    '* VANISHED (EARLIER) 9',
    expect.stringMatching(/^\* 7 FETCH \(UID 7 FLAGS \(\\Flagged\) MODSEQ \(\d+\)\)$/),
    expect.stringMatching(/^\* 29 FETCH \(UID 30 FLAGS \(\\Flagged\) MODSEQ \(\d+\)\)$/),
  ]);
  expect(asked).toEqual([2]);
  asked.length = 0;
  await session.send(`c UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${box.highestModseq})\r\n`);
  while (!lines.at(-1)?.startsWith('c ')) lines.push((await session.readLine())?.toString() ?? 'c ended');
  expect(lines.at(-1)).toBe('c OK fetched');
  expect(asked).toEqual([2]);
  await imap.close();
});
