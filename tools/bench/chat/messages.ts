/**
 * `npm run bench -- chat messages [--pairs=100] [--seconds=5] [--rounds=3] [--window=4] [--profile]`: pairs of members who write
 * to each other, a window of messages each on the way, every message kept in both archives before it is heard. Messages that
 * arrived per second of the server's processor time, and per second; over TCP and over WebSocket. The server is a process of
 * its own, the load another.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chatServerDomain, chatServerPassword } from '../../../tests/harness/chat-server.ts';
import { processorMs } from '../imap/processes.ts';
import { type LoadClient, type LoadDoor, openLoadClient } from './load-client.ts';

/** A server under load: ours, or another one on this machine. */
export interface MessageServer {
  readonly name: string;
  readonly pid: number;
  readonly domain: string;
  /** Those that it has. */
  readonly ports: Readonly<Partial<Record<LoadDoor['transport'], number>>>;
  /** Tells it to collect its garbage, where it can be told. */
  collect?(): void;
  /** Of the number-th member. */
  member(n: number): { readonly username: string; readonly password: string };
  close(): Promise<void>;
}

export interface MessageLoad {
  readonly pairs: number;
  readonly seconds: number;
  /** Messages of one sender on the way at the same time. */
  readonly window: number;
}

export interface MessageRate {
  readonly perCpuSecond: number;
  readonly perSecond: number;
}

/** 410 octets as clients send them. */
function messageTo(jid: string, n: number): string {
  const id = `m${n.toString(36)}`;
  const head = `<message to='${jid}' type='chat' id='${id}'><body>`;
  const tail = `</body><active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`;
  return `${head}${'lorem ipsum dolor sit amet '.repeat(9).slice(0, Math.max(20, 410 - head.length - tail.length))}${tail}`;
}

export function doorOf(server: MessageServer, transport: LoadDoor['transport']): LoadDoor {
  const port = server.ports[transport];
  if (port === undefined) throw new Error(`${server.name} has no door for ${transport}`);
  return { transport, port, domain: server.domain };
}

/** Everybody writes to the other of the pair, both ways. */
export async function messageRate(
  server: MessageServer,
  transport: LoadDoor['transport'],
  { pairs, seconds, window }: MessageLoad,
): Promise<MessageRate> {
  const door = doorOf(server, transport);
  const clients: LoadClient[] = [];
  for (let n = 0; n < 2 * pairs; n++) {
    const { username, password } = server.member(n);
    clients.push(await openLoadClient(door, username, password));
  }
  let arrived = 0;
  let sent = 0;
  let isOver = false;
  for (const [n, client] of clients.entries()) {
    const other = clients[n ^ 1] as LoadClient;
    const send = (count: number) => {
      for (let k = 0; k < count && !isOver; k++) other.send(messageTo(client.jid, sent++));
    };
    // Who hears one lets the other send the next.
    client.onMessages((count) => {
      arrived += count;
      send(count);
    });
    send(window);
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const before = { arrived, cpuMs: processorMs(server.pid), at: performance.now() };
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const count = arrived - before.arrived;
  const cpuMs = processorMs(server.pid) - before.cpuMs;
  const ms = performance.now() - before.at;
  isOver = true;
  for (const client of clients) client.close();
  return { perCpuSecond: (count * 1_000) / cpuMs, perSecond: (count * 1_000) / ms };
}

/** A program of ours in a process of its own, which tells its ports with its first line. */
export async function startProgram(
  name: string,
  args: readonly string[],
  ended: () => void,
): Promise<Pick<MessageServer, 'name' | 'pid' | 'ports' | 'collect' | 'close'>> {
  const child: ChildProcess = spawn(process.execPath, ['--expose-gc', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data) => resolve(String(data)));
    void gone.then(() => reject(new Error('the server ended before it began')));
  });
  return {
    name,
    pid: child.pid as number,
    ports: JSON.parse(line),
    collect: () => void child.kill('SIGUSR2'),
    async close() {
      child.kill('SIGTERM');
      await gone;
      ended();
    },
  };
}

/** Our own server, on a new folder. */
export async function ourServer(
  members: number,
  nodeOptions: readonly string[] = [],
): Promise<MessageServer> {
  const dir = mkdtempSync(join(process.cwd(), '.bench-'));
  const file = new URL('../../../tests/harness/chat-server.ts', import.meta.url).pathname;
  const args = [...nodeOptions, file, join(dir, 'data'), 'sqlite', String(members)];
  const program = await startProgram('myco', args, () => rmSync(dir, { recursive: true, force: true }));
  const member = (n: number) => ({ username: `m${n}`, password: chatServerPassword });
  return { ...program, domain: chatServerDomain, member };
}

const middle = (all: readonly number[]) => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;

export async function messages(args: readonly string[]): Promise<void> {
  const option = (name: string, or: number) =>
    Number(args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? or);
  const load = { pairs: option('pairs', 100), seconds: option('seconds', 5), window: option('window', 4) };
  const profile = args.includes('--profile') ? ['--cpu-prof', '--cpu-prof-dir=.'] : [];
  const server = await ourServer(2 * load.pairs, profile);
  try {
    for (const transport of ['tcp', 'websocket'] as const) {
      const rounds: MessageRate[] = [];
      for (let round = 0; round < option('rounds', 3); round++)
        rounds.push(await messageRate(server, transport, load));
      const perCpu = rounds.map(({ perCpuSecond }) => Math.round(perCpuSecond));
      const perSecond = Math.round(middle(rounds.map((each) => each.perSecond)));
      console.log(
        `${server.name} ${transport}: ${Math.min(...perCpu)} / ${middle(perCpu)} / ${Math.max(...perCpu)} messages per second of its processor time, kept in both archives; ${perSecond} per second`,
      );
    }
  } finally {
    await server.close();
  }
}
