import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestSmtp, type TestSmtp, type TestSocket } from '../testing/index.ts';

/**
 * THREATS 1: whatever stands for the end of a message elsewhere is content here, refused, and nothing after it is
 * taken for a command. Each case is sent in one packet and again octet by octet around the place.
 */
const ends: readonly [string, string][] = [
  ['LF . LF', '\n.\n'],
  ['LF . CRLF', '\n.\r\n'],
  ['CRLF . LF', '\r\n.\n'],
  ['CR . CR', '\r.\r'],
  ['CR . CRLF', '\r.\r\n'],
  ['CRLF . CR', '\r\n.\r'],
  ['CR . LF', '\r.\n'],
  ['LF . CR', '\n.\r'],
  ['CRLF . CR CRLF', '\r\n.\r\r\n'],
  ['LF CR . LF CR', '\n\r.\n\r'],
  ['CRLF NUL . CRLF', '\r\n\0.\r\n'],
  ['CRLF . NUL CRLF', '\r\n.\0\r\n'],
];

const smuggled =
  'MAIL FROM:<evil@elsewhere.example>\r\nRCPT TO:<bea@coop.localhost>\r\nDATA\r\nFrom: e@x.example\r\n\r\ngot in';

let smtp: TestSmtp;
beforeAll(async () => {
  smtp = await openTestSmtp();
});
afterAll(() => smtp.close());

async function line(socket: TestSocket): Promise<string> {
  return (await socket.readLine())?.toString() ?? 'closed';
}

async function toData(socket: TestSocket): Promise<void> {
  await line(socket);
  await socket.send('EHLO x\r\nMAIL FROM:<x@elsewhere.example>\r\nRCPT TO:<ana@coop.localhost>\r\nDATA\r\n');
  while (!(await line(socket)).startsWith('354'));
}

describe('only CRLF.CRLF ends a message', () => {
  test.each(ends)('%s', async (_, end) => {
    for (const cut of ['whole', 'octets'] as const) {
      const socket = await smtp.connect('smtp');
      await toData(socket);
      const message = `From: x@elsewhere.example\r\n\r\nhello${end}${smuggled}\r\n.\r\n`;
      if (cut === 'whole') await socket.send(message);
      else for (const octet of message) await socket.send(Buffer.from(octet, 'latin1'));
      const answer = await line(socket);
      expect(answer).toBe(
        end.includes('\0')
          ? '550 5.6.0 The message holds a NUL octet'
          : '550 5.5.2 The message holds a CR or LF alone; lines end with CR LF',
      );
      await socket.send('NOOP\r\n');
      expect(await line(socket)).toBe('250 2.0.0 OK');
      expect(socket.unread().toString()).toBe('');
      await socket.close();
    }
    expect(await smtp.messages(smtp.members.ana)).toEqual([]);
    expect(await smtp.messages(smtp.members.bea)).toEqual([]);
  });

  test('a dot that is content comes through as it was meant, however it is cut', async () => {
    const socket = await smtp.connect('smtp');
    await toData(socket);
    for (const piece of [
      'From: x@elsewhere.example\r\n\r',
      '\n.',
      '.\r',
      '\n.',
      '.',
      '.x\r\n',
      '.',
      '\r',
      '\n',
    ]) {
      await socket.send(piece);
    }
    expect(await line(socket)).toMatch(/^250 2\.0\.0 /);
    await socket.close();
    const [message] = await smtp.messages(smtp.members.ana);
    expect(message?.endsWith('\r\n\r\n.\r\n..x\r\n')).toBe(true);
  });
});
