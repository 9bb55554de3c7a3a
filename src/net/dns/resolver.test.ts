import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { createMetrics } from '../../observability/index.ts';
import { openTestDns, type TestDns, type TestZones } from '../../testing/index.ts';
import { createResolver, DnsError, type Resolver, type ResolverOptions } from './index.ts';
import { aliasesMax, negativeTtlSecondsMax, recordsMax, silentRoundsMax, ttlSecondsMax } from './limits.ts';

const zones: TestZones = {
  'coop.test': {
    mx: [
      [20, 'MX2.coop.test'],
      [10, 'mx.coop.test.'],
    ],
    txt: ['v=spf1 -all', ['two ', 'strings'], 'é'],
    caa: [
      [0, 'issue', 'ca.test'],
      [128, 'Iodef', 'mailto:a@coop.test'],
    ],
    ns: ['ns.coop.test'],
    secure: true,
  },
  'mx.coop.test': { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['2001:db8::1:0:0:1', '::1', '::'] },
  'null.test': { mx: [[0, '.']] },
  'www.coop.test': { cname: 'mx.coop.test', ttl: 30 },
  '_25._tcp.mx.coop.test': { tlsa: [[3, 1, 1, Buffer.alloc(32, 7)]] },
  '_imaps._tcp.coop.test': { srv: [[0, 1, 993, 'mx.coop.test']] },
  '1.2.0.192.in-addr.arpa': { ptr: ['mx.coop.test'] },
  '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': { ptr: ['six.coop.test'] },
  'outside.test': { cname: 'mx.coop.test' },
};

let dns: TestDns;
const clock = fakeClock();
const resolvers: Resolver[] = [];
beforeEach(async () => {
  dns = await openTestDns(zones);
});
afterEach(async () => {
  for (const resolver of resolvers.splice(0)) resolver.close();
  await dns.close();
});

function resolverOf(options: Partial<ResolverOptions> = {}): Resolver {
  const resolver = createResolver({
    servers: [{ host: dns.host, port: dns.port }],
    clock,
    patience: { questionMs: 20_000, attemptMs: 5_000 },
    ...options,
  });
  resolvers.push(resolver);
  return resolver;
}

/** Gives up soon: for servers that say nothing. */
const hasty = { patience: { questionMs: 20_000, attemptMs: 20 } };

/** The question with these records after it; XX is where they begin. */
function answerOf(query: Buffer, records: string, count: number): Buffer {
  const question = query.subarray(0, query.length - 11);
  const hex = records.replace('XX', question.length.toString(16).padStart(2, '0'));
  const bytes = Buffer.concat([question, Buffer.from(hex, 'hex')]);
  bytes.writeUInt16BE(count, 6);
  bytes.writeUInt16BE(0, 10);
  return bytes;
}

const failureOf = (question: Promise<unknown>): Promise<unknown> =>
  question.then(
    () => 'answered',
    (error: unknown) => (error instanceof DnsError ? error.failure : error),
  );

