/** One command line, split at the verb. */
export interface CommandLine {
  /** Upper case; RFC 5321 §2.4: verbs are matched in any case. */
  readonly verb: string;
  /** What follows the first space, without trailing blanks; '' for none. */
  readonly argument: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The line's text. Null for bytes that are no UTF-8 or hold control characters: no command has them. */
export function decodeLine(bytes: Uint8Array): string | null {
  try {
    const text = utf8.decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are refused
    return /[\x00-\x08\x0a-\x1f\x7f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

export function parseCommand(line: string): CommandLine {
  let end = 0;
  while (end < line.length && line[end] !== ' ' && line[end] !== '\t') end++;
  return { verb: line.slice(0, end).toUpperCase(), argument: line.slice(end + 1).trim() };
}
