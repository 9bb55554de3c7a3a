/**
 * The chat server in a process of its own: `node chat-server.ts DIR DATABASE MEMBERS`. Members m0, m1 … with one password;
 * doors for TCP and WebSocket in clear, on free ports of 127.0.0.1, which its first line tells as JSON. It ends when told to.
 */
import { createAccounts } from '../../src/accounts/index.ts';
import { systemClock } from '../../src/base/index.ts';
import { createChatServer } from '../../src/chat/index.ts';
import { modules } from '../../src/modules.ts';
import { createNetwork, defaultNetLimits, listenHttp, webSocketDoor } from '../../src/net/index.ts';
import { createLog, createMetrics } from '../../src/observability/index.ts';
import { openDatabase } from '../../src/storage/index.ts';
import { openConversations } from '../../src/stores/conversations/index.ts';

export const chatServerDomain = 'coop.localhost';
export const chatServerPassword = 'correct horse battery staple';

export interface ChatServerProcess {
  readonly ports: { readonly tcp: number; readonly websocket: number };
  close(): Promise<void>;
}

export async function openChatStores(dir: string, url: string) {
  const workerUrl = new URL('../../src/worker.ts', import.meta.url);
  const database = await openDatabase({ modules, dir, database: url, workerUrl });
  const store = openConversations({ database, clock: systemClock });
  const service = await createAccounts({ database, domain: chatServerDomain, sleep: async () => undefined });
  return { database, store, ...service };
}

export async function openChatServer(dir: string, url: string, members: number): Promise<ChatServerProcess> {
  const { database, store, accounts, admin, close } = await openChatStores(dir, url);
  for (let n = 0; n < members; n++) {
    const address = `m${n}@${chatServerDomain}`;
    if ((await accounts.byAddress(address)) === null)
      await admin.addMember(address, { password: chatServerPassword });
  }
  const log = createLog({ level: 'error', format: 'json', write: (lines) => process.stderr.write(lines) });
  const metrics = createMetrics({ processMetrics: false });
  const server = createChatServer({
    ...{ coop: 'Coop', domain: chatServerDomain, accounts, store, log, metrics, version: '1' },
    settings: () => ({ registration: 'closed', unauthenticatedSeconds: 60 }),
    // Who measures or kills is faster than people are.
    limits: { stanzasPerSecondMax: 1e6, charactersPerSecondMax: 1e9 },
    plaintextLogin: true,
  });
  const limits = { ...defaultNetLimits, connectionsPerAddressMax: 10_000 };
  const network = createNetwork({ log, metrics, certificates: null, limits, clock: systemClock });
  const tcp = await network.listen({
    ...{ name: 'tcp', host: '127.0.0.1', port: 0, tls: 'none', halfOpen: true },
    onConnection: (connection) => server.handleClient(connection, { startTls: false }),
  });
  const door = webSocketDoor({
    path: '/xmpp-websocket',
    protocols: ['xmpp'],
    messageBytesMax: server.chat.limits.stanzaBytesMax,
    unauthenticatedMsMax: 60_000,
    log,
    onPeer: (peer) => server.handleWebSocket(peer),
  });
  const web = await listenHttp(
    network,
    { name: 'ws', host: '127.0.0.1', port: 0, tls: 'none', log, ...door },
    () => new Response('not found\n', { status: 404 }),
  );
  return {
    ports: { tcp: tcp.port, websocket: web.port },
    async close() {
      await network.closeAll(0);
      await server.close();
      await close();
      await store.close();
      await database.close();
    },
  };
}

if (import.meta.main) {
  const [dir = '', url = 'sqlite', members = '2'] = process.argv.slice(2);
  const server = await openChatServer(dir, url, Number(members));
  process.stdout.write(`${JSON.stringify(server.ports)}\n`);
  process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
}
