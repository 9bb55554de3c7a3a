/**
 * The least that a Node process holds for a connection: `node bare-server.ts PEM`, a file with certificate and key. Echoes over TCP and
 * WebSocket, in clear and with TLS of the same versions and suites as ours; ports and signals as those of chat-server.ts.
 */
import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';
import { releaseStartupMemory } from '../../../src/base/index.ts';

const pem = readFileSync(process.argv[2] ?? '');
const secure = {
  ...{ cert: pem, key: pem },
  minVersion: 'TLSv1.2',
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
} as const;

const echo = (socket: Socket) =>
  void socket.on('data', (data) => void socket.write(data)).on('error', () => {});

const sockets = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false });
sockets.on('connection', (socket: WebSocket) => {
  socket.on('message', (data) => socket.send(data.toString()));
  socket.on('error', () => {});
});

function webSockets<T extends Server>(server: T): T {
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (peer) => sockets.emit('connection', peer));
  });
  return server;
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

process.stdout.write(
  `${JSON.stringify({
    tcp: await portOf(createTcp({ noDelay: true }, echo)),
    websocket: await portOf(webSockets(createHttp())),
    tls: await portOf(createTls({ ...secure, noDelay: true }, echo)),
    wss: await portOf(webSockets(createHttps(secure))),
  })}\n`,
);
process.on('SIGUSR2', releaseStartupMemory);
process.once('SIGTERM', () => process.exit(0));
