import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../base/index.ts';
import { createMetrics, silentLog } from '../observability/index.ts';
import { type TestCertificate, testAuthority } from '../testing/index.ts';
import {
  type Certificates,
  type Connection,
  createCertificates,
  createNetwork,
  DialFailure,
  type DialTarget,
  defaultNetLimits,
  type ListenerOptions,
  type Network,
  type OutgoingOptions,
} from './index.ts';
import { dialStaggerMs, dialTargetsMax } from './limits.ts';
import { publicChains, publicRoot } from './tls/fixtures.ts';
import { certificateIsFor, namesIn } from './tls/names.ts';

const authority = testAuthority({ nowMs: systemClock.nowMs() });
const stranger = testAuthority({ nowMs: systemClock.nowMs(), name: 'stranger' });
let dir = '';
let files = 0;
const made: Certificates[] = [];
const cleanups: (() => void | Promise<void>)[] = [];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'myco-outgoing-'));
});
afterAll(() => {
  for (const one of made) one.close();
  rmSync(dir, { recursive: true, force: true });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server of these names, and what it trusts. */
async function server(issued: TestCertificate, options: { trusted?: string } = {}): Promise<Network> {
  const [cert, key] = ['cert', 'key'].map((kind) => join(dir, `${++files}.${kind}`)) as [string, string];
  writeFileSync(cert, issued.chain);
  writeFileSync(key, issued.key);
  const trusted = options.trusted ?? authority.certificate;
  const certificates = await createCertificates({ mode: 'files', cert, key }, { log: silentLog, trusted });
  made.push(certificates);
  const network = createNetwork({
    log: silentLog,
    metrics: createMetrics({ processMetrics: false }),
    certificates,
    limits: { ...defaultNetLimits, sweepIntervalMs: 10 },
  });
  cleanups.push(() => network.closeAll(0));
  return network;
}

async function door(network: Network, options: Partial<ListenerOptions> = {}) {
  const handed: Connection[] = [];
  const listener = await network.listen({
    name: 'xmpp-server',
    host: '127.0.0.1',
    port: 0,
    tls: 'starttls',
    requestClientCertificate: true,
    onConnection(connection) {
      handed.push(connection);
      connection.octets({
        async onOctets(octets) {
          const text = octets.toString();
          if (text === 'STARTTLS') await connection.startTls('GO').catch(() => undefined);
          else connection.write(`got ${text}`);
        },
        onEnd: () => connection.close(),
      });
    },
    ...options,
  });
  return { listener, handed, port: listener.port };
}

const target = (port: number, more: Partial<DialTarget> = {}): DialTarget => ({
  host: 'host.example',
  address: '127.0.0.1',
  port,
  tls: 'starttls',
  ...more,
});

const to = (targets: readonly DialTarget[], more: Partial<OutgoingOptions> = {}): OutgoingOptions => ({
  name: 'xmpp-server-out',
  domain: 'far.example',
  service: 'xmpp-server',
  verify: 'require',
  targets,
  timeoutMs: 5_000,
  ...more,
});

/** What a connection hears, from now on. */
function heard(connection: Connection) {
  let text = '';
  let ended = false;
  const flow = connection.octets({
    onOctets(octets) {
      text += octets.toString();
    },
    onEnd() {
      ended = true;
    },
  });
  return { flow, text: () => text, ended: () => ended };
}

describe('a connection that we open', () => {
  test('speaks STARTTLS for the domain and shows our certificate', async () => {
    const far = await server(authority.issue(['far.example']));
    const near = await server(authority.issue(['near.example', '*.near.example']));
    const { port, handed } = await door(far);
    const connection = await near.dial(to([target(port)]));
    const { text } = heard(connection);
    expect([connection.secure, connection.peerCertificate(), connection.listener]).toEqual([
      false,
      null,
      'xmpp-server-out',
    ]);
    connection.write('STARTTLS');
    await expect.poll(text).toBe('GO');
    await connection.startTls();
    connection.write('stream');
    await expect.poll(text).toBe('GOgot stream');
    expect(connection.tlsInfo()).toMatchObject({ protocol: 'TLSv1.3', alpn: null });
    expect(handed[0]?.tlsInfo()).toMatchObject({ sni: 'far.example' });
    expect(connection.peerCertificate()).toMatchObject({ authorized: true, error: null });
    const shown = handed[0]?.peerCertificate();
    expect(shown).toMatchObject({
      authorized: true,
      error: null,
      names: [
        { kind: 'dns', name: 'near.example' },
        { kind: 'dns', name: '*.near.example' },
      ],
    });
    const wanted = ['near.example', 'rooms.near.example', 'a.b.near.example', 'far.example', ''];
    expect(wanted.map((domain) => shown?.isFor(domain, 'xmpp-server'))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    // Both ends have the same to bind a login to.
    expect(connection.exportKeyingMaterial('EXPORTER-Channel-Binding', 32)).toEqual(
      handed[0]?.exportKeyingMaterial('EXPORTER-Channel-Binding', 32),
    );
    expect(connection.serverCertificateHash()).toEqual(handed[0]?.serverCertificateHash());
  });

  test('speaks TLS from the first byte with ALPN, and has the limits of every connection', async () => {
    const far = await server(authority.issue(['far.example']));
    const near = await server(authority.issue(['near.example']));
    const { port, handed } = await door(far, { tls: 'implicit', alpn: ['xmpp-server'] });
    const direct = target(port, { tls: 'implicit', alpn: 'xmpp-server' });
    const connection = await near.dial(to([direct]));
    expect([connection.secure, connection.tlsInfo()?.alpn]).toEqual([true, 'xmpp-server']);
    await expect.poll(() => handed[0]?.tlsInfo()?.alpn).toBe('xmpp-server');
    expect([...near.connections()]).toEqual([connection]);
    connection.setIdleTimeout(50);
    expect(await connection.closed).toBe('idle');
    await expect.poll(() => [...near.connections()]).toEqual([]);
  });

  test.each([
    ['another name', authority.issue(['other.example']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['the name of the host alone', authority.issue(['host.example']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['an authority that nobody knows', stranger.issue(['far.example']), 'SELF_SIGNED_CERT_IN_CHAIN'],
    [
      'a time that is over',
      authority.issue(['far.example'], { notBefore: new Date(0), notAfter: new Date(86_400_000) }),
      'CERT_HAS_EXPIRED',
    ],
  ])('is refused a certificate of %s, or told of it', async (_, issued, code) => {
    const far = await server(issued);
    const near = await server(authority.issue(['near.example']));
    const implicit = await door(far, { tls: 'implicit' });
    const starttls = await door(far);
    const direct = target(implicit.port, { tls: 'implicit' });
    const failure = await near.dial(to([direct])).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DialFailure);
    expect(failure).toMatchObject({ attempts: [{ target: direct, code }] });
    const connection = await near.dial(to([target(starttls.port)]));
    const { text } = heard(connection);
    connection.write('STARTTLS');
    await expect.poll(text).toBe('GO');
    await expect(connection.startTls()).rejects.toMatchObject({ name: 'TlsFailure', code });
    expect(await connection.closed).toBe('handshake-failed');
    const reported = await near.dial(to([direct], { verify: 'report' }));
    const shown = reported.peerCertificate();
    expect(
      shown?.error ?? (shown?.isFor('far.example', 'xmpp-server') ? 'none' : 'ERR_TLS_CERT_ALTNAME_INVALID'),
    ).toBe(code);
  });

  test('what came in clear before the handshake is not told after it (THREATS 2)', async () => {
    const port = await clear((socket) => {
      socket.write('injected');
      socket.on('data', () => socket.destroy());
    });
    const near = await server(authority.issue(['near.example']));
    const connection = await near.dial(to([target(port)]));
    const { text, flow } = heard(connection);
    flow.pause();
    await new Promise((resolve) => setTimeout(resolve, 20));
    flow.resume();
    await expect(connection.startTls()).rejects.toMatchObject({ name: 'TlsFailure' });
    expect(text()).toBe('');
  });

  test('a server that hangs up is heard', async () => {
    const near = await server(authority.issue(['near.example']));
    const port = await clear((socket) => socket.end('bye'));
    const connection = await near.dial(to([target(port)]));
    const { text, ended } = heard(connection);
    expect(await connection.closed).toBe('peer');
    expect([text(), ended()]).toEqual(['bye', true]);
  });

  test('is drained with the network', async () => {
    const far = await server(authority.issue(['far.example']));
    const near = await server(authority.issue(['near.example']));
    const { port } = await door(far);
    const [told, silent] = await Promise.all([near.dial(to([target(port)])), near.dial(to([target(port)]))]);
    const said: string[] = [];
    told.onDrain(() => {
      said.push('bye');
      told.close();
    });
    await near.closeAll(3_600_000);
    expect([said, await told.closed, await silent.closed]).toEqual([['bye'], 'local', 'local']);
    await expect(near.dial(to([target(port)]))).rejects.toThrow('given up');
  });
});

async function clear(onSocket: (socket: import('node:net').Socket) => void): Promise<number> {
  const listening: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    cleanups.push(() => void socket.destroy());
    onSocket(socket);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => listening.close(() => resolve())));
  const address = listening.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('which target is taken', () => {
  test('the first that answers, when those before it refuse, hang up in the handshake or say nothing', async () => {
    const far = await server(authority.issue(['far.example']));
    const near = await server(authority.issue(['near.example']));
    const good = await door(far, { tls: 'implicit' });
    const hangsUp = await clear((socket) => socket.destroy());
    const refuses = await clear(() => undefined);
    await cleanups.pop()?.();
    const connection = await near.dial(
      to([
        target(refuses),
        // Nobody is there (RFC 5737) or the network says so at once.
        target(9, { address: '192.0.2.1' }),
        target(hangsUp, { tls: 'implicit' }),
        target(good.port, { tls: 'implicit' }),
      ]),
    );
    expect(connection.remote).toEqual({ address: '127.0.0.1', port: good.port });
    expect([...near.connections()]).toEqual([connection]);
  });

  test('none: each is named with what it did, and nothing stays open', async () => {
    const near = await server(authority.issue(['near.example']));
    const refuses = await clear(() => undefined);
    await cleanups.pop()?.();
    await expect(
      near.dial(to([target(refuses), target(refuses, { host: 'other.example' })])),
    ).rejects.toThrow(
      `no server of far.example was reached: host.example [127.0.0.1]:${refuses} ECONNREFUSED, other.example [127.0.0.1]:${refuses} ECONNREFUSED`,
    );
    await expect(near.dial(to([]))).rejects.toThrow(
      'no server of far.example was reached: it has no address',
    );
    expect([...near.connections()]).toEqual([]);
  });

  test('of too many the first few', async () => {
    const near = await server(authority.issue(['near.example']));
    const refuses = await clear(() => undefined);
    await cleanups.pop()?.();
    const many = Array.from({ length: dialTargetsMax + 5 }, () => target(refuses));
    const failure = await near.dial(to(many)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DialFailure);
    expect((failure as DialFailure).attempts).toHaveLength(dialTargetsMax);
    expect(dialStaggerMs).toBeGreaterThanOrEqual(100);
  });

  test.each(['time', 'signal'])('is over with its %s, in a handshake too', async (by) => {
    const near = await server(authority.issue(['near.example']));
    const port = await clear(() => undefined);
    const giveUp = new AbortController();
    const dialled = near.dial(
      to([target(port, { tls: 'implicit' })], {
        timeoutMs: by === 'time' ? 100 : 60_000,
        signal: giveUp.signal,
      }),
    );
    const outcome = expect(dialled).rejects.toBeInstanceOf(DialFailure);
    await expect.poll(() => [...near.connections()].length).toBe(1);
    if (by === 'signal') giveUp.abort();
    await outcome;
    await expect.poll(() => [...near.connections()].length).toBe(0);
  });
});

describe('a door that asks for certificates', () => {
  const over = (port: number, options: import('node:tls').ConnectionOptions) => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      servername: 'far.example',
      ca: authority.certificate,
      ...options,
    });
    cleanups.push(() => void socket.destroy());
    return new Promise<string>((resolve) => {
      socket.once('secureConnect', () => resolve(String(socket.alpnProtocol)));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  };

  test('lets in who shows none, and tells of one that nobody vouches for', async () => {
    const far = await server(authority.issue(['far.example']));
    const { port, handed } = await door(far, { tls: 'implicit' });
    const own = stranger.issue(['near.example']);
    expect(await over(port, {})).toBe('false');
    expect(await over(port, { cert: own.chain, key: own.key })).toBe('false');
    await expect.poll(() => handed.length).toBe(2);
    expect(handed[0]?.peerCertificate()).toBeNull();
    const shown = handed[1]?.peerCertificate();
    expect(shown).toMatchObject({ authorized: false, error: 'SELF_SIGNED_CERT_IN_CHAIN' });
    expect(shown?.der).toEqual(own.x509.raw);
  });

  test.each([
    ['for servers alone', publicRoot, null],
    ['for servers alone', authority.certificate, 'INVALID_PURPOSE'],
    ['for code', publicRoot, 'INVALID_PURPOSE'],
    ['of an authority that is bound to names', publicRoot, 'INVALID_PURPOSE'],
    ['signed by a server', publicRoot, 'INVALID_PURPOSE'],
  ] as const)('judges a certificate %s', async (which, trusted, error) => {
    const far = await server(authority.issue(['far.example']), { trusted });
    const { port, handed } = await door(far, { tls: 'implicit' });
    const { chain, key } = publicChains[which];
    expect(await over(port, { cert: chain, key })).toBe('false');
    await expect.poll(() => handed.length).toBe(1);
    const shown = handed[0]?.peerCertificate();
    expect([shown?.authorized, shown?.error]).toEqual([error === null, error]);
    expect(shown?.isFor('near.example', 'xmpp-server')).toBe(true);
  });

  test('and one that does not ask is shown none', async () => {
    const far = await server(authority.issue(['far.example']));
    const { port, handed } = await door(far, { tls: 'implicit', requestClientCertificate: false });
    const own = authority.issue(['near.example']);
    expect(await over(port, { cert: own.chain, key: own.key })).toBe('false');
    await expect.poll(() => handed[0]?.peerCertificate()).toBeNull();
  });

  test.each([
    ['ours', ['xmpp-server'], 'xmpp-server'],
    ['ours among others', ['h2', 'xmpp-server'], 'xmpp-server'],
    ['none', undefined, 'false'],
    ['others alone (RFC 7301 §3.2)', ['http/1.1'], 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'],
  ])('a client that offers %s', async (_, ALPNProtocols, outcome) => {
    const far = await server(authority.issue(['far.example']));
    const { port } = await door(far, { tls: 'implicit', alpn: ['xmpp-server'] });
    expect(await over(port, ALPNProtocols === undefined ? {} : { ALPNProtocols })).toBe(outcome);
  });
});

describe('names of a certificate', () => {
  // openssl req -x509 with DNS, XmppAddr and SRVName, two of them with a comma within.
  const certificate = new X509Certificate(`-----BEGIN CERTIFICATE-----
MIICRjCCAeygAwIBAgIUbzxy+IzHwf6HdWFoA4vDBmp7viwwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKY24uZXhhbXBsZTAgFw0yNjExMjMwNzA2MTRaGA8yMTI2MTAz
MDA3MDYxNFowFTETMBEGA1UEAwwKY24uZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABPCbSZZYX1Ja2KwIfLgGai/VgQNPPhfLVEih8jG2ZAT1riqTPYzX
uxJDOoIsz/WnoC0ajz8pdwpVf8ORbZNP272jggEWMIIBEjCB2wYDVR0RBIHTMIHQ
ggppbS5leGFtcGxlghcqLmNvbmZlcmVuY2UuaW0uZXhhbXBsZaAaBggrBgEFBQcI
BaAODAxjaGF0LmV4YW1wbGWgJgYIKwYBBQUHCAegGhYYX3htcHAtc2VydmVyLnNy
di5leGFtcGxloCEGCCsGAQUFBwgFoBUME2V2aWwsIEROUzphLmV4YW1wbGWgIQYI
KwYBBQUHCAegFRYTX3guYiwgRE5TOmMuZXhhbXBsZYcEfwAAAYYZaHR0cDovL3gv
LEROUzp1cmkuZXhhbXBsZTATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQU
wHhNozCs8ynSqvm6D7+FZhXv9g8wCgYIKoZIzj0EAwIDSAAwRQIhAP78tPlGlxY5
cXvBS5Jc4Ny+Kkc8HMZDpi/IUgjQOpn4AiB/8gqtk3zvfgP694v9TR9glcL36VnS
bwb5A0fe1RWQvQ==
-----END CERTIFICATE-----
`);

  test('are read by kind, and none is made up from within another', () => {
    expect(namesIn(certificate)).toEqual([
      { kind: 'dns', name: 'im.example' },
      { kind: 'dns', name: '*.conference.im.example' },
      { kind: 'xmpp', name: 'chat.example' },
      { kind: 'srv', name: '_xmpp-server.srv.example' },
    ]);
  });

  test.each([
    ['im.example', 'xmpp-server', true],
    ['IM.example', 'xmpp-client', true],
    ['a.conference.im.example', 'xmpp-server', true],
    ['conference.im.example', 'xmpp-server', false],
    ['a.b.conference.im.example', 'xmpp-server', false],
    ['chat.example', 'xmpp-server', true],
    ['srv.example', 'xmpp-server', true],
    ['srv.example', 'xmpp-client', false],
    ['cn.example', 'xmpp-server', false],
    ['a.example', 'xmpp-server', false],
    ['c.example', 'xmpp-server', false],
    ['127.0.0.1', 'xmpp-server', true],
    ['127.0.0.2', 'xmpp-server', false],
    ['', 'xmpp-server', false],
  ])('%s as %s: %s', (domain, service, expected) => {
    expect(certificateIsFor(certificate, domain, service)).toBe(expected);
  });
});
