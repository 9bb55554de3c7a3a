import { describe, expect, test } from 'vitest';
import { type MemoryName, memoryResolver } from '../testing/index.ts';
import { isPublicAddress, serviceTargets } from './index.ts';
import { serviceHostsMax } from './limits.ts';
import { inOrder } from './service-targets.ts';

const record = (priority: number, weight: number, port: number, target: string) => ({
  priority,
  weight,
  port,
  target,
});

/** Where a domain with these names is reached, as `host [address]:port how`. */
async function reached(names: Record<string, MemoryName>, allow?: (address: string) => boolean) {
  const targets = await serviceTargets(memoryResolver(names), {
    domain: 'far.example',
    services: [
      { label: '_xmpps-server._tcp', tls: 'implicit', alpn: 'xmpp-server' },
      { label: '_xmpp-server._tcp', tls: 'starttls' },
    ],
    otherwise: { port: 5269, tls: 'starttls' },
    ...(allow ? { allow } : {}),
  });
  return targets.map(
    ({ host, address, port, tls, alpn }) => `${host} [${address}]:${port} ${tls}${alpn ? ` ${alpn}` : ''}`,
  );
}

describe('where a service is', () => {
  test('by the records of both ways to speak it, mixed by priority; of one host the families in turn', async () => {
    expect(
      await reached({
        '_xmpps-server._tcp.far.example': { srv: [record(20, 0, 5270, 'b.example')] },
        '_xmpp-server._tcp.far.example': {
          srv: [record(30, 0, 5269, 'a.example'), record(10, 0, 5269, 'a.example')],
        },
        'a.example': { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['2001:db8::1'] },
        'b.example': { a: ['192.0.2.3'] },
      }),
    ).toEqual([
      'a.example [2001:db8::1]:5269 starttls',
      'a.example [192.0.2.1]:5269 starttls',
      'a.example [192.0.2.2]:5269 starttls',
      'b.example [192.0.2.3]:5270 implicit xmpp-server',
      'a.example [2001:db8::1]:5269 starttls',
      'a.example [192.0.2.1]:5269 starttls',
      'a.example [192.0.2.2]:5269 starttls',
    ]);
  });

  test('without records: the host of the domain itself', async () => {
    expect(await reached({ 'far.example': { a: ['192.0.2.1'] } })).toEqual([
      'far.example [192.0.2.1]:5269 starttls',
    ]);
  });

  test('nowhere, where the domain says so, or its host has no address', async () => {
    const none = { '_xmpp-server._tcp.far.example': { srv: [record(0, 0, 0, '')] } };
    expect(await reached({ ...none, 'far.example': { a: ['192.0.2.1'] } })).toEqual([]);
    expect(await reached({})).toEqual([]);
  });

  test('not at addresses that may not be gone to (THREATS 15)', async () => {
    const names = {
      'far.example': { a: ['127.0.0.1', '10.0.0.1', '1.1.1.1'], aaaa: ['::ffff:127.0.0.1', '::1'] },
    };
    expect(await reached(names, isPublicAddress)).toEqual(['far.example [1.1.1.1]:5269 starttls']);
  });

  test('a host that cannot be found leaves the others; a DNS that does not answer is told', async () => {
    const names = {
      '_xmpp-server._tcp.far.example': { srv: [record(0, 0, 1, 'a.example'), record(1, 0, 2, 'b.example')] },
      'a.example': { fails: 'servfail' },
      'b.example': { a: ['192.0.2.2'] },
    } as const;
    expect(await reached(names)).toEqual(['b.example [192.0.2.2]:2 starttls']);
    await expect(reached({ ...names, 'b.example': { fails: 'timeout' } })).rejects.toThrow('servfail');
    await expect(reached({ '_xmpp-server._tcp.far.example': { fails: 'timeout' } })).rejects.toThrow(
      'timeout',
    );
  });

  test('of too many hosts the first few', async () => {
    const srv = Array.from({ length: serviceHostsMax + 3 }, (_, at) => record(at, 0, at + 1, 'a.example'));
    const found = await reached({
      '_xmpp-server._tcp.far.example': { srv },
      'a.example': { a: ['192.0.2.1'] },
    });
    expect(found).toHaveLength(serviceHostsMax);
  });
});

describe('records of one priority (RFC 2782)', () => {
  const records = [record(1, 1, 0, 'light'), record(1, 3, 0, 'heavy'), record(1, 0, 0, 'zero')];

  test.each([
    [0, ['zero', 'light', 'heavy']],
    [1, ['light', 'heavy', 'zero']],
    [2, ['heavy', 'light', 'zero']],
    [4, ['heavy', 'light', 'zero']],
  ])('are drawn by weight (%d)', (drawn, order) => {
    const draws = [drawn, 1, 0];
    expect(inOrder(records, () => draws.shift() ?? 0).map(({ target }) => target)).toEqual(order);
  });

  test('each is there once, whatever is drawn', () => {
    for (let round = 0; round < 100; round++) expect(inOrder(records)).toHaveLength(3);
    expect(records).toHaveLength(3);
  });
});
