import { type ByteRange, createBodyDecoder, decodeBody } from '../../formats/mime/index.ts';
import { Refusal } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { FetchItem, PartialRange } from '../wire/index.ts';
import type { Fetched, ItemPlan } from './plan.ts';
import { slice } from './sections.ts';
import { sendChunks } from './stream.ts';

const identities = new Set(['7bit', '8bit', 'binary']);
const encodings = new Set([...identities, 'base64', 'quoted-printable']);

/** BINARY[part] and BINARY.SIZE[part]: the content of a part with its transfer encoding undone. RFC 9051 §6.4.5. */
export function planBinary(item: FetchItem): ItemPlan {
  if (item.item !== 'BINARY[]') throw new Error('BINARY[] planned for another item');
  const path = item.part.join('.');
  const { partial } = item;
  const label = `BINARY[${path}]${partial === null ? '' : `<${partial.offset}>`} `;
  return {
    content: true,
    marksSeen: !item.peek,
    range: (message) => rangeOf(message, path),
    write(out, message, bytes) {
      out.raw(label);
      if (bytes === null) return void out.nil();
      const decoded = slice(decode(message, path, bytes), partial);
      // RFC 9051 §7.5.2: literal8 where there is a NUL, which a literal may not hold.
      out.literal(decoded, decoded.includes(0));
    },
    async stream(session, message, range) {
      const pass = () => decodedChunks(session, message, path, range, partial);
      const { size, hasNul } = await measure(pass());
      session.out.raw(label).literalStart(size, hasNul);
      if ((await sendChunks(session, pass())) !== size)
        throw new Error('a part has changed while it was sent');
    },
  };
}

/** How many octets that is. */
export function planBinarySize(item: FetchItem): ItemPlan {
  if (item.item !== 'BINARY.SIZE[]') throw new Error('BINARY.SIZE[] planned for another item');
  const path = item.part.join('.');
  const label = `BINARY.SIZE[${path}] `;
  return {
    content: true,
    marksSeen: false,
    range: (message) => rangeOf(message, path),
    write(out, message, bytes) {
      out.raw(label).number(bytes === null ? 0 : decode(message, path, bytes).length);
    },
    async stream(session, message, range) {
      const { size } = await measure(decodedChunks(session, message, path, range, null));
      session.out.raw(label).number(size);
    },
  };
}

function rangeOf(message: Fetched, path: string): ByteRange | null {
  const part = message.part(path);
  if (part === undefined) return null;
  // Without a part number it is the whole message as it stands, which has no encoding of its own.
  if (path === '') return { start: 0, end: message.content.size };
  if (!encodings.has(part.encoding)) throw new Refusal('the transfer encoding is unknown', 'UNKNOWN-CTE');
  return { start: part.bodyStart, end: part.bodyEnd };
}

function encodingOf(message: Fetched, path: string): string {
  return (path === '' ? undefined : message.part(path)?.encoding) ?? 'binary';
}

function decode(message: Fetched, path: string, bytes: Buffer): Buffer {
  const encoding = encodingOf(message, path);
  return identities.has(encoding) ? bytes : decodeBody(bytes, encoding);
}

/** The same piece by piece, from the store; no more is read than `partial` needs. */
async function* decodedChunks(
  session: Session,
  message: Fetched,
  path: string,
  { start, end }: ByteRange,
  partial: PartialRange | null,
): AsyncGenerator<Buffer> {
  const decoder = createBodyDecoder(encodingOf(message, path));
  if (decoder === undefined) throw new Error('a transfer encoding is undone that cannot be');
  const from = partial?.offset ?? 0;
  const to = partial === null ? Number.MAX_SAFE_INTEGER : from + partial.length;
  let at = 0;
  const window = (chunk: Buffer): Buffer => {
    const before = at;
    at += chunk.length;
    return chunk.subarray(Math.max(0, from - before), Math.max(0, to - before));
  };
  for await (const chunk of session.mail.stream(message.content.hash, [
    start,
    end,
  ]) as AsyncIterable<Buffer>) {
    const wanted = window(decoder.write(chunk));
    if (wanted.length > 0) yield wanted;
    if (at >= to) return;
  }
  const rest = window(decoder.end());
  if (rest.length > 0) yield rest;
}

async function measure(chunks: AsyncIterable<Buffer>): Promise<{ size: number; hasNul: boolean }> {
  let size = 0;
  let hasNul = false;
  for await (const chunk of chunks) {
    size += chunk.length;
    hasNul ||= chunk.includes(0);
  }
  return { size, hasNul };
}
