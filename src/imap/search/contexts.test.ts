import { expect, test } from 'vitest';
import type { MailWriter } from '../../stores/mail/index.ts';
import { openTestImap, type TestSocket } from '../../testing/index.ts';

/** The untagged lines of the answer to one command. */
async function ask(session: TestSocket, command: string): Promise<string[]> {
  await session.send(`${command}\r\n`);
  const lines: string[] = [];
  for (;;) {
    const line = (await session.readLine())?.toString() ?? '';
    if (!line.startsWith('* ')) return lines;
    if (/^\* (ESEARCH|SORT|THREAD|NO)/.test(line)) lines.push(line.slice(2));
  }
}

const letter = (subject: string) => `Subject: ${subject}\r\nDate: 1 Jan 2026 10:00 +0000\r\n\r\nx\r\n`;

test('contextsMax, contextMessagesMax, contextSortedMessagesMax: beyond them [NOUPDATE]', async () => {
  const limits = { contextsMax: 3, contextMessagesMax: 7, contextSortedMessagesMax: 3 };
  const imap = await openTestImap({ limits });
  for (const subject of ['c', 'a', 'b']) await imap.deliver('alice', 'INBOX', letter(subject));
  const session = await imap.session('alice');
  await ask(session, 'a SELECT INBOX');
  expect(await ask(session, 'b SEARCH RETURN (COUNT UPDATE) ALL')).toEqual(['ESEARCH (TAG "b") COUNT 3']);
  expect(await ask(session, 'c SORT RETURN (COUNT UPDATE) (SUBJECT) UTF-8 ALL')).toHaveLength(1);
  const [, large] = await ask(session, 'd SEARCH RETURN (COUNT UPDATE) ALL');
  expect(large).toBe('NO [NOUPDATE "d"] too many messages would have to be remembered');
  expect(await ask(session, 'e SEARCH RETURN (COUNT UPDATE) SUBJECT a')).toHaveLength(1);
  const [, many] = await ask(session, 'f SEARCH RETURN (COUNT UPDATE) SUBJECT b');
  expect(many).toBe('NO [NOUPDATE "f"] more than 3 searches are kept up to date');
  await ask(session, 'g CANCELUPDATE "e"');
  await imap.deliver('alice', 'INBOX', letter('d'));
  // What grows beyond a limit is given up, the others go on.
  expect(await ask(session, 'h NOOP')).toEqual([
    'ESEARCH (TAG "b") ADDTO (0 4)',
    'NO [NOUPDATE "c"] it has too many messages to sort again',
  ]);
  await imap.close();
});

/** Notes whether the keys of some messages were asked for or those of all. */
function noting(real: MailWriter, asked: (number | null)[]): MailWriter {
  return new Proxy(real, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== 'order' && name !== 'threading')
        return typeof value === 'function' ? value.bind(target) : value;
      return (...args: unknown[]) => {
        const uids = args.at(-1) as readonly number[] | null;
        asked.push(uids?.length ?? null);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

test('sortedFewMax: of few messages the keys are read one by one, of more those of all; the answer is one', async () => {
  const asked: (number | null)[] = [];
  const imap = await openTestImap({ limits: { sortedFewMax: 3 }, mail: (real) => noting(real, asked) });
  for (const subject of ['c', 'a', 're: a', 'b']) await imap.deliver('alice', 'INBOX', letter(subject));
  const session = await imap.session('alice');
  await ask(session, 'a SELECT INBOX');
  expect(await ask(session, 'b SORT (SUBJECT) UTF-8 2:4')).toEqual(['SORT 2 3 4']);
  expect(await ask(session, 'c SORT (SUBJECT) UTF-8 ALL')).toEqual(['SORT 2 3 4 1']);
  expect(await ask(session, 'd THREAD REFERENCES UTF-8 2:4')).toEqual(['THREAD (2 3)(4)']);
  expect(await ask(session, 'e THREAD REFERENCES UTF-8 ALL')).toEqual(['THREAD (1)(2 3)(4)']);
  expect(await ask(session, 'f SORT (REVERSE SUBJECT) UTF-8 4')).toEqual(['SORT 4']);
  expect(asked).toEqual([3, null, 3, null]);
  await imap.close();
});

test('what was expunged meanwhile is sorted still, until the client hears of it', async () => {
  const imap = await openTestImap();
  for (const subject of ['c', 'a', 'b']) await imap.deliver('alice', 'INBOX', letter(subject));
  const session = await imap.session('alice');
  await ask(session, 'a SELECT INBOX');
  const { mail } = imap.stores;
  const box = await mail.find(imap.members.alice, 'INBOX');
  const change = { account: imap.members.alice, mailbox: box.id, mode: 'add', keywords: [] } as const;
  await mail.storeFlags({ ...change, uids: [2], flags: 8 });
  await mail.expunge(imap.members.alice, box.id, null);
  expect(await ask(session, 'b SORT (SUBJECT) UTF-8 ALL')).toEqual(['SORT 2 3 1']);
  expect(await ask(session, 'c THREAD REFS UTF-8 ALL')).toEqual(['THREAD (1)(3)']);
  expect(await ask(session, 'd UID SORT (SUBJECT) UTF-8 ALL')).toEqual(['SORT 2 3 1']);
  expect(await ask(session, 'e UID SORT (SUBJECT) UTF-8 ALL')).toEqual(['SORT 3 1']);
  await imap.close();
});
