import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog, createMetrics, silentLog } from '../../observability/index.ts';
import {
  defaultNetLimits,
  httpHeaderBytesMax,
  httpHeaderMsMax,
  httpKeepAliveMsMax,
  httpRequestMsMax,
} from '../limits.ts';
import { createNetwork, type Network } from '../network.ts';
import { type Certificates, createCertificates } from '../tls/index.ts';
import {
  connectionOf,
  type FetchHandler,
  type HttpEnvironment,
  type HttpOptions,
  liftRequestLimit,
  listenHttp,
} from './index.ts';
import { serverFor } from './listen-http.ts';

let dir = '';
let certificates: Certificates;
let network: Network;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'myco-http-'));
  certificates = await createCertificates(
    { mode: 'self-signed', dir, hostnames: ['coop.localhost'] },
    { log: silentLog },
  );
  const metrics = createMetrics({ processMetrics: false });
  network = createNetwork({
    log: silentLog,
    metrics,
    certificates,
    limits: { ...defaultNetLimits, sweepIntervalMs: 10 },
  });
});
afterEach(async () => {
  await network.closeAll(0);
  certificates.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(handler: FetchHandler, options: Partial<HttpOptions> = {}) {
  return listenHttp(network, { name: 'http', host: '127.0.0.1', port: 0, tls: 'none', ...options }, handler);
}

function ask(port: number, options: RequestOptions & { body?: string; secure?: boolean } = {}) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: string }>(
    (resolve, reject) => {
      const make = options.secure ? httpsRequest : httpRequest;
      const request = make(
        {
          host: '127.0.0.1',
          port,
          ...(options.secure ? { ca: certificates.authority ?? '' } : {}),
          ...options,
        },
        (response) => {
          let body = '';
          response.setEncoding('utf8');
          response.on('data', (chunk) => {
            body += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          );
        },
      );
      request.on('error', reject);
      request.end(options.body);
    },
  );
}

function raw(port: number, words: string): { socket: Socket; text: () => string; closed: Promise<void> } {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(words);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, text: () => text, closed };
}

