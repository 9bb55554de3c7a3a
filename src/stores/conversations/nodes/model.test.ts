import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeClock, StoreError } from '../../../base/index.ts';
import { modules } from '../../../modules.ts';
import { verifyAll } from '../../../storage/index.ts';
import { describeEngines, openTestStores } from '../../../testing/index.ts';
import { createNodes, type NodeConfig, type NodesStore } from './index.ts';

const names = ['n', 'm'] as const;
const ids = ['a', 'b', 'c', 'd', 'e'] as const;
const quota = 6;

type Name = (typeof names)[number];
type Keeps = Pick<NodeConfig, 'maxItems' | 'accessModel'>;

const whole = (keeps: Keeps): NodeConfig => ({
  ...{ title: '', description: '', language: '', type: '' },
  ...{ rosterGroupsAllowed: [], publishModel: 'publishers' },
  ...{ persistItems: true, itemExpireSeconds: null },
  ...{ sendLastPublishedItem: 'never', deliverNotifications: true, deliverPayloads: true },
  ...{ presenceBasedDelivery: false, notificationType: 'headline', notifyConfig: false },
  ...{ notifyDelete: false, notifyRetract: true, notifySub: false, itemReply: 'publisher' },
  ...keeps,
});

/** A node is a list, newest last. */
interface Thing {
  keeps: Keeps;
  items: { id: string; payload: string }[];
}

type Action =
  | { do: 'publish'; name: Name; items: { id: string; payload: string }[]; keeps: Keeps; isExpected: boolean }
  | { do: 'retract'; name: Name; ids: string[] }
  | { do: 'configure'; name: Name; keeps: Keeps }
  | { do: 'purge' | 'remove'; name: Name };

const refuse = (reason: 'not-found' | 'conflict' | 'limit' | 'over-quota') => new StoreError(reason, reason);

class Model {
  things = new Map<Name, Thing>();

  demand(name: Name): Thing {
    const thing = this.things.get(name);
    if (!thing) throw refuse('not-found');
    return thing;
  }

  /** All or nothing, as a transaction is. */
  run(a: Action): unknown {
    const before = structuredClone(this.things);
    try {
      return this.#run(a);
    } catch (error) {
      this.things = before;
      throw error;
    }
  }

  #run(a: Action): unknown {
    switch (a.do) {
      case 'publish':
        return this.#publish(a);
      case 'retract': {
        const thing = this.demand(a.name);
        const gone = [...new Set(a.ids)].filter((id) => thing.items.some((item) => item.id === id));
        thing.items = thing.items.filter(({ id }) => !gone.includes(id));
        return gone;
      }
      case 'configure': {
        const thing = this.demand(a.name);
        thing.keeps = a.keeps;
        return this.#evict(thing);
      }
      case 'purge': {
        const thing = this.demand(a.name);
        const count = thing.items.length;
        thing.items = [];
        return count;
      }
      case 'remove':
        return this.things.delete(a.name);
    }
  }

  #evict({ keeps, items }: Thing): string[] {
    if (keeps.maxItems === 'max') return [];
    return items.splice(0, Math.max(0, items.length - keeps.maxItems)).map(({ id }) => id);
  }

  #publish(a: Extract<Action, { do: 'publish' }>): unknown {
    const known = this.things.get(a.name);
    if (known && a.isExpected) {
      if (JSON.stringify(known.keeps) !== JSON.stringify(a.keeps)) throw refuse('conflict');
    }
    const thing = known ?? { keeps: a.keeps, items: [] };
    this.things.set(a.name, thing);
    const before = this.bytes();
    const fresh = [...new Map(a.items.map((item) => [item.id, item])).values()];
    if (thing.keeps.maxItems !== 'max' && fresh.length > thing.keeps.maxItems) throw refuse('limit');
    const replaced = fresh.map(({ id }) => thing.items.some((item) => item.id === id));
    thing.items = [...thing.items.filter(({ id }) => !fresh.some((item) => item.id === id)), ...fresh];
    const evicted = this.#evict(thing);
    if (this.bytes() > before && this.bytes() > quota) throw refuse('over-quota');
    return { created: !known, items: fresh.map(({ id }, at) => ({ id, replaced: replaced[at] })), evicted };
  }

  bytes(): number {
    return [...this.things.values()]
      .flatMap(({ items }) => items)
      .reduce((sum, { payload }) => sum + Buffer.byteLength(payload), 0);
  }
}

