import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { randomOctets } from '../../base/index.ts';
import type { MailWriter } from '../../stores/mail/index.ts';
import { openTestSmtp, type TestDoor, type TestSmtp, type TestSmtpOptions } from '../../testing/index.ts';
import { ownReceivedMax } from '../limits.ts';

let smtp: TestSmtp | undefined;
afterEach(async () => {
  await smtp?.close();
  smtp = undefined;
});

async function open(options: TestSmtpOptions = {}): Promise<TestSmtp> {
  smtp = await openTestSmtp(options);
  return smtp;
}

/** Replies to the recipients and to the message; `text` is dot-free. */
async function send(
  door: TestDoor,
  recipients: readonly string[],
  text: string,
  sender = 'x@elsewhere.example',
): Promise<string[]> {
  if (!smtp) throw new Error('not open');
  const socket = await smtp.connect(door);
  const answer = async () => {
    for (;;) {
      const line = (await socket.readLine())?.toString() ?? 'closed';
      if (line[3] !== '-') return line;
    }
  };
  await answer();
  const hello = door === 'lmtp' ? 'LHLO' : 'EHLO';
  const rcpts = recipients.map((recipient) => `RCPT TO:<${recipient}>\r\n`).join('');
  await socket.send(`${hello} client.example\r\nMAIL FROM:<${sender}>\r\n${rcpts}DATA\r\n`);
  const answers: string[] = [];
  await answer();
  await answer();
  for (const _ of recipients) answers.push(await answer());
  expect(await answer()).toMatch(/^354/);
  await socket.send(`${text}.\r\n`);
  answers.push(await answer());
  await socket.close();
  return answers;
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

test('a post to a group is kept once, however many members it has', async () => {
  let staged = 0;
  const counting = (real: MailWriter) =>
    new Proxy(real, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (key === 'stage') staged++;
        return value.bind(target);
      },
    });
  const it = await open({ mail: counting });
  const names: string[] = [];
  const accounts: number[] = [];
  for (let i = 0; i < 20; i++) {
    const member = await it.admin.addMember(`m${i}@coop.localhost`);
    await it.stores.mail.provision(member.id);
    names.push(member.address);
    accounts.push(member.id);
  }
  await it.admin.addAlias('half@coop.localhost', names.slice(0, 10));
  await it.admin.addAlias('everybody@coop.localhost', ['half@coop.localhost', ...names.slice(5)]);
  const folder = join(it.stores.dir, 'blobs');
  const before = bytesIn(folder);
  // Nothing that could be packed.
  const body = randomOctets(200_000).toString('hex').replaceAll(/.{76}/g, '$&\r\n');
  const text = `From: x@elsewhere.example\r\n\r\n${body}\r\n`;
  expect(await send('smtp', ['everybody@coop.localhost'], text)).toEqual([
    '250 2.1.5 Recipient accepted',
    expect.stringMatching(/^250 2\.0\.0/),
  ]);
  expect(staged).toBe(1);
  expect(bytesIn(folder) - before).toBeLessThan(text.length * 1.1);
  for (const account of accounts) expect(await it.messages(account)).toHaveLength(1);
});

test('who is meant in several ways gets one copy', async () => {
  const it = await open();
  const recipients = ['ana@coop.localhost', 'team@coop.localhost', 'ANA+tag@coop.localhost', 'postmaster'];
  const answers = await send('smtp', recipients, 'From: x@elsewhere.example\r\n\r\nonce\r\n');
  expect(answers.every((answer) => answer.startsWith('250'))).toBe(true);
  expect(await it.messages(it.members.ana)).toHaveLength(1);
  expect(await it.messages(it.members.bea)).toHaveLength(1);
});

test('one Return-Path, our own, above one Received of ours that names a single recipient', async () => {
  const it = await open();
  const text =
    'Return-Path: <forged@elsewhere.example>\r\nReceived: from a by b; Mon, 1 Jan 2024 00:00:00 +0000\r\nFrom: x@elsewhere.example\r\nReturn-Path:\r\n <folded@elsewhere.example>\r\n\r\nhi\r\n';
  await send('smtp', ['ana@coop.localhost'], text);
  await send('smtp', ['ana@coop.localhost', 'bea@coop.localhost'], text, '');
  const [alone = '', among = ''] = await it.messages(it.members.ana);
  expect(alone).toMatch(
    /^Return-Path: <x@elsewhere\.example>\r\nReceived: from client\.example \(\[127\.0\.0\.1\]\)\r\n\tby mail\.coop\.localhost with ESMTP id \w+\r\n\tfor <ana@coop\.localhost>;\r\n\t/,
  );
  expect(among).toMatch(/^Return-Path: <>\r\nReceived: /);
  expect(among).not.toContain('for <');
  for (const message of [alone, among]) {
    expect(message.match(/^Return-Path:/gim)).toHaveLength(1);
    expect(message.match(/^Received:/gim)).toHaveLength(2);
  }
});

test('a message that has been here ownReceivedMax times is taken, and not once more', async () => {
  const it = await open();
  const by = (name: string) =>
    `Received: from a (b by c)\r\n\tby ${name} with ESMTP id 1; Mon, 1 Jan 2024 00:00:00 +0000\r\n`;
  const ours = by('Mail.Coop.Localhost').repeat(ownReceivedMax);
  const others = by('mail.coop.localhost.example').repeat(10) + by('other.example').repeat(10);
  const rest = 'From: x@elsewhere.example\r\n\r\nround\r\n';
  for (const door of ['smtp', 'lmtp'] as const) {
    expect((await send(door, ['ana@coop.localhost'], ours + others + rest))[1]).toMatch(/^250/);
    expect((await send(door, ['ana@coop.localhost'], by('mail.coop.localhost') + ours + rest))[1]).toBe(
      '554 5.4.6 The message has been here too often; it runs in a circle',
    );
  }
  expect(await it.messages(it.members.ana)).toHaveLength(2);
});

test('an alias that leads to more people than are followed is refused for now, and logged', async () => {
  const it = await open();
  const many = (letter: string) => Array.from({ length: 400 }, (_, i) => `${letter}${i}@elsewhere.example`);
  for (const letter of ['a', 'b', 'c']) await it.admin.addAlias(`${letter}@coop.localhost`, ['ana']);
  await it.admin.addAlias('all@coop.localhost', ['a', 'b', 'c']);
  for (const letter of ['a', 'b', 'c']) await it.admin.changeAlias(`${letter}@coop.localhost`, many(letter));
  const socket = await it.connect('smtp');
  const answer = async () => {
    for (;;) {
      const line = (await socket.readLine())?.toString() ?? 'closed';
      if (line[3] !== '-') return line;
    }
  };
  await answer();
  await socket.send('EHLO x\r\nMAIL FROM:<x@elsewhere.example>\r\nRCPT TO:<all@coop.localhost>\r\n');
  await answer();
  await answer();
  expect(await answer()).toBe(
    '452 4.5.3 The address leads to more people than this server follows; try again later',
  );
  await socket.close();
  expect(it.logged.join('')).toContain('smtp address leads to too many');
});
