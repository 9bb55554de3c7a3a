import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { fakeClock, reasons, StoreError } from '../../base/index.ts';
import type { MailWriter } from '../../stores/mail/index.ts';
import {
  describeEngines,
  openTestSmtp,
  type TestDoor,
  type TestSmtp,
  type TestSmtpOptions,
} from '../../testing/index.ts';
import { rememberedDeliveriesMax, rememberedMs } from '../limits.ts';
import { replyOfReason } from '../replies.ts';
import { DeliveryMemory } from './memory.ts';
import { formatDate, protocolName } from './trace.ts';

let open: TestSmtp[] = [];
afterEach(async () => {
  for (const smtp of open) await smtp.close();
  open = [];
});

async function start(options: TestSmtpOptions = {}): Promise<TestSmtp> {
  const smtp = await openTestSmtp(options);
  open.push(smtp);
  return smtp;
}

const message = 'From: x@elsewhere.example\r\nSubject: one\r\n\r\nhello\r\n';

/** Sends a message; answers the replies that came after the content. */
async function send(
  smtp: TestSmtp,
  to: readonly string[],
  text = message,
  door: TestDoor = 'smtp',
): Promise<string[]> {
  const socket = await smtp.connect(door);
  const line = async () => (await socket.readLine())?.toString() ?? 'closed';
  await line();
  await socket.send(
    `${door === 'lmtp' ? 'LHLO' : 'EHLO'} client.example\r\nMAIL FROM:<x@elsewhere.example>\r\n`,
  );
  for (const name of to) await socket.send(`RCPT TO:<${name}@coop.localhost>\r\n`);
  await socket.send('DATA\r\n');
  for (let answer = await line(); !answer.startsWith('354'); answer = await line()) {
    if (answer.startsWith('4') || answer.startsWith('5')) return [answer];
  }
  await socket.send(`${text}.\r\nQUIT\r\n`);
  const answers: string[] = [];
  for (let answer = await line(); !answer.startsWith('221'); answer = await line()) answers.push(answer);
  await socket.close();
  return answers;
}