const kind = <K extends Action['do']>(name: K) => fc.constant(name);
const name = fc.constantFrom(...names);
const id = fc.constantFrom(...ids);
const item = fc.record({ id, payload: fc.constantFrom('', '1', '22', 'é3') });
const keeps = fc.record({
  maxItems: fc.constantFrom<NodeConfig['maxItems']>(1, 2, 3, 'max'),
  accessModel: fc.constantFrom<NodeConfig['accessModel']>('open', 'presence'),
});
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: kind('publish'),
      name,
      items: fc.array(item, { maxLength: 3 }),
      keeps,
      isExpected: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: kind('retract'), name, ids: fc.array(id, { maxLength: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ do: kind('configure'), name, keeps }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('purge' as const, 'remove' as const), name }) },
);

async function outcome(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) return error.reason;
    throw error;
  }
}

const at = (node: Name) => ({ service: 'pep', account: 7, node });

async function perform(store: NodesStore, a: Action): Promise<unknown> {
  switch (a.do) {
    case 'publish': {
      const { created, items, evicted } = await store.publish({
        ...at(a.name),
        publisher: 'ana@coop.example',
        items: a.items,
        defaults: whole(a.keeps),
        ...(a.isExpected && { expected: a.keeps }),
      });
      return { created, items: items.map((one) => ({ id: one.id, replaced: one.replaced })), evicted };
    }
    case 'retract':
      return store.retract(at(a.name), a.ids);
    case 'configure':
      return (await store.configure(at(a.name), whole(a.keeps))).evicted;
    case 'purge':
      return store.purgeItems(at(a.name));
    case 'remove':
      return store.remove(at(a.name));
  }
}

async function compare(store: NodesStore, model: Model): Promise<void> {
  const there = await store.nodes(at('n'));
  expect(there.map(({ node }) => node)).toEqual([...model.things.keys()].sort());
  for (const { node, config, items, bytes } of there) {
    const thing = model.demand(node as Name);
    const rows = (await store.newest(at(node as Name), 100)).items;
    expect(rows.map((row) => ({ id: row.id, payload: row.payload }))).toEqual(thing.items);
    expect(config).toEqual(whole(thing.keeps));
    expect([items, bytes]).toEqual([
      rows.length,
      thing.items.reduce((sum, { payload }) => sum + Buffer.byteLength(payload), 0),
    ]);
    const last = await store.last('pep', [7], [node], 'x@y');
    expect(last.map((one) => one.item.id)).toEqual(thing.items.slice(-1).map((one) => one.id));
  }
}

describeEngines('nodes beside a model', (engine) => {
  test.each([1, 2, 3])(
    'random changes, seed %i',
    async (seed) => {
      const stores = await openTestStores(engine);
      try {
        const store = createNodes({
          database: stores.database,
          clock: fakeClock(0),
          bytesPerOwnerMax: quota,
        });
        const model = new Model();
        const [actions = []] = fc.sample(fc.array(action, { minLength: 250, maxLength: 250, size: 'max' }), {
          numRuns: 1,
          seed,
        });
        const seen = new Set<string>();
        for (const [n, one] of actions.entries()) {
          const expected = await outcome(() => model.run(one));
          expect([one, await outcome(() => perform(store, one))]).toEqual([one, expected]);
          seen.add(typeof expected === 'string' ? expected : one.do);
          if (n % 10 === 9) await compare(store, model);
        }
        expect([...seen].sort()).toEqual([
          'configure',
          'conflict',
          'limit',
          'not-found',
          'over-quota',
          'publish',
          'purge',
          'remove',
          'retract',
        ]);
        expect(await verifyAll({ ...stores, modules })).toEqual([]);
      } finally {
        await stores.close();
      }
    },
    240_000,
  );
});
