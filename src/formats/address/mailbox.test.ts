import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressesMax,
  areRelated,
  displayDomain,
  domainBytesMax,
  formatMailbox,
  isWithin,
  localPartBytesMax,
  lookupKey,
  normaliseDomain,
  parseMailbox,
  splitTag,
} from './index.ts';
import { labelBytesMax, mailboxCharsMax } from './limits.ts';

describe('parseMailbox', () => {
  it.each([
    ['user@example.com', 'user', 'example.com'],
    ['User.Name+tag@EXAMPLE.Com', 'User.Name+tag', 'example.com'],
    ['"john doe"@example.com', 'john doe', 'example.com'],
    ['"a\\"b\\\\c"@example.com', 'a"b\\c', 'example.com'],
    ['""@example.com', '', 'example.com'],
    ["!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~", 'example.com'],
    ['postmaster@[192.0.2.1]', 'postmaster', '[192.0.2.1]'],
    ['postmaster@[IPv6:2001:DB8:0:0::1]', 'postmaster', '[IPv6:2001:db8::1]'],
    ['postmaster@[x-test:abc]', 'postmaster', '[x-test:abc]'],
    ['élodie@exämple.com', 'élodie', 'xn--exmple-cua.com'],
    ['e\u0301lodie@example.com', 'élodie', 'example.com'],
    ['x@localhost', 'x', 'localhost'],
    ['x@a_b.example', 'x', 'a_b.example'],
  ])('reads %s', (text, local, domain) => {
    expect(parseMailbox(text)).toEqual({ local, domain });
  });

  it.each([
    ['', 'local part is missing'],
    ['user', "no '@'"],
    ['@example.com', 'local part is missing'],
    ['user@', 'domain is missing'],
    ['.user@example.com', 'dot at an end'],
    ['us..er@example.com', 'two in a row'],
    ['us er@example.com', 'must be quoted'],
    ['us\ner@example.com', 'must be quoted'],
    ['"us\ner"@example.com', 'control character'],
    ['"user@example.com', 'no closing quote'],
    ['"user"x@example.com', "no '@'"],
    ['user@exa mple.com', 'letters, digits'],
    ['user@-example.com', 'letters, digits'],
    ['user@example..com', 'empty label'],
    ['user@example.com.', 'empty label'],
    ['user@192.0.2.1', 'ends in a number'],
    ['user@１２７.１', 'ends in a number'],
    ['user@[256.0.0.1]', 'above 255'],
    ['user@[IPv6:1::2::3]', 'IPv6 literal is malformed'],
    ['user@[IPv6:1/]', 'IPv6 literal is malformed'],
    ['user@[192.0.2.1', 'closing bracket'],
    ['user@%41é.com', 'internationalised'],
    ['user@é/x', 'internationalised'],
    ['a@b@c', 'letters, digits'],
    ['\ud800@example.com', 'Unicode'],
  ])('refuses %j', (text, why) => {
    expect(() => parseMailbox(text)).toThrow(why);
  });

  it('keeps the limits of RFC 5321 §4.5.3.1', () => {
    expect(parseMailbox(`${'a'.repeat(localPartBytesMax)}@x.org`).local).toHaveLength(localPartBytesMax);
    expect(() => parseMailbox(`${'a'.repeat(localPartBytesMax + 1)}@x.org`)).toThrow('64 bytes');
    expect(() => parseMailbox(`${'é'.repeat(localPartBytesMax / 2 + 1)}@x.org`)).toThrow('64 bytes');
    const label = 'a'.repeat(labelBytesMax);
    expect(normaliseDomain(`${label}.${label}.${label}.${label}`)).toHaveLength(domainBytesMax);
    expect(() => normaliseDomain(`${label}a.org`)).toThrow('63 bytes');
    expect(() => normaliseDomain(`${label}.${label}.${label}.${label}.a`)).toThrow('255 bytes');
    expect(() => parseMailbox(`${'a'.repeat(mailboxCharsMax)}@x`)).toThrow('1024 characters');
    expect(addressesMax).toBe(5_000);
  });

  it('reads back what it writes', () => {
    const local = fc.stringMatching(/^[ -~é]{0,60}$/);
    fc.assert(
      fc.property(local, (text) => {
        const mailbox = { local: text.normalize('NFC'), domain: 'example.org' };
        if (Buffer.byteLength(mailbox.local) > localPartBytesMax) return;
        expect(parseMailbox(formatMailbox(mailbox))).toEqual(mailbox);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('helpers', () => {
  it('looks up without case and composed', () => {
    expect(lookupKey(parseMailbox('JOSE\u0301@EXAMPLE.org'))).toBe('josé@example.org');
  });

  it('splits the tag at the first separator', () => {
    expect(splitTag('user+a+b')).toEqual({ base: 'user', tag: 'a+b' });
    expect(splitTag('user')).toEqual({ base: 'user', tag: null });
    expect(splitTag('+user')).toEqual({ base: '+user', tag: null });
    expect(splitTag('user+')).toEqual({ base: 'user', tag: '' });
    expect(splitTag('user-x', '-')).toEqual({ base: 'user', tag: 'x' });
  });

  it('shows U-labels', () => {
    expect(displayDomain('xn--exmple-cua.com')).toBe('exämple.com');
    expect(displayDomain('example.com')).toBe('example.com');
    expect(displayDomain('[192.0.2.1]')).toBe('[192.0.2.1]');
  });
});

describe('domains below others', () => {
  it('end with them at a label', () => {
    expect(isWithin('a.example', 'a.example')).toBe(true);
    expect(isWithin('b.a.example', 'a.example')).toBe(true);
    expect(isWithin('ba.example', 'a.example')).toBe(false);
    expect(isWithin('a.example', 'b.a.example')).toBe(false);
    expect(areRelated('a.example', 'b.a.example')).toBe(true);
    expect(areRelated('c.a.example', 'b.a.example')).toBe(false);
  });
});
