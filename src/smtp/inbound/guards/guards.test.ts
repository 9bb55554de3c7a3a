import { describe, expect, test } from 'vitest';
import { type Clock, fakeClock } from '../../../base/index.ts';
import { type DnsAnswer, DnsError, parseNetworks, type Resolver } from '../../../net/index.ts';
import { createMetrics, silentLog } from '../../../observability/index.ts';
import type { Senders } from '../../../stores/senders/index.ts';
import type { SessionGuard } from '../../session/types.ts';
import { parsePath } from '../../wire/path.ts';
import type { Reply } from '../../wire/reply.ts';
import { SlidingCounts } from './counts.ts';
import { createGuards, type GuardOptions } from './index.ts';
import {
  addressesPerNetworkMax,
  countedMax,
  deadSenderPointsCount,
  falseHelloPointsCount,
  fruitlessCommandsMax,
  lookUpsMsMax,
  namesPerAddressMax,
  pointsMsMax,
  tarpitMs,
  tarpitsMax,
  unnamedPointsCount,
  windowMs,
} from './limits.ts';
import { networkOf, octetsOf, reversedName } from './network-of.ts';
import type { GuardSettings } from './settings.ts';

const nobody = { networks: parseNetworks([]), domains: new Set<string>(), addresses: new Set<string>() };
const lenient: GuardSettings = {
  trusted: parseNetworks(['127.0.0.0/8']),
  allow: nobody,
  deny: nobody,
  blockLists: [],
  domainLists: [],
  deadSender: 'points',
  greylist: { points: 5, delayMs: 300_000 },
  perHour: { messages: 1_000, recipients: 1_000, unknown: 100 },
  tarpit: { after: 1_000, msMax: 8_000 },
};
const peer = '81.2.69.142';

type Records = Readonly<Record<string, readonly unknown[] | 'timeout' | 'servfail' | 'silent'>>;

/** Answers `type name` from a table; what is not there does not exist. */
function tableResolver(records: Records): Resolver & { readonly asked: string[] } {
  const asked: string[] = [];
  const ask = (type: string) => (name: string) => {
    asked.push(`${type} ${name}`);
    const found = records[`${type} ${name}`] ?? records[`${type} *`];
    if (found === 'silent') return new Promise<never>(() => undefined);
    if (found === 'timeout' || found === 'servfail') return Promise.reject(new DnsError(found, name));
    if (found === undefined) return Promise.reject(new DnsError('nxdomain', name));
    return Promise.resolve({ records: found, secure: false, name } as DnsAnswer<never>);
  };
  const types = ['mx', 'a', 'aaaa', 'txt', 'cname', 'ns', 'srv', 'tlsa', 'caa', 'ptr'] as const;
  const questions = Object.fromEntries(types.map((type) => [type, ask(type)]));
  return { ...(questions as unknown as Resolver), asked, close: () => undefined };
}

const honest: Records = {
  [`ptr ${peer}`]: ['mx.elsewhere.example'],
  'a mx.elsewhere.example': ['192.0.2.9', peer],
  'mx elsewhere.example': [{ preference: 10, exchange: 'mx.elsewhere.example' }],
};

interface Setting {
  readonly settings?: Partial<GuardSettings>;
  readonly records?: Records;
  readonly senders?: Senders | null;
  readonly clock?: Clock;
  readonly sleep?: GuardOptions['sleep'];
}

function open(setting: Setting = {}) {
  const resolver = tableResolver(setting.records ?? honest);
  const slept: number[] = [];
  const passing = fakeClock();
  const guard = createGuards({
    settings: { ...lenient, ...setting.settings },
    hostname: 'mail.coop.example',
    domain: 'coop.example',
    resolver,
    senders: setting.senders ?? null,
    metrics: createMetrics({ processMetrics: false }),
    log: silentLog,
    clock: setting.clock ?? passing,
    sleep:
      setting.sleep ??
      (async (ms) => {
        slept.push(ms);
        passing.advance(ms);
      }),
  });
  const at = (address = peer): SessionGuard => {
    const found = guard(address);
    if (!found) throw new Error('nobody watches');
    return found;
  };
  return { guard, at, resolver, slept };
}

