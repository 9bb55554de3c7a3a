import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  fakeClock,
  imapPassword,
  openTestImap,
  type TestImap,
  type TestSocket,
} from '../../testing/index.ts';

let imap: TestImap;
let bare: TestImap;
beforeAll(async () => {
  imap = await openTestImap({
    tokens: {
      scope: 'mail',
      configuration: 'https://id.example/.well-known/openid-configuration',
      async verify(token) {
        if (token === 'busy') return 'busy';
        return token.startsWith('good')
          ? { username: token.slice(4).replace('~', ''), scoped: !token.endsWith('~') }
          : null;
      },
    },
  });
  bare = await openTestImap();
});
afterAll(async () => {
  await imap.close();
  await bare.close();
});

const encode = (text: string) => Buffer.from(text.replaceAll('^', '\x01')).toString('base64');
const line = async (socket: TestSocket) => (await socket.readLine())?.toString() ?? 'closed';

async function opened(from: TestImap = imap): Promise<TestSocket> {
  const socket = await from.connect('imaps');
  await socket.readLine();
  return socket;
}

/** What is answered to an AUTHENTICATE whose messages these are; challenges are decoded. */
async function authenticate(mechanism: string, ...messages: string[]): Promise<string[]> {
  const socket = await opened();
  const [first = '', ...rest] = messages;
  await socket.send(`a AUTHENTICATE ${mechanism} ${first}\r\n`);
  const heard: string[] = [];
  for (;;) {
    const answer = await line(socket);
    if (!answer.startsWith('+ ')) {
      await socket.close();
      return [...heard, answer.replace(/\[CAPABILITY [^\]]*\]/, '[CAPABILITY]')];
    }
    heard.push(Buffer.from(answer.slice(2), 'base64').toString());
    await socket.send(`${rest.shift() ?? '*'}\r\n`);
  }
}

const dummy = encode('^');
const refusal = 'a NO [AUTHENTICATIONFAILED] the user name or the password is wrong';
const advice = {
  status: 'invalid_token',
  scope: 'mail',
  'openid-configuration': 'https://id.example/.well-known/openid-configuration',
};

