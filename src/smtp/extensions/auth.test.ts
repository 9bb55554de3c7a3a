import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import {
  connectSocket,
  openTestSmtp,
  scramClient,
  type TestSmtp,
  type TestSocket,
  testPassword,
} from '../../testing/index.ts';

let smtp: TestSmtp;
const sockets: TestSocket[] = [];
beforeAll(async () => {
  smtp = await openTestSmtp({
    tokens: {
      scope: 'mail',
      configuration: null,
      verify: async (token) => (token === 'good' ? { username: 'ana', scoped: true } : null),
    },
  });
});
afterAll(async () => {
  for (const socket of sockets) await socket.close();
  await smtp.close();
});

async function line(socket: TestSocket): Promise<string> {
  return (await socket.readLine())?.toString() ?? 'closed';
}

const overTls12 = () => {
  const tls = { ca: smtp.authority, maxVersion: 'TLSv1.2' } as const;
  return connectSocket({ port: smtp.port('submissions'), implicitTls: true, tls });
};

/** A session over TLS that has said EHLO; with the mechanisms that it was offered. */
async function opened(
  connect: () => Promise<TestSocket> = () => smtp.connect('submissions'),
): Promise<{ socket: TestSocket; offered: string[] }> {
  const socket = await connect();
  sockets.push(socket);
  await line(socket);
  await socket.send('EHLO client.example\r\n');
  let offered: string[] = [];
  for (;;) {
    const heard = await line(socket);
    if (/^250[- ]AUTH /.test(heard)) offered = heard.slice(9).split(' ');
    if (heard.startsWith('250 ')) return { socket, offered };
  }
}

const encode = (text: string) => Buffer.from(text).toString('base64');
const decode = (text: string) => Buffer.from(text, 'base64').toString();

/** The dialogue of SCRAM; answers the last reply. `binding`: what the client believes to be at the other end. */
async function scram(
  socket: TestSocket,
  mechanism: string,
  options: {
    username?: string;
    password?: string;
    gs2Header?: string;
    binding?: Buffer;
    inLine?: boolean;
  } = {},
): Promise<string> {
  const client = scramClient({
    digest: mechanism.includes('256') ? 'sha256' : 'sha1',
    username: options.username ?? 'ana',
    password: options.password ?? testPassword,
    nonce: 'abc',
    ...(options.gs2Header === undefined ? {} : { gs2Header: options.gs2Header }),
    ...(options.binding === undefined ? {} : { binding: options.binding }),
  });
  if (options.inLine ?? true) await socket.send(`AUTH ${mechanism} ${encode(client.first)}\r\n`);
  else {
    await socket.send(`AUTH ${mechanism}\r\n`);
    expect(await line(socket)).toBe('334 ');
    await socket.send(`${encode(client.first)}\r\n`);
  }
  const challenge = await line(socket);
  if (!challenge.startsWith('334 ')) return challenge;
  await socket.send(`${encode(client.final(decode(challenge.slice(4))))}\r\n`);
  const answer = await line(socket);
  if (!answer.startsWith('334 ')) return answer;
  expect(decode(answer.slice(4))).toBe(client.verifier);
  await socket.send('\r\n');
  return line(socket);
}

const signedIn = '235 2.7.0 Signed in';

describe.each(['SCRAM-SHA-256', 'SCRAM-SHA-1'])('%s', (mechanism) => {
  test.each([true, false])('signs in; the first message with the command: %s', async (inLine) => {
    const { socket } = await opened();
    expect(await scram(socket, mechanism, { inLine })).toBe(signedIn);
    await socket.send('MAIL FROM:<ana@coop.localhost>\r\n');
    expect(await line(socket)).toMatch(/^250 /);
  });

  test('a wrong password and a name that nobody has hear the same', async () => {
    const answers = await Promise.all([
      scram((await opened()).socket, mechanism, { password: 'wrong' }),
      scram((await opened()).socket, mechanism, { username: 'nobody' }),
    ]);
    expect(answers[0]).toMatch(/^535 5\.7\.8 /);
    expect(answers[1]).toBe(answers[0]);
  });

  test('acting as somebody else is refused', async () => {
    const { socket } = await opened();
    expect(await scram(socket, mechanism, { gs2Header: 'n,a=bea,' })).toMatch(/^501 5\.5\.2 /);
  });

  test.each(['tls-exporter', 'tls-server-end-point'] as const)('-PLUS bound by %s', async (type) => {
    const { socket } = await opened();
    const bindings = socket.bindings();
    if (bindings === null) throw new Error('there is no TLS');
    const gs2Header = `p=${type},,`;
    expect(await scram(socket, `${mechanism}-PLUS`, { gs2Header, binding: bindings[type] })).toBe(signedIn);
    const other = (await opened()).socket;
    expect(await scram(other, `${mechanism}-PLUS`, { gs2Header, binding: Buffer.alloc(32) })).toMatch(
      /^535 /,
    );
  });
});

test('with TLS 1.2 no binding is offered, and who would have bound may say so', async () => {
  const { socket, offered } = await opened(overTls12);
  expect(offered.filter((name) => name.startsWith('SCRAM'))).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-1']);
  expect(await scram(socket, 'SCRAM-SHA-256', { gs2Header: 'y,,' })).toBe(signedIn);
});

