import { type MimePart, type NewEncoding, withEncodings } from '../../formats/mime/index.ts';
import { headerBytesMax } from '../limits.ts';
import { replyOfFault } from '../replies.ts';
import { headerTooLarge, Refusal } from '../session/content.ts';
import { LineRules } from '../wire/line-rules.ts';
import type { Spool } from './spool.ts';

/** Every part that says it is binary, in the order of the headers, with what it becomes. */
function* changesOf(part: MimePart): Generator<[MimePart, NewEncoding]> {
  if (part.encoding === 'binary') {
    if (part.bodyStart - part.headerStart > headerBytesMax) throw new Refusal(headerTooLarge);
    // RFC 2045 §6.4: what holds parts has no encoding of its own; it is as wide as its widest part.
    const isLeaf = part.type !== 'multipart' && part.type !== 'message';
    yield [part, isLeaf ? 'base64' : '8bit'];
  }
  if (part.message) yield* changesOf(part.message.root);
  for (const child of part.children) yield* changesOf(child);
}

/**
 * Makes a message that came as BINARYMIME fit for storage and for servers that take lines only (RFC 3030 §3): binary parts
 * become base64. Throws Refusal where octets that no line may hold stand anywhere else.
 */
export async function withoutBinary(spool: Spool, root: MimePart): Promise<void> {
  const rules = new LineRules();
  const pieces = withEncodings((start, end) => spool.range(start, end), root, changesOf(root));
  async function* checked(): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      rules.write(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
      if (rules.fault !== null) throw new Refusal(replyOfFault[rules.fault]);
      yield piece;
    }
    rules.end();
    if (rules.fault !== null) throw new Refusal(replyOfFault[rules.fault]);
  }
  await spool.rewrite(checked());
}
