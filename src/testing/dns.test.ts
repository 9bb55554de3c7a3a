import { Resolver } from 'node:dns/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestDns, type TestDns } from './index.ts';

// Node's own resolver (c-ares) is the witness that the messages are right.
let dns: TestDns;
let resolver: Resolver;
beforeEach(async () => {
  dns = await openTestDns({
    'coop.test': {
      mx: [
        [10, 'mx.coop.test'],
        [20, 'mx2.coop.test'],
      ],
      txt: ['v=spf1 -all', ['two ', 'strings'], 'x'.repeat(600)],
      caa: [[0, 'issue', 'ca.test']],
    },
    'mx.coop.test': { a: ['127.0.0.2'], aaaa: ['::1'] },
    'www.coop.test': { cname: 'mx.coop.test' },
    '_imaps._tcp.coop.test': { srv: [[0, 1, 993, 'mx.coop.test']] },
    '2.0.0.127.in-addr.arpa': { ptr: ['mx.coop.test'] },
    '*.any.test': { a: ['127.0.0.9'] },
    'many.test': { mx: Array.from({ length: 300 }, (_, index) => [index, `mx${index}.many.test`] as const) },
  });
  resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([dns.address]);
});
afterEach(async () => {
  resolver.cancel();
  await dns.close();
});

test('records of each type', async () => {
  const exchanges = await resolver.resolveMx('coop.test');
  expect(exchanges.map(({ priority, exchange }) => [priority, exchange])).toEqual([
    [10, 'mx.coop.test'],
    [20, 'mx2.coop.test'],
  ]);
  expect((await resolver.resolveTxt('coop.test')).map((strings) => strings.join(''))).toEqual([
    'v=spf1 -all',
    'two strings',
    'x'.repeat(600),
  ]);
  expect(await resolver.resolve4('www.coop.test')).toEqual(['127.0.0.2']);
  expect(await resolver.resolve6('mx.coop.test')).toEqual(['::1']);
  expect(await resolver.resolveCaa('coop.test')).toMatchObject([{ critical: 0, issue: 'ca.test' }]);
  expect(await resolver.resolveSrv('_imaps._tcp.coop.test')).toMatchObject([
    { name: 'mx.coop.test', port: 993, priority: 0, weight: 1 },
  ]);
  expect(await resolver.reverse('127.0.0.2')).toEqual(['mx.coop.test']);
  expect(await resolver.resolve4('a.b.any.test')).toEqual(['127.0.0.9']);
});

test('an answer that is too long for UDP comes by TCP', async () => {
  expect(await resolver.resolveMx('many.test')).toHaveLength(300);
  expect(dns.questions).toEqual(['MX many.test udp', 'MX many.test tcp']);
});

test('what is not there, and faults', async () => {
  await expect(resolver.resolve4('nowhere.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(resolver.resolve4('coop.test')).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(resolver.resolve4('_tcp.coop.test')).rejects.toMatchObject({ code: 'ENODATA' });
  dns.fault('mx.coop.test', 'servfail', 'A');
  await expect(resolver.resolve4('mx.coop.test')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  expect(await resolver.resolve6('mx.coop.test')).toEqual(['::1']);
  dns.fault('mx.coop.test', 'refused', 'A');
  await expect(resolver.resolve4('mx.coop.test')).rejects.toMatchObject({ code: 'EREFUSED' });
  dns.fault('mx.coop.test', 'silent', 'A');
  await expect(resolver.resolve4('mx.coop.test')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  for (const fault of ['truncated', 'forged-id', 'forged-question'] as const) {
    dns.fault('mx.coop.test', fault, 'A');
    expect(await resolver.resolve4('mx.coop.test')).toEqual(['127.0.0.2']);
  }
  dns.fault('mx.coop.test', null, 'A');
  dns.set('mx.coop.test', { a: ['127.0.0.3'] });
  expect(await resolver.resolve4('mx.coop.test')).toEqual(['127.0.0.3']);
  dns.remove('mx.coop.test');
  await expect(resolver.resolve4('mx.coop.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(dns.asked('nowhere.test', 'A')).toBe(1);
  expect(dns.asked('nowhere.test', 'MX')).toBe(0);
});
