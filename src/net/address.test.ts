import { describe, expect, test } from 'vitest';
import { addressKey, ipv6Bytes, normalAddress } from './address.ts';
import { isPublicAddress, parseNetworks } from './networks.ts';

describe('addresses', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80::1', 'fe80:0:0:0::/64'],
    ['2001:db8:0:7::', '2001:db8:0:7::', '2001:db8:0:7::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
  ])('%s is %s and counts as %s', (address, normal, key) => {
    expect(normalAddress(address)).toBe(normal);
    expect(addressKey(address)).toBe(key);
  });

  test('IPv6 in bytes', () => {
    expect(ipv6Bytes('2001:db8::192.0.2.1').toString('hex')).toBe('20010db80000000000000000c0000201');
    expect(ipv6Bytes('::1').toString('hex')).toBe(`${'0'.repeat(31)}1`);
  });

  test('networks hold what is in them, however it is written', () => {
    const networks = parseNetworks(['192.0.2.0/24', '2001:db8::/32', '127.0.0.1']);
    for (const inside of ['192.0.2.7', '::ffff:192.0.2.7', '2001:db8:9::1', '127.0.0.1']) {
      expect(networks.contains(inside)).toBe(true);
    }
    for (const outside of ['192.0.3.7', '2001:db9::1', '127.0.0.2', '', 'localhost', '::1']) {
      expect(networks.contains(outside)).toBe(false);
    }
    expect(parseNetworks([]).contains('127.0.0.1')).toBe(false);
  });

  test.each([
    '',
    'localhost',
    '192.0.2.0/33',
    '2001:db8::/129',
    '192.0.2.0/',
    '1.2.3.4/8/8',
    '192.0.2.0/-1',
    '1.2.3/8',
  ])('the network %j is refused by name', (block) => {
    expect(() => parseNetworks([block])).toThrow(`'${block}' is not an address or a CIDR block`);
  });
});

test.each([
  ['203.0.113.5', true],
  ['172.32.0.1', true],
  ['2001:db8::5', true],
  ['::ffff:8.8.8.8', true],
  ['10.1.2.3', false],
  ['172.31.255.255', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['127.0.0.53', false],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['fd00::1', false],
  ['fe80::1%eth0', false],
  ['::ffff:192.168.0.1', false],
  ['mail.example', false],
])('%s is reached from everywhere: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});
