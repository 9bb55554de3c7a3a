import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../observability/index.ts';
import { createCertificates } from '../tls/index.ts';
import { createGetHttps } from './get-https.ts';

let dir = '';
let authority = '';
const servers: Server[] = [];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'myco-get-https-'));
  const options = { mode: 'self-signed', dir, hostnames: ['mta-sts.coop.example'] } as const;
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

async function serve(handler: RequestListener) {
  const pem = readFileSync(join(dir, 'server.pem'));
  const server = createServer({ cert: pem, key: pem }, handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: 'mta-sts.coop.example',
    addresses: ['127.0.0.1'],
    port,
    path: '/.well-known/mta-sts.txt',
    msMax: 5_000,
    answerBytesMax: 1_000,
  };
}

const get = (wanted: Parameters<ReturnType<typeof createGetHttps>>[0]) =>
  createGetHttps({ authority })(wanted);

test('asks the address for the name, with a certificate for the name', async () => {
  const wanted = await serve(({ method, url, headers }, response) => {
    response.setHeader('content-type', 'Text/Plain; charset=utf-8');
    response.end(`${method} ${url} ${headers.host}`);
  });
  const answer = await get(wanted);
  expect({ ...answer, body: answer.body.toString() }).toEqual({
    status: 200,
    type: 'text/plain',
    body: `GET /.well-known/mta-sts.txt mta-sts.coop.example:${wanted.port}`,
  });
  await expect(get({ ...wanted, host: 'other.example' })).rejects.toThrow(
    "does not match certificate's altnames",
  );
  await expect(createGetHttps()(wanted)).rejects.toThrow(/certificate|self-signed/);
});

test('goes on to the next address where one is not reached, and only then', async () => {
  const wanted = await serve((_request, response) => response.end('here'));
  expect((await get({ ...wanted, addresses: ['127.0.0.2', '127.0.0.1'] })).body.toString()).toBe('here');
  await expect(get({ ...wanted, addresses: ['127.0.0.2'] })).rejects.toThrow('ECONNREFUSED');
  await expect(get({ ...wanted, addresses: [] })).rejects.toThrow('mta-sts.coop.example has no address');
  await expect(get({ ...wanted, host: 'x.example', addresses: ['127.0.0.1', '127.0.0.2'] })).rejects.toThrow(
    'altnames',
  );
});

test('a redirect is an answer, and is not followed', async () => {
  let asked = 0;
  const wanted = await serve((_request, response) => {
    asked++;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect((await get(wanted)).status).toBe(302);
  expect(asked).toBe(1);
});

test('what is too long, cut off or never comes rejects', async () => {
  const long = await serve((_request, response) => response.end('x'.repeat(1_001)));
  await expect(get(long)).rejects.toThrow('the answer is longer than 1000 bytes');
  const cut = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('x', () => response.destroy());
  });
  await expect(get(cut)).rejects.toThrow(/aborted|ECONNRESET|hang up/);
  const silent = await serve(() => undefined);
  await expect(get({ ...silent, msMax: 50 })).rejects.toThrow('no answer within 50 ms');
});

test('posts what it is given', async () => {
  const wanted = await serve((asked, response) => {
    const pieces: Buffer[] = [];
    asked.on('data', (piece: Buffer) => pieces.push(piece));
    asked.on('end', () => {
      const { method, headers } = asked;
      response.statusCode = 201;
      response.end(`${method} ${headers['content-type']} ${Buffer.concat(pieces).toString()}`);
    });
  });
  const post = { type: 'application/tlsrpt+gzip', bytes: Buffer.from('octets') };
  const { status, body } = await get({ ...wanted, post });
  expect([status, body.toString()]).toEqual([201, 'POST application/tlsrpt+gzip octets']);
});