test('requests that come one behind the other are taken up one after the other (RFC 9112 §9.3.2)', async () => {
  const begun: string[] = [];
  const waiting: (() => void)[] = [];
  const { port } = await open(async (request) => {
    begun.push(new URL(request.url).pathname);
    await new Promise<void>((resolve) => waiting.push(resolve));
    return new Response('done');
  });
  const asked = (path: string, more = '') =>
    `PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n${more}\r\n`;
  const { text, closed } = raw(port, asked('/1') + asked('/2') + asked('/3', 'Connection: close\r\n'));
  for (const path of ['/1', '/2', '/3']) {
    await expect.poll(() => begun.at(-1)).toBe(path);
    waiting.at(-1)?.();
  }
  await closed;
  expect(begun).toEqual(['/1', '/2', '/3']);
  expect(text().match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
});

test.each(['OPTIONS *', 'GET none', 'GET http://[/'])('%s is no fault of ours', async (line) => {
  const logged: string[] = [];
  const log = createLog({ level: 'debug', format: 'json', write: (text) => logged.push(text) });
  const { port } = await open(() => new Response('done'), { log });
  const { text, closed } = raw(port, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await closed;
  expect(text()).toMatch(/^HTTP\/1\.1 400 /);
  expect(logged.filter((each) => each.includes('"level":"error"'))).toEqual([]);
});

test('of a connection that goes, what waited behind is not taken up', async () => {
  const begun: string[] = [];
  const gone: string[] = [];
  const { port } = await open(() => new Response('done'), {
    raw(request, response) {
      begun.push(request.url ?? '');
      response.once('close', () => gone.push(request.url ?? ''));
      return true;
    },
  });
  const asked = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const { socket, closed } = raw(port, asked('/1') + asked('/2') + asked('/3'));
  await expect.poll(() => begun).toEqual(['/1']);
  socket.destroy();
  await closed;
  await expect.poll(() => gone).toEqual(['/1']);
  expect(begun).toEqual(['/1']);
});

describe('an HTTP door', () => {
  test.each([false, true])('serves a hono app and tells it the client (TLS: %s)', async (secure) => {
    const app = new Hono<{ Bindings: HttpEnvironment }>();
    app.on('PROPFIND', '/dav/*', async (c) => {
      const { remote, secure: isSecure, id } = connectionOf(c.env.incoming);
      expect(id).not.toBe('');
      return c.json({ url: c.req.url, body: await c.req.text(), from: remote.address, isSecure }, 207);
    });
    const listener = await open((request, env) => app.fetch(request, env), {
      tls: secure ? 'implicit' : 'none',
    });
    const headers = { host: 'coop.localhost' };
    const answer = await ask(listener.port, {
      method: 'PROPFIND',
      path: '/dav/x',
      body: 'hi',
      headers,
      secure,
    });
    expect(answer.status).toBe(207);
    expect(JSON.parse(answer.body)).toEqual({
      url: `${secure ? 'https' : 'http'}://coop.localhost/dav/x`,
      body: 'hi',
      from: '127.0.0.1',
      isSecure: secure,
    });
  });

  test('a handler that throws is a 500 without detail', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'error', format: 'json', write: (line) => lines.push(line) });
    const handler = () => {
      throw new Error('boom "secret"');
    };
    const listener = await open(handler, { log });
    expect(await ask(listener.port)).toMatchObject({ status: 500, body: 'internal error\n' });
    expect(lines.join('')).toContain('http handler failed');
    expect(lines.join('')).not.toContain('secret');
  });

  test.each([
    ['rubbish', 'EHLO example.org\r\n\r\n', 400],
    ['no Host (RFC 9112 §3.2)', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['headers beyond the limit', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'two lengths (smuggling)',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
    ],
    [
      'a length and chunks (smuggling)',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['headers that never end', 'GET / HTTP/1.1\r\nHost: x\r\nX: y', 408],
  ])('%s: answered and ended', async (_, words, status) => {
    let asked = 0;
    const handler = () => {
      asked++;
      return new Response('ok');
    };
    const listener = await open(handler, status === 408 ? { headerMsMax: 100 } : {});
    const { text, closed } = raw(listener.port, words);
    await closed;
    expect(text()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(asked).toBe(0);
  });

  test('has times and sizes where none are given', () => {
    const server = serverFor(
      { name: 'http', host: '', port: 0, tls: 'none' },
      () => new Response(''),
      silentLog,
    );
    expect(server).toMatchObject({
      headersTimeout: httpHeaderMsMax,
      requestTimeout: httpRequestMsMax,
      keepAliveTimeout: httpKeepAliveMsMax,
    });
    server.close();
  });

  test('beside a raw handler: requestMsMax holds for every request that is not let off', async () => {
    const listener = await open(async (request) => new Response(await request.text()), {
      requestMsMax: 100,
      headerMsMax: 100,
      raw(request, response) {
        if (!request.url?.startsWith('/raw')) return false;
        if (request.url === '/raw/free') liftRequestLimit(request);
        request.once('end', () => response.end('whole'));
        request.resume();
        return true;
      },
    });
    const head = 'Host: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\na';
    const streamed = raw(listener.port, `PUT /raw/free HTTP/1.1\r\n${head}`);
    const limited = raw(listener.port, `PUT /raw HTTP/1.1\r\n${head}`);
    const fetched = raw(listener.port, `PUT /other HTTP/1.1\r\n${head}`);
    const endless = raw(listener.port, 'PUT /raw HTTP/1.1\r\nHost: x\r\nX: y');
    for (const slow of [fetched, limited, endless]) {
      await slow.closed;
      expect(slow.text()).toMatch(/^HTTP\/1\.1 408 /);
    }
    expect(streamed.text()).toBe('');
    streamed.socket.write('b');
    await streamed.closed;
    expect(streamed.text()).toMatch(/^HTTP\/1\.1 200 .*whole/s);
  });

  test.each([
    [httpHeaderBytesMax - 100, 200],
    [httpHeaderBytesMax, 431],
  ])('%d bytes of headers are answered %d', async (size, status) => {
    const listener = await open(() => new Response('ok'));
    const { text, closed } = raw(
      listener.port,
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ${'y'.repeat(size)}\r\n\r\n`,
    );
    await closed;
    expect(text()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('an upgrade is handed over with its connection', async () => {
    const listener = await open(() => new Response('plain'), {
      onUpgrade(_, stream, head, connection) {
        stream.write(
          `HTTP/1.1 101 Switching Protocols\r\n\r\n${connection.remote.address} ${head.toString()}`,
        );
        stream.end();
      },
    });
    const words = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhead';
    const { text, closed } = raw(listener.port, words);
    await closed;
    expect(text()).toBe('HTTP/1.1 101 Switching Protocols\r\n\r\n127.0.0.1 head');
  });

  test('draining ends idle connections at once and finishes what is being answered', async () => {
    let finish: (response: Response) => void = () => undefined;
    let asked = 0;
    const listener = await open((request) => {
      asked++;
      if (request.url.endsWith('/slow')) return new Promise((resolve) => (finish = resolve));
      return new Response('quick');
    });
    const agent = new Agent({ keepAlive: true });
    expect((await ask(listener.port, { agent })).body).toBe('quick');
    const slow = ask(listener.port, { path: '/slow', agent: new Agent({ keepAlive: true }) });
    await expect.poll(() => asked).toBe(2);
    expect(listener.count).toBe(2);
    const closing = listener.close(3_600_000);
    await expect.poll(() => listener.count).toBe(1);
    finish(new Response('slow'));
    const answer = await slow;
    expect(answer).toMatchObject({ status: 200, body: 'slow', headers: { connection: 'close' } });
    await closing;
    expect(listener.count).toBe(0);
    agent.destroy();
  });
});
