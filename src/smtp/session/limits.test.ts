import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import type { Connection } from '../../net/index.ts';
import { createMetrics, silentLog } from '../../observability/index.ts';
import type { MailWriter } from '../../stores/mail/index.ts';
import {
  openTestSmtp,
  type TestDoor,
  type TestSmtp,
  type TestSmtpOptions,
  type TestSocket,
} from '../../testing/index.ts';
import { DeliveryMemory } from '../delivery/memory.ts';
import { inboundDoor } from '../inbound/door.ts';
import {
  authFailuresMax,
  authLineBytesMax,
  batchedReplyBytesMax,
  commandLineBytes,
  commandsBetweenMessagesMax,
  dataTransferMs,
  discardedBytesMax,
  errorsMax,
  greetingDelayMsMax,
  headerBytesMax,
  messageFieldsMax,
  messagesPerSessionMax,
  receivedMax,
  recipientsMax,
  skippedLineBytesMax,
  spoolBytesMax,
  traceBytesMax,
  unauthenticatedMs,
} from '../limits.ts';
import { smtpCounters } from '../metrics.ts';
import { Session } from './session.ts';
import type { Services } from './types.ts';

let smtp: TestSmtp | undefined;
afterEach(async () => {
  await smtp?.close();
  smtp = undefined;
});

const settings = {
  spoolFolder: '',
  hostname: 'h',
  domain: 'd',
  messageBytesMax: 1,
  plaintext: 'refuse',
  greetingDelayMs: 0,
  guards: null,
} as const;

/** A session on a stream of ours; nothing it is asked here needs a store. */
function bareSession(stream: PassThrough, onWrite: (text: string) => void): Session {
  const clock = fakeClock();
  const connection = {
    id: 'c1',
    remote: { address: '192.0.2.1', port: 1 },
    secure: false,
    stream,
    write: (text: string) => {
      onWrite(text);
      return true;
    },
    authenticated: () => undefined,
    close: () => undefined,
  } as unknown as Connection;
  const services = {
    settings,
    memory: new DeliveryMemory(clock),
    counters: smtpCounters(createMetrics({ processMetrics: false })),
    log: silentLog,
    clock,
  } as unknown as Services;
  return new Session(connection, inboundDoor(settings), services);
}

function watchingStage(real: MailWriter, onStage: (data: unknown) => void): MailWriter {
  return new Proxy(real, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (key === 'stage') onStage(args[0]);
        return value.apply(target, args);
      };
    },
  });
}

async function open(options: TestSmtpOptions = {}, door: TestDoor = 'smtp') {
  smtp = await openTestSmtp(options);
  return smtp.connect(door);
}

async function line(socket: TestSocket): Promise<string> {
  return (await socket.readLine())?.toString() ?? 'closed';
}

/** The last line of one reply. */
async function answer(socket: TestSocket): Promise<string> {
  let text = await line(socket);
  while (text[3] === '-') text = await line(socket);
  return text;
}

async function ask(socket: TestSocket, text: string): Promise<string> {
  await socket.send(`${text}\r\n`);
  return answer(socket);
}

async function hello(socket: TestSocket): Promise<void> {
  expect(await answer(socket)).toMatch(/^220/);
  expect(await ask(socket, 'EHLO x')).toMatch(/^250/);
}

