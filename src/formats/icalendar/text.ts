/** TEXT as it is meant (RFC 5545 §3.3.11). A backslash before anything else stands for that itself. */
export function unescapeText(value: string): string {
  if (!value.includes('\\')) return value;
  let text = '';
  let from = 0;
  for (let at = value.indexOf('\\'); at !== -1; at = value.indexOf('\\', from)) {
    const next = value[at + 1] ?? '';
    text += value.slice(from, at) + (next === 'n' || next === 'N' ? '\n' : next);
    from = at + 2;
  }
  return text + value.slice(from);
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', ';': '\\;', ',': '\\,', '\n': '\\n' };

/** TEXT as it is written. */
export function escapeText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/[\\;,\n]/g, (found) => escapes[found] ?? found);
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
