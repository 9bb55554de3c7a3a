import { describe, expect, test } from 'vitest';
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
  ])('%j', (value) => {
    expect(authorsOf(value)).toBeNull();
  });

  test('comments without an end, and long lists', () => {
    const half = '('.repeat(100_000);
    expect(authorsOf(`${half}a@b.example`)).toBeNull();
    expect(authorsOf(`${'a@b.example, '.repeat(200)}c@d.example`)).toHaveLength(201);
  });
});
