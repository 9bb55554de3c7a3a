/**
 * One private PostgreSQL server per test run, started when the first test asks for a database and stopped with
 * the run. It runs as an unprivileged user, on 127.0.0.1 only, without fsync: it is thrown away.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { messageOf } from '../../src/base/index.ts';
import { makeFolder, removeFolder } from '../../src/testing/folder.ts';
import { findPostgres, type PostgresPrograms, postgresMissing } from '../../src/testing/postgres.ts';

const run = promisify(execFile);
const startAttemptsMax = 5;
const startPatienceMs = 30_000;
const connectionsMax = 200;

interface Cluster {
  url(database: string): string;
  stop(): Promise<void>;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let cluster: Promise<Cluster> | undefined;
  let databases = 0;
  const broker = createServer(async (socket: Socket) => {
    socket.on('error', () => undefined);
    try {
      cluster ??= startCluster();
      const { url } = await cluster;
      const name = `test_${++databases}`;
      await query(url('postgres'), `CREATE DATABASE ${name}`);
      socket.end(`${url(name)}\n`);
    } catch (error) {
      socket.end(`${messageOf(error)}\n`);
    }
  });
  project.provide('postgresBroker', await listen(broker));
  return async () => {
    broker.close();
    await (await cluster?.catch(() => undefined))?.stop();
  };
}

async function startCluster(): Promise<Cluster> {
  const found = findPostgres();
  if (!found) throw new Error(postgresMissing);
  const folder = makeFolder();
  try {
    chmodSync(folder, 0o755);
    const user = await unprivilegedUser();
    const programs = prepare(found, folder);
    if (user) chownSync(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    const initdb = ['-D', data, '-U', 'myco', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
    await run(join(programs, 'initdb'), initdb, { ...user, cwd: folder, env: environment(programs) });
    const { server, port } = await startServer(programs, data, user);
    return {
      url: (database) => `postgres://myco:trust@127.0.0.1:${port}/${database}`,
      stop: async () => {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        if (server.exitCode === null && server.kill('SIGQUIT')) await ended;
        removeFolder(folder);
      },
    };
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
}

type User = { uid: number; gid: number } | undefined;

/** PostgreSQL refuses to run as root: there it runs as `postgres` or `nobody`. */
async function unprivilegedUser(): Promise<User> {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('no unprivileged user (postgres, nobody) to run PostgreSQL as');
}

/** npm's build is copied: the project may lie where an unprivileged user cannot read, and lacks its symlinks. */
function prepare(found: PostgresPrograms, folder: string): string {
  if (found.source === 'debian') return found.folder;
  const from = dirname(found.folder);
  const copy = join(folder, 'native');
  cpSync(from, copy, { recursive: true });
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(from, 'pg-symlinks.json'), 'utf8'),
  );
  for (const link of links) {
    const target = join(folder, link.target);
    if (!existsSync(target)) symlinkSync(join(folder, link.source), target);
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres']) chmodSync(join(copy, 'bin', program), 0o755);
  return join(copy, 'bin');
}

function environment(programs: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', LD_LIBRARY_PATH: join(dirname(programs), 'lib') };
}

async function startServer(
  programs: string,
  data: string,
  user: User,
): Promise<{ server: ChildProcess; port: number }> {
  let output = '';
  for (let attempt = 0; attempt < startAttemptsMax; attempt++) {
    const port = await freePort();
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      fsync: 'off',
      full_page_writes: 'off',
      max_connections: connectionsMax,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(join(programs, 'postgres'), ['-D', data, ...flags], {
      ...user,
      cwd: data,
      env: environment(programs),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-4096);
    });
    process.once('exit', () => server.kill('SIGQUIT'));
    if (await accepts(server, `postgres://myco:trust@127.0.0.1:${port}/postgres`)) return { server, port };
  }
  throw new Error(`the server did not start: ${output}`);
}

async function accepts(server: ChildProcess, url: string): Promise<boolean> {
  const until = Date.now() + startPatienceMs;
  while (server.exitCode === null && Date.now() < until) {
    try {
      await query(url, 'SELECT 1');
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  server.kill('SIGQUIT');
  return false;
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
