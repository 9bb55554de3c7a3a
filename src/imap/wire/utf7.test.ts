import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SyntaxFault } from './fault.ts';
import { decodeUtf7, encodeUtf7 } from './utf7.ts';

describe('modified UTF-7 (RFC 3501 §5.1.3)', () => {
  test.each([
    ['', ''],
    ['INBOX/Sent', 'INBOX/Sent'],
    ['A&-B', 'A&B'],
    ['&-', '&'],
    ['Entw&APw-rfe', 'Entwürfe'],
    ['~peter/mail/&U,BTFw-/&ZeVnLIqe-', '~peter/mail/台北/日本語'],
    ['&2D3eAA-', '😀'],
    ['&AOk-&-', 'é&'],
    ['&-&AOk-', '&é'],
    ['&AAo-', '\n'],
    ['Re: &AOk- 100%', 'Re: é 100%'],
  ])('%s is %s', (wire, name) => {
    expect(decodeUtf7(wire)).toBe(name);
    expect(encodeUtf7(name)).toBe(wire);
  });

  test.each([
    ['A&B', 'not closed'],
    ['&', 'not closed'],
    ['&AOk', 'not closed'],
    ['&A-', 'incomplete'],
    ['&AO-', 'incomplete'],
    ['&AOl-', 'incomplete'],
    ['&AOkA-', 'incomplete'],
    ['&AOk!-', 'alphabet'],
    ['&AOk/-', 'alphabet'],
    ['&AOk=-', 'alphabet'],
    ['&AEE-', 'printable ASCII'],
    ['&ACY-', 'printable ASCII'],
    ['&AOkAQQ-', 'printable ASCII'],
    ['&AOk-&AOk-', 'superfluous'],
    ['&2D0-', 'surrogate'],
    ['&3gDYPQ-', 'surrogate'],
    ['\u00e9', 'does not allow'],
    ['a\tb', 'does not allow'],
    ['a\x7fb', 'does not allow'],
  ])('%j is refused: %s', (wire, why) => {
    expect(() => decodeUtf7(wire)).toThrow(SyntaxFault);
    expect(() => decodeUtf7(wire)).toThrow(why);
  });

  test('the fault names the place', () => {
    expect(() => decodeUtf7('abc&', 10)).toThrow(expect.objectContaining({ offset: 13 }));
  });

  test('an unpaired surrogate is encoded as U+FFFD', () => {
    expect(decodeUtf7(encodeUtf7('a\ud83db'))).toBe('a\ufffdb');
  });

  test('every name survives the round trip, in printable ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const wire = encodeUtf7(name.toWellFormed());
        expect(wire).toMatch(/^[ -~]*$/);
        expect(decodeUtf7(wire)).toBe(name.toWellFormed());
      }),
      { seed: 3501, numRuns: 500 },
    );
  });

  test('what is accepted is the only encoding of its name', () => {
    const piece = fc.constantFrom('&', '-', 'A', 'O', 'k', ',', 'w', '&AOk-', '&-', 'D', '2', '3', 'e', 'é');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const wire = pieces.join('');
        let name: string;
        try {
          name = decodeUtf7(wire);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxFault);
          return;
        }
        expect(encodeUtf7(name)).toBe(wire);
      }),
      { seed: 3501, numRuns: 2000 },
    );
  });

  test('a long run needs no deep stack', () => {
    const name = '日'.repeat(200_000);
    expect(decodeUtf7(encodeUtf7(name))).toBe(name);
  });
});