/** What a session hears: the first refusal, or 'taken'. Questions that were asked are answered before RCPT. */
async function visit(
  watch: SessionGuard,
  wish: { hello?: string; sender?: string; recipient?: string; known?: boolean } = {},
): Promise<string> {
  const {
    hello = 'mx.elsewhere.example',
    sender = 'x@elsewhere.example',
    recipient = 'ana@coop.example',
  } = wish;
  const text = (reply: Reply) => `${reply.code} ${reply.enhanced}${reply.close ? ' closing' : ''}`;
  const early = watch.connect() ?? watch.hello(hello) ?? watch.mail(parsePath(sender));
  if (early) return text(early);
  await new Promise((resolve) => setImmediate(resolve));
  const answer = await watch.rcpt(recipient, wish.known ?? true, async () => undefined);
  return answer ? text(answer) : 'taken';
}

/** Remembers who met it, and says what it is told to. */
function someSenders(passes: boolean): Senders & { readonly met: unknown[] } {
  const met: unknown[] = [];
  const nothing = async () => undefined;
  return {
    met,
    async meet(triplet) {
      met.push(triplet);
      return passes;
    },
    purge: nothing,
    flush: nothing,
    close: nothing,
  };
}

describe('who is honest', () => {
  test('is taken, with every guard there is', async () => {
    const lists = [{ zone: 'bl.example', points: 'refuse' as const }];
    const { at } = open({
      settings: { blockLists: lists, domainLists: lists, deadSender: 'refuse' },
      senders: someSenders(false),
    });
    expect(await visit(at())).toBe('taken');
    expect(await visit(at(), { sender: '' })).toBe('taken');
  });

  test('a trusted network meets no guard', () => {
    expect(open().guard('127.0.0.1')).toBe(null);
    expect(open().guard('127.0.0.1.evil')).not.toBe(null);
  });

  test('is taken without a delay though the DNS is dead', async () => {
    for (const failure of ['timeout', 'servfail', 'silent'] as const) {
      const records = { 'ptr *': failure, 'mx *': failure, 'a *': failure, 'aaaa *': failure };
      const { at, slept } = open({ records, senders: someSenders(false) });
      expect(await visit(at(), { hello: 'localhost' })).toBe('taken');
      expect(slept).toEqual([]);
    }
  });

  test('waits for lists that may refuse, and no longer than lookUpsMsMax in all', async () => {
    const { at, slept } = open({
      settings: { blockLists: [{ zone: 'bl.example', points: 'refuse' }] },
      records: { 'a *': 'silent' },
    });
    expect(await visit(at())).toBe('taken');
    expect(slept).toEqual([lookUpsMsMax]);
  });
});

test('points are waited for while the DNS answers, for pointsMsMax', async () => {
  const records: Records = { [`ptr ${peer}`]: 'silent', 'mx elsewhere.example': [] };
  const { at, slept } = open({ records, senders: someSenders(false) });
  expect(await visit(at())).toBe('taken');
  expect(slept).toEqual([pointsMsMax]);
});

test('HELO and MAIL that lead to no recipient of ours ask the DNS fruitlessCommandsMax times and no more', async () => {
  const { at, resolver } = open({ records: {} });
  const watch = at();
  watch.connect();
  for (let i = 0; i < fruitlessCommandsMax; i++) {
    expect(watch.mail(parsePath(`x@d${i}.example`))).toBe(null);
    await watch.rcpt('nobody@coop.example', false, async () => undefined);
  }
  expect(watch.mail(parsePath('x@last.example'))).toMatchObject({ code: 421, close: true });
  expect(resolver.asked.filter((question) => question.startsWith('mx'))).toHaveLength(fruitlessCommandsMax);
  const other = at();
  for (let i = 0; i < 2 * fruitlessCommandsMax; i++) {
    expect(other.mail(parsePath('x@elsewhere.example'))).toBe(null);
    expect(await other.rcpt('ana@coop.example', true, async () => undefined)).toBe(null);
  }
});

