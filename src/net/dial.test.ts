import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../base/index.ts';
import { type TestCertificate, testAuthority } from '../testing/index.ts';
import { createDial, TlsFailure } from './index.ts';
import { chainCertificatesMax } from './limits.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function serve(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const dial = createDial();
const host = '127.0.0.1';

describe('dial', () => {
  test('connects, and bytes go both ways', async () => {
    const port = await serve((socket) => socket.pipe(socket));
    const outgoing = await dial({ host, port, tls: 'none', timeoutMs: 5_000 });
    outgoing.stream.write('hello');
    const [echo] = await new Promise<Buffer[]>((resolve) =>
      outgoing.stream.once('data', (chunk) => resolve([chunk])),
    );
    expect([echo?.toString(), outgoing.secure]).toEqual(['hello', false]);
    outgoing.destroy();
  });

  test('a closed port rejects', async () => {
    const port = await serve(() => undefined);
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    await expect(dial({ host, port, tls: 'none', timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  test.each([
    ['says nothing', () => undefined, 50],
    ['hangs up', (socket: Socket) => socket.destroy(), 5_000],
    ['speaks in clear', (socket: Socket) => socket.write('220 hello\r\n'), 5_000],
  ])('TLS with a peer that %s fails', async (_, onSocket, timeoutMs) => {
    const port = await serve(onSocket);
    await expect(dial({ host, port, tls: 'implicit', timeoutMs })).rejects.toBeInstanceOf(TlsFailure);
  });

  test('what came in clear before the handshake is dropped, and a failed one leaves no socket', async () => {
    const port = await serve((socket) => socket.write('220 injected\r\n'));
    const outgoing = await dial({ host, port, tls: 'none', timeoutMs: 5_000 });
    await new Promise((resolve) => outgoing.stream.once('readable', resolve));
    await expect(outgoing.startTls({ verify: false })).rejects.toBeInstanceOf(TlsFailure);
    expect([outgoing.secure, outgoing.stream.destroyed]).toEqual([false, true]);
  });
});

/** A server that shakes hands at once. */
async function serveTls({ chain, key }: TestCertificate, options: TlsOptions = {}): Promise<number> {
  const server = createTlsServer({ cert: chain, key, ...options });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('tlsClientError', () => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('addresses', () => {
  const name = 'mx.nowhere.test';

  test('are tried in turn until one answers', async () => {
    const port = await serve((socket) => socket.pipe(socket));
    const addresses = ['127.0.0.2', '::1', host];
    const outgoing = await dial({ host: name, addresses, port, tls: 'none', timeoutMs: 5_000 });
    expect(outgoing.address).toBe(host);
    outgoing.destroy();
  });

  test('none, or none that answers, rejects', async () => {
    const port = await serve(() => undefined);
    const options = { host: name, port, tls: 'none', timeoutMs: 5_000 } as const;
    await expect(dial({ ...options, addresses: [] })).rejects.toThrow('has no address');
    const closed = ['127.0.0.2', '127.0.0.3'];
    await expect(dial({ ...options, addresses: closed })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('TLS is for the name, wherever it was found', async () => {
    const authority = testAuthority({ nowMs: systemClock.nowMs() });
    const port = await serveTls(authority.issue([name]));
    const options = { addresses: [host], port, tls: 'implicit', timeoutMs: 5_000 } as const;
    const trusting = createDial({ authority: authority.certificate });
    const outgoing = await trusting({ ...options, host: name });
    expect(outgoing.secure).toBe(true);
    outgoing.destroy();
    await expect(trusting({ ...options, host: 'mx.other.test' })).rejects.toMatchObject({
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });
});

describe('what a server shows', () => {
  const authority = testAuthority({ nowMs: systemClock.nowMs() });
  const certificate = authority.issue(['mx.test']);
  const shown = async (options: { trusted: boolean; hostname: string; tls?: TlsOptions }) => {
    const port = await serveTls(certificate, options.tls);
    const dialing = createDial(options.trusted ? { authority: authority.certificate } : {});
    const outgoing = await dialing({
      host: options.hostname,
      addresses: [host],
      port,
      tls: 'none',
      timeoutMs: 5_000,
    });
    expect(outgoing.peer).toBeNull();
    await outgoing.startTls({ verify: false });
    const { peer } = outgoing;
    outgoing.destroy();
    return peer;
  };

  test('is its chain, and whether we trust it, names aside', async () => {
    const trusted = await shown({ trusted: true, hostname: 'mx.other.test' });
    expect(trusted?.chain.map(({ fingerprint256 }) => fingerprint256)).toEqual([
      certificate.x509.fingerprint256,
      authority.x509.fingerprint256,
    ]);
    expect(trusted).toMatchObject({ fault: null, protocol: 'TLSv1.3' });
    const unknown = await shown({ trusted: false, hostname: 'mx.test' });
    expect(unknown?.fault).toBe('SELF_SIGNED_CERT_IN_CHAIN');
    expect(unknown?.chain.length).toBeLessThan(chainCertificatesMax);
  });

  test('TLS 1.2 is the least', async () => {
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    await expect(shown({ trusted: true, hostname: 'mx.test', tls: old })).rejects.toBeInstanceOf(TlsFailure);
    const enough = { maxVersion: 'TLSv1.2' } as const;
    expect((await shown({ trusted: true, hostname: 'mx.test', tls: enough }))?.protocol).toBe('TLSv1.2');
  });
});
