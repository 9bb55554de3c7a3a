import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatStsPolicy, type StsPolicy, stsPolicyId } from '../../formats/dns-text/index.ts';
import { createCertificates, type DnsAnswer, DnsError, type Resolver } from '../../net/index.ts';
import { silentLog } from '../../observability/index.ts';
import { makeFolder, removeFolder } from '../../testing/index.ts';
import { stringOctetsMax, ttlSeconds } from '../limits.ts';
import { reverseName } from './addresses.ts';
import { checkAll, checkedText, type Facts, isBad, toPublish, type ZoneRecord, zoneText } from './index.ts';
import { recordKinds } from './kinds/index.ts';
import { zoneData, zoneLine } from './zone.ts';

const domain = 'coop.example';
const hostname = 'mail.coop.example';
const stsPolicy: StsPolicy = { mode: 'enforce', mx: [hostname], maxAgeSeconds: 604_800 };
const longKey = `v=DKIM1; k=rsa; p=${'A'.repeat(392)}`;

let facts: Facts;
let ours: { tlsa: (usage: number) => Buffer };

beforeAll(async () => {
  const dir = makeFolder();
  const hostnames = [hostname];
  const made = await createCertificates({ mode: 'self-signed', dir, hostnames }, { log: silentLog });
  made.close();
  const read = (file: string) => new X509Certificate(readFileSync(join(dir, file), 'utf8'));
  const [leaf, authority] = [read('server.pem'), read('authority.crt')];
  removeFolder(dir);
  facts = {
    hostname,
    addresses: ['203.0.113.5', '2001:db8::5'],
    relay: null,
    certificate: { leaf, chain: [authority], own: true },
    signing: (of) => [
      { name: `a1._domainkey.${of}`, value: longKey, selector: 'a1', state: 'active' },
      { name: `b2._domainkey.${of}`, value: 'v=DKIM1; k=ed25519; p=BBBB', selector: 'b2', state: 'pending' },
      { name: `c3._domainkey.${of}`, value: 'v=DKIM1; k=rsa; p=CCCC', selector: 'c3', state: 'retired' },
    ],
    stsPolicy,
    services: [
      { label: '_imaps._tcp', host: hostname, port: 993 },
      { label: '_caldavs._tcp', host: hostname, port: 443, text: 'path=/dav/' },
      { label: '_xmpp-server._tcp', host: hostname, port: 5269, below: ['rooms', 'upload'] },
    ],
    reportAddress: (kind, of) => `${kind}-reports@${of}`,
  };
  const digest = (of: X509Certificate) =>
    createHash('sha256')
      .update(of.publicKey.export({ type: 'spki', format: 'der' }))
      .digest();
  ours = { tlsa: (usage) => digest(usage === 3 ? leaf : authority) };
});

/** What stands in the DNS: `TYPE name` and its records. A failure in place of records is what the DNS answers. */
type Zone = Record<string, readonly unknown[] | 'servfail' | 'timeout'>;

function resolverOf(zone: Zone, secure: readonly string[] = []): Resolver {
  const ask = async <T>(type: string, name: string): Promise<DnsAnswer<T>> => {
    const found = zone[`${type} ${name}`];
    const vouched = secure.includes(name);
    if (found === 'servfail' || found === 'timeout') throw new DnsError(found, name);
    if (found !== undefined) return { records: found as readonly T[], secure: vouched, name };
    const alias = zone[`CNAME ${name}`]?.[0];
    if (typeof alias === 'string' && type !== 'CNAME') return ask(type, alias);
    if (Object.keys(zone).some((key) => key.endsWith(` ${name}`)))
      return { records: [], secure: vouched, name };
    throw new DnsError('nxdomain', name, vouched);
  };
  return {
    mx: (name) => ask('MX', name),
    a: (name) => ask('A', name),
    aaaa: (name) => ask('AAAA', name),
    txt: (name) => ask('TXT', name),
    cname: (name) => ask('CNAME', name),
    ns: (name) => ask('NS', name),
    srv: (name) => ask('SRV', name),
    tlsa: (name) => ask('TLSA', name),
    caa: (name) => ask('CAA', name),
    ptr: (address) => ask('PTR', address),
    close: () => {},
  };
}

