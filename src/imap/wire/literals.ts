/** A literal announced by the end of a line. */
export interface LiteralMarker {
  /** Octets that follow; saturated at Number.MAX_SAFE_INTEGER, which is above every limit. */
  readonly size: number;
  /** True where the client waits for a continuation (`{n}`), false for `{n+}`. */
  readonly sync: boolean;
  /** True for literal8, `~{n}`. */
  readonly binary: boolean;
  /** Where the marker begins in the line. */
  readonly start: number;
}

/** The literal that a line (without its CRLF) announces, or null. RFC 9051 §4.3, RFC 7888 §3, RFC 3516 §4.4. */
export function literalAtEnd(line: Buffer): LiteralMarker | null {
  let at = line.length - 1;
  if (line[at] !== 0x7d) return null;
  at--;
  const sync = line[at] !== 0x2b;
  if (!sync) at--;
  const digitsEnd = at + 1;
  while (at >= 0 && isDigit(line[at])) at--;
  if (at < 0 || line[at] !== 0x7b || at + 1 === digitsEnd) return null;
  let size = 0;
  for (let i = at + 1; i < digitsEnd; i++) {
    size = Math.min(size * 10 + (line[i] ?? 0) - 0x30, Number.MAX_SAFE_INTEGER);
  }
  const binary = at > 0 && line[at - 1] === 0x7e;
  return { size, sync, binary, start: binary ? at - 1 : at };
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= 0x30 && code <= 0x39;
}
