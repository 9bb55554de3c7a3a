/** One part of a message, as it stands in the original. Plain data: survives JSON. */
export interface MimePart {
  /**
   * IMAP part number (RFC 9051 §6.4.5): '' for the message's top level, then '1', '1.2' …; inside the
   * message/rfc822 at '2' (the top level counting as '1') a multipart is '2' again, a single part '2.1'.
   */
  path: string;
  /** As sent, lower-case; text/plain where absent or malformed, message/rfc822 inside multipart/digest. */
  type: string;
  subtype: string;
  /** Names in lower case; RFC 2231 continuations joined and charsets decoded. */
  params: [string, string][];
  /** Content-ID and Content-Description: header text, unfolded. */
  id: string | null;
  description: string | null;
  /** Content-Transfer-Encoding in lower case. */
  encoding: string;
  md5: string | null;
  disposition: Disposition | null;
  language: string[] | null;
  location: string | null;
  /** Byte offsets in the original: the header with its blank line is [headerStart, bodyStart). */
  headerStart: number;
  bodyStart: number;
  /** The body is [bodyStart, bodyEnd): without the line end that belongs to the next delimiter. */
  bodyEnd: number;
  /** Lines of the body, an unfinished last one counted; of text, messages and childless multiparts, else 0. */
  lines: number;
  /** Children of a multipart. */
  children: MimePart[];
  /** What a message/rfc822 or message/global holds; null where it was not looked into. */
  message: { envelope: Envelope; root: MimePart } | null;
}

export interface Disposition {
  type: string;
  params: [string, string][];
}

/** RFC 3501 §7.4.2: host null and mailbox set starts a group, both null end it. An absent domain is ''. */
export interface EnvelopeAddress {
  name: string | null;
  route: string | null;
  mailbox: string | null;
  host: string | null;
}

/** Header text raw and unfolded, encoded words kept; null where the field is absent. */
export interface Envelope {
  date: string | null;
  subject: string | null;
  from: EnvelopeAddress[];
  /** As `from` where the field is absent or empty; so is `replyTo`. */
  sender: EnvelopeAddress[];
  replyTo: EnvelopeAddress[];
  to: EnvelopeAddress[];
  cc: EnvelopeAddress[];
  bcc: EnvelopeAddress[];
  inReplyTo: string | null;
  messageId: string | null;
}

export const defectNames = [
  'nul',
  'bare-cr',
  'bare-lf',
  'long-line',
  'no-header-end',
  'header-size',
  'header-fields',
  'boundary',
  'no-close',
  'depth',
  'parts',
] as const;

export type Defect = (typeof defectNames)[number];

export interface ParsedMessage {
  /** Bytes. */
  size: number;
  root: MimePart;
  envelope: Envelope;
  /** RFC 5256 §2.2: the Date field in milliseconds since 1970 UTC; null where it names no day. */
  sentAt: number | null;
  /** RFC 8970: at most `previewCharsMax` characters of the best text part, on one line. */
  preview: string;
  /** RFC 5256 §2.1. */
  baseSubject: string;
  /** RFC 5256 §3: the subject is marked as that of a reply or a forward. */
  isReply: boolean;
  /** RFC 5256 §3: message ids in angle brackets, oldest first; of In-Reply-To the first where References has none. */
  references: string[];
  /** Number of From and of Received fields, counted through the whole header whatever its size. */
  fromCount: number;
  received: number;
  defects: Defect[];
}
