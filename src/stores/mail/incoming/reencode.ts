import { StoreError } from '../../../base/index.ts';
import {
  isIdentityEncoding,
  type MimePart,
  type NewEncoding,
  withEncodings,
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

/**
 * A stored message whose bodies hold NULs, with those bodies in base64: no literal of IMAP and no text of a database may
 * hold one (RFC 3516 §4.4 lets the encoding be changed). StoreError 'invalid' where that would not be enough.
 */
export async function* reencoded(blobs: BlobStore, hash: string, root: MimePart): AsyncGenerator<Uint8Array> {
  const changes: [MimePart, NewEncoding][] = [];
  for (const leaf of await findNuls(blobs, hash, root)) {
    if (leaf.bodyStart - leaf.headerStart > limits.reencodedHeaderBytesMax) {
      throw new StoreError('invalid', 'the header of a part with NULs is too large');
    }
    changes.push([leaf, 'base64']);
  }
  yield* withEncodings((start, end) => blobs.stream(hash, [start, end]), root, changes);
}