describe('lines', () => {
  test('a command line has 512 octets, and what extensions add', async () => {
    const socket = await open();
    await hello(socket);
    expect(await ask(socket, `NOOP ${'x'.repeat(commandLineBytes - 7)}`)).toMatch(/^250/);
    expect(await ask(socket, `NOOP ${'x'.repeat(commandLineBytes - 6)}`)).toBe(
      '500 5.5.2 The line is too long',
    );
    const sender = 'MAIL FROM:<x@elsewhere.example> ENVID=';
    expect(await ask(socket, `${sender}${'x'.repeat(100)}${' '.repeat(400)}`)).toMatch(/^250/);
    expect(await ask(socket, 'QUIT')).toMatch(/^221/);
  });

  test('a longer line than any is skipped to its end; an endless one ends the session', async () => {
    const socket = await open();
    await hello(socket);
    expect(await ask(socket, 'x'.repeat(authLineBytesMax + 1))).toBe('500 5.5.2 The line is too long');
    expect(await ask(socket, 'NOOP')).toMatch(/^250/);
    await socket.send(Buffer.alloc(skippedLineBytesMax + 2 * authLineBytesMax + 65_536, 'x'));
    expect(await answer(socket)).toBe('500 5.5.2 The line is too long');
    expect(await line(socket)).toBe('closed');
  });
});

describe('counts', () => {
  test('recipients of one message', async () => {
    const socket = await open();
    await hello(socket);
    await ask(socket, 'MAIL FROM:<>');
    await socket.send('RCPT TO:<ana@coop.localhost>\r\n'.repeat(recipientsMax));
    for (let i = 0; i < recipientsMax; i++) expect(await answer(socket)).toMatch(/^250/);
    expect(await ask(socket, 'RCPT TO:<bea@coop.localhost>')).toBe(
      `452 4.5.3 At most ${recipientsMax} recipients for one message`,
    );
  });

  test('errors', async () => {
    const socket = await open();
    await hello(socket);
    for (let i = 1; i < errorsMax; i++) expect(await ask(socket, 'FOO')).toMatch(/^500/);
    expect(await ask(socket, 'FOO')).toMatch(/^500/);
    expect(await line(socket)).toBe('421 4.7.0 Too many errors');
    expect(await line(socket)).toBe('closed');
  });

  test('commands without a message', async () => {
    const socket = await open();
    await hello(socket);
    await socket.send('NOOP\r\n'.repeat(commandsBetweenMessagesMax));
    for (let i = 1; i < commandsBetweenMessagesMax; i++) expect(await line(socket)).toMatch(/^250/);
    expect(await line(socket)).toBe('421 4.7.0 Too many commands without a message');
    expect(await line(socket)).toBe('closed');
  });

  test('messages of one session', async () => {
    const socket = await open({}, 'lmtp');
    await answer(socket);
    await ask(socket, 'LHLO x');
    const one = 'MAIL FROM:<>\r\nRCPT TO:<ana@coop.localhost>\r\nDATA\r\nSubject: x\r\n\r\n.\r\n';
    const sent = socket.send(one.repeat(messagesPerSessionMax));
    for (let i = 0; i < messagesPerSessionMax; i++) {
      for (const code of ['250', '250', '354', '250']) expect((await answer(socket)).slice(0, 3)).toBe(code);
    }
    await sent;
    expect(await ask(socket, 'MAIL FROM:<>')).toBe('421 4.7.0 Enough messages for one session');
    expect(await line(socket)).toBe('closed');
  });

  test('failed sign-ins', async () => {
    const socket = await open({}, 'submissions');
    await hello(socket);
    for (let i = 1; i < authFailuresMax; i++)
      expect(await ask(socket, 'AUTH PLAIN AGEAYg==')).toMatch(/^535/);
    expect(await ask(socket, 'AUTH PLAIN AGEAYg==')).toBe('421 4.7.0 Too many failed sign-ins');
    expect(await line(socket)).toBe('closed');
  });

  test('replies to pipelined commands leave together, and never more than so many octets', async () => {
    const stream = new PassThrough();
    const writes: string[] = [];
    const session = bareSession(stream, (text) => writes.push(text));
    const over = session.run();
    stream.write('NOOP\r\n'.repeat(2_400));
    stream.end('QUIT\r\n');
    await over;
    expect(writes.join('').match(/^250 /gm)).toHaveLength(2_400);
    expect(writes.length).toBeLessThan(10);
    expect(Math.max(...writes.map((text) => text.length))).toBeLessThan(batchedReplyBytesMax + 100);
  });

  test('a web page that posts here is sent away at once', async () => {
    const socket = await open();
    await answer(socket);
    expect(await ask(socket, 'POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x')).toBe(
      '500 5.5.1 This command is not known',
    );
    expect(await line(socket)).toBe('closed');
  });
});

