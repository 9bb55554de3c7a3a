import { afterEach, expect, test } from 'vitest';
import { createNetwork, defaultNetLimits, listenHttp, type Network } from '../../net/index.ts';
import { createLog, createMetrics } from '../../observability/index.ts';
import { connectSocket, fakeClock, type TestSocket, testAccounts } from '../../testing/index.ts';
import { defaultBodyLimits } from '../server/body.ts';
import { nextcloudDoor } from './door.ts';
import { formBytesMax } from './limits.ts';
import { LoginFlows } from './login-flow.ts';

let network: Network | null = null;
afterEach(() => network?.closeAll(0));

/** Somebody without a login at a door that waits 50 ms for a body. */
async function stranger() {
  const logged: string[] = [];
  const log = createLog({ level: 'debug', format: 'json', write: (lines) => logged.push(lines) });
  const metrics = createMetrics({ processMetrics: false });
  network = createNetwork({ log, metrics, certificates: null, limits: defaultNetLimits });
  const clock = fakeClock();
  const raw = nextcloudDoor({
    house: {} as never,
    accounts: testAccounts,
    instance: 'oc1',
    clock,
    productName: () => 'Exemple SCIC',
    links: () => true,
    flows: new LoginFlows(clock),
    realm: 'Exemple SCIC',
    plaintext: 'allow',
    log,
    bodyLimits: { ...defaultBodyLimits, idleMsMax: 50, drainBytesMax: 10, drainMsMax: 50 },
  });
  const http = { name: 'http', host: '127.0.0.1', port: 0, tls: 'none', raw } as const;
  const { port } = await listenHttp(network, http, () => new Response('no', { status: 418 }));
  return { logged, socket: await connectSocket({ port }) };
}

async function poll(socket: TestSocket, length: number, body = ''): Promise<void> {
  const head = `POST /index.php/login/v2/poll HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
  await socket.send(`${head}${body}`);
}

async function rest(socket: TestSocket): Promise<string> {
  const lines: string[] = [];
  for (let line = await socket.readLine(); line !== null; line = await socket.readLine())
    lines.push(line.toString());
  return lines.join('\n');
}

test('a body that does not come ends with the connection', async () => {
  const { socket } = await stranger();
  await poll(socket, 10);
  const answer = await rest(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toMatch(/^Connection: close$/im);
});

test('a body that is too long is refused, and read no further', async () => {
  const { socket } = await stranger();
  await poll(socket, formBytesMax * 4, 'x'.repeat(formBytesMax + 1));
  const answer = await rest(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toMatch(/^Connection: close$/im);
});

test('a client that breaks off is no fault of ours', async () => {
  const { socket, logged } = await stranger();
  await poll(socket, 10, 'token');
  await socket.close();
  await network?.closeAll(0);
  await new Promise(setImmediate);
  expect(logged.join('')).not.toContain('failed');
});

test('a body that came does not end the connection', async () => {
  const { socket } = await stranger();
  await poll(socket, 7, 'token=x');
  await poll(socket, 7, 'token=x');
  for (let answer = 0; answer < 2; answer++) {
    expect((await socket.readLine())?.toString()).toBe('HTTP/1.1 404 Not Found');
    let length = 0;
    for (let line = ''; ; ) {
      line = (await socket.readLine())?.toString() ?? '';
      if (line === '') break;
      length = Number(/^Content-Length: (\d+)$/i.exec(line)?.[1] ?? length);
    }
    expect((await socket.readExactly(length)).toString()).toBe('[]');
  }
});
