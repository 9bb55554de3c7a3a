import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { messageOf, StoreError } from '../../base/index.ts';
import { listenUnixSocket } from '../../net/index.ts';
import { UsageError } from '../exit.ts';
import { adminConnectionsMax, answerMsMax, requestBytesMax, requestMsMax } from '../limits.ts';
import { type AdminCommand, nameOf } from './command.ts';
import { LineError, readLines } from './lines.ts';
import {
  type Answer,
  protocolVersion,
  type Refused,
  type Request,
  requestSchema,
  socketName,
} from './protocol.ts';

export interface AdminServer {
  /** Takes no new commands, asks those under way to stop, waits for them, and removes the socket. */
  close(): Promise<void>;
}

export interface AdminServerOptions<S> {
  readonly dataDir: string;
  readonly services: S;
  readonly commands: readonly AdminCommand<S>[];
  /** Logs a fault of ours and answers the id under which it stands in the log. */
  onFault(error: unknown, command: string): string;
}

/**
 * Serves the admin commands on a socket in the data folder. Who may open the socket (mode 0600: the user that the
 * server runs as) may do everything; there is no other authentication.
 */
export async function adminServer<S>(options: AdminServerOptions<S>): Promise<AdminServer> {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const listener = await listenUnixSocket({
    path: join(options.dataDir, socketName),
    connectionsMax: adminConnectionsMax,
    onConnection: (socket) => {
      const task = serve(socket, options, stopping.signal).finally(() => underWay.delete(task));
      underWay.add(task);
    },
  });
  return {
    async close() {
      stopping.abort();
      await Promise.all(underWay);
      await listener.close();
    },
  };
}

async function serve<S>(
  socket: Duplex,
  options: AdminServerOptions<S>,
  stopping: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const send = (answer: Answer): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
  };
  let command = 'unknown';
  try {
    const request = await readRequest(socket, stopping);
    if (!request) return;
    command = request.command;
    // The client keeps its side open while it waits; its end means that it has gone.
    socket.once('end', () => gone.abort());
    socket.resume();
    const found = options.commands.find((candidate) => nameOf(candidate) === request.command);
    if (!found) throw new UsageError(`the running server has no command '${request.command}'`);
    const result = await found.run(options.services, request.args, {
      signal: AbortSignal.any([gone.signal, stopping]),
      // A hint: whoever does not read gets fewer of them, and nothing piles up.
      progress: (progress) => {
        if (!socket.writableNeedDrain) send({ progress });
      },
    });
    const { text, json = null, status } = result;
    send({ result: { text, json, ...(status === undefined ? {} : { status }) } });
  } catch (error) {
    send({ error: explain(error, (fault) => options.onFault(fault, command)) });
  } finally {
    await finish(socket, stopping);
  }
}

/** Ends the connection once the client has taken its answer; a draining server waits for that a moment only. */
async function finish(socket: Duplex, stopping: AbortSignal): Promise<void> {
  if (socket.destroyed) return;
  let timer: NodeJS.Timeout | undefined;
  const hurry = (): void => {
    timer = setTimeout(() => socket.destroy(), answerMsMax);
  };
  if (stopping.aborted) hurry();
  else stopping.addEventListener('abort', hurry, { once: true });
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.end(() => resolve());
    socket.resume();
  });
  socket.destroy();
  stopping.removeEventListener('abort', hurry);
  clearTimeout(timer);
}

function explain(error: unknown, onFault: (error: unknown) => string): Refused {
  if (error instanceof UsageError || error instanceof LineError)
    return { reason: 'usage', message: error.message };
  if (error instanceof StoreError) {
    const { code } = error.details;
    return { reason: error.reason, ...(typeof code === 'string' ? { code } : {}), message: error.message };
  }
  return { reason: 'fault', message: `the server failed; its log has the details under ${onFault(error)}` };
}

/** The one request of a connection; undefined where the client leaves without one, or too late. */
async function readRequest(socket: Duplex, stopping: AbortSignal): Promise<Request | undefined> {
  const stop = (): void => void socket.destroy();
  const timer = setTimeout(stop, requestMsMax);
  stopping.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of readLines(socket, requestBytesMax)) return parseRequest(line);
    return undefined;
  } catch (error) {
    if (socket.destroyed && !(error instanceof LineError) && !(error instanceof UsageError)) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener('abort', stop);
  }
}

function parseRequest(line: string): Request {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UsageError(`the request is not JSON: ${messageOf(error)}`);
  }
  const request = requestSchema.safeParse(value);
  if (!request.success) throw new UsageError('the request is not {version, command, args}');
  if (request.data.version !== protocolVersion) {
    throw new UsageError(
      `the running server speaks version ${protocolVersion} of the admin protocol, this command version ${request.data.version}; restart the server`,
    );
  }
  return request.data;
}
