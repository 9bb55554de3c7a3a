import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock, systemClock } from '../../../base/index.ts';
import { createGetHttps, createResolver, type Resolver } from '../../../net/index.ts';
import { silentLog } from '../../../observability/index.ts';
import {
  openTestDns,
  type TestAuthority,
  type TestDns,
  testAuthority,
  tlsaOf,
} from '../../../testing/index.ts';
import type { Hop } from '../route/index.ts';
import { createTlsPolicies, judgeCertificate, memoryPolicyCache, type TlsPoliciesOptions } from './index.ts';
import { stsFetchMsMax, stsPoliciesMax, stsPolicyBytesMax, tlsaRecordsMax } from './limits.ts';

interface PolicyHost {
  readonly port: number;
  /** What it answers from now on. */
  says(answer: { status?: number; type?: string; text?: string }): void;
  readonly asked: number;
  close(): Promise<void>;
}

const nowMs = Date.UTC(2026, 10, 22);
const dayMs = 86_400_000;
let dns: TestDns;
let resolver: Resolver;
let authority: TestAuthority;
let host: PolicyHost;
let clock: ReturnType<typeof fakeClock>;

const policyText = (mode: string, mx = 'mx.far.test', age = 10 * 86_400) =>
  `version: STSv1\r\nmode: ${mode}\r\nmx: ${mx}\r\nmax_age: ${age}\r\n`;

