import { readdirSync, readFileSync } from 'node:fs';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectSocket, type TestSocket } from '../../src/testing/index.ts';
import {
  eventually,
  type Myco,
  member,
  openImap,
  openSmtp,
  password,
  sampleMessage,
  startMyco,
  stopAll,
} from '../harness/index.ts';

// THREATS 14: many connections, slow ones, and greedy ones, from many addresses and from one.

const connectionsCount = 1_000;
const perAddressMax = 60;
let myco: Myco;
const open: TestSocket[] = [];
beforeAll(async () => {
  myco = await startMyco({
    members: ['ana'],
    settings: { limits: `{ connectionsPerAddress: ${perAddressMax} }` },
  });
});
afterAll(async () => {
  await Promise.all(open.map((socket) => socket.close()));
  await stopAll();
});

async function connect(door: 'smtp' | 'imap', localAddress: string): Promise<TestSocket> {
  const socket = await connectSocket({ port: myco.port(door), localAddress, patienceMs: 60_000 });
  open.push(socket);
  return socket;
}

/** Logs in, asks for all of `Big`, and from then on takes nothing that comes. */
async function askWithoutReading(): Promise<TLSSocket> {
  const socket = connectTls({
    host: '127.0.0.1',
    servername: 'localhost',
    port: myco.port('imaps'),
    ca: myco.authority,
  });
  let heard = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (!heard.includes('\nb OK')) return;
      socket.pause();
      resolve();
    });
    socket.write(`a LOGIN ${member('ana')} "${password}"\r\nb EXAMINE Big\r\n`);
  });
  socket.write('c FETCH 1:* BODY.PEEK[]\r\n');
  return socket;
}

const openFiles = () => readdirSync(`/proc/${myco.pid}/fd`).length;
const residentBytes = () =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${myco.pid}/status`, 'utf8'))?.[1]) * 1024;

async function deliverAndRead(subject: string): Promise<void> {
  const mx = await openSmtp(myco);
  expect((await mx.send('x@elsewhere.example', member('ana'), sampleMessage(subject))).text).toMatch(/^250/);
  await mx.close();
  const imap = await openImap(myco, 'ana');
  await imap.command('EXAMINE INBOX');
  expect((await imap.command(`SEARCH SUBJECT "${subject}"`)).lines[0]).toMatch(/^\* SEARCH \d+$/);
  await imap.close();
}

test('one address gets so many connections and no more; others are served', async () => {
  const sockets = await Promise.all(
    Array.from({ length: perAddressMax + 20 }, () => connect('smtp', '127.1.0.1')),
  );
  const greetings = await Promise.all(
    sockets.map(async (socket) => (await socket.readLine())?.toString() ?? 'closed'),
  );
  const codes = greetings.map((line) => line.slice(0, 3));
  expect(codes.filter((code) => code === '220')).toHaveLength(perAddressMax);
  expect(codes.filter((code) => code === '421' || code === 'clo')).toHaveLength(20);
  await deliverAndRead('beside the crowd');
  await Promise.all(sockets.map((socket) => socket.close()));
  await eventually('free places', async () => {
    const again = await connect('smtp', '127.1.0.1');
    return (await again.readLine())?.toString().startsWith('220') ? true : undefined;
  });
});

test(`${connectionsCount} connections that say little are held, cheaply, while mail flows`, async () => {
  const memory = residentBytes();
  const files = openFiles();
  const sockets: TestSocket[] = [];
  for (let count = 0; count < connectionsCount; count += 50) {
    const from = `127.2.0.${1 + count / 50}`;
    const door = count % 100 === 0 ? 'smtp' : 'imap';
    sockets.push(...(await Promise.all(Array.from({ length: 50 }, () => connect(door, from)))));
  }
  for (const socket of sockets) expect((await socket.readLine())?.toString()).toMatch(/^(220 |\* OK )/);
  // A slow talker: an octet of a command that never ends.
  await Promise.all(sockets.map((socket) => socket.send('E')));
  await deliverAndRead('beside a thousand');
  expect((residentBytes() - memory) / connectionsCount).toBeLessThan(128 * 1024);
  await Promise.all(sockets.map((socket) => socket.close()));
  await eventually('the descriptors back', () => (openFiles() <= files + 5 ? true : undefined));
  await deliverAndRead('after a thousand');
});

test('a client that asks and never reads is held back, not buffered', async () => {
  const writer = await openImap(myco, 'ana');
  const big = sampleMessage('big', `${'x'.repeat(70)}\r\n`.repeat(70_000));
  await writer.command('CREATE Big');
  for (let count = 0; count < 4; count++) await writer.command('APPEND Big', big);
  await writer.close();
  const memory = residentBytes();
  const greedy = await Promise.all(Array.from({ length: 10 }, askWithoutReading));
  await deliverAndRead('beside the greedy');
  expect(residentBytes() - memory).toBeLessThan(150 * 1024 * 1024);
  for (const socket of greedy) socket.destroy();
  await deliverAndRead('after the greedy');
});