/** Everything as `myco dns show` says, read by a resolver. */
function published(): Zone {
  return {
    [`A ${hostname}`]: ['203.0.113.5'],
    [`AAAA ${hostname}`]: ['2001:db8::5'],
    [`TXT ${hostname}`]: ['v=spf1 a -all'],
    'PTR 203.0.113.5': [hostname],
    'PTR 2001:db8::5': [hostname],
    [`TLSA _25._tcp.${hostname}`]: [
      { usage: 3, selector: 1, matching: 1, data: ours.tlsa(3) },
      { usage: 2, selector: 1, matching: 1, data: ours.tlsa(2) },
    ],
    [`CAA ${domain}`]: [{ critical: false, tag: 'issue', value: 'letsencrypt.org' }],
    [`MX ${domain}`]: [{ preference: 10, exchange: hostname }],
    [`TXT ${domain}`]: ['some-proof=1', `v=spf1 a:${hostname} -all`],
    [`TXT a1._domainkey.${domain}`]: [longKey],
    [`TXT b2._domainkey.${domain}`]: ['v=DKIM1; k=ed25519; p=BBBB'],
    [`TXT c3._domainkey.${domain}`]: ['v=DKIM1; k=rsa; p=CCCC'],
    [`TXT _dmarc.${domain}`]: [`v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@${domain}`],
    [`TXT _mta-sts.${domain}`]: [`v=STSv1; id=${stsPolicyId(stsPolicy)};`],
    [`CNAME mta-sts.${domain}`]: [hostname],
    [`TXT _smtp._tls.${domain}`]: [`v=TLSRPTv1; rua=mailto:tls-reports@${domain}`],
    [`CNAME autoconfig.${domain}`]: [hostname],
    [`CNAME autodiscover.${domain}`]: [hostname],
    [`SRV _imaps._tcp.${domain}`]: [{ priority: 0, weight: 1, port: 993, target: hostname }],
    [`SRV _caldavs._tcp.${domain}`]: [{ priority: 0, weight: 1, port: 443, target: hostname }],
    [`TXT _caldavs._tcp.${domain}`]: ['path=/dav/'],
    ...Object.fromEntries(
      ['', 'rooms.', 'upload.'].map((below) => [
        `SRV _xmpp-server._tcp.${below}${domain}`,
        [{ priority: 0, weight: 1, port: 5269, target: hostname }],
      ]),
    ),
    [`TXT default._bimi.${domain}`]: ['v=BIMI1; l=https://coop.example/sign.svg; a='],
  };
}

const signed = [hostname, `_25._tcp.${hostname}`];

interface Changes {
  readonly zone?: Zone;
  readonly without?: readonly string[];
  readonly facts?: Partial<Facts>;
  readonly secure?: readonly string[];
  readonly policy?: () => Promise<string>;
}

async function check(changes: Changes = {}) {
  const zone = { ...published(), ...changes.zone };
  for (const key of changes.without ?? []) delete zone[key];
  const asking = {
    resolver: resolverOf(zone, changes.secure ?? signed),
    fetchPolicy: changes.policy ?? (async () => formatStsPolicy(stsPolicy)),
  };
  return checkAll([domain], { ...facts, ...changes.facts }, asking, new AbortController().signal);
}

/** The verdicts of one kind as `state: what was said`. */
async function verdictsOf(kind: string, changes: Changes = {}): Promise<string[]> {
  const all = await check(changes);
  return all.filter((one) => one.kind === kind).map(({ state, said }) => `${state}: ${said}`);
}

describe('what is published as it is shown', () => {
  test('is right in every point', async () => {
    const all = await check();
    expect(all.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(recordKinds.map(({ name }) => name)));
    expect(all.some(isBad)).toBe(false);
    expect(checkedText(all)).toMatch(/\n\n\d+ ok: nothing that mail needs is missing$/);
  });

  test('and nothing published is missing, where mail needs it with status 1', async () => {
    const all = await checkAll(
      [domain],
      facts,
      { resolver: resolverOf({}), fetchPolicy: () => Promise.reject(new Error('no address')) },
      new AbortController().signal,
    );
    expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['missing', 'wrong']));
    const bad = all.filter(isBad).map(({ kind, at }) => `${kind} ${at}`);
    expect(bad).toEqual([
      `address ${hostname}`,
      `MX ${domain}`,
      `SPF ${domain}`,
      `DKIM a1._domainkey.${domain}`,
      `DMARC _dmarc.${domain}`,
    ]);
    expect(checkedText(all)).toContain(`publish: ${domain}. MX 10 ${hostname}.`);
  });

  test('and a DNS that does not answer is unknown, never missing', async () => {
    const silent = new Proxy({} as Resolver, {
      get: () => () => Promise.reject(new DnsError('timeout', 'anything')),
    });
    const asking = { resolver: silent, fetchPolicy: async () => '' };
    const all = await checkAll([domain], facts, asking, new AbortController().signal);
    expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['unknown']));
    expect(all.some(isBad)).toBe(false);
  });
});

