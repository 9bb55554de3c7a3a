import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { openTestStores, type TestStores, testTree } from '../../testing/index.ts';
import type { Visit } from '../types.ts';
import type { Scene } from './house.ts';
import { askedFirstBytesMin } from './limits.ts';
import { store } from './writes.ts';

const [ana, ben] = [7, 8];
let stores: TestStores;

beforeAll(async () => {
  const engine = { name: 'sqlite', missing: null, database: async () => 'sqlite' } as const;
  stores = await openTestStores(engine, { clock: fakeClock() });
});
afterAll(() => stores.close());

test('a large body for what another has locked is not read', async () => {
  const { files } = stores;
  const tree = testTree(files, ana);
  await tree.folder('a');
  const { node } = await tree.put('a/x', 'old');
  const lock = { account: ana, node: node.parent, owner: '', root: '/a', seconds: 60, principal: ben };
  await files.lock({ ...lock, scope: 'exclusive', depth: 'infinity' });
  const visitor = { kind: 'member', member: { id: ana }, handle: 'ana' };
  const href = () => '/dav/files/ana/';
  const visit = { visitor, tokens: [], request: { headers: {} }, href } as unknown as Visit;
  const scene = { house: { files }, visit, reach: { account: ana } } as unknown as Scene;
  let isRead = false;
  const put = (length: number | null, name: string) => {
    async function* body() {
      isRead = true;
      yield Buffer.alloc(1);
      throw new Error('broken off');
    }
    const content = { body: body(), length, type: null, modifiedMs: null };
    const place = { account: ana, folder: node.parent, name };
    return store(scene, place, content, { visit }, name === 'x' ? node : undefined);
  };
  for (const name of ['x', 'new']) {
    for (const length of [null, askedFirstBytesMin])
      await expect(put(length, name)).rejects.toMatchObject({ reason: 'locked' });
  }
  expect(isRead).toBe(false);
  await expect(put(askedFirstBytesMin - 1, 'x')).rejects.toThrow('broken off');
  expect(isRead).toBe(true);
});
