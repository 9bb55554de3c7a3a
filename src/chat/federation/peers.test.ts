import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { createMetrics } from '../../observability/index.ts';
import { defaultFederationLimits, type FederationLimits } from './limits.ts';
import { createFederationMeters } from './metrics.ts';
import type { Peer } from './peer.ts';
import { Peers } from './peers.ts';
import { type Share, Shares } from './shares.ts';

interface TestPeer {
  readonly peer: Peer;
  readonly shares: Share<Peer>[];
  readonly ends: string[];
}

function peerAt(address: string, isIncoming = true): TestPeer {
  const shares: Share<Peer>[] = [];
  const ends: string[] = [];
  const fail = ({ condition }: { readonly condition: string }) => void ends.push(condition);
  const peer = {
    ...{ isIncoming, known: new Map(), admitted: null, isVerifying: false, neighbours: new Set() },
    stream: { connection: { remote: { address, port: 1 } }, fail },
    share: (share: Share<Peer>) => void shares.push(share),
  };
  return { peer: peer as unknown as Peer, shares, ends };
}

function scene(most: Partial<FederationLimits> = {}) {
  const clock = fakeClock();
  const metrics = createMetrics({ processMetrics: false });
  const meters = createFederationMeters(metrics, async () => ({ rows: 3, bytes: 40, oldestMs: 5_000 }));
  const peers = new Peers({ ...defaultFederationLimits, ...most }, clock, meters);
  const comes = (address: string, domain?: string, isIncoming?: boolean) => {
    const one = peerAt(address, isIncoming);
    peers.enter(one.peer);
    if (domain !== undefined) peers.admit(one.peer, domain, 'dialback');
    return one;
  };
  /** What a stream waits for, in ms, when it has brought one stanza. */
  const bring = ({ shares }: TestPeer) => Math.max(...shares.map(({ pace }) => pace.take(1)));
  return { clock, metrics, peers, comes, bring };
}

const slow = { serverStanzasPerSecondMax: 1, serverBurstSecondsMax: 2, addressPacesMax: 3 };

test('serverStanzasPerSecondMax, serverBurstSecondsMax: the streams of one domain are heard as one, wherever they are from', () => {
  const { comes, bring } = scene(slow);
  const [one, two] = [comes('192.0.2.1', 'evil.test'), comes('192.0.2.2', 'evil.test')];
  const good = comes('192.0.2.3', 'good.test');
  expect([bring(one), bring(two), bring(one), bring(two)]).toEqual([0, 0, 1_000, 2_000]);
  expect(bring(good)).toBe(0);
});

test('who comes back is heard as who has gone, until what it brought is within the pace', () => {
  const { clock, comes, bring, peers } = scene(slow);
  const one = comes('192.0.2.1', 'evil.test');
  for (let n = 0; n < 4; n++) bring(one);
  peers.leave(one.peer);
  peers.purge();
  expect(bring(comes('192.0.2.2', 'evil.test'))).toBe(3_000);
  clock.advance(10_000);
  expect(bring(comes('192.0.2.2', 'evil.test'))).toBe(0);
});

test('addressPacesMax: many domains of one address have no more than that', () => {
  const { comes, bring } = scene(slow);
  const all = Array.from({ length: 12 }, (_, n) => comes('192.0.2.1', `d${n}.test`));
  expect(all.map(bring).filter((waitMs) => waitMs > 0).length).toBeGreaterThan(0);
  const far = Array.from({ length: 12 }, (_, n) => comes(`192.0.2.${n + 10}`, `e${n}.test`));
  expect(far.map(bring).filter((waitMs) => waitMs > 0)).toEqual([]);
});

test('unknownPerAddressMax: so many strangers of one address, and of its IPv6 network', () => {
  const { comes, peers } = scene({ unknownPerAddressMax: 1 });
  comes('2001:db8::1', 'good.test');
  comes('2001:db8::1', undefined, false);
  const stranger = comes('2001:db8::1');
  expect(() => comes('2001:db8::2')).toThrow('have not shown');
  comes('2001:db8:0:1::2');
  const other = comes('192.0.2.1');
  peers.leave(other.peer);
  peers.admit(stranger.peer, 'other.test', 'certificate');
  comes('192.0.2.1');
});

test('streamsPerDomainMax: of more, the one that was opened first ends', () => {
  const { comes, peers } = scene({ streamsPerDomainMax: 2 });
  comes('192.0.2.1', 'evil.test', false);
  const all = [1, 2, 3].map(() => comes('192.0.2.1', 'evil.test'));
  expect(all.map(({ ends }) => ends)).toEqual([['resource-constraint'], [], []]);
  for (const { peer } of all.slice(0, 2)) peers.leave(peer);
  comes('192.0.2.1', 'evil.test');
  expect(all[2]?.ends).toEqual([]);
});

test('verifyingPerAddressMax: keys are asked for, for so many streams of one address', () => {
  const { comes, peers } = scene({ verifyingPerAddressMax: 1 });
  const [one, two, far] = [comes('192.0.2.1'), comes('192.0.2.1'), comes('192.0.2.2')];
  expect(peers.mayVerify(one.peer)).toBe(true);
  one.peer.isVerifying = true;
  expect([peers.mayVerify(two.peer), peers.mayVerify(far.peer)]).toEqual([false, true]);
});

test('sharesMax: of more, those without streams are forgotten', () => {
  const clock = fakeClock();
  const pace = { stanzasPerSecondMax: 1, charactersPerSecondMax: 1, burstSecondsMax: 1 };
  const shares = new Shares<string>(clock, pace, 2);
  for (const name of ['a', 'b', 'c']) shares.join(name, name).pace.take(1);
  for (const name of ['a', 'b', 'c', 'nobody']) shares.leave(name, name);
  expect(shares.size).toBe(2);
  clock.advance(5_000);
  shares.purge();
  expect(shares.size).toBe(0);
});

test('what is counted: streams by who opened them and what they showed, and what waits', async () => {
  const { comes, metrics, peers } = scene();
  comes('192.0.2.1', 'a.test');
  comes('192.0.2.1', 'b.test', false);
  peers.leave(comes('192.0.2.1', 'c.test').peer);
  peers.leave(comes('192.0.2.1').peer);
  const { body } = await metrics.render();
  for (const line of [
    'myco_xmpp_server_streams{direction="in",trust="dialback"} 1',
    'myco_xmpp_server_streams{direction="out",trust="dialback"} 1',
    'myco_xmpp_server_queue_messages 3',
    'myco_xmpp_server_queue_bytes 40',
    'myco_xmpp_server_queue_oldest_seconds 5',
  ])
    expect(body.split('\n')).toContain(line);
});
