import type { HeaderTable } from '../../../formats/mime/index.ts';
import type { BlobStore } from '../../../storage/index.ts';
import type { EmailContent } from '../types.ts';
import type { ContentCache } from './content-cache.ts';

/** Bytes of messages for which nobody has to wait: held here, or by the kernel. */
export interface AtHand {
  /** Finds out where bytes are, so that what need not be waited for can be read. */
  locate(hashes: readonly string[]): Promise<void>;
  /** Whether `read` of so many bytes is likely to answer true. */
  has(hash: string, bytes: number): boolean;
  /** Fills `target` with the bytes from `start` on; false where `MailReader.bytes` has to be asked. */
  read(hash: string, start: number, target: Buffer): boolean;
  /** The top header and where its fields are, not to be written to; null where `headers` has to be asked. */
  header(content: EmailContent): HeaderTable | null;
  headers(contents: readonly EmailContent[]): Promise<HeaderTable[]>;
}

export function createAtHand(blobs: BlobStore, held: ContentCache): AtHand {
  return {
    locate: (hashes) => blobs.locate(hashes),
    has: (hash, bytes) => blobs.isAtHand(hash, bytes),
    read: (hash, start, target) => blobs.readNow(hash, start, target),
    header: (content) => held.header(content, (bytes) => blobs.readNow(content.hash, 0, bytes)),
    headers: (contents) => held.headers(contents, (missing) => blobs.readMany(missing)),
  };
}
