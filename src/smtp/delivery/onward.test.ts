import { afterEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import {
  openSink,
  openTestSmtp,
  routeTo,
  type Sink,
  type TestSmtp,
  type TestSmtpOptions,
  type TestSocket,
  testPassword,
} from '../../testing/index.ts';
import { holdSecondsMax } from '../limits.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: TestSmtpOptions = {}): Promise<{ smtp: TestSmtp; sink: Sink }> {
  const sink = await openSink();
  closers.push(() => sink.close());
  const smtp = await openTestSmtp({ route: () => routeTo(sink.port), ...options });
  closers.push(() => smtp.close());
  return { smtp, sink };
}

async function answer(socket: TestSocket): Promise<string> {
  let text = (await socket.readLine())?.toString() ?? 'closed';
  while (text[3] === '-') text = (await socket.readLine())?.toString() ?? 'closed';
  return text;
}

/** The last answer to these lines; each is waited for. */
async function say(socket: TestSocket, lines: readonly string[]): Promise<string> {
  let last = '';
  for (const line of lines) {
    await socket.send(`${line}\r\n`);
    last = await answer(socket);
  }
  return last;
}

describe('mail that is held (RFC 4865)', () => {
  test('nobody has it before its time, here or elsewhere; then everybody has it once', async () => {
    const clock = fakeClock();
    const { smtp, sink } = await start({ clock });
    const login = Buffer.from(`\0ana@coop.localhost\0${testPassword}`).toString('base64');
    const submit = async (parameter: string, ...to: readonly string[]) => {
      const socket = await smtp.connect('submissions');
      await answer(socket);
      const rcpts = to.map((address) => `RCPT TO:<${address}>`);
      const lines = ['EHLO c', `AUTH PLAIN ${login}`, `MAIL FROM:<ana@coop.localhost>${parameter}`, ...rcpts];
      expect(await say(socket, lines)).toBe('250 2.1.5 Recipient accepted');
      expect(await say(socket, ['DATA'])).toMatch(/^354/);
      return say(socket, [`From: ana@coop.localhost\r\nSubject: held${parameter}\r\n\r\nhello\r\n.`]);
    };
    const to = ['bea@coop.localhost', 'team@coop.localhost', 'x@elsewhere.example'];
    expect(await submit(' HOLDFOR=3600', ...to)).toMatch(/^250 2\.0\.0/);
    expect(await smtp.stores.outbox.counts()).toMatchObject({ waiting: 3, claimed: 0 });
    clock.advance(3_599_999);
    // Something else goes meanwhile: the queue has looked.
    await submit('', 'now@elsewhere.example');
    await sink.arrived(1);
    expect(await smtp.stores.outbox.counts()).toMatchObject({ waiting: 3 });
    expect(await smtp.messages(smtp.members.bea)).toEqual([]);
    clock.advance(1);
    await submit('', 'again@elsewhere.example');
    await sink.arrived(3);
    await expect
      .poll(() => smtp.stores.outbox.counts(), { interval: 20, timeout: 10_000 })
      .toMatchObject({ waiting: 0, claimed: 0 });
    for (const member of [smtp.members.bea, smtp.members.ana]) {
      const held = (await smtp.messages(member)).filter((text) =>
        text.includes('Subject: held HOLDFOR=3600'),
      );
      expect(held).toHaveLength(1);
      for (const text of held) expect(text.match(/^Return-Path: <ana@coop\.localhost>/gm)).toHaveLength(1);
    }
  });
});

test('a message waits up to holdSecondsMax, which EHLO says with its date', async () => {
  const { smtp } = await start({ clock: fakeClock(Date.UTC(2026, 0, 1)) });
  const socket = await smtp.connect('submissions');
  await answer(socket);
  await socket.send('EHLO c\r\n');
  const lines: string[] = [];
  do lines.push((await socket.readLine())?.toString() ?? '250 closed');
  while (lines.at(-1)?.[3] === '-');
  expect(lines).toContain(`250-FUTURERELEASE ${holdSecondsMax} 2026-01-31T00:00:00Z`);
});

describe('mail that is sent on', () => {
  const from = 'From: x@elsewhere.example\r\n';
  const send = async (smtp: TestSmtp, to: readonly string[], header: string) => {
    const socket = await smtp.connect('smtp');
    await answer(socket);
    const rcpts = to.map((address) => `RCPT TO:<${address}>`);
    await say(socket, ['EHLO c', 'MAIL FROM:<x@elsewhere.example>', ...rcpts, 'DATA']);
    return say(socket, [`${header}${from}\r\nhello\r\n.`]);
  };

  test('says from where, and is not sent on from there again', async () => {
    const { smtp, sink } = await start();
    expect(await send(smtp, ['Away@coop.localhost', 'bea@coop.localhost'], '')).toMatch(/^250/);
    await sink.arrived(1);
    const [sent = ''] = sink.messages.map(({ content }) => content);
    expect(sent).toMatch(/^Delivered-To: away@coop\.localhost\r\n/);
    expect((await smtp.messages(smtp.members.bea))[0]).not.toContain('Delivered-To');
    const back = 'Delivered-To: away@coop.localhost\r\n';
    expect(await send(smtp, ['away@coop.localhost'], back)).toBe(
      '554 5.4.6 The message was sent on from this address before; it runs in a circle',
    );
    expect(await send(smtp, ['bea@coop.localhost'], back)).toMatch(/^250/);
    expect(await send(smtp, ['away@coop.localhost'], 'Delivered-To: other@coop.localhost\r\n')).toMatch(
      /^250/,
    );
  });

  test('three hosts that lead to each other: the first to see it again refuses, and the sender is told once', async () => {
    const hosts = ['one', 'two', 'three'].map((name) => `${name}.localhost`);
    const ports = new Map<string, number>();
    const sink = await openSink();
    closers.push(() => sink.close());
    const servers: TestSmtp[] = [];
    for (const [at, domain] of hosts.entries()) {
      const route = (wanted: string) => routeTo(ports.get(wanted) ?? sink.port);
      const host = await openTestSmtp({ domain, route });
      closers.push(() => host.close());
      await host.admin.addAlias(`loop@${domain}`, [`loop@${hosts[(at + 1) % hosts.length]}`]);
      ports.set(domain, host.port('smtp'));
      servers.push(host);
    }
    const [first] = servers;
    if (!first) throw new Error('no host');
    expect(await send(first, ['loop@one.localhost'], '')).toMatch(/^250/);
    await sink.arrived(1);
    for (const host of servers) {
      await expect
        .poll(() => host.stores.outbox.counts(), { interval: 20, timeout: 10_000 })
        .toMatchObject({ waiting: 0, claimed: 0 });
    }
    const [bounce, ...more] = sink.messages;
    expect(more).toEqual([]);
    expect(bounce?.from).toMatch(/^<>/);
    expect(bounce?.to).toEqual([expect.stringMatching(/^<x@elsewhere\.example>/)]);
    expect(bounce?.content).toContain('Status: 5.4.6');
  });

  test('of two addresses neither is told of the other', async () => {
    const { smtp, sink } = await start();
    await smtp.admin.addAlias('far@coop.localhost', ['y@elsewhere.example']);
    await send(smtp, ['away@coop.localhost', 'far@coop.localhost'], '');
    await sink.arrived(1);
    expect(sink.messages.map(({ content }) => content).join('')).not.toContain('Delivered-To');
  });
});
