import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResolver, type Resolver } from '../../../net/index.ts';
import { openTestDns, type TestDns, type TestDnsName } from '../../../testing/index.ts';
import { createRouter, type Route, type RouterOptions, type RouteSettings } from './index.ts';
import { addressesPerHostMax, exchangersMax } from './limits.ts';

let dns: TestDns;
let resolver: Resolver;
beforeEach(async () => {
  dns = await openTestDns({
    'far.test': {
      mx: [
        [20, 'second.far.test'],
        [10, 'first.far.test'],
      ],
      secure: true,
    },
    'first.far.test': { a: ['8.8.8.1', '8.8.8.2'], aaaa: ['2600::1'] },
    'second.far.test': { a: ['8.8.8.3'] },
    'bare.test': { a: ['8.8.8.4'] },
    'six.test': { aaaa: ['2600::6'] },
    'alias.test': { cname: 'far.test' },
    'web.test': { cname: 'bare.test' },
    'null.test': { mx: [[0, '.']] },
    'empty.test': { txt: ['nothing else'] },
    'gone.test': { mx: [[1, 'no.gone.test']] },
  });
  resolver = createResolver({ servers: [dns], patience: { questionMs: 20_000, attemptMs: 5_000 } });
});
afterEach(async () => {
  resolver.close();
  await dns.close();
});

const usual: RouteSettings = { hostname: 'mail.coop.test', relay: null, port: 25, privateAddresses: false };

function route(
  domain: string,
  settings: Partial<RouteSettings> = {},
  options: Partial<RouterOptions> = {},
): Promise<Route> {
  const router = createRouter({
    resolver,
    settings: () => ({ ...usual, ...settings }),
    isOurs: () => false,
    ipv6: () => false,
    random: () => 0,
    ...options,
  });
  return router.route(domain);
}

/** `host: address address` of each hop, or the status of what is no way. */
function told(found: Route): unknown {
  if (found.kind !== 'hops') return `${found.kind} ${found.status}`;
  return found.hops.map(({ host, addresses }) => `${host}: ${addresses.join(' ')}`);
}

const many = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => make(at));

describe('exchangers', () => {
  test('in the order of their preference, with their addresses', async () => {
    expect(await route('far.test')).toEqual({
      kind: 'hops',
      viaRelay: false,
      hops: [
        {
          host: 'first.far.test',
          port: 25,
          addresses: ['8.8.8.1', '8.8.8.2', '2600::1'],
          secure: true,
          relay: false,
          implicitTls: false,
          credentials: null,
        },
        expect.objectContaining({ host: 'second.far.test', addresses: ['8.8.8.3'] }),
      ],
    });
  });

  test('IPv6 comes first, each family in turn, where this machine has it', async () => {
    expect(told(await route('far.test', {}, { ipv6: () => true }))).toEqual([
      'first.far.test: 2600::1 8.8.8.1 8.8.8.2',
      'second.far.test: 8.8.8.3',
    ]);
  });

  test('equal ones as chance has it', async () => {
    dns.set('even.test', {
      mx: [
        [5, 'first.far.test'],
        [5, 'second.far.test'],
        [1, 'bare.test'],
      ],
    });
    const orders = new Set<string>();
    for (const chance of [() => 0, (below: number) => below - 1]) {
      const found = await route('even.test', {}, { random: chance });
      orders.add(found.kind === 'hops' ? found.hops.map(({ host }) => host).join(' ') : '');
    }
    expect([...orders].sort()).toEqual([
      'bare.test first.far.test second.far.test',
      'bare.test second.far.test first.far.test',
    ]);
  });

  test.each([
    ['no MX: the domain itself', 'bare.test', ['bare.test: 8.8.8.4']],
    ['no MX, IPv6 alone', 'six.test', ['six.test: 2600::6']],
    [
      'an alias of a domain with MX',
      'alias.test',
      ['first.far.test: 8.8.8.1 8.8.8.2 2600::1', 'second.far.test: 8.8.8.3'],
    ],
    ['an alias of a host', 'web.test', ['bare.test: 8.8.8.4']],
    ['a null MX (RFC 7505)', 'null.test', 'never 5.1.10'],
    ['no such domain', 'nowhere.test', 'never 5.1.2'],
    ['what is no name', 'a..b', 'never 5.1.2'],
    ['neither MX nor address', 'empty.test', 'never 5.4.4'],
    ['an exchanger that does not exist', 'gone.test', 'never 5.4.4'],
  ])('%s', async (_, domain, expected) => expect(told(await route(domain))).toEqual(expected));

  test('a null MX among others is none', async () => {
    dns.set('null.test', {
      mx: [
        [0, '.'],
        [1, 'bare.test'],
      ],
    });
    expect(told(await route('null.test'))).toEqual(['bare.test: 8.8.8.4']);
  });

  test('300 of them: the best exchangersMax, and addressesPerHostMax addresses', async () => {
    dns.set('many.test', {
      mx: many(300, (at) => `h${at}.test`).map((name, at) => [300 - at, name] as const),
    });
    for (let at = 0; at < 300; at++) {
      dns.set(`h${at}.test`, { a: many(20, (last) => `8.8.${at % 256}.${last + 1}`) });
    }
    const found = await route('many.test');
    const hops = found.kind === 'hops' ? found.hops : [];
    expect(hops).toHaveLength(exchangersMax);
    expect(hops[0]?.host).toBe('h299.test');
    expect(hops[0]?.addresses).toHaveLength(addressesPerHostMax);
    expect(dns.questions.filter((line) => line.includes(' h'))).toHaveLength(2 * exchangersMax);
  });

  test('one named twice is tried once', async () => {
    dns.set('twice.test', {
      mx: [
        [1, 'bare.test'],
        [2, 'bare.test'],
      ],
    });
    expect(told(await route('twice.test'))).toEqual(['bare.test: 8.8.8.4']);
  });
});

