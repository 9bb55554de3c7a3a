import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import { type ArchiveStore, createArchive, archiveLimits as limits, type NewRow } from './index.ts';

describe('limits of archives', () => {
  let stores: TestStores;
  let archive: ArchiveStore;
  beforeAll(async () => {
    const [sqlite] = engines();
    if (!sqlite) throw new Error('SQLite is always there');
    stores = await openTestStores(sqlite);
    archive = createArchive({ database: stores.database });
  });
  afterAll(async () => {
    await archive.close();
    await stores.close();
  });

  const row = (owner: number, more: Partial<NewRow> = {}): NewRow => ({
    ...{ kind: 'account', owner, atMs: 1_000, peer: 'bea@x', resource: '', direction: 'in', type: 'chat' },
    ...{ messageId: null, originId: null, occupantId: null, stanza: '<message/>', body: null },
    ...more,
  });
  const many = (count: number, owner: number, more: Partial<NewRow> = {}) =>
    Array.from({ length: count }, () => row(owner, more));

  test('rowsPerAppendMax', async () => {
    expect(await refusal(archive.append(many(limits.rowsPerAppendMax, 1)))).toBe('accepted');
    expect(await refusal(archive.append(many(limits.rowsPerAppendMax + 1, 1)))).toBe('limit');
  });

  test.each([
    ['stanza', limits.stanzaBytesMax, 'stanzaBytesMax'],
    ['peer', limits.peerBytesMax, 'peerBytesMax'],
    ['resource', limits.resourceBytesMax, 'resourceBytesMax'],
    ['messageId', limits.idBytesMax, 'idBytesMax'],
    ['originId', limits.idBytesMax, 'idBytesMax'],
    ['occupantId', limits.idBytesMax, 'idBytesMax'],
  ] as const)('%s has at most %i bytes (%s)', async (name, max, _limit) => {
    const of = (text: string) => refusal(archive.append([row(2, { [name]: text })]));
    expect(await of('x'.repeat(max))).toBe('accepted');
    expect(await of(`é${'x'.repeat(max - 1)}`)).toBe('too-large');
    expect(await refusal(archive.redact(row(2), 1, 'x'.repeat(limits.stanzaBytesMax + 1)))).toBe('too-large');
  });

  test('pageRowsMax, idsPerQueryMax', async () => {
    const { ids } = await archive.append(many(limits.pageRowsMax + 1, 3));
    const page = await archive.query({ kind: 'account', owner: 3, max: 10_000 });
    expect([page.rows.length, page.complete]).toEqual([limits.pageRowsMax, false]);
    const named = (count: number) =>
      refusal(archive.query({ kind: 'account', owner: 3, max: 1, ids: ids.slice(0, count) }));
    expect(await named(limits.idsPerQueryMax)).toBe('accepted');
    expect(await named(limits.idsPerQueryMax + 1)).toBe('limit');
  });

  test('sameIdRowsMax', async () => {
    await archive.append(many(limits.sameIdRowsMax + 1, 4, { messageId: 'same' }));
    const found = await archive.findSent({ kind: 'account', owner: 4 }, 'same');
    expect(found).toHaveLength(limits.sameIdRowsMax);
  });

  test('offlineRowsMax: a hidden message is not kept, another one does not wait', async () => {
    await archive.append(many(limits.offlineRowsMax - 1, 5, { hidden: true, body: 'river' }));
    const { ids } = await archive.append([
      row(5, { offline: true }),
      row(5, { hidden: true, body: 'river' }),
      row(5, { offline: true }),
      row(6, { hidden: true }),
    ]);
    expect(ids.map((id) => id > 0)).toEqual([true, false, true, true]);
    expect(await archive.countOffline(5)).toBe(limits.offlineRowsMax);
    const { rows } = await archive.query({ kind: 'account', owner: 5, max: 9 });
    expect(rows.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    const last = (await archive.takeOffline(5, { max: 9, after: (ids[0] ?? 0) - 1 })).map(({ id }) => id);
    expect(last).toEqual([ids[0]]);
    expect((await archive.append(many(1, 7, { hidden: true }))).ids[0]).toBeGreaterThan(0);
  });

  test('textCharsMax, queryWordsMax: more of a query is not looked at', async () => {
    await archive.append([
      row(8, { body: Array.from({ length: limits.queryWordsMax }, (_, at) => `w${at}x`).join(' ') }),
    ]);
    const found = async (text: string) =>
      (await archive.query({ kind: 'account', owner: 8, max: 5, text })).rows.length;
    const words = (count: number) => Array.from({ length: count }, (_, at) => `w${at}x`).join(' ');
    expect(await found(words(limits.queryWordsMax))).toBe(1);
    expect(await found(words(limits.queryWordsMax + 1))).toBe(1);
    expect(await found(`w1x w99x`)).toBe(0);
    expect(await found(`w1x${' '.repeat(limits.textCharsMax)}w99x`)).toBe(1);
  });
});
