import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createLog, createMetrics, silentLog } from '../observability/index.ts';
import type { Connection } from './connection.ts';
import { createNetwork, defaultNetLimits, type ListenerOptions, type OctetFlow } from './index.ts';
import { type Certificates, createCertificates } from './tls/index.ts';

let dir = '';
let certificates: Certificates;
const cleanups: (() => void | Promise<void>)[] = [];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'myco-octets-'));
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

interface Reading {
  readonly connection: Connection;
  readonly flow: OctetFlow;
  text: string;
  bytes: number;
  ended: boolean;
}

/** A listener whose connections are read as octets; `told` sees each piece. */
async function door(
  told: (reading: Reading, text: string) => unknown = () => undefined,
  options: Partial<ListenerOptions> & { log?: typeof silentLog } = {},
) {
  const { log = silentLog, ...rest } = options;
  const network = createNetwork({
    log,
    metrics: createMetrics({ processMetrics: false }),
    certificates,
    limits: { ...defaultNetLimits, sweepIntervalMs: 10 },
  });
  cleanups.push(() => network.closeAll(0));
  const readings: Reading[] = [];
  const listener = await network.listen({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    tls: 'starttls',
    halfOpen: true,
    onConnection(connection) {
      const flow = connection.octets({
        onOctets(octets) {
          reading.bytes += octets.length;
          const text = octets.length > 1_000 ? '' : octets.toString('latin1');
          reading.text += text;
          told(reading, text);
        },
        onEnd() {
          reading.ended = true;
        },
      });
      const reading: Reading = { connection, flow, text: '', bytes: 0, ended: false };
      readings.push(reading);
    },
    ...rest,
  });
  const socket = connect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true });
  return { listener, readings, ...heardBy(socket) };
}

function heardBy(socket: Socket) {
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1');
  });
  socket.on('error', () => undefined);
  cleanups.push(() => void socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, heard: () => heard, closed };
}

const secureOver = (socket: Socket) =>
  tls.connect({ socket, servername: 'a.example', ca: certificates.authority ?? '' });

describe('octets of a connection', () => {
  test('are told as they come, and a client that ends its half is still answered', async () => {
    const { socket, readings, heard, closed } = await door();
    socket.write('<stream>');
    await expect.poll(() => readings[0]?.text).toBe('<stream>');
    socket.end('</stream>');
    await expect.poll(() => readings[0]?.ended).toBe(true);
    expect(readings[0]?.text).toBe('<stream></stream>');
    readings[0]?.connection.write('bye');
    readings[0]?.connection.close();
    await closed;
    expect(heard()).toBe('bye');
    expect(await readings[0]?.connection.closed).toBe('local');
  });

  test('wait while their reader is busy, and the client with them', async () => {
    const { socket, readings } = await door(({ flow }) => flow.pause());
    const size = 20 * 1024 * 1024;
    socket.write(Buffer.alloc(size));
    await expect.poll(() => readings[0]?.bytes).toBeGreaterThan(0);
    const [reading] = readings;
    const seen = reading?.bytes ?? 0;
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(reading?.bytes).toBe(seen);
    expect(reading?.connection.stream).toSatisfy(({ bytesRead }: Socket) => bytesRead < 1024 * 1024);
    await expect
      .poll(
        () => {
          reading?.flow.resume();
          return reading?.bytes;
        },
        { interval: 1, timeout: 20_000 },
      )
      .toBe(size);
  });

  test('said before TLS are never told after it (THREATS 2)', async () => {
    const { socket, readings, heard } = await door(async ({ connection }, text) => {
      if (text.includes('<starttls/>')) await connection.startTls('<proceed/>');
      else connection.write(`got ${text}`);
    });
    socket.write('<starttls/>');
    await expect.poll(heard).toBe('<proceed/>');
    const secure = secureOver(socket);
    const after = heardBy(secure);
    secure.write('<stream>');
    await expect.poll(after.heard).toBe('got <stream>');
    expect([readings[0]?.text, readings[0]?.connection.secure]).toEqual(['<starttls/><stream>', true]);
  });

  test('sent in one packet with the request for TLS, or behind it, are gone with the handshake', async () => {
    const told: string[] = [];
    const { socket, readings } = await door(({ connection, flow }, text) => {
      told.push(text);
      if (!text.startsWith('<starttls/>')) return;
      // What is stopped stays unread in the socket, where a client may have put it in time.
      flow.pause();
      setTimeout(() => {
        flow.resume();
        connection.startTls('<proceed/>').catch(() => undefined);
      }, 100);
    });
    socket.write('<starttls/>');
    await expect.poll(() => told).toEqual(['<starttls/>']);
    socket.write('<iq>injected</iq>');
    await expect.poll(() => readings[0]?.connection.secure, { timeout: 300 }).toBe(false);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.removeAllListeners('data');
    const secure = secureOver(socket);
    heardBy(secure);
    secure.write('<stream>');
    await expect.poll(() => told).toEqual(['<starttls/>', '<stream>']);
  });

  test('of a compressed client are told inflated', async () => {
    const { socket, readings } = await door(({ connection }, text) => {
      if (text === 'COMPRESS') connection.compress('OK');
    });
    socket.write('COMPRESS');
    await expect.poll(() => readings[0]?.connection.compressed).toBe(true);
    socket.write(deflateRawSync('<message/>'));
    await expect.poll(() => readings[0]?.text).toBe('COMPRESS<message/>');
  });

  test('are not told any more once we close', async () => {
    const { socket, readings, closed } = await door(({ connection }) => connection.close());
    socket.write('first');
    await expect.poll(() => readings[0]?.text).toBe('first');
    socket.write('second');
    socket.end();
    await closed;
    expect([readings[0]?.text, readings[0]?.ended]).toEqual(['first', false]);
    expect(await readings[0]?.connection.closed).toBe('local');
  });

  test('have one reader, that of lines or another', async () => {
    const { socket, readings } = await door();
    socket.write('x');
    await expect.poll(() => readings.length).toBe(1);
    const connection = readings[0]?.connection;
    expect(() => connection?.lines({ lineEnding: 'crlf' })).toThrow('read as octets already');
    expect(() => connection?.octets({ onOctets: () => undefined, onEnd: () => undefined })).toThrow(
      'read already',
    );
  });

  test.each(['octets', 'end'])('a reader that throws (%s) ends its own connection alone', async (where) => {
    const lines: string[] = [];
    const log = createLog({ level: 'error', format: 'json', write: (line) => lines.push(line) });
    const boom = () => {
      throw new Error('boom');
    };
    const handed: Connection[] = [];
    const { socket, closed } = await door(() => undefined, {
      log,
      onConnection(connection) {
        handed.push(connection);
        connection.octets({
          onOctets: where === 'octets' ? boom : () => undefined,
          onEnd: where === 'end' ? boom : () => undefined,
        });
      },
    });
    socket.end('x');
    await closed;
    expect(await handed[0]?.closed).toBe('internal');
    expect(lines.join('')).toContain('connection reader failed');
  });
});
