import { describe, expect, test } from 'vitest';
import { type Collation, type MatchType, matcherOf } from './text-match.ts';

const hit = (collation: Collation, type: MatchType, text: string, value: string) =>
  matcherOf({ collation, type, text, negate: false })(value);

describe('text-match', () => {
  test.each<[Collation, MatchType, string, string, boolean]>([
    ['i;octet', 'contains', 'Meet', 'A Meeting', true],
    ['i;octet', 'contains', 'meet', 'A Meeting', false],
    ['i;ascii-casemap', 'contains', 'meet', 'A MEETING', true],
    // RFC 4790 §9.2.1: letters beyond ASCII are as they are.
    ['i;ascii-casemap', 'contains', 'éLAN', 'éLan', true],
    ['i;ascii-casemap', 'contains', 'Élan', 'élan', false],
    ['i;unicode-casemap', 'contains', 'Élan', 'un élan', true],
    // RFC 5051 §2: composed and decomposed letters are the same, and so are compatible ones.
    ['i;unicode-casemap', 'equals', 'cafe\u0301', 'CAFÉ', true],
    ['i;unicode-casemap', 'equals', 'ﬁn', 'fin', true],
    ['i;unicode-casemap', 'equals', 'strasse', 'straße', false],
    ['i;unicode-casemap', 'equals', 'straße', 'straße', true],
    ['i;ascii-casemap', 'equals', 'ana', 'Ana', true],
    ['i;ascii-casemap', 'equals', 'an', 'Ana', false],
    ['i;ascii-casemap', 'starts-with', 'an', 'Ana', true],
    ['i;ascii-casemap', 'starts-with', 'na', 'Ana', false],
    ['i;ascii-casemap', 'ends-with', 'NA', 'Ana', true],
    ['i;ascii-casemap', 'ends-with', 'an', 'Ana', false],
    ['i;octet', 'contains', '', 'anything', true],
  ])('%s %s %s in %s: %s', (collation, type, text, value, expected) => {
    expect(hit(collation, type, text, value)).toBe(expected);
  });

  test('negate-condition turns it round', () => {
    const matches = matcherOf({ collation: 'i;octet', type: 'equals', text: 'a', negate: true });
    expect(['a', 'b'].map((value) => matches(value))).toEqual([false, true]);
  });
});
