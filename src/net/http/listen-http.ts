import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings, RequestError } from '@hono/node-server';
import { type Log, silentLog } from '../../observability/index.ts';
import type { Connection } from '../connection.ts';
import { httpHeaderBytesMax, httpHeaderMsMax, httpKeepAliveMsMax, httpRequestMsMax } from '../limits.ts';
import { closingAs, type Listener, type ListenerOptions } from '../listener.ts';
import type { Network } from '../network.ts';

export interface HttpOptions
  extends Pick<ListenerOptions, 'name' | 'host' | 'port' | 'proxyProtocol' | 'certificates' | 'tap'> {
  readonly tls: 'none' | 'implicit';
  readonly log?: Log;
  readonly headerBytesMax?: number;
  readonly headerMsMax?: number;
  readonly requestMsMax?: number;
  readonly keepAliveMsMax?: number;
  /**
   * Takes over a connection that asks for WebSocket, draining included (`connection.onDrain`). Without it the request is
   * answered as any; and so is one that asks for another protocol, which a server need not speak (RFC 9110 §7.8).
   */
  onUpgrade?: UpgradeHandler;
  /**
   * Sees each request before the handler does and answers it itself where it says true: for bodies that stream both ways.
   * It says `100 Continue` itself (`writeContinue`) where the client waits for it. A body has `requestMsMax` to come,
   * unless the handler bounds it in another way (`liftRequestLimit`).
   */
  readonly raw?: RawHandler;
}

export type UpgradeHandler = (
  request: HttpRequest,
  stream: Duplex,
  head: Buffer,
  connection: Connection,
) => void;

/** Node's own request and response, for who streams. */
export type HttpRequest = IncomingMessage;
export type HttpResponse = ServerResponse;
export type RawHandler = (request: HttpRequest, response: HttpResponse) => boolean;

/** What a handler gets beside the request: Node's own request and response, for streaming bodies. */
export type HttpEnvironment = HttpBindings;
export type FetchHandler = (request: Request, environment: HttpEnvironment) => Response | Promise<Response>;

const connections = new WeakMap<Duplex, Connection>();

/** The connection under a request: its true client (PROXY header obeyed), its id for the log, its TLS. */
export function connectionOf(request: IncomingMessage): Connection {
  const connection = connections.get(request.socket);
  if (connection === undefined) throw new Error('the request did not come through this listener');
  return connection;
}

/** An HTTP/1.1 door. `handler` is a hono app's `fetch`, or any function of a Request. */
export async function listenHttp(
  network: Network,
  options: HttpOptions,
  handler: FetchHandler,
): Promise<Listener> {
  const log = options.log ?? silentLog;
  let draining = false;
  const server = serverFor(options, handler, log);
  const answering = new Set<ServerResponse>();
  server.prependListener('request', (request, response) => {
    answering.add(response);
    if (draining) response.shouldKeepAlive = false;
    response.once('close', () => {
      answering.delete(response);
      if (draining) connections.get(request.socket)?.close();
    });
  });
  const drain = () => {
    if (!draining) for (const response of answering) response.shouldKeepAlive = false;
    draining = true;
    // An idle connection ends now, one in the middle of an answer after it.
    server.closeIdleConnections();
  };
  if (options.onUpgrade) {
    const { onUpgrade } = options;
    server.on('upgrade', (request, stream, head) => {
      // Behind a request that is not answered yet its answer would come between our frames.
      if (lastAnswers.get(request.socket)?.closed === false) stream.destroy();
      else onUpgrade(request, stream, head, connectionOf(request));
    });
  }
  const listener = await network.listen({
    ...pick(options),
    ...(options.tls === 'implicit' ? { alpn: ['http/1.1'] } : {}),
    // Nobody logs in on the connection itself; Node's own header, request and keep-alive times apply.
    unauthenticatedMsMax: 0,
    halfOpen: true,
    onConnection(connection) {
      connections.set(connection.stream, connection);
      connection.onDrain(drain);
      server.emit('connection', connection.stream);
    },
  });
  return closingAs(listener, async (graceMs) => {
    await listener.close(graceMs);
    // Ends the server's own timer; it never listened itself, and says so to nobody.
    server.close(() => undefined);
  });
}