describe('verdicts', () => {
  const host = (records: readonly string[]): Zone => ({ [`A ${hostname}`]: records });
  const txt = (name: string, ...records: string[]): Changes => ({ zone: { [`TXT ${name}`]: records } });
  const spf = (...records: string[]) => txt(domain, ...records);
  const dmarc = (...records: string[]) => txt(`_dmarc.${domain}`, ...records);
  const mxTo = (...exchanges: string[]): Changes => ({
    zone: { [`MX ${domain}`]: exchanges.map((exchange, at) => ({ preference: at, exchange })) },
  });
  const eleven = Array.from({ length: 11 }, (_, at) => `a:h${at}.coop.example`).join(' ');

  test.each<[string, Changes, string]>([
    ['address', { zone: host(['10.0.0.1']) }, 'wrong: leads to 10.0.0.1, which nobody outside can reach'],
    [
      'address',
      { zone: host(['198.51.100.9']), without: [`AAAA ${hostname}`] },
      'warning: leads to 198.51.100.9; this machine has 203.0.113.5 and 2001:db8::5',
    ],
    ['address', { zone: { [`CNAME ${hostname}`]: ['x.example'] } }, 'wrong: is an alias of x.example'],
    ['address', { zone: { [`A ${hostname}`]: 'servfail' } }, 'unknown: the DNS gave no answer (servfail)'],
    ['reverse', { without: ['PTR 203.0.113.5'] }, 'missing: 203.0.113.5 has no name'],
    [
      'reverse',
      { zone: { 'PTR 203.0.113.5': ['host5.isp.example'] } },
      'wrong: 203.0.113.5 is host5.isp.example, which does not lead back to it',
    ],
    [
      'reverse',
      { zone: { 'PTR 203.0.113.5': ['host5.isp.example'], 'A host5.isp.example': ['203.0.113.5'] } },
      `warning: 203.0.113.5 is host5.isp.example, not ${hostname}`,
    ],
    ['reverse', { zone: { 'PTR 203.0.113.5': 'timeout' } }, 'unknown: the DNS gave no answer (timeout)'],
    ['MX', mxTo('mx.elsewhere.example'), 'wrong: mail goes to mx.elsewhere.example'],
    ['MX', mxTo(''), 'wrong: says that the domain takes no mail (null MX)'],
    ['MX', mxTo(hostname, 'mx2.example'), `warning: mail goes to ${hostname} and mx2.example`],
    ['SPF', spf('other'), 'missing: nobody is named who may send in its name'],
    ['SPF', spf('v=spf1 -all', 'v=spf1 mx -all'), 'wrong: 2 records, of which none counts'],
    ['SPF', spf('v=spf1 mxx -all'), "wrong: cannot be read: 'mxx' is no term of SPF"],
    ['SPF', spf('v=spf1 mx +all'), 'wrong: ends in +all: anybody may send in your name'],
    ['SPF', spf('v=spf1 mx ?all'), 'warning: ends in ?all: it says nothing of who else may send'],
    ['SPF', spf('v=spf1 mx'), 'warning: does not say what holds for others'],
    [
      'SPF',
      spf('v=spf1 ip4:203.0.113.0/24 -all'),
      'wrong: "v=spf1 ip4:203.0.113.0/24 -all" does not name 2001:db8::5',
    ],
    [
      'SPF',
      { ...spf('v=spf1 -all'), facts: { relay: 'relay.example' } },
      'warning: "v=spf1 -all" does not name',
    ],
    ['SPF', spf(`v=spf1 ${eleven} mx -all`), 'wrong: "v=spf1 a:h0.coop.example'],
    ['SPF', spf('v=spf1 mx ~all'), 'ok: "v=spf1 mx ~all", 1 of 10 look-ups'],
    ['SPF of HELO', { without: [`TXT ${hostname}`] }, 'missing: nobody is named'],
    ['DKIM', { without: [`TXT a1._domainkey.${domain}`] }, 'missing: the active key is not published'],
    [
      'DKIM',
      txt(`a1._domainkey.${domain}`, 'v=DKIM1; p=AAAA'),
      'wrong: found another key: "v=DKIM1; p=AAAA"',
    ],
    ['DKIM', txt(`a1._domainkey.${domain}`, longKey, longKey), 'wrong: 2 keys stand at one name'],
    ['DKIM', txt(`a1._domainkey.${domain}`, 'v=DKIM1; p=!'), 'wrong: cannot be read: p= is no base64'],
    [
      'DKIM',
      txt(`a1._domainkey.${domain}`, longKey.replace('p=', 't=y; p=')),
      'warning: has t=y: receivers may treat what it signs as unsigned',
    ],
    ['DKIM', { facts: { signing: () => [] } }, 'missing: there is no signing key'],
    ['DMARC', dmarc('v=DMARC1; p=none', 'v=DMARC1; p=none'), 'wrong: 2 records, of which none counts'],
    ['DMARC', dmarc('v=DMARC1; p=nope'), 'wrong: cannot be read: p=nope'],
    ['DMARC', dmarc('v=DMARC1; p=none'), 'warning: "v=DMARC1; p=none" asks for no reports'],
    [
      'DMARC',
      dmarc('v=DMARC1; p=none; rua=mailto:a@reports.example'),
      'warning: reports are to go to reports.example, which does not say that it wants them',
    ],
    ['DMARC', dmarc(`v=DMARC1; p=none; rua=mailto:a@${domain}`), 'ok: "v=DMARC1; p=none; rua='],
    [
      'MTA-STS',
      { without: [`TXT _mta-sts.${domain}`] },
      'missing: others are not told that there is a policy',
    ],
    ['MTA-STS', txt(`_mta-sts.${domain}`, 'v=STSv1; id=1'), 'wrong: has id 1, the policy of this server has'],
    ['MTA-STS', { without: [`CNAME mta-sts.${domain}`] }, 'missing: the policy has no address'],
    ['MTA-STS', { policy: () => Promise.reject(new Error('closed')) }, 'wrong: cannot be fetched: closed'],
    ['MTA-STS', { policy: async () => '<html>' }, "wrong: cannot be read: '<html>' is no line"],
    [
      'MTA-STS',
      { policy: async () => formatStsPolicy({ ...stsPolicy, mx: ['other.example'] }) },
      `wrong: does not name ${hostname}: others may not send there`,
    ],
    [
      'MTA-STS',
      { policy: async () => formatStsPolicy({ ...stsPolicy, mode: 'testing' }) },
      'wrong: is another one than this server has',
    ],
    ['TLSRPT', { without: [`TXT _smtp._tls.${domain}`] }, 'missing: nobody is told where to report'],
    ['TLSRPT', txt(`_smtp._tls.${domain}`, 'v=TLSRPTv1'), 'wrong: cannot be read: there is no rua='],
    ['DANE', { secure: [] }, 'warning: is there, and counts for nothing: no DNSSEC vouches for it'],
    ['DANE', { secure: [], without: [`TLSA _25._tcp.${hostname}`] }, 'missing: the zone is not signed'],
    [
      'DANE',
      { without: [`TLSA _25._tcp.${hostname}`] },
      'missing: the zone is signed, yet no certificate is named',
    ],
    ['DANE', { facts: { certificate: null } }, 'unknown: the certificate in use cannot be read'],
    [
      'autoconfig',
      { without: [`CNAME autoconfig.${domain}`] },
      'missing: programs do not find the settings there',
    ],
    [
      'autoconfig',
      { zone: { [`CNAME autoconfig.${domain}`]: ['x.example'], 'A x.example': ['192.0.2.1'] } },
      `wrong: leads to 192.0.2.1, not to ${hostname}`,
    ],
    ['SRV', { without: [`SRV _imaps._tcp.${domain}`] }, 'missing: programs do not find it'],
    [
      'SRV',
      { zone: { [`SRV _imaps._tcp.${domain}`]: [{ priority: 0, weight: 0, port: 1, target: 'x' }] } },
      'wrong: leads to x port 1',
    ],
    ['SRV', { without: [`SRV _xmpp-server._tcp.rooms.${domain}`] }, 'missing: programs do not find it'],
    ['SRV', { without: [`TXT _caldavs._tcp.${domain}`] }, 'missing: programs ask the server for the path'],
    ['SRV', txt(`_caldavs._tcp.${domain}`, 'path=/remote.php/dav/'), 'wrong: "path=/remote.php/dav/"'],
    ['CAA', { without: [`CAA ${domain}`] }, 'missing: any authority may make certificates'],
    [
      'BIMI',
      txt(`default._bimi.${domain}`, 'v=BIMI1; l=http://x/y.png'),
      'wrong: "v=BIMI1; l=http://x/y.png": l=',
    ],
    [
      'BIMI',
      dmarc(`v=DMARC1; p=none; rua=mailto:a@${domain}`),
      'warning: "v=BIMI1; l=https://coop.example/sign.svg; a="',
    ],
  ])('%s: %#', async (kind, changes, expected) => {
    expect(await verdictsOf(kind, changes)).toContainEqual(expect.stringContaining(expected));
  });

  test('a certificate that DANE does not name stops mail; one of two is a change under way', async () => {
    const at = `TLSA _25._tcp.${hostname}`;
    const other = { usage: 3, selector: 1, matching: 1, data: Buffer.alloc(32) };
    const right = { ...other, data: ours.tlsa(3) };
    const stopped = (await check({ zone: { [at]: [other] } })).filter(isBad);
    expect(stopped.map(({ kind, state }) => [kind, state])).toEqual([['DANE', 'wrong']]);
    expect(await verdictsOf('DANE', { zone: { [at]: [right, other] } })).toEqual([
      'warning: 3 1 1 matches, 1 other does not',
    ]);
  });

  test('with a relay, and with no policy, less is asked', async () => {
    expect(
      await verdictsOf('MTA-STS', {
        facts: { stsPolicy: { ...stsPolicy, mode: 'none' } },
        without: [`TXT _mta-sts.${domain}`],
      }),
    ).toEqual(['ok: not used: mail.mtaSts.mode is none']);
    const all = await check({
      facts: { relay: 'relay.example' },
      without: ['PTR 203.0.113.5', 'PTR 2001:db8::5'],
    });
    expect(all.some(isBad)).toBe(false);
    expect(await verdictsOf('SPF', { facts: { relay: 'relay.example' } })).toEqual([
      expect.stringContaining("is for that server's operator to say"),
    ]);
  });
});

