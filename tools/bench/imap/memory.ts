import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.ts';
import { hibernating } from './dovecot.ts';
import { memoryKiB } from './processes.ts';
import { crowd } from './row.ts';
import type { Server } from './servers.ts';

const settleMs = 5_000;

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
  await pause(settleMs);
  const before = memoryKiB(server.pid);
  await ask(count);
  await pause(settleMs);
  const after = memoryKiB(server.pid);
  await client.ask({ what: 'leave', server: name });
  return (after - before) / count;
}