function pick(
  options: HttpOptions,
): Pick<ListenerOptions, 'name' | 'host' | 'port' | 'tls' | 'proxyProtocol' | 'certificates' | 'tap'> {
  const { name, host, port, tls, proxyProtocol, certificates, tap } = options;
  return {
    name,
    host,
    port,
    tls,
    ...(proxyProtocol === undefined ? {} : { proxyProtocol }),
    ...(certificates === undefined ? {} : { certificates }),
    ...(tap === undefined ? {} : { tap }),
  };
}

/** Node's server, fed with connections instead of listening. */
export function serverFor(options: HttpOptions, handler: FetchHandler, log: Log): Server {
  const fetched = getRequestListener(
    (request, environment) => handler(request, environment as HttpEnvironment),
    {
      overrideGlobalObjects: false,
      errorHandler: (error) => {
        // A target that is no URL, `*` among them: nothing of ours is wrong.
        if (error instanceof RequestError) return new Response('bad request\n', { status: 400 });
        log.error('http handler failed', { listener: options.name, error });
        return new Response('internal error\n', { status: 500 });
      },
    },
  );
  const requestMsMax = options.requestMsMax ?? httpRequestMsMax;
  const server = createServer(
    {
      maxHeaderSize: options.headerBytesMax ?? httpHeaderBytesMax,
      headersTimeout: options.headerMsMax ?? httpHeaderMsMax,
      // Node's limit is the same for all; beside a raw handler each request has it by itself, and may be let off.
      requestTimeout: options.raw ? 0 : requestMsMax,
      keepAliveTimeout: options.keepAliveMsMax ?? httpKeepAliveMsMax,
      connectionsCheckingInterval: Math.min(options.headerMsMax ?? httpHeaderMsMax, 5_000),
      insecureHTTPParser: false,
      requireHostHeader: true,
      ...(options.onUpgrade ? { shouldUpgradeCallback: asksForWebSocket } : {}),
    },
    (request, response) => {
      if (options.raw) limitRequest(request, requestMsMax);
      inTurn(request, response, () => {
        if (!options.raw?.(request, response)) void fetched(request, response);
      });
    },
  );
  server.on('checkContinue', (request, response) => {
    if (options.raw) limitRequest(request, requestMsMax);
    inTurn(request, response, () => {
      if (options.raw?.(request, response)) return;
      response.writeContinue();
      void fetched(request, response);
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => answerBadClient(error, stream));
  // Node starts the clock of slow headers and requests when a server listens; this one is fed by hand.
  server.emit('listening');
  return server;
}

// RFC 6455 §4.2.1: the token in any case.
function asksForWebSocket({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return method === 'GET' && headers.upgrade?.trim().toLowerCase() === 'websocket';
}

const lastAnswers = new WeakMap<Duplex, ServerResponse>();

/** Of requests that come one behind the other none begins before the one before it was answered (RFC 9112 §9.3.2). */
function inTurn({ socket }: IncomingMessage, response: ServerResponse, begin: () => void): void {
  const before = lastAnswers.get(socket);
  lastAnswers.set(socket, response);
  if (before === undefined || before.closed) begin();
  else {
    before.once('close', () => {
      if (!socket.destroyed) begin();
      // Node closes of those that wait the first alone.
      else response.emit('close');
    });
  }
}

const requestTimers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** Ends the connection of a request whose body has not come by then. */
function limitRequest(request: IncomingMessage, msMax: number): void {
  const { 'content-length': length = '0', 'transfer-encoding': transfer } = request.headers;
  if (msMax === 0 || (length === '0' && transfer === undefined)) return;
  const timer = setTimeout(() => {
    if (!request.complete) answerBadClient(late, request.socket);
  }, msMax);
  requestTimers.set(request, timer);
  request.once('close', () => clearTimeout(timer));
}

/** For a raw handler that bounds a body by how slowly it comes: it may then take as long as it is large. */
export function liftRequestLimit(request: IncomingMessage): void {
  clearTimeout(requestTimers.get(request));
}

const late = Object.assign(new Error('the request took too long'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });

const statusOf: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function answerBadClient(error: NodeJS.ErrnoException, stream: Duplex): void {
  if (!stream.writable || error.code === 'ECONNRESET') {
    stream.destroy();
    return;
  }
  const status = statusOf[error.code ?? ''] ?? 400;
  const reply = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  stream.end(reply, () => stream.destroy());
}
