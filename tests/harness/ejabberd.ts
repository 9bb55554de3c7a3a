import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { accountsOf, type ChatNeighbour, type ChatNeighbourOptions } from './chat-neighbour.ts';
import { idsOf } from './neighbour.ts';
import { ended, freePort } from './programs.ts';
import { eventually } from './values.ts';

export const ejabberdPrograms = ['ejabberdctl', 'erl'] as const;
/** Whom Debian's ejabberd runs as; started by another than root it runs as that. */
const user = 'ejabberd';

interface Ports {
  readonly tcp: number;
  readonly server: number;
  readonly websocket: number;
}

const list = (words: readonly string[]) => words.map((word) => JSON.stringify(word)).join(', ');

const modules = [
  ...['adhoc', 'announce', 'blocking', 'caps', 'carboncopy', 'client_state', 'disco', 'last', 'mam'],
  ...['offline', 'ping', 'privacy', 'private', 'roster', 's2s_dialback', 'stream_mgmt', 'vcard', 'version'],
];

function configText(ports: Ports, domains: readonly string[], options: ChatNeighbourOptions): string {
  const { certificate, authority, logLevel = 'info' } = options;
  const startTls = certificate === undefined ? 'false' : 'true';
  return `hosts: [${list(domains)}]
loglevel: ${logLevel}
${certificate === undefined ? '' : `certfiles: [${list([certificate.chain, certificate.key])}]`}
${authority === undefined ? '' : `ca_file: ${JSON.stringify(authority)}`}
listen:
  - { port: ${ports.tcp}, ip: "127.0.0.1", module: ejabberd_c2s, access: c2s, starttls: ${startTls} }
  - { port: ${ports.server}, ip: "127.0.0.1", module: ejabberd_s2s_in }
  - port: ${ports.websocket}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /xmpp-websocket: ejabberd_http_ws
      /api: mod_http_api
acl:
  local: { user_regexp: "" }
  loopback: { ip: [127.0.0.0/8] }
access_rules:
  local: { allow: local }
  c2s: { allow: all }
api_permissions:
  "accounts of tests":
    who: { access: { allow: { acl: loopback } } }
    what: [register]
auth_method: internal
auth_password_format: scram
auth_scram_hash: sha256
outgoing_s2s_families: [ipv4]
s2s_use_starttls: ${certificate === undefined ? 'false' : authority === undefined ? 'optional' : 'required'}
s2s_dns_retries: 1
modules:
${modules
  .filter((name) => authority === undefined || name !== 's2s_dialback')
  .map((name) => `  mod_${name}: ${name === 'mam' ? '{ default: always }' : '{}'}`)
  .join('\n')}
  mod_muc: { host: "rooms.@HOST@" }
  mod_pubsub: { plugins: [flat, pep] }
`;
}

/**
 * SRV records are asked for at `nameServer`, and nowhere else; their targets are looked up by the C library, which asks
 * the machine: `localhost` is a target that it knows.
 */
function resolverText(nameServer: string | undefined): string {
  const [host = '127.0.0.1', port = '9'] = nameServer?.split(':') ?? [];
  const address = host.split('.').join(',');
  return `{lookup, [file, dns]}.\n{hosts_file, ""}.\n{resolv_conf, ""}.\n{nameserver, {${address}}, ${port}}.\n`;
}

/** Debian's ejabberd in a folder of its own, on 127.0.0.1 and on no Erlang network. */
export async function startEjabberd(options: ChatNeighbourOptions = {}): Promise<ChatNeighbour> {
  const folder = makeFolder();
  const domain = options.domain ?? 'ejabberd.test';
  const ports = { tcp: await freePort(), server: await freePort(), websocket: await freePort() };
  const log = join(folder, 'ejabberd.log');
  writeFileSync(
    join(folder, 'ejabberd.yml'),
    configText(ports, [domain, ...(options.otherDomains ?? [])], options),
  );
  writeFileSync(join(folder, 'inetrc'), resolverText(options.nameServer));
  const child = startErlang(folder, log);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (said += bytes));
  const logged = () => (existsSync(log) ? readFileSync(log, 'utf8') : '') + said;
  const close = async () => {
    await ended(child);
    removeFolder(folder);
  };
  try {
    await eventually('ejabberd', () => {
      if (child.exitCode !== null) throw new Error(`ejabberd did not start: ${logged().slice(-2000)}`);
      return /ejabberd .* is started in the node/.test(logged()) ? true : undefined;
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name: 'ejabberd',
    domain,
    ports,
    addMember: accountsOf(async (local, at, password) => {
      const answer = await fetch(`http://127.0.0.1:${ports.websocket}/api/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user: local, host: at, password }),
      });
      if (!answer.ok) throw new Error(`register ${local} ${at}: ${await answer.text()}`);
    }),
    pid: child.pid ?? 0,
    logged,
    close,
  };
}

/** Erlang without the script of the package: no node name, so that no daemon of Erlang is started or asked. */
function startErlang(folder: string, log: string): ChildProcess {
  const spool = join(folder, 'spool');
  mkdirSync(spool);
  let ids = {};
  if (process.getuid?.() === 0) {
    ids = idsOf(user);
    const { uid, gid } = idsOf(user);
    for (const name of ['', ...readdirSync(folder)]) chownSync(join(folder, name), uid, gid);
  }
  chmodSync(folder, 0o755);
  const args = ['+K', 'true', '-noinput', '-mnesia', 'dir', `"${spool}"`, '-s', 'ejabberd'];
  return spawn('erl', args, {
    cwd: spool,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...ids,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      ERL_LIBS: '/usr/lib/x86_64-linux-gnu',
      ERL_INETRC: join(folder, 'inetrc'),
      ERL_CRASH_DUMP: join(folder, 'crash.dump'),
      EJABBERD_CONFIG_PATH: join(folder, 'ejabberd.yml'),
      EJABBERD_LOG_PATH: log,
    },
  });
}