describe('name servers that do not answer', () => {
  test.each(['servfail', 'refused', 'silent'] as const)('%s: later', async (fault) => {
    dns.fault('far.test', fault);
    const hasty = createResolver({ servers: [dns], patience: { questionMs: 100, attemptMs: 50 } });
    expect(told(await route('far.test', {}, { resolver: hasty }))).toBe('later 4.4.3');
    hasty.close();
  });

  test('of one exchanger: the others are used', async () => {
    dns.fault('first.far.test', 'servfail');
    expect(told(await route('far.test'))).toEqual(['second.far.test: 8.8.8.3']);
    dns.fault('second.far.test', 'servfail');
    dns.set('late.test', { mx: [[1, 'first.far.test']] });
    expect(told(await route('late.test'))).toBe('later 4.4.3');
  });

  test('half an answer of a signed zone is none; of another it does', async () => {
    dns.fault('first.far.test', 'servfail', 'AAAA');
    expect(told(await route('far.test'))).toEqual(['second.far.test: 8.8.8.3']);
    dns.set('plain.test', { mx: [[1, 'mx.plain.test']] });
    dns.set('mx.plain.test', { a: ['8.8.8.9'] });
    dns.fault('mx.plain.test', 'servfail', 'AAAA');
    expect(told(await route('plain.test'))).toEqual(['mx.plain.test: 8.8.8.9']);
  });
});

describe('what DNSSEC vouches for', () => {
  const secureOf = async (domain: string) => {
    const found = await route(domain);
    return found.kind === 'hops' ? found.hops.map(({ secure }) => secure) : found;
  };
  const named = (records: TestDnsName, hosts: TestDnsName) => {
    dns.set('s.test', records);
    dns.set('mx.s.test', hosts);
  };

  test.each([
    ['both', true, true, true],
    ['the exchangers alone', true, false, false],
    ['the addresses alone', false, true, false],
  ])('%s', async (_, domainSecure, hostSecure, expected) => {
    named({ mx: [[1, 'mx.s.test']], secure: domainSecure }, { a: ['8.8.8.8'], secure: hostSecure });
    expect(await secureOf('s.test')).toEqual([expected]);
  });

  test('that there is no MX, and the address', async () => {
    dns.set('s.test', { a: ['8.8.8.8'], secure: true });
    expect(await secureOf('s.test')).toEqual([true]);
  });
});

