import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../../base/index.ts';
import type { Script } from '../../storage/index.ts';
import { type Engine, openTestStores, refusal, type TestStores } from '../../testing/index.ts';
import type { CollectionRow, CollectionsWriter, NewItem, PropertyChange } from './index.ts';
import { limits } from './limits.ts';
import type { CollectionsQueries } from './queries.ts';
import { tendAttachments } from './scripts/attachments.ts';
import { makeCollection } from './scripts/collections.ts';
import { put } from './scripts/items.ts';
import { addJobs } from './scripts/jobs.ts';
import { setProperties } from './scripts/properties.ts';
import { purgeOld } from './scripts/purge.ts';
import { give } from './scripts/sharing.ts';
import { Growth } from './scripts/shelf.ts';

/** Queries that are never run: each is its own name, and the test answers in its place. */
const q = new Proxy({}, { get: (_, name) => name }) as CollectionsQueries;

/** Drives a script; `answers` by the name of the query, each time the same rows. */
function drive<R>(script: Script<R>, answers: Readonly<Record<string, readonly unknown[]>>) {
  const asked: { query: string; params: Record<string, unknown> }[] = [];
  let turn = script.next();
  while (!turn.done) {
    const step = turn.value;
    const query = step.kind === 'query' ? String(step.query) : '';
    if (step.kind === 'query') asked.push({ query, params: step.params ?? {} });
    turn = script.next(answers[query] ?? []);
  }
  return { result: turn.value, asked };
}

function refused(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error.reason;
    throw error;
  }
  return 'accepted';
}

const ana = 7;
const write = { account: ana, now: 1_000, quota: 2 ** 40 };
const shelf = {
  account: ana,
  id: 2,
  home: 'calendars',
  name: 'personal',
  kind: 'calendar',
  details: {},
  items: 0,
  bytes: 0,
  modseq: 1,
  created: 0,
  modified: 0,
} as const;
const account = { nextId: 9, bytes: 0, properties: 0 };
const known = { collectionFind: [shelf], accountFind: [account], counterBump: [{ modseq: 5 }] };

const newItem = (bytes: number, more: Partial<NewItem> = {}): NewItem => ({
  bytes: Buffer.alloc(bytes, 'x'),
  uid: 'u',
  component: 'VEVENT',
  firstMs: 0,
  lastMs: 1,
  digest: '',
  scheduleTag: 'none',
  ...more,
});

