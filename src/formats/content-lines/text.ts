/**
 * TEXT as it is meant (RFC 5545 §3.3.11, RFC 6350 §3.4). A backslash before anything else stands for that itself, as most
 * readers have it.
 */
export function unescapeText(value: string): string {
  if (!value.includes('\\')) return value;
  // Built-in steps alone: a value of millions of backslashes is read in the time of its octets.
  return value
    .split('\\\\')
    .map((piece) => (piece.includes('\\') ? piece.replaceAll(/\\[nN]/g, '\n').replaceAll('\\', '') : piece))
    .join('\\');
}

/** TEXT as it is written. */
export function escapeText(text: string): string {
  return text.replace(/[\\,;]|\r?\n/g, (found) => (found.endsWith('\n') ? '\\n' : `\\${found}`));
}

/** Splits at a character that is not escaped. What it splits stays as written. */
export function splitEscaped(value: string, delimiter: ',' | ';'): string[] {
  if (!value.includes('\\')) return value.split(delimiter);
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < value.length; at++) {
    const found = value[at];
    if (found === '\\') at++;
    else if (found === delimiter) {
      parts.push(value.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(value.slice(from));
  return parts;
}

const shownCharactersMax = 40;

/** A value as it may stand in a message. */
export function shown(value: string): string {
  return JSON.stringify(value.length > shownCharactersMax ? `${value.slice(0, shownCharactersMax)}…` : value);
}
