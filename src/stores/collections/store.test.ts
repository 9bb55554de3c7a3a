import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../testing/index.ts';
import type { CollectionRow, CollectionsWriter, Home, ItemRow, NewItem } from './index.ts';

const ana = 7;
const ben = 8;

function itemOf(text: string, more: Partial<NewItem> = {}): NewItem {
  return {
    bytes: Buffer.from(text),
    uid: text,
    component: 'VEVENT',
    firstMs: 1_000,
    lastMs: 2_000,
    digest: '',
    scheduleTag: 'none',
    ...more,
  };
}

async function gather<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

const namesOf = (rows: readonly ItemRow[]) => rows.map(({ name }) => name);

describeEngines('collections', (engine) => {
  let stores: TestStores;
  let store: CollectionsWriter;
  let clock: ReturnType<typeof fakeClock>;
  let quota: number;
  beforeEach(async () => {
    clock = fakeClock();
    quota = 2 ** 40;
    stores = await openTestStores(engine, { clock, collections: () => ({ quota }) });
    store = stores.collections;
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    expect(stores.reported).toEqual([]);
    await stores.close();
  });
  const make = (name: string, home: Home = 'calendars', account = ana): Promise<CollectionRow> =>
    store.makeCollection(account, {
      home,
      kind: home === 'calendars' ? 'calendar' : 'addressbook',
      name,
      details: {},
    });
  const put = (collection: CollectionRow, name: string, text: string, more: Partial<NewItem> = {}) =>
    store.put(collection.account, collection.id, name, itemOf(text, more));

  test('collections are made, found, changed and listed; with the first calendar the inbox', async () => {
    expect(await store.collections(ana, 'calendars')).toEqual([]);
    const work = await store.makeCollection(ana, {
      home: 'calendars',
      kind: 'calendar',
      name: 'Bu\u0308ro',
      details: { displayName: 'B\u00fcro', components: ['VEVENT'], order: 3 },
      properties: [{ namespace: 'x:', name: 'p', xml: '<p/>' }],
    });
    expect(work).toMatchObject({ name: 'B\u00fcro', kind: 'calendar', items: 0, bytes: 0 });
    expect(await store.properties(ana, work.id)).toEqual([{ namespace: 'x:', name: 'p', xml: '<p/>' }]);
    const listed = await store.collections(ana, 'calendars');
    expect(listed.map(({ name, kind }) => [name, kind])).toEqual([
      ['inbox', 'inbox'],
      ['B\u00fcro', 'calendar'],
    ]);
    expect(await store.collection(ana, 'calendars', 'Bu\u0308ro')).toEqual(work);
    expect(await store.collection(ana, 'contacts', 'Bu\u0308ro')).toBeNull();
    const changed = await store.changeCollection(ana, work.id, {
      details: { displayName: undefined, color: '#FF0000' },
      properties: [{ namespace: 'x:', name: 'p', xml: null }],
    });
    expect(changed.details).toEqual({ components: ['VEVENT'], order: 3, color: '#FF0000' });
    expect(changed.modseq).toBeGreaterThan(work.modseq);
    expect(await store.properties(ana, work.id)).toEqual([]);
    expect(await store.collectionById(ana, work.id)).toEqual(changed);
    expect(await refusal(make('B\u00fcro'))).toBe('exists');
    expect(await refusal(make('inbox'))).toBe('exists');
    await make('B\u00fcro', 'contacts');
    expect((await store.collections(ana, 'contacts')).length).toBe(1);
    expect(await store.collections(ben, 'calendars')).toEqual([]);
  });

  test('an item is put, read, replaced and removed', async () => {
    const calendar = await make('personal');
    const first = await put(calendar, 'a.ics', 'one', { uid: 'u', digest: 'd', lastMs: null });
    expect(first.created).toBe(true);
    expect(first.item).toMatchObject({
      account: ana,
      collection: calendar.id,
      name: 'a.ics',
      uid: 'u',
      hash: createHash('sha256').update('one').digest('hex'),
      size: 3,
      firstMs: 1_000,
      lastMs: null,
      digest: 'd',
      scheduleTag: '',
    });
    expect(await store.item(ana, calendar.id, 'a.ics')).toEqual(first.item);
    expect(String(await store.bytes(ana, first.item.id))).toBe('one');
    clock.advance(5);
    const second = await put(calendar, 'a.ics', 'three', { uid: 'u', firstMs: null });
    expect(second.created).toBe(false);
    expect(second.item.id).toBe(first.item.id);
    expect(second.item).toMatchObject({ firstMs: null, createdMs: first.item.createdMs });
    expect(second.item.modifiedMs).toBe(first.item.modifiedMs + 5);
    expect(String(await store.bytes(ana, first.item.id))).toBe('three');
    const now = await store.collectionById(ana, calendar.id);
    expect(now).toMatchObject({ items: 1, bytes: 5, modseq: second.item.modseq });
    expect(await store.quota(ana)).toEqual({ used: 5, available: quota - 5 });
    await store.remove(ana, calendar.id, 'a.ics');
    expect(await store.item(ana, calendar.id, 'a.ics')).toBeNull();
    expect(await store.bytes(ana, first.item.id)).toBeNull();
    expect(await store.collectionById(ana, calendar.id)).toMatchObject({ items: 0, bytes: 0 });
    expect(await refusal(store.remove(ana, calendar.id, 'a.ics'))).toBe('not-found');
    expect(await refusal(store.put(ana, 999, 'a.ics', itemOf('x')))).toBe('not-found');
    const again = await put(calendar, 'a.ics', 'one');
    expect(again.item.id).toBeGreaterThan(first.item.id);
  });

  test('names are one whatever their form; what cannot be one is refused', async () => {
    const calendar = await make('personal');
    await put(calendar, 'e\u0301.ics', 'one');
    expect((await put(calendar, '\u00e9.ics', 'two')).created).toBe(false);
    expect(namesOf(await gather(store.items(ana, calendar.id)))).toEqual(['\u00e9.ics']);
    await put(calendar, 'A.ics', 'a');
    expect((await put(calendar, 'a.ics', 'b')).created).toBe(true);
    for (const name of ['', '.', '..', 'a/b', 'a\0', 'a\u007f', '\ud800', 'x'.repeat(256)])
      expect(await refusal(put(calendar, name, 'x'))).toBe('invalid');
    expect((await put(calendar, 'x'.repeat(255), 'x')).created).toBe(true);
  });

  test('listings come in the order of the names, with their bytes where these are wanted', async () => {
    const calendar = await make('personal');
    for (const name of ['c', 'a', 'b']) await put(calendar, name, name);
    expect(namesOf(await gather(store.items(ana, calendar.id)))).toEqual(['a', 'b', 'c']);
    const whole = await gather(store.itemsWithBytes(ana, calendar.id));
    expect(whole.map(({ name, bytes }) => [name, String(bytes)])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ]);
    const named = await store.itemsNamed(ana, calendar.id, ['c', 'nowhere', 'a', 'c']);
    expect(named.map(({ name, bytes }) => [name, String(bytes)])).toEqual([
      ['a', 'a'],
      ['c', 'c'],
    ]);
  });
});
