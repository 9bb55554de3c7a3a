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
import { run } from './tools.ts';
import { eventually } from './values.ts';

export const postfixPrograms = ['postfix', 'postmap'] as const;

/** The services of Debian's master.cf that take, queue and deliver mail; none in a chroot, whose files are not ours. */
function masterText(port: number): string {
  const services = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'verify unix - - n - 1 verify',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'smtp unix - - n - - smtp',
    'relay unix - - n - - smtp',
    'showq unix n - n - - showq',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'discard unix - - n - - discard',
    'local unix - n n - - local',
    'virtual unix - n n - - virtual',
    'lmtp unix - - n - - lmtp',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  return `${services.join('\n')}\n`;
}

function settingsOf(
  folder: string,
  names: { domain: string; hostname: string },
  pem: string,
  options: NeighbourOptions,
) {
  const routes = Object.entries(options.routes ?? {}).map(
    ([domain, port]) => `${domain}=smtp:[127.0.0.1]:${port}`,
  );
  const { uid, gid } = idsOf('mail');
  const users = options.users?.map((user) => `${user}@${names.domain}=inbox/`);
  return {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'state'),
    command_directory: '/usr/sbin',
    daemon_directory: '/usr/lib/postfix/sbin',
    maillog_file: join(folder, 'postfix.log'),
    maillog_file_prefixes: folder,
    myhostname: names.hostname,
    mydestination: '',
    mynetworks: '127.0.0.0/8',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    alias_maps: '',
    smtputf8_enable: 'yes',
    virtual_mailbox_domains: names.domain,
    virtual_mailbox_base: join(folder, 'mail'),
    virtual_mailbox_maps: users ? `inline:{${users.join(', ')}}` : 'static:inbox/',
    virtual_uid_maps: `static:${uid}`,
    virtual_gid_maps: `static:${gid}`,
    virtual_minimum_uid: '1',
    transport_maps:
      routes.length > 0
        ? `inline:{${routes.map((route) => `{${route.replace('=', ' = ')}}`).join(', ')}}`
        : '',
    smtpd_tls_security_level: 'may',
    smtpd_tls_cert_file: pem,
    smtpd_tls_loglevel: '1',
    smtp_tls_loglevel: '1',
    smtp_tls_security_level: options.verify ? 'secure' : 'may',
    ...(options.verify
      ? {
          smtp_tls_CAfile: join(folder, 'trusted.pem'),
          smtp_tls_secure_cert_match: options.verify.name,
        }
      : {}),
    ...(options.sizeMax === undefined
      ? {}
      : { message_size_limit: String(options.sizeMax), mailbox_size_limit: '0' }),
    minimal_backoff_time: '1s',
    queue_run_delay: '1s',
  };
}

/** Debian's postfix, all of it in a folder of its own; needs root, as postfix does. */
export async function startPostfix(options: NeighbourOptions = {}): Promise<Neighbour> {
  const folder = makeFolder();
  // Its programs run as users of their own.
  chmodSync(folder, 0o755);
  const domain = options.domain ?? 'elsewhere.test';
  const hostname = `mx.${domain}`;
  const port = await freePort();
  makeFolders(folder, ['postfix', 'queue', 'state', 'mail']);
  chownSync(join(folder, 'state'), idsOf('postfix').uid, 0);
  const { uid, gid } = idsOf('mail');
  chownSync(join(folder, 'mail'), uid, gid);
  const { pem, authority } = await certificateFor(folder, hostname);
  if (options.verify) writeFileSync(join(folder, 'trusted.pem'), options.verify.authority);
  const config = join(folder, 'postfix');
  const settings = Object.entries(settingsOf(folder, { domain, hostname }, pem, options));
  writeFileSync(join(config, 'main.cf'), settings.map(([key, value]) => `${key} = ${value}\n`).join(''));
  writeFileSync(join(config, 'master.cf'), masterText(port));
  const log = join(folder, 'postfix.log');
  const logged = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  const stop = async () => {
    await run('postfix', ['-c', config, 'stop']);
    removeFolder(folder);
  };
  const started = await run('postfix', ['-c', config, 'start']);
  if (started.code !== 0) {
    const why = `${started.said}\n${logged()}`;
    removeFolder(folder);
    throw new Error(`postfix did not start: ${why}`);
  }
  await eventually('postfix', () => (/daemon started/.test(logged()) ? true : undefined));
  return {
    name: 'postfix',
    domain,
    hostname,
    port,
    authority,
    arrived: () => readMaildir(join(folder, 'mail/inbox')),
    give: (from, to, message, parameters) => giveBySmtp({ port }, from, to, message, parameters),
    logged,
    stop,
  };
}
