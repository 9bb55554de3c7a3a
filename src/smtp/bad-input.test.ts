import { readdirSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock } from '../base/index.ts';
import { openTestSmtp, type TestSmtp, type TestSocket } from '../testing/index.ts';
import { dataTransferMs, discardedBytesMax, headerBytesMax, talkMsMax } from './limits.ts';
import { Input } from './session/input.ts';

/**
 * What breaks mail servers, over the wire: each is answered with its enhanced status, the session goes on behind its
 * real end, and only what was accepted is kept. Smuggling has a file of its own, chunks theirs beside the session.
 */
const messageBytesMax = 4_000_000;
const from = 'From: x@elsewhere.example\r\n';

let smtp: TestSmtp;
beforeAll(async () => {
  smtp = await openTestSmtp({ settings: { messageBytesMax } });
});
afterAll(() => smtp.close());

async function answer(socket: TestSocket): Promise<string> {
  for (;;) {
    const line = (await socket.readLine())?.toString() ?? 'closed';
    if (line[3] !== '-') return line;
  }
}

async function toData(socket: TestSocket, parameters = ''): Promise<void> {
  await answer(socket);
  await socket.send(
    `EHLO x\r\nMAIL FROM:<x@elsewhere.example>${parameters}\r\nRCPT TO:<ana@coop.localhost>\r\nDATA\r\n`,
  );
  for (let i = 0; i < 3; i++) expect(await answer(socket)).toMatch(/^250/);
  expect(await answer(socket)).toMatch(/^354/);
}

/** The answer to a message; the session must go on behind it. */
async function say(content: string | Buffer): Promise<string> {
  const socket = await smtp.connect('smtp');
  await toData(socket);
  const sent = socket.send(content).then(() => socket.send('\r\n.\r\nNOOP\r\n'));
  const said = await answer(socket);
  await sent;
  expect(await answer(socket)).toBe('250 2.0.0 OK');
  expect(socket.unread().toString()).toBe('');
  await socket.close();
  return said.replace(/ Delivered as .*/, ' Delivered');
}

function nested(depth: number): string {
  let text = `${from}MIME-Version: 1.0\r\n`;
  for (let at = 0; at < depth; at++)
    text += `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}\r\n`;
  return `${text}\r\nthe innermost`;
}

function messages(depth: number): string {
  return `${from}${'Content-Type: message/rfc822\r\n\r\n'.repeat(depth)}\r\nthe innermost`;
}

const taken = '250 2.0.0 Delivered';
const huge = '552 5.3.4 The header of the message is too large';