describe('messages', () => {
  async function begin(socket: TestSocket): Promise<void> {
    await hello(socket);
    await ask(socket, 'MAIL FROM:<>');
    await ask(socket, 'RCPT TO:<ana@coop.localhost>');
    expect(await ask(socket, 'DATA')).toMatch(/^354/);
  }

  test('size is checked while bytes arrive, and the session goes on after the real end', async () => {
    const socket = await open({ settings: { messageBytesMax: 2_000 } });
    await begin(socket);
    await socket.send(`From: x@y.example\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(2_000)}`);
    expect(await ask(socket, '.')).toBe('552 5.3.4 The message is larger than this server takes');
    expect(await ask(socket, 'NOOP')).toMatch(/^250/);
    expect(await smtp?.messages(smtp.members.ana)).toEqual([]);
  });

  test('a message that goes on and on after its limit ends the session', async () => {
    const socket = await open({ settings: { messageBytesMax: 2_000 } });
    await begin(socket);
    const block = Buffer.from(`From: x@y.example\r\n\r\n${`${'x'.repeat(62)}\r\n`.repeat(16_384)}`);
    for (let sent = 0; sent <= discardedBytesMax + 4_000_000; sent += block.length) {
      // The server may end the connection while we are still talking.
      if (
        !(await socket.send(block).then(
          () => true,
          () => false,
        ))
      )
        break;
    }
    expect(await line(socket)).toBe('552 5.3.4 The message is far larger than this server takes');
  });

  test('a message of exactly the size is taken whatever we add; large ones go to the store as a stream', async () => {
    const staged: boolean[] = [];
    const bytes = spoolBytesMax + 100_000;
    const socket = await open({
      settings: { messageBytesMax: bytes },
      mail: (real) => watchingStage(real, (data) => staged.push(Buffer.isBuffer(data))),
    });
    await answer(socket);
    await ask(socket, `EHLO ${'h'.repeat(250)}`);
    await ask(socket, `MAIL FROM:<x@${'d'.repeat(60)}.example>`);
    await ask(socket, 'RCPT TO:<ana@coop.localhost>');
    await ask(socket, 'DATA');
    const head = 'From: x@y.example\r\n\r\n';
    await socket.send(`${head}${'x'.repeat(bytes - head.length - 2)}\r\n.\r\n`);
    expect(await answer(socket)).toMatch(/^250/);
    expect(staged).toEqual([false]);
    const [stored = ''] = (await smtp?.messages(smtp.members.ana)) ?? [];
    expect(stored.length).toBeGreaterThan(bytes);
    expect(stored.length).toBeLessThanOrEqual(bytes + traceBytesMax);
    await ask(socket, 'MAIL FROM:<>');
    await ask(socket, 'RCPT TO:<ana@coop.localhost>');
    await ask(socket, 'DATA');
    expect(await ask(socket, `${head}.`)).toMatch(/^250/);
    expect(staged).toEqual([false, true]);
  });

  test('a header has a size of its own', async () => {
    const socket = await open({ settings: { messageBytesMax: 4 * headerBytesMax } });
    await begin(socket);
    await socket.send(`From: x@y.example\r\n${'X-Field: value\r\n'.repeat(headerBytesMax / 16 + 1)}\r\n`);
    expect(await ask(socket, '.')).toBe('552 5.3.4 The header of the message is too large');
  });

  test('a message that runs in a circle is stopped', async () => {
    const socket = await open();
    await begin(socket);
    await socket.send(`From: x@y.example\r\n${'Received: by x; now\r\n'.repeat(receivedMax)}\r\n`);
    expect(await ask(socket, '.')).toMatch(/^250/);
    await ask(socket, 'MAIL FROM:<>');
    await ask(socket, 'RCPT TO:<ana@coop.localhost>');
    await ask(socket, 'DATA');
    await socket.send(`From: x@y.example\r\n${'Received: by x; now\r\n'.repeat(receivedMax + 1)}\r\n`);
    expect(await ask(socket, '.')).toBe(
      '554 5.4.6 The message has passed too many servers; it runs in a circle',
    );
  });

  test('a header of too many fields is refused: what nobody reads cannot be checked', async () => {
    const socket = await open();
    await begin(socket);
    await socket.send(`From: x@y.example\r\n${'X: y\r\n'.repeat(messageFieldsMax)}\r\n`);
    expect(await ask(socket, '.')).toBe('552 5.3.4 The header of the message has too many fields');
  });

  test('a message may take its time, and no longer', async () => {
    const clock = fakeClock();
    const socket = await open({ clock });
    await begin(socket);
    await socket.send('From: x@y.example\r\n');
    clock.advance(dataTransferMs);
    await socket.send('\r\n');
    expect(await line(socket)).toBe('421 4.4.2 The message took too long to arrive');
    expect(await line(socket)).toBe('closed');
  });

  test('a peer that leaves in the middle leaves nothing behind', async () => {
    const socket = await open();
    await begin(socket);
    await socket.send('From: x@y.example\r\n\r\nhalf a mess');
    await socket.close();
    await smtp?.servers.drain();
    expect(await smtp?.messages(smtp.members.ana)).toEqual([]);
  });
});