/** The real store, with one method replaced. */
function withDeliver(real: MailWriter, deliver: MailWriter['deliver']): MailWriter {
  return new Proxy(real, {
    get(target, key) {
      if (key === 'deliver') return deliver;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describeEngines('a message from the wire to the mailbox', (engine) => {
  test('stored: Return-Path, Received, then the bytes as they came', async () => {
    const smtp = await start({ engine });
    const odd = `${message}\r\n \t8-bit: \xe9\xff, a long line ${'y'.repeat(3_000)}\r\n\r\n`;
    const socket = await smtp.connect('smtp');
    await socket.send(
      'EHLO client.example\r\nMAIL FROM:<x@elsewhere.example>\r\nRCPT TO:<ana@coop.localhost>\r\nDATA\r\n',
    );
    await socket.send(Buffer.from(`${odd}.\r\n`, 'latin1'));
    for (
      let line = await socket.readLine();
      !line?.toString().startsWith('250 2.0.0');
      line = await socket.readLine()
    ) {
      if (line === null) throw new Error('closed');
    }
    const [stored] = await smtp.messages(smtp.members.ana);
    expect(stored).toMatch(
      /^Return-Path: <x@elsewhere\.example>\r\nReceived: from client\.example \(\[127\.0\.0\.1\]\)\r\n\tby mail\.coop\.localhost with ESMTP id [a-z2-7]{16}\r\n\tfor <ana@coop\.localhost>;\r\n\t[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000\r\nFrom: /,
    );
    expect(stored?.slice(stored.indexOf('From: '))).toBe(odd);
    await socket.close();
  });

  test('a large message arrives whole, and one recipient of several is not named to the others', async () => {
    const smtp = await start({ engine });
    const large = `${message}${`${'z'.repeat(76)}\r\n`.repeat(9_000)}`;
    expect(await send(smtp, ['ana', 'bea'], large)).toEqual([expect.stringMatching(/^250 2\.0\.0 /)]);
    for (const account of [smtp.members.ana, smtp.members.bea]) {
      const [stored = ''] = await smtp.messages(account);
      expect(stored.endsWith(large)).toBe(true);
      expect(stored).not.toContain('for <');
    }
  });
});

test('a client that sends all at once and ends its half hears every reply', async () => {
  const smtp = await start();
  const socket = connect({ port: smtp.port('smtp'), host: '127.0.0.1', allowHalfOpen: true });
  socket.end(
    `EHLO x\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<ana@coop.localhost>\r\nDATA\r\n${message}.\r\nQUIT\r\n`,
  );
  let heard = '';
  for await (const chunk of socket) heard += String(chunk);
  expect(heard).toMatch(/\r\n354 [^\r]+\r\n250 2\.0\.0 [^\r]+\r\n221 2\.0\.0 Goodbye\r\n$/);
  expect(await smtp.messages(smtp.members.ana)).toHaveLength(1);
});

test('one connection too many from an address is told so', async () => {
  const smtp = await start({ limits: { connectionsPerAddressMax: 1 } });
  const first = await smtp.connect('smtp');
  expect((await first.readLine())?.toString()).toMatch(/^220/);
  const second = await smtp.connect('smtp');
  expect((await second.readLine())?.toString()).toBe('421 4.7.0 Too many connections; come again later');
  await first.close();
  await second.close();
});

describe('failures at delivery', () => {
  test.each(reasons)('StoreError %s is answered as the table says', async (reason) => {
    const smtp = await start({
      mail: (real) => withDeliver(real, () => Promise.reject(new StoreError(reason, 'secret detail'))),
    });
    const { code, enhanced, lines } = replyOfReason[reason];
    expect(await send(smtp, ['ana'])).toEqual([`${code} ${enhanced} ${lines[0]}`]);
  });

  test('an error nobody expected is 451, logged without its text, and told to nobody', async () => {
    const smtp = await start({
      mail: (real) => withDeliver(real, () => Promise.reject(new Error("'canary' broke"))),
    });
    expect(await send(smtp, ['ana'])).toEqual(['451 4.3.0 Something went wrong here; try again later']);
    expect(smtp.logged.join('')).toContain('smtp delivery failed');
    expect(smtp.logged.join('')).not.toContain('canary');
  });

  test('where some fail all is tried again, and who has it does not get it twice', async () => {
    let full = true;
    let bea = 0;
    const smtp = await start({
      mail: (real) =>
        withDeliver(real, (account, mailbox, incoming) =>
          full && account === bea
            ? Promise.reject(new StoreError('over-quota', 'full'))
            : real.deliver(account, mailbox, incoming),
        ),
    });
    bea = smtp.members.bea;
    expect(await send(smtp, ['ana', 'bea', 'carl'])).toEqual([expect.stringMatching(/^451 4\.3\.0 /)]);
    expect(await smtp.messages(smtp.members.ana)).toHaveLength(1);
    expect(await send(smtp, ['ana', 'bea', 'carl'])).toEqual([expect.stringMatching(/^451 4\.3\.0 /)]);
    full = false;
    expect(await send(smtp, ['ana', 'bea', 'carl'])).toEqual([expect.stringMatching(/^250 2\.0\.0 /)]);
    for (const account of Object.values(smtp.members)) expect(await smtp.messages(account)).toHaveLength(1);
    // All have it: the same words sent once more are another message.
    expect(await send(smtp, ['ana'])).toEqual([expect.stringMatching(/^250/)]);
    expect(await smtp.messages(smtp.members.ana)).toHaveLength(2);
  });

  test('LMTP answers each recipient by its own fate', async () => {
    let bea = 0;
    const smtp = await start({
      mail: (real) =>
        withDeliver(real, (account, mailbox, incoming) =>
          account === bea
            ? Promise.reject(new StoreError('no-space', 'full'))
            : real.deliver(account, mailbox, incoming),
        ),
    });
    bea = smtp.members.bea;
    expect(await send(smtp, ['ana', 'bea', 'carl'], message, 'lmtp')).toEqual([
      '250 2.1.5 Delivered to <ana@coop.localhost>',
      '452 4.3.1 There is no space left to store the message; try again later',
      '250 2.1.5 Delivered to <carl@coop.localhost>',
    ]);
  });

  test('a full mailbox is told at RCPT: for now, or for good where the message never fits', async () => {
    const smtp = await start({ quota: 5_000 });
    const big = `${message}${'q'.repeat(4_400)}\r\n`;
    expect(await send(smtp, ['ana'], big)).toEqual([expect.stringMatching(/^250/)]);
    const socket = await smtp.connect('smtp');
    const ask = async (line: string) => {
      await socket.send(`${line}\r\n`);
      let answer = (await socket.readLine())?.toString() ?? '';
      while (answer[3] === '-') answer = (await socket.readLine())?.toString() ?? '';
      return answer;
    };
    await socket.readLine();
    await ask('EHLO x');
    await ask('MAIL FROM:<> SIZE=4000');
    expect(await ask('RCPT TO:<ana@coop.localhost>')).toBe('452 4.2.2 The mailbox is full');
    expect(await ask('RCPT TO:<bea@coop.localhost>')).toMatch(/^250/);
    await ask('RSET');
    await ask('MAIL FROM:<> SIZE=6000');
    expect(await ask('RCPT TO:<ana@coop.localhost>')).toBe(
      '552 5.2.2 The message is larger than the whole mailbox',
    );
    await socket.close();
    expect(await send(smtp, ['bea'], `${message}${'q'.repeat(6_000)}\r\n`)).toEqual([
      '452 4.2.2 The mailbox is full',
    ]);
  });

  test('nothing of a message reaches the log, nor who got it', async () => {
    const smtp = await start();
    await send(
      smtp,
      ['ana', 'bea'],
      'From: x@elsewhere.example\r\nSubject: canary-subject\r\n\r\ncanary-body\r\n',
    );
    const log = smtp.logged.join('');
    expect(log).toContain('"smtp message"');
    expect(log).not.toMatch(/canary|ana@|bea@|x@elsewhere/);
  });
});

describe('DeliveryMemory', () => {
  test('forgets after its time, and the oldest beyond its size', () => {
    const clock = fakeClock();
    const memory = new DeliveryMemory(clock);
    memory.add('a');
    clock.advance(rememberedMs - 1);
    expect(memory.has('a')).toBe(true);
    clock.advance(1);
    expect(memory.has('a')).toBe(false);
    for (let i = 0; i <= rememberedDeliveriesMax; i++) memory.add(`k${i}`);
    expect(memory.size).toBe(rememberedDeliveriesMax);
    expect([memory.has('k0'), memory.has('k1')]).toEqual([false, true]);
  });
});

describe('trace', () => {
  test.each([
    ['HELO', false, false, false, 'SMTP'],
    ['EHLO', false, false, false, 'ESMTP'],
    ['EHLO', false, true, false, 'ESMTPS'],
    ['EHLO', false, true, true, 'ESMTPSA'],
    ['EHLO', false, false, true, 'ESMTPA'],
    ['EHLO', true, true, true, 'UTF8SMTPSA'],
    ['LHLO', false, true, false, 'LMTPS'],
    ['LHLO', true, false, false, 'UTF8LMTP'],
  ] as const)('%s utf8 %s tls %s auth %s is %s', (verb, utf8, secure, authenticated, name) => {
    expect(protocolName({ verb, utf8, secure, authenticated })).toBe(name);
  });

  test('dates are those of RFC 5322', () => expect(formatDate(0)).toBe('Thu, 01 Jan 1970 00:00:00 +0000'));
});
