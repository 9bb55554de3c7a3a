import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  davLogin,
  MemorySpace,
  openTestDav,
  type TestDav,
  type TestSocket,
  testAccounts,
} from '../../testing/index.ts';
import {
  bodyAheadBytesMax,
  bodyBytesPerSecondMin,
  bodyIdleMsMax,
  bodySlowMsMax,
  credentialsBytesMax,
  drainBytesMax,
  drainMsMax,
  ifHeaderBytesMax,
  targetBytesMax,
  xmlBodyBytesMax,
  xmlBodyElementsMax,
} from '../limits.ts';
import { defaultBodyLimits } from './body.ts';

let dav: TestDav;
let files: MemorySpace;
beforeEach(async () => {
  files = new MemorySpace();
  dav = await openTestDav({ spaces: [files] });
  onTestFinished(() => dav.close());
});

/** A request as its lines stand, signed in as ana. */
function words(line: string, headers: readonly string[] = [], body = ''): string {
  const all = ['Host: coop.example', `Authorization: ${davLogin('ana')}`, ...headers];
  return `${line} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n${body}`;
}

async function connected(door: TestDav = dav): Promise<TestSocket> {
  const socket = await door.connect();
  onTestFinished(() => socket.close());
  return socket;
}

interface Heard {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

async function heard(socket: TestSocket): Promise<Heard> {
  const lines: string[] = [];
  for (;;) {
    const line = await socket.readLine();
    if (line === null || line.length === 0) break;
    lines.push(line.toString('latin1'));
  }
  const head = lines.join('\n');
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  const body = (await socket.readExactly(length)).toString();
  return { status: Number(lines[0]?.split(' ')[1] ?? 0), head, body };
}

/** What one request is answered with, on a connection of its own. */
async function answerTo(text: string, door: TestDav = dav): Promise<Heard> {
  const socket = await connected(door);
  await socket.send(text);
  return heard(socket);
}

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

describe('paths', () => {
  test.each([
    ['/dav/files/../../etc/passwd', 400],
    ['/dav/files/%2e%2e/%2e%2e/etc/passwd', 400],
    ['/dav/files/a%00.txt', 400],
    ['/dav/files/a%2f..%2fb', 400],
    ['/dav/files//a', 400],
    ['/dav/files/%c0%ae%c0%ae/a', 400],
    [`/dav/files/${'a'.repeat(2_000)}`, 400],
    [`/dav/files/${'a/'.repeat(targetBytesMax / 2)}`, 414],
    ['/dav/files/a#b', 400],
    // Decoded once, it is a name like any other.
    ['/dav/files/%252e%252e/a', 404],
    ['http://coop.example/dav/files/none', 404],
  ])('GET %s', async (path, status) => {
    const answer = await answerTo(words(`GET ${path}`));
    expect(answer.status).toBe(status);
    expect(answer.body).toContain('<D:error ');
    expect(answer.head).toMatch(/^Content-Type: application\/xml/im);
  });

  test('beside DAV is somebody else’s', async () => {
    expect((await answerTo(words('GET /davx/files'))).status).toBe(418);
    expect((await answerTo(words('GET /'))).status).toBe(418);
    expect((await answerTo(words('PROPFIND /', ['Depth: 0']))).status).toBe(207);
  });

  test('a Destination with two names for one place', async () => {
    await dav.ask('PUT', '/dav/files/a', { body: 'x' });
    for (const [destination, status] of [
      ['http://other.example/dav/files/b', 502],
      ['http://coop.example@other.example/dav/files/b', 502],
      ['//other.example/dav/files/b', 403],
      ['/dav/files/%2e%2e/b', 400],
      ['/dav/files/b%00', 400],
      [`/dav/files/${'b'.repeat(targetBytesMax)}`, 414],
      ['/dav/files/b#c', 400],
    ] as const) {
      const answer = await answerTo(words('MOVE /dav/files/a', [`Destination: ${destination}`]));
      expect([destination.slice(0, 60), answer.status]).toEqual([destination.slice(0, 60), status]);
    }
    expect(files.text('a')).toBe('x');
  });
});

describe('headers', () => {
  test('a Depth that lies', async () => {
    await dav.ask('MKCOL', '/dav/files/f');
    for (const [method, depth] of [
      ['PROPFIND', '2'],
      ['PROPFIND', '-1'],
      ['PROPFIND', 'infinity, 0'],
      ['DELETE', '0'],
      ['COPY', '1'],
      ['MOVE', '0'],
    ]) {
      const text = words(`${method} /dav/files/f`, [`Depth: ${depth}`, 'Destination: /dav/files/g']);
      expect([method, depth, (await answerTo(text)).status]).toEqual([method, depth, 400]);
    }
    expect((await dav.ask('PROPFIND', '/dav/files/f', { headers: { Depth: '0' } })).status).toBe(207);
  });

  test('an If header: ifHeaderBytesMax, and what Node refuses before us', async () => {
    const ask = (size: number) => answerTo(words('DELETE /dav/files/a', [`If: (<urn:${'x'.repeat(size)}>)`]));
    await dav.ask('PUT', '/dav/files/a', { body: 'x' });
    expect((await ask(ifHeaderBytesMax)).status).toBe(400);
    // RFC 6585 §5: header fields too large.
    expect((await ask(100_000)).status).toBe(431);
    expect((await ask(100)).status).toBe(412);
    expect(files.text('a')).toBe('x');
  });

  test('a body in a coding that is not read here', async () => {
    for (const line of ['PUT /dav/files/packed', 'PROPFIND /dav/files/']) {
      const answer = await answerTo(words(line, ['Content-Encoding: gzip', 'Content-Length: 4'], 'four'));
      expect([answer.status, answer.head]).toEqual([
        415,
        expect.stringMatching(/^Accept-Encoding: identity$/im),
      ]);
    }
    expect(files.text('packed')).toBeUndefined();
    const plain = words('PUT /dav/files/plain', ['Content-Encoding: identity', 'Content-Length: 4'], 'four');
    expect((await answerTo(plain)).status).toBe(201);
  });

  test('a method that is none here', async () => {
    const answer = await answerTo(words('SUBSCRIBE /dav/files/'));
    expect(answer.status).toBe(405);
    expect(answer.head).toMatch(/^Allow: OPTIONS, GET, /im);
  });
});

describe('bodies of XML', () => {
  const propfind = (body: string, more: string[] = []) =>
    answerTo(
      words(
        'PROPFIND /dav/files/',
        ['Depth: 0', `Content-Length: ${Buffer.byteLength(body)}`, ...more],
        body,
      ),
    );

  test.each([
    ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an entity', '<a>&b;</a>'],
    ['nesting', '<a>'.repeat(300_000)],
    ['an end too few', '<propfind xmlns="DAV:">'],
    ['a prefix that is nobody’s', '<D:propfind/>'],
    ['xmlBodyElementsMax', `<a>${'<b/>'.repeat(xmlBodyElementsMax)}</a>`],
    ['no XML', 'hello'],
  ])('%s', async (_, body) => {
    expect((await propfind(body)).status).toBe(400);
  });

  test('another kind', async () => {
    expect((await propfind('{"a":1}', ['Content-Type: application/json'])).status).toBe(415);
  });

  test('xmlBodyBytesMax, as it says and as it comes', async () => {
    const socket = await connected();
    await socket.send(words('PROPFIND /dav/files/', [`Content-Length: ${xmlBodyBytesMax + 1}`], '<'));
    expect((await heard(socket)).status).toBe(413);
    const chunked = await connected();
    const long = chunk(`<a>${'x'.repeat(xmlBodyBytesMax)}`);
    await chunked.send(words('PROPFIND /dav/files/', ['Transfer-Encoding: chunked'], `${long}0\r\n\r\n`));
    expect((await heard(chunked)).status).toBe(413);
  });
});

describe('bodies of files', () => {
  test('one that is cut leaves nothing', async () => {
    for (const head of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
      const socket = await connected();
      await socket.send(words('PUT /dav/files/cut', [head], head.startsWith('C') ? 'half' : chunk('half')));
      await socket.close();
    }
    const rendered = async () => (await dav.metrics.render()).body;
    await expect.poll(rendered).toContain('myco_dav_body_bytes_total{direction="in"} 8');
    expect(files.text('cut')).toBeUndefined();
    expect(dav.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  test('one that is longer than it said: what is too much is no request', async () => {
    const whole = words('PUT /dav/files/long', ['Content-Length: 4'], 'four');
    const inOnePiece = await answerTo(`${whole}and more`);
    expect(inOnePiece.status).toBe(400);
    expect([undefined, 'four']).toContain(files.text('long'));
    const socket = await connected();
    await socket.send(whole);
    expect((await heard(socket)).status).toBeOneOf([201, 204]);
    await socket.send('and more\r\n\r\n');
    expect((await heard(socket)).status).toBe(400);
    expect(files.text('long')).toBe('four');
  });

  test('a length that is none, and two of them', async () => {
    for (const head of [
      ['Content-Length: -1'],
      ['Content-Length: 4x'],
      ['Content-Length: 4', 'Content-Length: 5'],
      ['Content-Length: 4', 'Transfer-Encoding: chunked'],
    ]) {
      expect((await answerTo(words('PUT /dav/files/a', head, 'four'))).status).toBe(400);
    }
    expect(files.text('a')).toBeUndefined();
  });

  test('Expect: the body is asked for only where it is wanted', async () => {
    const expecting = ['Content-Length: 4', 'Expect: 100-continue'];
    const wanted = await connected();
    await wanted.send(words('PUT /dav/files/a', expecting));
    expect((await heard(wanted)).status).toBe(100);
    await wanted.send('four');
    expect((await heard(wanted)).status).toBe(201);
    const refused = await answerTo(words('PUT /dav/files/none/a', expecting));
    expect(refused).toMatchObject({ status: 409, head: expect.stringMatching(/^Connection: close$/im) });
    const stranger = `PUT /dav/files/a HTTP/1.1\r\nHost: x\r\n${expecting.join('\r\n')}\r\n\r\n`;
    expect((await answerTo(stranger)).status).toBe(401);
  });

  test('of a refused request a little is read, and the connection goes on', async () => {
    const socket = await connected();
    await socket.send(words('PUT /dav/files/none/a', ['Content-Length: 4'], 'four'));
    expect((await heard(socket)).status).toBe(409);
    await socket.send(words('PUT /dav/files/a', ['Content-Length: 4'], 'five'));
    expect((await heard(socket)).status).toBe(201);
  });

  test('of one that came whole and was read in part: the connection goes on', async () => {
    const socket = await connected();
    // More than the stream holds by itself, and than bodyAheadBytesMax.
    const nested = `<a>${'<b>'.repeat(bodyAheadBytesMax)}`;
    await socket.send(words('PROPFIND /dav/files/', [`Content-Length: ${nested.length}`], nested));
    expect((await heard(socket)).status).toBe(400);
    await socket.send(words('PUT /dav/files/after', ['Content-Length: 4'], 'four'));
    expect((await heard(socket)).status).toBe(201);
  });

  test('of a large one: the answer comes while it is sent, then the connection ends', async () => {
    const door = await openTestDav(
      { spaces: [files] },
      { bodyLimits: { ...defaultBodyLimits, drainBytesMax: 100_000, drainMsMax: 50 } },
    );
    onTestFinished(() => door.close());
    for (const [head, sent] of [
      ['Content-Length: 1000000', 'x'.repeat(50_000)],
      ['Content-Length: 1000000', 'x'.repeat(200_000)],
      ['Transfer-Encoding: chunked', chunk('x'.repeat(50_000))],
    ] as const) {
      const socket = await connected(door);
      await socket.send(words('PUT /dav/files/none/a', [head], sent));
      const answer = await heard(socket);
      expect(answer).toMatchObject({ status: 409, head: expect.stringMatching(/^Connection: close$/im) });
      expect(await socket.readLine()).toBeNull();
    }
  });

  test('one that stops coming', async () => {
    const door = await openTestDav(
      { spaces: [files] },
      { bodyLimits: { ...defaultBodyLimits, idleMsMax: 50, drainMsMax: 50 } },
    );
    onTestFinished(() => door.close());
    const socket = await connected(door);
    await socket.send(words('PUT /dav/files/idle', ['Content-Length: 10'], 'four'));
    expect(await heard(socket)).toMatchObject({
      status: 408,
      head: expect.stringMatching(/^Connection: close$/im),
    });
    expect(await socket.readLine()).toBeNull();
    expect(files.text('idle')).toBeUndefined();
  });

  test('one that comes too slowly', async () => {
    const bodyLimits = { ...defaultBodyLimits, slowMsMax: 0, bytesPerSecondMin: 1e9, drainMsMax: 50 };
    const door = await openTestDav({ spaces: [files] }, { bodyLimits });
    onTestFinished(() => door.close());
    const socket = await connected(door);
    await socket.send(words('PUT /dav/files/slow', ['Content-Length: 10', 'Expect: 100-continue']));
    expect((await heard(socket)).status).toBe(100);
    await socket.send('four');
    expect((await heard(socket)).status).toBe(408);
    expect(files.text('slow')).toBeUndefined();
  });

  test('has these limits where none are given', () => {
    expect(defaultBodyLimits).toEqual({
      idleMsMax: bodyIdleMsMax,
      slowMsMax: bodySlowMsMax,
      bytesPerSecondMin: bodyBytesPerSecondMin,
      drainBytesMax,
      drainMsMax,
    });
  });
});

describe('logins', () => {
  const ask = (authorization: string | null) =>
    answerTo(
      `GET /dav/files/ HTTP/1.1\r\nHost: x\r\n${authorization === null ? '' : `Authorization: ${authorization}\r\n`}\r\n`,
    );
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  test.each([
    ['none', null, 401],
    ['a wrong password', basic('ana:wrong'), 401],
    ['no colon', basic('ana'), 401],
    ['no base64', 'Basic !!!', 401],
    ['a scheme that is not known', 'Digest username="ana"', 401],
    ['a token that is worth nothing', 'Bearer abc', 401],
    ['credentialsBytesMax', basic(`ana:${'x'.repeat(credentialsBytesMax)}`), 401],
    ['too many guesses', basic('throttled:x'), 429],
    ['an account that is closed', basic('disabled:secret'), 403],
    ['the right one', basic('ana:secret'), 200],
    ['the right one, oddly spelt', `bAsIc   ${Buffer.from('ana:secret').toString('base64')}`, 200],
  ])('%s', async (_, authorization, status) => {
    const answer = await ask(authorization);
    expect(answer.status).toBe(status);
    if (status === 401) {
      expect(answer.head).toMatch(/^WWW-Authenticate: Basic realm="Exemple SCIC", charset="UTF-8"$/im);
    }
    if (status === 429) expect(answer.head).toMatch(/^Retry-After: 2$/im);
  });

  test('where tokens are taken each way in has a line of its own, Basic first', async () => {
    const accounts = Object.assign(Object.create(testAccounts), { tokens: {} });
    const door = await openTestDav({ spaces: [files] }, { accounts });
    onTestFinished(() => door.close());
    const { status, head } = await answerTo('GET /dav/files/ HTTP/1.1\r\nHost: x\r\n\r\n', door);
    expect(status).toBe(401);
    expect(head.split('\n').filter((line) => /^www-authenticate:/i.test(line))).toEqual([
      'WWW-Authenticate: Basic realm="Exemple SCIC", charset="UTF-8"',
      'WWW-Authenticate: Bearer realm="Exemple SCIC"',
    ]);
  });

  test('what is refused before a password is looked at is refused to strangers alike', async () => {
    const answer = await answerTo('GET /dav/files/%00 HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(answer.status).toBe(400);
  });

  test('without TLS it is not ours, where passwords must not come so', async () => {
    const door = await openTestDav({ spaces: [files] }, { plaintext: 'refuse' });
    onTestFinished(() => door.close());
    expect((await door.ask('GET', '/dav/files/')).status).toBe(418);
  });
});

test('no name and no content is logged or counted', async () => {
  await dav.ask('PUT', '/dav/files/canary-name', { body: 'canary-body' });
  await dav.ask('GET', '/dav/files/canary-gone');
  const { body } = await dav.metrics.render();
  expect(body).toContain('myco_dav_requests_total{method="PUT",class="2xx"} 1');
  expect(body).toContain('myco_dav_requests_total{method="GET",class="4xx"} 1');
  expect(body + dav.logged.join('')).not.toContain('canary');
});
