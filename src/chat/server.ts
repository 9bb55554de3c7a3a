import { type Accounts, directoryAccount } from '../accounts/index.ts';
import { type Clock, systemClock } from '../base/index.ts';
import { bareText } from '../formats/jid/index.ts';
import type { Connection, WebSocketPeer } from '../net/index.ts';
import type { Log, Metrics } from '../observability/index.ts';
import type { Conversations } from '../stores/conversations/index.ts';
import { sasl } from './auth/sasl.ts';
import { watchMembers } from './auth/standing.ts';
import type { OwnCards } from './cards/index.ts';
import { StanzaError, StreamError } from './errors.ts';
import { createFeatures, type Features } from './features.ts';
import { Federation, type FederationOptions } from './federation/index.ts';
import { type ChatLimits, defaultChatLimits } from './limits.ts';
import { createMeters } from './metrics.ts';
import { clientNs, serverNs } from './namespaces.ts';
import { farewell, presence, presenceRules, presenceSettled } from './presence/index.ts';
import { type RoomLimits, Rooms } from './rooms/index.ts';
import { estrange, type RosterSource, roster } from './roster/index.ts';
import { Commits } from './routing/commits.ts';
import { Homes } from './routing/homes.ts';
import { type Remote, Router, type Service } from './routing/router.ts';
import { Turns } from './routing/turns.ts';
import type { Administration, Chat, ChatSettings, Registrar } from './services.ts';
import { tryJid } from './stanza.ts';
import { bind } from './stream/bind.ts';
import { ClientStream, type Entrance } from './stream/client-stream.ts';
import { Pace } from './stream/pace.ts';
import { refusedStream, type StreamRefusal } from './stream/refusal.ts';
import { serveClient } from './stream/serve-client.ts';
import { startTls } from './stream/start-tls.ts';
import { TcpTransport } from './stream/tcp-transport.ts';
import type { Transport } from './stream/transport.ts';
import { WebSocketTransport } from './stream/websocket-transport.ts';
import { xeps } from './xeps/index.ts';

export interface ChatServerOptions {
  /** The co-op's name. */
  readonly coop: string;
  readonly domain: string;
  /** More domains whose accounts are at home here. */
  readonly aliases?: readonly string[];
  readonly accounts: Accounts;
  /** Without it accounts are neither made nor changed by way of chat. */
  readonly registrar?: Registrar;
  readonly administration?: Administration;
  readonly store: Conversations;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  readonly limits?: Partial<ChatLimits>;
  readonly roomLimits?: Partial<RoomLimits>;
  readonly plaintextLogin?: boolean;
  readonly settings: () => ChatSettings;
  readonly rosterSource?: RosterSource;
  /** Without it nobody has a card, and no picture is put into presence. */
  readonly cards?: OwnCards;
  readonly version: string;
  /** Left out: there are no other servers. */
  readonly federation?: FederationOptions | undefined;
  /** Addresses of their own below the domain, beside those that the server has by itself. */
  readonly services?: readonly MakeService[];
}

export interface ChatServer {
  readonly chat: Chat;
  /** Serves a client over TCP; resolves when its stream has ended, never rejects. */
  handleClient(connection: Connection, entrance: Entrance): Promise<void>;
  /** Serves a client over WebSocket, in the same way. */
  handleWebSocket(peer: WebSocketPeer): Promise<void>;
  /** Serves another server, in the same way; null where there are no others. */
  readonly handleServer: ((connection: Connection) => Promise<void>) | null;
  /** What a door in clear says to a connection that is not taken. */
  refusal(of: 'client' | 'server', reason: StreamRefusal): string;
  /** What waits for other servers is on its way from now on. */
  start(): Promise<void>;
  /** Resolves when what was taken is kept. */
  close(): Promise<void>;
}

/** `chat`: only once the server is there. */
export type MakeService = (chat: () => Chat, domain: string) => Service;

/** The tables of this server, as every session sees them. */
export const standardFeatures: Features = createFeatures([startTls, sasl, bind, roster, presence, ...xeps]);

