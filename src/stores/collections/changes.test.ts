import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../testing/index.ts';
import type { CollectionRow, CollectionsWriter, Component, NewItem, Span } from './index.ts';
import { retoldFrom } from './index.ts';
import { limits } from './limits.ts';

const ana = 7;

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

describeEngines('changes and spans of collections', (engine) => {
  let stores: TestStores;
  let store: CollectionsWriter;
  let clock: ReturnType<typeof fakeClock>;
  let calendar: CollectionRow;
  beforeEach(async () => {
    clock = fakeClock();
    stores = await openTestStores(engine, { clock });
    store = stores.collections;
    calendar = await store.makeCollection(ana, {
      home: 'calendars',
      kind: 'calendar',
      name: 'personal',
      details: {},
    });
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    expect(stores.reported).toEqual([]);
    await stores.close();
  });
  const put = (name: string, text: string, more: Partial<NewItem> = {}) =>
    store.put(ana, calendar.id, name, itemOf(text, { uid: name, ...more }));
  const news = async (since: string, max = 100) => {
    const { changed, gone, token, more } = await store.changes(ana, calendar.id, since, max);
    return { changed: changed.map(({ name }) => name), gone, token, more };
  };

  test('who saw it otherwise is told of all that is there again, in pages, and of what went since', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await put(name, name);
    await store.remove(ana, calendar.id, 'a');
    const { token } = await news('');
    await put('b', 'new');
    await store.remove(ana, calendar.id, 'c');
    const again = retoldFrom(token) ?? '';
    const whole = await news(again);
    expect(whole).toMatchObject({ changed: ['d', 'b'], gone: ['c'], more: false });
    const first = await news(again, 1);
    expect(first).toMatchObject({ changed: ['d'], gone: [], more: true });
    // In the midst of it they see it otherwise once more.
    expect(await news(retoldFrom(first.token) ?? '')).toEqual(whole);
    const second = await news(first.token, 1);
    expect(await news(second.token)).toMatchObject({ changed: [], gone: ['c'], token: whole.token });
    expect(await news(whole.token)).toMatchObject({ changed: [], gone: [], token: whole.token });
    expect(retoldFrom('x')).toBeNull();
  });

  test('what changed and went is told once, and nothing twice', async () => {
    for (const name of ['a', 'b', 'c']) await put(name, name);
    const { token } = await news('');
    expect(token).toBe(await store.syncToken(ana, calendar.id));
    expect(await news(token)).toEqual({ changed: [], gone: [], token, more: false });
    await put('a', 'new');
    await put('a', 'newer');
    await store.remove(ana, calendar.id, 'b');
    await put('d', 'd');
    await store.remove(ana, calendar.id, 'd');
    await store.move(ana, { collection: calendar.id, name: 'c' }, { collection: calendar.id, name: 'e' });
    const told = await news(token);
    expect(told).toMatchObject({ changed: ['a', 'e'], gone: ['b', 'd', 'c'], more: false });
    await put('b', 'again');
    const item = await store.item(ana, calendar.id, 'a');
    await store.changeProperties(ana, item?.id ?? 0, [{ namespace: '', name: 'p', xml: '<p/>' }]);
    expect(await news(told.token)).toMatchObject({ changed: ['b', 'a'], gone: [] });
    expect(await news(token)).toMatchObject({ changed: ['e', 'b', 'a'], gone: ['d', 'c'] });
    // A change of the collection itself moves its token, and no item.
    const before = await store.syncToken(ana, calendar.id);
    await store.changeCollection(ana, calendar.id, { details: { color: 'red' } });
    expect(await store.syncToken(ana, calendar.id)).not.toBe(before);
    expect(await news(before)).toMatchObject({ changed: [], gone: [] });
  });

  test('it comes in pages that may end after any change; what went before the beginning is not told', async () => {
    await put('never', 'x');
    await store.remove(ana, calendar.id, 'never');
    const many = Array.from({ length: 5 }, (_, at) => ({ name: `n${at}`, item: itemOf(`n${at}`) }));
    await store.putMany(ana, calendar.id, many);
    const seen = new Set<string>();
    let token = '';
    for (let pages = 0; ; pages++) {
      const page = await news(token, 1);
      for (const name of page.gone) seen.delete(name);
      for (const name of page.changed) seen.add(name);
      expect(page.changed.length + page.gone.length).toBeLessThanOrEqual(1);
      token = page.token;
      if (pages === 1) await store.remove(ana, calendar.id, 'n0');
      if (pages === 2) await put('came', 'x');
      if (!page.more) break;
    }
    expect([...seen].sort()).toEqual(['came', 'n1', 'n2', 'n3', 'n4']);
    expect(await news('')).toMatchObject({ gone: [] });
  });

  test('tokens that are not, or no more, good', async () => {
    for (const name of ['a', 'b', 'c']) await put(name, name);
    const { token } = await news('');
    const page = await news('', 1);
    const beyond = `${calendar.id}-${Number(token.split('-')[1]) + 100}`;
    for (const wrong of [
      'x',
      '1',
      `${calendar.id}-`,
      `${calendar.id}--1`,
      `${token}x`,
      beyond,
      `${beyond}-1`,
    ])
      expect(await refusal(news(wrong)), wrong).toBe('invalid');
    expect(await refusal(store.changes(ana, 99, '', 10))).toBe('not-found');
    await store.remove(ana, calendar.id, 'b');
    clock.advance(limits.tombstonesMs);
    await store.purge();
    expect(await news(token)).toMatchObject({ gone: ['b'] });
    clock.advance(1);
    await store.purge();
    expect(await refusal(news(token))).toBe('invalid');
    expect(await refusal(news(page.token))).toBe('invalid');
    // What began after they were forgotten goes on, though its rows are older.
    const begun = await news('', 1);
    expect(begun.more).toBe(true);
    expect(await news(begun.token)).toMatchObject({ gone: [], more: false });
    expect(await news(await store.syncToken(ana, calendar.id))).toMatchObject({ changed: [], gone: [] });
  });

  test('a span finds what may be in it', async () => {
    const times: readonly (readonly [string, number | null, number | null, Component?])[] = [
      ['before', 0, 100],
      ['into', 50, 101],
      ['within', 120, 130],
      ['at the end', 200, 210],
      ['over', 0, 1_000],
      ['for ever', 10, null],
      ['for ever later', 300, null],
      ['always', null, null, 'VTODO'],
      ['until', null, 90, 'VTODO'],
      ['late', 500, 600, 'VTODO'],
      ['long ago', -9_000_000, -8_000_000],
    ];
    for (const [name, firstMs, lastMs, component = 'VEVENT'] of times)
      await put(name, name, { firstMs, lastMs, component });
    const within = async (span: Span) => {
      const names: string[] = [];
      for await (const page of store.within(ana, calendar.id, span))
        names.push(...page.map(({ name }) => name));
      return names.sort();
    };
    expect(await within({ startMs: 100, endMs: 200 })).toEqual(
      ['always', 'for ever', 'into', 'over', 'within'].sort(),
    );
    expect(await within({ startMs: 100, endMs: 200, component: 'VTODO' })).toEqual(['always']);
    expect(await within({ startMs: 600, endMs: null })).toEqual(
      ['always', 'for ever', 'for ever later', 'over'].sort(),
    );
    expect(await within({ startMs: null, endMs: 0 })).toEqual(['always', 'long ago', 'until']);
    expect(await within({ startMs: null, endMs: null })).toEqual(times.map(([name]) => name).sort());
    expect(await within({ startMs: null, endMs: null, component: 'VJOURNAL' })).toEqual([]);
  });
});
