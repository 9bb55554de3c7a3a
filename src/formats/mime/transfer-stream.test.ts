import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodedLineBytesMax } from './limits.ts';
import { decodeBody } from './transfer.ts';
import { type BodyTransform, createBase64Encoder, createBodyDecoder } from './transfer-stream.ts';

function inChunks(transform: BodyTransform, bytes: Buffer, sizes: readonly number[]): Buffer {
  const out: Buffer[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    // The memory of a chunk may be used again; what was answered for it may not change.
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    out.push(Buffer.from(transform.write(chunk)));
    chunk.fill(0x21);
    at += size;
  }
  out.push(Buffer.from(transform.end()));
  return Buffer.concat(out);
}

function decoderOf(encoding: string): BodyTransform {
  const decoder = createBodyDecoder(encoding);
  if (decoder === undefined) throw new Error(`${encoding} cannot be undone in pieces`);
  return decoder;
}

const sizes = fc.array(fc.nat(20), { maxLength: 12 });
const soup = fc
  .array(
    fc.constantFrom(
      '=',
      '=3D',
      '=\r\n',
      '= \t\r\n',
      ' ',
      '\t',
      '\r',
      '\n',
      '\r\n',
      'QUJD',
      'A',
      '==',
      '\0',
      'é',
      '=4',
      '-',
    ),
  )
  .map((pieces) => Buffer.from(pieces.join('')));

describe('createBodyDecoder', () => {
  test.each(['7bit', '8bit', 'binary', 'base64', 'quoted-printable'])(
    '%s: any chunks give what the whole gives',
    (encoding) => {
      fc.assert(
        fc.property(soup, sizes, (bytes, chunks) => {
          const decoded = inChunks(decoderOf(encoding), bytes, chunks);
          expect(decoded.toString('latin1')).toBe(decodeBody(bytes, encoding).toString('latin1'));
        }),
        { seed: 3516, numRuns: 1_500 },
      );
    },
  );

  test('encodings that are not known are not undone', () => {
    expect(createBodyDecoder('x-uuencode')).toBeUndefined();
    expect(createBodyDecoder('x-unknown')).toBeUndefined();
  });

  test('decodedLineBytesMax: a line without an end is not held, and comes out whole', () => {
    const text = 'a=3Db c'.repeat(60_000);
    const decoder = decoderOf('quoted-printable');
    const parts: Buffer[] = [];
    for (let at = 0; at < text.length; at += 10_000) {
      parts.push(decoder.write(Buffer.from(text.slice(at, at + 10_000))));
    }
    const early = parts.reduce((sum, part) => sum + part.length, 0);
    expect(early * (7 / 5)).toBeGreaterThan(text.length - decodedLineBytesMax - 10_000);
    parts.push(decoder.end());
    expect(Buffer.concat(parts).toString()).toBe('a=b c'.repeat(60_000));
  });

  test('a line of nothing but white space is let go too', () => {
    const decoder = decoderOf('quoted-printable');
    expect(decoder.write(Buffer.alloc(decodedLineBytesMax, ' '))).toHaveLength(0);
    expect(decoder.write(Buffer.from(' '))).toHaveLength(decodedLineBytesMax + 1);
  });
});

test('createBase64Encoder: lines of 76, whatever the chunks, and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(120), { maxLength: 5 }), (raw, chunks) => {
      const bytes = Buffer.from(raw);
      const encoded = inChunks(createBase64Encoder(), bytes, chunks).toString('latin1');
      expect(encoded).toBe(bytes.toString('base64').replace(/.{76}(?!$)/g, '$&\r\n'));
      expect(encoded.split('\r\n').every((line) => line.length <= 76)).toBe(true);
      expect(decodeBody(Buffer.from(encoded), 'base64')).toEqual(bytes);
    }),
    { seed: 2045, numRuns: 1_000 },
  );
});
