import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { openTestSmtp, type TestSmtp, type TestSmtpOptions, type TestSocket } from '../../testing/index.ts';
import {
  chunkBytesMin,
  commandsBetweenMessagesMax,
  dataTransferMs,
  discardedBytesMax,
  spoolBytesMax,
} from '../limits.ts';

let smtp: TestSmtp | undefined;
afterEach(async () => {
  await smtp?.close();
  smtp = undefined;
});

const messageBytesMax = 1_000_000;
const header = 'From: x@elsewhere.example\r\n\r\n';

/** A session that has named its recipient. */
async function begun(options: TestSmtpOptions = {}): Promise<TestSocket> {
  smtp = await openTestSmtp({ settings: { messageBytesMax }, ...options });
  const socket = await smtp.connect('smtp');
  await answer(socket);
  await socket.send('EHLO x\r\n');
  await answer(socket);
  await name(socket);
  return socket;
}

async function name(socket: TestSocket, body = ''): Promise<void> {
  await socket.send(`MAIL FROM:<x@elsewhere.example>${body}\r\nRCPT TO:<ana@coop.localhost>\r\n`);
  expect(await answer(socket)).toMatch(/^250/);
  expect(await answer(socket)).toMatch(/^250/);
}

async function answer(socket: TestSocket): Promise<string> {
  for (;;) {
    const line = (await socket.readLine())?.toString() ?? 'closed';
    if (line[3] !== '-') return line;
  }
}

async function chunk(socket: TestSocket, content: string | Buffer, last = ''): Promise<string> {
  await socket.send(`BDAT ${content.length}${last}\r\n`);
  await socket.send(content);
  return answer(socket);
}

describe('chunks', () => {
  test('a message larger than the limit is refused with the chunk that passes it, no octet of which is a command', async () => {
    const socket = await begun();
    expect(await chunk(socket, header)).toBe('250 2.0.0 29 octets received');
    const rest = 'QUIT\r\n'.repeat(Math.ceil(messageBytesMax / 6));
    expect(await chunk(socket, rest)).toBe('552 5.3.4 The message is larger than this server takes');
    await name(socket);
    expect(await chunk(socket, `${header}small\r\n`, ' LAST')).toMatch(/^250 2\.0\.0 Delivered/);
    expect(await smtp?.messages(smtp.members.ana)).toHaveLength(1);
  });

  test('as large as may be, in a file while it comes', async () => {
    const socket = await begun();
    const line = `${'x'.repeat(78)}\r\n`;
    const body = line.repeat(Math.floor((messageBytesMax - header.length) / line.length));
    const whole = Buffer.from(header + body);
    expect(whole.length).toBeGreaterThan(spoolBytesMax);
    for (let at = 0; at < whole.length; at += 300_000) {
      expect(await chunk(socket, whole.subarray(at, at + 300_000))).toMatch(/^250 2\.0\.0 \d+ octets/);
    }
    expect(await chunk(socket, '', ' LAST')).toMatch(/^250 2\.0\.0 Delivered/);
    const [message] = (await smtp?.messages(smtp.members.ana)) ?? [];
    expect(message?.endsWith(body)).toBe(true);
  });

  test('a chunk too long to be dropped ends the session before its first octet', async () => {
    const socket = await begun();
    await socket.send(`BDAT ${discardedBytesMax + 1} LAST\r\n`);
    expect(await answer(socket)).toBe('552 5.3.4 The message is far larger than this server takes');
    expect(await answer(socket)).toBe('closed');
  });

  test('a message may come in any number of chunks, but not in any number of crumbs', async () => {
    const socket = await begun();
    await chunk(socket, header);
    const body = `${'x'.repeat(chunkBytesMin - 2)}\r\n`;
    const large = `BDAT ${body.length}\r\n${body}`.repeat(900);
    await socket.send(large);
    for (let i = 0; i < 900; i++) expect(await answer(socket)).toMatch(/^250/);
    const sent = socket.send('BDAT 1\r\nx'.repeat(commandsBetweenMessagesMax + 1));
    for (let i = 0; i < commandsBetweenMessagesMax; i++) expect(await answer(socket)).toMatch(/^250/);
    expect(await answer(socket)).toBe('421 4.7.0 Too many commands without a message');
    await sent;
    expect(await smtp?.messages(smtp.members.ana)).toEqual([]);
  });

  test('a message is refused once it took too long, all chunks together', async () => {
    const clock = fakeClock();
    const socket = await begun({ clock });
    await chunk(socket, header);
    clock.advance(dataTransferMs);
    await socket.send('BDAT 3 LAST\r\nx\r\n');
    expect(await answer(socket)).toBe('421 4.4.2 The message took too long to arrive');
    expect(await smtp?.messages(smtp.members.ana)).toEqual([]);
  });

  test('a chunk that breaks off, and a message without its last chunk, are not delivered', async () => {
    const socket = await begun();
    await chunk(socket, header);
    await socket.send('BDAT 100 LAST\r\nhello\r\n');
    await socket.close();
    const other = await smtp?.connect('smtp');
    if (!other) throw new Error('no session');
    await answer(other);
    await other.send('EHLO x\r\n');
    await answer(other);
    await name(other);
    await chunk(other, `${header}hello\r\n`);
    await other.send('QUIT\r\n');
    expect(await answer(other)).toMatch(/^221/);
    expect(await answer(other)).toBe('closed');
    await smtp?.servers.drain();
    expect(await smtp?.messages(smtp.members.ana)).toEqual([]);
  });

  test('a header that is refused is answered with its chunk', async () => {
    const socket = await begun();
    expect(await chunk(socket, 'Subject: no author\r\n\r\n')).toBe('550 5.7.1 The message has no From field');
    await socket.send('RSET\r\n');
    expect(await answer(socket)).toBe('250 2.0.0 OK');
  });
});

