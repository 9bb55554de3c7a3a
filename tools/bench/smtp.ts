/**
 * `npm run bench -- smtp [MESSAGES]`: how many 10 KB messages a second go from acceptance to a mailbox where they are
 * visible, sent by `smtp-source` in 1, 20 and 50 sessions to ten members, beside Debian's postfix delivering to dovecot by
 * LMTP into Maildirs on the same disk. Rounds are interleaved, medians shown. The reference runs privately on free
 * ports and needs root; where it is missing only myco is measured.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { member, openImap, startMyco } from '../../tests/harness/index.ts';

const messageBytes = 10 * 1024;
const roundsCount = 3;
const members = Array.from({ length: 10 }, (_, at) => `m${at}`);
const sender = 'ana@elsewhere.example';
const pollMs = 5;
const roundMsMax = 120_000;

interface Target {
  readonly name: string;
  readonly port: number;
  /** Messages visible in all mailboxes now. */
  visible(): Promise<number> | number;
  stop(): Promise<void> | void;
}

const domain = member('').slice(1);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The whole process as members get it, with its doors on free ports. */
async function startOurs(): Promise<Target> {
  const myco = await startMyco({ settings: { log: '{ level: info, format: json }' }, members });
  const clients = await Promise.all(members.map((name) => openImap(myco, name)));
  return {
    name: 'myco',
    port: myco.port('smtp'),
    async visible() {
      const counts = await Promise.all(
        clients.map(async (client) => {
          const { lines } = await client.command('STATUS INBOX (MESSAGES)');
          return Number(/MESSAGES (\d+)/.exec(lines.join('\n'))?.[1] ?? 0);
        }),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    stop: () => myco.dispose(),
  };
}

const [postfixPrograms, mailId] = ['/usr/lib/postfix/sbin', 8];

/** Debian's master.cf: our port in place of 25, nothing in a chroot (its files are not ours to lay out). */
function masterText(port: number): string {
  const lines = readFileSync('/etc/postfix/master.cf', 'utf8').split('\n');
  const services = lines.map((line) => {
    const words = line.split(/\s+/);
    if (words.length < 8 || !/^[a-z]/.test(line)) return line;
    if (words[0] === 'smtp' && words[1] === 'inet') words[0] = `127.0.0.1:${port}`;
    words[4] = 'n';
    return words.join(' ');
  });
  return services.join('\n');
}

function writePostfix(dir: string, port: number, lmtpPort: number): string {
  const config = join(dir, 'postfix');
  for (const name of ['postfix', 'queue', 'state']) mkdirSync(join(dir, name));
  chownSync(join(dir, 'state'), idOf('postfix'), 0);
  const settings = {
    compatibility_level: '3.6',
    queue_directory: join(dir, 'queue'),
    data_directory: join(dir, 'state'),
    command_directory: '/usr/sbin',
    daemon_directory: postfixPrograms,
    maillog_file: join(dir, 'postfix.log'),
    maillog_file_prefixes: dir,
    myhostname: `mail.${domain}`,
    mydestination: domain,
    mynetworks: '127.0.0.0/8',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    alias_maps: '',
    local_recipient_maps: '',
    local_transport: `lmtp:inet:127.0.0.1:${lmtpPort}`,
  };
  const text = Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`);
  writeFileSync(join(config, 'main.cf'), text.join(''));
  writeFileSync(join(config, 'master.cf'), masterText(port));
  return config;
}

function writeDovecot(dir: string, lmtpPort: number): string {
  mkdirSync(join(dir, 'mail'));
  chownSync(join(dir, 'mail'), mailId, mailId);
  const config = join(dir, 'dovecot.conf');
  const text = `protocols = lmtp
base_dir = ${join(dir, 'run')}
state_dir = ${join(dir, 'run')}
log_path = ${join(dir, 'dovecot.log')}
ssl = no
first_valid_uid = ${mailId}
mail_location = maildir:${join(dir, 'mail')}/%n
auth_username_format = %Ln
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=${mailId} gid=${mailId} home=${join(dir, 'mail')}/%n allow_all_users=yes
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${lmtpPort}
  }
}
`;
  writeFileSync(config, text);
  return config;
}

function idOf(user: string): number {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  return Number(line?.split(':')[2] ?? Number.NaN);
}

/** What becomes a daemon keeps its output: waiting for the end of a pipe would be waiting for its end. */
function must(command: string, args: readonly string[], log: string): void {
  const { status, error } = spawnSync(command, args, { stdio: 'ignore' });
  if (error) throw error;
  const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${said}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Debian's postfix and dovecot as they are configured by default, in a folder of their own. */
async function startReference(): Promise<Target> {
  const dir = mkdtempSync(join(tmpdir(), 'myco-bench-'));
  chmodSync(dir, 0o755);
  const [port, lmtpPort] = [await freePort(), await freePort()];
  const postfix = writePostfix(dir, port, lmtpPort);
  const dovecot = writeDovecot(dir, lmtpPort);
  const stop = () => {
    spawnSync('/usr/sbin/postfix', ['-c', postfix, 'stop'], { stdio: 'ignore' });
    spawnSync('/usr/bin/doveadm', ['-c', dovecot, 'stop'], { stdio: 'ignore' });
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    must('/usr/sbin/dovecot', ['-c', dovecot], join(dir, 'dovecot.log'));
    must('/usr/sbin/postfix', ['-c', postfix, 'start'], join(dir, 'postfix.log'));
  } catch (error) {
    stop();
    throw error;
  }
  const arrived = (name: string) => {
    const folder = join(dir, 'mail', name, 'new');
    return existsSync(folder) ? readdirSync(folder).length : 0;
  };
  return {
    name: 'postfix + dovecot',
    port,
    visible: () => members.reduce((sum, name) => sum + arrived(name), 0),
    stop,
  };
}

function send(port: number, sessions: number, count: number, name: string): Promise<void> {
  const options = ['-s', sessions, '-m', count, '-l', messageBytes, '-f', sender, '-t', member(name), '-d'];
  const child: ChildProcess = spawn('smtp-source', [...options.map(String), `inet:127.0.0.1:${port}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`smtp-source ended with ${code}`)),
    );
  });
}

