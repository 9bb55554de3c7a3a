import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.ts';
import { hibernating } from './dovecot.ts';
import { memoryKiB } from './processes.ts';
import { crowd } from './row.ts';
import type { Server } from './servers.ts';

const [pollMs, pollsMax, steadyPolls, steadyShare] = [1_000, 30, 4, 0.005];

/** What the server takes once it has stopped giving back what opening the sessions took. */
async function steadyKiB(server: Server): Promise<number> {
  const seen: number[] = [];
  for (let poll = 0; poll < pollsMax; poll++) {
    await pause(pollMs);
    seen.push(memoryKiB(server.pid));
    const last = seen.slice(-steadyPolls);
    const [least, most] = [Math.min(...last), Math.max(...last)];
    if (poll >= 2 * steadyPolls && most - least < steadyShare * most) break;
  }
  return seen.at(-1) ?? Number.NaN;
}

export interface IdleRow {
  readonly name: string;
  readonly tls: boolean;
  /** Dovecot's sessions leave their process, which is not its default. */
  readonly hibernate: boolean;
}

export const idleRows: readonly IdleRow[] = [
  { name: 'idle sessions', tls: false, hibernate: false },
  { name: 'idle sessions, TLS', tls: true, hibernate: false },
  { name: 'idle sessions, dovecot hibernating', tls: false, hibernate: true },
  { name: 'idle sessions, TLS, dovecot hibernating', tls: true, hibernate: true },
];

/** What one more session that idles in its INBOX takes, in KiB of proportional set size, in a process newly started. */
export async function idleMemory(
  client: Client,
  server: Server,
  { tls, hibernate }: IdleRow,
  count: number,
): Promise<number> {
  const names = hibernate && server.name !== 'myco' ? crowd.map(hibernating) : crowd;
  const ask = (sessions: number) =>
    client.ask({ what: 'idle', server: server.name, idle: { count: sessions, tls, names } });
  await client.ask({ what: 'leave', server: server.name });
  await server.restart(true);
  const { name, plain, tls: secure } = server;
  await client.ask({ what: 'target', target: { name, plain, tls: secure } });
  // The first sessions load what all share.
  await ask(crowd.length);
  const before = await steadyKiB(server);
  await ask(count);
  const after = await steadyKiB(server);
  await client.ask({ what: 'leave', server: name });
  return (after - before) / count;
}
