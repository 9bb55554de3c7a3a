import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { accountsOf, type ChatNeighbour, type ChatNeighbourOptions } from './chat-neighbour.ts';
import { ended, freePort, startListening } from './programs.ts';
import { findTool, run } from './tools.ts';

export const prosodyPrograms = ['prosody', 'prosodyctl'] as const;

const modules = [
  ...['roster', 'saslauth', 'tls', 'dialback', 'disco', 'carbons', 'pep', 'private', 'blocklist', 'vcard4'],
  ...[
    'vcard_legacy',
    'version',
    'uptime',
    'time',
    'ping',
    'mam',
    'csi_simple',
    'smacks',
    'websocket',
    'http',
  ],
  ...['register_ibr', 's2s_bidi', 'presence', 'message', 'iq', 'offline', 'c2s', 's2s', 's2s_auth_certs'],
];

interface Ports {
  readonly tcp: number;
  readonly server: number;
  readonly websocket: number;
  readonly serverTls: number;
}

const list = (words: readonly string[]) => words.map((word) => JSON.stringify(word)).join('; ');

/** Where names are looked up (libunbound asks no name server of this machine and none for `test.` unless told), and that a server without certificate may be believed by dialback. */
function federationText({ nameServer, authority }: ChatNeighbourOptions): string {
  const resolver =
    nameServer === undefined
      ? ''
      : `unbound = {
  resolvconf = false; hoststxt = false;
  forward = ${JSON.stringify(nameServer.replace(':', '@'))};
  options = {
    ["do-not-query-localhost:"] = "no"; ["module-config:"] = "iterator"; ["local-zone:"] = "test. transparent";
  };
}`;
  return `${resolver}
s2s_require_encryption = ${authority !== undefined}
s2s_secure_auth = ${authority !== undefined}
use_ipv6 = false`;
}

function configText(folder: string, ports: Ports, domain: string, options: ChatNeighbourOptions): string {
  const { certificate, authority } = options;
  const trust = authority === undefined ? '' : `; cafile = ${JSON.stringify(authority)}`;
  const tls =
    certificate === undefined
      ? ''
      : `ssl = { certificate = ${JSON.stringify(certificate.chain)}; key = ${JSON.stringify(certificate.key)}${trust} }`;
  return `run_as_root = true
pidfile = ${JSON.stringify(join(folder, 'prosody.pid'))}
data_path = ${JSON.stringify(join(folder, 'data'))}
certificates = ${JSON.stringify(folder)}
plugin_paths = {}
modules_enabled = { ${list(modules)} }
modules_disabled = { "posix" }
daemonize = false
interfaces = { "127.0.0.1" }
c2s_ports = { ${ports.tcp} }
s2s_ports = { ${ports.server} }
c2s_direct_tls_ports = {}
s2s_direct_tls_ports = { ${certificate === undefined ? '' : ports.serverTls} }
http_ports = { ${ports.websocket} }
https_ports = {}
http_default_host = ${JSON.stringify(domain)}
http_interfaces = { "127.0.0.1" }
consider_websocket_secure = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_hashed"
storage = "internal"
limits = {}
archive_expires_after = "1w"
default_iteration_count = 4096
${federationText(options)}
${tls}
log = { { levels = { min = "${options.logLevel ?? 'info'}" }; to = "file"; filename = ${JSON.stringify(join(folder, 'log'))} } }
${[domain, ...(options.otherDomains ?? [])].map((name) => `VirtualHost ${JSON.stringify(name)}`).join('\n')}
Component ${JSON.stringify(`rooms.${domain}`)} "muc"
  modules_enabled = { "muc_mam" }
`;
}

/** Debian's Prosody in a folder of its own, on 127.0.0.1. */
export async function startProsody(options: ChatNeighbourOptions = {}): Promise<ChatNeighbour> {
  const folder = makeFolder();
  mkdirSync(join(folder, 'data'));
  const domain = options.domain ?? 'prosody.test';
  const ports = {
    tcp: await freePort(),
    server: await freePort(),
    websocket: await freePort(),
    serverTls: await freePort(),
  };
  const config = join(folder, 'prosody.cfg.lua');
  const log = join(folder, 'log');
  writeFileSync(config, configText(folder, ports, domain, options));
  const program = (name: (typeof prosodyPrograms)[number]) => findTool(name) ?? name;
  const args = ['--root', '--config', config, '-F'];
  const child = await startListening(program('prosody'), args, ports.tcp, log);
  const control = program('prosodyctl');
  return {
    name: 'prosody',
    domain,
    ports,
    serverTlsPort: ports.serverTls,
    addMember: accountsOf(async (local, at, password) => {
      const made = await run(control, ['--root', '--config', config, 'register', local, at, password]);
      if (made.code !== 0) throw new Error(`prosodyctl register ${local} ${at}: ${made.said}`);
    }),
    pid: child.pid ?? 0,
    logged: () => readFileSync(log, 'utf8'),
    async close() {
      await ended(child);
      removeFolder(folder);
    },
  };
}