describe('records', () => {
  test('of each type', async () => {
    const resolver = resolverOf();
    expect(await resolver.mx('Coop.Test.')).toEqual({
      records: [
        { preference: 20, exchange: 'mx2.coop.test' },
        { preference: 10, exchange: 'mx.coop.test' },
      ],
      secure: true,
      name: 'coop.test',
    });
    expect((await resolver.mx('null.test')).records).toEqual([{ preference: 0, exchange: '' }]);
    expect((await resolver.a('mx.coop.test')).records).toEqual(['192.0.2.1', '192.0.2.2']);
    expect((await resolver.aaaa('mx.coop.test')).records).toEqual(['2001:db8::1:0:0:1', '::1', '::']);
    expect((await resolver.txt('coop.test')).records).toEqual(['v=spf1 -all', 'two strings', 'é']);
    expect((await resolver.ns('coop.test')).records).toEqual(['ns.coop.test']);
    expect((await resolver.cname('www.coop.test')).records).toEqual(['mx.coop.test']);
    expect((await resolver.caa('coop.test')).records).toEqual([
      { critical: false, tag: 'issue', value: 'ca.test' },
      { critical: true, tag: 'iodef', value: 'mailto:a@coop.test' },
    ]);
    expect((await resolver.srv('_imaps._tcp.coop.test')).records).toEqual([
      { priority: 0, weight: 1, port: 993, target: 'mx.coop.test' },
    ]);
    expect((await resolver.tlsa('_25._tcp.mx.coop.test')).records).toEqual([
      { usage: 3, selector: 1, matching: 1, data: Buffer.alloc(32, 7) },
    ]);
    expect((await resolver.ptr('192.0.2.1')).records).toEqual(['mx.coop.test']);
    expect((await resolver.ptr('2001:db8::1')).records).toEqual(['six.coop.test']);
  });

  test('aliases are followed, and the answer names where they led', async () => {
    expect(await resolverOf().a('www.coop.test')).toEqual({
      records: ['192.0.2.1', '192.0.2.2'],
      secure: true,
      name: 'mx.coop.test',
    });
  });

  test('what is not there: no name, and a name without such records', async () => {
    const resolver = resolverOf();
    await expect(resolver.a('no.coop.test')).rejects.toMatchObject({ failure: 'nxdomain', secure: true });
    await expect(resolver.a('no.other.test')).rejects.toMatchObject({ failure: 'nxdomain', secure: false });
    expect(await resolver.a('coop.test')).toEqual({ records: [], secure: true, name: 'coop.test' });
  });

  test.each([
    '',
    '.',
    'a..b',
    `${'a'.repeat(64)}.test`,
    'a b.test',
    'é.test',
    `${'a.'.repeat(127)}b`,
    'a\\.b',
  ])('%j cannot be a name, and nobody is asked', async (name) => {
    expect(await failureOf(resolverOf().a(name))).toBe('nxdomain');
    expect(dns.questions).toEqual([]);
  });

  test('an address that is none has no names', async () => {
    expect(await failureOf(resolverOf().ptr('mx.coop.test'))).toBe('nxdomain');
  });
});

describe('the AD bit', () => {
  test('is believed of a server that was named, unless the caller says otherwise', async () => {
    expect((await resolverOf().a('mx.coop.test')).secure).toBe(true);
    expect((await resolverOf({ trustAd: false }).a('mx.coop.test')).secure).toBe(false);
    await expect(resolverOf({ trustAd: false }).a('no.coop.test')).rejects.toMatchObject({ secure: false });
  });

  test('vouches for a chain only where it stands on all of it', async () => {
    dns.set('outside.test', { cname: 'mx.coop.test', secure: false });
    expect((await resolverOf().a('outside.test')).secure).toBe(false);
    dns.set('inside.test', { cname: 'outside.test', secure: true });
    expect((await resolverOf().a('inside.test')).secure).toBe(false);
  });
});

describe('what is remembered', () => {
  test('an answer by the smallest TTL in it', async () => {
    const resolver = resolverOf();
    await resolver.a('www.coop.test');
    clock.advance(29_000);
    await resolver.a('WWW.coop.test.');
    expect(dns.asked('www.coop.test')).toBe(1);
    clock.advance(1_000);
    await resolver.a('www.coop.test');
    expect(dns.asked('www.coop.test')).toBe(2);
  });

  test('never longer than ttlSecondsMax', async () => {
    dns.set('long.test', { a: ['192.0.2.1'], ttl: 0x7fff_ffff });
    const resolver = resolverOf();
    await resolver.a('long.test');
    clock.advance(ttlSecondsMax * 1000 - 1);
    await resolver.a('long.test');
    expect(dns.asked('long.test')).toBe(1);
    clock.advance(1);
    await resolver.a('long.test');
    expect(dns.asked('long.test')).toBe(2);
    dns.set('short.test', { a: ['192.0.2.1'], ttl: 0 });
    await resolver.a('short.test');
    await resolver.a('short.test');
    expect(dns.asked('short.test')).toBe(2);
  });

  test('that there is nothing by the SOA record', async () => {
    const resolver = resolverOf();
    for (const name of ['no.coop.test', 'coop.test']) {
      for (const [seconds, asked] of [
        [0, 1],
        [59, 1],
        [1, 2],
      ] as const) {
        clock.advance(seconds * 1000);
        await failureOf(resolver.aaaa(name));
        expect(dns.asked(name)).toBe(asked);
      }
    }
    expect(negativeTtlSecondsMax).toBeGreaterThan(60);
  });

  test('a failure for a few seconds', async () => {
    dns.fault('mx.coop.test', 'servfail');
    const resolver = resolverOf();
    expect(await failureOf(resolver.a('mx.coop.test'))).toBe('servfail');
    dns.fault('mx.coop.test', null);
    expect(await failureOf(resolver.a('mx.coop.test'))).toBe('servfail');
    clock.advance(5_000);
    expect(await failureOf(resolver.a('mx.coop.test'))).toBe('answered');
  });

  test('identical questions asked at once are one', async () => {
    const resolver = resolverOf();
    await Promise.all(Array.from({ length: 50 }, () => resolver.a('mx.coop.test')));
    expect(dns.asked('mx.coop.test', 'A')).toBe(1);
  });
});

