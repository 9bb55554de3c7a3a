import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  type Connection,
  createCertificates,
  createNetwork,
  defaultNetLimits,
  listenHttp,
  type NetLimits,
  type Network,
  type RawHandler,
} from '../net/index.ts';
import { createMetrics, silentLog } from '../observability/index.ts';
import { makeFolder, removeFolder } from '../testing/index.ts';
import { type ChatDoors, chatProtocols, chatSocket } from './chat-doors.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function house(limits: Partial<NetLimits> = {}) {
  const dir = makeFolder();
  const certificates = await createCertificates(
    { mode: 'self-signed', dir, hostnames: ['localhost', '127.0.0.1'] },
    { log: silentLog },
  );
  const network = createNetwork({
    log: silentLog,
    metrics: createMetrics({ processMetrics: false }),
    certificates,
    limits: { ...defaultNetLimits, sweepIntervalMs: 10, ...limits },
  });
  cleanups.push(async () => {
    await network.closeAll(0);
    certificates.close();
    removeFolder(dir);
  });
  return { network, ca: certificates.authority ?? '' };
}

/** Chat that writes down who came by which door. */
function chatOf(unauthenticatedMsMax = 0) {
  const came: string[] = [];
  const at = (door: string, { secure }: Connection) =>
    void came.push(`${door} ${secure ? 'secure' : 'clear'}`);
  const chat: ChatDoors = {
    messageBytesMax: 100,
    unauthenticatedMsMax,
    client: async (connection, { startTls }) => at(startTls ? 'starttls' : 'direct', connection),
    webSocket: async ({ connection }) => at('websocket', connection),
    server: async (connection) => at('server', connection),
    refusal: (of, reason) => `${of}: ${reason}`,
  };
  return { chat, came };
}

const host = '127.0.0.1';

async function openAll(network: Network, chat: ChatDoors): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  for (const [name, { tls, protocol }] of Object.entries(chatProtocols(chat)))
    ports[name] = (await network.listen({ name, host, port: 0, tls, ...protocol })).port;
  return ports;
}

test('the doors for TCP: clients by two ways, other servers where chat speaks to them', async () => {
  const { network, ca } = await house();
  const { chat, came } = chatOf();
  const ports = await openAll(network, chat);
  expect(Object.keys(ports)).toEqual(['xmpp', 'xmpps', 'xmpp-server', 'xmpps-server']);
  for (const name of ['xmpp', 'xmpp-server']) {
    const socket = connect({ port: ports[name] ?? 0, host });
    cleanups.push(() => void socket.destroy());
  }
  const direct = (ALPNProtocols?: string[], door = 'xmpps') => {
    const options = { port: ports[door] ?? 0, host, servername: 'localhost', ca };
    const socket = connectTls({ ...options, ...(ALPNProtocols ? { ALPNProtocols } : {}) });
    cleanups.push(() => void socket.destroy());
    return new Promise((resolve) => {
      socket.once('secureConnect', () => resolve(socket.alpnProtocol));
      socket.once('error', () => resolve('refused'));
    });
  };
  expect(await direct(['xmpp-client'])).toBe('xmpp-client');
  expect(await direct()).toBe(false);
  expect(await direct(['xmpp-server'])).toBe('refused');
  expect(await direct(['xmpp-server'], 'xmpps-server')).toBe('xmpp-server');
  expect(await direct(['xmpp-client'], 'xmpps-server')).toBe('refused');
  await expect
    .poll(() => [...came].sort())
    .toEqual(['direct secure', 'direct secure', 'server clear', 'server secure', 'starttls clear']);
  const { server: _, ...alone } = chat;
  expect(Object.keys(chatProtocols(alone))).toEqual(['xmpp', 'xmpps']);
});

test.each([
  ['xmpp', 'client: too-many-from-address'],
  ['xmpp-server', 'server: too-many-from-address'],
])('whom %s does not take is told why', async (door, words) => {
  const { network } = await house({ connectionsPerAddressMax: 0 });
  const ports = await openAll(network, chatOf().chat);
  const socket = connect({ port: ports[door] ?? 0, host });
  cleanups.push(() => void socket.destroy());
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk;
  });
  await new Promise((resolve) => socket.once('close', resolve));
  expect(said).toBe(words);
});

test('a stranger has the time that chat gives', async () => {
  const { network } = await house();
  const ports = await openAll(network, chatOf(50).chat);
  const socket = connect({ port: ports.xmpp ?? 0, host });
  await new Promise((resolve) => socket.once('close', resolve));
});

describe('the doors for HTTP', () => {
  async function web(tls: 'none' | 'implicit', plaintext: 'refuse' | 'allow', chat: ChatDoors | null) {
    const { network, ca } = await house();
    const raw: RawHandler = ({ url }, response) => {
      if (url !== '/raw') return false;
      response.end('raw');
      return true;
    };
    const beside = chatSocket(chat, tls, { auth: { plaintext } }, { log: silentLog, raw });
    const page = () => new Response('page', { status: 404 });
    const { port } = await listenHttp(network, { name: 'http', host, port: 0, tls, ...beside }, page);
    const opens = () => {
      const url = `${tls === 'none' ? 'ws' : 'wss'}://${host}:${port}/xmpp-websocket`;
      const socket = new WebSocket(url, ['xmpp'], { ca });
      cleanups.push(() => socket.terminate());
      return new Promise<string>((resolve) => {
        socket.once('open', () => resolve('open'));
        socket.once('error', ({ message }) => resolve(message));
      });
    };
    return { port, opens };
  }

  test.each([
    ['implicit', 'refuse', 'open', 'websocket secure'],
    ['none', 'allow', 'open', 'websocket clear'],
    ['none', 'refuse', 'Unexpected server response: 404', undefined],
  ] as const)('let WebSockets in: TLS %s, logins in clear %s', async (tls, plaintext, outcome, who) => {
    const { chat, came } = chatOf();
    const { opens } = await web(tls, plaintext, chat);
    expect(await opens()).toBe(outcome);
    expect(came[0]).toBe(who);
  });

  test('let none in without chat', async () => {
    const { opens } = await web('implicit', 'allow', null);
    expect(await opens()).toBe('Unexpected server response: 404');
  });

  test('go on serving what is not chat', async () => {
    const { port } = await web('none', 'allow', chatOf().chat);
    const status = (path: string) =>
      new Promise((resolve, reject) => {
        const request = httpRequest({ host, port, path }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on('error', reject).end();
      });
    expect([await status('/raw'), await status('/page'), await status('/xmpp-websocket')]).toEqual([
      200, 404, 426,
    ]);
  });
});
