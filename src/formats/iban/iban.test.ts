import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { creditorReference, readCreditorReference, readIban, shownIban } from './index.ts';

describe('account numbers', () => {
  test.each([
    ['FR14 2004 1010 0505 0001 3M02 606', 'FR1420041010050500013M02606'],
    ['de89 3704 0044 0532 0130 00', 'DE89370400440532013000'],
    ['IT60X0542811101000000123456', 'IT60X0542811101000000123456'],
    ['BE68-5390-0754-7034', 'BE68539007547034'],
    ['GB29NWBK60161331926819', 'GB29NWBK60161331926819'],
    ['MT84MALT011000012345MTLCAST001S', 'MT84MALT011000012345MTLCAST001S'],
    ['NO9386011117947', 'NO9386011117947'],
  ])('%s', (typed, plain) => {
    const iban = readIban(typed);
    expect(iban).toBe(plain);
    expect(shownIban(iban).replaceAll(' ', '')).toBe(plain);
    expect(shownIban(iban)).toMatch(/^(\S{4} )*\S{1,4}$/);
  });

  test('one wrong character is found, whichever it is (COOP.md §4)', () => {
    const right = 'FR1420041010050500013M02606';
    let tried = 0;
    for (let at = 0; at < right.length; at++) {
      for (const other of '0123456789') {
        if (!/\d/.test(right[at] ?? '') || other === right[at]) continue;
        expect(() => readIban(right.slice(0, at) + other + right.slice(at + 1))).toThrow(FormatError);
        tried++;
      }
    }
    expect(tried).toBe(9 * 24);
  });

  test('what MOD 97 lets pass, the key inside finds', () => {
    // The account's last digit is another, and the check digits fit it: only the RIB key does not.
    expect(() => readIban('FR3020041010050500013M02706')).toThrow(/key/);
    expect(() => readIban('BE41539007547035')).toThrow(/key/);
  });

  test.each([
    ['', 'a country, two digits'],
    ['FR14', 'a country, two digits'],
    ['FR142004101005050001!M02606', 'a country, two digits'],
    ['ZZ1420041010050500013M02606', 'no IBAN begins with ZZ'],
    ['FR142004101005050001', 'has 27 characters, not 20'],
    ['DE8937040044053201300A', 'not how an IBAN of DE'],
    ['DE88370400440532013000', 'a digit is wrong'],
  ])('%s: %s', (typed, complaint) => {
    expect(() => readIban(typed)).toThrow(complaint);
  });
});

describe('references', () => {
  test.each([
    ['SUB000042', 'RF38SUB000042'],
    ['POT7K3M9Q', 'RF05POT7K3M9Q'],
  ])('%s', (text, reference) => {
    expect(creditorReference(text)).toBe(reference);
    expect(readCreditorReference(reference)).toBe(text);
    expect(readCreditorReference(` rf${reference.slice(2, 6).toLowerCase()} ${reference.slice(6)}`)).toBe(
      text,
    );
  });

  test.each(['RF39SUB000042', 'RF38SUB000043', 'SUB000042', 'RF38', 'RF38SUB-00042', ''])(
    '%s is none',
    (text) => {
      expect(readCreditorReference(text)).toBeNull();
    },
  );

  test('one that is too long, or empty, is refused', () => {
    expect(() => creditorReference('A'.repeat(22))).toThrow('1 to 21');
    expect(() => creditorReference('')).toThrow('1 to 21');
    expect(creditorReference('A'.repeat(21))).toHaveLength(25);
  });
});
