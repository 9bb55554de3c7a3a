import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerFields } from './fields.ts';
import { FieldNames, HeaderTable } from './header-table.ts';
import { headerFieldsMax } from './limits.ts';

function filtered(header: Buffer, names: readonly string[], keep: boolean): string {
  const table = new HeaderTable(header);
  const pieces = table.pieces(new FieldNames(names), keep);
  let text = '';
  for (let at = 0; at < pieces.length; at += 2) text += header.toString('latin1', pieces[at], pieces[at + 1]);
  return text + (table.isComplete ? '\r\n' : '');
}

/** The same field by field, each with its name as text. */
function simply(header: Buffer, names: readonly string[], keep: boolean): string {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  let text = '';
  for (const { name, start, end } of headerFields(header)) {
    if (wanted.has(name.toLowerCase()) === keep) text += header.toString('latin1', start, end);
  }
  return (
    text + (/(?:^|\n)\r?\n$/.test(header.toString('latin1', Math.max(0, header.length - 4))) ? '\r\n' : '')
  );
}

const line = fc.constantFrom('\r\n', '\r\n', '\n', '\r', '\n\n', '');
const name = fc.oneof(
  fc.constantFrom('Subject', 'SUBJECT', 'subjecT', 'To', 'T', 'Too', 'X-A', 'x-a', 'Subject-Line', ''),
  fc.string({ unit: fc.constantFrom(...'aAzZ-_{[@`'), maxLength: 4 }),
);
const value = fc.string({
  unit: fc.constantFrom('a', ' ', '\t', ':', '\0', 'é', '\r\n ', '\n\t', '\r\n', '\n', '\u00ff', '\x7f'),
  maxLength: 12,
});
const field = fc
  .tuple(name, fc.constantFrom('', '', ' ', '\t ', '\0'), fc.constantFrom(':', ':', ''), value, line)
  .map((parts) => parts.join(''));
const header = fc
  .tuple(fc.array(field, { maxLength: 12 }), fc.constantFrom('\r\n', '\n', '', '\r', ' \r\n'))
  .map(([fields, end]) => Buffer.from(fields.join('') + end, 'latin1'));

test('generated headers are filtered as they are field by field', () => {
  const seen = { kept: 0, left: 0, folded: 0, open: 0 };
  fc.assert(
    fc.property(header, fc.array(name, { maxLength: 5 }), fc.boolean(), (bytes, names, keep) => {
      const expected = simply(bytes, names, keep);
      expect(filtered(bytes, names, keep)).toBe(expected);
      if (expected.length > 2) seen.kept++;
      if (expected.length < bytes.length) seen.left++;
      if (/\n[ \t]/.test(expected)) seen.folded++;
      if (!expected.endsWith('\r\n')) seen.open++;
    }),
    { seed: 20_261_122, numRuns: 20_000 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(500);
});

test('arbitrary bytes too', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, keep) => {
      const own = Buffer.from(bytes);
      expect(filtered(own, ['a', 'b'], keep)).toBe(simply(own, ['a', 'b'], keep));
    }),
    { seed: 1, numRuns: 5_000 },
  );
});

test('names of one hash are told apart, and so is what only begins alike', () => {
  // Two names with the same FNV-1a in 30 bits.
  const [one, other] = ['x-1x0pog-oj', 'x-glp7nk-96'];
  const bytes = Buffer.from(`${one}: 1\r\n${other}: 2\r\n${one}0: 3\r\n\r\n`);
  for (const names of [[one], [other], [one, other], [`${one}0`]]) {
    for (const keep of [true, false]) expect(filtered(bytes, names, keep)).toBe(simply(bytes, names, keep));
  }
});

test('neighbours are one piece; what is no field parts them', () => {
  const bytes = Buffer.from('A: 1\r\nB: 2\r\nno field\r\nA: 3\r\nC: 4\r\n\r\n');
  const table = new HeaderTable(bytes);
  expect(table.pieces(new FieldNames(['a', 'b']), true)).toEqual([0, 12, 22, 28]);
  expect(table.pieces(new FieldNames(['x']), false)).toEqual([0, 12, 22, 34]);
  expect(table.tableBytes).toBe(4 * 12);
});

test('no more than headerFieldsMax fields are known', () => {
  const bytes = Buffer.from(`${'A: 1\r\n'.repeat(headerFieldsMax)}B: 2\r\n\r\n`);
  expect(filtered(bytes, ['b'], true)).toBe('\r\n');
  expect(filtered(bytes, ['x'], false)).toHaveLength(6 * headerFieldsMax + 2);
});
