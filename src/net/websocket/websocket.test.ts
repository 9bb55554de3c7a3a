import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createLog, createMetrics, silentLog } from '../../observability/index.ts';
import { listenHttp } from '../http/index.ts';
import {
  defaultNetLimits,
  type NetLimits,
  webSocketCloseMsMax,
  webSocketFragmentsMax,
  webSocketPacketsMax,
} from '../limits.ts';
import { createNetwork, type Network } from '../network.ts';
import { type Certificates, createCertificates } from '../tls/index.ts';
import { type WebSocketOptions, type WebSocketPeer, webSocketDoor } from './index.ts';

let dir = '';
let certificates: Certificates;
let network: Network;
const clients: WebSocket[] = [];

function makeNetwork(limits: Partial<NetLimits> = {}) {
  const metrics = createMetrics({ processMetrics: false });
  network = createNetwork({
    log: silentLog,
    metrics,
    certificates,
    limits: { ...defaultNetLimits, sweepIntervalMs: 10, ...limits },
  });
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'myco-websocket-'));
  certificates = await createCertificates(
    { mode: 'self-signed', dir, hostnames: ['coop.localhost'] },
    { log: silentLog },
  );
  makeNetwork();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await network.closeAll(0);
  certificates.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A door on a free port, and the peers that came in. */
async function door(
  options: Partial<WebSocketOptions> & {
    tls?: 'none' | 'implicit';
    greet?: (peer: WebSocketPeer) => void;
  } = {},
) {
  const { tls = 'none', greet, ...more } = options;
  const peers: WebSocketPeer[] = [];
  const sockets = webSocketDoor({
    path: '/chat',
    protocols: ['xmpp'],
    messageBytesMax: 1_000,
    unauthenticatedMsMax: 0,
    onPeer(peer) {
      peers.push(peer);
      greet?.(peer);
    },
    ...more,
  });
  const listener = await listenHttp(
    network,
    { name: 'http', host: '127.0.0.1', port: 0, tls, ...sockets },
    () => new Response('page'),
  );
  return { listener, peers, port: listener.port };
}

const echo = (peer: WebSocketPeer) => peer.onMessage((text) => void peer.send(`got ${text}`));

/** A client, what it hears, and the code and reason of its end. */
function client(port: number, { secure = false, protocols = ['xmpp'] as string[], path = '/chat' } = {}) {
  const socket = new WebSocket(`${secure ? 'wss' : 'ws'}://127.0.0.1:${port}${path}`, protocols, {
    ...(secure ? { ca: certificates.authority ?? '', servername: 'coop.localhost' } : {}),
  });
  clients.push(socket);
  const heard: string[] = [];
  socket.on('message', (data) => heard.push(data.toString()));
  socket.on('error', () => undefined);
  const opened = new Promise<void>((resolve) => socket.once('open', () => resolve()));
  const closed = new Promise<string>((resolve) =>
    socket.once('close', (code, reason) => resolve(`${code} ${reason.toString()}`.trim())),
  );
  return { socket, heard, opened, closed };
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

const wanted = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': 'soap, xmpp',
};

/** What a request is answered: status and headers, or `101` where it is let in. */
function ask(port: number, { method = 'GET', path = '/chat', headers = {} }: Asked) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port, method, path, headers });
      request.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve({ status: 101, headers: response.headers, body: '' });
      });
      request.on('response', (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      });
      request.on('error', reject);
      request.end();
    },
  );
}

const masked = (opcode: number, payload: Buffer | string, fin = true): Buffer => {
  const bytes = Buffer.from(payload);
  // RFC 6455 §5.2; a mask of zeros is a mask.
  const length = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([
    Buffer.of((fin ? 0x80 : 0) | opcode, 0x80 | (length[0] ?? 0), ...length.slice(1), 0, 0, 0, 0),
    bytes,
  ]);
};

