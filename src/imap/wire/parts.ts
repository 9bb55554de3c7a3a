/** A run of the command line without its CRLF; where a literal follows, its marker `{n}` still ends the text. */
export interface TextPart {
  readonly kind: 'text';
  readonly bytes: Buffer;
}

/** The octets of a literal; `binary` where it was announced as literal8, `~{n}`. */
export interface LiteralPart {
  readonly kind: 'literal';
  readonly bytes: Buffer;
  readonly binary: boolean;
}

/** A literal that went to storage while it was read; `handle` is what the session put there. */
export interface SpooledPart {
  readonly kind: 'spooled';
  readonly size: number;
  readonly handle: unknown;
  readonly binary: boolean;
}

/** One command in order: text, or text and literal in turns. */
export type CommandPart = TextPart | LiteralPart | SpooledPart;

/** Octets of a literal. */
export function literalSize(part: LiteralPart | SpooledPart): number {
  return part.kind === 'literal' ? part.bytes.length : part.size;
}