describe('OAUTHBEARER (RFC 7628)', () => {
  test.each([
    ['n,a=alice@coop.localhost,^host=localhost^port=993^auth=Bearer goodalice^^'],
    ['n,,^auth=Bearer goodalice^^'],
  ])('logs in: %s', async (message) => {
    expect(await authenticate('OAUTHBEARER', encode(message))).toEqual(['a OK [CAPABILITY] welcome']);
  });

  test('the first message may wait to be asked for', async () => {
    const socket = await opened();
    await socket.send('a AUTHENTICATE OAUTHBEARER\r\n');
    expect(await line(socket)).toBe('+ ');
    await socket.send(`${encode('n,,^auth=Bearer goodbob^^')}\r\n`);
    expect(await line(socket)).toMatch(/^a OK \[CAPABILITY /);
    await socket.close();
  });

  test.each([
    ['a wrong token', 'n,,^auth=Bearer bad^^', advice],
    ['no token at all, to be told where to get one', 'n,,^^', advice],
    ["another's name", 'n,a=bob,^auth=Bearer goodalice^^', advice],
  ])('%s: the advice first, then the refusal', async (_, message, expected) => {
    const [json = '', ...rest] = await authenticate('OAUTHBEARER', encode(message), dummy);
    expect(JSON.parse(json)).toEqual(expected);
    expect(rest).toEqual([refusal]);
  });

  test('a token that is not good for mail', async () => {
    const [json = '', ...rest] = await authenticate(
      'OAUTHBEARER',
      encode('n,,^auth=Bearer goodalice~^^'),
      dummy,
    );
    expect(JSON.parse(json)).toEqual({ ...advice, status: 'insufficient_scope' });
    expect(rest).toEqual(['a NO [AUTHORIZATIONFAILED] this password or token is not for mail']);
  });

  test('what is not the fault of the token is no reason to throw it away', async () => {
    expect(await authenticate('OAUTHBEARER', encode('n,,^auth=Bearer busy^^'))).toEqual([
      'a NO [UNAVAILABLE] the server is busy; try again',
    ]);
  });

  test.each(['n,,^auth=Bearer goodalice^', 'p=tls-exporter,,^auth=Bearer goodalice^^', 'hello'])(
    'malformed: %s',
    async (message) => {
      expect(await authenticate('OAUTHBEARER', encode(message))).toEqual([
        'a BAD a message of the SASL dialogue is malformed',
      ]);
    },
  );

  test('a client that gives up has not failed', async () => {
    const [, answer] = await authenticate('OAUTHBEARER', encode('n,,^auth=Bearer bad^^'), '*');
    expect(answer).toBe('a BAD cancelled');
  });
});

describe('XOAUTH2', () => {
  test('logs in', async () => {
    const message = encode('user=alice@coop.localhost^auth=Bearer goodalice^^');
    expect(await authenticate('XOAUTH2', message)).toEqual(['a OK [CAPABILITY] welcome']);
  });

  test('a wrong token: status 400 and an empty answer', async () => {
    const message = encode('user=alice@coop.localhost^auth=Bearer bad^^');
    const [json = '', ...rest] = await authenticate('XOAUTH2', message, '');
    expect(JSON.parse(json)).toEqual({ status: '400', schemes: 'Bearer', scope: 'mail' });
    expect(rest).toEqual([refusal]);
  });
});

test('offered where there is an issuer, under TLS, and nowhere else', async () => {
  const capabilities = async (from: TestImap, door: 'imap' | 'imaps') => {
    const socket = await from.connect(door);
    const greeting = await line(socket);
    await socket.close();
    return greeting.match(/AUTH=\w*(?:OAUTH)\w*/g);
  };
  expect(await capabilities(imap, 'imaps')).toEqual(['AUTH=OAUTHBEARER', 'AUTH=XOAUTH2']);
  expect(await capabilities(imap, 'imap')).toBeNull();
  expect(await capabilities(bare, 'imaps')).toBeNull();
  const socket = await opened(bare);
  await socket.send(`a AUTHENTICATE OAUTHBEARER ${encode('n,,^auth=Bearer goodalice^^')}\r\n`);
  expect(await line(socket)).toBe('a NO [CANNOT] this SASL mechanism is not possible here');
  await socket.close();
});

describe('a token that ends (RFC 7662 §2.2)', () => {
  const clock = fakeClock();
  let short: TestImap;
  beforeAll(async () => {
    short = await openTestImap({
      clock,
      limits: { sweepIntervalMs: 10 },
      tokens: {
        scope: null,
        configuration: null,
        verify: async () => ({ username: 'alice', scoped: true, expiresAtMs: clock.nowMs() + 60_000 }),
      },
    });
  });
  afterAll(() => short.close());

  const bye = '* BYE [EXPIRED] the token you logged in with has expired';
  const loggedIn = async () => {
    const socket = await opened(short);
    await socket.send(`a AUTHENTICATE XOAUTH2 ${encode('user=alice^auth=Bearer t^^')}\r\n`);
    expect(await line(socket)).toMatch(/^a OK/);
    return socket;
  };

  test('keeps nothing open: a silent session, one in IDLE, one that gives a command', async () => {
    const [silent, idle, busy] = [await loggedIn(), await loggedIn(), await loggedIn()];
    await idle.send('b IDLE\r\n');
    expect(await line(idle)).toBe('+ idling');
    await busy.send('c APPEND Drafts {5}\r\n');
    expect(await line(busy)).toMatch(/^\+ /);
    clock.advance(59_999);
    await silent.send('d NOOP\r\n');
    expect(await line(silent)).toMatch(/^d OK/);
    clock.advance(1);
    expect([await line(silent), await line(silent)]).toEqual([bye, 'closed']);
    expect([await line(idle), await line(idle)]).toEqual([bye, 'closed']);
    expect(await line(busy)).toBe(bye);
    for (const socket of [silent, idle, busy]) await socket.close();
  });

  test('says nothing of who logs in anew on the same connection', async () => {
    const socket = await loggedIn();
    await socket.send('b UNAUTHENTICATE\r\n');
    expect(await line(socket)).toMatch(/^b OK/);
    await socket.send(`c LOGIN alice "${imapPassword}"\r\n`);
    expect(await line(socket)).toMatch(/^c OK/);
    clock.advance(60_000);
    await socket.send('d NOOP\r\n');
    expect(await line(socket)).toMatch(/^d OK/);
    await socket.close();
  });
});

test('no token is logged', () => {
  expect(imap.logged.join('')).toContain('OAUTHBEARER');
  expect(imap.logged.join('')).not.toMatch(/goodalice|goodbob|Bearer/);
});
