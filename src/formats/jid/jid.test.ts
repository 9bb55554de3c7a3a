import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { bareText, jidPartBytesMax, jidText, parseJid } from './index.ts';

describe('addresses that are (RFC 7622 §3.5, table 1, and those that servers are tried with)', () => {
  test.each([
    ['juliet@example.com', 'juliet', 'example.com', ''],
    ['juliet@example.com/foo', 'juliet', 'example.com', 'foo'],
    ['juliet@example.com/foo bar', 'juliet', 'example.com', 'foo bar'],
    ['juliet@example.com/foo@bar', 'juliet', 'example.com', 'foo@bar'],
    ['foo\\20bar@example.com', 'foo\\20bar', 'example.com', ''],
    ['fussball@example.com', 'fussball', 'example.com', ''],
    ['fu\u00dfball@example.com', 'fu\u00dfball', 'example.com', ''],
    ['\u03c0@example.com', '\u03c0', 'example.com', ''],
    ['\u03a3@example.com', '\u03c3', 'example.com', ''],
    ['\u03c2@example.com', '\u03c3', 'example.com', ''],
    ['king@example.com/\u265a', 'king', 'example.com', '\u265a'],
    ['example.com', '', 'example.com', ''],
    ['example.com/foobar', '', 'example.com', 'foobar'],
    ['a.example.com/b@example.net', '', 'a.example.com', 'b@example.net'],
    ['server/resource@foo', '', 'server', 'resource@foo'],
    ['server/resource@foo/bar', '', 'server', 'resource@foo/bar'],
    ['Juliet@Example.COM/Balcony', 'juliet', 'example.com', 'Balcony'],
    ['juliet@example.com./x', 'juliet', 'example.com', 'x'],
    ['juliet@xn--mnchen-3ya.de', 'juliet', 'm\u00fcnchen.de', ''],
    ['juliet@M\u00dcNCHEN.de', 'juliet', 'm\u00fcnchen.de', ''],
    ['juliet@192.0.2.1', 'juliet', '192.0.2.1', ''],
    ['juliet@[2001:DB8:0::1]', 'juliet', '[2001:db8::1]', ''],
    ['\uff2a\uff35\uff2c@example.com', 'jul', 'example.com', ''],
    ['e\u0301ve@example.com', '\u00e9ve', 'example.com', ''],
    ['l\u00b7l@example.com'.replace('l\u00b7l', 'col\u00b7la'), 'col\u00b7la', 'example.com', ''],
    ['\u05d0\u05d1\u05d2@example.com', '\u05d0\u05d1\u05d2', 'example.com', ''],
    ['\u05d0\u05d11@example.com', '\u05d0\u05d11', 'example.com', ''],
    ['a@b/one\u2003two', 'a', 'b', 'one two'],
    ['a@b/\ufb01', 'a', 'b', '\ufb01'],
  ])('%s', (text, local, domain, resource) => {
    expect(parseJid(text)).toEqual({ local, domain, resource });
  });
});

describe('addresses that are none (RFC 7622 §3.5, table 2, and those that servers are tried with)', () => {
  test.each([
    '"juliet"@example.com',
    'foo bar@example.com',
    '@example.com/',
    'henry\u2163@example.com',
    '\u265a@example.com',
    'juliet@',
    '/foobar',
    'node@/server',
    '@server',
    '@server/resource',
    '@/resource',
    '@/',
    '/',
    '@',
    '',
    'user@',
    'user@@',
    'user@@host',
    'user@@host/resource',
    'user@@host/',
    'user@host/',
    'juliet\u0001@example.com',
    'juliet@example.com/\u0000',
    'juliet@exam ple.com',
    'juliet@-example.com',
    'juliet@example..com',
    'juliet@[2001:db8::zz]',
    'juliet@[2001:db8::1%eth0]',
    'jul\u200biet@example.com',
    'jul\u061ciet@example.com',
    'jul\u200diet@example.com',
    'jul\u00b7iet@example.com',
    'jul\u0640iet@example.com',
    '\u1100@example.com',
    'a\u05d0@example.com',
    '\u05d0a@example.com',
    '\u05d0-@example.com',
    '\u05d01\u0661@example.com',
    '\u0661a@example.com',
    '\u0661\u06f1@example.com',
    'a@b/\ue000',
    'a@b/\ufdd0',
    'a@b/\ud800',
  ])('%j', (text) => {
    expect(() => parseJid(text)).toThrow(FormatError);
  });
});

test('a part has jidPartBytesMax bytes of UTF-8 at most, before and after it is prepared', () => {
  const most = 'a'.repeat(jidPartBytesMax);
  expect(parseJid(`${most}@b/${most}`)).toEqual({ local: most, domain: 'b', resource: most });
  expect(() => parseJid(`${most}a@b`)).toThrow('longer than');
  expect(() => parseJid(`a@b/${most}a`)).toThrow('longer than');
  expect(() => parseJid(`a@b/${'\u00e9'.repeat(jidPartBytesMax / 2 + 1)}`)).toThrow('longer than');
  expect(() => parseJid(`a@${most}a`)).toThrow('longer than');
});

test('what was prepared stays as it is, and reads back', () => {
  const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
  let prepared = 0;
  fc.assert(
    fc.property(part, part, (local, resource) => {
      try {
        const jid = parseJid(`${local}@example.org/${resource}`);
        prepared++;
        expect(parseJid(jidText(jid))).toEqual(jid);
        expect(parseJid(bareText(jid))).toEqual({ ...jid, resource: '' });
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    }),
    { seed: 7, numRuns: 2_000 },
  );
  expect(prepared).toBeGreaterThan(100);
});
