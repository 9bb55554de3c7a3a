import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores } from '../../testing/index.ts';
import type { CollectionsWriter, Expected, Home, ItemRow, NewItem } from './index.ts';
import { collectionsOperations as operations } from './module.ts';

const ana = 7;
const shelves = ['one', 'two', 'book'] as const;
const names = ['a', 'b', 'A', 'e\u0301', '\u00e9'] as const;
const uids = ['u', 'v', 'w', 'x'] as const;
const texts = ['1', '22', '333'] as const;
const quota = 22;

type ShelfName = (typeof shelves)[number];

const homeOf = (shelf: ShelfName): Home => (shelf === 'book' ? 'contacts' : 'calendars');

/** What calendars and address books are, without any storage: the thing to agree with. */
interface Thing {
  uid: string;
  text: string;
  firstMs: number | null;
  lastMs: number | null;
  property: boolean;
}

type Reason = 'not-found' | 'exists' | 'conflict' | 'over-quota' | 'invalid';
const refuse = (reason: Reason) => new StoreError(reason, reason);

/** An item as formats would make it: what it says is in its bytes. */
const bytesOf = ({ uid, text, firstMs, lastMs }: Thing) =>
  Buffer.from(text.padEnd(3, `${uid}`).slice(0, text.length) + sign(firstMs) + sign(lastMs));
const sign = (ms: number | null) => (ms === null ? '-' : String(ms % 10));

type Expecting = 'any' | 'nothing' | 'this' | 'other';

class Model {
  readonly shelves = new Map<ShelfName, Map<string, Thing>>();

  shelf(name: ShelfName): Map<string, Thing> {
    const shelf = this.shelves.get(name);
    if (!shelf) throw refuse('not-found');
    return shelf;
  }
  used(): number {
    return [...this.shelves.values()]
      .flatMap((shelf) => [...shelf.values()])
      .reduce((sum, thing) => sum + bytesOf(thing).length, 0);
  }
  demandUid(shelf: ShelfName, uid: string, except: readonly (Thing | undefined)[], inHome: boolean): void {
    for (const [other, things] of this.shelves) {
      if (other !== shelf && !(inHome && homeOf(other) === homeOf(shelf))) continue;
      for (const thing of things.values())
        if (thing.uid === uid && !except.includes(thing)) throw refuse('exists');
    }
  }
  expects(existing: Thing | undefined, expecting: Expecting): void {
    if (expecting === 'nothing' && existing) throw refuse('conflict');
    if (expecting === 'other' || (expecting === 'this' && !existing)) throw refuse('conflict');
  }
  put(a: Put): void {
    const shelf = this.shelf(a.shelf);
    const name = a.name.normalize('NFC');
    const existing = shelf.get(name);
    this.expects(existing, a.expecting);
    this.demandUid(a.shelf, a.thing.uid, [existing], a.unique);
    const growth = bytesOf(a.thing).length - (existing ? bytesOf(existing).length : 0);
    if (growth > 0 && this.used() + growth > quota) throw refuse('over-quota');
    shelf.set(name, { ...a.thing, property: existing?.property ?? false });
  }
  remove(a: { shelf: ShelfName; name: string; expecting: Expecting }): void {
    const shelf = this.shelf(a.shelf);
    const existing = shelf.get(a.name.normalize('NFC'));
    if (!existing) throw refuse('not-found');
    this.expects(existing, a.expecting);
    shelf.delete(a.name.normalize('NFC'));
  }
  move(a: Move): void {
    const [from, to] = [this.shelf(a.shelf), this.shelf(a.to)];
    const [name, toName] = [a.name.normalize('NFC'), a.toName.normalize('NFC')];
    const thing = from.get(name);
    if (!thing) throw refuse('not-found');
    if (from === to && name === toName) return;
    if (homeOf(a.shelf) !== homeOf(a.to)) throw refuse('invalid');
    this.demandUid(a.to, thing.uid, [thing, to.get(toName)], a.unique);
    from.delete(name);
    to.set(toName, thing);
  }
  property(a: { shelf: ShelfName; name: string; has: boolean }): void {
    const thing = this.shelf(a.shelf).get(a.name.normalize('NFC'));
    if (!thing) throw refuse('not-found');
    thing.property = a.has;
  }
}

interface Put {
  shelf: ShelfName;
  name: string;
  thing: Thing;
  expecting: Expecting;
  unique: boolean;
}
interface Move {
  shelf: ShelfName;
  name: string;
  to: ShelfName;
  toName: string;
  unique: boolean;
}
type Action =
  | ({ do: 'put' } & Put)
  | { do: 'remove'; shelf: ShelfName; name: string; expecting: Expecting }
  | ({ do: 'move' } & Move)
  | { do: 'property'; shelf: ShelfName; name: string; has: boolean }
  | { do: 'make' | 'drop'; shelf: ShelfName }
  | { do: 'sync' };

