import { afterEach, expect, test } from 'vitest';
import type { MailWriter } from '../../stores/mail/index.ts';
import { fillMailbox, openTestImap, type TestImap, type TestSocket } from '../../testing/index.ts';
import { defaultImapLimits } from '../limits.ts';

const open: TestImap[] = [];
afterEach(async () => {
  for (const imap of open.splice(0)) await imap.close();
});

async function start(mail: (real: MailWriter) => MailWriter, progressMs: number) {
  const imap = await openTestImap({ mail, limits: { progressMs, storeRowsMax: 3, searchRowsMax: 4 } });
  open.push(imap);
  await fillMailbox(imap.stores.mail, imap.members.alice, 'INBOX', 8, 2);
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

const progress = (lines: readonly string[]) => lines.filter((line) => line.includes('INPROGRESS'));

test('a long command counts what it has done', async () => {
  const alice = await start((real) => real, 0);
  expect(progress(await say(alice, 'STORE 1:* +FLAGS.SILENT (\\Seen)'))).toEqual([
    '* OK [INPROGRESS ("t" 3 8)] still at it',
    '* OK [INPROGRESS ("t" 6 8)] still at it',
    '* OK [INPROGRESS ("t" 8 8)] still at it',
  ]);
  expect(progress(await say(alice, 'SEARCH 1:6 SEEN'))).toEqual([
    '* OK [INPROGRESS ("t" 4 6)] still at it',
    '* OK [INPROGRESS ("t" 6 6)] still at it',
  ]);
});

test('one that knows no numbers says that it goes on, until it is done', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = (real: MailWriter): MailWriter =>
    new Proxy(real, {
      get(target, name) {
        if (name === 'copy')
          return (...args: Parameters<MailWriter['copy']>) => held.then(() => real.copy(...args));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const alice = await start(slow, 5);
  await alice.send('c1 COPY 1:2 Archive\r\n');
  for (let told = 0; told < 2; told++) {
    expect((await alice.readLine())?.toString()).toBe('* OK [INPROGRESS ("c1" NIL NIL)] still at it');
  }
  release();
  let line = '';
  do line = (await alice.readLine())?.toString() ?? 'closed';
  while (line.includes('INPROGRESS'));
  expect(line).toMatch(/^c1 OK \[COPYUID \d+ 1:2 1:2\]/);
});

test('a short command says nothing', async () => {
  const alice = await start((real) => real, defaultImapLimits.progressMs);
  for (const command of ['SEARCH SEEN', 'COPY 1 Archive', 'STORE 1:* +FLAGS (\\Seen)', 'EXPUNGE']) {
    expect(progress(await say(alice, command))).toEqual([]);
  }
});
