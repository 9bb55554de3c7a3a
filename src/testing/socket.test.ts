import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, createCertificates } from '../net/index.ts';
import { createLog } from '../observability/index.ts';
import { connectSocket, makeFolder, removeFolder, type SocketOptions, type TestSocket } from './index.ts';

let certificates: Certificates;
const folder = makeFolder();
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
  const source = { mode: 'self-signed', dir: folder, hostnames: ['localhost'] } as const;
  certificates = await createCertificates(source, { log: createLog({ level: 'error', format: 'json' }) });
  return () => {
    certificates.close();
    removeFolder(folder);
  };
});

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function open(options: SocketOptions): Promise<TestSocket> {
  const socket = await connectSocket({ patienceMs: 500, ...options });
  opened.push(socket);
  return socket;
}

function secured(socket: Socket): TLSSocket {
  const secure = new TLSSocket(socket, {
    isServer: true,
    secureContext: certificates.contextFor('localhost'),
  });
  return secure.on('error', () => undefined);
}

const trusted = () => ({ ca: certificates.authority ?? '' });

describe('plain', () => {
  test('lines and counted bytes, however they are cut', async () => {
    const port = await serve((socket) => {
      socket.write('* {5}\r\nab');
      setImmediate(() => socket.write('\r\nc tail\r'));
      setTimeout(() => socket.end('\n\r\n'), 5);
    });
    const socket = await open({ port });
    expect((await socket.readLine())?.toString()).toBe('* {5}');
    expect((await socket.readExactly(5)).toString()).toBe('ab\r\nc');
    expect((await socket.readLine())?.toString()).toBe(' tail');
    expect((await socket.readLine())?.toString()).toBe('');
    expect(await socket.readLine()).toBeNull();
    expect([socket.secure, socket.unread().length]).toEqual([false, 0]);
  });

  test('an end inside a line, a bare LF and a line that never comes are failures', async () => {
    const cut = await open({ port: await serve((socket) => socket.end('half')) });
    await expect(cut.readLine()).rejects.toThrow('closed inside the line "half"');
    const bare = await open({ port: await serve((socket) => socket.write('bare\n')) });
    await expect(bare.readLine()).rejects.toThrow(
      'a line did not come within 500 ms; came so far: "bare\\n"',
    );
    const short = await open({ port: await serve((socket) => socket.end('12')) });
    await expect(short.readExactly(3)).rejects.toThrow('closed 2 bytes into 3');
  });

  test('nobody listens', async () => {
    const port = await serve(() => undefined);
    await opened.pop()?.close();
    await expect(open({ port })).rejects.toThrow('ECONNREFUSED');
  });
});

describe('TLS', () => {
  test('from the first byte', async () => {
    const port = await serve((socket) => secured(socket).write('* hello\r\n'));
    const socket = await open({ port, implicitTls: true, tls: trusted() });
    expect((await socket.readLine())?.toString()).toBe('* hello');
    expect(socket.secure).toBe(true);
  });

  test('in the middle, both ways', async () => {
    const port = await serve((socket) => {
      socket.write('* hello\r\n');
      socket.once('data', () => {
        socket.write('OK begin\r\n', () => {
          const secure = secured(socket);
          secure.on('data', (bytes) => secure.write(`* ${bytes.length}\r\n`));
        });
      });
    });
    const socket = await open({ port, tls: trusted() });
    await socket.readLine();
    await socket.send('STARTTLS\r\n');
    expect((await socket.readLine())?.toString()).toBe('OK begin');
    await socket.startTls();
    await socket.send('é');
    expect((await socket.readLine())?.toString()).toBe('* 2');
    expect(socket.secure).toBe(true);
  });

  test('a certificate of another authority is refused', async () => {
    const port = await serve((socket) => void secured(socket));
    await expect(open({ port, implicitTls: true })).rejects.toThrow(/certificate/);
  });
});
