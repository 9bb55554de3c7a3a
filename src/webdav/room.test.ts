import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectSocket, startSuite, type TestSocket, type TestSuite } from '../testing/index.ts';

// What does not fit is refused with its status, over the real rooms, and leaves nothing behind.

const mebibyte = 1_048_576;
const password = 'correct horse battery';
let suite: TestSuite;

beforeAll(async () => {
  suite = await startSuite({
    settings: { auth: { plaintext: 'allow' }, files: { quota: '2MiB', file: '1MiB' } },
  });
  await suite.addMember('ana@coop.localhost', password);
});
afterAll(() => suite.stop());

async function connected(): Promise<TestSocket> {
  const socket = await connectSocket({ port: suite.ports.http });
  onTestFinished(() => socket.close());
  return socket;
}

function head(method: string, name: string, ...headers: string[]): string {
  const login = Buffer.from(`ana:${password}`).toString('base64');
  const lines = [
    `${method} /dav/files/ana/${name} HTTP/1.1`,
    'Host: coop.localhost',
    `Authorization: Basic ${login}`,
  ];
  return `${[...lines, ...headers].join('\r\n')}\r\n\r\n`;
}

async function heard(socket: TestSocket): Promise<{ status: number; body: string }> {
  const first = (await socket.readLine())?.toString() ?? '';
  let length = 0;
  for (let line = await socket.readLine(); line?.length; line = await socket.readLine()) {
    length = Number(/^content-length: (\d+)$/i.exec(line.toString())?.[1] ?? length);
  }
  const body = (await socket.readExactly(length)).toString();
  return { status: Number(first.split(' ')[1]), body };
}

async function ask(text: string, ...pieces: (string | Buffer)[]): Promise<{ status: number; body: string }> {
  const socket = await connected();
  await socket.send(text);
  for (const piece of pieces) await socket.send(piece);
  return heard(socket);
}

const chunked = 'Transfer-Encoding: chunked';
const chunks = (bytes: number) => {
  const piece = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), Buffer.from('\r\n')]);
  return [...Array.from({ length: bytes / 65_536 }, () => piece), '0\r\n\r\n'];
};

async function usage() {
  const member = await suite.rooms.accounts.accounts.byAddress('ana@coop.localhost');
  const { used, files } = await suite.rooms.files.usage(member?.id ?? 0);
  return { used, files };
}

const half = () => readdirSync(join(suite.data, 'blobs', 'incoming'));

test('one file: 413, before it comes where its length says so, else as soon as it is too much', async () => {
  const said = `Content-Length: ${mebibyte + 1}`;
  expect((await ask(head('PUT', 'a', said, 'Expect: 100-continue'))).status).toBe(413);
  expect((await ask(head('PUT', 'a', said))).status).toBe(413);
  expect((await ask(head('PUT', 'a', chunked), ...chunks(mebibyte + 65_536))).status).toBe(413);
  expect((await ask(head('GET', 'a'))).status).toBe(404);
  expect([await usage(), half()]).toEqual([{ used: 0, files: 0 }, []]);
});

test('all files: 507 with its condition, before or half-way', async () => {
  expect((await ask(head('PUT', 'a', chunked), ...chunks(mebibyte))).status).toBe(201);
  expect((await ask(head('PUT', 'b', chunked), ...chunks(mebibyte / 2))).status).toBe(201);
  const before = await usage();
  const said = await ask(head('PUT', 'c', `Content-Length: ${mebibyte}`, 'Expect: 100-continue'));
  expect(said).toMatchObject({ status: 507, body: expect.stringContaining('<D:quota-not-exceeded/>') });
  const comes = await ask(head('PUT', 'c', chunked), ...chunks(mebibyte));
  expect(comes).toMatchObject({ status: 507, body: expect.stringContaining('<D:quota-not-exceeded/>') });
  const copied = await ask(head('COPY', 'a', 'Destination: /dav/files/ana/c'));
  expect(copied).toMatchObject({ status: 507, body: expect.stringContaining('<D:quota-not-exceeded/>') });
  expect((await ask(head('GET', 'c'))).status).toBe(404);
  expect([await usage(), half()]).toEqual([before, []]);
  // In the place of another there is room for it.
  expect((await ask(head('PUT', 'b', chunked), ...chunks(mebibyte))).status).toBe(204);
});

test('a file that is cut off: what stood there stays', async () => {
  expect((await ask(head('DELETE', 'b'))).status).toBe(204);
  const before = await usage();
  for (const [name, ...headers] of [
    ['a', `Content-Length: ${mebibyte}`],
    ['new', chunked],
  ] as const) {
    const socket = await connected();
    await socket.send(head('PUT', name, ...headers, 'Expect: 100-continue'));
    expect((await heard(socket)).status).toBe(100);
    for (const piece of chunks(mebibyte / 2).slice(0, 4)) await socket.send(piece);
    await socket.close();
  }
  await expect.poll(half).toEqual([]);
  expect(await usage()).toEqual(before);
  expect((await ask(head('GET', 'new'))).status).toBe(404);
});

test.each(['PUT', 'MKCOL', 'LOCK'])('%s of a name that is too long for the room: 400', async (method) => {
  const body =
    method === 'LOCK'
      ? '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>'
      : '';
  const answer = await ask(head(method, 'x'.repeat(300), `Content-Length: ${body.length}`), body);
  expect(answer.status).toBe(400);
});
