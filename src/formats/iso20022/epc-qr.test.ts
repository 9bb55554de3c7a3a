import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { creditorReference, readIban } from '../iban/index.ts';
import { type EpcTransfer, epcQrText } from './index.ts';
import { epcQrBytesMax, nameCharactersMax, transferCentsMax } from './limits.ts';

const transfer = (change: Partial<EpcTransfer> = {}): EpcTransfer => ({
  name: 'Coopérative Exemple',
  iban: readIban('FR14 2004 1010 0505 0001 3M02 606'),
  bic: null,
  amount: 1230,
  reference: creditorReference('539007547034'),
  ...change,
});

describe('the text of a QR code for a transfer', () => {
  test('has the elements of EPC069-12 in their order, and none behind the reference', () => {
    expect(epcQrText(transfer())).toBe(
      [
        ...['BCD', '002', '1', 'SCT', '', 'Coopérative Exemple', 'FR1420041010050500013M02606'],
        ...['EUR12.30', '', 'RF18539007547034'],
      ].join('\n'),
    );
  });

  test('names the bank where it is told', () => {
    const lines = epcQrText(transfer({ bic: 'PSSTFRPPPAR' })).split('\n');
    expect(lines[4]).toBe('PSSTFRPPPAR');
  });

  test('takes a reference as people write it', () => {
    const text = epcQrText(transfer({ reference: 'rf18 5390 0754 7034' }));
    expect(text.split('\n').at(-1)).toBe('RF18539007547034');
  });

  test.each([
    [1, 'EUR0.01'],
    [100, 'EUR1.00'],
    [transferCentsMax, 'EUR999999999.99'],
  ])('%i cents are %s', (amount, written) => {
    expect(epcQrText(transfer({ amount })).split('\n')[7]).toBe(written);
  });

  const outside = readIban('CH9300762011623852957');
  test.each<[string, Partial<EpcTransfer>, RegExp]>([
    ['no name', { name: ' ' }, /name on one line/],
    ['a name on two lines', { name: 'A\nEUR1.00' }, /name on one line/],
    ['half a character', { name: 'A\ud800' }, /name on one line/],
    ['a long name', { name: 'x'.repeat(nameCharactersMax + 1) }, /at most 70 characters/],
    ['no BIC', { bic: 'PSST' }, /is no BIC/],
    ['an account outside the EEA without a BIC', { iban: outside }, /needs the BIC/],
    ['nothing', { amount: 0 }, /no amount/],
    ['less than nothing', { amount: -1 }, /no amount/],
    ['half a cent', { amount: 0.5 }, /no amount/],
    ['more than a transfer may be', { amount: transferCentsMax + 1 }, /no amount/],
    ['a reference with a wrong digit', { reference: 'RF19539007547034' }, /no reference/],
    ['no reference', { reference: '' }, /no reference/],
  ])('%s: refused', (_, change, words) => {
    expect(() => epcQrText(transfer(change))).toThrow(FormatError);
    expect(() => epcQrText(transfer(change))).toThrow(words);
  });

  test('an account outside the EEA is taken with its BIC', () => {
    expect(epcQrText(transfer({ iban: outside, bic: 'POFICHBE' }))).toContain('\nPOFICHBE\n');
  });

  test('is no longer than a code of version 13 takes', () => {
    const longest = { name: '€'.repeat(nameCharactersMax), bic: 'PSSTFRPPPAR', amount: transferCentsMax };
    expect(Buffer.byteLength(epcQrText(transfer(longest)))).toBeLessThanOrEqual(epcQrBytesMax);
    expect(() => epcQrText(transfer({ ...longest, name: '𝔈'.repeat(nameCharactersMax) }))).toThrow(/octets/);
  });
});
