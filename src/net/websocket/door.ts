import { STATUS_CODES } from 'node:http';
import { type ServerOptions, WebSocketServer } from 'ws';
import { type Log, silentLog } from '../../observability/index.ts';
import type { Connection } from '../connection.ts';
import type { HttpRequest, HttpResponse, RawHandler, UpgradeHandler } from '../http/index.ts';
import { webSocketCloseMsMax, webSocketFragmentsMax, webSocketPacketsMax } from '../limits.ts';
import { Peer, type WebSocketPeer } from './peer.ts';

export interface WebSocketOptions {
  /** `/xmpp-websocket`. What follows a `?` is not looked at. */
  readonly path: string;
  /** Which subprotocols are spoken here, the best first; a client names at least one of them. */
  readonly protocols: readonly string[];
  /** Bytes of one message, in however many frames; above it the peer is closed with 1009. */
  readonly messageBytesMax: number;
  /** Time to `connection.authenticated()`; 0 for doors where nobody signs in. */
  readonly unauthenticatedMsMax: number;
  /** Whether a page of that origin may connect; null is who is no browser. Without it everybody may. */
  readonly allowOrigin?: (origin: string | null) => boolean;
  readonly log?: Log;
  onPeer(peer: WebSocketPeer): void | Promise<void>;
}

/** What a door for HTTP needs to let WebSockets in: `listenHttp({ ...door, … })`. */
export interface WebSocketDoor {
  readonly onUpgrade: UpgradeHandler;
  /** Answers who asks for the path and for no WebSocket. */
  readonly raw: RawHandler;
}

/** Why a request is no WebSocket for this door, as it is answered. */
interface Refused {
  readonly status: 400 | 403 | 404 | 426;
  readonly why: string;
}

export function webSocketDoor(options: WebSocketOptions): WebSocketDoor {
  const log = options.log ?? silentLog;
  const settings: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: options.messageBytesMax,
    maxFragments: webSocketFragmentsMax,
    maxBufferedChunks: webSocketPacketsMax,
    closeTimeout: webSocketCloseMsMax,
    handleProtocols: (offered) => options.protocols.find((one) => offered.has(one)) ?? false,
  };
  const server = new WebSocketServer(settings);
  const greet = (peer: Peer): void => {
    const { connection } = peer;
    connection.unauthenticated(options.unauthenticatedMsMax);
    // RFC 6455 §7.4.1: going away; the protocol may say it better.
    connection.onDrain(() => peer.close(1001));
    const failed = (error: unknown) => {
      log.error('websocket handler failed', { connection: connection.id, error });
      connection.destroy('internal');
    };
    try {
      const handled = options.onPeer(peer);
      if (handled instanceof Promise) handled.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
  return {
    onUpgrade(request, stream, head, connection) {
      const refused = refusal(request, options);
      if (refused === null) {
        server.handleUpgrade(request, stream, head, (socket) => greet(new Peer(socket, connection, log)));
      } else {
        log.debug('websocket refused', { connection: connection.id, reason: refused.why });
        answer(connection, refused);
      }
    },
    raw(request, response) {
      if (pathOf(request) !== options.path || request.method === 'OPTIONS') return false;
      answerPlain(response, upgradeRequired);
      return true;
    },
  };
}

const upgradeRequired: Refused = { status: 426, why: 'this is a WebSocket (RFC 6455, version 13)' };

function refusal(request: HttpRequest, { path, protocols, allowOrigin }: WebSocketOptions): Refused | null {
  if (pathOf(request) !== path) return { status: 404, why: 'there is no WebSocket here' };
  // RFC 6455 §4.2.2: a server names the versions that it speaks.
  if (request.headers['sec-websocket-version']?.trim() !== '13') return upgradeRequired;
  const key = request.headers['sec-websocket-key'] ?? '';
  if (!/^[+/0-9A-Za-z]{22}==$/.test(key)) return { status: 400, why: 'Sec-WebSocket-Key is no 16 bytes' };
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  if (!protocols.some((one) => offered.includes(one))) {
    return { status: 400, why: `Sec-WebSocket-Protocol must name ${protocols.join(' or ')}` };
  }
  const origin = request.headers.origin ?? null;
  if (allowOrigin && !allowOrigin(origin)) return { status: 403, why: 'not from this origin' };
  return null;
}

function pathOf({ url = '' }: HttpRequest): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

// RFC 9110 §15.5.22: 426 names the protocol that is asked for.
const upgradeHeaders = { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };

function headersOf({ status, why }: Refused): Record<string, string> {
  return {
    ...(status === 426 ? upgradeHeaders : {}),
    Connection: status === 426 ? 'Upgrade, close' : 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(why) + 1),
  };
}

/** On the connection itself: Node has no answer for a request that asked for an upgrade. */
function answer(connection: Connection, refused: Refused): void {
  const { status, why } = refused;
  const headers = Object.entries(headersOf(refused)).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('')}\r\n${why}\n`);
  connection.close();
}

function answerPlain(response: HttpResponse, refused: Refused): void {
  response.writeHead(refused.status, headersOf(refused));
  response.end(`${refused.why}\n`);
}
