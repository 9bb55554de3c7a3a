import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { readStrictJson } from './index.ts';

const depthMax = 8;
const read = (text: string) => readStrictJson(Buffer.from(text), depthMax);

describe('JSON that has one reading', () => {
  test.each<[string, unknown]>([
    ['{"a":[1,-2,0],"b":{"a":null}}', { a: [1, -2, 0], b: { a: null } }],
    [' { "a" : "1.5, {\\"b\\":1e3}" } ', { a: '1.5, {"b":1e3}' }],
    ['{"\\u0061":1,"A":2}', { a: 1, A: 2 }],
    ['[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['9007199254740991', 9_007_199_254_740_991],
    ['"\\ud83d\\ude00"', '😀'],
    ['["a","a"]', ['a', 'a']],
    ['{"__proto__":1}', JSON.parse('{"__proto__":1}')],
  ])('%s', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each<[string, string, RegExp]>([
    ['a fraction', '{"a":10.00}', /10\.00 is no whole number/],
    ['a fraction far inside', '{"a":[{"b":[0.1]}]}', /0\.1/],
    ['an exponent', '[1e3]', /1e3/],
    ['negative zero', '[-0]', /-0/],
    ['2^53', '9007199254740992', /more than can be counted/],
    ['a number without end', `[${'9'.repeat(400)}]`, /more than can be counted/],
    ['a name twice', '{"a":1,"b":2,"a":3}', /'a' stands twice/],
    ['a name twice, once escaped', '{"a":1,"\\u0061":2}', /'a' stands twice/],
    ['a name twice, farther inside', '{"a":{"b":1,"c":[{"x":1}],"b":2}}', /'b' stands twice/],
    ['half of a pair', '"\\ud800"', /surrogate/],
    ['half of a pair as a name', '{"\\ud800":1}', /surrogate/],
    ['a comma too many', '[1,]', /not JSON/],
    ['nothing', '', /not JSON/],
    ['two values', '{}{}', /not JSON/],
    ['a mark of order', '\ufeff{}', /not JSON/],
    ['too deep', `${'['.repeat(depthMax + 1)}${']'.repeat(depthMax + 1)}`, /more than 8/],
  ])('%s is refused', (_, text, complaint) => {
    expect(() => read(text)).toThrow(FormatError);
    expect(() => read(text)).toThrow(complaint);
  });

  test('as deep as allowed, and no UTF-8', () => {
    expect(read(`${'['.repeat(depthMax)}${']'.repeat(depthMax)}`)).toBeDefined();
    expect(() => readStrictJson(Uint8Array.of(0x22, 0xff, 0x22), depthMax)).toThrow('UTF-8');
  });

  test('a text without end, and brackets without end, are read through once', () => {
    const long = 2 ** 20;
    expect(() => read(`"${'\\"'.repeat(long)}`)).toThrow('not JSON');
    expect(() => read('['.repeat(long))).toThrow('not JSON');
    expect(() => read(`${'['.repeat(long)}${']'.repeat(long)}`)).toThrow('more than 8');
  });

  test('reads what JSON.parse reads, or refuses', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        try {
          expect(read(text)).toEqual(JSON.parse(text));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { seed: 8 },
    );
  });
});
