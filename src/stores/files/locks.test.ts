import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { verifyAll } from '../../storage/index.ts';
import {
  describeEngines,
  openTestStores,
  refusal,
  type TestStores,
  type TestTree,
  testTree,
} from '../../testing/index.ts';
import { type By, type FileLock, type FilesWriter, filesLimits as limits, rootFolder } from './index.ts';

const ana = 7;
const ben = 8;

/** The reason, and for a lock of what. */
/** Why it is refused, and what is locked. */
const lockedAt = (work: Promise<unknown>) =>
  refusal(work, ({ reason, details }) => `${reason} ${details.root ?? ''}`.trim());

describeEngines('locks of files', (engine) => {
  let stores: TestStores;
  let files: FilesWriter;
  let tree: TestTree;
  const clock = fakeClock();
  beforeEach(async () => {
    stores = await openTestStores(engine, { clock });
    files = stores.files;
    tree = testTree(files, ana);
    for (const path of ['a', 'a/b', 'c']) await tree.folder(path);
    for (const path of ['x', 'a/x', 'a/b/x', 'c/x']) await tree.put(path, path);
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await stores.close();
  });

  const lock = async (path: string, more: Partial<FileLock> = {}) =>
    files.lock({
      account: ana,
      node: (await tree.at(path)).id,
      scope: 'exclusive',
      depth: 'infinity',
      owner: '<href>ana</href>',
      principal: ana,
      root: `/${path}`,
      seconds: 60,
      ...more,
    });
  const holding = (...locks: FileLock[]): By => ({ member: ana, tokens: locks.map(({ token }) => token) });

  /** Every kind of write, with what it needs of a tree that stays as it is where the write is refused. */
  const writes: readonly (readonly [name: string, write: (by: By) => Promise<unknown>])[] = [
    ['put a/b/x', (by) => tree.put('a/b/x', 'new', { by })],
    ['put a/b/new', (by) => tree.put('a/b/new', 'new', { by })],
    ['folder a/b/f', (by) => tree.folder('a/b/f', by)],
    ['properties a/b', async (by) => files.setProperties(ana, (await tree.at('a/b')).id, [], { by })],
    ['copy x a/b/copied', (by) => tree.copy('x', 'a/b/copied', { by })],
    ['copy a/b c/copied', (by) => tree.copy('a/b', 'c/copied', { by })],
    ['copy x a/b/x', (by) => tree.copy('x', 'a/b/x', { by, overwrite: true })],
    ['move x a/b/moved', (by) => tree.move('x', 'a/b/moved', { by })],
    ['move a/b c/moved', (by) => tree.move('a/b', 'c/moved', { by })],
    ['remove a/b/x', (by) => tree.remove('a/b/x', { by })],
    ['remove a', (by) => tree.remove('a', { by })],
  ];

  test.each<[string, Partial<FileLock>, string]>([
    ['a/b/x', {}, 'put a/b/x, copy x a/b/x, move a/b c/moved, remove a/b/x, remove a'],
    [
      'a/b',
      { depth: '0' },
      'put a/b/new, folder a/b/f, properties a/b, copy x a/b/copied, move x a/b/moved, move a/b c/moved, remove a/b/x, remove a',
    ],
    [
      'a',
      {},
      'put a/b/x, put a/b/new, folder a/b/f, properties a/b, copy x a/b/copied, copy x a/b/x, move x a/b/moved, move a/b c/moved, remove a/b/x, remove a',
    ],
    ['a', { depth: '0' }, 'move a/b c/moved, remove a'],
    ['', { depth: '0' }, 'move x a/b/moved, remove a'],
    ['x', {}, 'move x a/b/moved'],
    ['c', { depth: '0' }, 'copy a/b c/copied, move a/b c/moved'],
  ])('a lock on %j forbids what changes it, and what it holds', async (path, more, forbidden) => {
    const taken = await lock(path, more);
    const refused: string[] = [];
    for (const [name, write] of writes) {
      // Of a refused write nothing stays; those that are accepted are tried last, where order does not matter.
      if (forbidden.split(', ').includes(name)) {
        expect(await lockedAt(write(holding()))).toBe(`locked /${path}`);
        expect(await lockedAt(write({ member: ben, tokens: [taken.token] }))).toBe(`locked /${path}`);
        refused.push(name);
      }
    }
    expect(refused.join(', ')).toBe(forbidden);
    for (const [name, write] of writes) {
      if (forbidden.split(', ').includes(name) || name.startsWith('move') || name.startsWith('remove'))
        continue;
      expect(`${name}: ${await lockedAt(write(holding()))}`).toBe(`${name}: accepted`);
    }
    const [first] = refused;
    for (const [name, write] of writes) {
      if (name === first) expect(await lockedAt(write(holding(taken)))).toBe('accepted');
    }
  });

  test('locks that cannot be together', async () => {
    const shared = { scope: 'shared' } as const;
    await lock('a/b', shared);
    expect(await lockedAt(lock('a/b', { ...shared, principal: ben }))).toBe('accepted');
    expect(await lockedAt(lock('a/b'))).toBe('locked /a/b');
    expect(await lockedAt(lock('a/b/x'))).toBe('locked /a/b');
    expect(await lockedAt(lock('a/b/x', shared))).toBe('accepted');
    expect(await lockedAt(lock('a'))).toMatch(/^locked \/a\/b/);
    expect(await lockedAt(lock('a', shared))).toBe('accepted');
    expect(await lockedAt(lock('a', { depth: '0' }))).toBe('locked /a');
    expect(await lockedAt(lock('c', { depth: '0' }))).toBe('accepted');
    expect(await lockedAt(lock('c/x'))).toBe('accepted');
    expect(await lockedAt(lock('c/x', { node: 99 }))).toBe('not-found');
  });

  test('of several shared locks one is enough, and nothing is not', async () => {
    const mine = await lock('x', { scope: 'shared' });
    await lock('x', { scope: 'shared', principal: ben });
    expect(await lockedAt(tree.put('x', 'new', { by: holding() }))).toBe('locked /x');
    expect(await lockedAt(tree.put('x', 'new', { by: holding(mine) }))).toBe('accepted');
  });

  test('a lock ends by its time, by who took it, and begins again', async () => {
    const { id } = await tree.at('x');
    const taken = await lock('x', { seconds: limits.lockSecondsMax + 10 });
    expect(taken).toMatchObject({ seconds: limits.lockSecondsMax, root: '/x', owner: '<href>ana</href>' });
    expect(taken.token).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(await files.locksOn(ana, id)).toEqual([taken]);
    const renewed = await files.refreshLock(ana, id, taken.token, ana, 30);
    expect(renewed).toMatchObject({ seconds: 30, expiresMs: clock.nowMs() + 30_000 });
    expect(await files.refreshLock(ana, id, taken.token, ben, 30)).toBe(null);
    expect(await files.refreshLock(ana, id, 'urn:uuid:none', ana, 30)).toBe(null);
    expect(await lockedAt(files.unlock(ana, id, taken.token, ben))).toBe('denied');
    expect(await files.unlock(ana, rootFolder, taken.token, ana)).toBe(false);
    clock.advance(30_000);
    expect(await files.locksOn(ana, id)).toEqual([]);
    expect(await files.unlock(ana, id, taken.token, ana)).toBe(false);
    expect(await lockedAt(tree.put('x', 'new'))).toBe('accepted');
    await files.purge();
    const again = await lock('x');
    expect(await files.unlock(ana, id, again.token, ana)).toBe(true);
    expect(await files.locksOn(ana, id)).toEqual([]);
  });

  test('the owner of a tree ends any lock in it', async () => {
    const { id } = await tree.at('x');
    const guest = -8;
    const theirs = await lock('x', { principal: guest });
    expect(await lockedAt(tree.put('x', 'new', { by: holding(theirs) }))).toBe('locked /x');
    const byGuest = { member: 0, principal: guest, tokens: [theirs.token] };
    expect(await lockedAt(tree.put('x', 'new', { by: byGuest }))).toBe('accepted');
    expect(await lockedAt(tree.put('x', 'new', { by: { ...byGuest, principal: -9 } }))).toBe('locked /x');
    expect(await lockedAt(files.unlock(ana, id, theirs.token, -9))).toBe('denied');
    expect(await files.unlock(ana, id, theirs.token, ana)).toBe(true);
    expect(await files.locksOn(ana, id)).toEqual([]);
  });

  test('a deep lock holds below, also of what comes later; it is refreshed and ended there too', async () => {
    const taken = await lock('a');
    await tree.put('a/new', 'new', { by: holding(taken) });
    const { id } = await tree.at('a/new');
    expect((await files.locksOn(ana, id)).map(({ node }) => node)).toEqual([(await tree.at('a')).id]);
    expect(await files.locksIn(ana, [id])).toEqual(new Map());
    const folder = (await tree.at('a')).id;
    expect([...(await files.locksIn(ana, [folder])).keys()]).toEqual([folder]);
    expect(await files.refreshLock(ana, id, taken.token, ana, 10)).toMatchObject({ node: folder });
    expect(await files.unlock(ana, id, taken.token, ana)).toBe(true);
  });

  test('what goes loses its locks, what comes has none', async () => {
    const above = await lock('a', { depth: '0' });
    const inner = await lock('a/b/x');
    const by = holding(above, inner);
    expect(await lockedAt(tree.move('a/b', 'c/b', { by: holding(above) }))).toBe('locked /a/b/x');
    await tree.move('a/b', 'c/b', { by });
    expect(await files.locksOn(ana, (await tree.at('c/b/x')).id)).toEqual([]);
    const kept = await lock('c/b/x');
    await tree.copy('c/b', 'copied');
    expect(await files.locksOn(ana, (await tree.at('copied/x')).id)).toEqual([]);
    await tree.put('c/b/x', 'new', { by: holding(kept) });
    expect(await files.locksOn(ana, (await tree.at('c/b/x')).id)).toEqual([kept]);
    const { id } = await tree.at('c/b/x');
    await tree.remove('c', { by: holding(kept) });
    expect(await files.locksOn(ana, id)).toEqual([]);
    const [entry] = await files.trash(ana, 0, 10);
    await files.restoreTrash(ana, entry?.node.id ?? 0, holding());
    expect(await files.locksOn(ana, id)).toEqual([]);
  });

  test('what is too long is refused', async () => {
    expect(await lockedAt(lock('x', { owner: 'x'.repeat(limits.lockOwnerBytesMax + 1) }))).toBe('too-large');
    expect(await lockedAt(lock('x', { root: 'x'.repeat(limits.lockRootCharsMax + 1) }))).toBe('limit');
  });
});
