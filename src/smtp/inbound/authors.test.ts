import { describe, expect, test } from 'vitest';
import { addressesMax, commentDepthMax } from '../../formats/address/index.ts';
import { authorsOf } from './authors.ts';

describe('who wrote it', () => {
  test.each([
    [' a@b.example', ['a@b.example']],
    [' Ana <a@b.example>', ['a@b.example']],
    [' "Ana, of <b>" <a@b.example> (at work (really))', ['a@b.example']],
    [' (Ana \\) here) a@b.example (there)', ['a@b.example']],
    [' a@b.example,\r\n <c@d.example>', ['a@b.example', 'c@d.example']],
    [' Board: a@b.example, Ana <c@d.example>;', ['a@b.example', 'c@d.example']],
    // Wrong, frequent, and read alike everywhere: the address in angles counts.
    [' a@b.example <a@b.example>', ['a@b.example']],
    [' "a\\"@x.example" <a@b.example>', ['a@b.example']],
    // RFC 5322 §4.4: comments and white space beside dots and the '@'.
    [' Ana < a . b (home) @ b . example > (x)', ['a.b@b.example']],
    [' <"a b@c.example"@b.example>', ['"a b@c.example"@b.example']],
    [' <a@[192.0.2.1]>', ['a@[192.0.2.1]']],
    [' =?utf-8?Q?Doe,_Ana_(home)?= <a@b.example>', ['a@b.example']],
    [' =?utf-8?Q?a@b.example?= <a@b.example>', ['a@b.example']],
    [` ${'('.repeat(commentDepthMax - 1)}${')'.repeat(commentDepthMax - 1)} <a@b.example>`, ['a@b.example']],
  ])('%j', (value, authors) => {
    expect(authorsOf(value)).toEqual(authors);
  });
});

describe('two readers would find different authors (THREATS 13)', () => {
  test.each([
    ' <a@b.example> <c@d.example>',
    ' "x" <a@b.example> c@d.example',
    ' <a@b.example>@d.example',
    ' a@b.example c@d.example',
    ' a@b.example c@d.example, e@f.example',
    ' <<a@b.example>',
    ' <a@b.example>>',
    ' <a@b.example',
    ' a@b.example>',
    ' <a@b.example> "x"',
    ' "x <a@b.example>',
    ' (x a@b.example',
    ' <@x.example:a@b.example>',
    ' @x.example,@y.example:a@b.example',
    // A parser that stops counting at a depth finds the first, all others the second.
    ` ${'('.repeat(commentDepthMax + 1)}${')'.repeat(commentDepthMax)} <ana@b.example> ()) <boss@b.example>`,
    ` ${'('.repeat(commentDepthMax)}${')'.repeat(commentDepthMax)} <a@b.example>`,
    ' a@b.example )',
    ' <ceo@bank.example@evil.example>',
    ' <"x"@bank.example@evil.example>',
    ' <ceo@bank.example evil.example>',
    ' <ceo@bank.example(x)evil.example>',
    ' <ceo boss@b.example>',
    ' <"ceo"boss@b.example>',
    ' <ceo"boss"@b.example>',
    ' <ceo@b.example, x>',
    ' <ceo@b.example) (x>',
    ' <a@[192.0.2.1]b.example>',
    ' x@[(] <ana@b.example> ) <boss@b.example>',
    ' =?u?q?(?= <ana@b.example> =?u?q?)?= <boss@b.example>',
    ' a@b.example =?u?q?,?= <c@d.example>',
    ' =?u?q?a@b.example,?= <c@d.example>',
  ])('%j', (value) => {
    expect(authorsOf(value)).toBeNull();
  });

  test('comments without an end, and long lists', () => {
    const half = '('.repeat(100_000);
    expect(authorsOf(`${half}a@b.example`)).toBeNull();
    expect(authorsOf(`${'a@b.example, '.repeat(200)}c@d.example`)).toHaveLength(201);
    // The parser reads no more of them, so who stands behind is not known.
    expect(authorsOf(`${'a@b.example, '.repeat(addressesMax)}c@d.example`)).toBeNull();
    expect(commentDepthMax).toBe(50);
  });
});
