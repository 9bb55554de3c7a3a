import { afterEach, describe, expect, test } from 'vitest';
import { describeEngines, startSuite, type TestSuite } from '../../testing/index.ts';
import { type Demo, fillCoop } from './fill.ts';

const options = {
  ...{ members: 24, seed: 'myco', year: 2025, password: 'correct horse battery' },
  keepsLastStatement: true,
};
const session = { progress: () => {}, signal: new AbortController().signal };
const suites: TestSuite[] = [];
afterEach(async () => {
  for (const suite of suites.splice(0)) await suite.stop();
});

async function open({ database = 'sqlite', country = 'fr' } = {}): Promise<TestSuite> {
  const coop = { country, banks: { main: 'FR76 9999 9999 9900 0000 0000 056' } };
  const suite = await startSuite({ settings: { coop, storage: { database } } });
  suites.push(suite);
  return suite;
}

const fill = async (where: Parameters<typeof open>[0], change: Partial<typeof options> = {}): Promise<Demo> =>
  fillCoop((await open(where)).rooms, { ...options, ...change }, session);

describe('a demonstration', () => {
  test('has whatever happens to a co-op in a year, and books that are sound', {
    timeout: 120_000,
  }, async () => {
    const { rooms } = await open();
    const made = await fillCoop(rooms, { ...options, members: 60 }, session);
    const { coop } = rooms;
    const kinds = new Set((await coop.register.movements()).map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      ...['cancellation', 'death', 'exclusion', 'redemption', 'request', 'subscription', 'transfer'],
      'withdrawal',
    ]);
    expect((await coop.register.queue()).length).toBeGreaterThan(0);
    const standings = new Set((await coop.persons.list()).map(({ standing }) => standing));
    expect([...standings]).toEqual(expect.arrayContaining(['active', 'admitted', 'dead', 'excluded']));
    const months = await coop.payouts.months();
    expect(months.map(({ month }) => month).sort()).toEqual(
      Array.from({ length: 11 }, (_, at) => `2025-${String(at + 1).padStart(2, '0')}`),
    );
    expect(months.filter(({ credited }) => credited > 0)).toHaveLength(1);
    const runs = await coop.payouts.runs();
    expect(runs.map(({ state }) => state)).toEqual(runs.map(() => 'settled'));
    const items = (await Promise.all(runs.map(({ id }) => coop.payouts.items(id)))).flat();
    expect(items.filter(({ returned }) => returned !== '')).toHaveLength(1);
    expect(await coop.bank.waiting()).toEqual([]);
    expect(made.statement).toContain('frais de tenue de compte 2025-12');
    expect(await coop.ledger.verify()).toMatchObject({ faults: [] });
  });

  test.each(['it', 'be', 'de', 'es'])('takes place in %s as well', { timeout: 120_000 }, async (country) => {
    const made = await fill({ country }, { members: 12, keepsLastStatement: false });
    expect(made.statement).toBeNull();
    expect(made.members).toBeGreaterThan(3);
  });
});

let first: Promise<Demo> | undefined;
describeEngines('the same seed', (engine) => {
  test('has the same chain, to the hash', { timeout: 120_000 }, async () => {
    first ??= fill({});
    const { hash, ...again } = await fill({ database: await engine.database() });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect({ hash, ...again }).toEqual(await first);
    const other = await fill({}, { seed: 'other', members: 3 });
    expect(other.hash).not.toBe(hash);
  });
});
