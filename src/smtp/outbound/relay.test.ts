import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { FormatError, StoreError } from '../../base/index.ts';
import {
  openTestSmtp,
  type TestSmtp,
  type TestSmtpOptions,
  type TestSocket,
  testPassword,
} from '../../testing/index.ts';
import { relayReplyLinesMax } from '../limits.ts';
import { parseRelayUrl } from './url.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: TestSmtpOptions): Promise<TestSmtp> {
  const smtp = await openTestSmtp(options);
  closers.push(() => smtp.close());
  return smtp;
}

/** A relay that answers by a script: verb -> reply; what it heard is kept. */
async function fakeRelay(script: Readonly<Record<string, string>>) {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let inData = false;
    let rest = '';
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.write(`${script.greeting ?? '220 relay'}\r\n`);
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        heard.push(line);
        if (inData && line !== '.') continue;
        const verb = inData ? '.' : (line.split(/[ :]/)[0] ?? '');
        inData = verb === 'DATA' && script.DATA === undefined;
        const answer = script[line] ?? script[verb] ?? (verb === 'DATA' ? '354 go' : '250 2.0.0 fine');
        if (answer === 'DROP') socket.destroy();
        else socket.write(`${answer}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `smtp://127.0.0.1:${address.port}`, heard };
}

async function answer(socket: TestSocket): Promise<string> {
  let text = (await socket.readLine())?.toString() ?? 'closed';
  while (text[3] === '-') text = (await socket.readLine())?.toString() ?? 'closed';
  return text;
}

/** A session of ana, signed in. */
async function signedIn(smtp: TestSmtp) {
  const socket = await smtp.connect('submissions');
  const ask = async (line: string) => {
    await socket.send(`${line}\r\n`);
    return answer(socket);
  };
  await answer(socket);
  await ask('EHLO client');
  const login = Buffer.from(`\0ana@coop.localhost\0${testPassword}`).toString('base64');
  expect(await ask(`AUTH PLAIN ${login}`)).toBe('235 2.7.0 Signed in');
  return ask;
}

const message = 'From: ana@coop.localhost\r\nBcc: secret@elsewhere.example\r\nSubject: s\r\n\r\n.dot\r\n.';

describe('through a second server of our own', () => {
  test('members here and there: each gets it once, over verified TLS, signed in', async () => {
    const there = await start({ domain: 'other.localhost' });
    await there.admin.addAlias('via@other.localhost', ['bea@other.localhost']);
    await there.admin.addMember('door@other.localhost', { password: 'the door of the others' });
    // Over there the sender must belong to who signs in, so this co-op's mail goes in by the MX door.
    const here = await start({
      settings: { relay: `smtp://127.0.0.1:${there.port('smtp')}` },
      relayAuthority: there.authority,
    });
    const ask = await signedIn(here);
    expect(await ask('MAIL FROM:<ana@coop.localhost> BODY=8BITMIME RET=HDRS ENVID=e1')).toMatch(/^250/);
    expect(await ask('RCPT TO:<nobody@other.localhost>')).toBe(
      '550 5.1.1 There is no nobody@other.localhost here',
    );
    expect(await ask('RCPT TO:<carl@elsewhere.example>')).toBe(
      '550 5.7.1 Mail for other domains is not taken from strangers',
    );
    expect(await ask('RCPT TO:<bea@coop.localhost>')).toMatch(/^250/);
    expect(await ask('RCPT TO:<via@other.localhost> NOTIFY=NEVER')).toMatch(/^250/);
    expect(await ask('DATA')).toMatch(/^354/);
    expect(await ask(message)).toMatch(/^250 2\.0\.0/);
    const [local = ''] = await here.messages(here.members.bea);
    const [remote = ''] = await there.messages(there.members.bea);
    expect(local).toMatch(
      /^Return-Path: <ana@coop\.localhost>\r\nReceived: by mail\.coop\.localhost with ESMTPSA id /,
    );
    expect(local).not.toMatch(/127\.0\.0\.1|secret@|Bcc/);
    expect(local).toMatch(/\r\nDate: [^\r]+\r\nMessage-ID: <[a-z2-7]{26}@coop\.localhost>\r\nFrom: /);
    expect(local.endsWith('\r\n\r\ndot\r\n')).toBe(true);
    expect(remote).toMatch(/with ESMTPS id /);
    expect(remote.slice(remote.indexOf('Received: by mail.coop'))).toBe(
      local.slice(local.indexOf('Received: by')),
    );
    expect(remote.match(/^Return-Path/gm)).toHaveLength(1);
  });

  test('an alias that leads away is followed', async () => {
    const relay = await fakeRelay({});
    const smtp = await start({ settings: { relay: relay.url } });
    const socket = await smtp.connect('smtp');
    await answer(socket);
    await socket.send('HELO x\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<away@coop.localhost>\r\nDATA\r\n');
    for (const code of ['250', '250', '250', '354'])
      expect(await answer(socket)).toMatch(new RegExp(`^${code}`));
    await socket.send('From: x@y.example\r\n\r\nhi\r\n.\r\n');
    expect(await answer(socket)).toMatch(/^250/);
    expect(relay.heard).toContain('RCPT TO:<somebody@elsewhere.example>');
    expect(relay.heard).toContain('hi');
    await socket.close();
  });
});

describe('a relay that refuses', () => {
  test.each([
    ['MAIL', '550 5.7.1 not you', '550 5.7.1 not you'],
    ['RCPT', '450 4.2.0 greylisted', '450 4.2.0 greylisted'],
    ['RCPT', '553 no', '553 5.0.0 no'],
    ['RCPT', '421 4.3.2 closing', '451 4.3.2 closing'],
    ['MAIL', '530 5.7.0 sign in', '451 4.7.0 The mail relay does not know this server; try again later'],
    ['RCPT', 'DROP', '451 4.4.2 The connection to the mail relay broke; try again later'],
    ['RCPT', 'nonsense', '451 4.4.2 The connection to the mail relay broke; try again later'],
    ['EHLO', '502 no', '451 4.4.1 The mail relay cannot be reached; try again later'],
    [
      'EHLO',
      '250-x\r\n'.repeat(relayReplyLinesMax),
      '451 4.4.1 The mail relay cannot be reached; try again later',
    ],
    ['greeting', '554 no', '451 4.4.1 The mail relay cannot be reached; try again later'],
  ])('%s with %s: told at RCPT', async (verb, reply, expected) => {
    const relay = await fakeRelay({ [verb]: reply });
    const smtp = await start({ settings: { relay: relay.url } });
    const ask = await signedIn(smtp);
    await ask('MAIL FROM:<ana@coop.localhost>');
    expect(await ask('RCPT TO:<x@elsewhere.example>')).toBe(expected);
    expect(await ask('DATA')).toBe('554 5.5.1 There is no valid recipient');
  });

  test('what cannot be reached is told at RCPT', async () => {
    const smtp = await start({ settings: { relay: 'smtp://127.0.0.1:1' } });
    const ask = await signedIn(smtp);
    await ask('MAIL FROM:<ana@coop.localhost>');
    expect(await ask('RCPT TO:<x@elsewhere.example>')).toBe(
      '451 4.4.1 The mail relay cannot be reached; try again later',
    );
  });

  test.each([
    ['DATA', '452 4.3.1 full', '452 4.3.1 full'],
    ['.', '554 5.7.1 spam', '554 5.7.1 spam'],
    ['.', 'DROP', '451 4.4.2 The connection to the mail relay broke; try again later'],
  ])('%s with %s: the whole message is refused, and no member has it', async (verb, reply, expected) => {
    const relay = await fakeRelay({ [verb]: reply });
    const smtp = await start({ settings: { relay: relay.url } });
    const ask = await signedIn(smtp);
    await ask('MAIL FROM:<ana@coop.localhost>');
    await ask('RCPT TO:<bea@coop.localhost>');
    expect(await ask('RCPT TO:<x@elsewhere.example>')).toMatch(/^250/);
    const ready = await ask('DATA');
    expect(ready.startsWith('354') ? await ask(message) : ready).toBe(expected);
    expect(await smtp.messages(smtp.members.bea)).toEqual([]);
    expect(await ask('NOOP')).toMatch(/^250/);
  });

  test('a message that we refuse never reaches its end there', async () => {
    const relay = await fakeRelay({});
    const smtp = await start({ settings: { relay: relay.url } });
    const ask = await signedIn(smtp);
    await ask('MAIL FROM:<ana@coop.localhost>');
    await ask('RCPT TO:<x@elsewhere.example>');
    await ask('DATA');
    expect(await ask('From: ana@coop.localhost\r\n\r\nbare\nlf\r\n.')).toMatch(/^550 5\.5\.2/);
    expect(relay.heard).toContain('DATA');
    expect(relay.heard).not.toContain('.');
  });
});

describe('the relay has it, a member has not', () => {
  test('all is tried again, and the relay does not get it twice', async () => {
    const relay = await fakeRelay({});
    let full = true;
    const smtp = await start({
      settings: { relay: relay.url },
      mail: (real) =>
        new Proxy(real, {
          get(target, key) {
            const value: unknown = Reflect.get(target, key, target);
            if (key === 'deliver' && full) return () => Promise.reject(new StoreError('no-space', 'full'));
            return typeof value === 'function' ? value.bind(target) : value;
          },
        }),
    });
    const ask = await signedIn(smtp);
    const attempt = async () => {
      await ask('MAIL FROM:<ana@coop.localhost>');
      await ask('RCPT TO:<bea@coop.localhost>');
      await ask('RCPT TO:<x@elsewhere.example>');
      await ask('DATA');
      return ask(message);
    };
    const ends = () => relay.heard.filter((line) => line === '.').length;
    expect(await attempt()).toBe('451 4.3.0 Something went wrong here; try again later');
    expect(ends()).toBe(1);
    full = false;
    expect(await attempt()).toMatch(/^250/);
    expect(ends()).toBe(1);
    expect(await smtp.messages(smtp.members.bea)).toHaveLength(1);
    expect(await attempt()).toMatch(/^250/);
    expect(ends()).toBe(2);
  });
});

describe('what the relay can carry', () => {
  test.each([
    [
      'MAIL FROM:<ana@coop.localhost> SMTPUTF8',
      '550 5.6.7 The mail relay does not take internationalised messages',
    ],
    ['MAIL FROM:<ana@coop.localhost> BODY=8BITMIME', '554 5.6.3 The mail relay does not take 8-bit messages'],
  ])('%s', async (mail, expected) => {
    const relay = await fakeRelay({ EHLO: '250 relay' });
    const smtp = await start({ settings: { relay: relay.url } });
    const ask = await signedIn(smtp);
    await ask(mail);
    expect(await ask('RCPT TO:<x@elsewhere.example>')).toBe(expected);
  });

  test('parameters are passed to a relay that knows them', async () => {
    const relay = await fakeRelay({
      EHLO: '250-relay\r\n250-SIZE 99\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN',
    });
    const smtp = await start({ settings: { relay: relay.url } });
    const ask = await signedIn(smtp);
    await ask('MAIL FROM:<ana@coop.localhost> SIZE=80 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=a+2Bb');
    await ask('RCPT TO:<x@elsewhere.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;x+2By@elsewhere.example');
    expect(relay.heard).toContain(
      'MAIL FROM:<ana@coop.localhost> SIZE=80 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=a+2Bb',
    );
    expect(relay.heard).toContain(
      'RCPT TO:<x@elsewhere.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;x+2By@elsewhere.example',
    );
  });

  test('a password goes to this machine in clear, never elsewhere', async () => {
    const relay = await fakeRelay({ AUTH: '235 2.7.0 ok' });
    const smtp = await start({ settings: { relay: relay.url.replace('//', '//user:p%40ss@') } });
    const ask = await signedIn(smtp);
    await ask('MAIL FROM:<ana@coop.localhost>');
    expect(await ask('RCPT TO:<x@elsewhere.example>')).toMatch(/^250/);
    expect(relay.heard).toContain(`AUTH PLAIN ${Buffer.from('\0user\0p@ss').toString('base64')}`);
    expect(smtp.logged.join('')).not.toContain('p@ss');
  });

  test('a certificate that nobody vouches for is refused where TLS is required', async () => {
    const there = await start({ domain: 'other.localhost' });
    const smtp = await start({ settings: { relay: `smtps://localhost:${there.port('submissions')}` } });
    const ask = await signedIn(smtp);
    await ask('MAIL FROM:<ana@coop.localhost>');
    expect(await ask('RCPT TO:<x@elsewhere.example>')).toBe(
      '451 4.4.1 The mail relay cannot be reached; try again later',
    );
  });

  test('smtps with the right authority and password is used', async () => {
    const there = await start({ domain: 'other.localhost' });
    const credentials = `ana%40other.localhost:${encodeURIComponent(testPassword)}`;
    const smtp = await start({
      settings: { relay: `smtps://${credentials}@localhost:${there.port('submissions')}` },
      relayAuthority: there.authority,
    });
    const ask = await signedIn(smtp);
    await ask('MAIL FROM:<>');
    expect(await ask('RCPT TO:<bea@other.localhost>')).toMatch(/^250/);
  });
});

describe('mail.relay', () => {
  test.each([
    ['smtp://h', { host: 'h', port: 587, implicitTls: false, credentials: null, loopback: false }],
    ['smtps://h', { port: 465, implicitTls: true }],
    [
      'smtp://u%3A:p%40@[::1]:25',
      { host: '::1', port: 25, loopback: true, credentials: { username: 'u:', password: 'p@' } },
    ],
  ])('%s', (url, expected) => expect(parseRelayUrl(url)).toMatchObject(expected));

  test.each(['http://h', 'h:25', '', 'smtp://', 'smtp://u:100%@h'])('%j is refused', (url) => {
    expect(() => parseRelayUrl(url)).toThrow(FormatError);
  });
});