const kind = <K extends Action['do']>(name: K) => fc.constant(name);
const shelf = fc.constantFrom(...shelves);
const name = fc.constantFrom(...names);
const time = fc.constantFrom(null, 1, 2, 3, 4);
const unique = fc.boolean();
const expecting = fc.constantFrom<Expecting>('any', 'any', 'any', 'nothing', 'this', 'other');
const thing = fc.record({
  uid: fc.constantFrom(...uids),
  text: fc.constantFrom(...texts),
  firstMs: time,
  lastMs: time,
  property: fc.constant(false),
});
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ do: kind('put'), shelf, name, thing, expecting, unique }) },
  { weight: 3, arbitrary: fc.record({ do: kind('remove'), shelf, name, expecting }) },
  { weight: 5, arbitrary: fc.record({ do: kind('move'), shelf, name, to: shelf, toName: name, unique }) },
  { weight: 2, arbitrary: fc.record({ do: kind('property'), shelf, name, has: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: kind('make'), shelf }) },
  { weight: 1, arbitrary: fc.record({ do: kind('drop'), shelf }) },
  { weight: 3, arbitrary: fc.record({ do: kind('sync') }) },
);

async function outcome(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof StoreError) return error.reason;
    throw error;
  }
  return 'done';
}

async function gather<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

const byName = (x: ItemRow, y: ItemRow) => (x.name < y.name ? -1 : 1);

/** A client that knows collections by their changes alone. */
class Mirror {
  readonly #store: CollectionsWriter;
  readonly #known = new Map<number, { token: string; items: Map<string, ItemRow> }>();

