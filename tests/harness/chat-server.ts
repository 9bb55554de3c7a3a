/**
 * The chat server in a process of its own: `node chat-server.ts DIR DATABASE MEMBERS [OTHERS]`. Members m0, m1 … with one
 * password; doors for TCP and WebSocket, in clear and with TLS, on free ports of 127.0.0.1, which its first line tells as JSON. OTHERS: how it
 * reaches other servers, as JSON (`ChatServerOthers`). It ends when told to; on SIGUSR2 it gives back
 * what is garbage, where Node was started with --expose-gc.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAccounts } from '../../src/accounts/index.ts';
import { releaseStartupMemory, systemClock } from '../../src/base/index.ts';
import { type ChatServer, createChatServer, type FederationOptions } from '../../src/chat/index.ts';
import { modules } from '../../src/modules.ts';
import {
  type Certificates,
  createCertificates,
  createNetwork,
  createResolver,
  defaultNetLimits,
  listenHttp,
  type Network,
  parseNetworks,
  webSocketDoor,
} from '../../src/net/index.ts';
import { createLog, createMetrics, type Log } from '../../src/observability/index.ts';
import { openDatabase } from '../../src/storage/index.ts';
import { openConversations } from '../../src/stores/conversations/index.ts';

export const chatServerDomain = 'coop.localhost';
export const chatServerPassword = 'correct horse battery staple';

/** `tls`: TLS from the first byte; `starttls`: begins in clear; `wss`: WebSocket over TLS. */
export type ChatServerPorts = Readonly<Record<'tcp' | 'websocket' | 'tls' | 'starttls' | 'wss', number>>;

export interface ChatServerProcess {
  readonly ports: ChatServerPorts;
  close(): Promise<void>;
}

export async function openChatStores(dir: string, url: string) {
  const workerUrl = new URL('../../src/worker.ts', import.meta.url);
  const database = await openDatabase({ modules, dir, database: url, workerUrl });
  const store = openConversations({ database, clock: systemClock });
  const service = await createAccounts({ database, domain: chatServerDomain, sleep: async () => undefined });
  return { database, store, ...service };
}

/** Other servers that are on this machine; without it there are none. */
export interface ChatServerOthers {
  /** The port on 127.0.0.1 of the name server. */
  readonly dnsPort: number;
  /** Paths of PEM files: what it shows, and whom it trusts. */
  readonly cert: string;
  readonly key: string;
  readonly authority: string;
}

export async function openChatServer(
  dir: string,
  url: string,
  members: number,
  others: ChatServerOthers | null = null,
): Promise<ChatServerProcess> {
  const { database, store, accounts, admin, close } = await openChatStores(dir, url);
  for (let n = 0; n < members; n++) {
    const address = `m${n}@${chatServerDomain}`;
    if ((await accounts.byAddress(address)) === null)
      await admin.addMember(address, { password: chatServerPassword });
  }
  const log = createLog({ level: 'error', format: 'json', write: (lines) => process.stderr.write(lines) });
  const metrics = createMetrics({ processMetrics: false });
  const certificates = await certificatesOf(dir, others, log);
  const limits = { ...defaultNetLimits, connectionsPerAddressMax: 10_000 };
  const network = createNetwork({ log, metrics, certificates, limits, clock: systemClock });
  const server = createChatServer({
    ...{ coop: 'Coop', domain: chatServerDomain, accounts, store, log, metrics, version: '1' },
    settings: () => ({ registration: 'closed', unauthenticatedSeconds: 60 }),
    // Who measures or kills is faster than people are.
    limits: { stanzasPerSecondMax: 1e6, charactersPerSecondMax: 1e9 },
    plaintextLogin: true,
    federation: others === null ? undefined : federationOf(others, network),
  });
  const ports = await openDoors(network, server, log);
  await server.start();
  return {
    ports,
    async close() {
      await network.closeAll(0);
      await server.close();
      certificates.close();
      await close();
      await store.close();
      await database.close();
    },
  };
}

/** Shown to clients, and to other servers where there are any. */
function certificatesOf(dir: string, others: ChatServerOthers | null, log: Log): Promise<Certificates> {
  if (others === null) {
    const hostnames = [chatServerDomain];
    return createCertificates({ mode: 'self-signed', dir: join(dir, 'tls'), hostnames }, { log });
  }
  const { cert, key, authority } = others;
  return createCertificates({ mode: 'files', cert, key }, { log, trusted: readFileSync(authority, 'utf8') });
}

async function openDoors(network: Network, server: ChatServer, log: Log): Promise<ChatServerPorts> {
  const overTcp = async (name: string, tls: 'none' | 'starttls' | 'implicit') => {
    const listener = await network.listen({
      ...{ name, host: '127.0.0.1', port: 0, tls, halfOpen: true },
      onConnection: (connection) => server.handleClient(connection, { startTls: tls === 'starttls' }),
    });
    return listener.port;
  };
  const door = webSocketDoor({
    path: '/xmpp-websocket',
    protocols: ['xmpp'],
    messageBytesMax: server.chat.limits.stanzaBytesMax,
    unauthenticatedMsMax: 60_000,
    log,
    onPeer: (peer) => server.handleWebSocket(peer),
  });
  const overHttp = async (name: string, tls: 'none' | 'implicit') => {
    const where = { name, host: '127.0.0.1', port: 0, tls, log, ...door };
    return (await listenHttp(network, where, () => new Response('not found\n', { status: 404 }))).port;
  };
  return {
    tcp: await overTcp('tcp', 'none'),
    websocket: await overHttp('ws', 'none'),
    tls: await overTcp('tls', 'implicit'),
    starttls: await overTcp('starttls', 'starttls'),
    wss: await overHttp('wss', 'implicit'),
  };
}

const federated = {
  policy: 'open',
  allow: [],
  block: [],
  trust: 'certificates',
  keepMs: 86_400_000,
} as const;

const federationOf = ({ dnsPort }: ChatServerOthers, network: Network): FederationOptions => ({
  network,
  resolver: createResolver({ servers: [{ host: '127.0.0.1', port: dnsPort }] }),
  settings: () => federated,
  networks: () => parseNetworks(['127.0.0.0/8']),
  most: { retryMsMin: 200, retryMsMax: 1_000, lookMs: 100 },
});

if (import.meta.main) {
  const [dir = '', url = 'sqlite', members = '2', others = 'null'] = process.argv.slice(2);
  const server = await openChatServer(dir, url, Number(members), JSON.parse(others));
  process.stdout.write(`${JSON.stringify(server.ports)}\n`);
  process.on('SIGUSR2', releaseStartupMemory);
  process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
}
