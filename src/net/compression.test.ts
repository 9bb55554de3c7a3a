import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  deflateRawSync,
  inflateRawSync,
} from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createLog, createMetrics, createWireTap } from '../observability/index.ts';
import type { Connection } from './connection.ts';
import { Deflater } from './deflater.ts';
import {
  compressBatchBytesMax,
  compressHistoryBytesMax,
  defaultNetLimits,
  inflateRatioMax,
  type NetLimits,
  readAheadBytesMax,
} from './limits.ts';
import { createNetwork } from './network.ts';
import { type Certificates, createCertificates } from './tls/index.ts';

let dir = '';
let certificates: Certificates;
const cleanups: (() => void | Promise<void>)[] = [];
let logged: string[] = [];
const log = createLog({ level: 'debug', format: 'json', write: (lines) => logged.push(lines) });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'myco-compression-'));
  certificates = await createCertificates({ mode: 'self-signed', dir, hostnames: ['a.example'] }, { log });
});
afterAll(() => {
  certificates.close();
  rmSync(dir, { recursive: true, force: true });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  logged = [];
});

const line = { bytesMax: 1_000_000 };
const syncFlush = { finishFlush: constants.Z_SYNC_FLUSH };
const pack = (text: string | Buffer) => deflateRawSync(text, syncFlush);

interface Served {
  readonly connection: Connection;
  readonly lines: string[];
}

/** A door that compresses at the line COMPRESS, answers other lines by themselves and keeps them. */
async function serve(
  options: {
    readonly limits?: Partial<NetLimits>;
    readonly secure?: boolean;
    readonly tapped?: string[];
    answer?(connection: Connection, text: string): unknown;
  } = {},
) {
  const served: Served[] = [];
  const network = createNetwork({
    log,
    metrics: createMetrics({ processMetrics: false }),
    certificates,
    limits: { ...defaultNetLimits, sweepIntervalMs: 10, ...options.limits },
    ...(options.tapped === undefined
      ? {}
      : { tap: createWireTap(({ direction, text }) => options.tapped?.push(`${direction} ${text}`)) }),
  });
  cleanups.push(() => network.closeAll(0));
  const answer =
    options.answer ?? ((connection: Connection, text: string) => void connection.write(`got ${text}\r\n`));
  const listener = await network.listen({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    tls: options.secure ? 'implicit' : 'starttls',
    tap: 'imap',
    async onConnection(connection) {
      const lines: string[] = [];
      served.push({ connection, lines });
      const reader = connection.lines({ lineEnding: 'crlf' });
      for (let next = await reader.readLine(line); next !== null; next = await reader.readLine(line)) {
        const text = next.toString();
        lines.push(text);
        if (text === 'COMPRESS') connection.compress('OK compressed\r\n');
        else if (text === 'QUIT') connection.close();
        else await answer(connection, text);
      }
    },
  });
  const socket: Socket = options.secure
    ? tls.connect({
        port: listener.port,
        host: '127.0.0.1',
        servername: 'a.example',
        ca: certificates.authority ?? '',
      })
    : connect({ port: listener.port, host: '127.0.0.1' });
  cleanups.push(() => void socket.destroy());
  return { ...clientOf(socket), served };
}

/** The other end: what it hears in clear up to the OK, inflated after it. */
function clientOf(socket: Socket) {
  let clear = '';
  let text = '';
  const packets: Buffer[] = [];
  const inflate = createInflateRaw(syncFlush);
  inflate.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  inflate.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    const end = clear.endsWith('compressed\r\n') ? 0 : bytes.indexOf('compressed\r\n');
    const start = clear.endsWith('compressed\r\n')
      ? 0
      : end < 0
        ? bytes.length
        : end + 'compressed\r\n'.length;
    clear += bytes.subarray(0, start).toString('latin1');
    if (start === bytes.length) return;
    packets.push(bytes.subarray(start));
    inflate.write(bytes.subarray(start));
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, closed, packets, clear: () => clear, text: () => text };
}

/** A client that compresses as one stream, with its window kept. */
function deflating(socket: Socket): DeflateRaw {
  const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  deflate.pipe(socket);
  return deflate;
}

async function compressed(made: Awaited<ReturnType<typeof serve>>): Promise<DeflateRaw> {
  made.socket.write('COMPRESS\r\n');
  await expect.poll(made.clear).toBe('OK compressed\r\n');
  return deflating(made.socket);
}

