/** Escaped text -> text (RFC 6350 §3.4, RFC 2426 §4). A backslash before anything else is left out, as most readers do. */
export function unescapeText(value: string): string {
  if (!value.includes('\\')) return value;
  // Built-in steps alone: a value of millions of backslashes is read in the time of its octets.
  return value
    .split('\\\\')
    .map((piece) => (piece.includes('\\') ? piece.replaceAll(/\\[nN]/g, '\n').replaceAll('\\', '') : piece))
    .join('\\');
}

export function escapeText(text: string): string {
  return text.replace(/[\\,;]|\r?\n/g, (found) => (found.endsWith('\n') ? '\\n' : `\\${found}`));
}

/** Pieces between unescaped separators, escapes left in. */
export function splitEscaped(value: string, separator: ';' | ','): string[] {
  if (!value.includes('\\')) return value.split(separator);
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at += 1) {
    const found = value[at];
    if (found === '\\') at += 1;
    else if (found === separator) {
      pieces.push(value.slice(start, at));
      start = at + 1;
    }
  }
  pieces.push(value.slice(start));
  return pieces;
}

/** `Public;John;Q.,R.;;` -> [['Public'], ['John'], ['Q.', 'R.'], [''], ['']]. */
export function componentsOf(value: string): string[][] {
  return splitEscaped(value, ';').map((component) => splitEscaped(component, ',').map(unescapeText));
}

/** A list of texts, such as NICKNAME or CATEGORIES. */
export function listOf(value: string): string[] {
  return splitEscaped(value, ',').map(unescapeText);
}

/** RFC 6868 §3.1. */
export function decodeCarets(value: string): string {
  if (!value.includes('^')) return value;
  return value.replace(/\^([n'^])/g, (_, next: string) => (next === 'n' ? '\n' : next === "'" ? '"' : '^'));
}

export function encodeCarets(value: string): string {
  return value.replace(/\^|"|\r\n|\r|\n/g, (found) => (found === '^' ? '^^' : found === '"' ? "^'" : '^n'));
}
