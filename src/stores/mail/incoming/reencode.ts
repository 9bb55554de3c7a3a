import { StoreError } from '../../../base/index.ts';
import {
  createBase64Encoder,
  headerFields,
  isIdentityEncoding,
  type MimePart,
} from '../../../formats/mime/index.ts';
import type { BlobStore } from '../../../storage/index.ts';
import { limits } from '../limits.ts';

/** The leaves of a message, in the order of their bytes. */
function leavesOf(part: MimePart): MimePart[] {
  if (part.message !== null) return leavesOf(part.message.root);
  return part.children.length > 0 ? part.children.flatMap(leavesOf) : [part];
}

/**
 * The leaves that hold a NUL. StoreError 'invalid' where one stands anywhere else, or in a body whose encoding cannot be
 * changed: RFC 2045 §6.4 lets no multipart and no message have base64.
 */
async function findNuls(blobs: BlobStore, hash: string, root: MimePart): Promise<Set<MimePart>> {
  const leaves = leavesOf(root);
  const found = new Set<MimePart>();
  let next = 0;
  let at = 0;
  for await (const chunk of blobs.stream(hash) as AsyncIterable<Buffer>) {
    for (let nul = chunk.indexOf(0); nul >= 0; ) {
      const place = at + nul;
      while (next < leaves.length && (leaves[next]?.bodyEnd ?? 0) <= place) next++;
      const leaf = leaves[next];
      const isInside = leaf !== undefined && place >= leaf.bodyStart;
      if (
        !isInside ||
        !isIdentityEncoding(leaf.encoding) ||
        leaf.type === 'multipart' ||
        leaf.type === 'message'
      ) {
        throw new StoreError('invalid', 'the message holds a NUL where no encoding can carry it');
      }
      found.add(leaf);
      // The rest of this body tells nothing new.
      nul = chunk.indexOf(0, Math.min(leaf.bodyEnd - at, chunk.length));
    }
    at += chunk.length;
  }
  return found;
}

/** The header of a part with another Content-Transfer-Encoding; nothing else of it is touched. */
function withBase64(header: Buffer, isTop: boolean): Buffer {
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
  kept.push(Buffer.from('Content-Transfer-Encoding: base64\r\n'), header.subarray(end));
  return Buffer.concat(kept);
}

/**
 * A stored message whose bodies hold NULs, with those bodies in base64: no literal of IMAP and no text of a database may
 * hold one (RFC 3516 §4.4 lets the encoding be changed). StoreError 'invalid' where that would not be enough.
 */
export async function* reencoded(blobs: BlobStore, hash: string, root: MimePart): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const leaf of await findNuls(blobs, hash, root)) {
    if (leaf.bodyStart - leaf.headerStart > limits.reencodedHeaderBytesMax) {
      throw new StoreError('invalid', 'the header of a part with NULs is too large');
    }
    yield* blobs.stream(hash, [at, leaf.headerStart]);
    yield withBase64(await blobs.read(hash, [leaf.headerStart, leaf.bodyStart]), leaf === root);
    const encoder = createBase64Encoder();
    for await (const chunk of blobs.stream(hash, [leaf.bodyStart, leaf.bodyEnd]))
      yield encoder.write(chunk as Buffer);
    yield encoder.end();
    at = leaf.bodyEnd;
  }
  yield* blobs.stream(hash, [at, Number.MAX_SAFE_INTEGER]);
}