async function openPolicyHost(names: readonly string[]): Promise<PolicyHost> {
  const { chain, key } = authority.issue(names);
  let answer = { status: 200, type: 'text/plain; charset=utf-8', text: policyText('enforce') };
  let asked = 0;
  const server = createServer({ cert: chain, key }, (request, response) => {
    asked++;
    const right = request.url === '/.well-known/mta-sts.txt';
    const headers = { 'content-type': answer.type, location: '/elsewhere' };
    response.writeHead(right ? answer.status : 404, headers).end(answer.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get asked() {
      return asked;
    },
    says(change) {
      answer = { ...answer, ...change };
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

beforeEach(async () => {
  clock = fakeClock(nowMs);
  // The handshake knows the machine's clock alone.
  authority = testAuthority({ nowMs: systemClock.nowMs() });
  host = await openPolicyHost(['mta-sts.far.test']);
  dns = await openTestDns({
    'far.test': { mx: [[1, 'mx.far.test']] },
    '_mta-sts.far.test': { txt: ['v=STSv1; id=one;'], ttl: 60 },
    'mta-sts.far.test': { a: ['127.0.0.1'] },
    'mx.far.test': { a: ['127.0.0.1'] },
  });
  resolver = createResolver({ servers: [dns], clock });
});
afterEach(async () => {
  resolver.close();
  await Promise.all([dns.close(), host.close()]);
});

function policiesOf(options: Partial<TlsPoliciesOptions> = {}) {
  return createTlsPolicies({
    resolver,
    https: createGetHttps({ authority: authority.certificate }),
    log: silentLog,
    clock,
    httpsPort: host.port,
    privateAddresses: () => true,
    ipv6: () => false,
    ...options,
  });
}

const hopTo = (more: Partial<Hop> = {}): Hop => ({
  host: 'mx.far.test',
  port: 25,
  addresses: ['127.0.0.1'],
  secure: false,
  relay: false,
  implicitTls: false,
  credentials: null,
  ...more,
});

const opportunistic = { rule: { kind: 'opportunistic' }, tested: null };

describe('MTA-STS', () => {
  test('enforced: the host must be named, and verified', async () => {
    const policies = policiesOf();
    expect(await policies.ruleFor('far.test', hopTo(), null)).toEqual({
      rule: { kind: 'pkix', why: 'mta-sts' },
      tested: null,
      basis: {
        policy: 'sts',
        policyText: ['version: STSv1', 'mode: enforce', 'mx: mx.far.test', 'max_age: 864000'],
        mxHosts: ['mx.far.test'],
        failure: null,
      },
    });
    expect(await policies.ruleFor('far.test', hopTo({ host: 'evil.test' }), null)).toMatchObject({
      rule: { kind: 'refused', status: '4.7.5', failure: 'validation-failure' },
    });
    expect(host.asked).toBe(1);
  });

  test('tested: everything is delivered, and what would have failed is known', async () => {
    host.says({ text: policyText('testing', '*.far.test') });
    const policies = policiesOf();
    expect(await policies.ruleFor('far.test', hopTo(), null)).toMatchObject({
      rule: { kind: 'opportunistic' },
      tested: { kind: 'pkix', why: 'mta-sts' },
    });
    const other = await policies.ruleFor('far.test', hopTo({ host: 'evil.test' }), null);
    expect(other).toMatchObject({ rule: { kind: 'opportunistic' }, tested: { kind: 'refused' } });
  });

  test.each([
    ['mode none', () => host.says({ text: policyText('none') })],
    ['no record', () => dns.remove('_mta-sts.far.test')],
    ['two records', () => dns.set('_mta-sts.far.test', { txt: ['v=STSv1; id=one', 'v=STSv1; id=two'] })],
    ['a record without id', () => dns.set('_mta-sts.far.test', { txt: ['v=STSv1;'] })],
    ['other records', () => dns.set('_mta-sts.far.test', { txt: ['v=spf1 -all'] })],
    ['name servers that fail', () => dns.fault('_mta-sts.far.test', 'servfail')],
  ])('%s: no policy', async (_, prepare) => {
    prepare();
    expect(await policiesOf().ruleFor('far.test', hopTo(), null)).toMatchObject({
      ...opportunistic,
      basis: { policy: 'no-policy-found', failure: null },
    });
  });

  test.each([
    ['is not there', () => host.says({ status: 404 }), 'sts-policy-fetch-error'],
    ['is elsewhere', () => host.says({ status: 301 }), 'sts-policy-fetch-error'],
    ['is of another type', () => host.says({ type: 'text/html' }), 'sts-policy-invalid'],
    ['is no policy', () => host.says({ text: 'version: STSv2' }), 'sts-policy-invalid'],
    ['is endless', () => host.says({ text: 'x'.repeat(stsPolicyBytesMax + 1) }), 'sts-policy-fetch-error'],
    ['has no address', () => dns.remove('mta-sts.far.test'), 'sts-policy-fetch-error'],
  ] as const)('a policy that %s: as without, and reported', async (_, prepare, failure) => {
    prepare();
    expect(await policiesOf().ruleFor('far.test', hopTo(), null)).toMatchObject({
      ...opportunistic,
      basis: { policy: 'sts', failure },
    });
  });

  test('a policy host whose certificate is wrong: as without, and reported', async () => {
    const decision = { ...opportunistic, basis: { policy: 'sts', failure: 'sts-webpki-invalid' } };
    const distrusting = policiesOf({ https: createGetHttps() });
    expect(await distrusting.ruleFor('far.test', hopTo(), null)).toMatchObject(decision);
    dns.set('_mta-sts.other.test', { txt: ['v=STSv1; id=one'] });
    dns.set('mta-sts.other.test', { a: ['127.0.0.1'] });
    expect(await policiesOf().ruleFor('other.test', hopTo(), null)).toMatchObject(decision);
    expect(host.asked).toBe(0);
  });

  test('a policy host inside a network is not asked, unless the name servers were named (THREATS 15)', async () => {
    const policies = policiesOf({ privateAddresses: () => false });
    expect(await policies.ruleFor('far.test', hopTo(), null)).toMatchObject({
      basis: { failure: 'sts-policy-fetch-error' },
    });
    expect(host.asked).toBe(0);
  });

  test('one that was had holds for its age, whatever becomes of its record and its host', async () => {
    const cache = memoryPolicyCache();
    await policiesOf({ cache }).ruleFor('far.test', hopTo(), null);
    dns.remove('_mta-sts.far.test');
    host.says({ status: 500 });
    clock.advance(9 * dayMs);
    // Another process with the same cache.
    const later = policiesOf({ cache });
    expect(await later.ruleFor('far.test', hopTo(), null)).toMatchObject({ rule: { kind: 'pkix' } });
    dns.set('_mta-sts.far.test', { txt: ['v=STSv1; id=two'], ttl: 60 });
    clock.advance(60_000);
    expect(await later.ruleFor('far.test', hopTo(), null)).toMatchObject({ rule: { kind: 'pkix' } });
    clock.advance(dayMs);
    expect(await later.ruleFor('far.test', hopTo(), null)).toMatchObject(opportunistic);
  });

  test('another id: the policy is fetched again, once for all who wait', async () => {
    const policies = policiesOf();
    await policies.ruleFor('far.test', hopTo(), null);
    host.says({ text: policyText('enforce', 'new.far.test') });
    dns.set('_mta-sts.far.test', { txt: ['v=STSv1; id=two'] });
    clock.advance(60_000);
    const decisions = await Promise.all(
      Array.from({ length: 10 }, () => policies.ruleFor('far.test', hopTo(), null)),
    );
    expect(decisions.every(({ rule }) => rule.kind === 'refused')).toBe(true);
    expect(host.asked).toBe(2);
  });

  test('the same id: fetched again after a day, behind the back of who asks', async () => {
    const cache = memoryPolicyCache();
    const put: string[] = [];
    const refreshed = Promise.withResolvers<void>();
    const policies = policiesOf({
      cache: {
        get: cache.get,
        put: async (domain, kept) => {
          await cache.put(domain, kept);
          put.push(kept.policy.mode);
          if (put.length === 2) refreshed.resolve();
        },
      },
    });
    await policies.ruleFor('far.test', hopTo(), null);
    clock.advance(dayMs);
    await policies.ruleFor('far.test', hopTo(), null);
    expect(host.asked).toBe(1);
    host.says({ text: policyText('none') });
    clock.advance(1);
    expect(await policies.ruleFor('far.test', hopTo(), null)).toMatchObject({ rule: { kind: 'pkix' } });
    await refreshed.promise;
    expect(await policies.ruleFor('far.test', hopTo(), null)).toMatchObject(opportunistic);
  });

  test('one that cannot be had is not asked for again at once', async () => {
    host.says({ status: 503 });
    const policies = policiesOf();
    for (const [ms, asked] of [
      [0, 1],
      [299_999, 1],
      [1, 2],
    ] as const) {
      clock.advance(ms);
      await policies.ruleFor('far.test', hopTo(), null);
      expect(host.asked).toBe(asked);
    }
  });

  test('a cache that fails is as if there were none', async () => {
    const broken = async () => {
      throw new Error('disk full');
    };
    const policies = policiesOf({ cache: { get: broken, put: broken } });
    expect(await policies.ruleFor('far.test', hopTo(), null)).toMatchObject({ rule: { kind: 'pkix' } });
  });
});

describe('DANE', () => {
  const data = Buffer.alloc(32, 7);
  const secure = hopTo({ secure: true });
  function tlsa(...records: (readonly [number, number, number, Buffer])[]): void {
    dns.set('_25._tcp.mx.far.test', { tlsa: records, secure: true });
  }

  test('beats MTA-STS', async () => {
    tlsa([3, 1, 1, data], [2, 0, 2, Buffer.alloc(64)]);
    expect(await policiesOf().ruleFor('far.test', secure, null)).toEqual({
      rule: {
        kind: 'dane',
        records: [
          { usage: 3, selector: 1, matching: 1, data },
          { usage: 2, selector: 0, matching: 2, data: Buffer.alloc(64) },
        ],
        names: ['mx.far.test', 'far.test'],
      },
      tested: null,
      basis: {
        policy: 'tlsa',
        policyText: [`3 1 1 ${data.toString('hex')}`, `2 0 2 ${'00'.repeat(64)}`],
        mxHosts: [],
        failure: null,
      },
    });
  });

  test('what is judged by it: the right certificate and no other', async () => {
    const [good, other] = [authority.issue(['x.test']), authority.issue(['x.test'])];
    tlsa(tlsaOf(good.x509, 3, 1, 1));
    const { rule } = await policiesOf().ruleFor('far.test', secure, null);
    const peer = (x509: typeof good.x509) => ({ chain: [x509], fault: 'UNVERIFIED', protocol: 'TLSv1.3' });
    expect(judgeCertificate(rule, peer(good.x509), 'mx.far.test', nowMs)).toBeNull();
    expect(judgeCertificate(rule, peer(other.x509), 'mx.far.test', nowMs)).toBe('validation-failure');
  });

  test.each([
    ['the host is not secure', () => tlsa([3, 1, 1, data]), hopTo()],
    [
      'the record is not',
      () => dns.set('_25._tcp.mx.far.test', { tlsa: [[3, 1, 1, data]], secure: false }),
      secure,
    ],
    ['there is none', () => undefined, secure],
    ['it is of another port', () => tlsa([3, 1, 1, data]), hopTo({ secure: true, port: 2525 })],
  ] satisfies [string, () => void, Hop][])('where %s: MTA-STS', async (_, prepare, hop) => {
    prepare();
    expect(await policiesOf().ruleFor('far.test', hop, null)).toMatchObject({ rule: { kind: 'pkix' } });
  });

  test.each(['servfail', 'refused'] as const)(
    'where the question is answered %s, the host is refused',
    async (fault) => {
      dns.fault('_25._tcp.mx.far.test', fault);
      expect(await policiesOf().ruleFor('far.test', secure, null)).toMatchObject({
        rule: { kind: 'refused', status: '4.7.5', failure: 'dnssec-invalid' },
        basis: { policy: 'tlsa' },
      });
    },
  );

  test('records of no use ask for TLS; MTA-STS may ask for more', async () => {
    tlsa([0, 1, 1, data], [1, 1, 1, data], [3, 1, 1, data.subarray(1)], [3, 2, 1, data], [3, 1, 3, data]);
    expect(await policiesOf().ruleFor('far.test', secure, null)).toMatchObject({
      rule: { kind: 'pkix', why: 'mta-sts' },
    });
    dns.remove('_mta-sts.far.test');
    const other = createResolver({ servers: [dns], clock });
    expect(await policiesOf({ resolver: other }).ruleFor('far.test', secure, null)).toMatchObject({
      rule: { kind: 'dane', records: [] },
      basis: { policy: 'tlsa', failure: 'tlsa-invalid' },
    });
    other.close();
  });

  test('where the host is an alias: at the end of it, then at its name', async () => {
    dns.set('alias.far.test', { cname: 'real.test', secure: true });
    dns.set('real.test', { a: ['127.0.0.1'], secure: true });
    dns.set('_25._tcp.alias.far.test', { tlsa: [[3, 1, 1, data]], secure: true });
    const hop = hopTo({ secure: true, host: 'alias.far.test' });
    expect(await policiesOf().ruleFor('far.test', hop, null)).toMatchObject({
      rule: { kind: 'dane', names: ['alias.far.test', 'far.test'] },
    });
    dns.set('_25._tcp.real.test', { tlsa: [[3, 0, 1, data]], secure: true });
    clock.advance(dayMs);
    expect(await policiesOf().ruleFor('far.test', hop, null)).toMatchObject({
      rule: { kind: 'dane', records: [{ selector: 0 }], names: ['real.test', 'alias.far.test', 'far.test'] },
    });
  });

  test('tlsaRecordsMax of a longer list', async () => {
    tlsa(...Array.from({ length: 100 }, (_, at) => [3, 1, 1, Buffer.alloc(32, at)] as const));
    const { rule } = await policiesOf().ruleFor('far.test', secure, null);
    expect(rule.kind === 'dane' && rule.records).toHaveLength(tlsaRecordsMax);
  });
});

describe('what the sender asks (RFC 8689)', () => {
  test('TLS-Required: No: whatever the domain wants', async () => {
    expect(await policiesOf().ruleFor('far.test', hopTo(), 'optional')).toMatchObject(opportunistic);
    dns.fault('_25._tcp.mx.far.test', 'servfail');
    const secure = hopTo({ secure: true });
    expect(await policiesOf().ruleFor('far.test', secure, 'optional')).toMatchObject(opportunistic);
  });

  test('REQUIRETLS: a host that somebody vouches for, and its certificate', async () => {
    const ask = async (hop: Hop) => (await policiesOf().ruleFor('far.test', hop, 'required')).rule;
    expect(await ask(hopTo())).toEqual({ kind: 'pkix', why: 'mta-sts' });
    host.says({ text: policyText('testing') });
    expect(await ask(hopTo())).toEqual({ kind: 'pkix', why: 'require-tls' });
    expect(await ask(hopTo({ host: 'evil.test' }))).toMatchObject({ kind: 'refused', status: '5.7.30' });
    dns.remove('_mta-sts.far.test');
    clock.advance(dayMs);
    expect(await ask(hopTo())).toMatchObject({ kind: 'refused', status: '5.7.30' });
    expect(await ask(hopTo({ secure: true }))).toEqual({ kind: 'pkix', why: 'require-tls' });
    dns.set('_25._tcp.mx.far.test', { tlsa: [[3, 1, 1, Buffer.alloc(32)]], secure: true });
    clock.advance(dayMs);
    expect(await ask(hopTo({ secure: true }))).toMatchObject({ kind: 'dane' });
  });
});

describe('the relay of the settings', () => {
  const credentials = { user: 'u', password: 'p' };
  test.each([
    ['no password', {}, null, 'opportunistic'],
    ['a password', { credentials }, null, 'pkix'],
    ['a password on this machine', { credentials, host: 'localhost' }, null, 'opportunistic'],
    [
      'a password, loopback',
      { credentials, host: '127.0.0.2', addresses: ['127.0.0.2'] },
      null,
      'opportunistic',
    ],
    ['REQUIRETLS', {}, 'required', 'pkix'],
  ] as const)('%s', async (_, more, asked, kind) => {
    const hop = hopTo({ relay: true, host: 'relay.test', addresses: ['relay.test'], ...more });
    expect((await policiesOf().ruleFor('far.test', hop, asked)).rule.kind).toBe(kind);
    expect(dns.questions).toEqual([]);
  });
});

test('an address literal has no policy', async () => {
  const hop = hopTo({ host: '[127.0.0.1]', secure: true });
  expect(await policiesOf().ruleFor('[127.0.0.1]', hop, null)).toMatchObject(opportunistic);
  expect(dns.questions).toEqual([]);
});

test('what is waited for and held is bounded', () => {
  expect(stsFetchMsMax).toBeLessThanOrEqual(60_000);
  expect(stsPoliciesMax).toBe(5_000);
});
