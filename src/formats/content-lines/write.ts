import type { ContentLine } from './content-line.ts';
import { lineOctetsMax } from './limits.ts';

/** One line with its end: CRLF, folded at 75 octets and never inside of a character. */
export function writeContentLine({ name, parameters, value }: ContentLine): string {
  let line = name;
  for (const parameter of parameters) {
    line += `;${parameter.name}=${parameter.values.map(parameterText).join(',')}`;
  }
  // A value that holds a line's end would be read as another property.
  return `${fold(`${line}:${value.replace(/\r\n|\n|\r/g, '\\n')}`)}\r\n`;
}

/** RFC 6868 §3; quoted where the grammar asks for it. */
function parameterText(value: string): string {
  const safe = value.replace(/\^|\r\n|\n|\r|"/g, (found) =>
    found === '^' ? '^^' : found === '"' ? "^'" : '^n',
  );
  return /[:;,]/.test(safe) ? `"${safe}"` : safe;
}

/** The space that begins the next line counts to its octets. */
function fold(line: string): string {
  if (line.length * 3 <= lineOctetsMax) return line;
  const pieces: string[] = [];
  let from = 0;
  let octets = 0;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    const pair = code >= 0xd8_00 && code < 0xdc_00;
    const size = code < 0x80 ? 1 : code < 0x8_00 ? 2 : pair ? 4 : 3;
    if (octets + size > lineOctetsMax) {
      pieces.push(line.slice(from, at));
      from = at;
      octets = 1;
    }
    octets += size;
    if (pair) at++;
  }
  pieces.push(line.slice(from));
  return pieces.join('\r\n ');
}