describe('a session ends with what signed it in', () => {
  const startMail = async (socket: TestSocket, sender = 'bea') => {
    await socket.send(`MAIL FROM:<${sender}@coop.localhost>\r\n`);
    const answer = await line(socket);
    if (!answer.startsWith('250 ')) return answer;
    await socket.send('RSET\r\n');
    expect(await line(socket)).toMatch(/^250 /);
    return 'taken';
  };
  const signedOut = '421 4.7.0 What you signed in with is no longer good; sign in again';

  test('a password that was revoked or changed, and no other', async () => {
    const { bea } = smtp.members;
    const phone = await smtp.admin.addAppPassword(bea, 'phone', ['submission']);
    const [own, app] = [(await opened()).socket, (await opened()).socket];
    expect(await scram(own, 'SCRAM-SHA-256', { username: 'bea' })).toBe(signedIn);
    const { password } = phone;
    expect(await scram(app, 'SCRAM-SHA-256', { username: 'bea', password })).toBe(signedIn);
    expect([await startMail(own), await startMail(app)]).toEqual(['taken', 'taken']);
    await smtp.admin.revokeAppPassword(bea, phone.id);
    expect([await startMail(own), await startMail(app)]).toEqual(['taken', signedOut]);
    expect(await app.readLine()).toBeNull();
    await smtp.admin.setPassword(bea, 'quite another one');
    expect(await startMail(own)).toBe(signedOut);
    await smtp.admin.setPassword(bea, testPassword);
  });

  test('a token of the issuer', async () => {
    const clock = fakeClock();
    const expiresAtMs = clock.nowMs() + 60_000;
    const verify = async () => ({ username: 'ana', scoped: true, expiresAtMs });
    const other = await openTestSmtp({ clock, tokens: { scope: null, configuration: null, verify } });
    try {
      const { socket } = await opened(() => other.connect('submissions'));
      await socket.send(`AUTH OAUTHBEARER ${encode('n,a=ana,\x01auth=Bearer good\x01\x01')}\r\n`);
      expect(await line(socket)).toBe(signedIn);
      expect(await startMail(socket, 'ana')).toBe('taken');
      clock.advance(60_000);
      expect(await startMail(socket, 'ana')).toBe(signedOut);
      await socket.close();
    } finally {
      await other.close();
    }
  });

  test('a member who was disabled', async () => {
    const { socket } = await opened();
    expect(await scram(socket, 'SCRAM-SHA-256', { username: 'bea' })).toBe(signedIn);
    await smtp.admin.disableMember(smtp.members.bea);
    expect(await startMail(socket)).toBe(signedOut);
    await smtp.admin.enableMember(smtp.members.bea);
  });
});

test('a client that gives up or says what is no base64 is answered and stays', async () => {
  const { socket } = await opened();
  const first = encode('n,,n=ana,r=abc');
  for (const [said, answer] of [
    ['*', '501 5.7.0 Sign-in cancelled'],
    ['!', '501 5.5.2 This is not base64'],
    [encode('c=biws'), '501 5.5.2 The sign-in message is malformed'],
  ] as const) {
    await socket.send(`AUTH SCRAM-SHA-256 ${first}\r\n`);
    expect(await line(socket)).toMatch(/^334 /);
    await socket.send(`${said}\r\n`);
    expect(await line(socket)).toBe(answer);
  }
  expect(await scram(socket, 'SCRAM-SHA-256')).toBe(signedIn);
});

describe('tokens (RFC 7628)', () => {
  test('sign in', async () => {
    const { socket, offered } = await opened();
    expect(offered).toEqual([
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-256',
      'SCRAM-SHA-1-PLUS',
      'SCRAM-SHA-1',
      'OAUTHBEARER',
      'XOAUTH2',
      'PLAIN',
      'LOGIN',
    ]);
    await socket.send(`AUTH OAUTHBEARER ${encode('n,a=ana,\x01auth=Bearer good\x01\x01')}\r\n`);
    expect(await line(socket)).toBe(signedIn);
    const other = (await opened()).socket;
    await other.send(`AUTH XOAUTH2 ${encode('user=ana@coop.localhost\x01auth=Bearer good\x01\x01')}\r\n`);
    expect(await line(other)).toBe(signedIn);
  });

  test('a wrong one hears why before it is refused', async () => {
    const { socket } = await opened();
    await socket.send(`AUTH OAUTHBEARER ${encode('n,,\x01auth=Bearer bad\x01\x01')}\r\n`);
    const advice = await line(socket);
    expect(JSON.parse(decode(advice.slice(4)))).toEqual({ status: 'invalid_token', scope: 'mail' });
    await socket.send(`${encode('\x01')}\r\n`);
    expect(await line(socket)).toMatch(/^535 5\.7\.8 /);
  });

  test('are in no log', () => {
    expect(smtp.logged.join('')).toContain('OAUTHBEARER');
    expect(smtp.logged.join('')).not.toContain('Bearer');
  });
});
