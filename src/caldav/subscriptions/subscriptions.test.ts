import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAskOutward, parseNetworks } from '../../net/index.ts';
import { createLog, createMetrics, type Metrics } from '../../observability/index.ts';
import { type CollectionsWriter, createCollections } from '../../stores/collections/index.ts';
import {
  engines,
  fakeClock,
  memoryResolver,
  openTestStores,
  startSuite,
  type TestStores,
  testBrowser,
} from '../../testing/index.ts';
import { calendar, document, propfind, xml } from '../fixtures.ts';
import {
  feedAgainMs,
  feedAgainMsMax,
  feedBytesMax,
  feedEveryMs,
  feedEveryMsMax,
  feedEveryMsMin,
  feedItemsMax,
  feedMsMax,
  feedRedirectsMax,
  feedsAtOnceMax,
  feedZonesAnewMax,
  sourceBytesMax,
} from '../limits.ts';
import { FeedError, readFeed } from './feed.ts';
import { Subscriptions } from './refresher.ts';
import { sourceOf } from './source.ts';
import { stateIn } from './state.ts';

const vevent = (uid: string, summary = uid, stamp = '20260101T000000Z') =>
  `BEGIN:VEVENT\nUID:${uid}\nDTSTAMP:${stamp}\nDTSTART:20260305T100000Z\nSUMMARY:${summary}\nEND:VEVENT`;
const settings = { objectBytesMax: 65_536, instancesMax: 100, attendeesMax: 10 };

let stores: TestStores;
let collections: CollectionsWriter;
let reader: Subscriptions;
let metrics: Metrics;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let origin: string;
let port: number;
let requests: IncomingMessage[];
let close: () => Promise<void>;
const clock = fakeClock(1_800_000_000_000);
const resolver = memoryResolver({
  'feed.example': { a: ['127.0.0.1'] },
  'both.example': { a: ['127.0.0.1', '10.0.0.1'] },
});
let allowed: readonly string[];

beforeEach(async () => {
  const [sqlite] = engines();
  if (!sqlite) throw new Error('there is no engine');
  stores = await openTestStores(sqlite);
  const { database, blobs } = stores;
  collections = createCollections({ database, blobs, clock, settings: () => ({ quota: 1e9 }) });
  requests = [];
  allowed = ['127.0.0.0/8'];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  origin = `http://feed.example:${port}`;
  metrics = createMetrics({ processMetrics: false });
  const log = createLog({ level: 'error', format: 'json', write: () => {} });
  const ask = createAskOutward({ resolver, allowed: () => parseNetworks(allowed) });
  reader = new Subscriptions({ collections, settings, ask, clock, log, metrics });
  close = async () => {
    server.closeAllConnections();
    server.close();
    await stores.close();
  };
});
afterEach(() => close());

const subscribe = (source: string) =>
  collections.makeCollection(1, { home: 'calendars', kind: 'calendar', name: 'feed', details: { source } });

async function held(id: number): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const page of collections.itemsWithBytes(1, id))
    for (const { bytes } of page) texts.push(/SUMMARY:(.*)\r/.exec(bytes.toString())?.[1] ?? '');
  return texts.sort();
}
const stateOf = async (id: number) => stateIn(await collections.properties(1, id));
const serveText = (text: string, headers: Record<string, string> = {}) => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/calendar', ...headers });
    response.end(text);
  };
};