describe('this server among the exchangers', () => {
  test.each([
    [
      'the best of them',
      [
        [1, 'mail.coop.test'],
        [2, 'bare.test'],
      ],
      'never 5.4.6',
    ],
    ['the only one', [[1, 'Mail.Coop.test']], 'never 5.4.6'],
    [
      'second: the better ones are used',
      [
        [1, 'bare.test'],
        [2, 'mail.coop.test'],
        [2, 'six.test'],
        [3, 'first.far.test'],
      ],
      ['bare.test: 8.8.8.4'],
    ],
    [
      'beside an equal one',
      [
        [1, 'bare.test'],
        [1, 'mail.coop.test'],
      ],
      'never 5.4.6',
    ],
    [
      'behind all that are looked at',
      [...many(20, () => 'bare.test').map((name) => [1, name] as const), [9, 'mail.coop.test']],
      ['bare.test: 8.8.8.4'],
    ],
  ] as const)('by name, %s', async (_, mx, expected) => {
    dns.set('ours.test', { mx });
    dns.set('mail.coop.test', { a: ['8.8.8.100'] });
    expect(told(await route('ours.test'))).toEqual(expected);
  });

  test('by address and port', async () => {
    const isOurs = (address: string, port: number) => address === '8.8.8.3' && port === 25;
    expect(told(await route('far.test', {}, { isOurs }))).toEqual([
      'first.far.test: 8.8.8.1 8.8.8.2 2600::1',
    ]);
    const other = await route('far.test', { port: 2525 }, { isOurs });
    expect(other).toMatchObject({ hops: [{ port: 2525 }, { host: 'second.far.test' }] });
    dns.set('bare.test', { a: ['8.8.8.3'] });
    expect(told(await route('bare.test', {}, { isOurs }))).toBe('never 5.4.6');
  });
});

describe('addresses inside a network (THREATS 15)', () => {
  test('are passed over, unless the name servers were named', async () => {
    dns.set('in.test', { mx: [[1, 'mx.in.test']] });
    dns.set('mx.in.test', {
      a: ['127.0.0.1', '10.0.0.1', '169.254.169.254', '8.8.8.8'],
      aaaa: ['::1', '::ffff:10.0.0.1'],
    });
    expect(told(await route('in.test'))).toEqual(['mx.in.test: 8.8.8.8']);
    const open = await route('in.test', { privateAddresses: true });
    expect(told(open)).toEqual(['mx.in.test: 127.0.0.1 10.0.0.1 169.254.169.254 8.8.8.8 ::1 ::ffff:a00:1']);
    dns.set('mx.in.test', { a: ['192.168.0.1'] });
    dns.set('deep.test', { mx: [[1, 'deep.in.test']] });
    dns.set('deep.in.test', { a: ['192.168.0.1'] });
    expect(told(await route('deep.test'))).toBe('never 5.4.4');
  });
});

describe('address literals', () => {
  test.each([
    ['[8.8.8.8]', {}, ['[8.8.8.8]: 8.8.8.8']],
    ['[IPv6:2600::1]', {}, ['[IPv6:2600::1]: 2600::1']],
    ['[127.0.0.1]', {}, 'never 5.4.4'],
    ['[127.0.0.1]', { privateAddresses: true }, ['[127.0.0.1]: 127.0.0.1']],
    ['[8.8.8.8.8]', {}, 'never 5.1.2'],
    ['[]', {}, 'never 5.1.2'],
    ['[x-tag:what]', {}, 'never 5.1.2'],
  ])('%s %j', async (literal, settings, expected) => {
    expect(told(await route(literal, settings))).toEqual(expected);
    expect(dns.questions).toEqual([]);
  });

  test('of this server', async () => {
    expect(told(await route('[8.8.8.8]', {}, { isOurs: () => true }))).toBe('never 5.4.6');
  });
});

test('the relay of the settings takes everything, and nobody is asked', async () => {
  const relay = {
    host: 'relay.test',
    port: 465,
    implicitTls: true,
    credentials: { user: 'u', password: 'p' },
  };
  expect(await route('null.test', { relay })).toEqual({
    kind: 'hops',
    viaRelay: true,
    hops: [
      {
        host: 'relay.test',
        port: 465,
        addresses: ['relay.test'],
        secure: false,
        relay: true,
        implicitTls: true,
        credentials: { user: 'u', password: 'p' },
      },
    ],
  });
  const here = { host: 'localhost', port: 587, implicitTls: false };
  expect(await route('[bad', { relay: here })).toMatchObject({
    hops: [{ addresses: ['127.0.0.1', '::1'], credentials: null }],
  });
  expect(dns.questions).toEqual([]);
});
