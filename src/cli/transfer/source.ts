import { flagBits } from '../../stores/mail/index.ts';

/** One message as it is found in a file of another program. */
export interface Found {
  readonly mailbox: string;
  /** Read when the message's turn comes. */
  read(): Promise<Buffer>;
  readonly flags: number;
  readonly keywords: readonly string[];
  /** ms since 1970; undefined where the file does not tell. */
  readonly received: number | undefined;
  /** Where it was found, for messages to the operator. */
  readonly place: string;
}

/**
 * Mail on the wire ends its lines with CRLF; files of other programs mostly end them with LF. A file that holds any
 * CRLF is taken as it is.
 */
export function withCrlf(bytes: Buffer): Buffer {
  if (bytes.includes('\r\n') || !bytes.includes(10)) return bytes;
  const pieces: Buffer[] = [];
  const crlf = Buffer.from('\r\n');
  let from = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
    pieces.push(bytes.subarray(from, at), crlf);
    from = at + 1;
  }
  pieces.push(bytes.subarray(from));
  return Buffer.concat(pieces);
}

/** Flag letters of Maildir file names (after `:2,`). */
export const maildirFlags = {
  S: flagBits.seen,
  R: flagBits.answered,
  F: flagBits.flagged,
  T: flagBits.deleted,
  D: flagBits.draft,
} as const;

/** `RS` -> bits; letters that mean nothing here are passed over. */
export function readMaildirFlags(letters: string): number {
  let flags = 0;
  for (const letter of letters) {
    if (letter in maildirFlags) flags |= maildirFlags[letter as keyof typeof maildirFlags];
  }
  return flags;
}

/** Bits -> letters in ASCII order, as Maildir wants them. */
export function writeMaildirFlags(flags: number): string {
  return Object.entries(maildirFlags)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([letter]) => letter)
    .sort()
    .join('');
}