describe('a subscription', () => {
  test('is counted by what came of reading it, and where it is is not told', async () => {
    serveText(calendar(vevent('a')), { etag: '"1"' });
    await subscribe(`${origin}/feed.ics`);
    await reader.refreshDue();
    for (const status of [304, 500]) {
      answer = (_, response) => response.writeHead(status).end();
      clock.advance(feedEveryMs);
      await reader.refreshDue();
    }
    const { body } = await metrics.render();
    for (const result of ['read', 'same', 'failed'])
      expect(body).toContain(`myco_calendar_subscriptions_total{result="${result}"} 1`);
    expect(body).not.toContain('feed.example');
  });

  test('is read at once, then when it is due; what changed alone moves', async () => {
    serveText(calendar(`${vevent('a')}\n${vevent('b')}`), { etag: '"1"' });
    const { id } = await subscribe(`${origin}/feed.ics`);
    await reader.refreshDue();
    expect(await held(id)).toEqual(['a', 'b']);
    await reader.refreshDue();
    expect(requests).toHaveLength(1);

    const token = await collections.syncToken(1, id);
    serveText(
      calendar(`${vevent('a', 'a', '20260202T000000Z')}\n${vevent('c')}`).replace(
        'VERSION:2.0',
        'VERSION:2.0\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H',
      ),
      { etag: '"2"' },
    );
    clock.advance(feedEveryMs);
    await reader.refreshDue();
    expect(requests[1]?.headers['if-none-match']).toBe('"1"');
    expect(await held(id)).toEqual(['a', 'c']);
    const moved = await collections.changes(1, id, token, 100);
    // A time stamp of the answer is no change.
    expect([moved.changed.length, moved.gone.length]).toEqual([1, 1]);

    answer = (_, response) => {
      response.writeHead(304);
      response.end();
    };
    const quiet = await collections.syncToken(1, id);
    clock.advance(3_600_000);
    await reader.refreshDue();
    expect(requests).toHaveLength(3);
    expect(await collections.syncToken(1, id)).toBe(quiet);
  });

  test('that breaks keeps what was, says why, and is asked less and less', async () => {
    serveText(calendar(vevent('a')));
    const { id } = await subscribe(`${origin}/feed.ics`);
    await reader.refreshDue();
    const broken = [
      () => serveText('<html>come back later</html>'),
      () => serveText(calendar(vevent('b')).slice(0, -20)),
      () => serveText(calendar('BEGIN:VEVENT\nUID:x\nDTSTART:nonsense\nEND:VEVENT')),
      () => {
        answer = (_, response) => {
          response.writeHead(503);
          response.end();
        };
      },
    ];
    clock.advance(feedEveryMs);
    for (const [at, breakIt] of broken.entries()) {
      breakIt();
      await reader.refreshDue();
      expect(await held(id)).toEqual(['a']);
      expect(await stateOf(id)).toMatchObject({ failures: at + 1, reason: expect.stringMatching(/./) });
      const asked = requests.length;
      clock.advance(Math.min(feedAgainMs * 2 ** at, feedAgainMsMax) - 1);
      await reader.refreshDue();
      expect(requests).toHaveLength(asked);
      clock.advance(1);
    }
    serveText(calendar(vevent('c')));
    await reader.refreshDue();
    expect(await held(id)).toEqual(['c']);
    expect(await stateOf(id)).toMatchObject({ failures: 0, reason: '' });
  });

  test('goes with its calendar', async () => {
    serveText(calendar(vevent('a')));
    const { id } = await subscribe(`${origin}/feed.ics`);
    await reader.refreshDue();
    await collections.removeCollection(1, id);
    clock.advance(feedEveryMsMax);
    await reader.refreshDue();
    expect(requests).toHaveLength(1);
    expect(await collections.nextJobMs('subscription')).toBeNull();
  });
});

describe('where it is read from', () => {
  test.each([
    ['a private address', 'http://10.0.0.1/f.ics'],
    ['the address of clouds’ secrets', 'http://169.254.169.254/latest'],
    ['a name with one private address among others', 'http://both.example/f.ics'],
    ['loopback in IPv6', 'http://[::1]:8080/f.ics'],
    ['loopback in IPv6 of IPv4', 'http://[::ffff:10.0.0.1]/f.ics'],
    ['a mail server', 'http://feed.example:25/'],
    ['a name that nobody has', 'http://nobody.example/f.ics'],
  ])('is not %s', async (_, source) => {
    allowed = ['127.0.0.1'];
    const { id } = await subscribe(source);
    await reader.refreshDue();
    expect(requests).toHaveLength(0);
    expect((await stateOf(id)).failures).toBe(1);
  });

  test('is judged again where it leads on, and not for ever', async () => {
    let left = feedRedirectsMax;
    answer = (_, response) => {
      if (left-- > 0) response.writeHead(302, { location: `/next-${left}` });
      else response.writeHead(200);
      response.end(calendar(vevent('a')));
    };
    const { id } = await subscribe(`${origin}/feed.ics`);
    await reader.refreshDue();
    expect(await held(id)).toEqual(['a']);
    left = feedRedirectsMax + 1;
    clock.advance(feedEveryMs);
    await reader.refreshDue();
    expect((await stateOf(id)).reason).toContain('leads on');
    answer = (_, response) => {
      response.writeHead(301, { location: 'http://10.0.0.1/f.ics' });
      response.end();
    };
    clock.advance(feedAgainMsMax);
    await reader.refreshDue();
    expect((await stateOf(id)).reason).toContain('nobody is asked');
  });

  test('is loopback only where the operator says so', async () => {
    allowed = [];
    serveText(calendar(vevent('a')));
    await subscribe(`${origin}/feed.ics`);
    await reader.refreshDue();
    expect(requests).toHaveLength(0);
  });
});