describe('faults', () => {
  test.each([
    ['servfail', 'servfail'],
    ['refused', 'refused'],
    ['nxdomain', 'nxdomain'],
    ['truncated', 'answered'],
    ['truncated-always', 'malformed'],
    ['forged-id', 'answered'],
    ['forged-question', 'answered'],
  ] as const)('%s', async (fault, outcome) => {
    dns.fault('mx.coop.test', fault);
    const resolver = resolverOf();
    expect(await failureOf(resolver.a('mx.coop.test'))).toBe(outcome);
    if (outcome !== 'answered') return;
    expect((await resolver.a('mx.coop.test')).records).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  test.each([
    ['nothing but its header', (query: Buffer) => query.subarray(0, 12)],
    [
      'a name that points to itself',
      (query: Buffer) => answerOf(query, 'c0XX0001000100000001000401020304', 1),
    ],
    ['data of the wrong length', (query: Buffer) => answerOf(query, 'c00c00010001000000010003010203', 1)],
    ['more records than there are', (query: Buffer) => answerOf(query, '', 65_535)],
  ])('an answer of %s is malformed', async (_, answer) => {
    dns.fault('mx.coop.test', (query) => {
      const bytes = Buffer.from(answer(query));
      bytes.writeUInt16BE(0x8180, 2);
      return bytes;
    });
    expect(await failureOf(resolverOf().a('mx.coop.test'))).toBe('malformed');
  });

  test('a name of endless aliases', async () => {
    dns.set('a.test', { cname: 'b.test' });
    dns.set('b.test', { cname: 'a.test' });
    dns.set('self.test', { cname: 'self.test' });
    for (let index = 0; index <= aliasesMax; index++) {
      dns.set(`c${index}.test`, { cname: `c${index + 1}.test` });
    }
    dns.set(`c${aliasesMax + 1}.test`, { a: ['192.0.2.1'] });
    const resolver = resolverOf();
    expect(await failureOf(resolver.a('a.test'))).toBe('servfail');
    expect(await failureOf(resolver.a('self.test'))).toBe('servfail');
    expect(await failureOf(resolver.a('c0.test'))).toBe('servfail');
    expect(await failureOf(resolver.a('c1.test'))).toBe('answered');
  });

  test('300 MX records are read, and 600 cut at recordsMax', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => [at, `mx${at}.test`] as const);
    dns.set('many.test', { mx: many(300) });
    dns.set('more.test', { mx: many(600) });
    const resolver = resolverOf();
    expect((await resolver.mx('many.test')).records).toHaveLength(300);
    expect((await resolver.mx('more.test')).records).toHaveLength(recordsMax);
    expect(dns.questions).toContain('MX many.test tcp');
  });

  test('a server that does not know EDNS is asked without, and vouches for nothing', async () => {
    dns.fault('mx.coop.test', (query) => {
      const answer = Buffer.from(query);
      answer.writeUInt16BE(0x8081, 2);
      return answer;
    });
    const resolver = resolverOf();
    expect(await failureOf(resolver.a('mx.coop.test'))).toBe('servfail');
    expect(dns.asked('mx.coop.test')).toBe(2);
  });

  test('a server that folds the case of names is asked by TCP', async () => {
    dns.fault('mx.coop.test', (query) => {
      const answer = Buffer.from(
        query
          .subarray(0, query.length - 11)
          .toString('latin1')
          .toLowerCase(),
        'latin1',
      );
      query.copy(answer, 0, 0, 2);
      answer.writeUInt16BE(0x8180, 2);
      answer.writeUInt16BE(0, 10);
      return answer;
    });
    expect((await resolverOf().a('mx.coop.test')).records).toEqual([]);
    expect(dns.questions).toContain('A mx.coop.test tcp');
  });

  test('a server that only points to others answers nothing', async () => {
    dns.fault('mx.coop.test', (query) => {
      const question = query.subarray(0, query.length - 11);
      const record = Buffer.from('c00c00020001000000ff0002c00c', 'hex');
      const answer = Buffer.concat([question, record]);
      answer.writeUInt16BE(0x8100, 2);
      answer.writeUInt16BE(1, 8);
      answer.writeUInt16BE(0, 10);
      return answer;
    });
    expect(await failureOf(resolverOf().a('mx.coop.test'))).toBe('servfail');
  });
});