describe('own lists', () => {
  const deny = {
    networks: parseNetworks(['81.2.69.0/24']),
    domains: new Set(['bad.example']),
    addresses: new Set(['x@worse.example']),
  };
  test.each([
    ['a denied network', { settings: { deny } }, {}, '554 5.7.1'],
    [
      'a denied domain',
      { settings: { deny: { ...deny, networks: parseNetworks([]) } } },
      { sender: 'y@bad.example' },
      '550 5.7.1',
    ],
    [
      'what lies below it',
      { settings: { deny: { ...deny, networks: parseNetworks([]) } } },
      { sender: 'y@a.bad.example' },
      '550 5.7.1',
    ],
    [
      'not what ends alike',
      { settings: { deny: { ...deny, networks: parseNetworks([]) } } },
      { sender: 'y@notbad.example' },
      'taken',
    ],
    [
      'a denied HELO name',
      { settings: { deny: { ...deny, networks: parseNetworks([]) } } },
      { hello: 'mx.BAD.example.' },
      '550 5.7.1',
    ],
    [
      'a denied sender',
      { settings: { deny: { ...deny, networks: parseNetworks([]) } } },
      { sender: 'X@worse.example' },
      '550 5.7.1',
    ],
    [
      'its neighbour',
      { settings: { deny: { ...deny, networks: parseNetworks([]) } } },
      { sender: 'y@worse.example' },
      'taken',
    ],
  ])('%s', async (_, setting, wish, expected) => {
    expect(await visit(open(setting).at(), wish)).toBe(expected);
  });

  test('who is allowed meets nothing else', async () => {
    const blockLists = [{ zone: 'bl.example', points: 'refuse' as const }];
    const records = { 'a 142.69.2.81.bl.example': ['127.0.0.2'] };
    const allow = { ...nobody, networks: parseNetworks([peer]) };
    expect(await visit(open({ settings: { blockLists }, records }).at())).toBe('550 5.7.1');
    expect(await visit(open({ settings: { blockLists, allow }, records }).at())).toBe('taken');
    const bySender = { ...nobody, domains: new Set(['elsewhere.example']) };
    expect(await visit(open({ settings: { blockLists, allow: bySender }, records }).at())).toBe('taken');
  });
});

test('who names a welcome sender is counted all the same', async () => {
  const allow = { ...nobody, domains: new Set(['elsewhere.example']) };
  const perHour = { messages: 3, recipients: 100, unknown: 2 };
  const { at } = open({ settings: { allow, perHour }, records: {}, senders: someSenders(false) });
  expect(await visit(at())).toBe('taken');
  expect(await visit(at(), { known: false })).toBe('taken');
  expect(await visit(at(), { known: false })).toBe('taken');
  expect(await visit(at())).toBe('450 4.7.1');
  const other = open({ settings: { allow, perHour } });
  const watch = other.at();
  await visit(watch);
  const rcpt = () => watch.rcpt('no@coop.example', false, async () => undefined);
  await rcpt();
  await rcpt();
  expect(await rcpt()).toMatchObject({ code: 421 });
  const address = { ...nobody, networks: parseNetworks([peer]) };
  const trusted = open({ settings: { allow: address, perHour } });
  for (let i = 0; i < 10; i++) expect(await visit(trusted.at(), { known: false })).toBe('taken');
});

