/**
 * PostgreSQL keeps no NUL in a text, and IMAP sends none (RFC 9051 §9 CHAR8). One byte for one byte: envelopes hold
 * literals with their lengths.
 */
export function withoutNul<T extends string | null>(text: T): T {
  return text?.includes('\0') ? (text.replaceAll('\0', '?') as T) : text;
}