describe('time and going down', () => {
  test('who does not sign in is sent away', async () => {
    const clock = fakeClock();
    const socket = await open({ clock }, 'submission');
    await hello(socket);
    clock.advance(unauthenticatedMs);
    expect(await ask(socket, 'NOOP')).toMatch(/^250/);
    expect(await line(socket)).toBe('421 4.7.0 Sign in within a minute');
    expect(await line(socket)).toBe('closed');
  });

  test('who speaks before the greeting is refused', async () => {
    const socket = await open({ settings: { greetingDelayMs: 5_000 } });
    await socket.send('EHLO x\r\n');
    expect(await line(socket)).toBe('554 5.5.1 You spoke before the greeting');
    expect(await line(socket)).toBe('closed');
  });

  test('nobody waits for a greeting longer than so long', () => {
    expect(inboundDoor({ ...settings, greetingDelayMs: 3_600_000 }).greetingDelayMs).toBe(greetingDelayMsMax);
  });

  test('who waits for the greeting is greeted', async () => {
    const socket = await open({ settings: { greetingDelayMs: 20 } });
    expect(await line(socket)).toMatch(/^220/);
  });

  test('an idle session is told that we go down, another one after its message', async () => {
    const idle = await open();
    if (!smtp) throw new Error('not open');
    await hello(idle);
    const busy = await smtp.connect('smtp');
    await hello(busy);
    await ask(busy, 'MAIL FROM:<>');
    await ask(busy, 'RCPT TO:<ana@coop.localhost>');
    const drained = smtp.servers.drain();
    expect(await line(idle)).toBe('421 4.3.2 This server is going down; come again');
    expect(await line(idle)).toBe('closed');
    expect(await ask(busy, 'DATA')).toMatch(/^354/);
    await busy.send('From: x@y.example\r\n\r\n.\r\n');
    expect(await line(busy)).toMatch(/^250 2\.0\.0/);
    expect(await line(busy)).toBe('421 4.3.2 This server is going down; come again');
    await drained;
    const late = await smtp.connect('smtp');
    expect(await line(late)).toBe('421 4.3.2 This server is going down; come again');
    expect(await smtp.messages(smtp.members.ana)).toHaveLength(1);
  });

  test('going down while a peer is gone in the middle of a transaction ends', async () => {
    const socket = await open();
    await hello(socket);
    await ask(socket, 'MAIL FROM:<>');
    const drained = smtp?.servers.drain();
    await socket.close();
    await drained;
  });
});
