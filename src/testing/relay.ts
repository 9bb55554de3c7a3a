import { connect, createServer, type Socket } from 'node:net';

/** A way to a port of this machine that can be cut. */
export interface TestRelay {
  readonly port: number;
  /** Connections that came by it. */
  readonly passed: number;
  /** What is under way is lost, at both ends. */
  cut(): void;
  close(): Promise<void>;
}

export async function openRelay(to: number): Promise<TestRelay> {
  const sockets = new Set<Socket>();
  let passed = 0;
  const server = createServer((socket) => {
    passed++;
    const other = connect({ host: '127.0.0.1', port: to });
    for (const [one, another] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one);
          another.destroy();
        });
      one.pipe(another);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    get passed() {
      return passed;
    },
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
