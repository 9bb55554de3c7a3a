import { Decoder, type DecoderOptions } from './decoder.ts';
import { literalAtEnd } from './literals.ts';
import type { CommandPart } from './parts.ts';

/** For tests: one command as it goes over the wire, without its last CRLF, cut into parts as a session does. */
export function partsOf(wire: string | Buffer): CommandPart[] {
  let rest = typeof wire === 'string' ? Buffer.from(wire) : wire;
  const parts: CommandPart[] = [];
  for (;;) {
    const end = rest.indexOf('\r\n');
    const line = end < 0 ? rest : rest.subarray(0, end);
    parts.push({ kind: 'text', bytes: line });
    const marker = end < 0 ? null : literalAtEnd(line);
    if (marker === null || end + 2 + marker.size > rest.length) return parts;
    const bytes = rest.subarray(end + 2, end + 2 + marker.size);
    parts.push({ kind: 'literal', bytes, binary: marker.binary });
    rest = rest.subarray(end + 2 + marker.size);
  }
}

/** For tests: a decoder at the start of `wire`. */
export function decoderOf(wire: string | Buffer, options?: DecoderOptions): Decoder {
  return new Decoder(partsOf(wire), options);
}

/** For tests: the whole of `wire` must be one production. */
export function decodeAll<T>(
  wire: string | Buffer,
  read: (decoder: Decoder) => T,
  options?: DecoderOptions,
): T {
  const decoder = decoderOf(wire, options);
  const value = read(decoder);
  decoder.end();
  return value;
}
