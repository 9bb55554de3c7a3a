import { copyFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { Client } from './client.ts';
import { type Format, passwordScheme, startDovecot } from './dovecot.ts';
import { idleMemory, idleRows } from './memory.ts';
import { median } from './place.ts';
import { processorMs } from './processes.ts';
import { costs } from './profile.ts';
import { allMembers, inboxMessages, type Row } from './row.ts';
import { chosen } from './rows.ts';
import { type Certificate, makeCertificate, removeCertificate, type Server, startOurs } from './servers.ts';
import { type Figures, Table } from './table.ts';

/** What the command line asks for. */
export interface Wish {
  readonly words: readonly string[];
  readonly formats: readonly Format[];
  readonly roundMs: number;
  readonly rounds: number;
  readonly idleSessions: number;
  readonly profile: boolean;
  /** Says on standard error how long each row took. */
  readonly verbose: boolean;
}

type Ours = Awaited<ReturnType<typeof startOurs>>;

interface Started {
  readonly ours: Ours;
  /** Every server, ours last. */
  readonly servers: readonly Server[];
}

async function start(wish: Wish, certificate: Certificate): Promise<Started> {
  const others: Server[] = [];
  try {
    for (const format of wish.formats) others.push(await startDovecot(format, allMembers, certificate));
  } catch (error) {
    console.log(`dovecot: not measured: ${error instanceof Error ? error.message : error}`);
  }
  try {
    const ours = await startOurs(certificate, allMembers, wish.profile);
    return { ours, servers: [...others, ours] };
  } catch (error) {
    for (const server of others) await server.stop();
    throw error;
  }
}

function complain(server: Server, row: string, error: unknown): void {
  const faults = server.faults();
  console.log(`${server.name}, ${row}: ${error instanceof Error ? error.message : error}`);
  if (faults !== '') console.log(faults);
}

interface Round {
  readonly value: number;
  readonly processorMs: number;
  readonly found: string;
  readonly loopP99Ms: number | null;
}

async function oneRound(client: Client, server: Server, row: Row, ms: number): Promise<Round> {
  await server.loopDelay();
  const before = processorMs(server.pid);
  const measure = await client.ask({ what: 'round', server: server.name, row: row.name, ms });
  const spent = processorMs(server.pid) - before;
  const delay = await server.loopDelay();
  if (measure === null || !('value' in measure)) throw new Error(`${row.name}: no figures`);
  const { value, count, found = '' } = measure;
  return { value, processorMs: spent / count, found, loopP99Ms: delay?.p99Ms ?? null };
}

const middle = (rounds: readonly Round[]): Figures => ({
  value: median(rounds.map(({ value }) => value)),
  processorMs: median(rounds.map(({ processorMs }) => processorMs)),
  loopP99Ms: rounds.some(({ loopP99Ms }) => loopP99Ms === null)
    ? null
    : median(rounds.map(({ loopP99Ms }) => loopP99Ms ?? 0)),
});

async function prepared(client: Client, servers: readonly Server[], row: Row): Promise<Server[]> {
  const words = await client.ask({
    what: 'prepare',
    servers: servers.map(({ name }) => name),
    row: row.name,
  });
  if (!Array.isArray(words)) throw new Error(`${row.name}: not prepared`);
  return servers.filter((server, at) => {
    if (words[at] === 'absent') return false;
    if (words[at] !== 'ready') complain(server, row.name, words[at]);
    return words[at] === 'ready';
  });
}

/** The figures of every server that has what the row needs, rounds interleaved after one that warms. */
async function measure(client: Client, servers: readonly Server[], row: Row, wish: Wish) {
  const able = await prepared(client, servers, row);
  // No row pays for the mail of another.
  for (const server of able) await server.settled();
  const rounds = new Map<string, Round[]>(able.map(({ name }) => [name, []]));
  for (let turn = -1; turn < wish.rounds; turn++) {
    for (const server of able) {
      try {
        const round = await oneRound(client, server, row, turn < 0 ? wish.roundMs / 4 : wish.roundMs);
        if (turn >= 0) rounds.get(server.name)?.push(round);
      } catch (error) {
        complain(server, row.name, error);
        able.splice(able.indexOf(server), 1);
      }
    }
  }
  const answers = new Set([...rounds.values()].flatMap((all) => all.map(({ found }) => found)));
  if (answers.size > 1)
    console.log(`${row.name}: the servers answer differently: ${[...answers].join(', ')}`);
  return servers.map(({ name }) => {
    const all = rounds.get(name) ?? [];
    return all.length === 0 ? null : middle(all);
  });
}

async function measureIdle(
  client: Client,
  { ours, servers }: Started,
  wish: Wish,
  table: Table,
): Promise<void> {
  const words = wish.words.map((word) => word.toLowerCase());
  const known = new Map<string, number>();
  for (const row of idleRows) {
    if (words.length > 0 && !words.some((word) => row.name.toLowerCase().includes(word))) continue;
    const values: (Figures | null)[] = [];
    for (const [at, server] of servers.entries()) {
      try {
        // How mail is kept is nothing to a session that idles: one Dovecot stands for all.
        if (at > 0 && server !== ours) {
          values.push(null);
          continue;
        }
        // Ours are not kept otherwise where Dovecot hibernates.
        const key = `${server.name} ${row.tls} ${server !== ours && row.hibernate}`;
        const value = known.get(key) ?? (await idleMemory(client, server, row, wish.idleSessions));
        known.set(key, value);
        values.push({ value, processorMs: Number.NaN, loopP99Ms: null });
      } catch (error) {
        complain(server, row.name, error);
        values.push(null);
      }
    }
    const name = `${wish.idleSessions} ${row.name}`;
    console.log(table.line(name, 'KiB', values.at(-1) ?? null, values.slice(0, -1)));
  }
}

function introduce({ servers }: Started, wish: Wish): void {
  const names = servers.map(({ name }) => name).join(', ');
  console.log(
    `${names}; medians of ${wish.rounds} interleaved rounds of ${wish.roundMs} ms; INBOX of ${inboxMessages} messages; ` +
      `dovecot's passwords ${passwordScheme}; ${cpus().length} processors, load ${loadavg()
        .map((load) => load.toFixed(1))
        .join(' ')}`,
  );
  console.log(
    'ms and KiB: of one, less is better; /s: more is better; ratio: myco against the best dovecot;',
  );
  console.log('cpu: processor milliseconds of the server for one, the cheaper dovecot\n');
}

/** Starts the servers, measures the rows and prints the table. */
export async function measureAll(wish: Wish): Promise<void> {
  const certificate = makeCertificate();
  const client = new Client();
  // Without its client every row fails, and what was started is ended as always.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => client.stop());
  let started: Started | undefined;
  try {
    started = await start(wish, certificate);
    const { ours, servers } = started;
    for (const { name, plain, tls } of servers) {
      await client.ask({ what: 'target', target: { name, plain, tls } });
    }
    introduce(started, wish);
    const table = new Table(wish.formats.slice(0, servers.length - 1).map((format) => `${format}`));
    console.log(table.head());
    for (const row of chosen(wish.words)) {
      if (client.ended) break;
      const from = performance.now();
      const figures = await measure(client, servers, row, wish);
      if (wish.verbose) console.error(`${((performance.now() - from) / 1_000).toFixed(1)} s`);
      console.log(table.line(row.name, row.unit, figures.at(-1) ?? null, figures.slice(0, -1)));
      if (wish.profile) printProfile(ours, row);
    }
    await measureIdle(client, started, wish, table);
    console.log(
      `\nload ${loadavg()
        .map((load) => load.toFixed(1))
        .join(' ')}`,
    );
  } finally {
    client.stop();
    for (const server of started?.servers ?? []) await server.stop();
    removeCertificate(certificate);
  }
}

/** Of the last round. */
function printProfile(ours: Ours, row: Row): void {
  for (const line of costs(ours.profile)) console.log(line);
  copyFileSync(ours.profile, `${row.name.replaceAll(/\W+/g, '-')}.cpuprofile`);
}
