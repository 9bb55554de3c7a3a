import type { ChatClients, ChatNotices, ChatServer, StreamRefusal } from '../chat/index.ts';
import {
  type Certificates,
  type Connection,
  type HttpOptions,
  type ListenerOptions,
  type Network,
  type RawHandler,
  type WebSocketPeer,
  webSocketDoor,
} from '../net/index.ts';
import type { Log } from '../observability/index.ts';
import type { Door, MycoSettings } from '../settings/index.ts';

/** What chat does with the connections of its doors. */
export interface ChatDoors {
  /** Of one stanza; above it a WebSocket is closed. */
  readonly messageBytesMax: number;
  /** Time to sign in. */
  readonly unauthenticatedMsMax: number;
  client(connection: Connection, options: { readonly startTls: boolean }): Promise<void>;
  webSocket(peer: WebSocketPeer): Promise<void>;
  /** For members' own pages. */
  readonly clients?: ChatClients;
  readonly notices?: ChatNotices;
  /** Said in clear to a connection that is not taken. */
  readonly refusal: ChatServer['refusal'];
  /** Without it no door is opened for other servers. */
  server?(connection: Connection): Promise<void>;
}

/** Chat is opened once there is a network, for the connections that it opens itself. */
export type OpenChat = (parts: {
  readonly network: Network;
  readonly certificates: Certificates;
}) => ChatDoors;

export type Protocol = Pick<
  ListenerOptions,
  'onConnection' | 'refusal' | 'unauthenticatedMsMax' | 'halfOpen' | 'alpn' | 'requestClientCertificate'
>;

interface ChatDoor {
  readonly tls: 'starttls' | 'implicit';
  readonly protocol: Protocol;
}

/** How the doors for TCP are opened. */
export function chatProtocols(chat: ChatDoors): Partial<Record<Door, ChatDoor>> {
  const { unauthenticatedMsMax, server } = chat;
  const common = (of: 'client' | 'server') => ({
    ...{ unauthenticatedMsMax, halfOpen: true },
    refusal: (reason: StreamRefusal) => chat.refusal(of, reason),
  });
  const client = (startTls: boolean) => ({
    ...common('client'),
    onConnection: (connection: Connection) => chat.client(connection, { startTls }),
  });
  return {
    xmpp: { tls: 'starttls', protocol: client(true) },
    // XEP-0368 §2: who offers no ALPN is served as well.
    xmpps: { tls: 'implicit', protocol: { ...client(false), alpn: ['xmpp-client'] } },
    ...(server && {
      'xmpp-server': {
        tls: 'starttls',
        // XEP-0178 §3: a server may show who it is.
        protocol: { ...common('server'), requestClientCertificate: true, onConnection: server },
      },
      'xmpps-server': {
        tls: 'implicit',
        protocol: {
          ...{ ...common('server'), requestClientCertificate: true, onConnection: server },
          alpn: ['xmpp-server'],
        },
      },
    }),
  };
}

/** What a door for HTTP does beside pages: in clear chat is there only where logins in clear are allowed. */
export function chatSocket(
  chat: ChatDoors | null,
  tls: 'none' | 'implicit',
  settings: Pick<MycoSettings, 'auth'>,
  { log, raw }: { readonly log: Log; readonly raw: RawHandler },
): Pick<HttpOptions, 'onUpgrade' | 'raw'> {
  if (chat === null || (tls === 'none' && settings.auth.plaintext !== 'allow')) return { raw };
  const door = webSocketDoor({
    path: '/xmpp-websocket',
    // RFC 7395 §3.1
    protocols: ['xmpp'],
    messageBytesMax: chat.messageBytesMax,
    unauthenticatedMsMax: chat.unauthenticatedMsMax,
    log,
    onPeer: (peer) => chat.webSocket(peer),
  });
  return {
    onUpgrade: door.onUpgrade,
    raw: (request, response) => door.raw(request, response) || raw(request, response),
  };
}
