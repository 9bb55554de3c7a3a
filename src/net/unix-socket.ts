import { chmodSync, closeSync, constants, lstatSync, openSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';

/** The kernel's room for a socket's path, less its closing zero (unix(7), sun_path). */
const pathBytesMax = 107;

export interface UnixListener {
  readonly path: string;
  /** Stops accepting, ends what is open, removes the socket. */
  close(): Promise<void>;
}

export interface UnixListenerOptions {
  readonly path: string;
  /** Connections at once; one more is closed unheard. */
  readonly connectionsMax: number;
  onConnection(socket: Duplex): void;
}

/**
 * Listens on a Unix socket that only this user can open (mode 0600). A socket left by a dead process is replaced: the
 * caller holds the lock of the folder, so nobody living owns it. Anything else at the path is refused.
 */
export async function listenUnixSocket(options: UnixListenerOptions): Promise<UnixListener> {
  removeStale(options.path);
  const short = shortPath(options.path);
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Whoever goes away mid-answer is not our fault; the close that follows is what counts.
    socket.on('error', () => socket.destroy());
    options.onConnection(socket);
  });
  server.maxConnections = options.connectionsMax;
  try {
    await listen(server, short.path);
    chmodSync(options.path, 0o600);
  } catch (error) {
    server.close();
    short.release();
    throw error;
  }
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of open) socket.destroy();
    await closed;
    short.release();
  };
  let closing: Promise<void> | undefined;
  return {
    path: options.path,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
    // listen() makes the socket before it returns; without the mask it would be open to others until chmod.
    const before = process.umask(0o177);
    server.listen(path);
    process.umask(before);
  });
}

/** Connects; answers undefined where nobody listens. */
export async function connectUnixSocket(path: string): Promise<Duplex | undefined> {
  let short: ShortPath;
  try {
    short = shortPath(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return await new Promise<Duplex>((resolve, reject) => {
      const socket = connect({ path: short.path, allowHalfOpen: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
    });
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(codeOf(error))) return undefined;
    throw error;
  } finally {
    short.release();
  }
}

interface ShortPath {
  readonly path: string;
  release(): void;
}

/** A path that the kernel takes: where the real one is too long, through a descriptor of its folder. */
function shortPath(path: string): ShortPath {
  if (Buffer.byteLength(path) <= pathBytesMax) return { path, release: () => undefined };
  if (process.platform !== 'linux') {
    throw new Error(`the path of the socket ${path} is longer than ${pathBytesMax} bytes; move the folder`);
  }
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: join(`/proc/self/fd/${folder}`, basename(path)), release: () => closeSync(folder) };
}

function removeStale(path: string): void {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return;
  if (!status.isSocket()) throw new Error(`${path} is in the way: not a socket`);
  unlinkSync(path);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
