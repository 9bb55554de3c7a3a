import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import type { OutwardRequest } from '../../net/index.ts';
import { openTestPushService } from '../../testing/index.ts';
import { Courier, readRetryAfter } from './deliver.ts';
import { Gathered } from './gathered.ts';
import { PushKeys } from './keys.ts';
import {
  againMs,
  againMsMax,
  answerBytesMax,
  authorizationMs,
  authorizationsMax,
  failuresMax,
  gatherMs,
  messageSecondsMax,
  placesWaitingMax,
  pushEveryMs,
  pushesAtOnceMax,
  pushesPerMemberMax,
  pushesWaitingMax,
  requestMsMax,
  retryAfterMsMax,
} from './limits.ts';
import { Rounds } from './rounds.ts';

const start = Date.UTC(2026, 10, 22);

describe('what is gathered', () => {
  const items = (collection: number, quiet: readonly string[] | 'all' = []) =>
    ({ account: 1, collection, what: 'items', quiet }) as const;

  test('who need not hear of two writes need not hear of either', () => {
    const rows = [
      [[], ['a'], []],
      [['a'], ['a', 'b'], ['a']],
      ['all', ['a'], ['a']],
      [['a'], 'all', ['a']],
      ['all', 'all', 'all'],
      [['a'], ['b'], []],
    ] as const;
    for (const [one, other, both] of rows) {
      const gathered = new Gathered(10);
      gathered.add(items(3, one));
      gathered.add(items(3, other));
      expect(gathered.take()).toEqual([{ account: 1, place: '3', content: both, gone: false }]);
      expect(gathered.take()).toEqual([]);
    }
  });

  test('content and properties are told apart; the end of a collection is of its home too', () => {
    const gathered = new Gathered(10);
    gathered.add({ account: 1, collection: 3, what: 'details', quiet: ['a'] });
    gathered.add(items(3, ['b']));
    const home = 'calendars' as const;
    gathered.add({ account: 1, collection: 4, what: 'removed', home, members: [2], quiet: ['c'] });
    gathered.add({ account: 1, collection: 5, what: 'made', home, quiet: [] });
    gathered.add({ account: 1, collection: 6, what: 'shared', home, members: [3], quiet: [] });
    expect(gathered.take()).toEqual([
      { account: 1, place: '3', properties: ['a'], content: ['b'], gone: false },
      { account: 1, place: 'calendars', content: [], gone: false },
      { account: 2, place: 'calendars', content: ['c'], gone: false },
      { account: 1, place: '4', content: ['c'], gone: true },
      { account: 3, place: 'calendars', content: [], gone: false },
      { account: 1, place: '6', properties: [], gone: false },
    ]);
  });

  test('placesWaitingMax', () => {
    const gathered = new Gathered(2);
    expect([1, 2, 3, 2].map((collection) => gathered.add(items(collection)))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(placesWaitingMax).toBeLessThan(pushesWaitingMax);
  });
});

describe('turns', () => {
  const clock = fakeClock(start);
  const pass = async (ms: number) => {
    clock.advance(ms);
    await vi.advanceTimersByTimeAsync(ms);
  };
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function open(bounds: { atOnceMax?: number; perMemberMax?: number }, again: () => number | null) {
    const had: string[] = [];
    const ends: (() => void)[] = [];
    const rounds = new Rounds({
      atOnceMax: pushesAtOnceMax,
      perMemberMax: pushesPerMemberMax,
      ...bounds,
      clock,
      memberOf: (token) => token.charCodeAt(0),
      run: (token) => {
        had.push(token);
        return new Promise((resolve) => ends.push(() => resolve(again())));
      },
    });
    const end = async () => {
      ends.shift()?.();
      await pass(0);
    };
    return { rounds, had, end };
  }

  test('pushesAtOnceMax, pushesPerMemberMax: who waits behind many of one member is not kept waiting', async () => {
    expect(pushesPerMemberMax).toBeLessThan(pushesAtOnceMax);
    const { rounds, had, end } = open({ atOnceMax: 3, perMemberMax: 2 }, () => null);
    for (const token of ['a1', 'a2', 'a3', 'b1', 'c1']) rounds.want(token);
    expect(had).toEqual(['a1', 'a2', 'b1']);
    await end();
    expect(had).toEqual(['a1', 'a2', 'b1', 'a3']);
    await end();
    expect(had.at(-1)).toBe('c1');
  });

  test('one comes again when its last turn said, and not before', async () => {
    const { rounds, had, end } = open({}, () => pushEveryMs);
    rounds.want('a');
    rounds.want('a');
    await end();
    rounds.want('a');
    await pass(pushEveryMs - 1);
    expect(had).toEqual(['a']);
    rounds.want('b');
    expect(had).toEqual(['a', 'b']);
    await pass(1);
    expect(had).toEqual(['a', 'b', 'a']);
  });

  test('a sooner turn does not wait for a later one, and nobody has one after the end', async () => {
    const waits = [5_000, 1_000, null];
    const { rounds, had, end } = open({}, () => waits.shift() ?? null);
    rounds.want('late');
    rounds.want('soon');
    await end();
    await end();
    await pass(1_000);
    expect(had).toEqual(['late', 'soon', 'soon']);
    await end();
    await rounds.stop();
    await pass(10_000);
    rounds.want('new');
    expect(had).toHaveLength(3);
  });
});

describe('a delivery', () => {
  test('retryAfterMsMax: seconds, a date, nonsense', () => {
    expect(readRetryAfter(undefined, start)).toBe(0);
    expect(readRetryAfter('30', start)).toBe(30_000);
    expect(readRetryAfter(new Date(start + 5_000).toUTCString(), start)).toBe(5_000);
    expect(readRetryAfter(new Date(start - 5_000).toUTCString(), start)).toBe(0);
    expect(readRetryAfter('999999999', start)).toBe(retryAfterMsMax);
    expect(readRetryAfter('soon', start)).toBe(0);
  });

  test('requestMsMax, answerBytesMax, messageSecondsMax, authorizationsMax: what is asked of a service', async () => {
    const service = await openTestPushService();
    const { resource, publicKey, authSecret } = service.device('phone');
    await service.close();
    const clock = fakeClock(start);
    const asked: OutwardRequest[] = [];
    const courier = new Courier({
      clock,
      contact: () => 'mailto:postmaster@coop.example',
      ask: async (request) => {
        asked.push(request);
        return { status: 201, headers: {}, body: Buffer.alloc(0) };
      },
    });
    const keys = await new PushKeys(async () => Buffer.alloc(32, 1).toString('base64')).get();
    const send = (leftMs: number) =>
      courier.deliver(
        {
          registration: {
            token: 't',
            member: 1,
            account: 1,
            place: '3',
            resource,
            publicKey,
            authSecret,
            contentDepth: 1,
            properties: true,
            expiresMs: clock.nowMs() + leftMs,
          },
          topic: 'topic',
          news: { content: true, properties: false },
          message: '<m/>',
        },
        keys,
      );
    await send(60_000);
    await send(1_000 * messageSecondsMax * 2);
    clock.advance(authorizationMs);
    await send(60_000);
    const [first, second, third] = asked;
    expect(first).toMatchObject({
      method: 'POST',
      redirectsMax: 0,
      httpsOnly: true,
      msMax: requestMsMax,
      answerBytesMax,
    });
    expect(asked.map(({ headers }) => headers?.ttl)).toEqual(['60', String(messageSecondsMax), '60']);
    expect(second?.headers?.authorization).toBe(first?.headers?.authorization);
    expect(third?.headers?.authorization).not.toBe(first?.headers?.authorization);
    expect(second?.body?.equals(first?.body ?? Buffer.alloc(0))).toBe(false);
    expect(authorizationsMax).toBeGreaterThan(100);
  });

  test('againMsMax: a service that fails is asked for more than an hour', () => {
    let [total, wait] = [0, againMs];
    for (let at = 1; at < failuresMax; at++) {
      total += wait;
      wait = Math.min(wait * 2, againMsMax);
    }
    expect(total).toBeGreaterThan(60 * 60_000);
    expect(gatherMs).toBeLessThan(pushEveryMs);
  });
});

describe('the keys', () => {
  test('follow from the secret; a secret that could not be read is read again', async () => {
    let fails = true;
    const keys = new PushKeys(async () => {
      if (fails) throw new Error('not now');
      return Buffer.alloc(32, 1).toString('base64');
    });
    await expect(keys.get()).rejects.toThrow('not now');
    fails = false;
    const made = await keys.get();
    const again = await new PushKeys(async () => Buffer.alloc(32, 1).toString('base64')).get();
    expect([again.publicKey, again.privateKey]).toEqual([made.publicKey, made.privateKey]);
    const other = await new PushKeys(async () => Buffer.alloc(32, 2).toString('base64')).get();
    expect(other.publicKey).not.toBe(made.publicKey);
    expect(other.topicOf(1, '3')).not.toBe(made.topicOf(1, '3'));
    const topics = [made.topicOf(1, '3'), made.topicOf(1, '4'), made.topicOf(11, '3'), made.topicOf(1, '13')];
    expect(new Set(topics).size).toBe(4);
  });
});
