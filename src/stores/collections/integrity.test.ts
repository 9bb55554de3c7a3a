import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { afterRestore, repairAll, verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../testing/index.ts';
import type { CollectionsWriter, NewItem } from './index.ts';
import { limits } from './limits.ts';
import { collectionsOperations as operations } from './module.ts';

const ana = 7;

const itemOf = (text: string, component: NewItem['component'] = 'VEVENT'): NewItem => ({
  bytes: Buffer.from(text),
  uid: text,
  component,
  firstMs: 1,
  lastMs: 2,
  digest: '',
  scheduleTag: 'none',
});

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** A calendar with `a`, `b`, `c` gone, a property and an attachment of `a`; a book with a card; shares. */
async function fill(store: CollectionsWriter): Promise<{ calendar: number; item: number; book: number }> {
  const calendar = await store.makeCollection(ana, {
    home: 'calendars',
    kind: 'calendar',
    name: 'personal',
    details: {},
  });
  const book = await store.makeCollection(ana, {
    home: 'contacts',
    kind: 'addressbook',
    name: 'personal',
    details: {},
  });
  const content = { body: once('attached'), type: 'text/plain', filename: 'f.txt' };
  const attached = await store.attachments.take(ana, content, 100);
  const naming = { ...itemOf('one'), attachments: [attached.managedId] };
  const { item } = await store.put(ana, calendar.id, 'a', naming, { brought: [attached] });
  store.attachments.release(attached);
  await store.put(ana, calendar.id, 'b', itemOf('three'));
  await store.put(ana, calendar.id, 'c', itemOf('gone'));
  await store.remove(ana, calendar.id, 'c');
  await store.put(ana, book.id, 'card', itemOf('card', 'VCARD'));
  await store.changeProperties(ana, item.id, [{ namespace: 'x:', name: 'p', xml: '<p/>' }]);
  const wish = { rights: 'read', summary: '' } as const;
  await store.sharing.give(ana, calendar.id, { member: 8, group: '' }, wish);
  await store.sharing.publish(ana, calendar.id, 'busy');
  return { calendar: calendar.id, item: item.id, book: book.id };
}

/** The module's own part of a verification, or of a repair. */
async function walk({ database }: TestStores, what: 'check' | 'repair'): Promise<string[]> {
  const lines: string[] = [];
  for (let after: number | null = -1; after !== null; ) {
    const step: { next: number | null; faults: string[] } = await database.call(operations[what], {
      after,
      now: 1_000,
    });
    lines.push(...step.faults);
    after = step.next;
  }
  return lines;
}

type Damage = readonly [statement: string, fault: RegExp];

function damages({ calendar, book }: { calendar: number; book: number }): Damage[] {
  return [
    [`update collections set items = 9 where id = ${calendar}`, /items is 9, counted 2/],
    [`update collections set bytes = 9 where id = ${calendar}`, /bytes is 9, counted 8/],
    [`update collections set modseq = 1 where id = ${calendar}`, /modseq is 1, in it is \d+/],
    [
      `update collections set modseq = 99999 where id = ${book}`,
      /modseq is 99999, the account's counter \d+/,
    ],
    ['update collection_accounts set "nextId" = 2', /would hand out id 2 again \(\d+ is taken\)/],
    ['update collection_accounts set bytes = 1', /1 bytes are kept, counted 20/],
    ['update collection_accounts set properties = 1', /properties take 1 bytes, counted 7/],
    ['update collection_accounts set doomed = 2', /2 collections go for good, counted 0/],
    ['delete from collection_accounts', /has collections but no row of its own/],
    [`delete from collections where kind = 'inbox'`, /has calendars and no inbox/],
    [
      `insert into collection_bytes (account, item, bytes) select account, 999, bytes from collection_bytes limit 1`,
      /node 999: is missing, though it has bytes/,
    ],
    [`update collection_properties set node = 999`, /node 999: is missing, though it has properties/],
    ['update collection_attachments set item = 999', /node 999: is missing, though it has attachments/],
    ['update collection_gone set collection = 999', /node 999: is missing, though it has names/],
    ['update collection_shares set collection = 999', /node 999: is missing, though it has shares/],
    [
      'update collection_publications set collection = 999',
      /node 999: is missing, though it has a publication/,
    ],
    [
      `insert into collection_gone (account, collection, name, modseq, at) values (7, ${calendar}, 'a', 1, 1)`,
      /a name is there and gone at once/,
    ],
    [
      `delete from collections where id = ${book}`,
      new RegExp(`node ${book}: is missing, though it has items`),
    ],
  ];
}

describeEngines('integrity of collections', (engine) => {
  test('what is wrong is named and mended', async () => {
    const stores = await openTestStores(engine, { clock: fakeClock() });
    const all = { ...stores, modules };
    try {
      const filled = await fill(stores.collections);
      expect(await verifyAll(all)).toEqual([]);
      expect(await repairAll(all, 1_000)).toEqual([]);
      for (const [statement, fault] of damages(filled)) {
        await stores.damage(statement);
        expect((await walk(stores, 'check')).join('\n'), statement).toMatch(fault);
        expect(await walk(stores, 'repair'), statement).not.toEqual([]);
        expect(await walk(stores, 'check'), statement).toEqual([]);
      }
      // The bytes of what was removed are counted again with all others.
      expect((await repairAll(all, 1_000)).join('\n')).toMatch(/^blob \w+: counted again$/);
      expect(await verifyAll(all)).toEqual([]);
      // What lost its collection can be had back.
      const again = await stores.reopen();
      const recovered = await again.collections.collection(ana, 'contacts', `recovered-${filled.book}`);
      expect(recovered).toMatchObject({ kind: 'addressbook', items: 1 });
      const { item } = await again.collections.put(ana, filled.calendar, 'new', itemOf('goes on'));
      expect(item.id).toBeGreaterThan(limits.restoreIdsCount);
      expect(await verifyAll({ ...again, modules })).toEqual([]);
      await again.close();
    } catch (error) {
      await stores.close();
      throw error;
    }
  }, 240_000);

  test('harmed bytes are named and stay: a client may have them still', async () => {
    const stores = await openTestStores(engine, { clock: fakeClock() });
    const all = { ...stores, modules };
    const { calendar, item } = await fill(stores.collections);
    // More than are read at once.
    for (let at = 0; at <= limits.checkedItemsMax; at++)
      await stores.collections.put(ana, calendar, `n${at}`, itemOf(`n${at}`));
    const last = await stores.collections.item(ana, calendar, `n${limits.checkedItemsMax}`);
    if (!last) throw new Error('not there');
    const other = engine.name === 'sqlite' ? `x'00'` : `'\\x00'`;
    await stores.damage(`update collection_bytes set bytes = ${other} where item = ${last.id}`);
    await stores.damage(`delete from collection_bytes where item = ${item}`);
    const faults = [
      `collections of account ${ana}: item ${item}: its bytes are missing`,
      `collections of account ${ana}: item ${last.id}: its bytes are not what they were`,
    ];
    expect(await verifyAll(all)).toEqual(faults);
    expect(await repairAll(all, 1_000)).toEqual([]);
    expect(await verifyAll(all)).toEqual(faults);
    expect(await stores.collections.item(ana, calendar, 'a')).not.toBeNull();
    await stores.close();
  });

  test('two of one UID are named', async () => {
    const stores = await openTestStores(engine, { clock: fakeClock() });
    const { calendar } = await fill(stores.collections);
    await stores.damage(`update collection_items set uid = 'one' where name = 'b'`);
    expect((await verifyAll({ ...stores, modules })).join('\n')).toMatch(/another one in its collection/);
    await stores.collections.remove(ana, calendar, 'b');
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await stores.close();
  });

  test('after a restore nothing of the time that it undid comes true again, and nothing is said twice', async () => {
    const stores = await openTestStores(engine, { clock: fakeClock() });
    const store = stores.collections;
    const { calendar, item } = await fill(store);
    const job = { kind: 'k', payload: null };
    await store.addJob(ana, { ...job, key: 'mail', outward: true });
    await store.addJob(ana, { ...job, key: 'inside' });
    const { token } = await store.changes(ana, calendar, '', 100);
    await afterRestore({ ...stores, modules }, 1_000);
    // The backup stands where it was; a client that comes with what it knew then goes on.
    expect(await store.changes(ana, calendar, token, 10)).toEqual({
      changed: [],
      gone: [],
      token,
      more: false,
    });
    const [id, modseq] = token.split('-').map(Number);
    const lost = `${id}-${(modseq ?? 0) + 3}`;
    expect(await refusal(store.changes(ana, calendar, lost, 10))).toBe('invalid');
    const put = await store.put(ana, calendar, 'new', itemOf('new'));
    expect(put.item.id).toBeGreaterThan(item + limits.restoreIdsCount);
    expect(put.item.modseq).toBeGreaterThan(item);
    expect(await refusal(store.changes(ana, calendar, lost, 10))).toBe('invalid');
    expect((await store.changes(ana, calendar, token, 10)).changed).toEqual([put.item]);
    // What may send mail waits for an operator; the rest is done again.
    expect((await store.takeJobs('k', 10, 1_000)).map(({ key }) => key)).toEqual(['inside']);
    expect(await store.heldJobs()).toBe(1);
    expect(await store.decideHeldJobs(true)).toBe(1);
    expect((await store.takeJobs('k', 10, 1_000)).map(({ key }) => key)).toEqual(['mail']);
    await afterRestore({ ...stores, modules }, 2_000);
    expect(await store.nextJobMs('k')).not.toBeNull();
    expect(await store.decideHeldJobs(false)).toBe(1);
    expect(await store.heldJobs()).toBe(0);
    // Of two restores the tokens from before the first are not good any more.
    expect(await refusal(store.changes(ana, calendar, token, 10))).toBe('invalid');
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await stores.close();
  });
});
