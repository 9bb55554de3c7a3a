import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { canonicalJson, type JsonValue } from './index.ts';

describe('RFC 8785', () => {
  test('names in the order of their UTF-16 code units (§3.2.3)', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
    expect(canonicalJson(value)).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
    );
  });

  test('texts with the escapes of §3.2.2.2, and no space', () => {
    expect(canonicalJson({ a: ['\u20ac$\u000f\nA\'B"\\\\"/', null, true, false, {}] })).toBe(
      '{"a":["€$\\u000f\\nA\'B\\"\\\\\\\\\\"/",null,true,false,{}]}',
    );
  });

  test('the same value has one spelling, and reads back as it was', () => {
    const key = fc.string({ unit: 'grapheme' });
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, true, false),
        fc.maxSafeInteger().map((n) => n + 0),
        key,
        fc.array(tie('value'), { maxLength: 5 }),
        fc.dictionary(key, tie('value'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(value, (it) => {
        const text = canonicalJson(it);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(it)));
      }),
      { seed: 7 },
    );
  });

  test.each([
    ['a fraction', 0.1],
    ['more than can be counted', 2 ** 53],
    ['no number', Number.NaN],
    ['negative zero', -0],
    ['half of a pair', '\ud800'],
    ['a name that is half of a pair', { '\ud800': 1 }],
    ['a list with a hole', [undefined as unknown as JsonValue]],
    ['no value', { a: undefined as unknown as JsonValue }],
  ])('%s is refused', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(FormatError);
  });

  test('the entries of a ledger hash to what COOP.md §4 says', () => {
    const sha256 = (...parts: readonly (string | Uint8Array)[]) =>
      parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
    const start = sha256('coop-ledger/v1\0', 'myco.example');
    expect(start.toString('hex')).toBe('05bb0ed2376349d9f12dc870a27aba0c3335a472f997949d8fb3c2a2f9a9c7fa');
    const subscription = {
      seq: 1,
      date: '2026-03-31',
      kind: 'share.subscription',
      key: 'sub:2026-000001',
      memo: '',
      postings: [
        ['bank:main', 'EUR', 1000],
        ['capital:m1', 'EUR', -1000],
      ],
    };
    const first = sha256('coop-entry/v1\0', start, canonicalJson(subscription));
    expect(first.toString('hex')).toBe('a92841548d268d96ea6194233c8af48331721658fce7cfd296d89eb1e64a55ba');
  });
});
