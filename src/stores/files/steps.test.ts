import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { type Database, verifyAll } from '../../storage/index.ts';
import {
  describeEngines,
  openTestStores,
  type TestStores,
  type TestTree,
  testFiles,
  testTree,
} from '../../testing/index.ts';
import { type By, createFilesStore, type FilesWriter, filesLimits as limits, rootFolder } from './index.ts';
import { filesOperations as operations } from './module.ts';

const ana = 7;
const ben = 8;
const by: By = { member: ana, tokens: [] };

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StoreError) return error.reason;
    throw error;
  }
  return 'accepted';
}

describeEngines('copies in steps', (engine) => {
  let stores: TestStores;
  let files: FilesWriter;
  let tree: TestTree;
  let others: TestTree;
  /** Awaited before each step of a copy; `nth` counts from 1. */
  let between: (nth: number) => Promise<void>;
  const clock = fakeClock();

  const watched = (database: Database): Database => {
    let steps = 0;
    return new Proxy(database, {
      get(target, key) {
        const value = Reflect.get(target, key) as unknown;
        if (typeof value !== 'function') return value;
        if (key !== 'call') return value.bind(target);
        return async (operation: unknown, args: unknown) => {
          if (operation === operations.copyStep) await between(++steps);
          return value.call(target, operation, args);
        };
      },
    });
  };
  const open = (to: TestStores) => {
    stores = to;
    between = async () => {};
    files = createFilesStore({ ...to, database: watched(to.database), clock, settings: () => testFiles });
    tree = testTree(files, ana);
    others = testTree(files, ben);
  };
  const verified = async () => expect(await verifyAll({ ...stores, modules })).toEqual([]);

  beforeEach(async () => {
    open(await openTestStores(engine, { clock }));
    await files.root(ben);
    await tree.folder('hundred');
    for (let at = 0; at < 100; at++) await tree.put(`hundred/${at}`, `content ${at}`);
  });
  afterEach(async () => {
    await verified();
    expect(stores.reported).toEqual([]);
    await stores.close();
  });

  /** `path`, with so many copies of `of` in it. */
  async function many(path: string, of: string, count: number): Promise<void> {
    await tree.folder(path);
    for (let at = 0; at < count; at++) await tree.copy(of, `${path}/${at}`);
  }
  /** More than two transactions take. */
  const large = () => many('large', 'hundred', Math.ceil((limits.copiedNodesMax * 2) / 100));
  const source = async (path = 'large') => ({ account: ana, node: (await tree.at(path)).id });
  const toBen = { account: ben, folder: rootFolder, name: 'mine' };
  const move = async () => files.move(await source(), toBen, { by, overwrite: false });
  /** Whether a clean-up would find something in an account. */
  const isDue = async () => {
    const before = { after: -1, trashBefore: 0, versionsBefore: 0, goneBefore: 0, quota: null, percent: 100 };
    return (await stores.database.call(operations.due, before)).length > 0;
  };

  test('copiedNodesMax: 50,000 nodes come out of sight, and are there at once', {
    timeout: 120_000,
  }, async () => {
    await many('thousand', 'hundred', 10);
    await many('ten', 'thousand', 10);
    await many('fifty', 'ten', 5);
    const original = await tree.at('fifty');
    const changes = [{ namespace: 'x:', name: 'p', xml: '<p/>' }];
    await files.setProperties(ana, (await tree.at('fifty/4/9/9/99')).id, changes, { by });
    const [before, { token }] = [await files.usage(ana), await files.changes(ana, rootFolder, '', 1_000)];
    let steps = 0;
    between = async (nth) => {
      steps = nth;
      if (nth !== 20) return;
      expect(await tree.names('')).toEqual(['fifty', 'hundred', 'ten', 'thousand']);
      expect(await files.usage(ana)).toEqual(before);
      expect((await files.changes(ana, rootFolder, token, 10)).changed).toEqual([]);
      const where = { kind: 'like', what: 'name', pattern: '99', caseless: false } as const;
      const found = await files.search({ account: ana, folder: rootFolder, where, max: 10_000 });
      expect(found).toHaveLength(1 + 10 + 100 + 500);
      await files.purge();
      await verified();
    };
    const { node } = await tree.copy('fifty', 'copy');
    expect(steps).toBeGreaterThanOrEqual(50);
    expect(node.size).toBe(original.size);
    const after = await files.usage(ana);
    expect(after.files - before.files).toBe(50_000);
    expect(after.folders - before.folders).toBe(1 + 5 + 50 + 500);
    expect(await tree.text('copy/4/9/9/99')).toBe('content 99');
    const copied = await tree.at('copy/4/9/9/99');
    expect(await files.properties(ana, copied.id)).toEqual(changes);
    const news = await files.changes(ana, rootFolder, token, 10);
    expect(news.changed.map(({ name }) => name)).toEqual(['copy']);
    const inner = await tree.at('copy/4/9');
    const told = new Set<string>();
    for (let [since, more] = ['', true]; more; ) {
      const page = await files.changes(ana, inner.id, since, 3);
      for (const { name } of page.changed) told.add(name);
      [since, more] = [page.token, page.more];
    }
    expect(told.size).toBe(10);
    await tree.remove('copy', { forGood: true });
    expect(await isDue()).toBe(false);
  });

  test('a crash between steps leaves what nobody sees, and the clean-up takes it', async () => {
    await large();
    const before = await files.usage(ana);
    for (const work of [() => tree.copy('large', 'copy'), move]) {
      await new Promise<void>((stopped) => {
        between = (nth) => (nth < 3 ? Promise.resolve() : new Promise(() => stopped()));
        void work();
      });
      open(await stores.reopen());
      expect(await tree.names('')).toEqual(['hundred', 'large']);
      expect(await others.names('')).toEqual([]);
      await verified();
      expect(await isDue()).toBe(true);
      await files.purge();
      expect(await isDue()).toBe(false);
      expect(await files.usage(ana)).toEqual(before);
      await verified();
    }
    await move();
    expect(await tree.names('')).toEqual(['hundred']);
    expect(await others.names('mine')).toHaveLength(20);
    expect(await others.text('mine/19/99')).toBe('content 99');
    expect((await files.usage(ben)).files).toBe(2_000);
    expect(await isDue()).toBe(false);
  });

  test('the quota is judged before the first step, held meanwhile and judged at each', async () => {
    await large();
    const { used } = await files.usage(ana);
    const { size } = await tree.at('large');
    await files.setQuota(ana, used + size - 1);
    between = () => Promise.reject(new Error('no step was to be taken'));
    expect(await refusal(tree.copy('large', 'copy'))).toBe('over-quota');
    await files.setQuota(ana, used + size);
    between = async (nth) => {
      if (nth === 2) expect(await refusal(files.stage(ana, Buffer.from('x')))).toBe('over-quota');
    };
    await tree.copy('large', 'copy');
    await tree.remove('copy', { forGood: true });
    let steps = 0;
    between = async () => {
      if (++steps === 2) await files.setQuota(ana, used + 1);
    };
    expect(await refusal(tree.copy('large', 'copy'))).toBe('over-quota');
    expect(steps).toBe(2);
    expect(await isDue()).toBe(false);
    // What it held is free again.
    (await files.stage(ana, Buffer.from('x'))).release();
  });

  test('what a request was judged by is judged again when all is there', async () => {
    await large();
    const lock = (node: number) =>
      files.lock({
        account: ana,
        node,
        scope: 'exclusive',
        depth: '0',
        owner: '',
        principal: ben,
        root: '/',
        seconds: 60,
      });
    const meanwhile = (work: () => Promise<unknown>) => {
      let isDone = false;
      between = async () => {
        if (isDone) return;
        isDone = true;
        await work();
      };
    };
    const expect412 = { expect: { stamp: (await tree.at('large')).stamp } };
    const options = { by, overwrite: false, depth: 'infinity' } as const;
    const copy = async (name: string, more = {}) =>
      refusal(
        files.copy(await source(), { account: ana, folder: rootFolder, name }, { ...options, ...more }),
      );

    meanwhile(() => tree.put('taken', 'by another'));
    expect(await copy('taken')).toBe('exists');
    expect(await tree.text('taken')).toBe('by another');
    meanwhile(async () => lock(rootFolder));
    expect(await copy('locked')).toBe('locked');
    const [{ token } = { token: '' }] = await files.locksOn(ana, rootFolder);
    expect(await files.unlock(ana, rootFolder, token, ben)).toBe(true);
    meanwhile(() => tree.put('large/0/0', 'changed'));
    expect(await copy('conflict', expect412)).toBe('conflict');
    meanwhile(() => tree.remove('large/19'));
    expect(await copy('as it was read')).toBe('accepted');
    expect(await tree.names('as it was read')).not.toContain('19');
    meanwhile(() => tree.remove('large'));
    expect(await copy('gone')).toBe('not-found');
    expect(await tree.names('')).toEqual(['as it was read', 'hundred', 'taken']);
    expect(await isDue()).toBe(false);
  });

  test('whoever lost the right to it meanwhile is refused before it is there, and nothing stays of it', {
    timeout: 120_000,
  }, async () => {
    await large();
    const asked: string[] = [];
    const still = async () => {
      asked.push((await tree.names('')).join(' '));
      throw new StoreError('denied', 'not any more');
    };
    const options = { by, overwrite: false, still } as const;
    const copy = { account: ana, folder: rootFolder, name: 'copy' };
    expect(await refusal(files.copy(await source(), copy, { ...options, depth: 'infinity' }))).toBe('denied');
    expect(await refusal(files.move(await source(), toBen, options))).toBe('denied');
    expect(asked).toEqual(['hundred large', 'hundred large']);
    expect(await others.names('')).toEqual([]);
    expect(await isDue()).toBe(false);
    // What is there at once was judged at once.
    await files.copy(await source('hundred'), copy, { ...options, depth: 'infinity' });
    expect(asked).toHaveLength(2);
  });

  test('versions that come along are kept where they come to once they are there', {
    timeout: 120_000,
  }, async () => {
    await large();
    await tree.put('large/0/0', 'changed');
    const bytes = Buffer.byteLength('content 0');
    await others.put('own', 'one');
    await others.put('own', 'two');
    const before = (await files.usage(ben)).kept;
    const seen: number[] = [];
    between = async () => {
      seen.push((await files.usage(ben)).kept);
    };
    const still = async () => {
      seen.push((await files.usage(ben)).kept);
      const row = await stores.database.call(operations.usage, { account: ben });
      expect(row.kept).toBe(before + bytes);
      throw new StoreError('denied', 'not any more');
    };
    expect(await refusal(files.move(await source(), toBen, { by, overwrite: false, still }))).toBe('denied');
    expect(seen.length).toBeGreaterThan(2);
    expect(new Set([...seen, (await files.usage(ben)).kept])).toEqual(new Set([before]));
    await move();
    expect((await files.usage(ben)).kept).toBe(before + bytes);
  });

  test('moveAttemptsMax: what comes into a folder while it is moved goes along, or it stays', async () => {
    await large();
    let steps = 0;
    between = async () => {
      if (++steps === 2) await tree.put('large/0/late', 'late');
    };
    await move();
    expect(await others.text('mine/0/late')).toBe('late');
    expect(await tree.find('large')).toBe(null);
    await large();
    const before = (await files.usage(ben)).files;
    between = async () => {
      await tree.put('large/0/late', `late ${++steps}`);
    };
    const to = { ...toBen, name: 'again' };
    expect(await refusal(files.move(await source(), to, { by, overwrite: false }))).toBe('conflict');
    expect(await tree.text('large/0/late')).toBe(`late ${steps}`);
    expect((await files.usage(ben)).files).toBe(before);
    expect(await isDue()).toBe(false);
  });

  test('a member who is erased gets nothing more', async () => {
    await large();
    let isErased = false;
    between = async () => {
      if (!isErased) await files.erase(ben);
      isErased = true;
    };
    expect(await refusal(move())).toBe('not-found');
    expect(await tree.names('large')).toHaveLength(20);
  });
});