describe.each([false, true])('compress (TLS %s)', (secure) => {
  test('both ways, from the byte after the reply on', async () => {
    const made = await serve({ secure });
    const { socket, text, served } = made;
    const deflate = await compressed(made);
    deflate.write('one\r\ntwo\r\n');
    await expect.poll(text).toBe('got one\r\ngot two\r\n');
    deflate.write('three\r\n');
    await expect.poll(text).toBe('got one\r\ngot two\r\ngot three\r\n');
    const connection = served[0]?.connection;
    expect(connection?.compressed).toBe(true);
    expect(connection?.secure).toBe(secure);
    expect(() => connection?.compress()).toThrow('on already');
    expect(socket.bytesRead).toBeGreaterThan(0);
  });

  test('what waited unread counts as compressed, and a line in clear is a corrupt stream', async () => {
    const made = await serve({ secure });
    made.socket.write(Buffer.concat([Buffer.from('COMPRESS\r\n'), pack('early\r\n')]));
    await expect.poll(made.text).toBe('got early\r\n');
    const other = await serve({ secure });
    other.socket.write('COMPRESS\r\nEVIL injected\r\n');
    await other.closed;
    expect(other.served[0]?.lines).toEqual(['COMPRESS']);
    expect(await other.served[0]?.connection.closed).toBe('compression');
    expect(logged.join('')).toContain('compressed stream refused');
  });

  test('the last answer arrives whole, and nothing is read after our end', async () => {
    const made = await serve({ secure });
    const deflate = await compressed(made);
    deflate.write(`one\r\nQUIT\r\n${'x'.repeat(1_000_000)}`);
    await made.closed;
    await expect.poll(made.text).toBe('got one\r\n');
    expect(await made.served[0]?.connection.closed).toBe('local');
  });

  test('what came before the client ended its half is still read', async () => {
    const made = await serve({ secure, answer: () => undefined });
    made.socket.write('COMPRESS\r\n');
    await expect.poll(made.clear).toBe('OK compressed\r\n');
    made.socket.end(pack(`one\r\n${'x'.repeat(500_000)}\r\nlast\r\ncut o`));
    const { connection, lines } = made.served[0] ?? {};
    expect(await connection?.closed).toBe('peer');
    await expect.poll(() => lines?.map((each) => each.length)).toEqual([8, 3, 500_000, 4]);
  });
});

