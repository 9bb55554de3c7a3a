import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, StoreError } from '../base/index.ts';
import { localPartBytesMax, usernameCharactersMax } from './limits.ts';
import {
  memberHandle,
  readAddress,
  readDomain,
  readMemberName,
  readOwnAddress,
  readUsername,
  tryAddress,
} from './names.ts';

const alice = 'alice@coop.example';

test.each([
  ['alice@coop.example', 'alice'],
  ['alice@other.example', 'alice~other.example'],
])('%s is shown as %s, which leads back to it', (address, handle) => {
  expect(memberHandle(address, 'coop.example')).toBe(handle);
  expect(readMemberName(handle, 'coop.example')).toBe(address);
  expect(readMemberName(address, 'coop.example')).toBe(address);
});

test.each(['alice+tag', 'alice~', '~coop.example', 'a~b@c', 'alice~other.example~x', '', 'a/b'])(
  '%j names no member',
  (name) => {
    const key = readMemberName(name, 'coop.example');
    // What is an address all the same is nobody's: no local part that is given away holds '~' or '/'.
    if (key !== null) expect(() => readOwnAddress(key, 'coop.example')).toThrow(StoreError);
  },
);

describe('user names', () => {
  test.each([
    ['alice@coop.example', alice],
    ['alice', alice],
    ['Alice', alice],
    ['ALICE@COOP.EXAMPLE', alice],
    ['alice%40coop.example', alice],
    ['alice+phone@coop.example', alice],
    ['alice+phone', alice],
    ['"alice"@coop.example', alice],
    ['al%40ice@coop.example', 'al%40ice@coop.example'],
    ['Zoe\u0308@BÜCHER.example', 'zo\u00eb@xn--bcher-kva.example'],
    ['+phone', '+phone@coop.example'],
    ['', null],
    ['@coop.example', null],
    ['alice@', null],
    ['a b', null],
    ['alice\r\n', null],
    ['alice\0', null],
    ['a@b@c', null],
    [`${'a'.repeat(65)}@coop.example`, null],
    ['a'.repeat(usernameCharactersMax + 1), null],
    ['\ud800', null],
  ])('%j -> %j', (username, key) => expect(readUsername(username, 'coop.example')).toBe(key));

  test('any text is a key or null, and a key is its own key', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.string({
        unit: fc.constantFrom(
          'a',
          'A',
          '@',
          '%40',
          '%',
          '+',
          '.',
          '"',
          '\\',
          ' ',
          '\0',
          '\r',
          'ı',
          'İ',
          'ß',
          '\u0301',
        ),
        maxLength: 40,
      }),
      fc.emailAddress(),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const key = readUsername(text, 'coop.example');
        if (key === null) return;
        expect(key).toBe(key.normalize('NFC'));
        expect(key.includes('@')).toBe(true);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
        expect(key).not.toMatch(/[\x00-\x1f\x7f]/);
        const again = tryAddress(key);
        if (again) expect(again.key).toBe(key);
      }),
      { seed: 3501, numRuns: 1000 },
    );
  });
});

describe('addresses', () => {
  test('are taken apart', () => {
    expect(readAddress('Sales+EU+north@Coop.Example')).toEqual({
      key: 'sales@coop.example',
      local: 'sales',
      domain: 'coop.example',
      tag: 'EU+north',
      full: 'Sales+EU+north@coop.example',
    });
    expect(readAddress('"a b"@[192.0.2.1]')).toMatchObject({
      key: 'a b@[192.0.2.1]',
      full: '"a b"@[192.0.2.1]',
    });
    expect(() => readAddress('nobody')).toThrow(FormatError);
  });

  test('the ones given away here are plain', () => {
    expect(readOwnAddress('Zoë', 'coop.example').key).toBe('zoë@coop.example');
    expect(readOwnAddress("jean-luc.o'neil_3@other.example", 'coop.example').domain).toBe('other.example');
    const refused = [
      'a+b',
      'a~b',
      'a/b',
      'a%b',
      '"a b"',
      '',
      'a..b',
      '.a',
      'a@b@c',
      'a\u202eb',
      '*',
      `${'é'.repeat(localPartBytesMax / 2)}x`,
    ];
    for (const text of refused) {
      expect(() => readOwnAddress(text, 'coop.example'), text).toThrow(StoreError);
    }
    expect(() => readOwnAddress('a+b', 'coop.example')).toThrow(
      "'a+b' cannot be an address here: '+' starts a tag",
    );
  });

  test('a domain is a name, not a literal', () => {
    expect(readDomain('BÜCHER.Example')).toBe('xn--bcher-kva.example');
    for (const text of ['', '[192.0.2.1]', 'a..b', 'a b', '-a.example', '192.0.2.1']) {
      expect(() => readDomain(text), text).toThrow(StoreError);
    }
  });
});
