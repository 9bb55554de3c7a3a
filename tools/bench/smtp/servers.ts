import { spawnSync } from 'node:child_process';
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
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, member, openImap, startMyco } from '../../../tests/harness/index.ts';

export const members = Array.from({ length: 10 }, (_, at) => `m${at}`);

/** A server that is measured. */
export interface Target {
  readonly name: string;
  readonly port: number;
  /** Messages visible in all mailboxes now. */
  visible(): Promise<number> | number;
  stop(): Promise<void> | void;
}

const domain = member('').slice(1);
/** An address of ours that leads out. */
export const away = member('away');
const far = 'far@sink.test';

/** The whole process as members get it, with its doors on free ports. What leaves goes to `sinkPort`. */
async function startOurs(sinkPort: number): Promise<Target> {
  const settings = {
    log: '{ level: info, format: json }',
    limits: '{ connectionsPerAddress: 2000 }',
    mail: `{ relay: "smtp://127.0.0.1:${sinkPort}" }`,
  };
  const myco = await startMyco({ settings, members });
  const { code, said } = await myco.cli(['alias', 'add', away, far]);
  if (code !== 0) throw new Error(said);
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

function writePostfix(dir: string, port: number, lmtpPort: number, sinkPort: number): string {
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
    virtual_alias_maps: `inline:{${away}=${far}}`,
    transport_maps: `inline:{sink.test=smtp:[127.0.0.1]:${sinkPort}}`,
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

/** Debian's postfix and dovecot as they are configured by default, in a folder of their own. */
async function startReference(sinkPort: number): Promise<Target> {
  const dir = mkdtempSync(join(tmpdir(), 'myco-bench-'));
  chmodSync(dir, 0o755);
  const [port, lmtpPort] = [await freePort(), await freePort()];
  const postfix = writePostfix(dir, port, lmtpPort, sinkPort);
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

/** Ours, and the reference where it can be started. */
export async function startTargets(sinkPort: number): Promise<Target[]> {
  const targets = [await startOurs(sinkPort)];
  try {
    targets.push(await startReference(sinkPort));
  } catch (error) {
    console.log(`postfix + dovecot: not measured: ${error instanceof Error ? error.message : error}`);
  }
  return targets;
}
