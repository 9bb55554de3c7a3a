import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import {
  certificateFor,
  giveBySmtp,
  idsOf,
  makeFolders,
  type Neighbour,
  type NeighbourOptions,
  readMaildir,
} from './neighbour.ts';
import { freePort } from './programs.ts';
import { findTool } from './tools.ts';
import { eventually } from './values.ts';

export const eximPrograms = ['exim4'] as const;
/** Whom Debian's exim runs as. */
const user = 'Debian-exim';

/** How it delivers: its own domain into the Maildir, the others to their ports. */
function deliveryText(folder: string, options: NeighbourOptions): string {
  const routes = Object.entries(options.routes ?? {}).map(([domain, port]) => `${domain} 127.0.0.1::${port}`);
  const verify = options.verify
    ? `hosts_require_tls = *
  tls_verify_certificates = ${join(folder, 'trusted.pem')}
  tls_verify_hosts = *
  tls_verify_cert_hostnames =
  tls_sni = ${options.verify.name}`
    : '';
  return `begin routers
here:
  driver = accept
  domains = +local_domains
  transport = maildir
routes:
  driver = manualroute
  domains = ! +local_domains
  route_list = ${routes.join(' ; ')}
  self = send
  transport = out
  no_more

begin transports
maildir:
  driver = appendfile
  directory = ${join(folder, 'mail')}
  maildir_format
  delivery_date_add
  envelope_to_add
  return_path_add
  user = ${user}
out:
  driver = smtp
  ${verify}`;
}

/** One configuration: takes mail for its domain into a Maildir, hands on what comes from this machine. */
function configText(
  folder: string,
  names: { domain: string; hostname: string; program: string },
  pem: string,
  options: NeighbourOptions,
): string {
  const local = options.users ? `local_parts = ${options.users.join(' : ')}` : '';
  return `primary_hostname = ${names.hostname}
exim_path = ${names.program}
spool_directory = ${join(folder, 'spool')}
log_file_path = ${join(folder, 'log/%slog')}
pid_file_path = ${join(folder, 'exim.pid')}
exim_user = ${user}
exim_group = ${user}
deliver_drop_privilege = true
domainlist local_domains = ${names.domain}
hostlist relay_from_hosts = 127.0.0.0/8
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
never_users =
smtp_enforce_sync = true
smtputf8_advertise_hosts = *
dsn_advertise_hosts = *
chunking_advertise_hosts = *
tls_advertise_hosts = *
tls_certificate = ${pem}
tls_privatekey = ${pem}
queue_run_in_order = false
${options.sizeMax === undefined ? '' : `message_size_limit = ${options.sizeMax}`}

begin acl
acl_rcpt:
  accept domains = +local_domains
         ${local}
  accept hosts = +relay_from_hosts
         domains = !+local_domains
  deny message = no such user here
acl_data:
  accept

${deliveryText(folder, options)}
begin retry
* * F,1h,1s

begin rewrite

begin authenticators
`;
}

/** Debian's exim, all of it in a folder of its own; needs root, from which it goes to its own user. */
export async function startExim(options: NeighbourOptions = {}): Promise<Neighbour> {
  const folder = makeFolder();
  // Its programs run as users of their own.
  chmodSync(folder, 0o755);
  const domain = options.domain ?? 'elsewhere.test';
  const hostname = `mx.${domain}`;
  const port = await freePort();
  makeFolders(folder, ['spool', 'log', 'mail']);
  const { uid, gid } = idsOf(user);
  const { pem, authority } = await certificateFor(folder, hostname);
  for (const name of ['', 'spool', 'log', 'mail', 'tls', 'tls/server.pem'])
    chownSync(join(folder, name), uid, gid);
  if (options.verify) writeFileSync(join(folder, 'trusted.pem'), options.verify.authority);
  const config = join(folder, 'exim.conf');
  const program = findTool('exim4') ?? 'exim4';
  writeFileSync(config, configText(folder, { domain, hostname, program }, pem, options), { mode: 0o644 });
  const child = spawn(program, ['-C', config, '-bdf', '-q1s', '-oX', `127.0.0.1.${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    uid,
    gid,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const logged = () =>
    ['main', 'reject', 'panic']
      .map((kind) => join(folder, `log/${kind}log`))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, 'utf8'))
      .join('') + said;
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    removeFolder(folder);
  };
  await eventually('exim', () => {
    if (child.exitCode !== null) throw new Error(`exim did not start: ${logged()}`);
    return /daemon started/.test(logged()) ? true : undefined;
  });
  return {
    name: 'exim',
    domain,
    hostname,
    port,
    authority,
    arrived: () => readMaildir(join(folder, 'mail')),
    give: (from, to, message, parameters) => giveBySmtp({ port }, from, to, message, parameters),
    logged,
    stop,
  };
}