describe('several servers', () => {
  test.each(['servfail', 'refused', 'silent', 'truncated-always'] as const)(
    'the second is asked where the first is %s, and first from then on',
    async (fault) => {
      const second = await openTestDns(zones);
      try {
        dns.fault('*', fault);
        const servers = [dns, second].map(({ host, port }) => ({ host, port }));
        const resolver = resolverOf({ servers, ...(fault === 'silent' ? hasty : {}) });
        expect((await resolver.a('mx.coop.test')).records).toHaveLength(2);
        const before = dns.questions.length;
        expect((await resolver.aaaa('mx.coop.test')).records).toHaveLength(3);
        expect(dns.questions).toHaveLength(before);
      } finally {
        await second.close();
      }
    },
  );

  test('a port where nobody listens is passed over', async () => {
    const gone = await openTestDns();
    await gone.close();
    const servers = [gone, dns].map(({ host, port }) => ({ host, port }));
    expect((await resolverOf({ servers }).a('mx.coop.test')).records).toHaveLength(2);
  });
});

describe('silence', () => {
  test('after a few rounds questions fail without being asked, until one finds somebody', async () => {
    dns.fault('*', 'silent');
    const resolver = resolverOf(hasty);
    expect(await failureOf(resolver.a('one.test'))).toBe('timeout');
    expect(dns.asked('one.test')).toBe(silentRoundsMax);
    const before = dns.questions.length;
    expect(await failureOf(resolver.a('two.test'))).toBe('timeout');
    expect(dns.questions).toHaveLength(before);
    // Half a minute later one question finds out whether anybody is there.
    clock.advance(30_000);
    expect(await Promise.all([resolver.a('three.test'), resolver.a('four.test')].map(failureOf))).toEqual([
      'timeout',
      'timeout',
    ]);
    expect(dns.questions.slice(before)).toEqual(['NS . udp']);
    dns.fault('*', null);
    expect(await failureOf(resolver.a('mx.coop.test'))).toBe('timeout');
    clock.advance(30_000);
    expect(await failureOf(resolver.a('mx.coop.test'))).toBe('answered');
    expect(await failureOf(resolver.a('www.coop.test'))).toBe('answered');
  });

  test("about one stranger's domain does not silence the others", async () => {
    dns.fault('dead.test', 'silent');
    const resolver = resolverOf(hasty);
    for (let round = 0; round < 3; round++) expect(await failureOf(resolver.a('dead.test'))).toBe('timeout');
    expect(await failureOf(resolver.a('mx.coop.test'))).toBe('answered');
  });

  test('a question ends with its time, and with the resolver', async () => {
    dns.fault('*', 'silent');
    const impatient = resolverOf({ patience: { questionMs: 50, attemptMs: 60_000 } });
    expect(await failureOf(impatient.a('one.test'))).toBe('timeout');
    const patient = resolverOf({ patience: { questionMs: 60_000, attemptMs: 60_000 } });
    const question = failureOf(patient.a('one.test'));
    patient.close();
    expect(await question).toBe('timeout');
    expect(await failureOf(patient.a('mx.coop.test'))).toBe('timeout');
  });
});

test('questions are counted by outcome', async () => {
  const metrics = createMetrics({ processMetrics: false });
  const resolver = resolverOf({ metrics });
  await resolver.a('mx.coop.test');
  await resolver.a('mx.coop.test');
  await failureOf(resolver.a('no.coop.test'));
  const { body } = await metrics.render();
  for (const line of ['answered', 'remembered', 'nxdomain']) {
    expect(body).toContain(`myco_dns_questions_total{outcome="${line}"} 1`);
  }
});
