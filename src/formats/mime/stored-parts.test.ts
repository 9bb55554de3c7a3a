import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { parseMessage } from './parser.ts';
import { findPart, sectionRange } from './sections.ts';
import { findStoredPart, placeRange } from './stored-parts.ts';
import { encodeStructure } from './structure.ts';
import type { MimePart } from './types.ts';

const text = fc.constantFrom('a', 'text', '[1]', '"],[', '\\', '\\"', '{', '}}', ',', 'é', '\u2028', '');
const encoding = fc.constantFrom('7bit', 'base64', 'x-"odd\\', 'quoted-printable');

const { part } = fc.letrec<{ part: MimePart }>((tie) => {
  const leaf = fc
    .tuple(text, encoding, fc.array(fc.tuple(text, text), { maxLength: 2 }), fc.nat(99_999), fc.option(text))
    .map(([word, coded, params, at, optional]): MimePart => {
      return {
        path: word,
        type: word,
        subtype: word,
        params,
        id: optional,
        description: optional,
        encoding: coded,
        md5: optional,
        disposition: optional === null ? null : { type: word, params },
        language: optional === null ? null : [word, word],
        location: optional,
        headerStart: at,
        bodyStart: at + 7,
        bodyEnd: at * 11,
        lines: at % 7,
        children: [],
        message: null,
      };
    });
  const { envelope } = parseMessage(Buffer.from('From: "[\\"" <a@b>\r\nSubject: ],[{\r\n\r\n'));
  return {
    part: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      leaf,
      fc
        .tuple(leaf, fc.array(tie('part'), { maxLength: 3 }))
        .map(([own, children]) => ({ ...own, children })),
      fc.tuple(leaf, tie('part')).map(([own, root]) => ({ ...own, message: { envelope, root } })),
    ),
  };
});
const path = fc.oneof(
  fc.constantFrom('', '1', '0', '1.', 'x', '01', '1234567890', '-1'),
  fc
    .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 })
    .map((numbers) => numbers.join('.')),
);

test('every section of a generated tree is where the decoded tree has it', () => {
  const seen = { found: 0, missing: 0, inside: 0 };
  fc.assert(
    fc.property(part, path, (root, where) => {
      const stored = encodeStructure(root);
      const expected = findPart(root, where);
      const place = findStoredPart(stored, where);
      expect(place?.encoding).toBe(expected?.encoding);
      for (const what of ['MIME', 'HEADER', 'TEXT', null] as const) {
        expect(placeRange(place, where, what)).toEqual(sectionRange(root, where, what));
      }
      if (expected === undefined) seen.missing++;
      else seen.found++;
      if (expected?.message) seen.inside++;
    }),
    { seed: 20_261_122, numRuns: 10_000 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(300);
});

test('a stored text that is damaged is refused or read, never run through without end', () => {
  const { root } = parseMessage(
    Buffer.from(
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n',
    ),
  );
  const stored = encodeStructure(root);
  expect(findStoredPart(stored, '2')?.encoding).toBe('7bit');
  for (const broken of ['', 'null', '{}', '[]', '["', '[,', stored.slice(0, 40)]) {
    expect(() => findStoredPart(broken, '2')).toThrow(FormatError);
  }
  let refused = 0;
  for (let at = 0; at < stored.length; at++) {
    for (const damaged of [stored.slice(0, at), `${stored.slice(0, at)}]${stored.slice(at + 1)}`]) {
      try {
        findStoredPart(damaged, '2');
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(stored.length);
});
