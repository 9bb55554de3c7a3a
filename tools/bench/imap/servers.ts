import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { adminClient } from '../../../src/cli/index.ts';
import { type Myco, password, startMyco } from '../../../tests/harness/index.ts';
import type { Door } from './connection.ts';

export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** One running server and what the client's process must know of it. */
export interface Server {
  readonly name: string;
  /** What stands here changes with `restart`. */
  readonly pid: number;
  readonly plain: Door;
  readonly tls: Door;
  /** The delay of its loop since it was last asked, and a profile where one was asked for; null where it has none. */
  loopDelay(): Promise<LoopDelay | null>;
  /** Resolves when nothing is left to be done behind the mail that came; at once where nothing ever is. */
  settled(): Promise<void>;
  /** What its log says where a command failed. */
  faults(): string;
  /** A new process on the same mail; `forMemory` as it is configured where nobody asks for speed. */
  restart(forMemory: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** One certificate for all that are measured. */
export interface Certificate {
  readonly folder: string;
  readonly cert: string;
  readonly key: string;
  readonly pem: string;
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'myco-bench-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { folder, cert, key, pem: readFileSync(cert, 'utf8') };
}

export const removeCertificate = ({ folder }: Certificate) =>
  rmSync(folder, { recursive: true, force: true });

const settings = ({ cert, key }: Certificate) => ({
  tls: `{ mode: files, files: { cert: ${cert}, key: ${key} } }`,
  auth: '{ plaintext: allow }',
  limits: '{ connectionsPerAddress: 100000 }',
  log: '{ level: info, format: json }',
});

/** The whole process as members get it. */
export async function startOurs(
  certificate: Certificate,
  members: readonly string[],
  profile: boolean,
): Promise<Server & { readonly profile: string }> {
  const probe = join(certificate.folder, 'probe.json');
  const folder = mkdtempSync(join(tmpdir(), 'myco-bench-'));
  let myco = await startProbed(certificate, folder, probe, profile);
  try {
    for (const name of members) await addMember(myco.data, name);
  } catch (error) {
    await myco.dispose();
    throw error;
  }
  return {
    name: 'myco',
    get pid() {
      return myco.pid;
    },
    get plain() {
      return { port: myco.port('imap'), ca: null };
    },
    get tls() {
      return { port: myco.port('imaps'), ca: certificate.pem };
    },
    profile: `${probe}.cpuprofile`,
    async loopDelay() {
      rmSync(probe, { force: true });
      myco.signal('SIGUSR2');
      for (let waited = 0; waited < 500; waited++) {
        const text = readOr(probe);
        if (text !== null) return JSON.parse(text) as LoopDelay;
        await pause(10);
      }
      return null;
    },
    settled: () => searchable(myco.port('http')),
    faults: () =>
      myco
        .logged()
        .split('\n')
        .filter((line) => /"level":"?(?:error|fatal|50|60)/.test(line))
        .slice(-2)
        .join('\n'),
    async restart() {
      await myco.stop();
      myco = await startProbed(certificate, folder, probe, profile);
    },
    async stop() {
      await myco.dispose();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The environment is set for this one process: a command line beside it must not be probed. */
function startProbed(
  certificate: Certificate,
  folder: string,
  probe: string,
  profile: boolean,
): Promise<Myco> {
  const more = {
    NODE_OPTIONS: `--import=${new URL('./probe.ts', import.meta.url).href}`,
    MYCO_BENCH_PROBE: probe,
    ...(profile ? { MYCO_BENCH_PROFILE: '1' } : {}),
  };
  Object.assign(process.env, more);
  try {
    return startMyco({ folder, settings: settings(certificate) });
  } finally {
    for (const name of Object.keys(more)) delete process.env[name];
  }
}

function readOr(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

const [settlePollMs, settleMsMax] = [250, 600_000];

/** Until every email is in the search index: the server itself says how many are not. */
async function searchable(port: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < settleMsMax; waitedMs += settlePollMs) {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const behind = /^myco_search_behind_emails (\d+)$/m.exec(text)?.[1];
    if (behind === undefined) throw new Error('myco does not say how many emails are not in its index');
    if (behind === '0') return;
    await pause(settlePollMs);
  }
  throw new Error(`the search index is not built after ${settleMsMax / 1_000} s`);
}

/** Over the socket of the running server: a command line would cost a process each. */
async function addMember(data: string, name: string): Promise<void> {
  const client = await adminClient(data);
  if (!client) throw new Error('myco does not listen for commands');
  const session = { progress: () => undefined, signal: new AbortController().signal };
  await client.call('member add', { address: name, password }, session);
}
