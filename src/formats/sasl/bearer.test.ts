import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { parseOauthBearer, parseXoauth2 } from './index.ts';

/** `^` stands for \x01. */
const bytes = (text: string) => Buffer.from(text.replaceAll('^', '\x01'));

describe('OAUTHBEARER (RFC 7628 §3.1)', () => {
  test.each([
    // RFC 7628 §4.1
    [
      'n,a=user@example.com,^host=server.example.com^port=143^auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==^^',
      'user@example.com',
      'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==',
    ],
    ['n,,^auth=Bearer abc^^', '', 'abc'],
    ['y,,^auth=bearer  a.b_c~d+e/f-g^^', '', 'a.b_c~d+e/f-g'],
    ['n,a=x=2Cy=3Dz,^AUTH=Bearer abc^^', 'x,y=z', 'abc'],
    ['n,a=zoë,^auth=Bearer abc^^', 'zoë', 'abc'],
    // RFC 7628 §4.3: to be told where to get a token.
    ['n,,^^', '', ''],
    ['n,,^host=server.example.com^^', '', ''],
  ])('%s', (message, username, token) => {
    expect(parseOauthBearer(bytes(message))).toEqual({ username, token });
  });

  test.each([
    '',
    '^^',
    'n,,^',
    'n,,^auth=Bearer abc^',
    'n,,^auth=Bearer abc^^^',
    'n,,x^auth=Bearer abc^^',
    'n,^auth=Bearer abc^^',
    'n,,,^auth=Bearer abc^^',
    'p=tls-exporter,,^auth=Bearer abc^^',
    'x,,^auth=Bearer abc^^',
    'n,b=user,^auth=Bearer abc^^',
    'n,a=,^auth=Bearer abc^^',
    'n,a=a=b,^auth=Bearer abc^^',
    'n,,^auth=Basic abc^^',
    'n,,^auth=Bearer ^^',
    'n,,^auth=Bearer a b^^',
    'n,,^auth=Bearer a^auth=Bearer b^^',
    'n,,^auth^^',
    'n,,^1=2^^',
    'n,,^auth=Bearer \0^^',
    'n,,^host=zoë^^',
  ])('refuses %j', (message) => {
    expect(() => parseOauthBearer(bytes(message))).toThrow(FormatError);
  });

  test('refuses what is no UTF-8', () => {
    expect(() => parseOauthBearer(Buffer.from('n,a=\xff,\x01\x01', 'latin1'))).toThrow(FormatError);
  });
});

describe('XOAUTH2', () => {
  test('the name and the token', () => {
    const message = 'user=someuser@example.com^auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg^^';
    expect(parseXoauth2(bytes(message))).toEqual({
      username: 'someuser@example.com',
      token: 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg',
    });
  });

  test.each(['', 'user=x', 'user=x^auth=Bearer a^', 'auth=Bearer a^user=x^^', 'user=x^Bearer a^^'])(
    'refuses %j',
    (message) => {
      expect(() => parseXoauth2(bytes(message))).toThrow(FormatError);
    },
  );
});

test('anything is a message or a FormatError', () => {
  const pieces = fc.constantFrom(
    'n',
    'y',
    ',',
    'a=',
    'user=',
    '\x01',
    'auth=',
    'Bearer ',
    'abc',
    '=2C',
    '\0',
    'é',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      for (const parse of [parseOauthBearer, parseXoauth2]) {
        try {
          expect(parse(Buffer.from(parts.join(''))).token).toMatch(/^[A-Za-z0-9._~+/-]*=*$/);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }
    }),
    { seed: 7628, numRuns: 2_000 },
  );
});
