import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
import { type FileCondition, type FilesWriter, filesLimits as limits, rootFolder } from './index.ts';
import { SearchMeter, testOf } from './judge.ts';
import { readToken } from './scripts/changes.ts';
import { searchRow } from './search.ts';

const ana = 7;
const by = { member: ana, tokens: [] };

test.each([
  ['', { since: 0, begun: 0 }],
  ['12', { since: 12, begun: 0 }],
  ['12.40', { since: 12, begun: 40 }],
  ['012', null],
  ['-1', null],
  ['1.', null],
  ['1.2.3', null],
  ['99999999999999999', null],
  ['x', null],
])('the token %j', (token, expected) => {
  expect(readToken(token)).toEqual(expected);
});

describeEngines('changes of folders', (engine) => {
  let stores: TestStores;
  let files: FilesWriter;
  let tree: TestTree;
  const clock = fakeClock();
  beforeEach(async () => {
    stores = await openTestStores(engine, { clock });
    files = stores.files;
    tree = testTree(files, ana);
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await stores.close();
  });
  const news = async (path: string, since: string, max = 100) => {
    const { changed, gone, token, more } = await files.changes(ana, (await tree.at(path)).id, since, max);
    return { changed: changed.map(({ name }) => name), gone: gone.map(({ name }) => name), token, more };
  };

  test('what changed, came and went is told once, and nothing twice', async () => {
    await tree.folder('f');
    for (const name of ['a', 'b', 'c', 'd']) await tree.put(`f/${name}`, name);
    const { token } = await news('f', '');
    expect(token).toBe(String((await tree.at('f')).modseq));
    expect(await news('f', token)).toEqual({ changed: [], gone: [], token, more: false });
    await tree.put('f/a', 'new');
    await tree.remove('f/b');
    await tree.move('f/c', 'f/c2');
    await tree.move('f/d', 'd');
    await tree.put('f/e', 'came');
    await tree.remove('f/e', { forGood: true });
    await tree.folder('f/g');
    await tree.put('f/g/below', 'x');
    const told = await news('f', token);
    expect(told).toMatchObject({ changed: ['a', 'c2', 'g'], gone: ['b', 'c', 'd', 'e'], more: false });
    await tree.put('f/b', 'again');
    await tree.remove('f/g');
    expect(await news('f', told.token)).toMatchObject({ changed: ['b'], gone: ['g'] });
    expect(await news('f', token)).toMatchObject({ changed: ['a', 'c2', 'b'], gone: ['c', 'd', 'e', 'g'] });
    const gone = (await files.changes(ana, (await tree.at('f')).id, told.token, 10)).gone;
    expect(gone).toEqual([{ name: 'g', kind: 'folder' }]);
  });

  test('names are told by their spelling: clients know them by their bytes', async () => {
    const [composed, apart] = ['\u00e9', 'e\u0301'];
    await tree.folder('f');
    const empty = (await news('f', '')).token;
    await tree.put(`f/${apart}`, 'one');
    const { token } = await news('f', '');
    // PUT and COPY over the other form keep the spelling: what is known by it stays so.
    await tree.put(`f/${composed}`, 'two');
    await tree.put('f/other', 'three');
    await tree.copy('f/other', `f/${composed}`, { overwrite: true });
    await tree.remove('f/other', { forGood: true });
    const kept = await news('f', token);
    expect(kept).toMatchObject({ changed: [apart], gone: ['other'] });
    expect(await tree.text(`f/${composed}`)).toBe('three');
    // A MOVE that changes only the form, there and back.
    await tree.move(`f/${composed}`, `f/${composed}`);
    const moved = await news('f', kept.token);
    expect(moved).toMatchObject({ changed: [composed], gone: [apart] });
    await tree.move(`f/${composed}`, `f/${apart}`);
    expect(await news('f', moved.token)).toMatchObject({ changed: [apart], gone: [composed] });
    // What went is told by each of its spellings, and what came in another one is not what went.
    await tree.remove(`f/${apart}`);
    expect(await news('f', kept.token)).toMatchObject({ changed: [], gone: [composed, apart] });
    await tree.put(`f/${composed}`, 'four');
    expect(await news('f', token)).toMatchObject({ changed: [composed], gone: ['other', apart] });
    expect(await news('f', empty)).toMatchObject({ changed: [composed], gone: ['other', apart] });
  });

  test('a folder is told among its parent’s changes when something below it changed', async () => {
    for (const path of ['f', 'f/g', 'f/h']) await tree.folder(path);
    const { token } = await news('', '');
    const inner = (await news('f', '')).token;
    await tree.put('f/g/x', 'x');
    expect((await news('', token)).changed).toEqual(['f']);
    expect((await news('f', inner)).changed).toEqual(['g']);
  });

  test('it comes in pages; what goes meanwhile is told, what never was there is not', async () => {
    await tree.folder('f');
    await tree.folder('g');
    await tree.put('f/never', 'x');
    await tree.remove('f/never');
    for (let at = 0; at < 5; at++) await tree.put(`g/n${at}`, 'x');
    // Copied at once, and in pages all the same.
    await tree.copy('g', 'f/copied');
    const { id } = await tree.at('f/copied');
    await tree.put('f/copied/last', 'x');
    const seen = new Set<string>();
    let token = '';
    for (let pages = 0; ; pages++) {
      const page = await files.changes(ana, id, token, 2);
      for (const { name } of page.gone) seen.delete(name);
      for (const { name } of page.changed) seen.add(name);
      expect(page.changed.length + page.gone.length).toBeLessThanOrEqual(2);
      token = page.token;
      const [first] = seen;
      if (pages === 0) await tree.remove(`f/copied/${first}`);
      if (pages === 1) await tree.put('f/copied/came', 'x');
      if (!page.more) break;
    }
    expect([...seen].sort()).toEqual([...(await tree.names('f/copied'))].sort());
    expect(await news('f', '')).toMatchObject({ changed: ['copied'], gone: [] });
    expect((await files.changes(ana, id, '', limits.pageRowsMax + 1)).more).toBe(false);
  });

  test('tokens that are not, or no more, good', async () => {
    await tree.folder('f');
    for (let at = 0; at < 3; at++) await tree.put(`f/n${at}`, 'x');
    const { id } = await tree.at('f');
    const { token } = await news('f', '');
    const page = await files.changes(ana, id, '', 1);
    await tree.remove('f/n1');
    for (const wrong of ['x', '-1', String(Number(token) + 100), `1.${Number(token) + 100}`])
      expect(await refusal(files.changes(ana, id, wrong, 10))).toBe('invalid');
    expect(await refusal(files.changes(ana, 99, '', 10))).toBe('not-found');
    clock.advance(limits.tombstonesMs + 1);
    await files.purge();
    expect(await refusal(files.changes(ana, id, token, 10))).toBe('invalid');
    expect(await refusal(files.changes(ana, id, page.token, 10))).toBe('invalid');
    // What began after they were forgotten goes on, though its rows are older.
    const begun = await files.changes(ana, id, '', 1);
    expect(begun.more).toBe(true);
    expect(await files.changes(ana, id, begun.token, 10)).toMatchObject({ gone: [], more: false });
    expect(await news('f', String((await tree.at('f')).modseq))).toMatchObject({ changed: [], gone: [] });
  });

  test('a search looks at all that lies below', async () => {
    await tree.folder('Letters');
    await tree.folder('Letters/2026');
    await tree.put('Letters/2026/Hello.txt', 'hello', { modifiedMs: 1_000 });
    await tree.put('Letters/100%_sure.pdf', 'x', { modifiedMs: 2_000 });
    await tree.put('other.txt', 'x');
    const search = async (where: FileCondition, folder = rootFolder, max = 10) =>
      (await files.search({ account: ana, folder, where, max })).map(({ path }) => path.join('/')).sort();
    const like = (pattern: string, caseless = true) =>
      ({ kind: 'like', what: 'name', pattern, caseless }) as const;
    expect(await search(like('hel%'))).toEqual(['Letters/2026/Hello.txt']);
    expect(await search(like('hel%', false))).toEqual([]);
    expect(await search(like('%\\%\\_s%'))).toEqual(['Letters/100%_sure.pdf']);
    expect(await search({ kind: 'collection' })).toEqual(['Letters', 'Letters/2026']);
    expect(await search({ kind: 'collection' }, (await tree.at('Letters')).id)).toEqual(['2026']);
    const late = { kind: 'compare', what: 'modifiedMs', by: 'gte', value: 2_000, caseless: false } as const;
    const text = { kind: 'compare', what: 'type', by: 'eq', value: 'TEXT/plain', caseless: true } as const;
    expect(await search({ kind: 'and', of: [text, { kind: 'not', of: late }] })).toEqual([
      'Letters/2026/Hello.txt',
    ]);
    expect((await search({ kind: 'or', of: [text, late] })).length).toBe(5);
    expect((await search({ kind: 'all' }, rootFolder, 2)).length).toBe(2);
  });

  test('who watches is told after the write', async () => {
    const heard: number[] = [];
    const stop = stores.database.changes.subscribe(ana, (modseq) => heard.push(modseq));
    const { node } = await tree.put('x', 'x');
    stop();
    expect(heard).toContain(node.modseq);
    await files.setProperties(ana, node.id, [], { by });
    expect(heard).not.toContain((await tree.at('x')).modseq);
  });
});

