import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casemap } from './index.ts';

const seed = 5051;

describe('i;unicode-casemap', () => {
  it.each([
    ['', ''],
    ['Hello, World_1', 'HELLO, WORLD_1'],
    ['Jürgen', 'JU\u0308RGEN'],
    ['JU\u0308RGEN', 'JU\u0308RGEN'],
    ['straße', 'STRAßE'],
    ['ﬁ', 'fi'],
    ['ǆ Ǆ ǅ', 'Dz\u030c Dz\u030c Dz\u030c'],
    ['ǳ Ǳ ǲ', 'Dz Dz Dz'],
    ['ᾳ ᾼ ᾀ ᾈ', 'Α\u0345 Α\u0345 Α\u0313\u0345 Α\u0313\u0345'],
    ['ა', 'ა'],
    ['ſ µ ı', 'S Μ I'],
    ['ＡＢＣａ①', 'ABCA1'],
    ['가', '\u1100\u1161'],
    ['𐐨', '𐐀'],
  ])('%j -> %j', (text, key) => {
    expect(casemap(text)).toBe(key);
  });

  it('puts every character into simple title case: one stays one before it is decomposed', () => {
    let longer = 0;
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      const key = casemap(character);
      const upper = character.toUpperCase();
      if ([...upper].length > 1) longer++;
      // What it was made of is a single character: its decomposition is that of the key.
      const wanted = [...upper].length > 1 || isSpecial(code) ? key : upper.normalize('NFKD');
      if (key !== wanted) expect.unreachable(`U+${code.toString(16)}`);
    }
    expect(longer).toBeGreaterThan(90);
  });

  it('a key holds the key of every part', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'binary-ascii' }), (a, b) => {
        expect(casemap(a + b)).toBe(casemap(a) + casemap(b));
      }),
      { seed },
    );
  });

  it('is the same for every case and form of a text', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aäβçđéжñøžåЇ') });
    fc.assert(
      fc.property(letters, (text) => {
        const key = casemap(text);
        expect(casemap(text.toUpperCase())).toBe(key);
        expect(casemap(text.normalize('NFD'))).toBe(key);
        expect(casemap(key)).toBe(key);
      }),
      { seed },
    );
  });
});

function isSpecial(code: number): boolean {
  return (code >= 0x01c4 && code <= 0x01f3) || (code >= 0x10d0 && code <= 0x10ff);
}
