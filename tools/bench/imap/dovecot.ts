import { type ChildProcess, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, findTool, freePort, password, startListening } from '../../../tests/harness/index.ts';
import type { Certificate, Server } from './servers.ts';

/** How Dovecot keeps mail: one file a message, or many in one file. */
export type Format = 'mdbox' | 'maildir' | 'sdbox';

export const passwordScheme = 'SHA512-CRYPT';

/** The user whose password Dovecot keeps as it is, so that no hash is counted. */
export const clearUser = 'clear';
/** `h3` is `m3`, but its session leaves its process when it has been idle for a while. */
export const hibernating = (name: string) => name.replace(/^m/, 'h');
const hibernateSeconds = 2;

/**
 * Debian's dovecot on free ports, tuned as its documentation says for many users: kept login processes, kept mail
 * processes, a cache of passwords; every write synced, as ours are.
 */
export async function startDovecot(
  format: Format,
  members: readonly string[],
  certificate: Certificate,
): Promise<Server> {
  const program = findTool('dovecot');
  if (program === undefined) throw new Error('dovecot is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'myco-bench-'));
  chmodSync(folder, 0o755);
  const ports = [await freePort(), await freePort()] as const;
  mkdirSync(join(folder, 'home'));
  for (const name of members) mkdirSync(join(folder, 'home', name));
  const begin = async (forMemory: boolean) => {
    giveHomes(folder, members, forMemory);
    const config = join(folder, 'dovecot.conf');
    writeFileSync(config, configuration(format, folder, ports, certificate, forMemory));
    return startListening(program, ['-F', '-c', config], ports[0], join(folder, 'log'));
  };
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  let child: ChildProcess;
  try {
    child = await begin(false);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    name: format,
    get pid() {
      return child.pid ?? -1;
    },
    plain: { port: ports[0], ca: null },
    tls: { port: ports[1], ca: certificate.pem },
    loopDelay: async () => null,
    // Its indexes are made with the mail.
    settled: async () => undefined,
    faults: () =>
      readFileSync(join(folder, 'log'), 'utf8')
        .split('\n')
        .filter((line) => /(?:Error|Fatal|Panic|Warning): /.test(line))
        .slice(-2)
        .join('\n'),
    async restart(forMemory) {
      await ended(child);
      child = await begin(forMemory);
    },
    async stop() {
      await ended(child);
      remove();
    },
  };
}

const idOfDovecot = () => Number(execFileSync('id', ['-u', 'dovecot']).toString());

/**
 * Kept mail processes serve one user of the system only. Where they are not kept every member is a user: what the kernel
 * lets one user watch is then not for all together.
 */
function giveHomes(folder: string, members: readonly string[], oneEach: boolean): void {
  const hashed = execFileSync('doveadm', ['pw', '-s', passwordScheme, '-p', password]).toString().trim();
  const common = idOfDovecot();
  const lines = members.map((name, at) => {
    const id = oneEach ? firstId + at : common;
    const home = join(folder, 'home', name);
    execFileSync('chown', ['-R', `${id}:${id}`, home]);
    // user:password:uid:gid::home::extra fields
    const line = (user: string, extra: string) =>
      `${user}:${name === clearUser ? `{PLAIN}${password}` : hashed}:${id}:${id}::${home}::${extra}\n`;
    const other = hibernating(name);
    const hibernate = `userdb_imap_hibernate_timeout=${hibernateSeconds}s`;
    return line(name, '') + (other === name ? '' : line(other, hibernate));
  });
  writeFileSync(join(folder, 'users'), lines.join(''));
}

const firstId = 20_000;

function configuration(
  format: Format,
  folder: string,
  [port, tlsPort]: readonly [number, number],
  { cert, key }: Certificate,
  forMemory: boolean,
): string {
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <${cert}
ssl_key = <${key}
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = ${format}:~/mail
mail_fsync = always
maildir_very_dirty_syncs = yes
mailbox_list_index = yes
mail_plugins =
imap_max_line_length = 64k
auth_mechanisms = plain login
auth_username_format = %Ln
auth_cache_size = 100 M
auth_cache_ttl = 1 hour
mail_max_userip_connections = 10000
default_client_limit = 20000
default_process_limit = 6000
default_vsz_limit = 2 G
passdb {
 driver = passwd-file
 args = username_format=%n ${folder}/users
}
userdb {
 driver = passwd-file
 args = username_format=%n ${folder}/users
}
protocol imap {
 mail_plugins = imap_zlib
}
namespace inbox {
 inbox = yes
 separator = /
}
${services([port, tlsPort], forMemory)}`;
}

/** Kept login processes; kept mail processes too, unless memory is measured: then they end with their session. */
function services([port, tlsPort]: readonly [number, number], forMemory: boolean): string {
  return `service imap-login {
 service_count = 0
 process_min_avail = 2
 process_limit = 4
 client_limit = 5000
 inet_listener imap {
  port = ${port}
 }
 inet_listener imaps {
  port = ${tlsPort}
  ssl = yes
 }
}
service imap {
 service_count = ${forMemory ? 1 : 256}
 process_min_avail = ${forMemory ? 0 : 4}
 process_limit = 6000
 extra_groups = $default_internal_group
 unix_listener imap-master {
  user = dovecot
 }
}
service imap-hibernate {
 unix_listener imap-hibernate {
  mode = 0660
  group = $default_internal_group
 }
}
`;
}