export function createChatServer(options: ChatServerOptions): ChatServer {
  const { chat, federation } = servicesOf(options);
  const unwatch = watchMembers(chat);
  const unfollow = options.store.roster.subscribe(directoryAccount, () => chat.rooms.directoryChanged());
  const stay = partFromContacts(chat);
  const serve = async (transport: Transport, entrance: Entrance) => {
    const stream = new ClientStream(chat, transport, entrance);
    transport.connection.onDrain(() => stream.fail(new StreamError('system-shutdown')));
    await serveClient(stream);
  };
  const { strangerBytesMax } = chat.limits;
  return {
    chat,
    handleClient: (connection, entrance) =>
      serve(
        new TcpTransport(connection, clientNs, strangerBytesMax, new Pace(chat.clock, chat.limits)),
        entrance,
      ),
    handleWebSocket: (peer) => serve(new WebSocketTransport(peer, strangerBytesMax), { startTls: false }),
    handleServer: federation && ((connection) => federation.handle(connection)),
    refusal: (of, reason) => refusedStream(of === 'client' ? clientNs : serverNs, chat.domain, reason),
    start: async () => federation?.start(),
    async close() {
      for (const end of [stay, unwatch, unfollow]) end();
      // Nobody resumes in another process: what was not acknowledged waits in the store.
      for (const session of [...chat.homes.sessions()]) {
        session.stream?.fail(new StreamError('system-shutdown'));
        session.close();
      }
      await presenceSettled(chat);
      await federation?.close();
      await chat.commits.settled();
    },
  };
}

/** Without a way to other servers nobody is found there. */
const noRemote: Remote = {
  send() {
    throw new StanzaError('remote-server-not-found');
  },
};

function servicesOf(options: ChatServerOptions) {
  const { coop, domain, aliases = [], accounts, store, log, settings, version } = options;
  const { clock = systemClock } = options;
  const limits = { ...defaultChatLimits, ...options.limits };
  const federation =
    options.federation === undefined ? null : new Federation(() => chat, options.federation, options.metrics);
  const rooms = new Rooms(() => chat, `rooms.${domain}`, options.roomLimits);
  const more = (options.services ?? []).map((make) => make(() => chat, domain));
  const services: Service[] = [rooms, ...more];
  const chat: Chat = {
    ...{ coop, domain, accounts, store, log, settings, version, limits },
    administration: options.administration ?? null,
    plaintextLogin: options.plaintextLogin ?? false,
    rosterSource: options.rosterSource ?? null,
    registrar: options.registrar ?? null,
    cards: options.cards ?? null,
    features: standardFeatures,
    presence: presenceRules,
    homes: new Homes(() => chat, [domain, ...aliases], limits.idleHomesMax),
    router: new Router(() => chat, services, federation ?? noRemote),
    rooms,
    commits: new Commits(
      store.archive,
      store.registrations.queue,
      limits.commitRowsMax,
      log,
      new Turns(clock),
    ),
    // Of its own: what was kept is not told later because many enter a room.
    turns: new Turns(clock),
    clock,
    startedAtMs: clock.nowMs(),
    meters: createMeters(options.metrics),
  };
  return { chat, federation };
}

/** Of an address of mail; undefined for one that is none of chat. */
const bareOf = (address: string): string | undefined => {
  const jid = tryJid(address);
  return jid === null ? undefined : bareText(jid);
};

/** Contacts of who is deleted hear that there is nothing between them any more; who has the address later has nothing of it. */
function partFromContacts(chat: Chat): () => void {
  return chat.accounts.onDeparture(async (member, addresses) => {
    const home = chat.homes.of(member);
    await farewell(chat, home);
    chat.homes.forget(home);
    const jids = new Set([home.text, ...addresses.flatMap((address) => bareOf(address) ?? [])]);
    for (const jid of jids) await estrange(chat, jid);
    await chat.rooms.departed(home.account, jids);
  });
}
