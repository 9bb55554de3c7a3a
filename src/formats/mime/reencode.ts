import { headerFields } from './fields.ts';
import { createBase64Encoder } from './transfer-stream.ts';
import type { MimePart } from './types.ts';

/** The encoding a part is given: its body in base64, or the same octets under another name. */
export type NewEncoding = 'base64' | '8bit';

/** The octets [start, end) of a message. */
export type MessageRange = (start: number, end: number) => AsyncIterable<Uint8Array>;

/** The header of a part with another Content-Transfer-Encoding; nothing else of it is touched. */
function withEncoding(header: Buffer, encoding: NewEncoding, isTop: boolean): Buffer {
  const kept: Buffer[] = [];
  let isMime = false;
  let at = 0;
  let end = 0;
  for (const field of headerFields(header)) {
    const name = field.name.toLowerCase();
    isMime ||= name === 'mime-version';
    if (name === 'content-transfer-encoding') {
      kept.push(header.subarray(at, field.start));
      at = field.end;
    }
    end = field.end;
  }
  kept.push(header.subarray(at, end));
  // RFC 2045 §4: without it the other fields of MIME mean nothing.
  if (isTop && !isMime) kept.push(Buffer.from('MIME-Version: 1.0\r\n'));
  kept.push(Buffer.from(`Content-Transfer-Encoding: ${encoding}\r\n`), header.subarray(end));
  return Buffer.concat(kept);
}

/**
 * A message whose parts have other encodings. `changes` in the order of their headers; base64 only for leaves
 * (RFC 2045 §6.4). Holds one header of a changed part at a time: whoever calls bounds their length.
 */
export async function* withEncodings(
  read: MessageRange,
  root: MimePart,
  changes: Iterable<readonly [MimePart, NewEncoding]>,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const [part, encoding] of changes) {
    yield* read(at, part.headerStart);
    const header: Uint8Array[] = [];
    for await (const chunk of read(part.headerStart, part.bodyStart)) header.push(chunk);
    yield withEncoding(Buffer.concat(header), encoding, part === root);
    at = part.bodyStart;
    if (encoding !== 'base64') continue;
    const encoder = createBase64Encoder();
    for await (const chunk of read(part.bodyStart, part.bodyEnd)) yield encoder.write(chunk);
    yield encoder.end();
    at = part.bodyEnd;
  }
  yield* read(at, Number.MAX_SAFE_INTEGER);
}
