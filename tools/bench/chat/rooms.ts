/**
 * `npm run bench -- chat rooms [--occupants=200] [--seconds=5] [--rounds=3] [--window=4]`: a room in which everybody speaks in
 * turn, and everybody hears it once it is kept in the archive of the room. Messages that were heard per second of the server's
 * processor time, and per second, over TCP.
 */
import { processorMs } from '../imap/processes.ts';
import { type LoadClient, openLoadClient } from './load-client.ts';
import { doorOf, type MessageRate, type MessageServer, ourServer } from './messages.ts';

export interface RoomLoad {
  readonly occupants: number;
  readonly seconds: number;
  /** Messages on the way at the same time. */
  readonly window: number;
}

/** 410 octets as clients send them. */
function messageTo(room: string, n: number): string {
  const id = `m${n.toString(36)}`;
  const head = `<message to='${room}' type='groupchat' id='${id}'><body>`;
  const tail = `</body><markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`;
  return `${head}${'lorem ipsum dolor sit amet '.repeat(9).slice(0, Math.max(20, 410 - head.length - tail.length))}${tail}`;
}

async function occupants(server: MessageServer, room: string, count: number): Promise<readonly LoadClient[]> {
  const door = doorOf(server, 'tcp');
  const clients: LoadClient[] = [];
  const entered: Promise<void>[] = [];
  for (let n = 0; n < count; n++) {
    const { username, password } = server.member(n);
    const client = await openLoadClient(door, username, password);
    // The subject is what who enters is told last.
    entered.push(new Promise((resolve) => client.onMessages(() => resolve())));
    const x = `<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x>`;
    client.send(`<presence to='${room}/${username}'>${x}</presence>`);
    clients.push(client);
    if (n > 0) continue;
    const form = `<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>`;
    client.send(`<iq type='set' id='c' to='${room}'>${form}</iq>`);
    // The room is there for the others once it is configured.
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await Promise.all(entered);
  return clients;
}

/** Everybody speaks in turn in a room that is new. */
export async function roomRate(server: MessageServer, room: string, load: RoomLoad): Promise<MessageRate> {
  const clients = await occupants(server, room, load.occupants);
  let [arrived, sent] = [0, 0];
  let isOver = false;
  const speak = () => {
    clients[sent % clients.length]?.send(messageTo(room, sent));
    sent++;
  };
  for (const client of clients)
    client.onMessages((count) => {
      arrived += count;
      // Whoever speaks next waits until the one before is heard by all.
      while (!isOver && sent - arrived / clients.length < load.window) speak();
    });
  speak();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const before = { arrived, cpuMs: processorMs(server.pid), at: performance.now() };
  await new Promise((resolve) => setTimeout(resolve, load.seconds * 1_000));
  const count = arrived - before.arrived;
  const cpuMs = processorMs(server.pid) - before.cpuMs;
  const ms = performance.now() - before.at;
  isOver = true;
  for (const client of clients) client.close();
  return { perCpuSecond: (count * 1_000) / cpuMs, perSecond: (count * 1_000) / ms };
}

export async function rooms(args: readonly string[]): Promise<void> {
  const option = (name: string, or: number) =>
    Number(args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? or);
  const load = {
    occupants: option('occupants', 200),
    seconds: option('seconds', 5),
    window: option('window', 4),
  };
  const profile = args.includes('--profile') ? ['--cpu-prof', '--cpu-prof-dir=.'] : [];
  const server = await ourServer(load.occupants, profile);
  try {
    const rounds: MessageRate[] = [];
    for (let round = 0; round < option('rounds', 3); round++)
      rounds.push(await roomRate(server, `r${round}@rooms.${server.domain}`, load));
    const perCpu = rounds.map(({ perCpuSecond }) => Math.round(perCpuSecond));
    const perSecond = rounds.map((each) => Math.round(each.perSecond));
    console.log(
      `${server.name}, a room of ${load.occupants}: ${perCpu.join(' / ')} messages heard per second of its processor time, kept before; ${perSecond.join(' / ')} per second`,
    );
  } finally {
    await server.close();
  }
}
