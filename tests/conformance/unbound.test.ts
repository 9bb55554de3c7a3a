import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGetHttps, createResolver, type Resolver } from '../../src/net/index.ts';
import { silentLog } from '../../src/observability/index.ts';
import { createRouter, createTlsPolicies } from '../../src/smtp/index.ts';
import { makeFolder, missingTool, openTestDns, removeFolder } from '../../src/testing/index.ts';

const title = 'a resolver that validates (unbound)';
const present = ['unbound', 'ldns-signzone'].every((tool) => spawnSync(tool, ['-h']).error === undefined);

const records = `
@ IN SOA ns hostmaster 1 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
@ IN MX 10 mx
mx IN A 127.0.0.1
_25._tcp.mx IN TLSA 3 1 1 ${'07'.repeat(32)}
www IN CNAME mx
`;

/** A zone file, and what unbound needs to believe it. */
function zoneIn(folder: string, name: string, kind: 'signed' | 'forged' | 'plain'): string {
  const file = join(folder, name);
  writeFileSync(file, `$ORIGIN ${name}.\n$TTL 300\n${records}`);
  let anchor = '';
  if (kind !== 'plain') {
    const key = execFileSync('ldns-keygen', ['-a', 'ECDSAP256SHA256', '-k', name], {
      cwd: folder,
      encoding: 'utf8',
    });
    execFileSync('ldns-signzone', ['-n', file, key.trim()], { cwd: folder });
    // One octet of what was signed is another.
    const signed = readFileSync(`${file}.signed`, 'utf8');
    writeFileSync(file, kind === 'forged' ? signed.replace(/07(?=\n)/, '08') : signed);
    anchor = `server:\n  trust-anchor-file: "${join(folder, key.trim())}.ds"\n`;
  }
  return `${anchor}auth-zone:\n  name: "${name}."\n  zonefile: "${file}"\n  for-downstream: no\n  for-upstream: yes\n`;
}

async function startUnbound(folder: string, port: number): Promise<ChildProcess> {
  const zones = [
    zoneIn(folder, 'signed.test', 'signed'),
    zoneIn(folder, 'forged.test', 'forged'),
    zoneIn(folder, 'plain.test', 'plain'),
  ];
  const settings = [
    `interface: 127.0.0.1@${port}`,
    'do-daemonize: no',
    'chroot: ""',
    'username: ""',
    'pidfile: ""',
    'use-syslog: no',
    'verbosity: 1',
    `directory: "${folder}"`,
    // test. is answered by unbound itself otherwise (RFC 6761).
    'local-zone: "test." nodefault',
  ];
  const file = join(folder, 'unbound.conf');
  writeFileSync(file, `server:\n  ${settings.join('\n  ')}\n${zones.join('')}`);
  const unbound = spawn('unbound', ['-d', '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    unbound.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('start of service')) resolve();
    });
    unbound.once('exit', () => reject(new Error(`unbound did not start: ${said}`)));
  });
  return unbound;
}

/** A port that was free a moment ago, for UDP and TCP. */
async function freePort(): Promise<number> {
  const server = await openTestDns();
  await server.close();
  return server.port;
}

if (!present) missingTool(title, 'unbound or ldns-signzone (Debian: unbound, ldnsutils) is not installed');
else {
  describe(title, () => {
    let folder = '';
    let unbound: ChildProcess;
    let resolver: Resolver;
    beforeAll(async () => {
      folder = makeFolder();
      const port = await freePort();
      unbound = await startUnbound(folder, port);
      resolver = createResolver({ servers: [{ host: '127.0.0.1', port }] });
    });
    afterAll(async () => {
      resolver.close();
      const ended = new Promise((resolve) => unbound.once('exit', resolve));
      unbound.kill();
      await ended;
      removeFolder(folder);
    });

    test('what is signed is secure: records, aliases, and that there is nothing', async () => {
      expect(await resolver.mx('signed.test')).toMatchObject({
        secure: true,
        records: [{ exchange: 'mx.signed.test' }],
      });
      expect(await resolver.a('www.signed.test')).toEqual({
        records: ['127.0.0.1'],
        secure: true,
        name: 'mx.signed.test',
      });
      expect(await resolver.aaaa('mx.signed.test')).toMatchObject({ secure: true, records: [] });
      await expect(resolver.a('no.signed.test')).rejects.toMatchObject({ failure: 'nxdomain', secure: true });
    });

    test('what is not signed is not', async () => {
      expect(await resolver.mx('plain.test')).toMatchObject({ secure: false, records: [{ preference: 10 }] });
      expect(await resolver.aaaa('mx.plain.test')).toMatchObject({ secure: false, records: [] });
    });

    test('what was changed after it was signed is no answer', async () => {
      expect(await resolver.mx('forged.test')).toMatchObject({ secure: true });
      await expect(resolver.tlsa('_25._tcp.mx.forged.test')).rejects.toMatchObject({ failure: 'servfail' });
    });

    test.each([
      [
        'signed.test',
        { kind: 'dane', records: [{ usage: 3, selector: 1, matching: 1, data: Buffer.alloc(32, 7) }] },
      ],
      ['plain.test', { kind: 'opportunistic' }],
      ['forged.test', { kind: 'refused', failure: 'dnssec-invalid' }],
    ])('how TLS with the host of %s must be', async (domain, rule) => {
      const common = { resolver, ipv6: () => false };
      const router = createRouter({
        ...common,
        isOurs: () => false,
        settings: () => ({ hostname: 'mail.coop.test', relay: null, port: 25, privateAddresses: true }),
      });
      const policies = createTlsPolicies({
        ...common,
        https: createGetHttps(),
        log: silentLog,
        privateAddresses: () => true,
      });
      const route = await router.route(domain);
      const hop = route.kind === 'hops' ? route.hops[0] : undefined;
      if (hop === undefined) throw new Error(`no way to ${domain}`);
      expect((await policies.ruleFor(domain, hop, null)).rule).toMatchObject(rule);
    });
  });
}
