import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import {
  channelBindingOf,
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
} from './index.ts';

const first = (text: string) => parseClientFirst(Buffer.from(text, 'latin1'));
const final = (text: string) => parseClientFinal(Buffer.from(text, 'latin1'));

describe('client-first-message', () => {
  test('the example of RFC 5802 §5', () => {
    expect(first('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL')).toEqual({
      flag: 'n',
      bindingType: '',
      authorization: '',
      username: 'user',
      nonce: 'fyko+d2lbbFgONRv9qkxdawL',
      gs2Header: 'n,,',
      bare: 'n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    });
  });

  test('binding, authorization, escaped names and extensions', () => {
    expect(first('p=tls-exporter,a=b=2Cc,n=a=3D=2Cb,r=x=y,z=1,m=2')).toEqual({
      flag: 'p',
      bindingType: 'tls-exporter',
      authorization: 'b,c',
      username: 'a=,b',
      nonce: 'x=y',
      gs2Header: 'p=tls-exporter,a=b=2Cc,',
      bare: 'n=a=3D=2Cb,r=x=y,z=1,m=2',
    });
    expect(first('y,,n=\xc3\xa9,r=1').username).toBe('é');
  });

  test.each([
    '',
    'n',
    'n,',
    'n,,',
    'n,,n=user',
    'n,,r=1,n=user',
    'x,,n=user,r=1',
    'p=,,n=user,r=1',
    'p,,n=user,r=1',
    'n=x,,n=user,r=1',
    'n,b,n=user,r=1',
    'n,a=,n=user,r=1',
    'n,,n=,r=1',
    'n,,n=a=2cb,r=1',
    'n,,n=a=b,r=1',
    'n,,n=user,r=',
    'n,,n=user,r=a b',
    'n,,n=user,r=1,',
    'n,,n=user,r=1,zz',
    'n,,m=x,n=user,r=1',
    'n,,n=\xff,r=1',
    'n,,n=a\0b,r=1',
  ])('%j is refused', (text) => {
    expect(() => first(text)).toThrow(FormatError);
  });
});

describe('client-final-message', () => {
  test('the example of RFC 5802 §5', () => {
    expect(final('c=biws,r=fyko,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=')).toEqual({
      channel: Buffer.from('n,,'),
      nonce: 'fyko',
      proof: Buffer.from('v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=', 'base64'),
      withoutProof: 'c=biws,r=fyko',
    });
    expect(final('c=biws,r=1,z=2,p=AAAA').withoutProof).toBe('c=biws,r=1,z=2');
  });

  test.each([
    '',
    'c=biws',
    'c=biws,r=1',
    'r=1,c=biws,p=AAAA',
    'c=,r=1,p=AAAA',
    'c=biw,r=1,p=AAAA',
    'c=biws,r=1,p=',
    'c=biws,r=1,p=A!AA',
    'c=biws,r=1,p=AAAA,z=1',
    'c=biws,r=1,zz,p=AAAA',
    'c=biws,n=1,p=AAAA',
  ])('%j is refused', (text) => {
    expect(() => final(text)).toThrow(FormatError);
  });
});

test('what the server says', () => {
  expect(formatServerFirst('ab', Buffer.from([1, 2, 3]), 4096)).toBe('r=ab,s=AQID,i=4096');
  expect(formatServerFinal(Buffer.from([1, 2, 3]))).toBe('v=AQID');
});

test('the channel binding is the header as it came, and the data behind it', () => {
  const message = first('p=tls-exporter,,n=user,r=1');
  expect(channelBindingOf(message, Buffer.from('xyz')).toString()).toBe('p=tls-exporter,,xyz');
  expect(channelBindingOf(first('y,a=b,n=u,r=1'), null).toString()).toBe('y,a=b,');
});

test('any octets are read or refused with a FormatError', () => {
  const token = fc.constantFrom(
    'n',
    'y',
    'p=',
    'a=',
    'n=',
    'r=',
    'c=',
    ',',
    '=2C',
    '=',
    'x',
    '\0',
    '\xff',
    'AAAA',
  );
  const texts = fc.array(token, { maxLength: 20 }).map((tokens) => Buffer.from(tokens.join(''), 'latin1'));
  const octets = fc.oneof(texts, fc.uint8Array({ maxLength: 200 }).map(Buffer.from));
  fc.assert(
    fc.property(octets, (message) => {
      for (const parse of [parseClientFirst, parseClientFinal]) {
        try {
          parse(message);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    }),
    { seed: 5802, numRuns: 2000 },
  );
});
