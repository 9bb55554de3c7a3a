import { afterEach, expect, test } from 'vitest';
import { openTestImap, type TestImap, type TestImapOptions, type TestSocket } from '../../testing/index.ts';

let imap: TestImap | null = null;
afterEach(() => imap?.close());

async function start(options: TestImapOptions): Promise<TestSocket> {
  imap = await openTestImap(options);
  return imap.session('alice');
}

/** Says a command and answers its tagged line; what comes before it is heard and dropped. */
async function say(socket: TestSocket, command: string): Promise<string> {
  await socket.send(`t ${command}\r\n`);
  for (;;) {
    const line = (await socket.readLine())?.toString() ?? 't is closed';
    if (line.startsWith('t ')) return line;
  }
}

const message = (bytes: number) => ` {${bytes}+}\r\nA: ${'x'.repeat(bytes - 7)}\r\n\r\n`;
const many = (...sizes: number[]) => `APPEND INBOX${sizes.map(message).join('')}`;

test('the quota counts all messages of one APPEND, before the last of them is taken', async () => {
  const socket = await start({ quota: 1_000 });
  expect(await say(socket, many(400, 400, 400))).toBe('t NO [OVERQUOTA] the mailbox is full');
  expect(await say(socket, many(400, 400))).toMatch(/^t OK \[APPENDUID \d+ 1:2\]/);
  expect(await say(socket, many(200, 8))).toBe('t NO [OVERQUOTA] the mailbox is full');
  expect(await say(socket, many(200))).toMatch(/^t OK \[APPENDUID \d+ 3\]/);
});

test('appendMessagesMax', async () => {
  const socket = await start({ limits: { appendMessagesMax: 3 } });
  expect(await say(socket, many(20, 20, 20, 20))).toBe('t NO [LIMIT] one APPEND may bring 3 messages');
  expect(await say(socket, 'STATUS INBOX (MESSAGES)')).toBe('t OK that is all');
  expect(await say(socket, many(20, 20, 20))).toMatch(/^t OK \[APPENDUID \d+ 1:3\]/);
});

test('many messages fail with the store together', async () => {
  const socket = await start({
    mail: (real) => ({
      ...real,
      stage: (data, sizeMax) => real.stage(data, sizeMax),
      find: (account, name) => real.find(account, name),
      quota: (account) => real.quota(account),
      discard: (blob) => real.discard(blob),
      subscribe: (account, listener) => real.subscribe(account, listener),
      append: () => Promise.reject(new Error('the disk is gone')),
    }),
  });
  expect(await say(socket, many(20, 20))).toMatch(/^t NO \[SERVERBUG\]/);
});
