import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { launcher } from './launcher.ts';
import { type Ran, run } from './tools.ts';
import { eventually } from './values.ts';

const doors = [
  'smtp',
  'submission',
  'submissions',
  'lmtp',
  'imap',
  'imaps',
  'http',
  'https',
  'xmpp',
  'xmpps',
] as const;
export type Door = (typeof doors)[number];

export interface MycoOptions {
  /** A folder with the data of an earlier process; else a new one that goes when the process is disposed of. */
  readonly folder?: string;
  /** More lines of YAML; a section named here is written here alone. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Local parts of members to add, each with `password`. */
  readonly members?: readonly string[];
  /** Where the data folder lies, where not in `folder`. */
  readonly data?: string;
  /** More environment of the process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One running process and its data folder. */
export interface Myco {
  readonly folder: string;
  readonly data: string;
  readonly config: string;
  /** PEM file of the authority that clients trust. */
  readonly authorityFile: string;
  readonly authority: string;
  readonly pid: number;
  readonly ended: Promise<Exit>;
  port(door: Door): number;
  /** Standard error up to now: the log. */
  logged(): string;
  /** Standard output up to now: the ready line. */
  printed(): string;
  signal(name: NodeJS.Signals): void;
  /** `myco …` against this configuration. */
  cli(args: readonly string[], input?: string): Promise<Ran>;
  addMember(name: string): Promise<void>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<Exit>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<Exit>;
  /** Kills what still runs and removes the folder, if it was made here. */
  dispose(): Promise<void>;
}

/** Every member's password. */
export const password = 'correct horse battery staple';
export const domain = 'coop.test';
export const member = (name: string) => `${name}@${domain}`;

const running = new Set<Myco>();

function configText(data: string, settings: Readonly<Record<string, string>>): string {
  const sections = {
    coop: `{ name: Conformance, domain: ${domain}, hostname: mail.${domain} }`,
    data,
    listeners: `\n${doors.map((door) => `  ${door}: { host: 127.0.0.1, port: 0 }`).join('\n')}`,
    auth: '{ plaintext: refuse }',
    log: '{ level: debug, format: json }',
    ...settings,
  };
  return Object.entries(sections)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
}

interface Ready {
  readonly event: string;
  readonly listeners: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  readonly data: string;
  readonly version: string;
}

/** Standard output is the ready line and nothing else (CONTRACT.md); a refusal is one line as well. */
function readReady(printed: string): Ready | undefined {
  const end = printed.indexOf('\n');
  if (end < 0) return undefined;
  const line = JSON.parse(printed.slice(0, end)) as Ready;
  if (line.event !== 'ready') throw new Error(`myco did not start: ${printed}`);
  return line;
}

/** Starts `myco serve` on free ports and waits for its ready line; throws with the log where it ends before. */
export async function startMyco(options: MycoOptions = {}): Promise<Myco> {
  const folder = options.folder ?? makeFolder();
  const data = options.data ?? join(folder, 'data');
  const config = join(folder, 'myco.yaml');
  writeFileSync(config, configText(data, options.settings ?? {}));
  const command = [...launcher()];
  const args = [...command, 'serve', '--json', '--config', config];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text;
  });
  const ended = new Promise<Exit>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  let exit: Exit | undefined;
  void ended.then((how) => {
    exit = how;
  });
  const ready = await eventually(
    'the ready line',
    () => {
      if (exit) throw new Error(`myco ended (${JSON.stringify(exit)}) before it was ready: ${texts.err}`);
      return readReady(texts.out);
    },
    60_000,
  );
  const myco = describe(child, { folder, data, config, command, ready, ended, texts }, options);
  running.add(myco);
  for (const name of options.members ?? []) await myco.addMember(name);
  return myco;
}

interface Started {
  readonly folder: string;
  readonly data: string;
  readonly config: string;
  readonly command: readonly string[];
  readonly ready: Ready;
  readonly ended: Promise<Exit>;
  readonly texts: { readonly out: string; readonly err: string };
}

function describe(child: ChildProcess, started: Started, options: MycoOptions): Myco {
  const { folder, data, config, command, ready, ended, texts } = started;
  const authorityFile = join(data, 'tls/authority.crt');
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  const cli = (args: readonly string[], input = '') =>
    run(process.execPath, [...command, ...args, '--config', config], { input, cwd: folder });
  const myco: Myco = {
    folder,
    data,
    config,
    authorityFile,
    get authority() {
      return readFileSync(authorityFile, 'utf8');
    },
    pid: child.pid ?? -1,
    ended,
    port(door) {
      const listener = ready.listeners[door];
      if (!listener) throw new Error(`the ready line names no door ${door}: ${texts.out}`);
      return listener.port;
    },
    logged: () => texts.err,
    printed: () => texts.out,
    signal: (name) => void child.kill(name),
    cli,
    async addMember(name) {
      const { code, said } = await cli(['member', 'add', member(name), '--password-stdin'], `${password}\n`);
      if (code !== 0) throw new Error(`member add ${name}: exit ${code}, ${said}`);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async dispose() {
      running.delete(myco);
      await end('SIGKILL');
      if (options.folder === undefined) removeFolder(folder);
    },
  };
  return myco;
}

/** Disposes of whatever a file of tests has started; for `afterAll`. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((each) => each.dispose()));
}