describe('DNS lists', () => {
  const blockLists = [{ zone: 'bl.example', points: 'refuse' as const }];
  test.each<[string, Records, string]>([
    ['a listed address', { 'a 142.69.2.81.bl.example': ['127.0.0.4'] }, '550 5.7.1'],
    ['an error code of the list', { 'a 142.69.2.81.bl.example': ['127.255.255.254'] }, 'taken'],
    ['an answer that is none of a list', { 'a 142.69.2.81.bl.example': ['203.0.113.7'] }, 'taken'],
    ['no answer', { 'a 142.69.2.81.bl.example': 'timeout' }, 'taken'],
    ['not listed', {}, 'taken'],
  ])('%s', async (_, records, expected) => {
    expect(await visit(open({ settings: { blockLists }, records }).at())).toBe(expected);
  });

  test('postmaster and abuse are reached all the same', async () => {
    const records = { 'a 142.69.2.81.bl.example': ['127.0.0.2'] };
    const { at } = open({ settings: { blockLists }, records });
    expect(await visit(at(), { recipient: 'postmaster@coop.example' })).toBe('taken');
    expect(await visit(at(), { recipient: 'Abuse@coop.example' })).toBe('taken');
  });

  test('domains of senders and names of servers', async () => {
    const settings = { domainLists: [{ zone: 'dbl.example', points: 'refuse' as const }] };
    const records = { 'a bad.example.dbl.example': ['127.0.1.2'] };
    const { at, resolver } = open({ settings, records });
    expect(await visit(at(), { sender: 'x@bad.example' })).toBe('550 5.7.1');
    expect(await visit(at(), { hello: 'bad.example' })).toBe('550 5.7.1');
    expect(await visit(at(), { hello: 'good.example' })).toBe('taken');
    expect(await visit(at(), { hello: '[81.2.69.142]', sender: '' })).toBe('taken');
    expect(await visit(at(), { hello: '81.2.69.142', sender: 'x@[81.2.69.142]' })).toBe('taken');
    expect(resolver.asked.filter((question) => /\d\.dbl|\]/.test(question))).toEqual([]);
  });

  test('a new HELO or MAIL forgets what the one before was refused for', async () => {
    const settings = { domainLists: [{ zone: 'dbl.example', points: 'refuse' as const }] };
    const { at } = open({ settings, records: { 'a bad.example.dbl.example': ['127.0.1.2'] } });
    const watch = at();
    expect(await visit(watch, { sender: 'x@bad.example' })).toBe('550 5.7.1');
    expect(watch.mail(parsePath('x@good.example'))).toBe(null);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await watch.rcpt('ana@coop.example', true, async () => undefined)).toBe(null);
  });

  test('points from several lists together lead to greylisting', async () => {
    const lists = ['one', 'two'].map((zone) => ({ zone: `${zone}.example`, points: 3 }));
    const records = {
      ...honest,
      'a 142.69.2.81.one.example': ['127.0.0.2'],
      'a 142.69.2.81.two.example': ['127.0.0.2'],
    };
    const both = open({ settings: { blockLists: lists }, records, senders: someSenders(false) });
    expect(await visit(both.at())).toBe('450 4.7.1');
    const one = open({ settings: { blockLists: lists.slice(1) }, records, senders: someSenders(false) });
    expect(await visit(one.at())).toBe('taken');
  });
});

describe('a sender who takes no mail', () => {
  const cases: readonly [string, Records, string][] = [
    ['null MX', { 'mx elsewhere.example': [{ preference: 0, exchange: '' }] }, '550 5.7.27'],
    ['no such domain', {}, '550 5.1.8'],
    ['neither MX nor address', { 'mx elsewhere.example': [], 'a elsewhere.example': [] }, '550 5.1.8'],
    ['an address alone', { 'mx elsewhere.example': [], 'aaaa elsewhere.example': ['2001:db8::1'] }, 'taken'],
    ['no answer', { 'mx elsewhere.example': 'servfail' }, 'taken'],
    ['no answer for the address', { 'mx elsewhere.example': [], 'a elsewhere.example': 'timeout' }, 'taken'],
  ];
  test.each(cases)('%s', async (_, records, expected) => {
    expect(await visit(open({ settings: { deadSender: 'refuse' }, records }).at())).toBe(expected);
    expect(await visit(open({ settings: { deadSender: 'points' }, records }).at())).toBe('taken');
  });
});

