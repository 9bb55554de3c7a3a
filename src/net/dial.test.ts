import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createDial, TlsFailure } from './index.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function serve(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const dial = createDial();
const host = '127.0.0.1';

describe('dial', () => {
  test('connects, and bytes go both ways', async () => {
    const port = await serve((socket) => socket.pipe(socket));
    const outgoing = await dial({ host, port, tls: 'none', timeoutMs: 5_000 });
    outgoing.stream.write('hello');
    const [echo] = await new Promise<Buffer[]>((resolve) =>
      outgoing.stream.once('data', (chunk) => resolve([chunk])),
    );
    expect([echo?.toString(), outgoing.secure]).toEqual(['hello', false]);
    outgoing.destroy();
  });

  test('a closed port rejects', async () => {
    const port = await serve(() => undefined);
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    await expect(dial({ host, port, tls: 'none', timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  test.each([
    ['says nothing', () => undefined, 50],
    ['hangs up', (socket: Socket) => socket.destroy(), 5_000],
    ['speaks in clear', (socket: Socket) => socket.write('220 hello\r\n'), 5_000],
  ])('TLS with a peer that %s fails', async (_, onSocket, timeoutMs) => {
    const port = await serve(onSocket);
    await expect(dial({ host, port, tls: 'implicit', timeoutMs })).rejects.toBeInstanceOf(TlsFailure);
  });

  test('what came in clear before the handshake is dropped, and a failed one leaves no socket', async () => {
    const port = await serve((socket) => socket.write('220 injected\r\n'));
    const outgoing = await dial({ host, port, tls: 'none', timeoutMs: 5_000 });
    await new Promise((resolve) => outgoing.stream.once('readable', resolve));
    await expect(outgoing.startTls({ verify: false })).rejects.toBeInstanceOf(TlsFailure);
    expect([outgoing.secure, outgoing.stream.destroyed]).toEqual([false, true]);
  });
});
