import { spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as netConnect, type Server, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Clock, fakeClock } from '../base/index.ts';
import { createLog, createMetrics, createWireTap, silentLog, type WireTap } from '../observability/index.ts';
import type { Connection } from './connection.ts';
import { defaultNetLimits, listenBacklogMax, type NetLimits } from './limits.ts';
import { type ListenerOptions, type ListenerParts, TcpListener } from './listener.ts';
import { createNetwork, type Network } from './network.ts';
import { Registry } from './registry.ts';
import { type Certificates, createCertificates } from './tls/index.ts';

let dir = '';
let certificates: Certificates;
const cleanups: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'myco-net-'));
  certificates = await createCertificates(
    { mode: 'self-signed', dir, hostnames: ['a.example'] },
    { log: silentLog },
  );
});
afterAll(() => {
  certificates.close();
  rmSync(dir, { recursive: true, force: true });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const metrics = () => createMetrics({ processMetrics: false });
function network(
  limits: Partial<NetLimits> = {},
  more: { tap?: WireTap; metrics?: ReturnType<typeof metrics>; clock?: Clock } = {},
) {
  const made: Network = createNetwork({
    log: silentLog,
    metrics: metrics(),
    certificates,
    limits: { ...defaultNetLimits, sweepIntervalMs: 10, ...limits },
    ...more,
  });
  cleanups.push(() => made.closeAll(0));
  return made;
}

/** A listener on a free port and the connections it handed out, in order. */
async function door(
  made: Network,
  options: Partial<ListenerOptions> & { greet?: (c: Connection) => unknown } = {},
) {
  const handed: Connection[] = [];
  const { greet, ...rest } = options;
  const listener = await made.listen({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    tls: 'none',
    onConnection: async (connection) => {
      handed.push(connection);
      await greet?.(connection);
    },
    ...rest,
  });
  return { listener, handed };
}

function client(port: number, host = '127.0.0.1') {
  const socket = netConnect({ port, host });
  return { socket, ...listenTo(socket) };
}
function listenTo(socket: Socket) {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  const errors: string[] = [];
  socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  cleanups.push(() => {
    socket.destroy();
  });
  return { text: () => text, closed, errors };
}
function secureClient(port: number, options: tls.ConnectionOptions = {}) {
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    servername: 'a.example',
    ca: certificates.authority ?? '',
    ...options,
  });
  return { socket, ...listenTo(socket) };
}
const line = { bytesMax: 1000 };
const crlf = { lineEnding: 'crlf' } as const;

/** Answers every line with `got <line>`; STARTTLS is honoured. */
async function echo(connection: Connection): Promise<void> {
  const reader = connection.lines(crlf);
  for (;;) {
    const next = await reader.readLine(line);
    if (next === null) return;
    const text = next.toString();
    if (text === 'STARTTLS') await connection.startTls('220 go\r\n').catch(() => undefined);
    else if (text === 'QUIT') return connection.close();
    else connection.write(`got ${text}\r\n`);
  }
}

