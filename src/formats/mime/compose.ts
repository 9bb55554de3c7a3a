/** A mail of plain text as it is sent. */
export interface ComposedText {
  readonly bytes: Buffer;
  readonly headerLength: number;
}

export interface TextMail {
  /** What the sender is called, and their address. */
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Without its angle brackets. */
  readonly id: string;
  readonly nowMs: number;
}

/** A mail that a program writes (RFC 3834 §5): ASCII but for addresses, its text UTF-8 in base64. */
export function composeText({ from, to, subject, text, id, nowMs }: TextMail): ComposedText {
  const head = crlf(
    `From: ${encodeHeader(from.name)} <${from.address}>`,
    `To: <${to}>`,
    `Subject: ${encodeHeader(subject)}`,
    `Date: ${dateField(nowMs)}`,
    `Message-ID: <${id}>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
  );
  const body = crlf(...base64Lines(text.replaceAll('\n', '\r\n')));
  return { bytes: Buffer.from(head + body), headerLength: Buffer.byteLength(head) };
}

export const crlf = (...lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

/** Octets of text in one encoded word (RFC 2047 §2): a multiple of three, and room for the name of the field. */
const wordOctets = 39;

/** A phrase or unstructured text, as encoded words where it is not plain. */
export function encodeHeader(text: string): string {
  if (/^[\w .,:!?-]{1,60}$/.test(text) && !/[.,:]/.test(text)) return text;
  const words: string[] = [];
  let piece = '';
  for (const char of text) {
    if (Buffer.byteLength(piece + char) > wordOctets) {
      words.push(piece);
      piece = '';
    }
    piece += char;
  }
  words.push(piece);
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

/** Of UTF-8, in lines as RFC 2045 §6.8 has them. */
export const base64Lines = (text: string): readonly string[] =>
  Buffer.from(text)
    .toString('base64')
    .match(/.{1,76}/g) ?? [''];

/** RFC 5322 §3.3. */
export const dateField = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000');
