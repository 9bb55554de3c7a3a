/** What a literal of APPEND or REPLACE is: a name or URL, a whole message, or a piece of one (CATENATE). */
export type LiteralUse = 'string' | 'message' | 'piece';

const beginning = /^[^ ]+ (?:APPEND|(?:UID )?REPLACE [^ ]+) /i;

/**
 * Tells the use of each literal before it is read, from the text that came so far; each character is looked at once.
 * What it says of text that is no APPEND at all does not matter: the command will not parse.
 */
export class AppendLiterals {
  readonly #prefix: number;
  #started = false;
  /** Parentheses open since that of CATENATE, which counts. */
  #depth = 0;

  /** Null where the line begins another command. */
  static of(firstLine: Buffer): AppendLiterals | null {
    const match = beginning.exec(firstLine.toString('latin1', 0, 256));
    return match === null ? null : new AppendLiterals(match[0].length);
  }

  private constructor(prefix: number) {
    this.#prefix = prefix;
  }

  /** `line` ends with the marker of a literal, which begins at `end`. Once for each line of the command, in order. */
  next(line: Buffer, end: number): LiteralUse {
    const from = this.#started ? 0 : this.#prefix;
    const isMailbox = !this.#started && end === this.#prefix;
    this.#started = true;
    if (isMailbox) return 'string';
    this.#scan(line.toString('latin1', from, end));
    if (this.#depth === 0) return 'message';
    return /[( ]URL $/i.test(line.toString('latin1', Math.max(0, end - 5), end)) ? 'string' : 'piece';
  }

  #scan(text: string): void {
    // The quoted strings between are taken whole: they may hold parentheses. One that does not end takes the rest.
    for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|CATENATE \(|[()]/gi)) {
      if (token.startsWith('"')) continue;
      if (token === ')') this.#depth = Math.max(0, this.#depth - 1);
      else if (this.#depth > 0 || token !== '(') this.#depth++;
    }
  }
}