describe('a listener', () => {
  test('hands out connections with both ends, and counts them', async () => {
    const counted = metrics();
    const { listener, handed } = await door(network({}, { metrics: counted }), { greet: echo });
    const { socket, text, closed } = client(listener.port);
    socket.write('hello\r\n');
    await expect.poll(text).toBe('got hello\r\n');
    const { localPort } = socket;
    socket.write('QUIT\r\nafter\r\n');
    await closed;
    expect(text()).toBe('got hello\r\n');
    expect(handed[0]).toMatchObject({ listener: 'test', secure: false, remote: { address: '127.0.0.1' } });
    expect(handed[0]?.remote.port).toBe(localPort);
    expect(handed[0]?.local).toEqual({ address: '127.0.0.1', port: listener.port });
    expect(await handed[0]?.closed).toBe('local');
    expect(handed[0]?.tlsInfo()).toBeNull();
    expect(handed[0]?.exportKeyingMaterial('x', 32)).toBeNull();
    expect(handed[0]?.serverCertificateHash()).toBeNull();
    const { body } = await counted.render();
    expect(body).toContain('myco_net_accepted_total{listener="test"} 1');
    expect(body).toContain('myco_net_connections{listener="test"} 0');
    expect(body).toContain('myco_net_closed_total{listener="test",reason="local"} 1');
  });

  test.skipIf(
    !Object.values(networkInterfaces())
      .flat()
      .some((i) => i?.address === '::1'),
  )('on both families names an IPv4 client by its IPv4 address (skipped without IPv6)', async () => {
    const { listener, handed } = await door(network(), { host: '::', greet: echo });
    client(listener.port, '127.0.0.1');
    client(listener.port, '::1');
    await expect.poll(() => handed.map(({ remote }) => remote.address).sort()).toEqual(['127.0.0.1', '::1']);
  });

  test('that cannot be bound is refused by the call', async () => {
    const made = network();
    const { listener } = await door(made);
    await expect(door(made, { port: listener.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('pauses and resumes on the same port', async () => {
    const { listener } = await door(network(), { greet: echo });
    const { port } = listener;
    listener.pause();
    const refused = client(port);
    await refused.closed;
    expect(refused.errors).toEqual(['ECONNREFUSED']);
    listener.resume();
    await expect
      .poll(async () => {
        const { socket, closed, text } = client(port);
        socket.write('again\r\nQUIT\r\n');
        await closed;
        return text();
      })
      .toBe('got again\r\n');
    expect(listener.port).toBe(port);
  });

  test('a handler that throws ends its connection only', async () => {
    const lines: string[] = [];
    const made = createNetwork({
      log: createLog({ level: 'error', format: 'json', write: (l) => lines.push(l) }),
      metrics: metrics(),
      certificates: null,
      limits: defaultNetLimits,
    });
    cleanups.push(() => made.closeAll(0));
    const { listener, handed } = await door(made, {
      greet: () => {
        throw new Error('boom');
      },
    });
    await client(listener.port).closed;
    expect(await handed[0]?.closed).toBe('internal');
    expect(lines.join('')).toContain('connection handler failed');
    await expect(door(made, { tls: 'implicit' })).rejects.toThrow('needs certificates');
  });
});

describe('limits', () => {
  test('one address has its share; a place is free again when a connection ends', async () => {
    const made = network({ connectionsPerAddressMax: 2 });
    const { listener, handed } = await door(made, { greet: echo, refusal: (reason) => `421 ${reason}\r\n` });
    const first = client(listener.port);
    client(listener.port);
    await expect.poll(() => handed.length).toBe(2);
    const third = client(listener.port);
    await third.closed;
    expect(third.text()).toBe('421 too-many-from-address\r\n');
    first.socket.end('QUIT\r\n');
    await first.closed;
    await expect.poll(() => listener.count).toBe(1);
    client(listener.port).socket.write('x\r\n');
    await expect.poll(() => handed.length).toBe(3);
  });

  test('where an address has its share, whoever neither signs in nor says anything gives way, the oldest first; quietStrangerMsMin', async () => {
    const clock = fakeClock();
    const made = network({ connectionsPerAddressMax: 3 }, { clock });
    const { listener, handed } = await door(made, { greet: echo, refusal: (reason) => `421 ${reason}\r\n` });
    const silent = [client(listener.port)];
    for (const count of [1, 2, 3]) {
      await expect.poll(() => handed.length).toBe(count);
      if (count < 3) silent.push(client(listener.port));
    }
    handed[0]?.authenticated();
    // Nobody has been quiet for long yet.
    clock.advance(defaultNetLimits.quietStrangerMsMin - 1);
    const early = client(listener.port);
    await early.closed;
    expect(early.text()).toBe('421 too-many-from-address\r\n');
    clock.advance(defaultNetLimits.quietStrangerMsMin);
    await expect
      .poll(async () => {
        const next = client(listener.port);
        next.socket.write('here\r\n');
        await expect.poll(next.text).not.toBe('');
        return next.text();
      })
      .toBe('got here\r\n');
    expect(await handed[1]?.closed).toBe('gave-way');
    // Who has signed in stays, and so does who is younger.
    expect([...made.connections()].map(({ id }) => id)).toEqual([0, 2, 3].map((each) => handed[each]?.id));
  });

  test('all addresses together have theirs', async () => {
    const made = network({ connectionsMax: 1 });
    const { listener, handed } = await door(made, { greet: echo, refusal: (reason) => `421 ${reason}\r\n` });
    client(listener.port);
    await expect.poll(() => handed.length).toBe(1);
    const second = client(listener.port);
    await second.closed;
    expect(second.text()).toBe('421 too-many\r\n');
    expect(handed).toHaveLength(1);
    expect([...made.connections()]).toHaveLength(1);
  });

  test('a stranger is sent away, a known client stays', async () => {
    const clock = fakeClock();
    const { listener, handed } = await door(network({}, { clock }), { greet: echo });
    const stranger = client(listener.port);
    await expect.poll(() => handed.length).toBe(1);
    const known = client(listener.port);
    await expect.poll(() => handed.length).toBe(2);
    handed[1]?.authenticated();
    clock.advance(defaultNetLimits.unauthenticatedMsMax);
    await stranger.closed;
    expect(await handed[0]?.closed).toBe('unauthenticated');
    known.socket.write('still here\r\n');
    await expect.poll(known.text).toBe('got still here\r\n');
    // Who was known and is a stranger again has the same time once more, not less.
    handed[1]?.unauthenticated();
    clock.advance(defaultNetLimits.unauthenticatedMsMax - 1);
    known.socket.write('and now\r\n');
    await expect.poll(known.text).toBe('got still here\r\ngot and now\r\n');
    clock.advance(1);
    await known.closed;
    expect(await handed[1]?.closed).toBe('unauthenticated');
  });

  test.each(['none', 'implicit'] as const)(
    'an idle client is sent away, a busy one stays (tls %s)',
    async (mode) => {
      const clock = fakeClock();
      const greet = (connection: Connection) => {
        connection.authenticated();
        connection.setIdleTimeout(1000);
        return echo(connection);
      };
      // The test moves the clock; the sweep before each move is what notes that bytes came.
      const swept = () => new Promise((resolve) => setTimeout(resolve, 50));
      const { listener, handed } = await door(network({}, { clock }), { tls: mode, greet });
      const { socket, closed, text } = mode === 'none' ? client(listener.port) : secureClient(listener.port);
      await expect.poll(() => handed.length).toBe(1);
      for (let i = 1; i <= 5; i++) {
        socket.write('x\r\n');
        await expect.poll(text).toBe('got x\r\n'.repeat(i));
        await swept();
        clock.advance(900);
        await swept();
      }
      expect(socket.destroyed).toBe(false);
      clock.advance(100);
      await closed;
      expect(await handed[0]?.closed).toBe('idle');
    },
  );

  test('what a client says after our end does not hold the connection', async () => {
    const made = network({ closeLingerMsMax: 3_600_000 });
    const { listener, handed } = await door(made, { halfOpen: true, greet: echo });
    const { socket, text, closed, errors } = client(listener.port);
    socket.write(`hello\r\nQUIT\r\n${'x'.repeat(5_000_000)}`);
    await closed;
    expect([text(), errors]).toEqual(['got hello\r\n', []]);
    expect(await handed[0]?.closed).toBe('local');
  });

  test('a client that reads nothing is cut off when too much waits', async () => {
    const flood = async (connection: Connection) => {
      const block = Buffer.alloc(64 * 1024, 'a');
      while (!connection.stream.destroyed) {
        connection.write(block);
        await new Promise(setImmediate);
      }
    };
    const { listener, handed } = await door(network({ sendBufferBytesMax: 1_000_000 }), { greet: flood });
    const socket = netConnect({ port: listener.port, host: '127.0.0.1' });
    cleanups.push(() => {
      socket.destroy();
    });
    socket.pause();
    await expect.poll(() => handed.length).toBe(1);
    expect(await handed[0]?.closed).toBe('slow-reader');
    expect(handed[0]?.write('more')).toBe(false);
  });

  test('a client that reads all of it is not, however much is written in one turn', async () => {
    const pieces = 100;
    const pour = async (connection: Connection) => {
      for (let i = 0; i < pieces; i++) {
        connection.write(Buffer.alloc(50_000, 'a'));
        await connection.drain();
      }
      connection.close();
    };
    const { listener, handed } = await door(network({ sendBufferBytesMax: 100_000 }), { greet: pour });
    const { text, closed } = client(listener.port);
    await closed;
    expect(text()).toHaveLength(pieces * 50_000);
    expect(await handed[0]?.closed).toBe('local');
  });

  test('a client that takes nothing of what waits is cut off in time, though little waits', async () => {
    const greet = async (connection: Connection) => {
      for (let more = true; more; ) more = connection.write(Buffer.alloc(64 * 1024));
      await connection.drain();
    };
    const { listener, handed } = await door(network({ sendStallMsMax: 100, sendBufferBytesMax: 1e9 }), {
      greet,
    });
    const socket = netConnect({ port: listener.port, host: '127.0.0.1' });
    cleanups.push(() => {
      socket.destroy();
    });
    // The kernel's own buffers must be full before anything stalls.
    await expect.poll(() => handed.length).toBe(1);
    handed[0]?.write(Buffer.alloc(32 * 1024 * 1024));
    expect(await handed[0]?.closed).toBe('slow-reader');
  });

  test('who wrote hears when his bytes are not read any more: in order, compressed or not, not of a lost client', async () => {
    const told: string[] = [];
    const greet = (connection: Connection) => {
      connection.write('one', () => told.push('one'));
      connection.write(Buffer.from('two'), () => told.push('two'));
      expect(told).toEqual([]);
    };
    const { listener, handed } = await door(network(), { greet });
    const { text } = client(listener.port);
    await expect.poll(() => text()).toBe('onetwo');
    await expect.poll(() => told).toEqual(['one', 'two']);
    const [connection] = handed;
    connection?.compress();
    connection?.write(Buffer.from('three'), () => told.push('three'));
    connection?.write(Buffer.from('four'), () => told.push('four'));
    expect(told).toHaveLength(2);
    await connection?.drain();
    expect(told).toEqual(['one', 'two', 'three', 'four']);
    connection?.destroy('local');
    connection?.write('five', () => told.push('five'));
    await connection?.closed;
    expect(told).toHaveLength(4);
  });

  test('what a client never took is never said to be sent', async () => {
    const { listener, handed } = await door(network({ sendBufferBytesMax: 1e9 }), { greet: () => {} });
    const socket = netConnect({ port: listener.port, host: '127.0.0.1' });
    socket.pause();
    await expect.poll(() => handed.length).toBe(1);
    let sent = 0;
    handed[0]?.write(Buffer.alloc(32 * 1024 * 1024), () => sent++);
    await new Promise(setImmediate);
    socket.destroy();
    await handed[0]?.closed;
    expect(sent).toBe(0);
  });

  test('a client that does not end after our end is cut off', async () => {
    const made = network({ closeLingerMsMax: 50 });
    const { listener, handed } = await door(made, {
      halfOpen: true,
      greet: (connection) => connection.close(),
    });
    const socket = netConnect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true });
    cleanups.push(() => {
      socket.destroy();
    });
    socket.on('error', () => undefined);
    await expect.poll(() => handed.length).toBe(1);
    expect(await handed[0]?.closed).toBe('local');
    expect(listener.count).toBe(0);
  });

  test('a client that ends its half is still answered where the door says so', async () => {
    const { listener } = await door(network(), { halfOpen: true, greet: echo });
    const { socket, text, closed } = client(listener.port);
    socket.end('one\r\ntwo\r\nQUIT\r\n');
    await closed;
    expect(text()).toBe('got one\r\ngot two\r\n');
  });

  test('what is held back leaves together, at the latest when it is waited for', async () => {
    const greet = async (connection: Connection) => {
      connection.cork();
      for (let i = 0; i < 10; i++) {
        connection.write(Buffer.alloc(10_000, 'a'));
        await new Promise(setImmediate);
      }
      await connection.drain();
      connection.uncork();
      connection.write('end\r\n');
    };
    const { listener } = await door(network(), { greet });
    const { text } = client(listener.port);
    await expect.poll(() => text().length).toBe(100_005);
  });

  test('writes of one turn leave in one packet', async () => {
    const greet = (connection: Connection) => {
      for (let i = 0; i < 50; i++) connection.write(`* ${i} EXISTS\r\n`);
    };
    const { listener } = await door(network(), { greet });
    const { socket, text } = client(listener.port);
    let packets = 0;
    socket.on('data', () => packets++);
    await expect.poll(text).toContain('* 49 EXISTS\r\n');
    expect(packets).toBe(1);
  });
});

describe('STARTTLS', () => {
  test('what was sent before the handshake is discarded (THREATS 2)', async () => {
    const { listener, handed } = await door(network(), { tls: 'starttls', greet: echo });
    const { socket, text } = client(listener.port);
    socket.write('hello\r\nSTARTTLS\r\nEVIL injected\r\n');
    await expect.poll(text).toBe('got hello\r\n220 go\r\n');
    socket.removeAllListeners('data');
    const secure = tls.connect({ socket, servername: 'a.example', ca: certificates.authority ?? '' });
    const heard = listenTo(secure);
    secure.write('inside\r\n');
    await expect.poll(heard.text).toContain('inside');
    expect(heard.text()).toBe('got inside\r\n');
    expect(handed[0]?.secure).toBe(true);
    await expect(handed[0]?.startTls()).rejects.toThrow('started already');
  });

  test('what is sent in clear after the go-ahead ends the connection, never reaches the protocol', async () => {
    const seen: string[] = [];
    let failure: unknown;
    const greet = async (connection: Connection) => {
      const reader = connection.lines(crlf);
      await reader.readLine(line);
      failure = await connection.startTls('220 go\r\n').catch((error: unknown) => error);
      for (let next = await reader.readLine(line); next !== null; next = await reader.readLine(line)) {
        seen.push(next.toString());
      }
    };
    const { listener, handed } = await door(network(), { tls: 'starttls', greet });
    const { socket, closed, text } = client(listener.port);
    socket.write('STARTTLS\r\n');
    await expect.poll(text).toContain('220 go\r\n');
    socket.write('EVIL\r\n'.repeat(10));
    await closed;
    expect(await handed[0]?.closed).toBe('handshake-failed');
    await expect
      .poll(() => failure)
      .toMatchObject({ name: 'TlsFailure', code: expect.stringMatching(/^ERR_SSL/) });
    expect(seen).toEqual([]);
  });

  test('a silent client is sent away after the handshake time; the call rejects', async () => {
    let failure: unknown;
    const greet = async (connection: Connection) => {
      failure = await connection.startTls('220 go\r\n').catch((error: unknown) => error);
    };
    const { listener, handed } = await door(network({ handshakeMsMax: 50 }), { tls: 'starttls', greet });
    await client(listener.port).closed;
    expect(await handed[0]?.closed).toBe('handshake-timeout');
    await expect.poll(() => failure).toMatchObject({ name: 'TlsFailure', code: 'handshake-timeout' });
  });

  test('is refused where the door has none', async () => {
    const { listener, handed } = await door(network());
    client(listener.port);
    await expect.poll(() => handed.length).toBe(1);
    await expect(handed[0]?.startTls()).rejects.toThrow('has no STARTTLS');
  });
});

describe('implicit TLS', () => {
  test('tells what was agreed, and binds the channel on both ends', async () => {
    const options = { tls: 'implicit', alpn: ['imap'], greet: echo } as const;
    const { listener, handed } = await door(network(), options);
    const { socket, text } = secureClient(listener.port, { ALPNProtocols: ['imap'] });
    socket.write('hello\r\n');
    await expect.poll(text).toBe('got hello\r\n');
    const [connection] = handed;
    expect(socket.authorized).toBe(true);
    expect(connection?.tlsInfo()).toEqual({
      protocol: 'TLSv1.3',
      cipher: expect.stringMatching(/^TLS_/),
      sni: 'a.example',
      alpn: 'imap',
    });
    const label = 'EXPORTER-Channel-Binding';
    const exported = socket.exportKeyingMaterial(32, label, Buffer.alloc(0));
    expect(connection?.exportKeyingMaterial(label, 32)).toEqual(exported);
    const { raw } = socket.getPeerCertificate();
    expect(connection?.serverCertificateHash()).toEqual(createHash('sha256').update(raw).digest());
  });

  test('TLS 1.2 is spoken without the exporter; 1.1 is not spoken', async () => {
    const { listener, handed } = await door(network(), { tls: 'implicit', greet: echo });
    const two = secureClient(listener.port, { maxVersion: 'TLSv1.2' });
    two.socket.write('x\r\n');
    await expect.poll(two.text).toBe('got x\r\n');
    expect(handed[0]?.tlsInfo()?.protocol).toBe('TLSv1.2');
    expect(handed[0]?.exportKeyingMaterial('EXPORTER-Channel-Binding', 32)).toBeNull();
    const old = secureClient(listener.port, {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    });
    await old.closed;
    expect(old.errors).toHaveLength(1);
    expect(handed).toHaveLength(1);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('a session is resumed by its ticket (%s)', async (version) => {
    const { listener } = await door(network(), { tls: 'implicit', greet: echo });
    const first = secureClient(listener.port, { maxVersion: version });
    const session = new Promise<Buffer>((resolve) => first.socket.once('session', resolve));
    first.socket.write('x\r\n');
    const second = secureClient(listener.port, { maxVersion: version, session: await session });
    second.socket.write('x\r\n');
    await expect.poll(second.text).toBe('got x\r\n');
    expect(second.socket.isSessionReused()).toBe(true);
  });

  test.each([
    ['nothing', '', 'handshake-timeout'],
    ['no TLS', 'GET / HTTP/1.1\r\n\r\n', 'handshake-failed'],
  ])('a client that says %s is sent away before a protocol hears of it', async (_, words, reason) => {
    const counted = metrics();
    const made = network(words === '' ? { handshakeMsMax: 50 } : {}, { metrics: counted });
    const { listener, handed } = await door(made, { tls: 'implicit' });
    const { socket, closed } = client(listener.port);
    socket.write(words);
    await closed;
    expect(handed).toEqual([]);
    await expect.poll(async () => (await counted.render()).body).toContain(`reason="${reason}"} 1`);
    expect(listener.count).toBe(0);
  });

  test('an unknown application protocol is refused in the handshake (RFC 7301 §3.2)', async () => {
    const { listener, handed } = await door(network(), { tls: 'implicit', alpn: ['imap'] });
    const { closed, errors } = secureClient(listener.port, { ALPNProtocols: ['h2'] });
    await closed;
    expect(errors).toEqual(['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL']);
    expect(handed).toEqual([]);
  });

  test('a new certificate serves the next handshake of the same listener', async () => {
    const own = mkdtempSync(join(tmpdir(), 'myco-net-'));
    cleanups.push(() => rmSync(own, { recursive: true, force: true }));
    let current = certificates;
    const following: Certificates = { ...certificates, contextFor: (name) => current.contextFor(name) };
    const made = createNetwork({
      log: silentLog,
      metrics: metrics(),
      certificates: following,
      limits: defaultNetLimits,
    });
    cleanups.push(() => made.closeAll(0));
    const { listener } = await door(made, { tls: 'implicit', greet: echo });
    const fingerprint = async () => {
      const { socket, text } = secureClient(listener.port, { rejectUnauthorized: false });
      socket.write('x\r\n');
      await expect.poll(text).toBe('got x\r\n');
      return new X509Certificate(socket.getPeerCertificate().raw).fingerprint256
        .replaceAll(':', '')
        .toLowerCase();
    };
    expect(await fingerprint()).toBe(certificates.summary.fingerprint);
    const other = await createCertificates(
      { mode: 'self-signed', dir: own, hostnames: ['b.example'] },
      { log: silentLog },
    );
    cleanups.push(() => other.close());
    current = other;
    expect(await fingerprint()).toBe(other.summary.fingerprint);
  });
});

describe('PROXY protocol', () => {
  const header = 'PROXY TCP4 192.0.2.1 198.51.100.2 12345 25\r\n';
  const proxied = { proxyProtocol: ['127.0.0.0/8'], greet: echo };

  test('a trusted proxy names the client; what follows belongs to the protocol', async () => {
    const { listener, handed } = await door(network(), proxied);
    const { socket, text } = client(listener.port);
    socket.write(header.slice(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(handed).toEqual([]);
    socket.write(`${header.slice(20)}hello\r\n`);
    await expect.poll(text).toBe('got hello\r\n');
    expect(handed[0]?.remote).toEqual({ address: '192.0.2.1', port: 12345 });
    expect(handed[0]?.local).toEqual({ address: '198.51.100.2', port: 25 });
    socket.write('more\r\n');
    await expect.poll(text).toBe('got hello\r\ngot more\r\n');
  });

  test('version 2 before implicit TLS in the same packet', async () => {
    const { listener, handed } = await door(network(), { ...proxied, tls: 'implicit' });
    const body = Buffer.from([192, 0, 2, 9, 198, 51, 100, 2, 0x30, 0x39, 0x03, 0xe1]);
    const head = Buffer.concat([Buffer.from('\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c', 'latin1'), body]);
    const socket = netConnect({ port: listener.port, host: '127.0.0.1' });
    socket.cork();
    socket.write(head);
    const secure = tls.connect({ socket, servername: 'a.example', ca: certificates.authority ?? '' });
    setImmediate(() => socket.uncork());
    const heard = listenTo(secure);
    secure.write('hello\r\n');
    await expect.poll(heard.text).toBe('got hello\r\n');
    expect(handed[0]?.remote.address).toBe('192.0.2.9');
  });

  test.each([
    ['no header', 'EHLO x\r\n'],
    ['a bad one', 'PROXY TCP4 999.0.2.1 198.51.100.2 1 2\r\n'],
    ['an endless one', `PROXY TCP4 ${'1'.repeat(200)}`],
    ['none in time', ''],
  ])('a trusted proxy that sends %s is cut off', async (_, words) => {
    const counted = metrics();
    const made = network({ proxyHeaderMsMax: 50 }, { metrics: counted });
    const { listener, handed } = await door(made, proxied);
    const { socket, closed } = client(listener.port);
    socket.write(words);
    await closed;
    expect(handed).toEqual([]);
    await expect.poll(async () => (await counted.render()).body).toContain('reason="proxy-header"} 1');
  });

  test('others cannot name themselves', async () => {
    const { listener, handed } = await door(network(), { ...proxied, proxyProtocol: ['192.0.2.0/24'] });
    const { socket, text } = client(listener.port);
    socket.write(header);
    await expect.poll(text).toBe(`got ${header}`);
    expect(handed[0]?.remote.address).toBe('127.0.0.1');
  });

  test('the share is counted by the named address', async () => {
    const made = network({ connectionsPerAddressMax: 1 });
    const { listener, handed } = await door(made, { ...proxied, refusal: () => 'no\r\n' });
    const say = (address: string) => {
      const made = client(listener.port);
      made.socket.write(`PROXY TCP6 ${address} ::1 1 2\r\n`);
      return made;
    };
    say('2001:db8:0:1::1');
    await expect.poll(() => handed.length).toBe(1);
    const neighbour = say('2001:db8:0:1:ffff::2');
    await neighbour.closed;
    expect(neighbour.text()).toBe('no\r\n');
    say('2001:db8:0:2::1');
    await expect.poll(() => handed.length).toBe(2);
  });
});

describe('draining', () => {
  test('stops accepting at once, says goodbye, ends who stays', async () => {
    const made = network();
    const greet = (connection: Connection) => {
      connection.onDrain(() => connection.write('* BYE stopping\r\n'));
      return echo(connection);
    };
    const { listener, handed } = await door(made, { greet });
    const polite = client(listener.port);
    const stubborn = client(listener.port);
    polite.socket.on('data', () => polite.socket.end());
    await expect.poll(() => handed.length).toBe(2);
    const closing = made.closeAll(1500);
    const late = client(listener.port);
    await late.closed;
    expect(late.errors).toEqual(['ECONNREFUSED']);
    await closing;
    const reasons = await Promise.all(handed.map((connection) => connection.closed));
    expect(reasons.sort()).toEqual(['drained', 'peer']);
    expect(polite.text() + stubborn.text()).toBe('* BYE stopping\r\n'.repeat(2));
    expect([...made.connections()]).toEqual([]);
    await expect(door(made)).rejects.toThrow('the network is closing');
  });

  test('ends at once where everybody leaves, long before the grace is over', async () => {
    const made = network();
    const { listener, handed } = await door(made, { greet: echo });
    const { closed } = client(listener.port);
    await expect.poll(() => handed.length).toBe(1);
    await listener.close(3_600_000);
    await closed;
    expect(await handed[0]?.closed).toBe('local');
  });
});

describe('out of descriptors', () => {
  function listenerOver(limits: Partial<NetLimits>, wrap: (server: Server) => Server) {
    const counter = { inc: () => undefined };
    const parts: ListenerParts = {
      listener: 'test',
      tls: 'none',
      alpn: undefined,
      requestClientCertificate: false,
      limits: { ...defaultNetLimits, ...limits },
      log: silentLog,
      clock: { nowMs: () => 0, monotonicMs: () => 0 },
      certificates: null,
      registry: new Registry(defaultNetLimits),
      proxies: null,
      refused: { 'too-many': counter, 'too-many-from-address': counter },
      accepted: counter,
      acceptPauses: counter,
      nextId: () => 'x',
      openTap: () => null,
      onHandshake: () => undefined,
      onOpened: () => undefined,
      onClosed: () => undefined,
      createServer: ((...args: Parameters<typeof createServer>) =>
        wrap(createServer(...args))) as typeof createServer,
    };
    const options: ListenerOptions = {
      name: 'test',
      host: '127.0.0.1',
      port: 0,
      tls: 'none',
      onConnection: (connection) => connection.close(),
    };
    const listener = new TcpListener(options, parts);
    cleanups.push(() => listener.close(0));
    return listener;
  }

  test('accepting is paused, then goes on, however often binding fails meanwhile', async () => {
    const servers: Server[] = [];
    let bindsThatFail = 0;
    const listener = listenerOver({ acceptPauseMsMin: 10, acceptPauseMsMax: 20 }, (server) => {
      servers.push(server);
      if (bindsThatFail > 0) {
        bindsThatFail--;
        server.listen = () => {
          queueMicrotask(() => server.emit('error', Object.assign(new Error('x'), { code: 'EMFILE' })));
          return server;
        };
      }
      return server;
    });
    await listener.open();
    bindsThatFail = 3;
    const [first] = servers;
    const stopped = new Promise((resolve) => first?.once('close', resolve));
    // The kernel repeats the failure at every turn of the loop until the listener is gone.
    for (let i = 0; i < 5; i++) {
      first?.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' }));
    }
    await stopped;
    expect(first?.listening).toBe(false);
    await expect.poll(() => servers.length).toBe(5);
    await expect.poll(() => servers[4]?.listening).toBe(true);
    await client(listener.port).closed;
    await listener.close(0);
    expect(servers.every((server) => !server.listening)).toBe(true);
  });

  test('a process that really has none left serves on when clients leave, and does not spin', async () => {
    // Shells are asked for the low limit; Node has no call for it.
    const script = `
      const net = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
      const { createMetrics, silentLog } = await import(${JSON.stringify(new URL('../observability/index.ts', import.meta.url).href)});
      const network = net.createNetwork({
        log: silentLog, metrics: createMetrics({ processMetrics: false }), certificates: null, limits: net.defaultNetLimits,
      });
      const onConnection = (connection) => { connection.write('hello'); };
      const { port } = await network.listen({ name: 't', host: '127.0.0.1', port: 0, tls: 'none', onConnection });
      const { openSync } = await import('node:fs');
      for (let i = 0; i < 25; i++) openSync('/dev/null');
      process.stdout.write(port + '\\n');
      let start;
      process.stdin.on('data', () => {
        if (start === undefined) start = performance.eventLoopUtilization();
        else process.stdout.write('busy ' + performance.eventLoopUtilization(start).utilization + '\\n');
      });
      process.stdin.on('end', () => process.exit(0));`;
    const child = spawn('sh', [
      '-c',
      'ulimit -n 60; exec "$0" --input-type=module -e "$1"',
      process.execPath,
      script,
    ]);
    cleanups.push(() => {
      child.kill();
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await expect.poll(() => output, { timeout: 20_000 }).toContain('\n');
    const port = Number.parseInt(output, 10);
    const clients = Array.from({ length: 100 }, () => client(port));
    // As many as there are descriptors are served, the rest are turned away: nobody hangs.
    const gone = () => clients.filter(({ socket }) => socket.destroyed).length;
    const served = () => clients.filter(({ text }) => text() === 'hello').length;
    await expect.poll(() => gone() + served()).toBe(100);
    // Fewer than the 48 that the limit alone would let in.
    expect(served()).toBeGreaterThan(2);
    expect(served()).toBeLessThan(40);
    child.stdin.write('start');
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.stdin.write('stop');
    await expect.poll(() => output).toContain('busy');
    expect(Number(/busy (.*)/.exec(output)?.[1])).toBeLessThan(0.5);
    for (const { socket } of clients) socket.destroy();
    await expect
      .poll(async () => {
        const { text, closed, socket } = client(port);
        await Promise.race([closed, new Promise((resolve) => socket.once('data', resolve))]);
        return text();
      })
      .toBe('hello');
    child.stdin.end();
    await new Promise((resolve) => child.once('close', resolve));
  });

  test('the kernel is asked to hold a burst of clients ready', async () => {
    let asked: unknown;
    const listener = listenerOver({}, (server) => {
      const listen = server.listen.bind(server) as (options: unknown, done: () => void) => Server;
      server.listen = ((options: { backlog?: number }, done: () => void) => {
        asked = options.backlog;
        return listen(options, done);
      }) as typeof server.listen;
      return server;
    });
    await listener.open();
    expect(asked).toBe(listenBacklogMax);
  });

  test('another failure of accept does not stop the door', async () => {
    const servers: Server[] = [];
    const listener = listenerOver({}, (server) => {
      servers.push(server);
      return server;
    });
    await listener.open();
    servers[0]?.emit('error', Object.assign(new Error('x'), { code: 'ECONNABORTED' }));
    expect(servers[0]?.listening).toBe(true);
  });
});

describe('the wire tap', () => {
  test('sees both directions, in clear and within TLS, and no secret', async () => {
    const records: string[] = [];
    const tap = createWireTap(({ direction, text }) => records.push(`${direction} ${text}`));
    const { listener } = await door(network({}, { tap }), { tls: 'starttls', tap: 'imap', greet: echo });
    const { socket, text } = client(listener.port);
    socket.write('a NOOP\r\nSTARTTLS\r\n');
    await expect.poll(text).toContain('220 go\r\n');
    socket.removeAllListeners('data');
    const secure = tls.connect({ socket, servername: 'a.example', ca: certificates.authority ?? '' });
    const heard = listenTo(secure);
    secure.write('b NOOP\r\nc LOGIN alice CANARY\r\nQUIT\r\n');
    await heard.closed;
    expect(records.filter((record) => !record.startsWith('out got c'))).toEqual([
      'in a NOOP',
      'in STARTTLS',
      'out got a NOOP',
      'out 220 go',
      'note TLS handshake',
      'in b NOOP',
      'in c LOGIN [masked]',
      'in QUIT',
      'out got b NOOP',
    ]);
  });
});