const longLine = '550 5.6.0 The message holds a line longer than this server takes';
const cases: readonly [string, () => string | Buffer, string][] = [
  ['two From fields', () => `${from}${from}\r\nhi`, '550 5.7.1 The message has several From fields'],
  ['no From field', () => 'Subject: x\r\n\r\nhi', '550 5.7.1 The message has no From field'],
  [
    'a header of more than 1 MB in one field',
    () => `${from}X: ${'x'.repeat(headerBytesMax - 20)}\r\n\r\nhi`,
    huge,
  ],
  [
    'a header of more than 1 MB in short lines',
    () => `${from}${'X: y\r\n'.repeat(headerBytesMax / 6)}\r\nhi`,
    huge,
  ],
  [
    'a header of more than 1 MB, folded',
    () => `${from}X:${'\r\n y'.repeat(headerBytesMax / 4)}\r\n\r\nhi`,
    huge,
  ],
  ['nothing but a header without end', () => 'x'.repeat(headerBytesMax + 1), longLine],
  [
    '170,000 fields',
    () => `${from}${'X: y\r\n'.repeat(170_000)}\r\nhi`,
    '552 5.3.4 The header of the message has too many fields',
  ],
  [
    '50,000 encoded words in Subject',
    () => `${from}Subject:${'\r\n =?utf-8?q?x?='.repeat(50_000)}\r\n\r\nhi`,
    taken,
  ],
  [
    '50,000 encoded words in From',
    () => `From:${' =?utf-8?b?w6k=?='.repeat(50_000)} <x@elsewhere.example>\r\n\r\nhi`,
    taken,
  ],
  [
    '40,000 addresses in From',
    () => `From: ${'a@b.example, '.repeat(40_000)}x@elsewhere.example\r\n\r\nhi`,
    // More than are read: who comes last would be nobody's to check.
    '550 5.7.1 The From field of the message cannot be read',
  ],
  [
    'comments 500,000 deep in From',
    () => `From: ${'('.repeat(500_000)}x@elsewhere.example\r\n\r\nhi`,
    '550 5.7.1 The From field of the message cannot be read',
  ],
  ['1,000 nested parts', () => nested(1_000), taken],
  ['20,000 nested parts', () => nested(20_000), taken],
  ['1,000 nested messages', () => messages(1_000), taken],
  [
    '100,000 parts beside each other',
    () => `${from}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(100_000)}`,
    taken,
  ],
  [
    'a boundary of 100,000 octets',
    () =>
      `${from}Content-Type: multipart/mixed; boundary=${'b'.repeat(100_000)}\r\n\r\n${`--${'b'.repeat(99_999)}\r\n`.repeat(20)}`,
    taken,
  ],
  ['NUL in the body', () => `${from}\r\na\0b`, '550 5.6.0 The message holds a NUL octet'],
  ['NUL in the header', () => `${from}Subject: \0\r\n\r\nhi`, '550 5.6.0 The message holds a NUL octet'],
  ['CR alone', () => `${from}\r\na\rb`, '550 5.5.2 The message holds a CR or LF alone; lines end with CR LF'],
  ['LF alone', () => `${from}\r\na\nb`, '550 5.5.2 The message holds a CR or LF alone; lines end with CR LF'],
  [
    'a line of more than 1 MB',
    () => `${from}\r\n${'x'.repeat(1_100_000)}`,
    '550 5.6.0 The message holds a line longer than this server takes',
  ],
  [
    'one octet more than the limit',
    () => `${from}\r\n${'x'.repeat(998).concat('\r\n').repeat(4_000)}`,
    '552 5.3.4 The message is larger than this server takes',
  ],
  ['a message without a body or an empty line', () => from.slice(0, -2), taken],
];

describe('messages', () => {
  test.each(cases)('%s', async (_, content, expected) => {
    const before = (await smtp.messages(smtp.members.ana)).length;
    expect(await say(content())).toBe(expected);
    expect((await smtp.messages(smtp.members.ana)).length - before).toBe(expected === taken ? 1 : 0);
  });

  // RFC 6152 §3 forbids it, and half of the world does it: refused, the mail would be lost; changed, its signature would
  // break. It is kept octet for octet, as every larger server does.
  test('8-bit octets without BODY=8BITMIME are taken as they are', async () => {
    const octets = Buffer.from('caf\xe9 \xff\xfe \xc3\xa9', 'latin1');
    expect(
      await say(Buffer.concat([Buffer.from(`${from}Subject: `), octets, Buffer.from('\r\n\r\n'), octets])),
    ).toBe(taken);
    const last = (await smtp.messages(smtp.members.ana)).at(-1) ?? '';
    expect(
      last.endsWith(`Subject: ${octets.toString('latin1')}\r\n\r\n${octets.toString('latin1')}\r\n`),
    ).toBe(true);
  });

  test('200 MB that were announced are refused at MAIL, at every door that hears it', async () => {
    const socket = await smtp.connect('smtp');
    await answer(socket);
    await socket.send('EHLO x\r\nMAIL FROM:<x@elsewhere.example> SIZE=200000000\r\n');
    await answer(socket);
    expect(await answer(socket)).toBe('552 5.3.4 The message is larger than this server takes');
    await socket.close();
  });

  test('200 MB of base64 that were not are read to discardedBytesMax, kept nowhere, and end the session', async () => {
    const before = (await smtp.messages(smtp.members.ana)).length;
    const socket = await smtp.connect('smtp');
    await toData(socket);
    await socket.send(`${from}Content-Transfer-Encoding: base64\r\n\r\n`);
    const block = Buffer.from(`${'QUJD'.repeat(19)}\r\n`.repeat(13_000));
    let sent = 0;
    try {
      for (; sent < 200_000_000; sent += block.length) await socket.send(block);
    } catch {
      // The server has closed its end.
    }
    expect(await answer(socket).catch(() => 'reset')).toMatch(
      /^552 5\.3\.4 The message is far larger than this server takes$|^reset$|^closed$/,
    );
    expect(sent).toBeGreaterThan(discardedBytesMax);
    expect(sent).toBeLessThan(200_000_000);
    await socket.close();
    expect(readdirSync(smtp.stores.dir).filter((name) => name.startsWith('incoming-'))).toEqual([]);
    expect(await smtp.messages(smtp.members.ana)).toHaveLength(before);
  });
});