describe('the zone file', () => {
  test('has what a check finds right, once, with absolute names', () => {
    const text = zoneText(toPublish([domain, 'two.example'], facts));
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
    for (const line of lines)
      expect(line).toMatch(new RegExp(`^\\S+\\. ${ttlSeconds} IN (A|AAAA|MX|TXT|CNAME|SRV|TLSA|CAA) \\S`));
    expect(lines).toContain(`${domain}. ${ttlSeconds} IN MX 10 ${hostname}.`);
    expect(lines).toContain(`two.example. ${ttlSeconds} IN TXT "v=spf1 a:${hostname} -all"`);
    expect(lines).toContain(`mta-sts.two.example. ${ttlSeconds} IN CNAME ${hostname}.`);
    expect(lines.filter((line) => line.includes(' A '))).toEqual([
      `${hostname}. ${ttlSeconds} IN A 203.0.113.5`,
    ]);
    expect(text).toContain(`; 5.113.0.203.in-addr.arpa. ${ttlSeconds} IN PTR ${hostname}.`);
    expect(text).toContain(
      `_25._tcp.${hostname}. ${ttlSeconds} IN TLSA 3 1 1 ${ours.tlsa(3).toString('hex')}`,
    );
    expect(text).toContain(' TLSA 2 1 1 ');
    expect(text).toContain('; signs once it is seen in the DNS, or after `myco dkim activate`');
    expect(text).toContain('; BIMI (optional)');
    expect(new Set(lines).size).toBe(lines.length);
  });

  test(`a text is cut into strings of ${stringOctetsMax} octets, and escaped`, () => {
    const record = (text: string): ZoneRecord => ({ name: 'x', type: 'TXT', text });
    const strings = zoneData(record(longKey)).match(/"[^"]*"/g) ?? [];
    expect(strings.map((one) => one.length - 2)).toEqual([stringOctetsMax, longKey.length - stringOctetsMax]);
    expect(strings.map((one) => one.slice(1, -1)).join('')).toBe(longKey);
    expect(zoneData(record('a "b" \\ é'))).toBe('"a \\"b\\" \\\\ \\195\\169"');
    expect(zoneData(record(''))).toBe('""');
    expect(zoneLine({ name: 'x', type: 'CAA', flags: 0, tag: 'issue', value: 'ca.example' })).toBe(
      `x. ${ttlSeconds} IN CAA 0 issue "ca.example"`,
    );
  });

  test('a machine without a public address says what to do instead', () => {
    const text = zoneText(toPublish([domain], { ...facts, addresses: [], certificate: null }));
    expect(text).toContain('publish A and AAAA of the address that leads to it');
    expect(text).toContain('; there is no certificate yet');
  });
});

test('names of reverse zones', () => {
  expect(reverseName('192.0.2.1')).toBe('1.2.0.192.in-addr.arpa');
  expect(reverseName('2001:db8::1')).toBe(
    '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  );
});
