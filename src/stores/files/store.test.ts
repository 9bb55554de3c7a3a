import { afterEach, beforeEach, expect, test } from 'vitest';
import { publicAccount } from '../../accounts/index.ts';
import { fakeClock } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { afterRestore, verifyAll } from '../../storage/index.ts';
import {
  describeEngines,
  openTestStores,
  refusal,
  type TestStores,
  type TestTree,
  testFiles,
  testTree,
  textOf,
} from '../../testing/index.ts';
import {
  type By,
  createFilesStore,
  type FilesSettings,
  type FilesWriter,
  filesLimits as limits,
  pathTo,
  rootFolder,
  type Staged,
} from './index.ts';

const ana = 7;
const ben = 8;
const day = 86_400_000;
const by: By = { member: ana, tokens: [] };

describeEngines('files', (engine) => {
  let stores: TestStores;
  let files: FilesWriter;
  let settings: FilesSettings;
  let clock: ReturnType<typeof fakeClock>;
  let tree: TestTree;
  const open = (to: TestStores) => {
    stores = to;
    files = to.files;
    tree = testTree(files, ana);
  };
  beforeEach(async () => {
    clock = fakeClock();
    settings = testFiles;
    open(await openTestStores(engine, { clock, files: () => settings }));
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    expect(stores.reported).toEqual([]);
    await stores.close();
  });
  const property = (name: string, xml: string | null = `<${name}/>`) => ({ namespace: 'x:', name, xml });

  test('what has left the place where it was found is not touched there', async () => {
    await tree.folder('a');
    await tree.folder('b');
    await tree.put('a/f', 'one');
    const found = await tree.at('a/f');
    const [a, b] = [await tree.at('a'), await tree.at('b')];
    const asFound = { at: { folder: a.id, name: 'f' } };
    await files.move(
      { account: ana, node: found.id },
      { account: ana, folder: b.id, name: 'f' },
      { by, overwrite: false },
    );
    const to = { account: ana, folder: rootFolder, name: 'g' };
    const source = { account: ana, node: found.id };
    const late = { by, expect: asFound };
    expect(await refusal(files.remove(ana, found.id, late))).toBe('not-found');
    expect(await refusal(files.move(source, to, { ...late, overwrite: true }))).toBe('not-found');
    expect(await refusal(files.copy(source, to, { ...late, overwrite: true, depth: 'infinity' }))).toBe(
      'not-found',
    );
    expect(await refusal(files.setProperties(ana, found.id, [property('p')], late))).toBe('not-found');
    const wish = {
      account: ana,
      node: found.id,
      scope: 'exclusive',
      depth: '0',
      owner: '',
      principal: ana,
      root: '/',
      seconds: 60,
    } as const;
    expect(await refusal(files.lock(wish, asFound))).toBe('not-found');
    await tree.put('b/f', 'two');
    const stale = { by, expect: { stamp: found.stamp, at: { folder: b.id, name: 'f' } } };
    expect(await refusal(files.setProperties(ana, found.id, [property('p')], stale))).toBe('conflict');
    expect(await tree.text('b/f')).toBe('two');
  });

  test('RFC 4918 §9.8.3: a folder without what is in it may be copied into itself, the whole may not', async () => {
    await tree.folder('a');
    await tree.put('a/f', 'one');
    const a = await tree.at('a');
    const source = { account: ana, node: a.id };
    const to = { account: ana, folder: a.id, name: 'z' };
    expect(await refusal(files.copy(source, to, { by, overwrite: false, depth: 'infinity' }))).toBe(
      'conflict',
    );
    await files.copy(source, to, { by, overwrite: false, depth: '0' });
    expect(await tree.names('a/z')).toEqual([]);
  });

  test('a file is put, read, replaced and listed; folders above know', async () => {
    expect(await files.root(ana)).toMatchObject({ id: rootFolder, parent: 0, kind: 'folder', name: '' });
    await tree.folder('Letters');
    const first = await tree.put('Letters/a.txt', 'one');
    expect(first).toMatchObject({ created: true, node: { name: 'a.txt', size: 3, type: 'text/plain' } });
    const before = await tree.at('Letters');
    const second = await tree.put('Letters/a.txt', 'three', { type: 'text/x-own', checksum: 'SHA1:00' });
    expect(second).toMatchObject({ created: false, node: { type: 'text/x-own', checksum: 'SHA1:00' } });
    expect(second.node.id).toBe(first.node.id);
    expect(second.node.stamp).toBeGreaterThan(first.node.stamp);
    const after = await tree.at('Letters');
    expect(after.modseq).toBeGreaterThan(before.modseq);
    expect(after.size).toBe(5);
    expect((await files.root(ana)).modseq).toBe(after.modseq);
    expect(files.readNow(second.node)).toBe(null);
    expect(await tree.text('Letters/a.txt')).toBe('three');
    // It is known now where it lies.
    expect(files.readNow(second.node)?.toString()).toBe('three');
    expect(await textOf(files.open(second.node, [1, 4]))).toBe('hre');
    expect(await tree.names('Letters')).toEqual(['a.txt']);
    expect(await files.usage(ana)).toMatchObject({ used: 5, kept: 3, files: 1, folders: 1 });
    expect(await tree.find('Letters/a.txt/b')).toBe(null);
    const chain = await files.chain(ana, first.node.id);
    expect(chain.map(({ name }) => name)).toEqual(['a.txt', 'Letters', '']);
    expect(chain[1]).toEqual(after);
    expect(await pathTo(files, ana, first.node.id)).toBe('Letters/a.txt');
    expect(await files.chain(ana, 999)).toEqual([]);
    expect(await pathTo(files, ana, 999)).toBe(null);
    expect(await refusal(files.find(ana, [], 999))).toBe('not-found');
    const long = await tree.put('long', '', {
      type: `text/x; name=${'x'.repeat(limits.typeCharsMax)}`,
      checksum: 'x'.repeat(limits.checksumCharsMax + 1),
    });
    expect(long.node.type).toHaveLength(limits.typeCharsMax);
    expect((await tree.put('none.pdf', '', { type: 'текст/html' })).node.type).toBe('application/pdf');
    expect(long.node.checksum).toHaveLength(limits.checksumCharsMax);
    expect(await tree.text('long')).toBe('');
  });

  test('names differ by their NFC form and are answered as they were sent', async () => {
    await tree.put('e\u0301', 'one');
    expect((await tree.put('\u00e9', 'two')).created).toBe(false);
    expect(await tree.names('')).toEqual(['e\u0301']);
    await tree.move('e\u0301', '\u00e9');
    expect(await tree.names('')).toEqual(['\u00e9']);
    await tree.put('E', 'upper');
    await tree.put('e', 'lower');
    expect((await tree.names('')).length).toBe(3);
    await tree.move('\u00e9', 'e\u0301');
    expect(await tree.names('')).toContain('e\u0301');
    expect(await tree.text('\u00e9')).toBe('two');
    expect(await refusal(tree.put('..', ''))).toBe('invalid');
    expect((await files.find(ana, ['..', 'e'])).missing).toEqual(['..', 'e']);
  });

  test('a listing comes in pages', async () => {
    for (let at = 0; at < 7; at++) await tree.folder(`n${at}`);
    const seen: string[] = [];
    for (let after = ''; ; after = seen.at(-1) ?? '') {
      const page = await files.list(ana, rootFolder, after, 3);
      if (page.length === 0) break;
      seen.push(...page.map(({ name }) => name));
    }
    expect(seen).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6']);
    expect(await files.list(ana, rootFolder, '', limits.pageRowsMax + 1)).toHaveLength(7);
  });

  test('what is found changed is not written over', async () => {
    const { node } = await tree.put('a', 'one');
    const expecting = (stamp: number | null) => tree.put('a', 'two', { expect: { stamp } });
    expect(await refusal(expecting(null))).toBe('conflict');
    expect(await refusal(expecting(node.stamp - 1))).toBe('conflict');
    expect(await refusal(tree.put('b', 'two', { expect: { stamp: node.stamp } }))).toBe('conflict');
    expect(await refusal(files.remove(ana, node.id, { by, expect: { stamp: 1 } }))).toBe('conflict');
    expect(await refusal(expecting(node.stamp))).toBe('accepted');
    expect(await refusal(tree.put('c', 'new', { expect: { stamp: null } }))).toBe('accepted');
    await tree.folder('d');
    expect(await refusal(tree.put('d', 'text'))).toBe('exists');
    expect(await refusal(tree.folder('a'))).toBe('exists');
    expect(await refusal(files.makeFolder({ account: ana, folder: node.id, name: 'x' }, { by }))).toBe(
      'not-found',
    );
    expect(await refusal(files.remove(ana, rootFolder, { by }))).toBe('denied');
  });

  test('the quota is judged when bytes are announced, while they come and when they get a name', async () => {
    settings = { ...settings, quota: 10, file: 100 };
    expect(await files.usage(ana)).toMatchObject({ quota: 10 });
    const released = async (work: Promise<Staged>) => (await work).release();
    expect(await refusal(released(files.stage(ana, Buffer.alloc(0), 11)))).toBe('accepted');
    async function* pieces(count: number) {
      for (let at = 0; at < count; at++) yield Buffer.from('1234');
    }
    expect(await refusal(files.stage(ana, pieces(1), 11))).toBe('over-quota');
    expect(await refusal(files.stage(ana, pieces(3)))).toBe('over-quota');
    expect(await refusal(released(files.stage(ana, pieces(3), null, 2)))).toBe('accepted');
    expect(await refusal(files.stage(ana, pieces(1), 101))).toBe('too-large');
    settings = { ...settings, quota: 12 };
    const [one, two] = [await files.stage(ana, pieces(2)), await files.stage(ana, Buffer.from('abcd'))];
    settings = { ...settings, quota: 10 };
    await files.put({ account: ana, folder: rootFolder, name: 'one' }, one, { by });
    expect(await refusal(files.put({ account: ana, folder: rootFolder, name: 'two' }, two, { by }))).toBe(
      'over-quota',
    );
    expect(await tree.names('')).toEqual(['one']);
    for (const staged of [one, two]) staged.release();
    await files.setQuota(ana, 100);
    settings = { ...settings, file: 12 };
    expect(await refusal(files.stage(ana, pieces(4)))).toBe('too-large');
    expect(await refusal(tree.copy('one', 'three'))).toBe('accepted');
    await files.setQuota(ana, null);
    expect(await refusal(tree.copy('one', 'four'))).toBe('over-quota');
  });

  test('what is on its way in counts for the quota beside what stands there', async () => {
    settings = { ...settings, quota: 10, file: 100 };
    async function* pieces(count: number) {
      for (let at = 0; at < count; at++) yield Buffer.from('1234');
    }
    const attempts = await Promise.allSettled(
      Array.from({ length: 5 }, (_, at) => files.stage(ana, pieces(2), at % 2 === 0 ? 8 : null)),
    );
    const staged = attempts.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(staged.length).toBeLessThanOrEqual(1);
    expect(await refusal(files.stage(ben, pieces(2)))).toBe('accepted');
    for (const each of staged) each.release();
    // Neither what was refused nor what was given up holds any room.
    const whole = await files.stage(ana, pieces(2), 8);
    const put = () => files.put({ account: ana, folder: rootFolder, name: 'whole' }, whole, { by });
    await put();
    // Once it is a file it is counted there, and not twice.
    const rest = await files.stage(ana, Buffer.from('ab'));
    expect(await refusal(files.stage(ana, Buffer.from('a')))).toBe('over-quota');
    for (const each of [whole, rest, rest]) each.release();
    expect(await refusal(files.stage(ana, Buffer.from('ab')))).toBe('accepted');
  });

  test('a folder goes elsewhere with all it holds, and into the trash and back', async () => {
    for (const path of ['a', 'a/b', 'c']) await tree.folder(path);
    await tree.put('a/b/x', 'xx');
    const id = (await tree.at('a/b/x')).id;
    await tree.move('a/b', 'c/d');
    expect((await tree.at('c/d/x')).id).toBe(id);
    expect(await tree.find('a/b')).toBe(null);
    expect((await tree.at('a')).size).toBe(0);
    expect((await tree.at('c')).size).toBe(2);
    expect(await refusal(tree.move('c', 'c/d/e'))).toBe('conflict');
    expect(await refusal(tree.move('c/d', 'c', { overwrite: true }))).toBe('conflict');
    expect(await refusal(tree.move('c/d', 'a'))).toBe('exists');
    await tree.remove('c');
    expect(await files.node(ana, id)).toBe(null);
    expect(await refusal(files.find(ana, [], id))).toBe('not-found');
    expect(await files.usage(ana)).toMatchObject({ used: 0, kept: 2, files: 0, folders: 1 });
    const [entry] = await files.trash(ana, 0, 10);
    expect(entry).toMatchObject({ from: [], by: ana, node: { name: 'c' } });
    const inTrash = await files.findInTrash(ana, entry?.node.id ?? 0, ['d', 'x']);
    expect(inTrash.chain.map(({ name }) => name)).toEqual(['c', 'd', 'x']);
    const into = { account: ana, folder: inTrash.chain[1]?.id ?? 0, name: 'y' };
    expect(await refusal(files.makeFolder(into, { by }))).toBe('not-found');
    await tree.folder('c');
    expect((await files.restoreTrash(ana, entry?.node.id ?? 0, by)).name).toBe('c (2)');
    expect(await tree.text('c (2)/d/x')).toBe('xx');
    expect(await files.usage(ana)).toMatchObject({ used: 2, kept: 0 });
    await tree.remove('c (2)/d/x');
    await tree.remove('c (2)');
    const [first, second] = await files.trash(ana, 0, 10);
    expect([first, second].map((one) => one?.from)).toEqual([[], ['c (2)', 'd']]);
    await files.restoreTrash(ana, id, by);
    expect(await tree.text('x')).toBe('xx');
    await files.emptyTrash(ana);
    expect(await files.trash(ana, 0, 10)).toEqual([]);
    expect(await files.usage(ana)).toMatchObject({ used: 2, kept: 0, files: 1, folders: 2 });
  });

  test('the reserved name is taken in the root of members, and nowhere else', async () => {
    const { database, blobs } = stores;
    const reservedName = 'Re\u0301serve\u0301';
    files = createFilesStore({ database, blobs, clock, settings: () => settings, reservedName });
    tree = testTree(files, ana);
    const taken = reservedName.normalize('NFC');
    await tree.folder('f');
    await tree.put('g', 'x');
    for (const name of [reservedName, taken]) {
      expect(await refusal(tree.put(name, 'x'))).toBe('exists');
      expect(await refusal(tree.folder(name))).toBe('exists');
      expect(await refusal(tree.move('g', name, { overwrite: true }))).toBe('exists');
      expect(await refusal(tree.copy('f', name, { overwrite: true }))).toBe('exists');
      expect(await tree.find(name)).toBe(null);
    }
    await tree.put(`f/${taken}`, 'kept');
    await tree.remove(`f/${taken}`);
    await tree.remove('f');
    const entry = (await files.trash(ana, 0, 10)).find(({ node }) => node.kind === 'file');
    const restored = await files.restoreTrash(ana, entry?.node.id ?? 0, by);
    expect(restored).toMatchObject({ parent: rootFolder, name: `${taken} (2)` });
    expect(await tree.text(`${taken} (2)`)).toBe('kept');
    await testTree(files, publicAccount).folder(taken);
  });

  test('a path has so many names', async () => {
    const deep = (depth: number) => Array.from({ length: depth }, () => 'd').join('/');
    for (let depth = 1; depth <= 4; depth++) await tree.folder(deep(depth));
    await tree.folder('e');
    let folder = (await tree.at('e')).id;
    for (let depth = 2; depth < limits.pathDepthMax - 2; depth++)
      folder = (await files.makeFolder({ account: ana, folder, name: 'e' }, { by })).id;
    const d = (await tree.at('d')).id;
    const to = { account: ana, folder, name: 'x' };
    expect(await refusal(files.move({ account: ana, node: d }, to, { by, overwrite: false }))).toBe('limit');
    await tree.remove('d/d/d/d');
    expect(await refusal(files.move({ account: ana, node: d }, to, { by, overwrite: false }))).toBe(
      'accepted',
    );
    const { id } = await tree.at(
      `${Array.from({ length: limits.pathDepthMax - 3 }, () => 'e').join('/')}/x/d/d`,
    );
    expect(await refusal(files.makeFolder({ account: ana, folder: id, name: 'x' }, { by }))).toBe('limit');
  });

  test('a type that came from the name goes with it', async () => {
    await tree.put('a.txt', 'one');
    expect((await tree.move('a.txt', 'a.pdf')).node.type).toBe('application/pdf');
    await tree.put('b.txt', 'one', { type: 'image/png' });
    expect((await tree.move('b.txt', 'b.pdf')).node.type).toBe('image/png');
  });

  test('a copy refers to the same bytes; what stood there makes way', async () => {
    for (const path of ['a', 'a/b']) await tree.folder(path);
    await tree.put('a/b/x', 'same');
    await tree.put('a/y', 'other');
    await files.setProperties(ana, (await tree.at('a/y')).id, [property('p')], { by });
    await tree.copy('a', 'z');
    expect(await tree.text('z/b/x')).toBe('same');
    expect(await files.properties(ana, (await tree.at('z/y')).id)).toEqual([property('p')]);
    expect(await files.usage(ana)).toMatchObject({ used: 18, files: 4, folders: 4 });
    expect(await refusal(tree.copy('a', 'z'))).toBe('exists');
    expect(await refusal(tree.copy('a', 'a/b/c'))).toBe('conflict');
    expect(await refusal(tree.copy('a', 'a', { overwrite: true }))).toBe('conflict');
    expect((await tree.copy('a', 'z', { overwrite: true, depth: '0' })).replaced).toBe(true);
    expect(await tree.names('z')).toEqual([]);
    expect((await tree.copy('a/y', 'a/b/x', { overwrite: true })).replaced).toBe(true);
    expect(await tree.text('a/b/x')).toBe('other');
    expect(await files.properties(ana, (await tree.at('a/b/x')).id)).toEqual([property('p')]);
    expect(await files.versions(ana, (await tree.at('a/b/x')).id)).toMatchObject([{ number: 1, size: 4 }]);
    expect(await files.trash(ana, 0, 10)).toMatchObject([{ node: { name: 'z', size: 9 } }]);
  });

  test('a tree goes into another account with what its files were before', async () => {
    await tree.folder('a');
    await tree.put('a/x', 'one');
    await tree.put('a/x', 'three');
    await files.setProperties(ana, (await tree.at('a/x')).id, [property('p')], { by });
    const { id } = await files.root(ben);
    const to = { account: ben, folder: id, name: 'from ana' };
    await files.setQuota(ben, 4);
    const move = async () =>
      files.move({ account: ana, node: (await tree.at('a')).id }, to, { by, overwrite: false });
    expect(await refusal(move())).toBe('over-quota');
    await files.setQuota(ben, null);
    expect(await move()).toMatchObject({
      replaced: false,
      node: { account: ben, name: 'from ana', size: 5 },
    });
    const other = testTree(files, ben);
    expect(await tree.find('a')).toBe(null);
    expect(await other.text('from ana/x')).toBe('three');
    const there = (await other.at('from ana/x')).id;
    expect(await files.versions(ben, there)).toMatchObject([{ number: 1 }]);
    expect(await files.properties(ben, there)).toEqual([property('p')]);
    expect(await files.usage(ana)).toMatchObject({ used: 0, kept: 0, files: 0, folders: 0 });
    expect(await files.usage(ben)).toMatchObject({ used: 5, kept: 3, files: 1, folders: 1 });
  });

  test('what another moves into an account of theirs stays in the trash, with what it was before', async () => {
    await tree.put('x', 'one');
    await tree.put('x', 'three');
    const { id } = await tree.at('x');
    const to = { account: ben, folder: (await files.root(ben)).id, name: 'x' };
    const byBen = { member: ben, tokens: [] };
    const { node } = await files.move({ account: ana, node: id }, to, { by: byBen, overwrite: false });
    expect(await testTree(files, ben).text('x')).toBe('three');
    expect(await files.versions(ben, node.id)).toEqual([]);
    expect(await files.trash(ana, 0, 10)).toMatchObject([{ node: { id, size: 5 }, by: ben }]);
    expect(await files.usage(ana)).toMatchObject({ used: 0, kept: 8 });
    await files.restoreTrash(ana, id, by);
    expect([await tree.text('x'), await files.versions(ana, id)]).toMatchObject(['three', [{ number: 1 }]]);
    // No more is kept than may be: what does not fit goes at once.
    await files.setQuota(ana, 8);
    await files.move({ account: ana, node: id }, { ...to, name: 'y' }, { by: byBen, overwrite: false });
    expect((await files.usage(ana)).kept).toBeLessThanOrEqual(4);
  });

  test('properties of one thing have a bound, and those of many are not read at once', async () => {
    const most = limits.propertyBytesPerNodeMax / limits.propertyBytesMax;
    const large = (count: number, bytes: number) =>
      Array.from({ length: count }, (_, at) => property(`p${at}`, `<p>${'x'.repeat(bytes)}</p>`));
    const { node: full } = await tree.put('a', 'a');
    const set = (node: number, changes: ReturnType<typeof property>[]) =>
      files.setProperties(ana, node, changes, { by });
    await set(full.id, large(most, limits.propertyBytesMax - 100));
    expect(await refusal(set(full.id, [property('more', `<p>${'x'.repeat(1_000)}</p>`)]))).toBe('limit');
    await set(full.id, [property('p0', null)]);
    const { node: empty } = await tree.put('b', 'b');
    const { node: other } = await tree.put('c', 'c');
    await set(other.id, large(most, limits.propertyBytesMax - 100));
    const ids = [full.id, empty.id, other.id];
    const first = await files.propertiesOf(ana, ids);
    expect([first.taken, [...first.found.keys()]]).toEqual([2, [full.id]]);
    const second = await files.propertiesOf(ana, ids.slice(first.taken));
    expect([second.taken, second.found.get(other.id)?.length]).toEqual([1, most]);
    expect(limits.propertyBytesPerPageMax).toBeGreaterThanOrEqual(limits.propertyBytesPerNodeMax);
  });

  test('dead properties are set and removed, all or none, and stay with the node', async () => {
    const { node } = await tree.put('a', 'one');
    const set = (...changes: ReturnType<typeof property>[]) =>
      files.setProperties(ana, node.id, changes, { by });
    const changed = await set(property('p'), property('q', '<q>é</q>'), property('none', null));
    expect(changed.modseq).toBeGreaterThan(node.modseq);
    expect(changed.stamp).toBe(node.stamp);
    expect((await files.root(ana)).modseq).toBe(changed.modseq);
    expect(await refusal(set(property('p', null), property('r', 'x'.repeat(limits.propertyBytesMax))))).toBe(
      'too-large',
    );
    const many = Array.from({ length: limits.propertiesPerNodeMax }, (_, at) => property(`m${at}`));
    expect(await refusal(set(...many))).toBe('limit');
    await tree.put('a', 'two');
    await tree.move('a', 'b');
    expect(await files.properties(ana, node.id)).toEqual([property('p'), property('q', '<q>é</q>')]);
    await set(property('p', null), property('q', '<q/>'));
    expect(await files.propertiesOf(ana, [node.id, 999])).toEqual({
      found: new Map([[node.id, [property('q')]]]),
      taken: 2,
    });
    const touched = await files.setProperties(ana, node.id, [], { by, modifiedMs: 1_000 });
    expect(touched.modifiedMs).toBe(1_000);
    const made = await files.makeFolder(await tree.place('f'), { by, properties: [property('p')] });
    expect(await files.properties(ana, made.id)).toEqual([property('p')]);
  });

  test('versions are kept, counted, restored and forgotten', async () => {
    settings = { ...settings, versions: { count: 2, age: 90 * day } };
    for (const text of ['', 'one', 'one', 'three', 'four!!']) await tree.put('a', text);
    const { id } = await tree.at('a');
    // What was empty, and what stayed the same, is no version.
    expect((await files.versions(ana, id)).map(({ number, size }) => [number, size])).toEqual([
      [3, 5],
      [2, 3],
    ]);
    await files.restoreVersion(ana, id, 2, by);
    expect(await tree.text('a')).toBe('one');
    expect((await files.versions(ana, id)).map(({ number }) => number)).toEqual([4, 3]);
    expect(await refusal(files.restoreVersion(ana, id, 2, by))).toBe('not-found');
    expect(await files.usage(ana)).toMatchObject({ used: 3, kept: 11 });
    await files.removeVersion(ana, id, 3);
    expect((await files.versions(ana, id)).map(({ number }) => number)).toEqual([4]);
    expect(await files.usage(ana)).toMatchObject({ used: 3, kept: 6 });
    expect(await tree.text('a')).toBe('one');
    for (const [node, number] of [
      [id, 3],
      [id, 5],
      [999, 4],
    ] as const)
      expect(await refusal(files.removeVersion(ana, node, number))).toBe('not-found');
    expect(await refusal(files.removeVersion(ben, id, 4))).toBe('not-found');
    clock.advance(91 * day);
    await tree.put('a', 'late');
    await files.purge();
    expect((await files.versions(ana, id)).map(({ number }) => number)).toEqual([5]);
    settings = { ...settings, versions: { count: 0, age: day } };
    await tree.put('a', 'last');
    expect(await files.versions(ana, id)).toEqual([]);
    expect(await files.usage(ana)).toMatchObject({ used: 4, kept: 0 });
  });

  test('the files that have versions are listed by pages, without those in the trash', async () => {
    await tree.folder('f');
    for (const path of ['f/a', 'b', 'c', 'd']) await tree.put(path, 'one');
    for (const text of ['two!', 'three']) for (const path of ['f/a', 'b', 'd']) await tree.put(path, text);
    await tree.remove('b');
    const [a, b, d] = [(await tree.at('f/a')).id, (await tree.at('c')).id - 1, (await tree.at('d')).id];
    const first = await files.versioned(ana, 0, 2);
    expect(first).toMatchObject({
      files: [{ node: { id: a, name: 'a' }, path: ['f', 'a'], versions: 2, bytes: 7 }],
      next: b,
    });
    expect(first.files).toHaveLength(1);
    const rest = { files: [{ node: { id: d }, path: ['d'], versions: 2, bytes: 7 }], next: null };
    expect(await files.versioned(ana, first.next ?? 0, 2)).toMatchObject(rest);
    expect(await files.versioned(ben, 0, 2)).toEqual({ files: [], next: null });
  });

  test('the trash ends by age, and versions with it by what they take, the oldest first', async () => {
    await tree.folder('old');
    await tree.folder('old/inner');
    await tree.put('old/inner/x', 'x');
    await tree.put('old/inner/x', 'xx');
    await tree.remove('old');
    clock.advance(29 * day);
    await tree.put('young', 'y');
    await tree.remove('young');
    clock.advance(2 * day);
    await files.purge();
    expect((await files.trash(ana, 0, 10)).map(({ node }) => node.name)).toEqual(['young']);
    expect(await files.usage(ana)).toMatchObject({ used: 0, kept: 1 });
    settings = { ...settings, quota: 20, kept: 50 };
    await tree.put('a', '12345');
    clock.advance(1);
    await tree.put('a', '123456');
    clock.advance(1);
    await tree.put('a', '1234567');
    // 1 of the trash, 5 and 6: the oldest two went.
    expect(await files.usage(ana)).toMatchObject({ used: 7, kept: 6 });
    expect(await files.trash(ana, 0, 10)).toEqual([]);
    clock.advance(1);
    await tree.remove('a');
    expect(await files.usage(ana)).toMatchObject({ used: 0, kept: 7 });
  });

  test('for good is for good, however much lies below', async () => {
    for (const path of ['a', 'a/b', 'a/b/c']) await tree.folder(path);
    for (let at = 0; at < 3; at++) await tree.put(`a/b/${at}`, `text ${at}`);
    await tree.put('a/b/1', 'again');
    await files.setProperties(ana, (await tree.at('a/b/c')).id, [property('p')], { by });
    await tree.remove('a', { forGood: true });
    expect(await files.usage(ana)).toMatchObject({ used: 0, kept: 0, files: 0, folders: 0 });
    expect(await files.trash(ana, 0, 10)).toEqual([]);
  });

  test('an account is erased, and may be again', async () => {
    await tree.folder('a');
    await tree.put('a/x', 'one');
    await tree.put('a/x', 'two');
    await tree.remove('a/x');
    await files.root(ben);
    await files.erase(ana);
    await files.erase(ana);
    expect(await files.usage(ana)).toMatchObject({ used: 0, kept: 0, files: 0, folders: 0 });
    expect(await stores.blobs.sweep(Number.MAX_SAFE_INTEGER)).toBeGreaterThan(0);
    expect(await tree.names('')).toEqual([]);
  });

  test('what is released and has no name is swept; what has one is not', async () => {
    const staged = await files.stage(ana, Buffer.from('nobody'));
    expect(await refusal(files.put({ account: ana, folder: 99, name: 'x' }, staged, { by }))).toBe(
      'not-found',
    );
    await files.put({ account: ana, folder: rootFolder, name: 'x' }, staged, { by });
    await files.put({ account: ana, folder: rootFolder, name: 'y' }, staged, { by });
    staged.release();
    staged.release();
    await tree.remove('x', { forGood: true });
    await stores.blobs.sweep(Number.MAX_SAFE_INTEGER);
    expect(await tree.text('y')).toBe('nobody');
  });

  test('after a restore ids, ETags and tokens of the lost time never come true', async () => {
    await tree.folder('f');
    await tree.put('f/a', 'one');
    const before = await tree.at('f');
    const lost = before.modseq + 1;
    await afterRestore({ database: stores.database, modules }, Math.floor(clock.nowMs() / 1_000));
    open(await stores.reopen());
    expect((await files.changes(ana, before.id, String(before.modseq), 10)).changed).toEqual([]);
    expect(await refusal(files.changes(ana, before.id, String(lost), 10))).toBe('invalid');
    const { node } = await tree.put('f/b', 'two');
    expect(node.id).toBeGreaterThan(limits.restoreNodesCount);
    expect(await refusal(files.changes(ana, before.id, String(lost), 10))).toBe('invalid');
    const news = await files.changes(ana, before.id, String(before.modseq), 10);
    expect(news.changed.map(({ name }) => name)).toEqual(['b']);
    await afterRestore({ database: stores.database, modules }, Math.floor(clock.nowMs() / 1_000));
    expect(await refusal(files.changes(ana, before.id, String(lost), 10))).toBe('invalid');
    expect((await files.changes(ana, before.id, news.token, 10)).changed).toEqual([]);
  });
});