describe('compression', () => {
  test('in pieces of any size both ways, for much and for little', async () => {
    let sent = '';
    for (let i = 0; sent.length < 400_000; i++) sent += `${(i * 2_654_435_761) % 4_294_967_296} ${i}\r\n`;
    const made = await serve();
    made.socket.write('COMPRESS\r\n');
    await expect.poll(made.clear).toBe('OK compressed\r\n');
    const bytes = pack(sent);
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 3001) {
      if (!made.socket.write(bytes.subarray(at, at + size)))
        await new Promise((r) => made.socket.once('drain', r));
    }
    const expected = sent.replace(/^(?=.)/gm, 'got ');
    await expect.poll(() => made.text().length, { timeout: 10_000 }).toBe(expected.length);
    expect(made.text() === expected).toBe(true);
    expect(made.socket.bytesRead).toBeLessThan(expected.length / 2);
  });

  test('writes of one turn are one batch; what is held back is, too', async () => {
    const made = await serve({
      async answer(connection, text) {
        if (text === 'turn') for (let i = 0; i < 50; i++) connection.write(`* ${i} EXISTS\r\n`);
        if (text !== 'held') return;
        connection.cork();
        for (let i = 0; i < 5; i++) {
          connection.write(`* ${i} EXPUNGE\r\n`);
          await new Promise(setImmediate);
        }
        connection.uncork();
      },
    });
    const deflate = await compressed(made);
    deflate.write('turn\r\n');
    await expect.poll(made.text).toContain('* 49 EXISTS\r\n');
    expect(made.packets).toHaveLength(1);
    deflate.write('held\r\n');
    await expect.poll(made.text).toContain('* 4 EXPUNGE\r\n');
    expect(made.packets).toHaveLength(2);
  });

  test('fifty at once, each with its own history', async () => {
    const clients = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const made = await serve();
        const deflate = await compressed(made);
        for (let round = 0; round < 5; round++) deflate.write(`${i} in round ${round}\r\n`);
        return made;
      }),
    );
    for (const [i, { text }] of clients.entries()) {
      const expected = [0, 1, 2, 3, 4].map((round) => `got ${i} in round ${round}\r\n`).join('');
      await expect.poll(text).toBe(expected);
    }
  });

  test('drain lets go of what is held back, and close sends it', async () => {
    const made = await serve({
      async answer(connection) {
        connection.cork();
        for (let i = 0; i < 10; i++) {
          connection.write(Buffer.alloc(compressBatchBytesMax / 2, 'a'));
          await new Promise(setImmediate);
        }
        await connection.drain();
        connection.cork();
        connection.write('the end\r\n');
        connection.close();
      },
    });
    (await compressed(made)).write('go\r\n');
    await made.closed;
    const expected = `${'a'.repeat(5 * compressBatchBytesMax)}the end\r\n`;
    await expect.poll(() => made.text() === expected).toBe(true);
  });

  test('a client that reads nothing is cut off, by what waits for it compressed', async () => {
    let state = 1;
    const noise = () => {
      const block = Buffer.alloc(64 * 1024);
      for (let i = 0; i < block.length; i++) {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        block[i] = state >> 16;
      }
      return block;
    };
    const made = await serve({
      limits: { sendBufferBytesMax: 1_000_000 },
      async answer(connection) {
        for (;;) {
          connection.write(noise());
          if (connection.stream.destroyed) return;
          await new Promise(setImmediate);
        }
      },
    });
    const deflate = await compressed(made);
    made.socket.removeAllListeners('data').pause();
    deflate.write('pour\r\n');
    expect(await made.served[0]?.connection.closed).toBe('slow-reader');
    expect(made.served[0]?.connection.write('more')).toBe(false);
  });

  test('a silent client is idle by the bytes of the network', async () => {
    const made = await serve({
      answer(connection) {
        connection.setIdleTimeout(50);
      },
    });
    (await compressed(made)).write('go\r\n');
    await made.closed;
    expect(await made.served[0]?.connection.closed).toBe('idle');
  });

  test('TLS is not started under it', async () => {
    let failure: unknown;
    const made = await serve({
      async answer(connection) {
        failure = await connection.startTls().catch((error: unknown) => error);
      },
    });
    (await compressed(made)).write('go\r\n');
    await expect.poll(() => failure).toMatchObject({ message: 'TLS cannot be started under compression' });
  });

  test('the wire tap shows what was said, not how it was packed', async () => {
    const tapped: string[] = [];
    const made = await serve({ tapped });
    const deflate = await compressed(made);
    deflate.write('hello\r\n');
    await expect.poll(made.text).toBe('got hello\r\n');
    expect(tapped).toEqual([
      'in COMPRESS',
      'out OK compressed',
      'note compressed from here on',
      'in hello',
      'out got hello',
    ]);
  });
});

