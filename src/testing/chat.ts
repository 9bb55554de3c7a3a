import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AccountsAdmin,
  type AccountsService,
  createAccounts,
  type TokenVerifier,
} from '../accounts/index.ts';
import { type Clock, systemClock } from '../base/index.ts';
import {
  type ChatLimits,
  type ChatServer,
  type ChatSettings,
  createChatServer,
  type FederationLimits,
  type FederationSettings,
  type MakeService,
  type OwnCards,
  type RoomLimits,
  type RosterSource,
} from '../chat/index.ts';
import {
  createCertificates,
  createNetwork,
  defaultNetLimits,
  listenHttp,
  type NetLimits,
  type Network,
  parseNetworks,
  type Resolver,
  webSocketDoor,
} from '../net/index.ts';
import { createLog, createMetrics, type Metrics } from '../observability/index.ts';
import { type Conversations, openConversations } from '../stores/conversations/index.ts';
import type { TestAuthority } from './certificates.ts';
import { openTestStores, type TestStores } from './database.ts';
import { type Engine, engines } from './engines.ts';

/** `plain` takes passwords without TLS, `tls` after STARTTLS alone, `direct` begins with TLS; the last two are WebSockets. */
export type ChatDoor = 'plain' | 'tls' | 'direct' | 'ws' | 'wss';

export interface TestChatOptions {
  readonly engine?: Engine;
  readonly clock?: Clock;
  readonly limits?: Partial<ChatLimits>;
  readonly roomLimits?: Partial<RoomLimits>;
  readonly netLimits?: Partial<NetLimits>;
  readonly settings?: Partial<ChatSettings>;
  /** The issuer whose tokens sign members in. */
  readonly tokens?: TokenVerifier;
  /** Services below the domain that the suite adds. */
  readonly services?: (store: Conversations) => readonly MakeService[];
  readonly rosterSource?: RosterSource;
  /** Members' own cards; left out: nobody has one. */
  readonly cards?: OwnCards;
  /** Default coop.localhost. */
  readonly domain?: string;
  /** Left out: there are no other servers. */
  readonly federation?: TestFederation;
}

export interface TestFederation {
  readonly resolver: Resolver;
  readonly settings?: Partial<FederationSettings>;
  readonly most?: Partial<FederationLimits>;
  /** Signs the server's certificate, and is trusted; without it the server signs its own. */
  readonly authority?: TestAuthority;
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
  /** For other servers; 0 where there are none. */
  readonly serverPort: number;
  /** The same, with TLS from the first byte. */
  readonly serverTlsPort: number;
  /** The number of the member's account; the password is `chatPassword`. */
  addMember(local: string, options?: { readonly admin?: boolean; readonly name?: string }): Promise<number>;
  /** Members who hear each other's presence from now on, by local part. */
  befriend(local: string, other: string): Promise<void>;
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
    ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
    onErase: [(member, addresses) => store.erase(member, addresses)],
    onCredentialEnd: [(member, living) => store.registrations.retain(member, living)],
  });
  const settings: ChatSettings = { registration: 'closed', unauthenticatedSeconds: 60, ...options.settings };
  const common = {
    ...{ coop: 'Exemple SCIC', domain, accounts: service.accounts, store, log, metrics, clock },
    ...{ limits: options.limits ?? {}, roomLimits: options.roomLimits ?? {} },
    ...{ settings: () => settings, version: '1.2.3' },
    administration: {
      admin: service.admin,
      signInAddress: (token: string) => `https://${domain}/sign-in/${token}`,
    },
    services: options.services?.(store) ?? [],
    ...(options.cards === undefined ? {} : { cards: options.cards }),
    ...(options.rosterSource ? { rosterSource: options.rosterSource } : {}),
    registrar: { ...service.admin, invitePage: (token: string) => `https://localhost/invite/${token}` },
  };
  const parts = { log, metrics, clock, options };
  const { network, certificates } = await openNetwork(domain, stores.dir, parts);
  const federation = options.federation && federationOf(options.federation, network);
  const server = createChatServer({ ...common, plaintextLogin: true, federation });
  const doors = await openDoors(server, network, parts);
  await server.start();
  const stop = async () => {
    await Promise.all([network.closeAll(0), server.close()]);
    certificates.close();
    await service.close();
    await store.close();
  };
  return {
    ...{ domain, stores, store, accounts: service.accounts, admin: service.admin, server, metrics, logged },
    authority: certificates.authority ?? '',
    ...doors,
    async addMember(local, { admin = false, name = local } = {}) {
      const wish = { password: chatPassword, admin, name };
      return (await service.admin.addMember(`${local}@${domain}`, wish)).id;
    },
    async befriend(local, other) {
      for (const [one, contact] of [
        [local, other],
        [other, local],
      ]) {
        const member = await service.accounts.byAddress(`${one}@${domain}`);
        if (member === null) throw new Error(`there is no member ${one}`);
        const { contacts } = await store.roster.load(member.id);
        const jid = `${contact}@${domain}`;
        const change = { listed: true, subscription: 'both' } as const;
        await store.roster.change(member.id, jid, contacts.get(jid)?.ver ?? 0, change);
        server.chat.homes.of(member).changed();
      }
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

async function openNetwork(domain: string, dir: string, { log, metrics, clock, options }: DoorParts) {
  const { authority } = options.federation ?? {};
  const issued = authority?.issue([domain, `rooms.${domain}`, 'localhost']);
  const [cert, key] = [join(dir, 'chain.pem'), join(dir, 'key.pem')];
  if (issued !== undefined) {
    writeFileSync(cert, issued.chain);
    writeFileSync(key, issued.key, { mode: 0o600 });
  }
  const certificates = await createCertificates(
    issued === undefined
      ? { mode: 'self-signed', dir: join(dir, 'tls'), hostnames: [domain, 'localhost'] }
      : { mode: 'files', cert, key },
    { log, ...(authority === undefined ? {} : { trusted: authority.certificate }) },
  );
  const limits = { ...defaultNetLimits, ...options.netLimits };
  return { certificates, network: createNetwork({ log, metrics, certificates, limits, clock }) };
}

/** Servers of tests are on this machine. */
function federationOf({ resolver, settings, most }: TestFederation, network: Network) {
  const common = { policy: 'open', allow: [], block: [], trust: 'dialback', keepMs: 86_400_000 } as const;
  return {
    ...{ network, resolver, settings: () => ({ ...common, ...settings }) },
    networks: () => parseNetworks(['127.0.0.0/8', '::1']),
    ...(most === undefined ? {} : { most }),
  };
}

async function openDoors(server: ChatServer, network: Network, { log, options }: DoorParts) {
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
      unauthenticatedMsMax: patience.unauthenticatedMsMax ?? defaultNetLimits.unauthenticatedMsMax,
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
  const { handleServer } = server;
  const others = async (tls: 'starttls' | 'implicit') => {
    if (handleServer === null) return 0;
    const { port } = await network.listen({
      ...{ name: `server ${tls}`, host: '127.0.0.1', port: 0, tls, halfOpen: true },
      ...{ requestClientCertificate: true, onConnection: handleServer },
      ...(tls === 'implicit' ? { alpn: ['xmpp-server'] } : {}),
    });
    return port;
  };
  return {
    ports: { plain: plain.port, tls: tls.port, direct: direct.port, ws: ws.port, wss: wss.port },
    serverPort: await others('starttls'),
    serverTlsPort: await others('implicit'),
  };
}
