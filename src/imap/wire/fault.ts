/** The client's command does not obey the grammar; answered BAD. `message` never holds a string the client sent as data. */
export class SyntaxFault extends Error {
  override readonly name: string = 'SyntaxFault';
  /** Where in the command, in bytes from its first, line ends and literals counted; -1 where it has no place. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** SEARCH named a charset that is not served; answered NO [BADCHARSET]. RFC 9051 §6.4.4. */
export class CharsetFault extends SyntaxFault {
  override readonly name: string = 'CharsetFault';
  readonly charset: string;

  constructor(charset: string, offset: number) {
    super('the charset is not supported', offset);
    this.charset = charset;
  }
}

/** A word of the command as it may be shown in a message: at most 40 characters, printable ASCII only. */
export function shown(word: string): string {
  const text = word.length > 40 ? `${word.slice(0, 40)}…` : word;
  return `'${text.replace(/[^ -~…]/g, '?')}'`;
}
