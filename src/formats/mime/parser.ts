import { parseSentDate } from './date.ts';
import { decodeHeader } from './encoded-words.ts';
import { LineSplitter } from './lines.ts';
import { PartReader } from './part-reader.ts';
import { threadReferences } from './references.ts';
import { readSubject } from './subject.ts';
import { defectNames, type ParsedMessage } from './types.ts';

export interface MimeParser {
  /** Chunks may have any size; the caller may reuse their memory afterwards. */
  write(chunk: Uint8Array): void;
  /** Once, after the last chunk. */
  end(): ParsedMessage;
}

/**
 * Reads a message once, as it arrives (RFC 5322, 2045–2049, 6532). Never throws, keeps no more than `limits.ts`
 * names, and answers the same however the message was cut into chunks.
 */
export function createMimeParser(): MimeParser {
  const reader = new PartReader();
  const splitter = new LineSplitter(reader);
  return {
    write: (chunk) => splitter.write(chunk),
    end: () => {
      splitter.end();
      return describeMessage(reader, splitter);
    },
  };
}

/** The same for a message that is in memory. */
export function parseMessage(bytes: Uint8Array): ParsedMessage {
  const parser = createMimeParser();
  parser.write(bytes);
  return parser.end();
}

function describeMessage(reader: PartReader, splitter: LineSplitter): ParsedMessage {
  const root = reader.finish(splitter.size);
  const { envelope, references } = reader.summary;
  const subject = readSubject(decodeHeader(envelope.subject ?? ''));
  return {
    size: splitter.size,
    root,
    envelope,
    sentAt: envelope.date === null ? null : parseSentDate(envelope.date),
    preview: reader.preview.text,
    baseSubject: subject.base,
    isReply: subject.isReply,
    references: threadReferences(references, envelope.inReplyTo),
    fromCount: reader.fromCount,
    received: reader.receivedCount,
    defects: defectNames.filter((name) => splitter.defects.has(name) || reader.defects.has(name)),
  };
}
