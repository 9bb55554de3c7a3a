import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeClock, StoreError } from '../../../base/index.ts';
import { createLog, createMetrics } from '../../../observability/index.ts';
import type { Outgoing } from '../../../stores/outbox/index.ts';
import { engines, openTestStores, routeTo, type TestStores } from '../../../testing/index.ts';
import { type Courier, type Fate, finding, type Line, type Parcel, type Passage } from '../courier/index.ts';
import { createNotices } from '../notices/index.ts';
import type { Route } from '../route/types.ts';
import { backoffMs } from './backoff.ts';
import { createQueue, type OutboundQueue } from './index.ts';
import {
  badAddressesMax,
  badAddressMs,
  firstRetryMs,
  jitterPercent,
  lanesPerStepMax,
  linesPerWorkerMax,
  messagesPerLineMax,
  overdueRowsMax,
  retryMsMax,
  rowsPerLaneMax,
} from './limits.ts';

const hour = 3_600_000;
const delivered: Fate = {
  kind: 'delivered',
  answer: { code: 250, status: '2.0.0', text: 'taken', host: 'mx' },
  dsn: true,
};
const deferred = (unsure = false): Fate => ({
  kind: 'deferred',
  answer: { code: 450, status: '4.2.0', text: 'later', host: 'mx' },
  unsure,
});

/** A world of hosts that a test says: who answers at an address, and what it says of a parcel. */
class World implements Courier {
  readonly dialled: string[] = [];
  readonly sent: string[] = [];
  open = 0;
  most = 0;
  /** Null: nobody there. */
  at: (passage: Passage) => ((parcel: Parcel) => Promise<Fate> | Fate) | null = () => () => delivered;
  /** Messages that a line carries before it breaks. */
  messagesPerLine = Number.POSITIVE_INFINITY;

  /** What the rule for TLS says of a passage; null: nothing against it. */
  refuses: (passage: Passage) => string | null = () => null;

  async dial(passage: Passage): ReturnType<Courier['dial']> {
    this.dialled.push(`${passage.hop.host} ${passage.address}`);
    const status = this.refuses(passage);
    if (status !== null) return { kind: 'refused', answer: finding(status, 'the rule', 'mx'), host: true };
    const host = this.at(passage);
    if (host === null)
      return { kind: 'refused', answer: finding('4.4.1', 'nobody there', 'mx'), host: false };
    this.open++;
    this.most = Math.max(this.most, this.open);
    return { kind: 'line', line: this.#line(passage, host) };
  }

  #line(passage: Passage, host: (parcel: Parcel) => Promise<Fate> | Fate): Line {
    const world = this;
    let carried = 0;
    let open = true;
    const end = () => {
      if (open) world.open--;
      open = false;
    };
    return {
      host: passage.hop.host,
      address: passage.address,
      secure: true,
      get usable() {
        return open;
      },
      async send(parcel) {
        const to = parcel.recipients.map(({ address }) => address).join(' ');
        world.sent.push(`${parcel.message.id} ${to}`);
        const fate = await host(parcel);
        if (++carried >= world.messagesPerLine) end();
        return new Map(parcel.recipients.map(({ n }) => [n, fate]));
      },
      quit: end,
      destroy: end,
    };
  }
}