describe('what a client sends compressed', () => {
  test.each([
    ['noise', Buffer.from([0xff, 0xfe, 0x07, 0x99])],
    ['a block whose length is wrong', Buffer.from([0x00, 0x05, 0x00, 0x00, 0x00])],
    [
      'a reference to before the beginning',
      deflateRawSync('lalala lalala', { ...syncFlush, dictionary: Buffer.from('lalala') }),
    ],
  ])('%s ends the connection and is logged', async (_, bytes) => {
    const made = await serve();
    made.socket.write(Buffer.concat([Buffer.from('COMPRESS\r\n'), bytes]));
    await made.closed;
    expect(await made.served[0]?.connection.closed).toBe('compression');
    expect(logged.join('')).toMatch(/"Z_DATA_ERROR","event":"compressed stream refused"/);
  });

  test('the end of the stream is the end of what is read', async () => {
    const made = await serve({ answer: () => undefined });
    made.socket.write(
      Buffer.concat([Buffer.from('COMPRESS\r\n'), deflateRawSync('last\r\n'), pack('more\r\n')]),
    );
    await expect.poll(() => made.served[0]?.lines).toEqual(['COMPRESS', 'last']);
  });

  test('is inflated only as far as it is read', async () => {
    const bomb = pack(Buffer.alloc(200 * 1024 * 1024, 'a\r\n'));
    let read = 0;
    let go: () => void = () => undefined;
    const made = await serve({
      answer() {
        read++;
        return new Promise<void>((resolve) => {
          go = resolve;
        });
      },
    });
    made.socket.write(Buffer.concat([Buffer.from('COMPRESS\r\n'), bomb]));
    await expect.poll(() => read).toBe(1);
    // However long nobody reads, no more comes.
    const reader = made.served[0]?.connection.lines({ lineEnding: 'crlf' });
    let seen = -1;
    while (seen !== reader?.bufferedBytes) {
      seen = reader?.bufferedBytes ?? 0;
      for (let i = 0; i < 50; i++) await new Promise(setImmediate);
    }
    expect(seen).toBeGreaterThanOrEqual(readAheadBytesMax);
    expect(seen).toBeLessThan(3 * readAheadBytesMax);
    expect(made.served[0]?.connection.stream.destroyed).toBe(false);
    go();
  });

  test('is cut off where it is far longer than what came', async () => {
    const limits = { inflateSurplusBytesMax: 1_000_000 };
    const made = await serve({ limits, answer: () => undefined });
    made.socket.write('COMPRESS\r\n');
    await expect.poll(made.clear).toBe('OK compressed\r\n');
    // As much as is allowed, and then as much again.
    made.socket.write(pack(`${'a'.repeat(900_000)}\r\n`));
    await expect.poll(() => made.served[0]?.lines.length).toBe(2);
    made.socket.write(pack(`${'a'.repeat(900_000)}\r\n`));
    await made.closed;
    expect(await made.served[0]?.connection.closed).toBe('compression');
    expect(logged.join('')).toMatch(/"bomb","event":"compressed stream refused"/);
  });

  test('is not, where what is usual makes up for it', async () => {
    const limits = { inflateSurplusBytesMax: 1_000_000 };
    const made = await serve({ limits, answer: () => undefined });
    made.socket.write('COMPRESS\r\n');
    let usual = '';
    for (let i = 0; usual.length < inflateRatioMax * 1_000; i++)
      usual += `${(i * 2_654_435_761) % 4_294_967_296}`;
    for (let i = 0; i < 5; i++) {
      made.socket.write(pack(`${'a'.repeat(900_000)}\r\n${usual}\r\n`));
      await expect.poll(() => made.served[0]?.lines.length).toBe(3 + 2 * i);
    }
    expect(made.socket.destroyed).toBe(false);
  });
});

describe('Deflater', () => {
  const taken = (deflater: Deflater) => deflater.take() ?? Buffer.alloc(0);

  test('batches of any content follow each other as one stream, each complete by itself', () => {
    const some = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ maxLength: 200 }).map((text) => Buffer.from(text.repeat(60))),
      fc.integer({ min: 0, max: 2 * compressHistoryBytesMax }).map((size) => Buffer.alloc(size, 'ab')),
    );
    fc.assert(
      fc.property(fc.array(fc.array(some, { maxLength: 4 }), { maxLength: 12 }), (batches) => {
        const deflater = new Deflater();
        let wire = Buffer.alloc(0);
        let plain = Buffer.alloc(0);
        for (const batch of batches) {
          for (const bytes of batch) deflater.add(bytes);
          plain = Buffer.concat([plain, ...batch]);
          wire = Buffer.concat([wire, taken(deflater)]);
          if (wire.length > 0) expect(inflateRawSync(wire, syncFlush).equals(plain)).toBe(true);
        }
        expect(deflater.take()).toBeNull();
      }),
      { seed: 4978, numRuns: 200 },
    );
  });

  test('a batch refers to the one before it', () => {
    const deflater = new Deflater();
    const text = Buffer.from('* 17 FETCH (UID 4711 FLAGS (\\Seen $Forwarded) MODSEQ (918273))\r\n');
    deflater.add(text);
    const first = taken(deflater).length;
    deflater.add(text);
    expect(taken(deflater).length).toBeLessThan(first / 3);
    // Beyond the history nothing is remembered.
    deflater.add(Buffer.alloc(compressHistoryBytesMax, 'x'));
    deflater.take();
    deflater.add(text);
    expect(taken(deflater).length).toBeGreaterThan(first / 2);
  });

  test('is full when a batch is', () => {
    const deflater = new Deflater();
    deflater.add(Buffer.alloc(compressBatchBytesMax - 1));
    expect(deflater.full).toBe(false);
    deflater.add(Buffer.alloc(1));
    expect(deflater.full).toBe(true);
    deflater.take();
    expect(deflater.full).toBe(false);
  });
});
