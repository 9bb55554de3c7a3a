const LF = 10;

/** What a message needs of those who carry it. */
export interface Needs {
  /** An octet above 127 anywhere (RFC 6152). */
  readonly eightBit: boolean;
  /** One in the header (RFC 6532). */
  readonly utf8: boolean;
}

/** Reads a message, as far as it must. */
export async function needsOf(content: AsyncIterable<Uint8Array>): Promise<Needs> {
  let ends = 0;
  for await (const piece of content) {
    for (const octet of piece) {
      if (octet > 127) return { eightBit: true, utf8: ends < 2 };
      if (ends === 2) continue;
      if (octet === LF) ends++;
      else if (octet !== 13) ends = 0;
    }
  }
  return { eightBit: false, utf8: false };
}
