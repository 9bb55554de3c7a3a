import { describe, expect, test } from 'vitest';
import { StanzaError } from '../errors.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { defaultFederationLimits, type FederationLimits } from './limits.ts';
import { Link, type LinkHost } from './link.ts';
import type { Outbound } from './outbound.ts';
import { Resumables } from './resumables.ts';
import type { ServerStream } from './server-stream.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A stream that writes down what it is told. */
function streamOf(acks: Acknowledgements | null) {
  const said: string[] = [];
  const write = (text: string) => {
    said.push(text);
    return true;
  };
  const ends: string[] = [];
  const stream = {
    ...{ acks, isOver: false, peerBytesMax: 1_000, spokeAtMs: 0 },
    transport: { send: write, sendStanza: write, drain: async () => undefined },
    cut: (reason: string) => ends.push(`cut ${reason}`),
    close: () => ends.push('closed'),
  } as unknown as ServerStream;
  return { said, ends, stream };
}

function scene(most: Partial<FederationLimits> = {}) {
  const state = { now: 0, answer: null as (() => void) | null, error: null as Error | null };
  const arrived: number[] = [];
  const refused: string[] = [];
  const reached: string[] = [];
  const sent = { count: 0 };
  const stored: Outbound[] = [];
  let connects = 0;
  const host: LinkHost = {
    limits: { ...defaultFederationLimits, ...most },
    nowMs: () => state.now,
    async connect() {
      connects++;
      if (state.error !== null) throw state.error;
      await new Promise(() => undefined);
    },
    waiting: async (_, after) => stored.filter(({ seq }) => seq > after).slice(0, 2),
    arrived: (_, seqs) => void arrived.push(...seqs),
    refuse: (_, { text }, { condition }) => void refused.push(`${text} ${condition}`),
    reached: (_, failures, error) => void reached.push(`${failures} ${error?.condition ?? 'ok'}`),
    sent: () => void sent.count++,
    ask: () => new Promise((resolve) => (state.answer = resolve)),
  };
  const link = new Link(host, 'a.test', 'b.test');
  const offer = (...seqs: number[]) => {
    for (const seq of seqs) {
      const outbound = { text: `m${seq}`, seq, stanza: null };
      stored.push(outbound);
      link.offer(outbound);
    }
  };
  const passing = (text: string) => link.offer({ text, seq: 0, stanza: null });
  return { state, arrived, refused, reached, sent, link, offer, passing, connects: () => connects };
}
const fresh = { isResumed: false, h: undefined };
const ask = "<r xmlns='urn:xmpp:sm:3'/>";

