import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreError } from '../../../base/index.ts';
import {
  bodyStructureText,
  createMimeParser,
  encodeStructure,
  envelopeText,
  type ParsedMessage,
} from '../../../formats/mime/index.ts';
import type { BlobStore, StoredBlob } from '../../../storage/index.ts';
import { joinKeywords } from '../flags.ts';
import { limits } from '../limits.ts';
import { orderKeys } from '../order/order.ts';
import type { Prepared } from '../scripts.ts';
import type { Incoming } from '../types.ts';
import { reencoded } from './reencode.ts';
import { withoutNul } from './without-nul.ts';

async function* inSlices(data: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += limits.sliceBytes) {
    if (at > 0) await nextTurn();
    yield data.subarray(at, at + limits.sliceBytes);
  }
}

/**
 * Parses a message while its bytes go to disk; both are done when this resolves. Others get a turn between slices.
 * Bodies with NULs are kept in base64. StoreError 'too-large' beyond `sizeMax` bytes, 'invalid' for NULs elsewhere.
 */
export async function stage(
  blobs: BlobStore,
  data: Buffer | AsyncIterable<Uint8Array>,
  sizeMax: number,
): Promise<{ blob: StoredBlob; parsed: ParsedMessage }> {
  const staged = await stageAsIs(blobs, data, sizeMax);
  if (!staged.parsed.defects.includes('nul')) return staged;
  try {
    // Base64 needs four octets for three, its line ends and a field for each part.
    const encodedMax = sizeMax * 2 + limits.reencodedHeaderBytesMax;
    return await stageAsIs(blobs, reencoded(blobs, staged.blob.hash, staged.parsed.root), encodedMax);
  } finally {
    blobs.release(staged.blob);
  }
}

async function stageAsIs(
  blobs: BlobStore,
  data: Buffer | AsyncIterable<Uint8Array>,
  sizeMax: number,
): Promise<{ blob: StoredBlob; parsed: ParsedMessage }> {
  const parser = createMimeParser();
  if (Buffer.isBuffer(data) && data.length <= limits.sliceBytes) {
    if (data.length > sizeMax) throw new StoreError('too-large', 'the message is too large', { sizeMax });
    const stored = blobs.put(data);
    parser.write(data);
    const parsed = parser.end();
    return { blob: await stored, parsed };
  }
  const source = Buffer.isBuffer(data) ? inSlices(data) : data;
  async function* parsing() {
    for await (const chunk of source) {
      parser.write(chunk);
      yield chunk;
    }
  }
  const blob = await blobs.put(parsing(), { sizeMax });
  return { blob, parsed: parser.end() };
}

/** Of a message for many members it is worked out once. */
const described = new WeakMap<ParsedMessage, Pick<Prepared, 'content' | 'order'>>();

/** What the rows of a message hold. `now`: ms since 1970. */
export function prepare(incoming: Incoming, now: number): Prepared {
  const { blob, parsed } = incoming;
  let description = described.get(parsed);
  if (description === undefined) {
    description = describe(parsed);
    described.set(parsed, description);
  }
  return {
    blob,
    flags: incoming.flags ?? 0,
    keywords: joinKeywords(incoming.keywords ?? []),
    received: incoming.received ?? now,
    receivedZone: incoming.receivedZone ?? 0,
    saved: now,
    ...description,
  };
}

function describe(parsed: ParsedMessage): Pick<Prepared, 'content' | 'order'> {
  const { root } = parsed;
  return {
    content: {
      headerLength: root.bodyStart,
      sentAt: parsed.sentAt,
      envelope: withoutNul(envelopeText(parsed.envelope)),
      bodyStructure: withoutNul(bodyStructureText(root, true)),
      body: withoutNul(bodyStructureText(root, false)),
      structure: withoutNul(encodeStructure(root)),
      preview: withoutNul(parsed.preview),
    },
    order: orderKeys(parsed),
  };
}