describe('greylisting', () => {
  const unnamed: Records = { 'mx elsewhere.example': [{ preference: 1, exchange: 'a.example' }] };

  test.each<[string, Records, { hello?: string; sender?: string }, string]>([
    ['a name that leads back', honest, {}, 'taken'],
    ['no name alone', unnamed, {}, 'taken'],
    ['no name, and a HELO that is ours', unnamed, { hello: 'mail.coop.example' }, '450 4.7.1'],
    ['no name, and a HELO that is an address', unnamed, { hello: peer }, '450 4.7.1'],
    ['no name, and a literal of another', unnamed, { hello: '[192.0.2.1]' }, '450 4.7.1'],
    ['no name, and its own literal', unnamed, { hello: `[${peer}]` }, 'taken'],
    ['no name, and a dead sender', {}, {}, '450 4.7.1'],
    [
      'a name that leads elsewhere, a HELO of one word, a dead sender',
      { [`ptr ${peer}`]: ['a.example'], 'a a.example': ['192.0.2.1'] },
      { hello: 'pc' },
      '450 4.7.1',
    ],
    [
      'trouble beside a false HELO and a dead sender',
      { [`ptr ${peer}`]: 'servfail' },
      { hello: 'localhost' },
      'taken',
    ],
  ])('%s', async (_, records, wish, expected) => {
    expect(await visit(open({ records, senders: someSenders(false) }).at(), wish)).toBe(expected);
  });

  test('asks for network, sender and recipient, and takes who passed', async () => {
    const senders = someSenders(true);
    expect(await visit(open({ records: {}, senders }).at())).toBe('taken');
    expect(senders.met).toEqual([
      { network: '81.2.69', sender: 'x@elsewhere.example', recipient: 'ana@coop.example' },
    ]);
  });

  test('an unknown recipient is not remembered, nor is postmaster made to wait', async () => {
    const senders = someSenders(false);
    const { at } = open({ records: {}, senders });
    await visit(at(), { known: false });
    expect(await visit(at(), { recipient: 'postmaster@coop.example' })).toBe('taken');
    expect(senders.met).toEqual([]);
  });

  test('a store that fails greylists nobody', async () => {
    const senders = { ...someSenders(false), meet: () => Promise.reject(new Error('no')) };
    expect(await visit(open({ records: {}, senders }).at())).toBe('taken');
  });

  test('names beyond namesPerAddressMax are not looked at', async () => {
    const names = Array.from({ length: namesPerAddressMax + 20 }, (_, at) => `n${at}.example`);
    const { at, resolver } = open({ records: { [`ptr ${peer}`]: names } });
    await visit(at());
    expect(resolver.asked.filter((question) => /^a n\d+/.test(question))).toHaveLength(namesPerAddressMax);
  });

  test('no single sign is enough', () => {
    const threshold = lenient.greylist?.points ?? 0;
    for (const points of [unnamedPointsCount, falseHelloPointsCount, deadSenderPointsCount]) {
      expect(points).toBeLessThan(threshold);
    }
  });
});

describe('dictionary attacks', () => {
  const settings = { tarpit: { after: 2, msMax: 3 * tarpitMs }, perHour: { ...lenient.perHour, unknown: 6 } };

  test('answers come later with each unknown recipient, also in the next session; then only members are reached', async () => {
    const { at, slept } = open({ settings });
    for (let i = 0; i < 4; i++) expect(await visit(at(), { known: false })).toBe('taken');
    expect(slept).toEqual([tarpitMs, 2 * tarpitMs]);
    const watch = at();
    await visit(watch, { known: false });
    await visit(watch, { known: false });
    expect(slept.slice(2)).toEqual([3 * tarpitMs, 3 * tarpitMs]);
    expect(await visit(at(), { known: false })).toBe('421 4.7.1 closing');
    expect(await visit(at(), { known: false })).toBe('421 4.7.1 closing');
    expect(await visit(at())).toBe('taken');
    expect(await visit(at('81.2.69.143'), { known: false })).toBe('taken');
  });

  test('a network finds nobody but members after so many addresses of it', async () => {
    const { at } = open({ settings });
    for (let host = 0; host < addressesPerNetworkMax; host++) {
      for (let i = 0; i < 6; i++) await visit(at(`81.2.69.${host}`), { known: false });
    }
    expect(await visit(at('81.2.69.200'))).toBe('taken');
    expect(await visit(at('81.2.69.200'), { known: false })).toBe('421 4.7.1 closing');
    expect(await visit(at('81.2.69.201'))).toBe('taken');
    expect(await visit(at('81.2.70.1'), { known: false })).toBe('taken');
  });

  test('an hour later all is forgotten', async () => {
    const clock = fakeClock();
    const { at } = open({ settings, clock });
    for (let i = 0; i < 7; i++) await visit(at(), { known: false });
    expect(await visit(at(), { known: false })).toBe('421 4.7.1 closing');
    clock.advance(2 * windowMs);
    expect(await visit(at(), { known: false })).toBe('taken');
  });

  test('only tarpitsMax answers are held back at a time; a session that ends holds nothing', async () => {
    const waiting = new Set<() => void>();
    const sleep: GuardOptions['sleep'] = (_, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        signal?.addEventListener('abort', wake);
      });
    const { at } = open({
      settings: { tarpit: { after: 0, msMax: 1_000 }, perHour: { ...lenient.perHour, unknown: 10_000 } },
      sleep,
    });
    const sessions = Array.from({ length: tarpitsMax }, (_, i) => at(`81.3.${i >> 8}.${i & 255}`));
    const answers = sessions.map((watch) => visit(watch, { known: false }));
    while (waiting.size < tarpitsMax) await new Promise((resolve) => setImmediate(resolve));
    expect(await visit(at('81.4.0.1'), { known: false })).toBe('421 4.7.1 closing');
    for (const watch of sessions) watch.end();
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['taken']));
    expect(waiting.size).toBe(0);
    const last = at('81.4.0.2');
    const answer = visit(last, { known: false });
    while (waiting.size === 0) await new Promise((resolve) => setImmediate(resolve));
    last.end();
    expect(await answer).toBe('taken');
  });
});

