import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../base/index.ts';
import { ipv6Bytes } from './address.ts';
import { proxyHeaderV1BytesMax, proxyHeaderV2BytesMax } from './limits.ts';
import { parseProxyHeader } from './proxy-protocol.ts';

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
function version2(command: number, family: number, body: Buffer, length = body.length): Buffer {
  const head = Buffer.from([0x20 | command, family, length >> 8, length & 255]);
  return Buffer.concat([signature, head, body]);
}
const ends4 = Buffer.from([192, 0, 2, 1, 198, 51, 100, 2, 0x30, 0x39, 0x00, 0x19]);
const ends6 = Buffer.concat([
  ipv6Bytes('2001:db8::1'),
  ipv6Bytes('2001:db8:0:0:1::2'),
  Buffer.from([0, 1, 0, 2]),
]);
const expected4 = {
  remote: { address: '192.0.2.1', port: 12345 },
  local: { address: '198.51.100.2', port: 25 },
};

describe('a PROXY header', () => {
  test.each<[string, Buffer, unknown]>([
    ['v1 TCP4', Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 12345 25\r\n'), expected4],
    [
      'v1 TCP6',
      Buffer.from('PROXY TCP6 2001:db8::1 ::1 1 65535\r\n'),
      { remote: { address: '2001:db8::1', port: 1 }, local: { address: '::1', port: 65535 } },
    ],
    ['v1 UNKNOWN', Buffer.from('PROXY UNKNOWN\r\n'), null],
    ['v1 UNKNOWN with words', Buffer.from('PROXY UNKNOWN ffff:f...f 1 2 3\r\n'), null],
    ['v2 TCP4', version2(1, 0x11, ends4), expected4],
    ['v2 TCP4 with TLVs', version2(1, 0x11, Buffer.concat([ends4, Buffer.alloc(100, 4)])), expected4],
    [
      'v2 TCP6',
      version2(1, 0x21, ends6),
      { remote: { address: '2001:db8::1', port: 1 }, local: { address: '2001:db8::1:0:0:2', port: 2 } },
    ],
    ['v2 LOCAL', version2(0, 0, Buffer.alloc(0)), null],
    ['v2 UNSPEC', version2(1, 0, Buffer.alloc(7)), null],
    ['v2 UNIX', version2(1, 0x31, Buffer.alloc(216)), null],
  ])('%s is read exactly, whatever follows, and never before it is whole', (_, header, ends) => {
    const followed = Buffer.concat([header, Buffer.from('EHLO x\r\n')]);
    expect(parseProxyHeader(followed)).toEqual({ bytes: header.length, ends });
    for (let length = 0; length < header.length; length++) {
      expect(parseProxyHeader(followed.subarray(0, length))).toBeNull();
    }
  });

  test.each<[string, Buffer, string]>([
    ['no header', Buffer.from('EHLO x\r\n'), 'no PROXY protocol header'],
    ['lower case', Buffer.from('proxy TCP4'), 'no PROXY protocol header'],
    ['v1 too long', Buffer.alloc(proxyHeaderV1BytesMax, 'PROXY TCP4 '), 'without CRLF in 107 bytes'],
    ['v1 bad family', Buffer.from('PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n'), 'no known family'],
    ['v1 family and address differ', Buffer.from('PROXY TCP4 ::1 ::1 1 2\r\n'), 'bad address'],
    ['v1 leading zero', Buffer.from('PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n'), 'bad port'],
    ['v1 port', Buffer.from('PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n'), 'bad port'],
    ['v1 two blanks', Buffer.from('PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n'), 'no known family'],
    ['v1 LF only', Buffer.from(`PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n${' '.repeat(100)}`), 'without CRLF'],
    ['v2 version 3', Buffer.concat([signature, Buffer.from([0x31, 0x11, 0, 12]), ends4]), 'unknown version'],
    ['v2 command', version2(2, 0x11, ends4), 'unknown command'],
    ['v2 too long', version2(1, 0x11, ends4, proxyHeaderV2BytesMax - 15), 'at most 536'],
    ['v2 too short', version2(1, 0x21, ends4), 'too short'],
  ])('is refused: %s', (_, header, message) => {
    expect(() => parseProxyHeader(header)).toThrow(message);
    expect(() => parseProxyHeader(header)).toThrow(FormatError);
  });

  test('in version 2 gives back any IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const body = Buffer.concat([ipv6Bytes(address), ipv6Bytes('::'), Buffer.alloc(4)]);
        const ends = parseProxyHeader(version2(1, 0x21, body))?.ends;
        expect(isIPv6(ends?.remote.address ?? '')).toBe(true);
        expect(ipv6Bytes(ends?.remote.address ?? '')).toEqual(ipv6Bytes(address));
        expect(ends?.local.address).toBe('::');
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('of random bytes is refused with FormatError or not whole, never anything else', () => {
    const start = fc.constantFrom(
      Buffer.alloc(0),
      signature,
      Buffer.from('PROXY '),
      Buffer.from('PROXY TCP6 '),
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 200 }), (head, rest) => {
        try {
          parseProxyHeader(Buffer.concat([head, rest]));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
