import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores, testFiles } from '../../testing/index.ts';
import { type By, type FilesSettings, type FilesWriter, rootFolder } from './index.ts';

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

async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describeEngines('files', (engine) => {
  let stores: TestStores;
  let files: FilesWriter;
  let settings: FilesSettings;
  let clock: ReturnType<typeof fakeClock>;
  beforeEach(async () => {
    clock = fakeClock();
    settings = testFiles;
    stores = await openTestStores(engine, { clock, files: () => settings });
    files = stores.files;
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await stores.close();
  });

  const find = async (path: string, account = ana) => {
    const names = path.split('/').filter((name) => name !== '');
    const { chain, missing } = await files.find(account, names);
    const last = chain.at(-1);
    return missing.length > 0 || !last ? null : last;
  };
  const there = async (path: string, account = ana) => {
    const node = await find(path, account);
    if (node === null) throw new Error(`${path} is not there`);
    return node;
  };
  const place = async (path: string, account = ana) => {
    const slash = path.lastIndexOf('/');
    const folder = await there(path.slice(0, Math.max(slash, 0)), account);
    return { account, folder: folder.id, name: path.slice(slash + 1) };
  };
  const put = async (path: string, text: string, more: { by?: By; account?: number } = {}) => {
    const account = more.account ?? ana;
    const staged = await files.stage(account, Buffer.from(text));
    try {
      return await files.put(await place(path, account), staged, { by: more.by ?? by });
    } finally {
      staged.release();
    }
  };
  const folder = async (path: string, account = ana) => files.makeFolder(await place(path, account), { by });
  const names = async (path: string, account = ana) =>
    (await files.list(account, (await there(path, account)).id, '', 1_000)).map(({ name }) => name);
  const text = async (path: string, account = ana) => read(files.open(await there(path, account)));
  const move = async (from: string, to: string, overwrite = false) =>
    files.move({ account: ana, node: (await there(from)).id }, await place(to), { by, overwrite });
  const copy = async (from: string, to: string, overwrite = false, depth: '0' | 'infinity' = 'infinity') =>
    files.copy({ account: ana, node: (await there(from)).id }, await place(to), { by, overwrite, depth });

  test('a file is put, read, replaced and listed; folders above know', async () => {
    expect(await files.root(ana)).toMatchObject({ id: rootFolder, parent: 0, kind: 'folder', name: '' });
    await folder('Letters');
    const first = await put('Letters/a.txt', 'one');
    expect(first).toMatchObject({ created: true, node: { name: 'a.txt', size: 3, type: 'text/plain' } });
    const before = await there('Letters');
    const second = await put('Letters/a.txt', 'three');
    expect(second.created).toBe(false);
    expect(second.node.id).toBe(first.node.id);
    expect(second.node.stamp).toBeGreaterThan(first.node.stamp);
    const after = await there('Letters');
    expect(after.modseq).toBeGreaterThan(before.modseq);
    expect(after.size).toBe(5);
    expect((await files.root(ana)).modseq).toBe(after.modseq);
    expect(await text('Letters/a.txt')).toBe('three');
    expect(await names('Letters')).toEqual(['a.txt']);
    expect(await files.usage(ana)).toMatchObject({ used: 5, kept: 3, files: 1, folders: 1 });
    expect(await find('Letters/a.txt/b')).toBe(null);
    expect(await refusal(files.find(ana, [], 999))).toBe('not-found');
  });

  test('a folder goes elsewhere with all it holds, and into the trash and back', async () => {
    await folder('a');
    await folder('a/b');
    await folder('c');
    await put('a/b/x', 'xx');
    const id = (await there('a/b/x')).id;
    await move('a/b', 'c/d');
    expect((await there('c/d/x')).id).toBe(id);
    expect(await find('a/b')).toBe(null);
    expect((await there('a')).size).toBe(0);
    expect((await there('c')).size).toBe(2);
    expect(await refusal(move('c', 'c/d/e'))).toBe('conflict');
    expect(await refusal(move('c/d', 'a'))).toBe('exists');
    await files.remove(ana, (await there('c')).id, { by });
    expect(await files.node(ana, id)).toBe(null);
    expect(await files.usage(ana)).toMatchObject({ used: 0, kept: 2, files: 0, folders: 1 });
    const [entry] = await files.trash(ana, 0, 10);
    expect(entry).toMatchObject({ from: [], by: ana, node: { name: 'c' } });
    const inTrash = await files.findInTrash(ana, entry?.node.id ?? 0, ['d', 'x']);
    expect(inTrash.chain.map(({ name }) => name)).toEqual(['c', 'd', 'x']);
    await folder('c');
    expect((await files.restoreTrash(ana, entry?.node.id ?? 0, by)).name).toBe('c (2)');
    expect(await text('c (2)/d/x')).toBe('xx');
    expect(await files.usage(ana)).toMatchObject({ used: 2, kept: 0 });
  });

  test('a copy refers to the same bytes; what stood there makes way', async () => {
    await folder('a');
    await folder('a/b');
    await put('a/b/x', 'same');
    await put('a/y', 'other');
    await files.setProperties(ana, (await there('a/y')).id, [{ namespace: 'x:', name: 'p', xml: '<p/>' }], {
      by,
    });
    await copy('a', 'z');
    expect(await text('z/b/x')).toBe('same');
    expect(await files.properties(ana, (await there('z/y')).id)).toEqual([
      { namespace: 'x:', name: 'p', xml: '<p/>' },
    ]);
    expect(await files.usage(ana)).toMatchObject({ used: 18, files: 4, folders: 4 });
    expect(await refusal(copy('a', 'z'))).toBe('exists');
    expect(await refusal(copy('a', 'a/b/c'))).toBe('conflict');
    expect((await copy('a', 'z', true, '0')).replaced).toBe(true);
    expect(await names('z')).toEqual([]);
    expect((await copy('a/y', 'a/b/x', true)).replaced).toBe(true);
    expect(await text('a/b/x')).toBe('other');
    expect(await files.versions(ana, (await there('a/b/x')).id)).toMatchObject([{ number: 1, size: 4 }]);
  });

  test('for good is for good', async () => {
    await folder('a');
    await folder('a/b');
    for (let at = 0; at < 3; at++) await put(`a/b/${at}`, `text ${at}`);
    await put('a/b/1', 'again');
    await files.remove(ana, (await there('a')).id, { by, forGood: true });
    expect(await files.usage(ana)).toMatchObject({ used: 0, kept: 0, files: 0, folders: 0 });
    expect(await files.trash(ana, 0, 10)).toEqual([]);
  });

  test('a tree goes into another account with what its files were before', async () => {
    await folder('a');
    await put('a/x', 'one');
    await put('a/x', 'three');
    const { id } = await files.root(ben);
    const moved = await files.move(
      { account: ana, node: (await there('a')).id },
      { account: ben, folder: id, name: 'from ana' },
      { by, overwrite: false },
    );
    expect(moved).toMatchObject({ replaced: false, node: { account: ben, name: 'from ana', size: 5 } });
    expect(await find('a')).toBe(null);
    expect(await text('from ana/x', ben)).toBe('three');
    expect(await files.versions(ben, (await there('from ana/x', ben)).id)).toMatchObject([{ number: 1 }]);
    expect(await files.usage(ana)).toMatchObject({ used: 0, kept: 0, files: 0, folders: 0 });
    expect(await files.usage(ben)).toMatchObject({ used: 5, kept: 3, files: 1, folders: 1 });
  });
});
