import { resultLineBytes } from './limits.ts';

/** An Authentication-Results field (RFC 8601 §2.2) with its line ends. `parts` are resinfos; without one it says so. */
export function resultsField(host: string, parts: readonly string[], utf8: boolean): string {
  return `Authentication-Results: ${resultsValue(host, parts, utf8)}\r\n`;
}

/** The same without name and final line end: what an ARC set repeats (RFC 8617 §4.1.1). */
export function resultsValue(host: string, parts: readonly string[], utf8: boolean): string {
  if (parts.length === 0) return `${host}; none`;
  return `${host};\r\n${parts.map((part) => fold(utf8 ? part : ascii(part))).join(';\r\n')}`;
}

// Domains of strangers stand in it, and a header without SMTPUTF8 is ASCII.
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

function fold(part: string): string {
  const lines: string[] = [];
  let line = '\t';
  for (const word of part.split(/\s+/)) {
    if (line.length + word.length + 1 > resultLineBytes && line.trim() !== '') {
      lines.push(line);
      line = '\t';
    }
    line += line === '\t' ? word : ` ${word}`;
  }
  lines.push(line);
  return lines.join('\r\n');
}
