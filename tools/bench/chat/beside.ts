/**
 * `npm run bench -- chat beside [messages] [room] [idle] [logins] [--pairs=100] [--seconds=5] [--rounds=3] [--sessions=2000] [--logins=400] [--servers=bare,myco,…] [--doors=wss,…]`:
 * ours beside Debian's Prosody and ejabberd, in rounds that take turns, on this machine at the same time of day; least, middle
 * and most of each. Beside idle sessions stand connections to a Node process that does nothing but hold them. Who keeps archives keeps both; only ours has them on the disk before anybody hears. Processor time is that of
 * the server's whole process tree.
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { loginXmpp } from '../../../src/testing/index.ts';
import { memoryKiB, processorMs } from '../imap/processes.ts';
import { type LoadClient, type LoadDoor, openBareClient, openLoadClient } from './load-client.ts';
import { doorOf, type MessageServer, messageRate } from './messages.ts';
import { startServers } from './neighbours.ts';
import { roomRate } from './rooms.ts';

interface Options {
  readonly pairs: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly sessions: number;
  readonly logins: number;
  /** Names of those that are measured; all where it is empty. */
  readonly servers: readonly string[];
  /** The same of their doors. */
  readonly doors: readonly string[];
}

type Measure = (server: MessageServer, transport: LoadDoor['transport'], options: Options) => Promise<number>;

interface Row {
  readonly name: string;
  readonly unit: string;
  readonly measure: Measure;
  /** In servers that nobody has used before: what memory they got they keep. */
  readonly anew?: boolean;
  /** Default: both. */
  readonly transports?: readonly LoadDoor['transport'][];
}

async function steadyKiB({ pid, collect }: MessageServer): Promise<number> {
  await pause(1_000);
  collect?.();
  let last = memoryKiB(pid);
  for (let turn = 0; turn < 20; turn++) {
    await pause(1_000);
    const now = memoryKiB(pid);
    if (Math.abs(now - last) < 0.002 * last) return now;
    last = now;
  }
  return last;
}

/** KiB of one more session that is there and says nothing. */
async function idle(
  server: MessageServer,
  transport: LoadDoor['transport'],
  options: Options,
): Promise<number> {
  const clients: Pick<LoadClient, 'close'>[] = [];
  const door = doorOf(server, transport);
  const open = async (count: number) => {
    for (let n = 0; n < count; n++) {
      const { username, password } = server.member(n % (2 * options.pairs));
      clients.push(await (username === '' ? openBareClient(door) : openLoadClient(door, username, password)));
    }
  };
  // The first load what all share.
  await open(2 * options.pairs);
  const before = await steadyKiB(server);
  await open(options.sessions);
  const after = await steadyKiB(server);
  for (const client of clients) client.close();
  await pause(2_000);
  return (after - before) / options.sessions;
}

/** Logins by SCRAM (SHA-256, of Prosody SHA-1) with a bound resource, per second of the server's processor time. */
async function logins(
  server: MessageServer,
  transport: LoadDoor['transport'],
  options: Options,
): Promise<number> {
  let made = 0;
  const line = async () => {
    while (made < options.logins) {
      const { username, password } = server.member(made++ % (2 * options.pairs));
      const { port, domain } = doorOf(server, transport);
      const door = { transport: transport === 'websocket' ? transport : 'tcp', port, domain } as const;
      const mechanism = server.name === 'prosody' ? 'SCRAM-SHA-1' : 'SCRAM-SHA-256';
      const actor = await loginXmpp({ ...door, username, password, mechanism });
      await actor.disconnect();
    }
  };
  const before = processorMs(server.pid);
  await Promise.all([line(), line(), line(), line()]);
  return (made * 1_000) / (processorMs(server.pid) - before);
}

const roomOccupants = 200;
let madeRooms = 0;

const rows: Readonly<Record<string, Row>> = {
  messages: {
    name: 'messages, kept in both archives',
    unit: 'per second of processor time',
    async measure(server, transport, { pairs, seconds }) {
      return (await messageRate(server, transport, { pairs, seconds, window: 4 })).perCpuSecond;
    },
  },
  room: {
    name: 'what is heard in a room of 200',
    unit: 'per second of processor time',
    transports: ['tcp'],
    async measure(server, _, { seconds }) {
      const room = `r${madeRooms++}@rooms.${server.domain}`;
      return (await roomRate(server, room, { occupants: roomOccupants, seconds, window: 4 })).perCpuSecond;
    },
  },
  idle: {
    ...{ name: 'an idle session', unit: 'KiB', measure: idle, anew: true },
    transports: ['tcp', 'tls', 'starttls', 'websocket', 'wss'],
  },
  logins: { name: 'logins', unit: 'per second of processor time', measure: logins },
};

const shown = (figures: readonly number[]): string => {
  const all = [...figures].sort((a, b) => a - b);
  const digits = (all[0] ?? 0) < 100 ? 1 : 0;
  return [all[0], all[all.length >> 1], all.at(-1)].map((each) => (each ?? 0).toFixed(digits)).join(' / ');
};

async function withServers<T>(
  { pairs, servers: only }: Options,
  bare: boolean,
  work: (servers: readonly MessageServer[]) => Promise<T>,
): Promise<T> {
  const servers = await startServers(2 * pairs, { bare, only });
  try {
    return await work(servers);
  } finally {
    for (const server of servers) await server.close();
  }
}

async function measureRow(row: Row, servers: readonly MessageServer[], options: Options): Promise<void> {
  for (const transport of row.transports ?? (['tcp', 'websocket'] as const)) {
    if (options.doors.length > 0 && !options.doors.includes(transport)) continue;
    const figures = new Map<string, number[]>();
    const measureAll = async (those: readonly MessageServer[]) => {
      for (const server of those) {
        if (server.ports[transport] === undefined) continue;
        const all = figures.get(server.name) ?? [];
        figures.set(server.name, [...all, await row.measure(server, transport, options)]);
      }
    };
    for (let round = 0; round < options.rounds; round++)
      await (row.anew === true ? withServers(options, true, measureAll) : measureAll(servers));
    for (const [name, all] of figures)
      console.log(`${row.name}, ${transport}, ${name}: ${shown(all)} ${row.unit}`);
  }
}

export async function beside(args: readonly string[]): Promise<void> {
  const option = (name: string, or: number) =>
    Number(args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? or);
  const list = (name: string) =>
    args
      .find((arg) => arg.startsWith(`--${name}=`))
      ?.slice(name.length + 3)
      .split(',') ?? [];
  const options: Options = {
    ...{ pairs: option('pairs', 100), seconds: option('seconds', 5), rounds: option('rounds', 3) },
    ...{ sessions: option('sessions', 2_000), logins: option('logins', 400) },
    ...{ servers: list('servers'), doors: list('doors') },
  };
  const wanted = args.filter((arg) => !arg.startsWith('--'));
  for (const name of wanted) if (!Object.hasOwn(rows, name)) throw new Error(`there is no row '${name}'`);
  const picked = Object.entries(rows).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  const load = () =>
    loadavg()
      .map((each) => each.toFixed(1))
      .join(' ');
  console.log(
    `${cpus().length} processors, load ${load()}; least / middle / most of ${options.rounds} rounds`,
  );
  const [anew, others] = [true, false].map((is) => picked.filter(([, row]) => (row.anew ?? false) === is));
  for (const [, row] of anew ?? []) await measureRow(row, [], options);
  if (others?.length)
    await withServers(options, false, async (servers) => {
      for (const [, row] of others) await measureRow(row, servers, options);
    });
  console.log(`load at the end ${load()}`);
}
