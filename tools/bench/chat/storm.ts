/**
 * `npm run bench -- chat storm [--occupants=300] [--rounds=3]`: all members enter a room at the same moment, each of whom is told of
 * all the others. How long until the last one is in, what that takes of the server's processor time, and how long at most
 * somebody waits meanwhile who writes to itself and has nothing to do with the room.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { processorMs } from '../imap/processes.ts';
import { type LoadClient, openLoadClient } from './load-client.ts';
import { doorOf, type MessageServer, ourServer } from './messages.ts';

const entering = `<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x>`;

/** The subject is what who enters is told last. */
function enters(client: LoadClient, place: string): Promise<void> {
  return new Promise((resolve) => {
    client.onMessages(() => resolve());
    client.send(`<presence to='${place}'>${entering}</presence>`);
  });
}

/** Writes to itself until it is told to stop; answers the longest wait, in ms. */
async function bystander(client: LoadClient, isOver: () => boolean): Promise<number> {
  let longest = 0;
  while (!isOver()) {
    const from = performance.now();
    await new Promise<void>((resolve) => {
      client.onMessages(() => resolve());
      client.send(`<message to='${client.jid}' type='chat'><body>tick</body></message>`);
    });
    longest = Math.max(longest, performance.now() - from);
    await pause(20);
  }
  return longest;
}

async function storm(server: MessageServer, occupants: number, room: string): Promise<void> {
  const door = doorOf(server, 'tcp');
  const clients: LoadClient[] = [];
  for (let n = 0; n <= occupants; n++) {
    const { username, password } = server.member(n);
    clients.push(await openLoadClient(door, username, password));
  }
  const [aside, first, ...others] = clients as [LoadClient, LoadClient, ...LoadClient[]];
  await enters(first, `${room}/first`);
  const form = `<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>`;
  first.send(`<iq type='set' id='c' to='${room}'>${form}</iq>`);
  // The room is there for the others once it is configured.
  await pause(500);
  let isOver = false;
  const waiting = bystander(aside, () => isOver);
  const [from, before] = [performance.now(), processorMs(server.pid)];
  await Promise.all(others.map((client, n) => enters(client, `${room}/n${n}`)));
  const [ms, cpuMs] = [performance.now() - from, processorMs(server.pid) - before];
  isOver = true;
  const longest = await waiting;
  console.log(
    `${occupants} enter at once: the last is in after ${Math.round(ms)} ms, ${Math.round(cpuMs)} ms of processor time; who has nothing to do with it waits ${Math.round(longest)} ms at most`,
  );
  for (const client of clients) client.close();
  await pause(1_000);
}

export async function storms(args: readonly string[]): Promise<void> {
  const option = (name: string, or: number) =>
    Number(args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? or);
  const occupants = option('occupants', 300);
  const server = await ourServer(occupants + 1);
  try {
    for (let round = 0; round < option('rounds', 3); round++)
      await storm(server, occupants, `s${round}@rooms.${server.domain}`);
  } finally {
    await server.close();
  }
}
