import { createHash } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { openTestImap, type TestImap, type TestSocket } from '../../testing/index.ts';
import { BlockPool } from '../wire/index.ts';

const open: TestImap[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const imap of open.splice(0)) await imap.close();
});

const line = 'a line of a body that is long enough to count\r\n';
const messages = Array.from({ length: 6 }, (_, at) => {
  const body = line.repeat(1 + at * at * at * 12);
  const fields = `Subject: number ${at}\r\nTo: alice\r\nX-Long: ${'folded\r\n '.repeat(at)}\r\n`;
  if (at % 3 === 0) return `${fields}\r\n${body}`;
  return `${fields}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX-Part: 1\r\n\r\n${body}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\n${body}\r\n--b--\r\n`;
});

const stored = new Map(
  messages.map((message) => [createHash('sha256').update(message).digest('hex'), Buffer.from(message)]),
);

/** A session on a mailbox with those messages; `reads` says of each read whether it is at hand. */
async function start(reads: (turn: number) => boolean, fetchBytesMax = 1024 * 1024) {
  let turn = 0;
  const counts = { refused: 0, answered: 0 };
  const imap = await openTestImap({
    limits: { fetchBytesMax },
    mail: (real) =>
      new Proxy(real, {
        get(target, name) {
          const value = Reflect.get(target, name, target) as unknown;
          if (name !== 'atHand') return typeof value === 'function' ? value.bind(target) : value;
          // How quick the disk is today must not decide what is tested.
          return {
            ...target.atHand,
            has: (hash: string) => stored.has(hash),
            read: (hash: string, from: number, bytes: Buffer) => {
              const answers = reads(turn++);
              if (answers) stored.get(hash)?.copy(bytes, 0, from);
              counts[answers ? 'answered' : 'refused']++;
              return answers;
            },
          };
        },
      }),
  });
  open.push(imap);
  for (const message of messages) await imap.deliver('alice', 'INBOX', message);
  const socket = await imap.session('alice');
  await ask(socket, 'SELECT INBOX');
  return { socket, counts };
}

async function ask(socket: TestSocket, command: string): Promise<string> {
  await socket.send(`t ${command}\r\n`);
  let heard = '';
  for (;;) {
    const heardLine = (await socket.readLine())?.toString('latin1') ?? 't closed';
    heard += `${heardLine}\r\n`;
    const size = /\{(\d+)\}$/.exec(heardLine)?.[1];
    if (size !== undefined) heard += (await socket.readExactly(Number(size))).toString('latin1');
    else if (heardLine.startsWith('t ')) return heard;
  }
}

const items = [
  'BODY.PEEK[]',
  'BODY.PEEK[]<10.70000>',
  'BODY.PEEK[1]',
  'BODY.PEEK[2]',
  'BODY.PEEK[2.HEADER.FIELDS (SUBJECT)]',
  'BODY.PEEK[HEADER.FIELDS (SUBJECT X-Long)]',
  'BODY.PEEK[HEADER.FIELDS.NOT (SUBJECT)]<3.20>',
  'BODY.PEEK[HEADER]',
  'BODY.PEEK[9]',
  'BINARY.PEEK[1]',
  'BINARY.SIZE[1]',
  'RFC822.SIZE',
];
const commands = [...items, `(${items.join(' ')} FLAGS)`].map((item) => `FETCH 1:* ${item}`);

test('the answer is the same whatever is at hand, and all of it is what was delivered', async () => {
  const slow = await start(() => false);
  const expected: string[] = [];
  for (const command of commands) expected.push(await ask(slow.socket, command));
  for (const [at, message] of messages.entries()) {
    expect(expected[0]).toContain(`* ${at + 1} FETCH (BODY[] {${message.length}}\r\n${message})\r\n`);
  }
  expect(slow.counts.answered).toBe(0);
  const cases: [reads: (turn: number) => boolean, fetchBytesMax: number][] = [
    [() => true, 1024 * 1024],
    [() => true, 20_000],
    [(turn) => turn % 2 === 0, 1024 * 1024],
    [(turn) => turn % 7 !== 3, 20_000],
  ];
  for (const [reads, fetchBytesMax] of cases) {
    const { socket, counts } = await start(reads, fetchBytesMax);
    for (const [at, command] of commands.entries()) {
      expect((await ask(socket, command)) === expected[at], command).toBe(true);
    }
    expect(counts.answered).toBeGreaterThan(30);
  }
});

test('blocks go back when the client has taken what was in them', async () => {
  const taken = vi.spyOn(BlockPool.prototype, 'take');
  const given = vi.spyOn(BlockPool.prototype, 'give');
  const { socket } = await start(() => true);
  const givenBlocks = () => given.mock.calls.flatMap(([blocks]) => blocks).length;
  await ask(socket, 'FETCH 1:* BODY.PEEK[]');
  expect(taken.mock.calls.length).toBeGreaterThan(2);
  await expect.poll(givenBlocks).toBe(taken.mock.calls.length);
  // Nothing that is used again is still read by somebody.
  for (const item of ['BODY.PEEK[]', 'BODY.PEEK[TEXT]']) await ask(socket, `FETCH 1:* ${item}`);
  await expect.poll(givenBlocks).toBe(taken.mock.calls.length);
  const blocks = new Set(taken.mock.results.map(({ value }) => value as Buffer));
  expect(blocks.size).toBeLessThan(taken.mock.calls.length);
});