  constructor(store: CollectionsWriter) {
    this.#store = store;
  }
  async sync(): Promise<void> {
    for (const home of ['calendars', 'contacts'] as const)
      for (const { id } of await this.#store.collections(ana, home)) await this.#syncOne(id);
  }
  async #syncOne(id: number): Promise<void> {
    const known = this.#known.get(id) ?? { token: '', items: new Map<string, ItemRow>() };
    for (let more = true; more; ) {
      const page = await this.#store.changes(ana, id, known.token, 2);
      for (const gone of page.gone) known.items.delete(gone);
      for (const item of page.changed) known.items.set(item.name, item);
      ({ token: known.token, more } = page);
    }
    this.#known.set(id, known);
    expect([...known.items.values()].sort(byName)).toEqual(
      (await gather(this.#store.items(ana, id))).sort(byName),
    );
  }
}

class Runner {
  readonly #store: CollectionsWriter;
  readonly model = new Model();
  readonly mirror: Mirror;
  /** Which ids were given to collections and items: none twice. */
  readonly #ids = new Map<number, string>();

  constructor(store: CollectionsWriter) {
    this.#store = store;
    this.mirror = new Mirror(store);
  }

  async #id(shelf: ShelfName): Promise<number> {
    return (await this.#store.collection(ana, homeOf(shelf), shelf))?.id ?? 999_999;
  }

  async #expected(collection: number, name: string, expecting: Expecting): Promise<Expected> {
    if (expecting === 'any') return {};
    if (expecting === 'nothing') return { hash: null };
    if (expecting === 'other') return { hash: 'other' };
    return { hash: (await this.#store.item(ana, collection, name))?.hash ?? 'none' };
  }

  async run(a: Action): Promise<void> {
    if (a.do === 'sync') return this.mirror.sync();
    const [ours, theirs] = await this.#both(a);
    const expected = await outcome(ours);
    expect(`${JSON.stringify(a)}: ${await outcome(theirs)}`).toBe(`${JSON.stringify(a)}: ${expected}`);
  }

  async #both(a: Exclude<Action, { do: 'sync' }>): Promise<[() => unknown, () => Promise<unknown>]> {
    const { model } = this;
    const store = this.#store;
    const collection = await this.#id(a.shelf);
    switch (a.do) {
      case 'make':
        return [
          () => {
            if (model.shelves.has(a.shelf)) throw refuse('exists');
            model.shelves.set(a.shelf, new Map());
          },
          () => this.#make(a.shelf),
        ];
      case 'drop':
        return [
          () => {
            model.shelf(a.shelf);
            model.shelves.delete(a.shelf);
          },
          () => store.removeCollection(ana, collection),
        ];
      case 'put': {
        const expected = await this.#expected(collection, a.name, a.expecting);
        const options = { expected, uniqueInHome: a.unique };
        return [() => model.put(a), () => store.put(ana, collection, a.name, itemOf(a.thing), options)];
      }
      case 'remove': {
        const expected = await this.#expected(collection, a.name, a.expecting);
        return [() => model.remove(a), () => store.remove(ana, collection, a.name, { expected })];
      }
      case 'move': {
        const to = { collection: await this.#id(a.to), name: a.toName };
        const from = { collection, name: a.name };
        return [() => model.move(a), () => store.move(ana, from, to, { uniqueInHome: a.unique })];
      }
      case 'property': {
        const item = await store.item(ana, collection, a.name);
        const change = { namespace: 'x:', name: 'p', xml: a.has ? '<p/>' : null };
        return [() => model.property(a), () => store.changeProperties(ana, item?.id ?? 999_999, [change])];
      }
    }
  }

  async #make(name: ShelfName): Promise<void> {
    const home = homeOf(name);
    const made = await this.#store.makeCollection(ana, {
      home,
      kind: home === 'calendars' ? 'calendar' : 'addressbook',
      name,
      details: {},
    });
    expect(this.#ids.has(made.id)).toBe(false);
    this.#ids.set(made.id, name);
  }

  async compare(): Promise<void> {
    const there = [
      ...(await this.#store.collections(ana, 'calendars')),
      ...(await this.#store.collections(ana, 'contacts')),
    ].filter(({ kind }) => kind !== 'inbox');
    expect(there.map(({ name }) => name).sort()).toEqual([...this.model.shelves.keys()].sort());
    for (const { id, name, items, bytes } of there) {
      const things = this.model.shelf(name as ShelfName);
      const rows = await gather(this.#store.itemsWithBytes(ana, id));
      const seen = rows.map((row) => [row.name, row.uid, String(row.bytes), row.firstMs, row.lastMs]);
      const expected = [...things].map(([key, thing]) => [
        key,
        thing.uid,
        String(bytesOf(thing)),
        thing.firstMs,
        thing.lastMs,
      ]);
      expect(seen.sort()).toEqual(expected.sort());
      expect([items, bytes]).toEqual([rows.length, rows.reduce((sum, { size }) => sum + size, 0)]);
      for (const row of rows) {
        expect((await this.#store.properties(ana, row.id)).length > 0).toBe(
          things.get(row.name)?.property ?? false,
        );
        expect(this.#ids.get(row.id) ?? row.uid).not.toBe(name);
      }
      await this.#compareSpans(id, things);
    }
    expect((await this.#store.quota(ana)).used).toBe(this.model.used());
  }

  async #compareSpans(id: number, things: ReadonlyMap<string, Thing>): Promise<void> {
    for (const [startMs, endMs] of [
      [2, 3],
      [1, 4],
      [null, 2],
      [3, null],
    ] as const) {
      const found = (await gather(this.#store.within(ana, id, { startMs, endMs }))).map(({ name }) => name);
      const expected = [...things]
        .filter(
          ([, { firstMs, lastMs }]) =>
            (lastMs === null || startMs === null || lastMs > startMs) &&
            (firstMs === null || endMs === null || firstMs < endMs),
        )
        .map(([name]) => name);
      expect(found.sort()).toEqual(expected.sort());
    }
  }
}

const itemOf = (thing: Thing): NewItem => ({
  bytes: bytesOf(thing),
  uid: thing.uid,
  component: 'VEVENT',
  firstMs: thing.firstMs,
  lastMs: thing.lastMs,
  digest: '',
  scheduleTag: 'none',
});

describeEngines('collections beside a model', (engine) => {
  test.each([1, 2])(
    'random changes, seed %i',
    async (seed) => {
      const stores = await openTestStores(engine, { collections: () => ({ quota }) });
      try {
        const runner = new Runner(stores.collections);
        for (const one of shelves) await runner.run({ do: 'make', shelf: one });
        const [actions = []] = fc.sample(fc.array(action, { minLength: 250, maxLength: 250, size: 'max' }), {
          numRuns: 1,
          seed,
        });
        for (const [at, one] of actions.entries()) {
          await runner.run(one);
          if (at % 10 !== 9) continue;
          await runner.compare();
          expect((await stores.database.call(operations.check, { after: -1 })).faults).toEqual([]);
        }
        await runner.run({ do: 'sync' });
        await runner.compare();
        expect(runner.model.used()).toBeGreaterThan(0);
        expect(await verifyAll({ ...stores, modules })).toEqual([]);
      } finally {
        await stores.close();
      }
    },
    240_000,
  );
});
