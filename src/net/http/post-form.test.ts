import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../observability/index.ts';
import { createCertificates } from '../tls/index.ts';
import { createPostForm } from './post-form.ts';

let dir = '';
let authority = '';
const servers: Server[] = [];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'myco-post-form-'));
  const options = { mode: 'self-signed', dir, hostnames: ['localhost'] } as const;
  const certificates = await createCertificates(options, { log: silentLog });
  authority = certificates.authority ?? '';
  certificates.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const pem = () => readFileSync(join(dir, 'server.pem'));

async function serve(handler: RequestListener, secure = false): Promise<URL> {
  const keys = secure ? { cert: pem(), key: pem() } : {};
  const server = secure ? createSecure(keys, handler) : createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(
    `${secure ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}/introspect?a=b`,
  );
}

const limits = { msMax: 5_000, answerBytesMax: 1_000 };

test('posts a form, and answers status and body whole', async () => {
  const url = await serve((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const { method, url: path, headers } = request;
      response.statusCode = 401;
      response.end(JSON.stringify([method, path, headers['content-type'], headers.authorization, body]));
    });
  });
  const credentials = { user: 'us', password: 'p:w' };
  const answer = await createPostForm()({
    url,
    fields: { token: 'a+b&c', hint: 'é' },
    credentials,
    ...limits,
  });
  expect(answer.status).toBe(401);
  expect(JSON.parse(answer.body.toString())).toEqual([
    'POST',
    '/introspect?a=b',
    'application/x-www-form-urlencoded',
    `Basic ${Buffer.from('us:p:w').toString('base64')}`,
    'token=a%2Bb%26c&hint=%C3%A9',
  ]);
});

test('follows no redirect', async () => {
  let asked = 0;
  const url = await serve((_, response) => {
    asked++;
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  expect((await createPostForm()({ url, fields: {}, ...limits })).status).toBe(307);
  expect(asked).toBe(1);
});

test.each([
  [
    'longer than allowed',
    /longer than 1000/,
    ((_, response) => response.end('x'.repeat(1_001))) as RequestListener,
  ],
  [
    'cut off',
    /aborted|hang up|reset/i,
    ((_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('x');
      response.socket?.end();
    }) as RequestListener,
  ],
  ['no answer', /hang up/, ((request) => request.socket.destroy()) as RequestListener],
])('rejects: %s', async (_, message, handler) => {
  await expect(createPostForm()({ url: await serve(handler), fields: {}, ...limits })).rejects.toThrow(
    message,
  );
});

test('rejects what does not come in time, also in the middle of an answer', async () => {
  const silent = await serve(() => undefined);
  await expect(createPostForm()({ url: silent, fields: {}, ...limits, msMax: 50 })).rejects.toThrow(
    /aborted/,
  );
  const halting = await serve(
    (_, response) => void response.writeHead(200, { 'content-length': 10 }).write('x'),
  );
  await expect(createPostForm()({ url: halting, fields: {}, ...limits, msMax: 50 })).rejects.toThrow(
    /aborted/,
  );
});

test('trusts the authority that it is given, and no certificate of a stranger', async () => {
  const url = await serve((_, response) => response.end('{}'), true);
  expect((await createPostForm({ authority })({ url, fields: {}, ...limits })).status).toBe(200);
  await expect(createPostForm()({ url, fields: {}, ...limits })).rejects.toThrow(/certificate/);
});
