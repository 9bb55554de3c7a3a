import { expect, test } from 'vitest';
import { flagBits } from '../../stores/mail/index.ts';
import { flagText, listedFlags, splitFlags, systemBit } from './flags.ts';

test('every combination of system flags, keywords and \\Recent as text', () => {
  expect(flagText({ flags: 0, keywords: '' }, false)).toBe('');
  expect(flagText({ flags: 0, keywords: '' }, true)).toBe('\\Recent');
  expect(flagText({ flags: flagBits.seen, keywords: 'a b' }, true)).toBe('\\Seen a b \\Recent');
  expect(flagText({ flags: 31, keywords: '' }, false)).toBe('\\Answered \\Flagged \\Deleted \\Seen \\Draft');
});

test('flags of a command: bits, keywords, and nothing else with a backslash', () => {
  expect(splitFlags(['\\Seen', '\\Deleted', '$Junk', 'x'])).toEqual({ flags: 9, keywords: ['$Junk', 'x'] });
  expect(splitFlags(['\\Recent'])).toEqual({ flags: 0, keywords: [] });
  expect(() => splitFlags(['\\Bogus'])).toThrow('only the system flags');
  for (const flag of listedFlags(['x'])) expect(systemBit(flag) === undefined).toBe(!flag.startsWith('\\'));
});
