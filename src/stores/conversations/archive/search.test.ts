import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { modules } from '../../../modules.ts';
import { verifyModules } from '../../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import {
  type ArchiveQuery,
  type ArchiveStore,
  createArchive,
  archiveLimits as limits,
  type NewRow,
} from './index.ts';
import { matches, wordsOf } from './words.ts';

describe('words', () => {
  test.each([
    ['Bread, bread & butter-2!', ['bread', 'butter', '2']],
    ['Crème BRÛLÉE', ['creme', 'brulee']],
    ['Straße', ['straße']],
    ['Σίσυφος', ['σισυφος']],
    ['東京都', ['東京', '京都', '都']],
    ['go to 東京 now', ['go', 'to', '東京', '京', 'now']],
    ['📦 ...', []],
    ['', []],
  ])('%s', (text, words) => {
    expect([...wordsOf(text)].sort()).toEqual([...words].sort());
  });

  test('wordCharsMax, searchedCharsMax', () => {
    expect([...wordsOf('a'.repeat(limits.wordCharsMax + 1))]).toEqual(['a'.repeat(limits.wordCharsMax)]);
    const long = `${'a '.repeat(limits.searchedCharsMax / 2)}end`;
    expect(wordsOf(long).has('end')).toBe(false);
    expect(wordsOf(long.slice(2)).has('en')).toBe(true);
  });

  test('each must begin a word', () => {
    const found = (text: string, wanted: string) => matches(text, [...wordsOf(wanted)]);
    expect(found('The river at Orléans', 'ORLEANS riv')).toBe(true);
    expect(found('The river at Orléans', 'iver')).toBe(false);
    expect(found('The river', 'river bank')).toBe(false);
    expect(found('東京都に行く', '京都')).toBe(true);
    expect(found('東京都に行く', '東都')).toBe(false);
  });
});

describeEngines('searches of archives', (engine) => {
  const ana = { kind: 'account', owner: 11 } as const;
  const start = Date.UTC(2026, 10, 22);
  let stores: TestStores;
  let archive: ArchiveStore;
  let ids: number[] = [];
  beforeEach(async () => {
    ids = [];
    stores = await openTestStores(engine);
    archive = createArchive({ database: stores.database });
  });
  afterEach(async () => {
    expect(await verifyModules({ database: stores.database, modules })).toEqual([]);
    await archive.close();
    await stores.close();
  });

  /** Every tenth is from Carl. */
  async function say(count: number, body: (number: number) => string): Promise<void> {
    const last = ids.length + count;
    while (ids.length < last) {
      const rows: NewRow[] = [];
      for (let at = ids.length; at < last && rows.length < limits.rowsPerAppendMax; at++)
        rows.push({
          ...{ ...ana, atMs: start + at, peer: at % 10 === 0 ? 'carl@x' : 'bea@x', resource: '' },
          ...{ direction: 'in', type: 'chat', messageId: null, originId: null, occupantId: null },
          ...{ stanza: '<message/>', body: body(at) },
        });
      ids.push(...(await archive.append(rows)).ids);
    }
  }
  const found = async (query: Partial<ArchiveQuery>) => {
    const { rows, complete } = await archive.query({ ...ana, max: 3, ...query });
    return [rows.map(({ id }) => ids.indexOf(id)), complete];
  };
  /** Resolves when the index stands as far as it goes. */
  async function indexed(): Promise<void> {
    await archive.close();
    archive = createArchive({ database: stores.database });
  }
  const dropIndex = () => stores.damage('delete from conversation_words');

  test('with an index and without one, and across its end, the same is found', async () => {
    const body = (number: number) => `river ${number} ${number % 700 === 3 ? 'Brücke' : 'bank'}`;
    await say(limits.unindexedRowsMax + 900, body);
    await indexed();
    await say(50, body);
    const questions: [Partial<ArchiveQuery>, number[], boolean][] = [
      [{ text: 'bruck' }, [3, 703, 1403], false],
      [{ text: 'brucke river', after: ids[1403] as number }, [2103, 2803], true],
      [{ text: 'brucke', before: 'end' }, [1403, 2103, 2803], false],
      [{ text: 'brucke', before: ids[2103] as number }, [3, 703, 1403], true],
      [{ text: 'river', before: 'end', flipped: true }, [2949, 2948, 2947], false],
      [{ text: 'river 2947' }, [2947], true],
      [{ text: 'river', with: { peer: 'carl@x' }, after: ids[15] as number }, [20, 30, 40], false],
      [{ text: 'river', startMs: start + 2_948 }, [2948, 2949], true],
      [{ text: 'nothing' }, [], true],
      [{ text: 'bank', max: 0 }, [], false],
    ];
    for (const [query, rows, complete] of questions)
      expect([query, ...(await found(query))]).toEqual([query, rows, complete]);
    expect(await refusal(found({ text: ' ... ' }))).toBe('invalid');
  });

  test('unindexedRowsMax: from so many on the index is built, and is what is asked', async () => {
    await say(limits.unindexedRowsMax - 1, () => 'river');
    await indexed();
    await dropIndex();
    expect((await found({ text: 'river', after: ids[5] as number }))[0]).toEqual([6, 7, 8]);
    await say(2, () => 'bank');
    await indexed();
    expect((await found({ text: 'river', max: 250 }))[0]).toHaveLength(250);
    await dropIndex();
    // What stands above the index is read; below it nothing is known without it.
    expect((await found({ text: 'river' }))[0]).toEqual([200, 201, 202]);
  });

  test('what is redacted or dropped leaves no word in the index', async () => {
    await say(limits.unindexedRowsMax + 1, (number) => `river w${number}`);
    await indexed();
    await archive.redact(ana, ids[4] ?? 0, '<message/>');
    await archive.expire('account', start + 3);
    expect(await found({ text: 'river' })).toEqual([[3, 5, 6], false]);
    expect((await found({ text: 'w4', max: 250 }))[0]).not.toContain(4);
    expect((await found({ text: 'w4', max: 250 }))[0]).toContain(40);
    await archive.erase(ana);
    await say(1, () => 'river');
    expect(await archive.query({ ...ana, text: 'river', max: 5 })).toMatchObject({ complete: true });
  });
});
