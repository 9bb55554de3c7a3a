import { decodeBody, findPart, type MimePart } from '../../formats/mime/index.ts';
import { Refusal } from '../errors.ts';
import type { Extension } from '../features.ts';
import type { Fetched, ItemPlan } from '../fetch/plan.ts';
import { slice } from '../fetch/sections.ts';
import type { FetchItem, PartialRange } from '../wire/index.ts';

const identities = new Set(['7bit', '8bit', 'binary']);
const encodings = new Set([...identities, 'base64', 'quoted-printable']);

/** BINARY[part] and BINARY.SIZE[part]: the content of a part with its transfer encoding undone. RFC 9051 §6.4.5. */
function planBinary(item: FetchItem): ItemPlan {
  if (item.item !== 'BINARY[]') throw new Error('BINARY[] planned for another item');
  const path = item.part.join('.');
  const { partial } = item;
  return {
    content: true,
    marksSeen: !item.peek,
    range: (message) => rangeOf(message, path),
    write(out, message, bytes) {
      out.raw(`BINARY[${path}]${partial === null ? '' : `<${partial.offset}>`} `);
      if (bytes === null) return void out.nil();
      const decoded = decode(message, path, bytes, partial);
      // RFC 9051 §7.5.2: literal8 where there is a NUL, which a literal may not hold.
      out.literal(decoded, decoded.includes(0));
    },
  };
}

function planSize(item: FetchItem): ItemPlan {
  if (item.item !== 'BINARY.SIZE[]') throw new Error('BINARY.SIZE[] planned for another item');
  const path = item.part.join('.');
  return {
    content: true,
    marksSeen: false,
    range: (message) => rangeOf(message, path),
    write(out, message, bytes) {
      const size = bytes === null ? 0 : decode(message, path, bytes, null).length;
      out.raw(`BINARY.SIZE[${path}] ${size}`);
    },
  };
}

function rangeOf(message: Fetched, path: string): { start: number; end: number } | null {
  const part = findPart(message.structure, path);
  if (part === undefined) return null;
  // Without a part number it is the whole message as it stands, which has no encoding of its own.
  if (path === '') return { start: 0, end: message.content.size };
  if (!encodings.has(part.encoding)) throw new Refusal('the transfer encoding is unknown', 'UNKNOWN-CTE');
  return { start: part.bodyStart, end: part.bodyEnd };
}

function decode(message: Fetched, path: string, bytes: Buffer, partial: PartialRange | null): Buffer {
  const part: MimePart | undefined = path === '' ? undefined : findPart(message.structure, path);
  const plain = part === undefined || identities.has(part.encoding);
  return slice(plain ? bytes : decodeBody(bytes, part.encoding), partial);
}

export const binaryExtension: Extension = {
  rfc: 3516,
  name: 'BINARY',
  // RFC 3516 §4.4: APPEND takes a literal8; bodies with NULs are kept in base64 (stores/mail/reencode.ts).
  capabilities: ({ member }) => (member === null ? [] : ['BINARY']),
  fetchItems: [
    { name: 'BINARY[]', plan: planBinary },
    { name: 'BINARY.SIZE[]', plan: planSize },
  ],
};
