import { describe, expect, test } from 'vitest';
import { digestOf, factsOf, readCard, readDigest, versionOfDigest } from './index.ts';
import { digestBytesMax, digestValueBytesMax } from './limits.ts';

const read = (body: string) =>
  readCard(Buffer.from(`BEGIN:VCARD\r\nVERSION:4.0\r\n${body}\r\nEND:VCARD\r\n`));

describe('a digest', () => {
  test('says what the card says', () => {
    const card = read('UID:1\r\nFN:A\\, B\r\nitem1.TEL;TYPE=home,work;PREF=1:+1\r\nN:B;A;;;');
    const digest = digestOf(card);
    expect(readDigest(digest)).toEqual(factsOf(card));
    expect(versionOfDigest(digest)).toBe('4.0');
    expect(readDigest(digest)?.facts).toContainEqual({
      name: 'TEL',
      group: 'ITEM1',
      text: '+1',
      parameters: [
        ['TYPE', ['home', 'work']],
        ['PREF', ['1']],
      ],
    });
  });

  test('leaves long values out and says so', () => {
    const facts = readDigest(digestOf(read(`FN:A\r\nNOTE:${'x'.repeat(digestValueBytesMax + 1)}`)));
    expect(facts?.partial).toBe(true);
    expect(facts?.facts).toMatchObject([{ text: 'A' }, { name: 'NOTE', text: null }, { name: 'VERSION' }]);
  });

  test('is bounded; of a card of thousands of properties it says the version alone', () => {
    const members = Array.from({ length: 5000 }, (_, n) => `MEMBER:urn:uuid:${n}`).join('\r\n');
    const digest = digestOf(read(members));
    expect(digest.length).toBeLessThan(digestBytesMax);
    expect(readDigest(digest)).toBeNull();
    expect(versionOfDigest(digest)).toBe('4.0');
    expect(readDigest('')).toBeNull();
    expect(versionOfDigest('')).toBeNull();
    const notes = Array.from({ length: 40 }, () => `NOTE:${'y'.repeat(500)}`).join('\r\n');
    const cut = digestOf(read(`${notes}\r\nFN:A`));
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(digestBytesMax + 10);
    expect(readDigest(cut)?.facts).toHaveLength(42);
  });
});