describe('rates', () => {
  test('messages and recipients of an address, and of its network', async () => {
    const perHour = { messages: 2, recipients: 3, unknown: 100 };
    const { at } = open({ settings: { perHour } });
    expect(await visit(at())).toBe('taken');
    expect(await visit(at())).toBe('taken');
    expect(await visit(at())).toBe('450 4.7.1');
    const other = at('81.5.0.1');
    expect(await visit(other)).toBe('taken');
    const rcpt = () => other.rcpt('ana@coop.example', true, async () => undefined);
    expect(await rcpt()).toBe(null);
    expect(await rcpt()).toBe(null);
    expect(await rcpt()).toMatchObject({ code: 450, enhanced: '4.7.1', close: false });
    for (let i = 0; i < 2 * addressesPerNetworkMax; i++) await visit(at(`81.6.0.${i}`));
    expect(await visit(at('81.6.0.99'))).toBe('450 4.7.1');
  });

  test('counts slide, and hold countedMax keys at most', () => {
    const clock = fakeClock();
    const counts = new SlidingCounts(clock);
    for (let i = 0; i < 10; i++) counts.add('a', 'messages');
    clock.advance(windowMs);
    expect(counts.count('a', 'messages')).toBe(10);
    clock.advance(windowMs / 2);
    expect(counts.add('a', 'messages')).toBe(6);
    expect(counts.count('a', 'recipients')).toBe(0);
    clock.advance(windowMs / 2);
    expect(counts.count('a', 'messages')).toBe(1);
    for (let i = 0; i < countedMax; i++) counts.add(`b${i}`, 'messages');
    expect(counts.count('a', 'messages')).toBe(0);
  });
});

describe('addresses', () => {
  test.each([
    ['192.0.2.1', '192.0.2', '1.2.0.192'],
    [
      '2001:db8:1:2:3:4:5:6',
      '32.1.13.184.0.1.0.2',
      '6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2',
    ],
    ['fe80::1%eth0', '254.128.0.0.0.0.0.0', `1.${'0.'.repeat(28)}8.e.f`],
  ])('%s', (address, network, reversed) => {
    expect(networkOf(address)).toBe(network);
    expect(reversedName(address)).toBe(reversed);
  });

  test.each([
    '',
    'x',
    '1.2.3',
    '1.2.3.256',
    '1:2',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '::g',
    'mail.coop.example',
  ])('%j is none', (text) => {
    expect(octetsOf(text)).toBe(null);
    expect(reversedName(text)).toBe(null);
  });
});
