import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import type { Needle } from '../search/needle.ts';
import { verdicts } from '../search/verdicts.ts';
import { FieldCache, type LoadLines } from './field-cache.ts';

const { unknown, no, yes } = verdicts;
const subject = (text: string): Needle => ({ where: 'field', field: 'SUBJECT', text });

/** Emails of which even ones have the subject EVEN; those above `known` are not in the index. */
function source(known = 1_000) {
  const reads: (readonly number[])[] = [];
  const load: LoadLines = async (missing) => {
    reads.push(missing);
    return missing
      .filter((id) => id <= known)
      .map((id) => ({ id, lines: `FROM: ANA\nSUBJECT: ${id % 2 === 0 ? 'EVEN' : 'ODD'}` }));
  };
  return { reads, load };
}

describe('the cache of envelope fields', () => {
  test('reads what it has not, once; what the index has not yet is asked for again', async () => {
    const cache = new FieldCache();
    const { reads, load } = source(3);
    const decide = async (emails: number[], needle = subject('EVEN')) => [
      ...(await cache.decide(1, emails, needle, load)),
    ];
    expect(await decide([1, 2, 2, 3, 4])).toEqual([no, yes, yes, no, unknown]);
    expect(await decide([3, 2, 1])).toEqual([no, yes, no]);
    expect(await decide([2, 3], subject('ANA'))).toEqual([no, no]);
    expect(await decide([2, 4, 4])).toEqual([yes, unknown, unknown]);
    expect(reads).toEqual([[1, 2, 3, 4], [4]]);
    expect([...(await cache.decide(2, [2], subject('EVEN'), source(0).load))]).toEqual([unknown]);
  });

  test('what is read while everything is let go is not kept', async () => {
    const cache = new FieldCache();
    const { reads, load } = source();
    const decided = await cache.decide(1, [2], subject('EVEN'), async (missing) => {
      cache.clear();
      return load(missing);
    });
    expect([...decided]).toEqual([yes]);
    expect(cache.bytes).toBe(0);
    await cache.decide(1, [2], subject('EVEN'), load);
    cache.clear();
    expect(cache.bytes).toBe(0);
    await cache.decide(1, [2], subject('EVEN'), load);
    expect(reads).toEqual([[2], [2], [2]]);
  });

  test('cachedFieldsBytesMax: the account longest unused goes, one that is too large begins anew', async () => {
    const emails = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);
    const sized = new FieldCache();
    await sized.decide(1, emails(1, 10), subject('EVEN'), source().load);
    const bytesMax = sized.bytes * 4;
    const cache = new FieldCache(bytesMax);
    const { reads, load } = source();
    const decide = (account: number, some: number[]) => cache.decide(account, some, subject('EVEN'), load);
    for (const account of [1, 2, 3, 4]) await decide(account, emails(1, 10));
    await decide(1, emails(1, 10));
    expect(reads).toHaveLength(4);
    await decide(5, emails(1, 10));
    expect(cache.bytes).toBeLessThanOrEqual(bytesMax);
    await decide(1, emails(1, 10));
    expect(reads).toHaveLength(5);
    await decide(2, emails(1, 10));
    expect(reads).toHaveLength(6);
    for (let from = 1; from < 200; from += 10) {
      expect([...(await decide(6, emails(from, 10)))]).toEqual(
        emails(from, 10).map((id) => (id % 2 ? no : yes)),
      );
      expect(cache.bytes).toBeLessThanOrEqual(bytesMax);
    }
    const before = reads.length;
    await decide(6, emails(191, 10));
    expect(reads).toHaveLength(before);
  });

  test('cachedFieldsBytesMax is what is held where nothing else is said', async () => {
    const cache = new FieldCache();
    const long = 'x'.repeat(limits.storedFieldsCharsMax);
    const load: LoadLines = async (missing) => missing.map((id) => ({ id, lines: long }));
    for (let account = 1; account <= 8; account++) {
      for (let id = 1; id <= 2_000; id++) await cache.decide(account, [id], subject('y'), load);
    }
    expect(cache.bytes).toBeLessThanOrEqual(limits.cachedFieldsBytesMax);
    expect(cache.bytes).toBeGreaterThan(limits.cachedFieldsBytesMax / 4);
  });
});