describe('the way to another server', () => {
  test('heldPerLinkMax: what is durable waits in the store, what is not is refused; all in order', async () => {
    const { link, offer, passing, refused, arrived } = scene({ heldPerLinkMax: 2 });
    offer(1, 2, 3, 4, 5);
    passing('presence');
    expect(refused).toEqual(['presence resource-constraint']);
    const acks = new Acknowledgements('', 10);
    const { said, stream } = streamOf(acks);
    link.attach(stream, fresh);
    await turn();
    expect(said).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', ask]);
    link.acknowledged('5');
    expect(arrived).toEqual([1, 2, 3, 4, 5]);
  });

  test('heldBytesPerLinkMax counts what it is long', async () => {
    const { offer, passing, refused } = scene({ heldBytesPerLinkMax: 4 });
    offer(1, 2);
    passing('presence');
    expect(refused).toEqual(['presence resource-constraint']);
  });

  test('unconfirmedMax: no more is sent than may be lost', async () => {
    const { link, offer } = scene({ unconfirmedMax: 2 });
    offer(1, 2, 3);
    const { said, stream } = streamOf(new Acknowledgements('', 10));
    link.attach(stream, fresh);
    await turn();
    expect(said).toEqual(['m1', 'm2', ask]);
    link.acknowledged('1');
    await turn();
    expect(said.slice(3)).toEqual(['m3', ask]);
  });

  test('unconfirmedMsMax: a server that acknowledges and does not is gone; one that cannot has got it', async () => {
    const most = { unconfirmedMsMax: 10 };
    const one = scene(most);
    one.offer(1);
    const silent = streamOf(new Acknowledgements('', 10));
    one.link.attach(silent.stream, fresh);
    await turn();
    one.state.now = 11;
    one.link.tick();
    expect([silent.ends, one.arrived]).toEqual([['cut unanswered'], []]);
    const other = scene(most);
    other.offer(1);
    const plain = streamOf(null);
    other.link.attach(plain.stream, fresh);
    await turn();
    other.state.now = 11;
    other.link.tick();
    expect([plain.ends, other.arrived]).toEqual([[], [1]]);
  });

  test('without XEP-0198, an answer to what was asked later confirms', async () => {
    const { link, offer, arrived, state } = scene();
    offer(1, 2);
    const { said, stream } = streamOf(null);
    link.attach(stream, fresh);
    await turn();
    offer(3);
    await turn();
    state.answer?.();
    await turn();
    expect([said, arrived]).toEqual([
      ['m1', 'm2', 'm3'],
      [1, 2],
    ]);
  });

  test('XEP-0198 §5: what is resumed goes on; what is not is sent again', async () => {
    for (const isResumed of [true, false]) {
      const { link, offer, arrived } = scene();
      offer(1, 2, 3);
      const acks = new Acknowledgements('id', 10);
      const first = streamOf(acks);
      link.attach(first.stream, fresh);
      await turn();
      link.lost(first.stream);
      expect(link.resumable).toBe(acks);
      const second = streamOf(isResumed ? acks : new Acknowledgements('', 10));
      link.attach(second.stream, { isResumed, h: '1' });
      await turn();
      expect([second.said.slice(0, 2), arrived]).toEqual([['m2', 'm3'], [1]]);
    }
  });

  test('what the other server takes no longer goes back (XEP-0478)', async () => {
    const { link, passing, refused } = scene();
    const { stream } = streamOf(null);
    link.attach(stream, fresh);
    passing('x'.repeat(1_001));
    await turn();
    expect(refused).toEqual([`${'x'.repeat(1_001)} policy-violation`]);
  });

  test('retryMsMin, retryMsMax: a server that is not reached is tried later and later', async () => {
    const { state, offer, passing, refused, link, connects } = scene({ retryMsMin: 100, retryMsMax: 1_000 });
    state.error = new StanzaError('remote-server-timeout');
    offer(1);
    await turn();
    passing('presence');
    expect([connects(), refused]).toEqual([1, ['presence remote-server-timeout']]);
    state.now = 49;
    link.tick();
    expect(connects()).toBe(1);
    for (let n = 2; n < 20; n++) {
      state.now += 1_000;
      link.tick();
      await turn();
      expect(connects()).toBe(n);
    }
    expect(link.isForgettable).toBe(false);
  });

  test('a domain without such a server: all goes back', async () => {
    const { state, offer, refused } = scene({ heldPerLinkMax: 1 });
    state.error = new StanzaError('remote-server-not-found');
    offer(1, 2, 3);
    await turn();
    expect(refused).toEqual([1, 2, 3].map((seq) => `m${seq} remote-server-not-found`));
  });

  test('a fault of ours: what waits goes on waiting, and it is tried again', async () => {
    const { state, offer, passing, refused, reached, link, connects } = scene({ retryMsMin: 100 });
    state.error = new Error('the database is busy');
    offer(1);
    await turn();
    passing('presence');
    expect([refused, reached]).toEqual([['presence remote-server-timeout'], ['1 remote-server-timeout']]);
    state.now += 100;
    link.tick();
    expect(connects()).toBe(2);
  });

  test('idleMsMax: a stream on which nothing is said is closed', async () => {
    const { state, link } = scene({ idleMsMax: 10 });
    const { stream, ends } = streamOf(null);
    link.attach(stream, fresh);
    state.now = 10;
    link.tick();
    expect(ends).toEqual([]);
    state.now = 11;
    link.tick();
    expect(ends).toEqual(['closed']);
  });
});

test('resumableMax, resumeSecondsMax: sessions that may go on', () => {
  let now = 0;
  const all = new Resumables({ ...defaultFederationLimits, resumableMax: 1, resumeSecondsMax: 1 }, () => now);
  const acks = new Acknowledgements(all.newId(), 1);
  const { stream } = streamOf(acks);
  all.add({ acks, theirs: 'b.test', stream, lostAtMs: null });
  expect(all.newId()).toBe('');
  expect(all.find(acks.id, 'c.test')).toBeNull();
  all.lost(stream, false);
  now = 1_000;
  all.purge();
  expect(all.find(acks.id, 'b.test')).not.toBeNull();
  now = 1_001;
  all.purge();
  expect(all.find(acks.id, 'b.test')).toBeNull();
});

test('limits that hold together', () => {
  const limits = defaultFederationLimits;
  // Whoever is verified is so in the time that it has.
  expect(limits.connectMsMax).toBeLessThan(limits.unknownMsMax);
  expect(limits.connectingWaitingMax).toBeGreaterThan(limits.connectingMax);
  expect(limits.verifyingWaitingMax).toBeGreaterThan(limits.verifyingMax);
  expect(limits.lookMs).toBeLessThan(limits.retryMsMin);
  expect(limits.expiryLookMs).toBeLessThan(limits.idleMsMax);
  // The longest stanza fits into a burst.
  expect(limits.serverCharactersPerSecondMax * limits.serverBurstSecondsMax).toBeGreaterThan(
    limits.serverStanzaBytesMax,
  );
  expect(limits.serverStanzasPerSecondMax).toBeGreaterThan(100);
});