describe('what is not whole', () => {
  test.each([
    ['before the first octet', ''],
    ['in the header', from],
    ['in the body', `${from}\r\nhi\r\n`],
    ['before the dot', `${from}\r\nhi\r\n.`],
    ['before the last LF', `${from}\r\nhi\r\n.\r`],
  ])('DATA that is cut %s is not delivered', async (_, content) => {
    const before = (await smtp.messages(smtp.members.ana)).length;
    const socket = await smtp.connect('smtp');
    await toData(socket);
    await socket.send(content);
    await socket.close();
    expect(await say(`${from}\r\nafterwards`)).toBe(taken);
    expect(await smtp.messages(smtp.members.ana)).toHaveLength(before + 1);
  });

  test('commands behind STARTTLS in the same packet are dropped, a message among them', async () => {
    const before = (await smtp.messages(smtp.members.ana)).length;
    const socket = await smtp.connect('smtp');
    await answer(socket);
    await socket.send('EHLO x\r\n');
    await answer(socket);
    await socket.send(
      `STARTTLS\r\nEHLO y\r\nMAIL FROM:<x@elsewhere.example>\r\nRCPT TO:<ana@coop.localhost>\r\nDATA\r\n${from}\r\nin\r\n.\r\n`,
    );
    expect(await answer(socket)).toBe('220 2.0.0 Begin TLS');
    await socket.startTls();
    await socket.send('NOOP\r\n');
    expect(await answer(socket)).toBe('250 2.0.0 OK');
    await socket.send('MAIL FROM:<x@elsewhere.example>\r\n');
    expect(await answer(socket)).toBe('503 5.5.1 Say hello first');
    await socket.close();
    expect(await smtp.messages(smtp.members.ana)).toHaveLength(before);
  });
});

describe('one octet at a time', () => {
  test('a line has one time for all its octets', async () => {
    const stream = new PassThrough();
    const input = new Input(stream);
    let over = false;
    const drip = () => {
      if (over) return;
      stream.write('x');
      setImmediate(drip);
    };
    drip();
    expect(await input.line(30)).toEqual({ kind: 'timeout' });
    over = true;
  });

  test('content has dataTransferMs, and talk without a message talkMsMax', async () => {
    const clock = fakeClock();
    const slow = await openTestSmtp({ clock });
    try {
      const socket = await slow.connect('smtp');
      await toData(socket);
      await socket.send('F');
      // The octet is read before the clock moves.
      while (!(await socket.hears(20)) && clock.monotonicMs() < 2 * dataTransferMs) {
        clock.advance(dataTransferMs / 4);
        await socket.send('r');
      }
      expect(await answer(socket)).toBe('421 4.4.2 The message took too long to arrive');
      const talker = await slow.connect('smtp');
      await answer(talker);
      clock.advance(talkMsMax);
      await talker.send('NOOP\r\n');
      expect(await answer(talker)).toBe('250 2.0.0 OK');
      expect(await answer(talker)).toBe('421 4.4.2 Nothing was said for too long');
      expect(await answer(talker)).toBe('closed');
    } finally {
      await slow.close();
    }
  });
});
