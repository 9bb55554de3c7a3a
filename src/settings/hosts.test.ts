import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../base/index.ts';
import {
  canonicalDomain,
  canonicalIPv6,
  hostsOverlap,
  isIPv4,
  isLoopback,
  parseCidr,
  parseNameServer,
} from './hosts.ts';

const nothing = undefined;

test.each([
  ['127.0.0.1', true],
  ['255.255.255.255', true],
  ['256.0.0.1', false],
  ['127.1', false],
  ['0127.0.0.1', false],
  ['0x7f.0.0.1', false],
  ['1.2.3.4.5', false],
  [' 1.2.3.4', false],
])('IPv4 %s: %s', (text, expected) => expect(isIPv4(text)).toBe(expected));

test.each([
  ['::1', '::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['FD00::A', 'fd00::a'],
  ['::ffff:127.0.0.1', '::ffff:7f00:1'],
  ['fe80::1%eth0', nothing],
  ['[::1]', nothing],
  ['1::2::3', nothing],
  [':', nothing],
  ['127.0.0.1', nothing],
])('IPv6 %s: %s', (text, expected) => expect(canonicalIPv6(text)).toBe(expected));

test.each([
  ['Example.ORG', 'example.org'],
  ['localhost', 'localhost'],
  ['a.b-c.example', 'a.b-c.example'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['', nothing],
  ['.', nothing],
  ['a..b', nothing],
  ['a.example.', nothing],
  ['-a.example', nothing],
  ['a-.example', nothing],
  ['a_b.example', nothing],
  ['a b.example', nothing],
  ['a@b.example', nothing],
  ['192.0.2.1', nothing],
  ['1.2', nothing],
  [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  [`${'a'.repeat(64)}.example`, nothing],
  [`${'a.'.repeat(126)}b`, `${'a.'.repeat(126)}b`],
  [`${'a.'.repeat(126)}bc`, nothing],
])('domain %s: %s', (text, expected) => expect(canonicalDomain(text)).toBe(expected));

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['::1', true],
  ['0:0::1', true],
  ['localhost', true],
  ['x.localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['128.0.0.1', false],
  ['127.0.0.1.example', false],
  ['notlocalhost', false],
])('loopback %s: %s', (host, expected) => expect(isLoopback(host)).toBe(expected));

test.each([
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.2', false],
  ['0.0.0.0', '192.0.2.1', true],
  ['0.0.0.0', '::1', false],
  ['::', '192.0.2.1', true],
  ['localhost', '127.0.0.1', true],
  ['localhost', '::1', true],
  ['localhost', '0.0.0.0', true],
  ['localhost', '192.0.2.1', false],
])('one port on %s and %s collides: %s', (a, b, expected) => {
  expect(hostsOverlap(a, b)).toBe(expected);
  expect(hostsOverlap(b, a)).toBe(expected);
});

describe('blocks and name servers', () => {
  test.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.0.0.1', '10.0.0.1/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['FD00::/8', 'fd00::/8'],
    ['::1', '::1/128'],
  ])('%s', (text, expected) => expect(parseCidr(text)).toBe(expected));

  test.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::/129',
    '10.0.0/8',
    'a.example/8',
    '/8',
  ])('%j is no block', (text) => expect(() => parseCidr(text)).toThrow(FormatError));

  test.each([
    ['127.0.0.1', '127.0.0.1:53'],
    ['127.0.0.1:5353', '127.0.0.1:5353'],
    ['[::1]:5353', '[::1]:5353'],
    ['::1', '[::1]:53'],
  ])('%s', (text, expected) => expect(parseNameServer(text)).toBe(expected));

  test.each(['', 'dns.example', '127.0.0.1:', '127.0.0.1:0', '127.0.0.1:65536', '[127.0.0.1]x', '1.2.3:53'])(
    '%j is no name server',
    (text) => expect(() => parseNameServer(text)).toThrow(FormatError),
  );
});

test('only FormatError, and what comes out is read again as itself', () => {
  for (const parse of [parseCidr, parseNameServer]) {
    const property = fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcdef.:/[]') }), (text) => {
      let once: string;
      try {
        once = parse(text);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        return;
      }
      expect(parse(once)).toBe(once);
    });
    fc.assert(property, { seed: 7, numRuns: 1000 });
  }
});