describe('what would be too many rows to make', () => {
  test('itemsPerCollectionMax: one more is refused, one that is there may change', () => {
    const wish = {
      name: 'a',
      bytes: Buffer.from('new'),
      hash: 'h',
      uid: 'u',
      component: 'VEVENT',
      first: 0,
      last: 1,
      digest: '',
      tag: 'none',
      attachments: null,
    } as const;
    const args = { ...write, collection: 2, wish };
    const holds = (items: number) => ({ ...known, collectionFind: [{ ...shelf, items }] });
    expect(refused(() => drive(put(q, args), holds(limits.itemsPerCollectionMax - 1)))).toBe('accepted');
    expect(refused(() => drive(put(q, args), holds(limits.itemsPerCollectionMax)))).toBe('limit');
    const there = { itemNamed: [{ ...wish, id: 3, size: 1, hash: 'other', scheduleTag: '' }] };
    const full = { ...holds(limits.itemsPerCollectionMax), ...there };
    expect(refused(() => drive(put(q, args), full))).toBe('accepted');
  });

  test('collectionsPerHomeMax', () => {
    const wish = { home: 'contacts', kind: 'addressbook', name: 'a', details: {}, properties: [] } as const;
    const of = (count: number) => ({
      ...known,
      collectionsIn: Array.from({ length: count }, () => shelf),
      collectionAdd: [shelf],
    });
    const args = { ...write, ...wish };
    expect(refused(() => drive(makeCollection(q, args), of(limits.collectionsPerHomeMax - 1)))).toBe(
      'accepted',
    );
    expect(refused(() => drive(makeCollection(q, args), of(limits.collectionsPerHomeMax)))).toBe('limit');
  });

  test('propertyBytesPerAccountMax', () => {
    const change: PropertyChange = { namespace: 'x:', name: 'p', xml: '<p/>' };
    const sizes = [{ bytes: 0, count: 0 }];
    const grown = [{ bytes: 10, count: 1 }];
    const run = (properties: number) => {
      const script = setProperties(q, { account: ana, node: 2, changes: [change] });
      let turn = script.next();
      for (const answer of [sizes, [], grown, [{ ...account, properties }]]) turn = script.next(answer);
      return turn.value;
    };
    expect(run(limits.propertyBytesPerAccountMax - 10)).toBe(10);
    expect(refused(() => run(limits.propertyBytesPerAccountMax - 9))).toBe('over-quota');
  });

  test('sharesPerCollectionMax: who has it already may be given it again', () => {
    const to = { member: 8, address: '' };
    const args = { ...write, ...to, collection: 2, rights: 'read', summary: '', accepted: false } as const;
    const of = (count: number) => ({ ...known, shareCount: [{ count }], shareSet: [{}] });
    expect(refused(() => drive(give(q, args), of(limits.sharesPerCollectionMax - 1)))).toBe('accepted');
    expect(refused(() => drive(give(q, args), of(limits.sharesPerCollectionMax)))).toBe('limit');
    const again = { ...of(limits.sharesPerCollectionMax), sharesFor: [{ ...to, state: 'accepted' }] };
    expect(refused(() => drive(give(q, args), again))).toBe('accepted');
  });

  test('attachmentsPerItemMax', () => {
    const growth = new Growth(q, write, shelf, { nextId: 4, bytes: 0 });
    const named = (count: number) => Array.from({ length: count }, (_, at) => `m${at}`);
    const row = { hash: 'h', size: 0, type: '', filename: 'f' };
    const answers = { attachmentsOfItem: [], attachmentFind: [row], blobGrow: [{ refs: 1 }] };
    const tend = (count: number) =>
      refused(() => drive(tendAttachments(growth, 3, named(count), []), answers));
    expect(tend(limits.attachmentsPerItemMax)).toBe('accepted');
    expect(tend(limits.attachmentsPerItemMax + 1)).toBe('limit');
  });

  test('tombstonesPerAccountMax, stepRows: the oldest are forgotten, a step at a time', () => {
    const goneOldest = Array.from({ length: limits.stepRows }, (_, at) => ({ modseq: at + 1, at: 1_000 }));
    const forgotten = (over: number) => {
      const count = limits.tombstonesPerAccountMax + over;
      const { asked } = drive(purgeOld(q, { account: ana, now: 1_000, before: 500 }), {
        goneOldest,
        goneCount: [{ count }],
      });
      return asked.find(({ query }) => query === 'goneForget')?.params.modseq;
    };
    expect(forgotten(0)).toBeUndefined();
    expect(forgotten(3)).toBe(3);
    expect(forgotten(10_000)).toBe(limits.stepRows);
  });
});