/** Messages a second, from the first connection until every one is visible; and until every one was acknowledged. */
async function round(target: Target, sessions: number, messages: number): Promise<[number, number]> {
  const senders = Math.min(sessions, members.length);
  const each = Math.ceil(messages / senders);
  const goal = (await target.visible()) + each * senders;
  const from = performance.now();
  const names = members.slice(0, senders);
  let acknowledged = 0;
  const sent = Promise.all(names.map((name) => send(target.port, sessions / senders, each, name))).then(
    () => {
      acknowledged = performance.now() - from;
    },
  );
  await sent;
  while ((await target.visible()) < goal) {
    if (performance.now() - from > roundMsMax) throw new Error(`${target.name}: messages are missing`);
    await pause(pollMs);
  }
  const perSecond = (ms: number) => (each * senders * 1000) / ms;
  return [perSecond(performance.now() - from), perSecond(acknowledged)];
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function startTargets(): Promise<Target[]> {
  const targets = [await startOurs()];
  try {
    targets.push(await startReference());
  } catch (error) {
    console.log(`postfix + dovecot: not measured: ${error instanceof Error ? error.message : error}`);
  }
  return targets;
}

export async function run(args: readonly string[]): Promise<void> {
  const messages = Number(args[0] ?? 1_000);
  const targets = await startTargets();
  const results = new Map<string, [number, number][]>();
  try {
    for (const target of targets) await round(target, 20, messages / 4);
    for (let turn = 0; turn < roundsCount; turn++) {
      for (const sessions of [1, 20, 50]) {
        for (const target of targets) {
          const key = `${target.name}, ${sessions} session${sessions > 1 ? 's' : ''}`;
          const count = sessions === 1 ? Math.min(messages, 300) : messages;
          results.set(key, [...(results.get(key) ?? []), await round(target, sessions, count)]);
        }
      }
    }
  } finally {
    for (const target of targets) await target.stop();
  }
  console.log(
    `acceptance to mailbox, 10 KB messages, medians of ${roundsCount} interleaved rounds of ${messages}`,
  );
  for (const [key, rounds] of results) {
    const [visible, acknowledged] = [median(rounds.map((r) => r[0])), median(rounds.map((r) => r[1]))];
    console.log(
      `${key.padEnd(32)} ${visible.toFixed(0).padStart(6)}/s visible  ${acknowledged.toFixed(0).padStart(6)}/s acknowledged`,
    );
  }
}
