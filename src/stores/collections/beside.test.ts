import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores, textOf } from '../../testing/index.ts';
import type { Attachment, CollectionRow, CollectionsWriter, Home, NewAttachment, NewItem } from './index.ts';
import { limits } from './limits.ts';
import { collectionsOperations as operations } from './module.ts';

const ana = 7;
const ben = 8;
const cleo = 9;

const itemOf = (text: string): NewItem => ({
  bytes: Buffer.from(text),
  uid: text,
  component: 'VEVENT',
  firstMs: 1,
  lastMs: 2,
  digest: '',
  scheduleTag: 'none',
});

async function* once(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

describeEngines('what is kept beside collections', (engine) => {
  let stores: TestStores;
  let store: CollectionsWriter;
  let clock: ReturnType<typeof fakeClock>;
  let quota: number;
  beforeEach(async () => {
    clock = fakeClock();
    quota = 10_000;
    stores = await openTestStores(engine, { clock, collections: () => ({ quota }) });
    store = stores.collections;
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    expect(stores.reported).toEqual([]);
    await stores.close();
  });
  const make = (account: number, name: string, home: Home = 'calendars'): Promise<CollectionRow> =>
    store.makeCollection(account, {
      home,
      kind: home === 'calendars' ? 'calendar' : 'addressbook',
      name,
      details: {},
    });
  const toBen = { member: ben, group: '' };
  const club = 'club@coop.example';
  const toClub = { member: 0, group: club };

  test('jobs: taken, hidden while they are, taken again where a claim ran out, and settled by who has them', async () => {
    const now = clock.nowMs();
    let told = 0;
    const stop = store.watchJobs(() => told++);
    await store.addJob(ana, { kind: 'itip', key: 'a', payload: { to: ['x'] } });
    await store.addJob(ana, { kind: 'itip', key: 'a', payload: 'another' });
    await store.addJob(ben, { kind: 'itip', key: 'a', payload: 2, dueMs: now + 500 });
    await store.addJob(ana, { kind: 'refresh', key: 'a', payload: 3 });
    expect(told).toBe(4);
    const calendar = await make(cleo, 'work');
    await store.put(cleo, calendar.id, 'a', itemOf('a'));
    expect(told).toBe(4);
    // The same bytes move nothing; what follows from them is told.
    const jobs = [{ kind: 'other', key: 'a', payload: null }];
    await store.put(cleo, calendar.id, 'a', itemOf('a'), { jobs });
    stop();
    await store.remove(cleo, calendar.id, 'a', { jobs });
    expect(told).toBe(5);
    expect(await store.nextJobMs('itip')).toBe(now);
    expect(await store.nextJobMs('nothing')).toBeNull();
    const [first, ...others] = await store.takeJobs('itip', 10, 1_000);
    if (!first) throw new Error('no job');
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      account: ana,
      kind: 'itip',
      key: 'a',
      payload: { to: ['x'] },
      attempts: 1,
    });
    expect(await store.takeJobs('itip', 10, 1_000)).toEqual([]);
    expect(await store.nextJobMs('itip')).toBe(now + 500);
    clock.advance(999);
    expect((await store.takeJobs('itip', 10, 5_000)).map(({ account }) => account)).toEqual([ben]);
    clock.advance(1);
    // Who had it is taken for dead: what it says of it is too late.
    const [second] = await store.takeJobs('itip', 10, 1_000);
    if (!second) throw new Error('no job');
    expect(second).toMatchObject({ id: first.id, attempts: 2 });
    await store.settleJob(first, 'done');
    await store.settleJob(first, { againMs: 0 });
    expect(await store.takeJobs('itip', 10, 1_000)).toEqual([]);
    await store.settleJob(second, { againMs: clock.nowMs() + 10 });
    expect(await store.nextJobMs('itip')).toBe(clock.nowMs() + 10);
    clock.advance(10);
    const [third] = await store.takeJobs('itip', 10, 1_000);
    if (!third) throw new Error('no job');
    expect(third.attempts).toBe(3);
    await store.settleJob(third, 'done');
    clock.advance(10_000);
    expect((await store.takeJobs('itip', 10, 1)).map(({ account }) => account)).toEqual([ben]);
    // Done is done: the same key is a new one.
    await store.addJob(ana, { kind: 'refresh', key: 'b', payload: null, dueMs: 5 });
    expect((await store.takeJobs('refresh', 1, 1)).map(({ key }) => key)).toEqual(['b']);
    expect(await store.heldJobs()).toBe(0);
  });

  test('jobs of a lane are taken one after the other, and nobody else waits for them', async () => {
    const add = (account: number, key: string, lane?: string) =>
      store.addJob(account, { kind: 'itip', key, payload: null, ...(lane === undefined ? {} : { lane }) });
    await add(ana, '1', 'x');
    await add(ana, '2', 'x');
    await add(ana, '3', 'x y');
    await add(ben, '4', 'x');
    await add(ana, '5');
    await add(ana, '6');
    const look = async () => store.takeJobs('itip', 10, 1_000);
    const [first, ...others] = await look();
    expect([first, ...others].map((job) => job?.key)).toEqual(['1', '3', '4', '5', '6']);
    expect(await store.busyLanes(ana, 'itip', 'x')).toEqual(['x', 'x y']);
    expect(await store.busyLanes(ana, 'itip', 'x ')).toEqual(['x y']);
    expect(await store.busyLanes(ben, 'itip', 'x ')).toEqual([]);
    expect(await store.waitingJobs('itip')).toBe(6);
    if (!first) throw new Error('nothing was taken');
    for (const job of others) await store.settleJob(job, 'done');
    // What is put off is waited for, and a look finds nothing before its time.
    const now = clock.nowMs();
    await store.settleJob(first, { againMs: now + 500 });
    expect(await look()).toEqual([]);
    expect(await store.nextJobMs('itip')).toBe(now + 500);
    clock.advance(500);
    const [again] = await look();
    expect(again?.key).toBe('1');
    if (!again) throw new Error('nothing was taken');
    await store.settleJob(again, { againMs: clock.nowMs() + 2 * limits.jobsAsideMs, aside: true });
    expect(await store.waitingJobs('itip')).toBe(1);
    const [second] = await look();
    expect(second?.key).toBe('2');
    if (!second) throw new Error('nothing was taken');
    const next = [{ kind: 'itip', key: '7', payload: null, lane: 'x z' }];
    await store.settleJob(second, { next });
    // Who has not got it any more lets nothing follow.
    await store.settleJob(second, { next: [{ kind: 'itip', key: '8', payload: null }] });
    expect((await look()).map(({ key }) => key)).toEqual(['7']);
  });

  test('of several that take from one lane at one time one gets its first', async () => {
    for (const key of ['1', '2', '3']) await store.addJob(ana, { kind: 'k', key, payload: null, lane: 'x' });
    const looks = await Promise.all([1, 2, 3, 4].map(() => store.takeJobs('k', 8, 60_000)));
    expect(looks.flat().map(({ key }) => key)).toEqual(['1']);
  });

  test('what is kept beside an item is kept with it, or neither is', async () => {
    const calendar = await make(ana, 'a');
    const inbox = await store.collection(ana, 'calendars', 'inbox');
    if (!inbox) throw new Error('there is no inbox');
    const heard: number[] = [];
    store.watch(({ collection }) => heard.push(collection));
    const beside = { collection: inbox.id, name: 'news', item: itemOf('one') };
    const { item } = await store.put(ana, calendar.id, 'a', itemOf('one'), { beside });
    const news = await store.item(ana, inbox.id, 'news');
    expect(news?.id).not.toBe(item.id);
    expect(heard).toEqual([calendar.id, inbox.id]);
    const expected = { hash: null };
    expect(await refusal(store.put(ana, calendar.id, 'a', itemOf('one'), { expected, beside }))).toBe(
      'conflict',
    );
    const gone = { ...beside, collection: 1_000 };
    expect(await refusal(store.put(ana, calendar.id, 'b', itemOf('two'), { beside: gone }))).toBe(
      'not-found',
    );
    expect(await store.item(ana, calendar.id, 'b')).toBeNull();
    const long = { ...beside, item: itemOf('x'.repeat(9_999)) };
    expect(await refusal(store.put(ana, calendar.id, 'b', itemOf('three'), { beside: long }))).toBe(
      'invalid',
    );
  });

  test('a decision that rests on all calendars is kept where none has moved', async () => {
    const one = await make(ana, 'a');
    const two = await make(ana, 'b');
    const { modseq } = await store.collectionById(ana, two.id).then((row) => row ?? two);
    const put = (name: string, unmovedSince: number) =>
      refusal(store.put(ana, one.id, name, itemOf(name), { unmovedSince }));
    // Of two at one time one finds that the other was there.
    const outcomes = await Promise.all([put('x', modseq), put('y', modseq)]);
    expect(outcomes.sort()).toEqual(['accepted', 'conflict']);
    await make(ana, 'book', 'contacts');
    const inbox = await store.collection(ana, 'calendars', 'inbox');
    if (!inbox) throw new Error('there is no inbox');
    const moved = await store.collectionById(ana, one.id);
    await store.put(ana, inbox.id, 'news', itemOf('news'));
    expect(await put('z', moved?.modseq ?? 0)).toBe('accepted');
  });

  test('of several that look for jobs at one time each gets others', async () => {
    for (let at = 0; at < 20; at++)
      await store.addJob(at % 2 === 0 ? ana : ben, { kind: 'k', key: String(at), payload: at });
    const looks = [1, 2, 3, 4].map(() => store.takeJobs('k', 8, 60_000));
    const taken = (await Promise.all(looks)).flat().map(({ key }) => Number(key));
    taken.push(...(await store.takeJobs('k', 20, 60_000)).map(({ key }) => Number(key)));
    expect(taken.sort((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, at) => at));
  });

  test('what a crash left of a collection that was removed goes with the next clean-up', async () => {
    const calendar = await make(ana, 'work');
    const held = await store.attachments.take(ana, { body: once('x'), type: '', filename: 'f' }, 10);
    const naming = { ...itemOf('event'), attachments: [held.managedId] };
    const { item } = await store.put(ana, calendar.id, 'a', naming, { brought: [held] });
    const many = Array.from({ length: limits.stepRows + 1 }, (_, at) => ({
      name: `n${at}`,
      item: itemOf(`n${at}`),
    }));
    await store.putMany(ana, calendar.id, many);
    await store.changeProperties(ana, item.id, [{ namespace: '', name: 'p', xml: '<p/>' }]);
    quota = 2 ** 30;
    const args = { account: ana, now: 1, quota, collection: calendar.id, jobs: [] };
    // As far as it is before the process ends: its steps have not begun.
    await stores.database.call(operations.removeCollection, args);
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    expect(await store.collections(ana, 'calendars')).toHaveLength(1);
    expect(await store.byUid(ana, 'calendars', 'event')).toEqual([]);
    expect(await refusal(store.changeProperties(ana, item.id, []))).toBe('not-found');
    // A new one of the same name and items is not held up by what still goes.
    const again = await make(ana, 'work');
    await store.put(ana, again.id, 'a', itemOf('event'), { uniqueInHome: true });
    await store.purge();
    expect(await store.bytes(ana, item.id)).toBeNull();
    expect(await store.quota(ana)).toMatchObject({ used: 5 });
    expect((await store.byUid(ana, 'calendars', 'event')).map(({ name }) => name)).toEqual(['a']);
  });

  test('a share is given, answered, changed and taken back', async () => {
    const { sharing } = store;
    const { id } = await make(ana, 'work');
    const share = await sharing.give(ana, id, toBen, { rights: 'read', summary: 'ours' });
    expect(share).toMatchObject({ ...toBen, account: ana, collection: id, rights: 'read', state: 'invited' });
    expect(await sharing.rightsIn(ben, [], ana, id)).toBeNull();
    const [received] = await sharing.received(ben, [], 'calendars');
    expect(received).toMatchObject({ collection: { id, name: 'work' }, share: { state: 'invited' } });
    expect(await sharing.received(ben, [], 'contacts')).toEqual([]);
    expect(await sharing.received(cleo, [], 'calendars')).toEqual([]);
    await sharing.answer(ben, [], ana, id, { state: 'accepted', details: { color: 'red', order: 1 } });
    expect(await sharing.rightsIn(ben, [], ana, id)).toBe('read');
    const named = await sharing.answer(ben, [], ana, id, {
      details: { displayName: 'Ana', order: undefined },
    });
    expect(named).toMatchObject({ state: 'accepted', details: { color: 'red', displayName: 'Ana' } });
    // Given again it is another right; what the receiver made of it stays.
    const more = await sharing.give(ana, id, toBen, { rights: 'write', summary: '' });
    expect(more).toMatchObject({ rights: 'write', state: 'accepted', details: { color: 'red' } });
    await sharing.answer(ben, [], ana, id, { state: 'declined' });
    expect(await sharing.rightsIn(ben, [], ana, id)).toBeNull();
    expect((await sharing.give(ana, id, toBen, { rights: 'write', summary: '' })).state).toBe('invited');
    const at = await sharing.give(ana, id, toBen, { rights: 'busy', summary: '', accepted: true });
    expect(at.state).toBe('accepted');
    expect(await sharing.sharesOf(ana, id)).toEqual([at]);
    expect(await sharing.takeBack(ana, id, toBen)).toBe(true);
    expect(await sharing.takeBack(ana, id, toBen)).toBe(false);
    expect(await sharing.received(ben, [], 'calendars')).toEqual([]);
    expect(await refusal(sharing.answer(ben, [], ana, id, { state: 'accepted' }))).toBe('not-found');
    const wish = { rights: 'read', summary: '' } as const;
    expect(await refusal(sharing.give(ana, id, { member: ana, group: '' }, wish))).toBe('invalid');
    expect(await refusal(sharing.give(ana, id, { member: 0, group: '' }, wish))).toBe('invalid');
    expect(await refusal(sharing.give(ana, id, { member: ben, group: club }, wish))).toBe('invalid');
    expect(await refusal(sharing.give(ana, 99, toBen, wish))).toBe('not-found');
    const inbox = await store.collection(ana, 'calendars', 'inbox');
    expect(await refusal(sharing.give(ana, inbox?.id ?? 0, toBen, wish))).toBe('denied');
  });

  test('a group’s share is each member’s to answer, as long as they are in it', async () => {
    const { sharing } = store;
    const { id } = await make(ana, 'work');
    await sharing.give(ana, id, toClub, { rights: 'read', summary: 'for all' });
    const statesOf = async (member: number, groups: readonly string[]) =>
      (await sharing.received(member, groups, 'calendars')).map(({ share }) => [share.rights, share.state]);
    expect(await statesOf(ben, [club])).toEqual([['read', 'invited']]);
    expect(await statesOf(ben, [])).toEqual([]);
    expect(await statesOf(ana, [club])).toEqual([]);
    await sharing.answer(ben, [club], ana, id, { state: 'accepted', details: { color: 'blue' } });
    expect(await sharing.rightsIn(ben, [club], ana, id)).toBe('read');
    expect(await sharing.rightsIn(cleo, [club], ana, id)).toBeNull();
    expect(await statesOf(cleo, [club])).toEqual([['read', 'invited']]);
    expect((await sharing.sharesOf(ana, id)).map(({ member, group }) => [member, group])).toEqual([
      [0, club],
      [ben, club],
    ]);
    // What the group may counts, not what it might when it was answered; and who left has lost it.
    await sharing.give(ana, id, toClub, { rights: 'write', summary: '' });
    expect(await sharing.rightsIn(ben, [club], ana, id)).toBe('write');
    expect(await sharing.rightsIn(ben, ['other@coop.example'], ana, id)).toBeNull();
    // Beside one of their own: of what is accepted the most, and one answer is for both.
    await sharing.give(ana, id, toBen, { rights: 'busy', summary: '', accepted: true });
    expect(await sharing.rightsIn(ben, [], ana, id)).toBe('busy');
    expect(await sharing.rightsIn(ben, [club], ana, id)).toBe('write');
    expect(await statesOf(ben, [club])).toEqual([['write', 'accepted']]);
    await sharing.answer(ben, [club], ana, id, { state: 'declined' });
    expect(await sharing.rightsIn(ben, [club], ana, id)).toBeNull();
    expect(await statesOf(ben, [club])).toEqual([['write', 'declined']]);
    expect(await sharing.takeBack(ana, id, toClub)).toBe(true);
    expect((await sharing.sharesOf(ana, id)).map(({ member, group }) => [member, group])).toEqual([
      [ben, ''],
    ]);
    await store.removeCollection(ana, id);
    expect(await sharing.sharesOf(ana, id)).toEqual([]);
    expect(await statesOf(ben, [club])).toEqual([]);
  });

  test('delegates and publications', async () => {
    const { sharing } = store;
    const { id } = await make(ana, 'work');
    await sharing.setDelegates(ana, 'read', [toBen, toClub]);
    await sharing.setDelegates(ana, 'write', [{ member: cleo, group: '' }]);
    expect(await sharing.delegates(ana)).toEqual([
      { account: ana, ...toClub, rights: 'read' },
      { account: ana, ...toBen, rights: 'read' },
      { account: ana, member: cleo, group: '', rights: 'write' },
    ]);
    expect(await sharing.delegatedTo(ben, [])).toEqual([{ account: ana, ...toBen, rights: 'read' }]);
    expect((await sharing.delegatedTo(cleo, [club])).map(({ rights }) => rights).sort()).toEqual([
      'read',
      'write',
    ]);
    expect(await sharing.delegatedTo(ana, [club])).toEqual([]);
    await sharing.setDelegates(ana, 'read', []);
    expect((await sharing.delegates(ana)).length).toBe(1);
    expect(await refusal(sharing.setDelegates(ana, 'read', [{ member: ana, group: '' }]))).toBe('invalid');

    const made = await sharing.publish(ana, id, 'read');
    expect(made.token.length).toBeGreaterThan(20);
    expect(await sharing.publication(made.token)).toEqual(made);
    const again = await sharing.publish(ana, id, 'busy');
    expect(again).toEqual({ ...made, rights: 'busy' });
    expect(await sharing.publicationOf(ana, id)).toEqual(again);
    expect(await sharing.publication('x')).toBeNull();
    expect(await sharing.unpublish(ana, id)).toBe(true);
    expect(await sharing.unpublish(ana, id)).toBe(false);
    expect(await sharing.publication(made.token)).toBeNull();
    expect((await sharing.publish(ana, id, 'read')).token).not.toBe(made.token);
    expect(await refusal(sharing.publish(ana, 99, 'read'))).toBe('not-found');
  });

  describe('attachments', () => {
    const take = (text: string, bytesMax = 500) =>
      store.attachments.take(ana, { body: once(text), type: 'text/plain', filename: 'f.txt' }, bytesMax);
    /** An item that names these, with those that come with it. */
    const put = (
      calendar: CollectionRow,
      name: string,
      attachments: readonly string[],
      brought: readonly NewAttachment[] = [],
    ) => {
      const item = { ...itemOf(`${name}${attachments}`), uid: name, attachments };
      return store.put(ana, calendar.id, name, item, { brought });
    };
    const used = async () => (await store.quota(ana)).used;

    test('come with their item, are read, counted, and go when nothing names them any more', async () => {
      const calendar = await make(ana, 'work');
      const { attachments } = store;
      const one = await take('some text');
      expect(await attachments.find(ana, one.managedId)).toBeNull();
      const { item } = await put(calendar, 'a', [one.managedId], [one]);
      attachments.release(one);
      const found = await attachments.find(ana, one.managedId);
      expect(found).toMatchObject({
        account: ana,
        items: [item.id],
        size: 9,
        type: 'text/plain',
        filename: 'f.txt',
      });
      expect(await attachments.find(ben, one.managedId)).toBeNull();
      expect(found && (await textOf(attachments.open(found) as never))).toBe('some text');
      expect(await used()).toBe(item.size + 9);

      // A copy has it too, and each goes without the other's.
      const copy = await put(calendar, 'copy', [one.managedId, 'of another server']);
      expect((await attachments.find(ana, one.managedId))?.items).toEqual([item.id, copy.item.id]);
      expect(await used()).toBe(item.size + copy.item.size + 18);
      await store.remove(ana, calendar.id, 'a');
      expect((await attachments.find(ana, one.managedId))?.items).toEqual([copy.item.id]);
      await store.move(
        ana,
        { collection: calendar.id, name: 'copy' },
        { collection: calendar.id, name: 'moved' },
      );
      expect((await attachments.find(ana, one.managedId))?.items).toEqual([copy.item.id]);
      const without = await store.put(ana, calendar.id, 'moved', {
        ...itemOf('without'),
        uid: 'copy',
        attachments: [],
      });
      expect(await attachments.find(ana, one.managedId)).toBeNull();
      expect(await used()).toBe(without.item.size);

      // What went for good does not come back by its name.
      await put(calendar, 'late', [one.managedId]);
      expect(await attachments.find(ana, one.managedId)).toBeNull();
    });

    test('stay where nothing is said of them, and are nobody’s in an inbox', async () => {
      const calendar = await make(ana, 'work');
      const one = await take('x');
      await put(calendar, 'a', [one.managedId], [one]);
      await store.put(ana, calendar.id, 'a', { ...itemOf('other'), uid: 'a' });
      expect(await store.attachments.find(ana, one.managedId)).not.toBeNull();
      const inbox = (await store.collections(ana, 'calendars')).find(({ kind }) => kind === 'inbox');
      if (inbox) await put(inbox, 'news', [one.managedId]);
      expect((await store.attachments.find(ana, one.managedId))?.items).toHaveLength(1);
      await store.removeCollection(ana, calendar.id);
      expect(await store.attachments.find(ana, one.managedId)).toBeNull();
    });

    test('fit into the quota or change nothing', async () => {
      const calendar = await make(ana, 'work');
      expect(await refusal(take('x'.repeat(501)))).toBe('too-large');
      const one = await take('x'.repeat(100));
      quota = 110;
      expect(await refusal(take('x'.repeat(111)))).toBe('over-quota');
      expect(await refusal(put(calendar, 'far too long a name', [one.managedId], [one]))).toBe('over-quota');
      expect([await used(), await store.attachments.find(ana, one.managedId)]).toEqual([0, null]);
      quota = 300;
      const { item } = await put(calendar, 'a', [one.managedId], [one]);
      quota = item.size + 100;
      expect(await refusal(take('x'))).toBe('over-quota');
      quota = item.size + 250;
      expect(await refusal(put(calendar, 'b', [one.managedId]))).toBe('accepted');
      expect(await refusal(put(calendar, 'c', [one.managedId]))).toBe('over-quota');
      // One that takes the place of another needs no room beside it.
      const next = store.attachments.copyOf((await store.attachments.find(ana, one.managedId)) as Attachment);
      expect(await refusal(put(calendar, 'b', [next.managedId], [next]))).toBe('accepted');
      expect((await store.attachments.find(ana, one.managedId))?.items).toEqual([item.id]);
    });
  });

  test('who is erased leaves nothing, and nobody has anything from them', async () => {
    const { sharing } = store;
    const work = await make(ana, 'work');
    const book = await make(ana, 'book', 'contacts');
    const bens = await make(ben, 'work');
    const { item } = await store.put(ana, work.id, 'a', itemOf('event'));
    await store.put(ana, book.id, 'a', itemOf('card'));
    await store.put(ana, book.id, 'b', itemOf('gone'));
    await store.remove(ana, book.id, 'b');
    await store.changeProperties(ana, work.id, [{ namespace: '', name: 'p', xml: '<p/>' }]);
    const held = await store.attachments.take(ana, { body: once('x'), type: '', filename: 'f' }, 10);
    const naming = { ...itemOf('attached'), uid: item.uid, attachments: [held.managedId] };
    await store.put(ana, work.id, 'a', naming, { brought: [held] });
    await store.addJob(ana, { kind: 'k', key: 'a', payload: null });
    const wish = { rights: 'read', summary: '', accepted: true } as const;
    await sharing.give(ana, work.id, toBen, wish);
    await sharing.give(ben, bens.id, { member: ana, group: '' }, wish);
    await sharing.give(ben, bens.id, toClub, wish);
    await sharing.answer(ana, [club], ben, bens.id, { state: 'declined' });
    await sharing.setDelegates(ana, 'read', [toBen]);
    await sharing.setDelegates(ben, 'write', [{ member: ana, group: '' }, toClub]);
    const { token } = await sharing.publish(ana, work.id, 'read');
    await store.erase(ana);
    expect(await store.collections(ana, 'calendars')).toEqual([]);
    expect(await store.collections(ana, 'contacts')).toEqual([]);
    expect(await store.bytes(ana, item.id)).toBeNull();
    expect(await store.quota(ana)).toEqual({ used: 0, available: quota });
    expect(await store.takeJobs('k', 1, 1)).toEqual([]);
    expect(await sharing.received(ben, [], 'calendars')).toEqual([]);
    expect((await sharing.sharesOf(ben, bens.id)).map(({ member, group }) => [member, group])).toEqual([
      [0, club],
    ]);
    expect(await sharing.delegatedTo(ben, [])).toEqual([]);
    expect((await sharing.delegates(ben)).map(({ group }) => group)).toEqual([club]);
    expect(await sharing.publication(token)).toBeNull();
    expect((await store.collections(ben, 'calendars')).length).toBe(2);
    await store.erase(ana);
  });
});