describe('a WebSocket', () => {
  test.each([false, true])(
    'speaks text both ways on the connection of the door (TLS: %s)',
    async (secure) => {
      const { port, peers } = await door({ tls: secure ? 'implicit' : 'none', greet: echo });
      const { socket, heard, opened } = client(port, { secure, protocols: ['soap', 'xmpp'] });
      await opened;
      expect([socket.protocol, socket.extensions]).toEqual(['xmpp', '']);
      for (const text of ['<open/>', 'é€🙂', '']) socket.send(text);
      await expect.poll(() => heard).toEqual(['got <open/>', 'got é€🙂', 'got ']);
      const [peer] = peers;
      expect([peer?.protocol, peer?.connection.secure, peer?.connection.remote.address]).toEqual([
        'xmpp',
        secure,
        '127.0.0.1',
      ]);
      peer?.send(Buffer.from('bytes of text'));
      await expect.poll(() => heard.at(-1)).toBe('bytes of text');
    },
  );

  test('what came with the request is not lost, and a message may come in frames', async () => {
    const { port, peers } = await door({ greet: echo });
    const head = Object.entries(wanted).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    const frames = [masked(1, 'one'), masked(1, 'tw', false), masked(9, 'ping'), masked(0, 'o')];
    socket.write(
      Buffer.concat([Buffer.from(`GET /chat?a=b HTTP/1.1\r\nHost: x\r\n${head.join('')}\r\n`), ...frames]),
    );
    await expect.poll(() => text).toContain('got two');
    expect(text).toMatch(/^HTTP\/1\.1 101 .*Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/s);
    expect(text).toContain('\x81\x07got one\x8a\x04ping\x81\x07got two');
    socket.destroy();
    expect(await peers[0]?.closed).toBe('peer');
  });

  test.each<[string, Asked, number]>([
    ['another path', { path: '/other', headers: wanted }, 404],
    ['no subprotocol', { headers: { ...wanted, 'Sec-WebSocket-Protocol': '' } }, 400],
    ['another subprotocol', { headers: { ...wanted, 'Sec-WebSocket-Protocol': 'xmpp-framing' } }, 400],
    ['a subprotocol twice', { headers: { ...wanted, 'Sec-WebSocket-Protocol': 'xmpp, xmpp' } }, 400],
    ['a key that is none', { headers: { ...wanted, 'Sec-WebSocket-Key': 'short' } }, 400],
    ['an old version', { headers: { ...wanted, 'Sec-WebSocket-Version': '8' } }, 426],
    ['no upgrade', {}, 426],
    ['an upgrade by POST', { method: 'POST', headers: { ...wanted, 'Content-Length': '0' } }, 426],
    ['an origin that may not', { headers: { ...wanted, Origin: 'https://evil.example' } }, 403],
    ['an origin that may', { headers: { ...wanted, Origin: 'https://coop.example' } }, 101],
    ['no origin', { headers: wanted }, 101],
    ['another protocol', { path: '/page', headers: { Connection: 'Upgrade', Upgrade: 'h2c' } }, 200],
    ['a page', { path: '/page' }, 200],
  ])('%s is answered as HTTP has it', async (_, asked, status) => {
    const allowOrigin = (origin: string | null) => origin !== 'https://evil.example';
    const { port, peers } = await door({ allowOrigin });
    const answer = await ask(port, asked);
    expect(answer.status).toBe(status);
    if (status === 426)
      expect(answer.headers).toMatchObject({ upgrade: 'websocket', 'sec-websocket-version': '13' });
    expect(peers).toHaveLength(status === 101 ? 1 : 0);
    await expect.poll(() => [...network.connections()].length).toBeLessThanOrEqual(1);
  });

  test('any origin may connect where nothing else is said', async () => {
    const { port } = await door();
    expect((await ask(port, { headers: { ...wanted, Origin: 'https://evil.example' } })).status).toBe(101);
  });

  test('an upgrade behind a request that waits for its answer is not taken', async () => {
    const sockets = webSocketDoor({
      path: '/chat',
      protocols: ['xmpp'],
      messageBytesMax: 1_000,
      unauthenticatedMsMax: 0,
      onPeer: () => expect.unreachable(),
    });
    const listener = await listenHttp(
      network,
      { name: 'http', host: '127.0.0.1', port: 0, tls: 'none', ...sockets },
      () => new Promise(() => undefined),
    );
    const socket = connect({ port: listener.port, host: '127.0.0.1' });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    const head = Object.entries(wanted).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /chat HTTP/1.1\r\nHost: x\r\n${head.join('')}\r\n`,
    );
    await new Promise((resolve) => socket.once('close', resolve));
    expect(text).toBe('');
  });

  test.each<[string, readonly Buffer[], string]>([
    ['a binary frame', [masked(2, 'x')], '1003 text only'],
    ['text that is no UTF-8', [masked(1, Buffer.of(0xc3, 0x28))], '1007'],
    ['a message above the limit', [masked(1, 'x'.repeat(1_001))], '1009'],
    [
      'frames that are too much together',
      [masked(1, 'x'.repeat(600), false), masked(0, 'x'.repeat(401))],
      '1009',
    ],
    [
      'a message of too many frames',
      Array.from({ length: webSocketFragmentsMax + 1 }, (_, at) => masked(at === 0 ? 1 : 0, '', false)),
      '1008',
    ],
    ['a frame without a mask', [Buffer.of(0x81, 1, 0x78)], '1002'],
    ['a continuation of nothing', [masked(0, 'x')], '1002'],
    ['a frame with a bit that means nothing', [Buffer.from([0xc1, 0x81, 0, 0, 0, 0, 0x78])], '1002'],
  ])('%s ends it, saying why', async (_, frames, end) => {
    const said: string[] = [];
    const { port, peers, listener } = await door({
      greet: (peer) => peer.onMessage((text) => said.push(text)),
    });
    const { socket, opened, closed } = client(port);
    await opened;
    (socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(
      Buffer.concat([...frames, masked(1, 'after')]),
    );
    expect(await closed).toBe(end);
    expect(await peers[0]?.closed).toBe('local');
    await expect.poll(() => listener.count).toBe(0);
    expect(said).toEqual([]);
  });

  test('a frame in too many packets ends it, saying why', async () => {
    const { port, peers } = await door({ messageBytesMax: 100_000, greet: echo });
    const { opened, closed } = client(port);
    await opened;
    const arrive = (bytes: Buffer) => peers[0]?.connection.stream.emit('data', bytes);
    arrive(masked(1, 'x'.repeat(50_000)).subarray(0, 8));
    // What the loopback device would gather into a few packets.
    for (let at = 0; at <= webSocketPacketsMax; at++) arrive(Buffer.from('x'));
    expect(await closed).toMatch(/^1008/);
    expect(webSocketCloseMsMax).toBeLessThanOrEqual(defaultNetLimits.closeLingerMsMax);
  });

  test('a message at the limit is taken', async () => {
    const { port } = await door({
      greet: (peer) => peer.onMessage((text) => void peer.send(String(text.length))),
    });
    const { socket, heard, opened } = client(port);
    await opened;
    socket.send('x'.repeat(1_000));
    await expect.poll(() => heard).toEqual(['1000']);
  });

  test('what comes before somebody reads, and while nobody reads, waits in order', async () => {
    const { port, peers } = await door();
    const { socket, opened } = client(port);
    await opened;
    for (let at = 0; at < 20; at++) socket.send(`m${at}`);
    await expect.poll(() => peers.length).toBe(1);
    const said: string[] = [];
    const [peer] = peers;
    peer?.onMessage((text) => {
      said.push(text);
      if (said.length % 5 === 0) peer.pause();
    });
    for (const count of [5, 10, 15, 20]) {
      await expect.poll(() => said.length).toBe(count);
      // Another turn of the loop brings nothing.
      await new Promise((resolve) => setImmediate(resolve));
      expect(said.length).toBe(count);
      peer?.resume();
      // Who asks for more is not told it before it has said so.
      expect(said.length).toBe(count);
    }
    expect(said).toEqual(Array.from({ length: 20 }, (_, at) => `m${at}`));
  });

  test('a reader that is paused makes the client wait', async () => {
    const { port, peers } = await door({ greet: (peer) => peer.pause() });
    const { socket, opened } = client(port);
    await opened;
    for (let at = 0; at < 20_000; at++) socket.send('x'.repeat(900));
    await expect.poll(() => peers.length).toBe(1);
    let told = 0;
    const [peer] = peers;
    peer?.onMessage(() => told++);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toBe(0);
    expect(peer?.connection.stream).toSatisfy((stream: Socket) => stream.bytesRead < 1_000_000);
    peer?.resume();
    await expect.poll(() => told, { timeout: 10_000 }).toBe(20_000);
  });

  test('a client that does not read is cut off, whether it is sent messages or asks for pongs', async () => {
    makeNetwork({ sendBufferBytesMax: 100_000 });
    const { port, peers } = await door();
    const [first, second] = [client(port), client(port)];
    await Promise.all([first.opened, second.opened]);
    first.socket.pause();
    second.socket.pause();
    await expect.poll(() => peers.length).toBe(2);
    while (peers[0]?.send('x'.repeat(60_000)) !== false || !peers[0].connection.stream.destroyed) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await peers[0].closed).toBe('slow-reader');
    peers[1]?.onMessage(() => undefined);
    let ended = '';
    void peers[1]?.closed.then((reason) => (ended = reason));
    const raw = (second.socket as unknown as { _socket: NodeJS.WritableStream })._socket;
    const pings = Buffer.concat(Array.from({ length: 10_000 }, () => masked(9, 'x'.repeat(125))));
    while (ended === '') {
      raw.write(pings);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(ended).toBe('slow-reader');
    expect(peers[1]?.send('gone')).toBe(false);
  });

  test('a stranger has its time, and a member has no limit', async () => {
    const { port, peers } = await door({ unauthenticatedMsMax: 200 });
    const [stranger, member] = [client(port), client(port)];
    await member.opened;
    await expect.poll(() => peers.length).toBe(2);
    peers[0]?.connection.authenticated();
    expect(await peers[1]?.closed).toBe('unauthenticated');
    expect(peers[0]?.connection.stream.destroyed).toBe(false);
    await Promise.race([stranger.closed, member.closed]);
  });

  test('silence ends it, and a pong is no silence', async () => {
    const { port, peers } = await door({
      greet: (peer) => {
        echo(peer);
        peer.connection.setIdleTimeout(300);
      },
    });
    const [silent, answering] = [client(port), client(port)];
    await Promise.all([silent.opened, answering.opened]);
    await expect.poll(() => peers.length).toBe(2);
    const pongs: number[] = [];
    const timer = setInterval(() => peers[1]?.ping(), 50);
    peers[1]?.onPong(() => pongs.push(1));
    expect(await peers[0]?.closed).toBe('idle');
    clearInterval(timer);
    expect(pongs.length).toBeGreaterThan(0);
    expect(peers[1]?.connection.stream.destroyed).toBe(false);
  });

  test('a close from either side is a clean one', async () => {
    const { port, peers, listener } = await door({ greet: echo });
    const [theirs, ours] = [client(port), client(port)];
    await Promise.all([theirs.opened, ours.opened]);
    await expect.poll(() => peers.length).toBe(2);
    peers[1]?.send('last words');
    peers[1]?.close(1008, 'policy');
    peers[1]?.close(1000);
    expect(peers[1]?.send('more')).toBe(false);
    const ends = [await Promise.race([ours.closed, theirs.closed])];
    expect(ends).toEqual(['1008 policy']);
    expect([...ours.heard, ...theirs.heard]).toEqual(['last words']);
    for (const one of [theirs, ours]) one.socket.close(1000);
    await expect.poll(() => listener.count).toBe(0);
  });

  test('one that does not end its half is ended', async () => {
    makeNetwork({ closeLingerMsMax: 50 });
    const { port, peers, listener } = await door();
    const { socket, opened } = client(port);
    await opened;
    await expect.poll(() => peers.length).toBe(1);
    socket.pause();
    peers[0]?.close(1000);
    expect(await peers[0]?.closed).toBe('local');
    await expect.poll(() => listener.count).toBe(0);
  });

  test('draining says that we go away, or what the protocol says', async () => {
    const { port, peers, listener } = await door({
      greet(peer) {
        if (peers.length === 2)
          peer.connection.onDrain(() => {
            peer.send('<close/>');
            peer.close(1000);
          });
      },
    });
    const first = client(port);
    await first.opened;
    const second = client(port);
    await second.opened;
    await expect.poll(() => peers.length).toBe(2);
    await listener.close(3_600_000);
    expect([await first.closed, await second.closed, second.heard]).toEqual(['1001', '1000', ['<close/>']]);
  });

  test.each(['reader', 'greeting', 'later'])(
    'a protocol that fails (%s) ends its own connection alone',
    async (where) => {
      const lines: string[] = [];
      const log = createLog({ level: 'error', format: 'json', write: (line) => lines.push(line) });
      const boom = () => {
        throw new Error('boom');
      };
      const onPeer = {
        reader: (peer: WebSocketPeer) => peer.onMessage(boom),
        greeting: boom,
        later: async () => boom(),
      }[where];
      const { port, listener } = await door({ log, onPeer: onPeer ?? boom });
      const { socket, closed } = client(port);
      socket.on('open', () => socket.send('x'));
      expect(await closed).toMatch(/^(1011|1006)$/);
      await expect.poll(() => listener.count).toBe(0);
      expect(lines.join('')).toContain('boom');
    },
  );
});