describe('zones of a feed', () => {
  const zone = (offset: string) =>
    `BEGIN:VTIMEZONE\nTZID:Home\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:${offset}\nTZOFFSETTO:${offset}\nEND:STANDARD\nEND:VTIMEZONE`;
  const at = (uid: string) =>
    `BEGIN:VEVENT\nUID:${uid}\nDTSTAMP:20260101T000000Z\nDTSTART;TZID=Home:20260305T100000\nEND:VEVENT`;
  const made = () =>
    collections.makeCollection(1, { home: 'calendars', kind: 'calendar', name: 'feed', details: {} });

  test('mean what they say in their own VCALENDAR, wherever they stand in it', async () => {
    const feed = [
      calendar([zone('+0100'), at('a')].join('\n')),
      calendar([at('late'), zone('+0100')].join('\n')),
      calendar([zone('+0500'), at('b')].join('\n')),
    ].join('');
    const { items } = await readFeed(Buffer.from(feed), await made(), settings);
    const offsets = [...items.values()].map(({ uid, bytes }) => [
      uid,
      /TZOFFSETTO:(\S+)/.exec(String(bytes))?.[1],
    ]);
    expect(Object.fromEntries(offsets)).toEqual({ a: '+0100', late: '+0100', b: '+0500' });
  });

  test('are said anew so often and no more', async () => {
    const feed = (times: number) =>
      Buffer.from(
        Array.from({ length: times + 1 }, (_, index) =>
          calendar(`${zone(index % 2 === 0 ? '+0100' : '+0500')}\n${at(`u${index}`)}`),
        ).join(''),
      );
    const calendarRow = await made();
    expect((await readFeed(feed(feedZonesAnewMax), calendarRow, settings)).items.size).toBe(
      feedZonesAnewMax + 1,
    );
    await expect(readFeed(feed(feedZonesAnewMax + 1), calendarRow, settings)).rejects.toThrow(FeedError);
  });
});

test('feeds are bounded', async () => {
  const row = await subscribe('https://feed.example/');
  expect(feedsAtOnceMax).toBeGreaterThan(0);
  expect(feedMsMax).toBeLessThanOrEqual(60_000);
  const every = async (interval: string) =>
    (
      await readFeed(
        Buffer.from(calendar(vevent('a')).replace('VERSION', `X-PUBLISHED-TTL:${interval}\r\nVERSION`)),
        row,
        settings,
      )
    ).everyMs;
  expect([await every('PT1S'), await every('P400D'), await every('nonsense')]).toEqual([
    feedEveryMsMin,
    feedEveryMsMax,
    feedEveryMs,
  ]);
  const many = Array.from({ length: feedItemsMax + 1 }, (_, at) => vevent(`u${at}`)).join('\n');
  await expect(readFeed(Buffer.from(calendar(many)), row, settings)).rejects.toBeInstanceOf(FeedError);
  answer = (_, response) => {
    response.writeHead(200);
    response.end(Buffer.alloc(feedBytesMax + 1, 'x'));
  };
  await collections.makeCollection(2, {
    home: 'calendars',
    kind: 'calendar',
    name: 'feed',
    details: { source: `${origin}/large` },
  });
  await reader.refreshDue();
  expect(requests).toHaveLength(1);
  expect(sourceOf('webcal://feed.example/a.ics#x')).toBe('https://feed.example/a.ics');
  for (const wrong of [
    '',
    'ftp://x.example/',
    'https://a:b@x.example/',
    `https://x.example/${'a'.repeat(sourceBytesMax)}`,
  ])
    expect(() => sourceOf(wrong)).toThrow('a subscription is read from');
});

test('a client makes one, sees what it is, and writes nothing into it', async () => {
  const suite = await startSuite({ settings: { calendars: { subscriptionNetworks: ['127.0.0.0/8'] } } });
  try {
    const browser = testBrowser(suite.ports.https, suite.authority);
    await suite.addMember('ana@coop.localhost', 'correct horse battery');
    const authorization = `Basic ${Buffer.from('ana:correct horse battery').toString('base64')}`;
    const ask = (method: string, path: string, body: string, headers = {}) =>
      browser.ask(path, { method, body, headers: { authorization, depth: '0', ...xml, ...headers } });
    const source = `<CS:source><D:href>https://feed.example/a.ics</D:href></CS:source>`;
    const mkcol = document(
      'D:mkcol',
      `<D:set><D:prop><D:resourcetype><D:collection/><CS:subscribed/></D:resourcetype>${source}</D:prop></D:set>`,
    );
    const feed = '/dav/calendars/ana/feed/';
    expect((await ask('MKCOL', feed, mkcol)).status).toBe(201);
    const { text } = await ask(
      'PROPFIND',
      feed,
      propfind('D:resourcetype', 'CS:source', 'D:current-user-privilege-set'),
    );
    expect(text).toContain('<C:calendar/><CS:subscribed/>');
    expect(text).toContain(source);
    expect(text).not.toContain('<D:write-content/>');
    const put = await ask('PUT', `${feed}a.ics`, calendar(vevent('a')), { 'content-type': 'text/calendar' });
    expect(put.status).toBe(403);
    const patch = document('D:propertyupdate', `<D:set><D:prop>${source}</D:prop></D:set>`);
    expect((await ask('PROPPATCH', '/dav/calendars/ana/personal/', patch)).text).toContain('403 Forbidden');
    const wrong = mkcol.replace('https://feed', 'file://feed');
    expect((await ask('MKCOL', '/dav/calendars/ana/wrong/', wrong)).status).toBe(403);
  } finally {
    await suite.stop();
  }
});