describe('like', () => {
  const node = {
    account: 1,
    id: 2,
    parent: 1,
    kind: 'file',
    hash: '',
    size: 0,
    type: 'text/plain',
    createdMs: 0,
    modifiedMs: 0,
    modseq: 1,
    stamp: 1,
    checksum: '',
  } as const;
  test.each([
    ['%', '', true],
    ['', '', true],
    ['_', '', false],
    ['_', '😀', true],
    ['a%b%c', 'a123b456bc', true],
    ['a%b%c', 'a123b456bcd', false],
    ['%a%a%a%a%a%a%b', 'a'.repeat(5_000), false],
    ['é', 'e\u0301', true],
    ['a\\', 'a\\', true],
    ['\\%', 'x', false],
  ])('%j of a name is %#', (pattern, name, expected) => {
    const test = testOf({ kind: 'like', what: 'name', pattern, caseless: false });
    expect(test(searchRow({ ...node, name }), new SearchMeter())).toBe(expected);
  });

  test('is what a regular expression says', () => {
    const reference = (text: string, pattern: string) =>
      new RegExp(`^${pattern.replaceAll('%', '.*').replaceAll('_', '.')}$`, 's').test(text);
    const texts = [fc.stringMatching(/^[ab]{0,8}$/), fc.stringMatching(/^[ab%_]{0,6}$/)] as const;
    const property = fc.property(...texts, (name, pattern) => {
      const test = testOf({ kind: 'like', what: 'name', pattern, caseless: false });
      expect(test(searchRow({ ...node, name }), new SearchMeter())).toBe(reference(name, pattern));
    });
    fc.assert(property, { seed: 5, numRuns: 500 });
  });
});