test('any cutting into chunks and packets keeps the same message as DATA does', async () => {
  const socket = await begun();
  await socket.send('RSET\r\n');
  await answer(socket);
  const pieces = fc.array(fc.constantFrom('.', '\r\n', '\r\n.\r\n', 'text', 'BDAT 5\r\n', '..'), {
    maxLength: 20,
  });
  const cuts = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(pieces, cuts, cuts, async (parts, chunks, packets) => {
      const whole = `${header}${parts.join('')}\r\n`;
      let stream = '';
      let count = 0;
      for (let at = 0, i = 0; at < whole.length; i++) {
        // Chunks of nothing too, but not of nothing else.
        const size = (chunks[i % chunks.length] ?? 0) + (i % chunks.length === 0 ? 1 : 0);
        const piece = whole.slice(at, at + size);
        at += size;
        stream += `BDAT ${piece.length}\r\n${piece}`;
        count++;
      }
      stream += 'BDAT 0 LAST\r\n';
      await name(socket);
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = (packets[i % packets.length] ?? 0) * 7 + 1;
        await socket.send(stream.slice(at, at + size));
        at += size;
      }
      for (let i = 0; i < count; i++) expect(await answer(socket)).toMatch(/^250 2\.0\.0 \d+ octets/);
      expect(await answer(socket)).toMatch(/^250 2\.0\.0 Delivered/);
      const kept = (await smtp?.messages(smtp.members.ana))?.at(-1) ?? '';
      expect(kept.endsWith(`+0000\r\n${whole}`)).toBe(true);
    }),
    { seed: 11, numRuns: 40 },
  );
});

describe('binary messages', () => {
  test('a large binary body is kept in base64, beyond the size that came', async () => {
    const socket = await begun({ settings: { messageBytesMax: 600_000 } });
    await socket.send('RSET\r\n');
    await answer(socket);
    await name(socket, ' BODY=BINARYMIME');
    const body = Buffer.from(Array.from({ length: 599_000 }, (_, i) => (i * 7) % 256));
    const top = `MIME-Version: 1.0\r\nContent-Type: image/x\r\nContent-Transfer-Encoding: binary\r\n${header}`;
    expect(await chunk(socket, Buffer.concat([Buffer.from(top), body]), ' LAST')).toMatch(/^250/);
    const [message = ''] = (await smtp?.messages(smtp.members.ana)) ?? [];
    const kept = message.slice(message.indexOf('\r\n\r\n') + 4);
    expect(message).toContain('\r\nContent-Transfer-Encoding: base64\r\n\r\n');
    expect(Math.max(...kept.split('\r\n').map((line) => line.length))).toBe(76);
    expect(Buffer.from(kept, 'base64').equals(body)).toBe(true);
  });
});
