import { describe, expect, test } from 'vitest';
import { type MessageRule, messageRule } from './message-rule.ts';

// RFC 6121 §8.5: [type, bare & somebody, bare & nobody, full & bound, full & absent & somebody, full & absent & nobody]
const table: readonly (readonly [string, MessageRule, MessageRule, MessageRule, MessageRule, MessageRule])[] =
  [
    ['', 'all', 'offline', 'resource', 'all', 'offline'],
    ['normal', 'all', 'offline', 'resource', 'all', 'offline'],
    ['chat', 'all', 'offline', 'resource', 'all', 'offline'],
    ['headline', 'all', 'ignore', 'resource', 'ignore', 'ignore'],
    ['groupchat', 'bounce', 'bounce', 'resource', 'bounce', 'bounce'],
    ['error', 'ignore', 'ignore', 'resource', 'ignore', 'ignore'],
    ['no-such-type', 'all', 'offline', 'resource', 'all', 'offline'],
    ['constructor', 'all', 'offline', 'resource', 'all', 'offline'],
  ];

describe('RFC 6121 §8.5: who gets a message', () => {
  test.each(table)("type '%s'", (type, somebody, nobody, bound, absent, absentAndNobody) => {
    const rule = (isFull: boolean, isBound: boolean, isAvailable: boolean) =>
      messageRule(type, { isFull, isBound, isAvailable });
    expect(rule(false, false, true)).toBe(somebody);
    expect(rule(false, false, false)).toBe(nobody);
    expect([rule(true, true, true), rule(true, true, false)]).toEqual([bound, bound]);
    expect(rule(true, false, true)).toBe(absent);
    expect(rule(true, false, false)).toBe(absentAndNobody);
  });
});
