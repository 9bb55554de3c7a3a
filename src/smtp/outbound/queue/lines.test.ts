import { afterEach, describe, expect, test, vi } from 'vitest';
import { fakeClock } from '../../../base/index.ts';
import { createDial } from '../../../net/index.ts';
import { openSink, routeTo } from '../../../testing/index.ts';
import {
  type Courier,
  createCourier,
  type Dialled,
  finding,
  type Line,
  type Passage,
} from '../courier/index.ts';
import type { Hop } from '../route/types.ts';
import { addressesPerOpenMax, badAddressMs, failedAddressMs, openMs } from './limits.ts';
import { Lines } from './lines.ts';

const clock = fakeClock();
const refused = (status: string, host = false): Dialled => ({
  kind: 'refused',
  answer: finding(status, 'no', 'mx'),
  host,
});

function hop(host: string, addresses: readonly string[]): Hop {
  const route = routeTo(25, { host, addresses });
  if (route.kind !== 'hops' || !route.hops[0]) throw new Error('no hop');
  return route.hops[0];
}

function linesTo(hops: readonly Hop[], dial: (passage: Passage) => Dialled | Promise<Dialled>) {
  const dialled: string[] = [];
  const courier: Courier = {
    async dial(passage) {
      dialled.push(`${passage.domain} ${passage.address}`);
      return dial(passage);
    },
  };
  const router = { route: async () => ({ kind: 'hops', hops, viaRelay: false }) as const };
  return { lines: new Lines(router, courier, clock, 10), dialled };
}

describe('what is wrong with an address', () => {
  test.each([
    ['4.7.5', ['a.example 192.0.2.1', 'b.example 192.0.2.1']],
    ['4.4.1', ['a.example 192.0.2.1']],
  ])('%s is remembered for whom it concerns', async (status, expected) => {
    const { lines, dialled } = linesTo([hop('mx', ['192.0.2.1'])], () => refused(status));
    for (const domain of ['a.example', 'b.example', 'a.example', 'b.example']) {
      expect(await lines.open(domain, null)).toMatchObject({ kind: 'later', answer: { status } });
    }
    expect(dialled).toEqual(expected);
  });

  test('is final where all hosts are refused for good', async () => {
    const hops = [hop('mx1', ['192.0.2.1']), hop('mx2', ['192.0.2.2'])];
    const never = linesTo(hops, () => refused('5.7.30', true));
    expect(await never.lines.open('a.example', 'required')).toMatchObject({ kind: 'never' });
    expect(await never.lines.open('a.example', 'required')).toMatchObject({ kind: 'never' });
    const one = linesTo(hops, (to) => (to.hop.host === 'mx1' ? refused('5.7.30', true) : refused('4.4.1')));
    expect(await one.lines.open('a.example', 'required')).toMatchObject({ kind: 'later' });
  });
});

describe('at a host', () => {
  const basis = { policy: 'no-policy-found', policyText: [], mxHosts: [], failure: null } as const;
  const courier = createCourier({
    dial: createDial(),
    hostname: 'mail.coop.example',
    policies: {
      ruleFor: async (domain) => {
        const strict = domain === 'strict.example';
        const rule = strict
          ? ({ kind: 'pkix', why: 'mta-sts' } as const)
          : ({ kind: 'opportunistic' } as const);
        return { rule, tested: null, basis };
      },
    },
  });

  test('that will not begin TLS, only who demands it is refused', async () => {
    const sink = await openSink({ EHLO: '250-sink\r\n250 STARTTLS', STARTTLS: '454 4.7.0 not now' });
    const router = { route: async () => routeTo(sink.port) };
    const lines = new Lines(router, courier, clock, 10);
    const strict = await lines.open('strict.example', null);
    expect(strict).toMatchObject({ kind: 'later', answer: { code: 0, status: '4.7.5' } });
    expect(await lines.open('b.example', null)).toMatchObject({ kind: 'line' });
    lines.destroy();
    await sink.close();
  });

  test('that never answers to a password, nobody waits once it is given up', async () => {
    const sink = await openSink({ EHLO: '250-sink\r\n250 AUTH PLAIN', AUTH: 'SILENCE' });
    const credentials = { user: 'user', password: 'p' };
    const router = { route: async () => routeTo(sink.port, { relay: true, credentials }) };
    const lines = new Lines(router, courier, clock, 10);
    const opened = lines.open('a.example', null);
    await expect.poll(() => sink.heard.join(' '), { timeout: 10_000 }).toContain('AUTH');
    lines.close();
    expect(await opened).toMatchObject({ kind: 'later' });
    await sink.close();
  });
});

describe('the search for a line', () => {
  const addresses = Array.from({ length: 6 }, (_, i) => `192.0.2.${i + 1}`);
  const hops = Array.from({ length: 10 }, (_, i) =>
    hop(
      `mx${i}`,
      addresses.map((one) => `${one}${i}`),
    ),
  );
  afterEach(() => {
    vi.useRealTimers();
  });

  test('tries a few addresses, the next time others', async () => {
    const { lines, dialled } = linesTo(hops, () => refused('4.4.1'));
    for (let opened = 1; opened <= 12; opened++) {
      await lines.open('a.example', null);
      expect(dialled).toHaveLength(opened * addressesPerOpenMax);
      clock.advance(badAddressMs + 1);
    }
    expect(new Set(dialled).size).toBe(60);
    clock.advance(failedAddressMs);
    await lines.open('a.example', null);
    expect(dialled.at(-1)).toBe(dialled[addressesPerOpenMax - 1]);
  });

  test('ends when its time is over', async () => {
    const { lines, dialled } = linesTo(hops, () => {
      clock.advance(openMs / 2);
      return refused('4.4.2');
    });
    expect(await lines.open('a.example', null)).toMatchObject({ kind: 'later', answer: { status: '4.4.2' } });
    expect(dialled).toHaveLength(2);
  });

  test('gives up the host that keeps it waiting', async () => {
    vi.useFakeTimers();
    const { lines, dialled } = linesTo(hops, async ({ signal }) => {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      return refused('4.4.2');
    });
    const opened = lines.open('a.example', null);
    await vi.advanceTimersByTimeAsync(openMs);
    expect(await opened).toMatchObject({ kind: 'later' });
    expect(dialled).toHaveLength(1);
  });

  test('counts no dial that threw: what is kept need not make room', async () => {
    const quit = vi.fn();
    const send = async () => new Map();
    const line: Line = { host: 'mx', address: '', secure: true, usable: true, send, quit, destroy: quit };
    const { lines } = linesTo(hops, ({ domain }) => {
      if (domain === 'a.example') throw new Error('a fault of ours');
      return { kind: 'line', line };
    });
    await lines.open('b.example', null);
    lines.giveBack('b.example', null, line, 1);
    for (let i = 0; i < 20; i++)
      await expect(lines.open('a.example', null)).rejects.toThrow('a fault of ours');
    expect(quit).not.toHaveBeenCalled();
    lines.destroy();
  });
});
