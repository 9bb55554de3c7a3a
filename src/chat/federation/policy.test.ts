import { describe, expect, test } from 'vitest';
import { domainsAbove, policyReason } from './policy.ts';

describe('whom we talk to', () => {
  const open = { policy: 'open', allow: [], block: ['spam.test'] } as const;
  const listed = { policy: 'allow-list', allow: ['b.test'], block: ['bad.b.test'] } as const;
  const kept = (domain: string, action: 'allow' | 'block') => ({ domain, action });

  test.each([
    ['b.test', open, [], null],
    ['spam.test', open, [], 'blocked'],
    ['rooms.spam.test', open, [], 'blocked'],
    ['notspam.test', open, [], null],
    ['good.spam.test', open, [kept('good.spam.test', 'allow')], null],
    ['c.test', open, [kept('c.test', 'block')], 'blocked'],
    ['rooms.c.test', open, [kept('c.test', 'block')], 'blocked'],
    ['c.test', open, [kept('c.test', 'block'), kept('c.test', 'allow')], 'blocked'],
    ['b.test', listed, [], null],
    ['rooms.b.test', listed, [], null],
    ['bad.b.test', listed, [], 'blocked'],
    ['c.test', listed, [], 'not-allowed'],
    ['c.test', listed, [kept('c.test', 'allow')], null],
    ['test', listed, [], 'not-allowed'],
    ['b.test', { ...listed, policy: 'off' } as const, [], 'off'],
  ])('%s: case %#', (domain, policy, said, reason) => {
    expect(policyReason(domain, policy, said)).toBe(reason);
  });

  test('a domain and all above it', () => {
    expect(domainsAbove('a.b.test')).toEqual(['a.b.test', 'b.test', 'test']);
    expect(domainsAbove('bücher.test')).toEqual(['xn--bcher-kva.test', 'test']);
    expect(domainsAbove('[::1]')).toEqual(['[::1]']);
  });
});
