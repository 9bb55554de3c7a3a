import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FoldedField, fieldHolds, headerLines, linesHold, type Needle } from './needle.ts';

test('lines hold what their fields hold', () => {
  const name = fc.constantFrom('SUBJECT', 'FROM', 'X-SUBJECT', 'TO');
  const text = fc.string({ unit: fc.constantFrom('A', 'B', ' ', ':', 'SUBJECT: ', 'é', '😀'), maxLength: 6 });
  const fields = fc.array(fc.tuple(name, text), { maxLength: 5 });
  fc.assert(
    fc.property(
      fields,
      name,
      fc.oneof(text, fc.constant('A\nFROM: ')),
      (some: FoldedField[], field, sought) => {
        const needle: Needle = { where: 'field', field, text: sought };
        expect(linesHold(headerLines(some), needle)).toBe(fieldHolds(some, needle));
      },
    ),
    { seed: 3501, numRuns: 5000 },
  );
});
