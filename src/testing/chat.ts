import { join } from 'node:path';
import { type AccountsAdmin, type AccountsService, createAccounts } from '../accounts/index.ts';
import { type Clock, systemClock } from '../base/index.ts';
import {
  type ChatLimits,
  type ChatServer,
  type ChatSettings,
  createChatServer,
  type MakeService,
} from '../chat/index.ts';
import {
  createCertificates,
  createNetwork,
  defaultNetLimits,
  listenHttp,
  type NetLimits,
  webSocketDoor,
} from '../net/index.ts';
import { createLog, createMetrics, type Metrics } from '../observability/index.ts';
import { type Conversations, openConversations } from '../stores/conversations/index.ts';
import { openTestStores, type TestStores } from './database.ts';
import { type Engine, engines } from './engines.ts';

/** `plain` takes passwords without TLS, `tls` after STARTTLS alone, `direct` begins with TLS; the last two are WebSockets. */
export type ChatDoor = 'plain' | 'tls' | 'direct' | 'ws' | 'wss';

export interface TestChatOptions {
  readonly engine?: Engine;
  readonly clock?: Clock;
  readonly limits?: Partial<ChatLimits>;
  readonly netLimits?: Partial<NetLimits>;
  readonly settings?: Partial<ChatSettings>;
  /** Services below the domain that the suite adds. */
  readonly services?: (store: Conversations) => readonly MakeService[];
  /** Default coop.localhost. */
  readonly domain?: string;
}

export interface TestChat {
  readonly domain: string;
  readonly stores: TestStores;
  readonly store: Conversations;
  readonly accounts: AccountsService['accounts'];
  readonly admin: AccountsAdmin;
  readonly server: ChatServer;
  readonly metrics: Metrics;
  /** Every line that was logged, as JSON. */
  readonly logged: string[];
  /** PEM of the authority of its certificates. */
  readonly authority: string;
  readonly ports: Readonly<Record<ChatDoor, number>>;
  /** The number of the member's account; the password is `chatPassword`. */
  addMember(local: string, options?: { readonly admin?: boolean; readonly name?: string }): Promise<number>;
  /** Ends as the process would: streams are told, what was taken is kept. The data stay for `again`. */
  stop(): Promise<void>;
  /** After `stop`: another server on the same data, on other ports. */
  again(): Promise<TestChat>;
  close(): Promise<void>;
}

export const chatPassword = 'correct horse battery staple';

/** The chat server on real stores and free ports, without members. */
export async function openTestChat(options: TestChatOptions = {}): Promise<TestChat> {
  const [first] = engines();
  const engine = options.engine ?? first;
  if (!engine) throw new Error('there is no engine');
  const { clock = systemClock } = options;
  return openOver(await openTestStores(engine, { clock }), options);
}

async function openOver(stores: TestStores, options: TestChatOptions): Promise<TestChat> {
  const { clock = systemClock, domain = 'coop.localhost' } = options;
  const logged: string[] = [];
  const log = createLog({ level: 'debug', format: 'json', write: (lines) => logged.push(lines) });
  const metrics = createMetrics({ processMetrics: false });
  const store = openConversations({ database: stores.database, clock });
  const service = await createAccounts({
    ...{ database: stores.database, domain, clock },
    sleep: async () => undefined,
    onErase: [(member) => store.erase(member)],
  });
  const settings: ChatSettings = { registration: 'closed', unauthenticatedSeconds: 60, ...options.settings };
  const common = {
    ...{ coop: 'Exemple SCIC', domain, accounts: service.accounts, store, log, metrics, clock },
    ...{ settings: () => settings, version: '1.2.3', limits: options.limits ?? {} },
    services: options.services?.(store) ?? [],
  };
  const server = createChatServer({ ...common, plaintextLogin: true });
  const doors = await openDoors(server, domain, stores.dir, { log, metrics, clock, options });
  const stop = async () => {
    await doors.close();
    await server.close();
    await service.close();
    await store.close();
  };
  return {
    ...{ domain, stores, store, accounts: service.accounts, admin: service.admin, server, metrics, logged },
    authority: doors.authority,
    ports: doors.ports,
    async addMember(local, { admin = false, name = local } = {}) {
      const wish = { password: chatPassword, admin, name };
      return (await service.admin.addMember(`${local}@${domain}`, wish)).id;
    },
    stop,
    again: async () => openOver(await stores.reopen(), options),
    async close() {
      await stop();
      await stores.close();
    },
  };
}

interface DoorParts {
  readonly log: ReturnType<typeof createLog>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly options: TestChatOptions;
}

async function openDoors(server: ChatServer, domain: string, dir: string, parts: DoorParts) {
  const { log, metrics, clock, options } = parts;
  const certificates = await createCertificates(
    { mode: 'self-signed', dir: join(dir, 'tls'), hostnames: [domain, 'localhost'] },
    { log },
  );
  const limits = { ...defaultNetLimits, ...options.netLimits };
  const network = createNetwork({ log, metrics, certificates, limits, clock });
  const seconds = options.settings?.unauthenticatedSeconds;
  const patience = seconds === undefined ? {} : { unauthenticatedMsMax: seconds * 1_000 };
  const tcp = async (name: ChatDoor, tls: 'starttls' | 'implicit', plaintextLogin: boolean) =>
    network.listen({
      ...{ name, host: '127.0.0.1', port: 0, tls, halfOpen: true, ...patience },
      ...(tls === 'implicit' ? { alpn: ['xmpp-client'] } : {}),
      onConnection: (connection) =>
        server.handleClient(connection, { startTls: tls === 'starttls', plaintextLogin }),
    });
  const web = async (name: ChatDoor, tls: 'none' | 'implicit') => {
    const door = webSocketDoor({
      path: '/xmpp-websocket',
      protocols: ['xmpp'],
      messageBytesMax: server.chat.limits.stanzaBytesMax,
      unauthenticatedMsMax: patience.unauthenticatedMsMax ?? limits.unauthenticatedMsMax,
      log,
      onPeer: (peer) => server.handleWebSocket(peer),
    });
    const nothing = () => new Response('not found\n', { status: 404 });
    return listenHttp(network, { name, host: '127.0.0.1', port: 0, tls, log, ...door }, nothing);
  };
  const [plain, tls, direct, ws, wss] = await Promise.all([
    tcp('plain', 'starttls', true),
    tcp('tls', 'starttls', false),
    tcp('direct', 'implicit', false),
    web('ws', 'none'),
    web('wss', 'implicit'),
  ]);
  return {
    authority: certificates.authority ?? '',
    ports: { plain: plain.port, tls: tls.port, direct: direct.port, ws: ws.port, wss: wss.port },
    async close() {
      await network.closeAll(0);
      certificates.close();
    },
  };
}
