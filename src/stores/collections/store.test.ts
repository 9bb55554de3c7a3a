import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../testing/index.ts';
import type { CollectionRow, CollectionsWriter, Home, ItemRow, NewItem } from './index.ts';

const ana = 7;
const bea = 8;
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

  test('what is expected must be so; bytes that are there already change nothing', async () => {
    const calendar = await make('personal');
    const jobs = [{ kind: 'k', key: '1', payload: { a: [1] } }];
    const { item } = await store.put(ana, calendar.id, 'a', itemOf('one', { scheduleTag: 'new' }), {
      expected: { hash: null },
    });
    expect(item.scheduleTag).not.toBe('');
    const write = (text: string, expected: object, more: Partial<NewItem> = {}) =>
      refusal(store.put(ana, calendar.id, 'a', itemOf(text, { uid: 'one', ...more }), { expected, jobs }));
    expect(await write('two', { hash: null })).toBe('conflict');
    expect(await write('two', { hash: 'other' })).toBe('conflict');
    expect(await write('two', { scheduleTag: 'other' })).toBe('conflict');
    expect(await write('one', { hash: 'other' })).toBe('conflict');
    expect(await refusal(store.remove(ana, calendar.id, 'a', { expected: { hash: 'x' } }))).toBe('conflict');
    expect(await store.takeJobs('k', 10, 1_000)).toEqual([]);
    // The same bytes: nobody is told, what formats made of them anew is kept, what follows follows.
    clock.advance(10);
    expect(await write('one', { hash: item.hash }, { digest: 'better', lastMs: null })).toBe('accepted');
    expect(await store.item(ana, calendar.id, 'a')).toEqual({ ...item, digest: 'better', lastMs: null });
    expect(await store.collectionById(ana, calendar.id)).toMatchObject({ modseq: item.modseq, bytes: 3 });
    expect((await store.takeJobs('k', 10, 1_000)).map(({ payload }) => payload)).toEqual([{ a: [1] }]);
    // RFC 6638 §3.2.10: replies keep the tag, other changes do not.
    const tagOf = async () => (await store.item(ana, calendar.id, 'a'))?.scheduleTag;
    expect(await write('three', { scheduleTag: item.scheduleTag }, { scheduleTag: 'keep' })).toBe('accepted');
    expect(await tagOf()).toBe(item.scheduleTag);
    expect(await write('four', {}, { scheduleTag: 'new' })).toBe('accepted');
    expect(await tagOf()).not.toBe(item.scheduleTag);
    expect(await write('five', {}, { scheduleTag: 'none' })).toBe('accepted');
    expect(await tagOf()).toBe('');
    expect(await write('six', {}, { scheduleTag: 'keep' })).toBe('accepted');
    expect(await tagOf()).not.toBe('');
    const now = await store.item(ana, calendar.id, 'a');
    await store.remove(ana, calendar.id, 'a', { expected: { hash: now?.hash ?? '' }, jobs });
  });

  test('a UID is once in a collection, and in a home where that is asked', async () => {
    const [one, two] = [await make('one'), await make('two')];
    const book = await make('book', 'contacts');
    const inbox = await store.collection(ana, 'calendars', 'inbox');
    if (!inbox) throw new Error('no inbox');
    const { item } = await put(one, 'a', 'x', { uid: 'u' });
    const refusedBy = (work: Promise<unknown>) =>
      refusal(work, ({ reason, details }) => `${reason} ${details.name} ${details.collection}`);
    expect(await refusedBy(put(one, 'b', 'y', { uid: 'u' }))).toBe(`exists a ${one.id}`);
    const unique = { uniqueInHome: true };
    const inTwo = (name: string) => store.put(ana, two.id, name, itemOf('y', { uid: 'u' }), unique);
    expect(await refusedBy(inTwo('b'))).toBe(`exists a ${one.id}`);
    await put(inbox, 'm1', 'request', { uid: 'u' });
    await put(inbox, 'm2', 'cancel', { uid: 'u' });
    await put(book, 'a', 'card', { uid: 'u', component: 'VCARD' });
    expect((await store.byUid(ana, 'calendars', 'u')).map(({ id, bytes }) => [id, String(bytes)])).toEqual([
      [item.id, 'x'],
    ]);
    expect((await store.byUid(ana, 'contacts', 'u')).length).toBe(1);
    expect(await store.byUid(ben, 'calendars', 'u')).toEqual([]);
    // In place of itself it may stand, and where nobody asks twice in a home.
    await store.put(ana, one.id, 'a', itemOf('z', { uid: 'u' }), unique);
    await put(two, 'b', 'y', { uid: 'u' });
    await store.remove(ana, one.id, 'a');
    await store.removeCollection(ana, two.id);
    expect(await store.byUid(ana, 'calendars', 'u')).toEqual([]);
    await store.put(ana, one.id, 'c', itemOf('z', { uid: 'u' }), unique);
  });

  test('an item moves with its id, its properties and its attachments', async () => {
    const [one, two] = [await make('one'), await make('two')];
    const book = await make('book', 'contacts');
    const { item } = await put(one, 'a', 'x', { uid: 'u' });
    await store.changeProperties(ana, item.id, [{ namespace: 'x:', name: 'p', xml: '<p/>' }]);
    const tokens = [await store.syncToken(ana, one.id), await store.syncToken(ana, two.id)];
    const from = { collection: one.id, name: 'a' };
    const moved = await store.move(ana, from, { collection: two.id, name: 'b' }, { uniqueInHome: true });
    expect(moved).toMatchObject({ id: item.id, collection: two.id, name: 'b', uid: 'u' });
    expect(await store.item(ana, two.id, 'b')).toEqual(moved);
    expect(String(await store.bytes(ana, item.id))).toBe('x');
    expect(await store.properties(ana, item.id)).toEqual([{ namespace: 'x:', name: 'p', xml: '<p/>' }]);
    expect(await store.changes(ana, one.id, tokens[0] ?? '', 10)).toMatchObject({ changed: [], gone: ['a'] });
    expect(await store.changes(ana, two.id, tokens[1] ?? '', 10)).toMatchObject({
      changed: [moved],
      gone: [],
    });
    expect(await store.collectionById(ana, one.id)).toMatchObject({ items: 0, bytes: 0 });
    expect(await store.collectionById(ana, two.id)).toMatchObject({ items: 1, bytes: 1 });
    // Over another one, which goes; and within its collection.
    await put(two, 'c', 'gone', { uid: 'v' });
    const there = { collection: two.id, name: 'b' };
    await store.move(ana, there, { collection: two.id, name: 'c' }, { expected: { hash: moved.hash } });
    expect(namesOf(await gather(store.items(ana, two.id)))).toEqual(['c']);
    expect(await store.collectionById(ana, two.id)).toMatchObject({ items: 1, bytes: 1 });
    await put(one, 'd', 'y', { uid: 'u' });
    const back = { collection: one.id, name: 'e' };
    const held = { collection: two.id, name: 'c' };
    expect(await refusal(store.move(ana, held, back))).toBe('exists');
    expect((await store.move(ana, held, { collection: one.id, name: 'd' })).id).toBe(item.id);
    const now = { collection: one.id, name: 'd' };
    expect((await store.move(ana, now, now)).id).toBe(item.id);
    expect(await refusal(store.move(ana, held, back))).toBe('not-found');
    expect(await refusal(store.move(ana, now, back, { expected: { hash: 'x' } }))).toBe('conflict');
    expect(await refusal(store.move(ana, now, { collection: book.id, name: 'd' }))).toBe('invalid');
    expect(await refusal(store.move(ana, now, { collection: one.id, name: '' }))).toBe('invalid');
  });

  test('many are put at once; one that cannot be is named and the others are kept', async () => {
    const calendar = await make('personal');
    await put(calendar, 'old', 'old', { uid: 'taken' });
    quota = 12;
    const outcomes = await store.putMany(ana, calendar.id, [
      { name: 'a', item: itemOf('1234') },
      { name: 'b/c', item: itemOf('1') },
      { name: 'b', item: itemOf('other', { uid: 'taken' }) },
      { name: 'old', item: itemOf('new', { uid: 'taken' }) },
      { name: 'c', item: itemOf('too much') },
      { name: 'd', item: itemOf('12345') },
      { name: 'e', item: itemOf('1', { uid: '1234' }) },
    ]);
    expect(outcomes).toEqual([
      { created: true },
      { refused: 'a name cannot have a slash' },
      { refused: 'another item has that UID' },
      { created: false },
      { refused: 'there is no room left' },
      { created: true },
      { refused: 'another item has that UID' },
    ]);
    expect(namesOf(await gather(store.items(ana, calendar.id)))).toEqual(['a', 'd', 'old']);
    expect(await store.quota(ana)).toEqual({ used: 12, available: 0 });
    expect(await refusal(put(calendar, 'e', 'x'))).toBe('over-quota');
    // What grows less than it shrank is taken however full it is.
    quota = 3;
    expect((await put(calendar, 'd', '1234', { uid: '12345' })).created).toBe(false);
    const { token } = await store.changes(ana, calendar.id, '', 2);
    expect((await store.changes(ana, calendar.id, token, 2)).changed.length).toBe(1);
    expect(await store.putMany(ana, calendar.id, [{ name: 'a', item: itemOf('1234') }])).toEqual([
      { created: false },
    ]);
  });

  test('who watches is told of each collection that moved, after the commit, and of nothing else', async () => {
    const told: number[] = [];
    const stop = store.watch(({ account, collection }) => told.push(account * 1_000 + collection));
    const heard = () => told.splice(0).map((one) => one - ana * 1_000);
    const [one, two] = [await make('one'), await make('two')];
    expect(heard()).toEqual([one.id, two.id]);
    const { item } = await put(one, 'a', 'x');
    expect(heard()).toEqual([one.id]);
    await put(one, 'a', 'x');
    expect(await refusal(put(one, 'b', 'x'))).toBe('exists');
    expect(heard()).toEqual([]);
    await store.move(ana, { collection: one.id, name: 'a' }, { collection: two.id, name: 'a' });
    expect(heard()).toEqual([one.id, two.id]);
    await store.changeProperties(ana, item.id, [{ namespace: '', name: 'p', xml: '<p/>' }]);
    expect(heard()).toEqual([two.id]);
    await store.changeCollection(ana, one.id, { details: { color: 'red' } });
    await store.remove(ana, two.id, 'a');
    await store.removeCollection(ana, one.id);
    expect(heard()).toEqual([one.id, two.id, one.id]);
    stop();
    await put(two, 'a', 'x');
    expect(heard()).toEqual([]);
  });

  test('who watches is told what became of a collection, and who need not hear of it', async () => {
    const told: unknown[] = [];
    const stop = store.watch(({ account: _, collection, ...moved }) => told.push([collection, moved]));
    const wish = { home: 'calendars', kind: 'calendar', name: 'told', details: {} } as const;
    const { id } = await store.makeCollection(ana, { ...wish, quiet: ['phone'] });
    await store.put(ana, id, 'a', itemOf('x'), { quiet: 'all' });
    await store.changeCollection(ana, id, { details: { color: 'red' }, quiet: ['phone'] });
    await store.changeProperties(ana, id, [{ namespace: '', name: 'p', xml: '<p/>' }]);
    await store.remove(ana, id, 'a', { quiet: ['phone', 'desk'] });
    const to = { member: bea, group: '' };
    const share = { rights: 'read', summary: '' } as const;
    await store.sharing.give(ana, id, to, share);
    await store.sharing.answer(bea, [], ana, id, { state: 'accepted' });
    await store.sharing.give(ana, id, { member: 0, group: 'team@coop.example' }, share);
    await store.sharing.takeBack(ana, id, to);
    await store.sharing.give(ana, id, { member: bea + 1, group: '' }, share);
    await store.removeCollection(ana, id, [], ['desk']);
    stop();
    expect(told).toEqual([
      [id, { what: 'made', home: 'calendars', quiet: ['phone'] }],
      [id, { what: 'items', quiet: 'all' }],
      [id, { what: 'details', quiet: ['phone'] }],
      [id, { what: 'details', quiet: [] }],
      [id, { what: 'items', quiet: ['phone', 'desk'] }],
      [id, { what: 'shared', home: 'calendars', members: [bea], quiet: [] }],
      [id, { what: 'shared', home: 'calendars', members: [bea], quiet: [] }],
      [id, { what: 'shared', home: 'calendars', members: [], quiet: [] }],
      [id, { what: 'shared', home: 'calendars', members: [bea], quiet: [] }],
      [id, { what: 'shared', home: 'calendars', members: [bea + 1], quiet: [] }],
      [id, { what: 'removed', home: 'calendars', members: [bea + 1], quiet: ['desk'] }],
    ]);
  });

  test('a collection goes with all that is in it; the inbox stays', async () => {
    const calendar = await make('personal');
    const { item } = await put(calendar, 'a', 'x', { uid: 'u' });
    await store.changeProperties(ana, calendar.id, [{ namespace: '', name: 'p', xml: '<p/>' }]);
    await store.changeProperties(ana, item.id, [{ namespace: '', name: 'p', xml: '<p/>' }]);
    await store.sharing.publish(ana, calendar.id, 'read');
    const token = await store.syncToken(ana, calendar.id);
    await store.removeCollection(ana, calendar.id, [{ kind: 'k', key: '1', payload: null }]);
    expect((await store.takeJobs('k', 1, 1)).length).toBe(1);
    expect(await store.collectionById(ana, calendar.id)).toBeNull();
    expect(await store.collection(ana, 'calendars', 'personal')).toBeNull();
    expect(await store.bytes(ana, item.id)).toBeNull();
    expect(await store.properties(ana, item.id)).toEqual([]);
    expect((await store.quota(ana)).used).toBe(0);
    expect(await refusal(store.removeCollection(ana, calendar.id))).toBe('not-found');
    expect(await refusal(store.put(ana, calendar.id, 'a', itemOf('x')))).toBe('not-found');
    expect(await refusal(store.changes(ana, calendar.id, token, 1))).toBe('not-found');
    expect(await refusal(store.syncToken(ana, calendar.id))).toBe('not-found');
    // Made again under its name it is another one.
    const again = await make('personal');
    expect(again.id).not.toBe(calendar.id);
    expect(await refusal(store.changes(ana, again.id, token, 1))).toBe('invalid');
    expect(await store.properties(ana, again.id)).toEqual([]);
    const inbox = await store.collection(ana, 'calendars', 'inbox');
    expect(await refusal(store.removeCollection(ana, inbox?.id ?? 0))).toBe('denied');
    expect(
      await refusal(
        store.makeCollection(ana, { home: 'contacts', kind: 'calendar', name: 'x', details: {} }),
      ),
    ).toBe('invalid');
    expect(
      await refusal(store.makeCollection(ana, { home: 'calendars', kind: 'inbox', name: 'x', details: {} })),
    ).toBe('exists');
  });
});