describe('limits of one write', () => {
  let stores: TestStores;
  let store: CollectionsWriter;
  let calendar: CollectionRow;
  const sqlite: Engine = { name: 'sqlite', missing: null, database: async () => 'sqlite' };
  beforeEach(async () => {
    stores = await openTestStores(sqlite, { clock: fakeClock() });
    store = stores.collections;
    const wish = { home: 'calendars', kind: 'calendar', name: 'personal', details: {} } as const;
    calendar = await store.makeCollection(ana, wish);
  });
  afterEach(async () => stores.close());
  const putItem = (name: string, item: NewItem) => store.put(ana, calendar.id, name, item);

  test('nameBytesMax, uidBytesMax, digestBytesMax', async () => {
    await putItem('\u00e9'.repeat(127), newItem(1));
    expect(Buffer.byteLength('\u00e9'.repeat(128))).toBeGreaterThan(limits.nameBytesMax);
    expect(await refusal(putItem('\u00e9'.repeat(128), newItem(1)))).toBe('invalid');
    const uid = 'u'.repeat(limits.uidBytesMax);
    expect(await refusal(putItem('a', newItem(1, { uid })))).toBe('accepted');
    expect(await refusal(putItem('b', newItem(1, { uid: `${uid}u` })))).toBe('invalid');
    expect(await refusal(putItem('b', newItem(1, { uid: 'a\0' })))).toBe('invalid');
    expect(await refusal(putItem('b', newItem(1, { uid: '' })))).toBe('invalid');
    const digest = 'd'.repeat(limits.digestBytesMax);
    await putItem('c', newItem(1, { uid: 'c', digest }));
    await expect(putItem('d', newItem(1, { uid: 'd', digest: `${digest}d` }))).rejects.toThrow(/formats/);
  });

  test('detailsBytesMax', async () => {
    const description = 'd'.repeat(limits.detailsBytesMax - Buffer.byteLength('{"description":""}'));
    const change = (text: string) =>
      refusal(store.changeCollection(ana, calendar.id, { details: { description: text } }));
    expect(await change(description)).toBe('accepted');
    expect(await change(`${description}d`)).toBe('limit');
  });

  test('propertyBytesMax, propertyBytesPerNodeMax, propertiesPerNodeMax', async () => {
    const change = (name: string, bytes: number) => ({ namespace: '', name, xml: 'x'.repeat(bytes - 1) });
    const set = (changes: readonly PropertyChange[]) =>
      refusal(store.changeProperties(ana, calendar.id, changes));
    expect(await set([change('a', limits.propertyBytesMax + 1)])).toBe('limit');
    const most = limits.propertyBytesPerNodeMax / limits.propertyBytesMax;
    const whole = Array.from({ length: most }, (_, at) => change(String(at), limits.propertyBytesMax));
    expect(await set(whole)).toBe('accepted');
    expect(await set([change('z', 1)])).toBe('limit');
    expect(await set(whole.map((one) => ({ ...one, xml: null })))).toBe('accepted');
    const many = Array.from({ length: limits.propertiesPerNodeMax }, (_, at) => change(`n${at}`, 2));
    expect(await set(many)).toBe('accepted');
    expect(await set([change('z', 1)])).toBe('limit');
  });

  test('namesPerReadMax, pageRowsMax, pageBytesMax', async () => {
    const names = Array.from({ length: limits.namesPerReadMax }, (_, at) => String(at));
    expect(await store.itemsNamed(ana, calendar.id, names)).toEqual([]);
    expect(await refusal(store.itemsNamed(ana, calendar.id, [...names, 'x']))).toBe('limit');
    const wanted = Array.from({ length: limits.pageRowsMax + 1 }, (_, at) => ({
      name: String(at).padStart(5, '0'),
      item: newItem(1, { uid: String(at) }),
    }));
    await store.putMany(ana, calendar.id, wanted);
    const rows: number[] = [];
    for await (const page of store.items(ana, calendar.id)) rows.push(page.length);
    expect(rows).toEqual([limits.pageRowsMax, 1]);
    const spans: number[] = [];
    for await (const page of store.within(ana, calendar.id, { startMs: null, endMs: null }))
      spans.push(page.length);
    expect(spans).toEqual([limits.pageRowsMax, 1]);
    const changes = await store.changes(ana, calendar.id, '', limits.pageRowsMax + 1);
    expect(changes.changed.length).toBe(limits.pageRowsMax);
    const large = await store.makeCollection(ana, {
      home: 'contacts',
      kind: 'addressbook',
      name: 'large',
      details: {},
    });
    const bytes = limits.pageBytesMax / 2 + 1;
    for (const name of ['a', 'b', 'c']) await store.put(ana, large.id, name, newItem(bytes, { uid: name }));
    const pages: string[][] = [];
    for await (const page of store.itemsWithBytes(ana, large.id)) pages.push(page.map(({ name }) => name));
    expect(pages).toEqual([['a'], ['b'], ['c']]);
    expect((await store.itemsNamed(ana, large.id, ['c', 'b', 'a'])).map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  test('batchItemsMax, batchBytesMax: each batch is told once', async () => {
    let told = 0;
    const stop = store.watch(() => told++);
    const many = (count: number, bytes: number) =>
      store.putMany(
        ana,
        calendar.id,
        Array.from({ length: count }, (_, at) => ({
          name: String(at),
          item: newItem(bytes, { uid: String(at) }),
        })),
      );
    await many(limits.batchItemsMax, 1);
    expect(told).toBe(1);
    await many(limits.batchItemsMax + 1, 2);
    expect(told).toBe(3);
    await many(3, limits.batchBytesMax / 2);
    expect(told).toBe(5);
    stop();
    await many(1, 3);
    expect(told).toBe(5);
  });

  test('jobBytesMax, jobKeyBytesMax, jobsPerWriteMax, jobsPerTakeMax', async () => {
    const job = (key: string, payload: unknown = null) => ({ kind: 'k', key, payload });
    expect(await refusal(store.addJob(ana, job('k'.repeat(limits.jobKeyBytesMax))))).toBe('accepted');
    expect(await refusal(store.addJob(ana, job('k'.repeat(limits.jobKeyBytesMax + 1))))).toBe('too-large');
    expect(await refusal(store.addJob(ana, job('l', 'x'.repeat(limits.jobBytesMax))))).toBe('too-large');
    const jobs = Array.from({ length: limits.jobsPerWriteMax + 1 }, (_, at) => job(String(at)));
    const write = (some: typeof jobs, uid: string) =>
      refusal(store.put(ana, calendar.id, uid, newItem(1, { uid }), { jobs: some }));
    expect(await write(jobs, 'a')).toBe('limit');
    expect(await store.item(ana, calendar.id, 'a')).toBeNull();
    expect(await write(jobs.slice(1), 'b')).toBe('accepted');
    expect((await store.takeJobs('k', 1_000, 1)).length).toBe(limits.jobsPerTakeMax);
  });

  test('jobBytesPerWriteMax, jobBytesPerTakeMax', async () => {
    const half = 'x'.repeat(limits.jobBytesPerTakeMax / 2);
    const jobs = ['1', '2', '3'].map((key) => ({ kind: 'k', key, payload: half }));
    await store.put(ana, calendar.id, 'a', newItem(1), { jobs });
    for (const key of ['1', '2', '3']) {
      const [taken, ...others] = await store.takeJobs('k', 10, 1_000);
      expect([taken?.key, others.length]).toEqual([key, 0]);
    }
    const count = limits.jobBytesPerWriteMax / half.length;
    const many = Array.from({ length: count }, (_, at) => ({ kind: 'l', key: String(at), payload: half }));
    expect(refused(() => drive(addJobs(q, write, many.slice(1)), {}))).toBe('accepted');
    expect(refused(() => drive(addJobs(q, write, many), {}))).toBe('too-large');
  });

  test('summaryBytesMax, delegatesPerAccountMax', async () => {
    const give = (summary: string) =>
      refusal(store.sharing.give(ana, calendar.id, { member: 8, group: '' }, { rights: 'read', summary }));
    expect(await give('s'.repeat(limits.summaryBytesMax))).toBe('accepted');
    expect(await give('s'.repeat(limits.summaryBytesMax + 1))).toBe('limit');
    const to = Array.from({ length: limits.delegatesPerAccountMax + 1 }, (_, at) => ({
      member: at + 100,
      group: '',
    }));
    expect(await refusal(store.sharing.setDelegates(ana, 'read', to.slice(1)))).toBe('accepted');
    expect(await refusal(store.sharing.setDelegates(ana, 'read', to))).toBe('limit');
  });

  test('typeCharsMax; the name of an attachment is one', async () => {
    const add = (type: string, filename: string) =>
      refusal(store.attachments.take(ana, { body: once('x'), type, filename }, 10));
    expect(await add('t'.repeat(limits.typeCharsMax), 'f')).toBe('accepted');
    expect(await add('t'.repeat(limits.typeCharsMax + 1), 'f')).toBe('invalid');
    expect(await add('t', 'a/b')).toBe('invalid');
    expect(await add('t', 'f'.repeat(limits.nameBytesMax + 1))).toBe('invalid');
  });
});

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
