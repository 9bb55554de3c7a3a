import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { createSenders, type Senders, type Triplet } from './index.ts';
import {
  comeAgainMs,
  heldRowsMax,
  knownMs,
  rowsBetweenPurgesMax,
  rowsMax,
  seenEveryMs,
  waitingRowsMax,
  writeBehindMs,
} from './limits.ts';
import { operations } from './module.ts';

const delayMs = 300_000;
const triplet = (change: Partial<Triplet> = {}): Triplet => ({
  network: '192.0.2',
  sender: 'x@elsewhere.example',
  recipient: 'ana@coop.example',
  ...change,
});

describeEngines('senders', (engine) => {
  let stores: TestStores;
  let senders: Senders;
  let clock: ReturnType<typeof fakeClock>;
  const open = (options: { rowsMax?: number } = {}) =>
    createSenders({ database: stores.database, clock, ...options });

  beforeEach(async () => {
    clock = fakeClock(Date.UTC(2026, 10, 22));
    stores = await openTestStores(engine, { clock });
    senders = open();
  });
  afterEach(async () => {
    await senders.close();
    await stores.close();
  });

  test('who comes again after the delay passes, and is known by its network and domain from then on', async () => {
    expect(await senders.meet(triplet(), delayMs)).toBe(false);
    clock.advance(delayMs - 1);
    expect(await senders.meet(triplet(), delayMs)).toBe(false);
    clock.advance(1);
    expect(await senders.meet(triplet(), delayMs)).toBe(true);
    expect(await senders.meet(triplet({ sender: 'Y@Elsewhere.Example', recipient: 'bea@x' }), delayMs)).toBe(
      true,
    );
    expect(await senders.meet(triplet({ sender: 'x@third.example' }), delayMs)).toBe(false);
    expect(await senders.meet(triplet({ network: '198.51.100' }), delayMs)).toBe(false);
  });

  test.each([
    ['another recipient', { recipient: 'bea@coop.example' }],
    ['another sender', { sender: 'z@elsewhere.example' }],
    ['the null sender', { sender: '' }],
  ])('waiting is for the triplet: %s waits for itself', async (_, change) => {
    expect(await senders.meet(triplet(), delayMs)).toBe(false);
    clock.advance(delayMs);
    expect(await senders.meet(triplet(change), delayMs)).toBe(false);
  });

  test('what was written is known to the next process; an address cannot be read from it', async () => {
    await senders.meet(triplet(), delayMs);
    await senders.close();
    clock.advance(delayMs);
    senders = open();
    expect(await senders.meet(triplet(), delayMs)).toBe(true);
    await senders.close();
    senders = open();
    expect(await senders.meet(triplet({ recipient: 'bea@coop.example' }), delayMs)).toBe(true);
  });

  test('who comes too late, and who was not seen for long, begins anew', async () => {
    await senders.meet(triplet(), delayMs);
    clock.advance(comeAgainMs);
    expect(await senders.meet(triplet(), delayMs)).toBe(false);
    clock.advance(delayMs);
    expect(await senders.meet(triplet(), delayMs)).toBe(true);
    clock.advance(knownMs - 1);
    expect(await senders.meet(triplet(), delayMs)).toBe(true);
    clock.advance(knownMs - 1);
    expect(await senders.meet(triplet(), delayMs)).toBe(true);
    clock.advance(knownMs);
    expect(await senders.meet(triplet(), delayMs)).toBe(false);
  });

  /** As another process would see it, which then dies before it writes. */
  const rows = async (list: readonly Triplet[], delay: number) => {
    const found: boolean[] = [];
    for (const one of list) found.push(await open().meet(one, delay));
    return found;
  };

  test('purge forgets what is old, and the oldest of too many', async () => {
    const list = Array.from({ length: 6 }, (_, at) => triplet({ recipient: `r${at}@coop.example` }));
    for (const one of list) {
      await senders.meet(one, delayMs);
      clock.advance(1);
    }
    await senders.flush();
    await open({ rowsMax: 4 }).purge();
    clock.advance(delayMs);
    // The two oldest are gone: they wait again; nothing of this is written.
    expect(await rows(list.slice(0, 2), delayMs)).toEqual([false, false]);
    expect(await rows(list.slice(2, 3), delayMs)).toEqual([true]);
    await senders.purge();
    expect(await rows(list.slice(5), delayMs)).toEqual([true]);
    clock.advance(comeAgainMs);
    await senders.purge();
    clock.advance(-comeAgainMs);
    expect(await rows(list.slice(5), delayMs)).toEqual([false]);
  });

  test('a database that cannot be written loses nothing that was decided, and is told', async () => {
    const told: string[] = [];
    let broken = true;
    const database = {
      ...stores.database,
      call: (operation: never, args: never) =>
        broken && operation === operations.put
          ? Promise.reject(new Error('full'))
          : stores.database.call(operation, args),
    } as unknown as typeof stores.database;
    const frail = createSenders({ database, clock, onError: (event) => told.push(event) });
    await frail.meet(triplet(), delayMs);
    await frail.flush();
    expect(told).toEqual(['senders could not be written']);
    clock.advance(delayMs);
    expect(await frail.meet(triplet(), delayMs)).toBe(true);
    broken = false;
    await frail.close();
    expect(await senders.meet(triplet(), delayMs)).toBe(true);
  });

  test('limits', () => {
    expect(comeAgainMs).toBeGreaterThanOrEqual(86_400_000);
    expect(knownMs).toBeGreaterThan(31 * 86_400_000);
    expect(seenEveryMs).toBeLessThan(knownMs);
    expect(waitingRowsMax).toBeLessThan(heldRowsMax);
    expect(rowsBetweenPurgesMax).toBeLessThan(rowsMax);
    expect(writeBehindMs).toBeGreaterThan(0);
  });
});