describe('the queue', () => {
  let stores: TestStores;
  let world: World;
  let queue: OutboundQueue | null;
  let routes: (domain: string) => Route;
  let logged: string[];
  const clock = fakeClock();

  beforeEach(async () => {
    const [sqlite] = engines();
    if (!sqlite) throw new Error('there is no engine');
    stores = await openTestStores(sqlite, { clock });
    world = new World();
    queue = null;
    logged = [];
    routes = () => routeTo(25);
  });
  afterEach(async () => {
    await queue?.stop(0);
    await stores.close();
  });

  function make(more: Partial<Parameters<typeof createQueue>[0]> = {}): OutboundQueue {
    const { outbox } = stores;
    return createQueue({
      outbox,
      router: { route: async (domain) => routes(domain) },
      courier: world,
      local: { isLocal: async (domain) => domain === 'coop.example', deliver: async () => delivered },
      notices: createNotices({
        outbox,
        hostname: 'mail.coop.example',
        domain: 'coop.example',
        clock,
        returnTo: (sender) => sender,
        sign: async () => '',
      }),
      connectionsMax: 10,
      connectionsPerDestinationMax: 2,
      log: createLog({ level: 'debug', format: 'json', write: (line) => logged.push(line) }),
      metrics: createMetrics({ processMetrics: false }),
      clock,
      ...more,
    });
  }
  async function begin(more: Parameters<typeof make>[0] = {}): Promise<void> {
    queue = make(more);
    await queue.start();
  }
  async function enqueue(
    more: Partial<Omit<Outgoing, 'recipients'>> & { to?: string[] } = {},
  ): Promise<number> {
    const { to = ['x@far.example'], ...rest } = more;
    return stores.outbox.enqueue({
      account: 7,
      kind: 'submission',
      sender: 'ana@far.example',
      options: { body: null, utf8: false, ret: null, envid: null, tls: null },
      head: '',
      blob: await stores.outbox.stage(Buffer.from('Subject: s\r\n\r\nhi\r\n'), 1000),
      headerLength: 14,
      recipients: to.map((address) => ({ address, notify: [], orcpt: null })),
      ...rest,
    });
  }
  const until = (look: () => unknown, expected: unknown) =>
    expect.poll(look, { interval: 5, timeout: 10_000 }).toEqual(expected);
  const rows = () => stores.outbox.list({}, { max: 1000 });
  const idle = () =>
    until(async () => {
      const { waiting, claimed } = await stores.outbox.counts();
      return waiting + claimed;
    }, 0);

  test('wakes for a message without waiting for a time', async () => {
    await begin();
    const id = await enqueue();
    await idle();
    expect(world.sent).toEqual([`${id} x@far.example`]);
  });

  test('what became of a message is heard before that is settled, again where it could not be written down; what is of the moment is not', async () => {
    const heard: string[] = [];
    let away = true;
    world.at =
      () =>
      async ({ recipients }) => {
        const to = recipients[0]?.address ?? '';
        if (to.startsWith('z')) return deferred();
        if (to.startsWith('x')) return delivered;
        return { kind: 'failed', answer: { code: 550, status: '5.1.1', text: 'nobody', host: 'mx' } };
      };
    await begin({
      async heard({ options }, fates) {
        if (away) {
          away = false;
          throw new StoreError('unavailable', 'not now');
        }
        expect((await stores.outbox.counts()).claimed).toBeGreaterThan(0);
        for (const { address, delivered, status } of fates)
          heard.push(`${options.envid} ${address} ${delivered} ${status}`);
      },
    });
    const options = { body: null, utf8: false, ret: null, envid: 'e1', tls: null } as const;
    for (const to of ['x@far.example', 'y@far.example', 'z@far.example'])
      await enqueue({ to: [to], options });
    await until(() => [...heard].sort(), ['e1 x@far.example true 2.0.0', 'e1 y@far.example false 5.1.1']);
  });

  test('no more connections than there may be, to one place and in all; lines serve the next message', async () => {
    for (let i = 0; i < rowsPerLaneMax * 3; i++) await enqueue({ to: [`x${i}@far.example`] });
    for (let i = 0; i < lanesPerStepMax + 5; i++) await enqueue({ to: [`x@d${i}.example`] });
    let waiting = 0;
    let gate = Promise.withResolvers<void>();
    world.at = () => async () => {
      waiting++;
      await gate.promise;
      return delivered;
    };
    await begin({ connectionsMax: 4 });
    await until(() => waiting, 4);
    expect(world.dialled).toHaveLength(4);
    gate.resolve();
    gate = { ...gate, promise: Promise.resolve() };
    await idle();
    expect(world.most).toBeLessThanOrEqual(4);
    // Messages of one claim share a line; what comes after takes up one that is idle.
    expect(world.dialled.length).toBeLessThanOrEqual(
      lanesPerStepMax + 5 + (3 * rowsPerLaneMax) / messagesPerLineMax + 2,
    );
  });

  test('hosts in their order, of each its addresses; one that does not answer is left alone for a while', async () => {
    const hop = (host: string, ...addresses: string[]) => {
      const route = routeTo(25, { host, addresses });
      return route.kind === 'hops' ? route.hops : [];
    };
    const hops = [...hop('mx1', '192.0.2.1', '192.0.2.2'), ...hop('mx2', '192.0.2.3')];
    routes = () => ({ kind: 'hops', hops, viaRelay: false });
    world.at = ({ hop: { host } }) => (host === 'mx1' ? null : () => delivered);
    world.messagesPerLine = 1;
    await begin();
    await enqueue();
    await idle();
    await enqueue();
    await idle();
    expect(world.dialled).toEqual(['mx1 192.0.2.1', 'mx1 192.0.2.2', 'mx2 192.0.2.3', 'mx2 192.0.2.3']);
    clock.advance(badAddressMs + 1);
    await enqueue();
    await idle();
    expect(world.dialled.slice(4)).toEqual(['mx1 192.0.2.1', 'mx1 192.0.2.2', 'mx2 192.0.2.3']);
    expect(badAddressesMax).toBeGreaterThan(1000);
  });

  test('a destination that nobody answers for is put off as a whole, longer each time', async () => {
    world.at = () => null;
    for (let i = 0; i < 3; i++) await enqueue();
    await begin({ connectionsPerDestinationMax: 1 });
    await until(async () => (await stores.outbox.counts()).unreachable, 1);
    await until(async () => (await stores.outbox.counts()).claimed, 0);
    const due = ((await stores.outbox.nextDue()) ?? 0) - clock.nowMs();
    expect(due).toBeGreaterThanOrEqual(firstRetryMs * (1 - jitterPercent / 100));
    expect(due).toBeLessThanOrEqual(firstRetryMs * (1 + jitterPercent / 100));
    expect(world.dialled).toHaveLength(1);
    expect((await rows()).map(({ recipient: { attempts } }) => attempts)).toEqual([0, 0, 0]);
    world.at = () => () => delivered;
    expect(await stores.outbox.change({}, 'retry')).toBe(3);
    await idle();
  });

  test('what a host defers is deferred alone', async () => {
    world.at = () => (parcel) =>
      parcel.recipients[0]?.address === 'x@far.example' ? deferred(true) : delivered;
    const id = await enqueue();
    await enqueue({ to: ['y@far.example'] });
    await begin();
    await until(
      async () => (await rows()).map(({ recipient: { attempts, unsure } }) => [attempts, unsure]),
      [[1, 1]],
    );
    expect((await rows())[0]).toMatchObject({ message: { id }, recipient: { last: { text: 'later' } } });
  });

  test.each([
    ['never', '5.1.10', 'nobody takes mail there'],
    ['later', '4.4.3', 'the name servers do not answer'],
  ] as const)('a route that is: %s', async (kind, status, reason) => {
    routes = () => ({ kind, status, reason });
    await enqueue({ sender: 'ana@coop.example' });
    await begin();
    if (kind === 'never') await idle();
    else await until(async () => (await stores.outbox.counts()).unreachable, 1);
    expect(world.dialled).toEqual([]);
    expect(logged.join('')).toContain(kind === 'never' ? status : 'destination not reached');
  });

  test('a server that takes one message for each connection gets them all', async () => {
    world.messagesPerLine = 1;
    for (let i = 0; i < linesPerWorkerMax * 3; i++) await enqueue();
    await begin();
    await idle();
    expect(world.sent).toHaveLength(linesPerWorkerMax * 3);
  });

  test('one whose lines break again and again before anything is said is put off', async () => {
    world.at = () => () => ({ kind: 'untried', answer: finding('4.4.2', 'gone') });
    world.messagesPerLine = 1;
    await enqueue();
    await begin();
    await until(async () => (await stores.outbox.counts()).unreachable, 1);
    expect(world.dialled).toHaveLength(linesPerWorkerMax);
  });

  test('the sender is told of a delay once, then that it was given up; of a destination that is closed too', async () => {
    world.at = () => null;
    for (let i = 0; i < overdueRowsMax + 1; i++)
      await enqueue({ sender: 'ana@coop.example', to: [`x${i}@far.example`] });
    await begin({ connectionsPerDestinationMax: 1 });
    await until(async () => (await stores.outbox.counts()).unreachable, 1);
    const told = () => logged.join('').match(/"kind":"notification"/g)?.length ?? 0;
    clock.advance(4 * hour);
    await stores.outbox.change({}, 'retry');
    await until(told, overdueRowsMax + 1);
    clock.advance(5 * 24 * hour);
    await stores.outbox.change({}, 'retry');
    await idle();
    expect(told()).toBe(2 * (overdueRowsMax + 1));
    expect(logged.join('').match(/mail given up/g)).toHaveLength(overdueRowsMax + 1);
  });

  const options = { body: null, utf8: false, ret: null, envid: null, tls: 'required' } as const;

  test.each([
    ['5.7.30', 'is given back to its sender'],
    ['4.7.5', 'waits alone'],
  ])('a message whose demand for TLS is refused with %s %s', async (status, what) => {
    world.refuses = ({ asked }) => (asked === 'required' ? status : null);
    const first = await enqueue({ options, sender: 'ana@coop.example' });
    await enqueue({ options, sender: 'ana@coop.example' });
    const other = await enqueue();
    await begin({ connectionsPerDestinationMax: 1 });
    await until(() => world.sent, [`${other} x@far.example`]);
    if (what === 'waits alone') {
      const expected = [1, 1];
      await until(async () => (await rows()).map(({ recipient: { attempts } }) => attempts), expected);
      expect((await rows())[0]).toMatchObject({ message: { id: first }, recipient: { last: { status } } });
    } else {
      await idle();
      expect(logged.join('').match(/"outcome":"failed"/g)).toHaveLength(2);
    }
    expect(world.dialled).toHaveLength(2);
    expect((await stores.outbox.counts()).unreachable).toBe(0);
  });

  test.each(['line', 'dial', 'mailbox'])('what throws is put off, and nothing else is: %s', async (where) => {
    const fail = () => {
      throw new Error('a fault of ours');
    };
    let calls = 0;
    const once = () => (calls++ === 0 ? fail() : delivered);
    const to = [where === 'mailbox' ? 'x@coop.example' : 'x@far.example'];
    const first = await enqueue({ to });
    await enqueue({ to });
    if (where === 'line') world.at = () => once;
    if (where === 'dial') world.refuses = () => (once() === delivered ? null : '4.7.5');
    const local = { isLocal: async () => where === 'mailbox', deliver: async () => once() };
    await begin({ local, connectionsPerDestinationMax: 1 });
    await until(
      async () => (await rows()).map(({ message, recipient: { state } }) => [message.id, state]),
      [[first, 'waiting']],
    );
    const [row] = await rows();
    expect(row?.recipient).toMatchObject({ attempts: 1, unsure: where === 'line' ? 1 : 0 });
    expect(row?.recipient.last).toMatchObject({ status: '4.3.0' });
  });

  test('stops in its time while the database takes nothing', async () => {
    await enqueue({ expires: clock.nowMs() - 1 });
    let asked = 0;
    const settle = async () => {
      asked++;
      throw new StoreError('unavailable', 'away');
    };
    const claims = await stores.outbox.join();
    vi.spyOn(stores.outbox, 'join').mockResolvedValue({ ...claims, settle });
    await begin();
    await until(() => asked > 0, true);
    await queue?.stop(20);
    queue = null;
    expect(await stores.outbox.counts()).toMatchObject({ waiting: 1, claimed: 0 });
  });

  test('stopped: what is under way is finished, the rest waits again, nothing is unsure', async () => {
    const gate = Promise.withResolvers<void>();
    let begun = 0;
    world.at = () => async () => {
      begun++;
      await gate.promise;
      return delivered;
    };
    for (let i = 0; i < 5; i++) await enqueue();
    await begin({ connectionsPerDestinationMax: 1 });
    await until(() => begun, 1);
    const stopped = queue?.stop(5_000);
    gate.resolve();
    await stopped;
    expect(await stores.outbox.counts()).toMatchObject({ waiting: 4, claimed: 0, unsure: 0 });
    queue = null;
  });

  test('killed: the next process sends what this one had, and says that it may be the second time', async () => {
    const never = Promise.withResolvers<Fate>();
    world.at = () => () => never.promise;
    await enqueue();
    const killed = make();
    await killed.start();
    await until(async () => (await stores.outbox.counts()).claimed, 1);
    world.at = () => () => delivered;
    await begin();
    await idle();
    expect(logged.join('')).toContain('mail that may have been sent is sent again');
    never.resolve(delivered);
    await killed.stop(1_000);
    expect(await stores.outbox.counts()).toMatchObject({ waiting: 0, claimed: 0 });
  });
});

test('backoff doubles up to hours, and is spread', () => {
  const around = (failures: number) => Array.from({ length: 200 }, () => backoffMs(failures));
  for (const [failures, plain] of [
    [1, firstRetryMs],
    [2, firstRetryMs * 2],
    [4, firstRetryMs * 8],
    [50, retryMsMax],
  ] as const) {
    const times = around(failures);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(plain * (1 - jitterPercent / 100));
    expect(Math.max(...times)).toBeLessThanOrEqual(plain * (1 + jitterPercent / 100));
    expect(new Set(times).size).toBeGreaterThan(1);
  }
});
