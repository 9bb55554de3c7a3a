import type { Component, Property } from './component.ts';

/** Octets of a line without its end (RFC 5545 §3.1). */
const foldOctets = 75;

/** A component as text: CRLF, folded at 75 octets, never inside a character. */
export function writeComponent(component: Component): string {
  const pieces: string[] = [];
  put(component, pieces);
  return pieces.join('');
}

function put(component: Component, pieces: string[]): void {
  pieces.push('BEGIN:', component.name, '\r\n');
  for (const property of component.properties()) pieces.push(fold(writeProperty(property)), '\r\n');
  for (const inner of component.components()) put(inner, pieces);
  pieces.push('END:', component.name, '\r\n');
}

/** One content line, unfolded, without its end. */
export function writeProperty(property: Property): string {
  let line = property.name;
  for (const { name, values } of property.parameters) {
    line += `;${name}=${values.map(parameterText).join(',')}`;
  }
  // A value that holds a line's end would be read as another property.
  return `${line}:${property.value.replace(/\r\n|\n|\r/g, '\\n')}`;
}

/** RFC 6868 §3; quoted where the grammar asks for it. */
function parameterText(value: string): string {
  const safe = value.replace(/\^|\r\n|\n|\r|"/g, (found) =>
    found === '^' ? '^^' : found === '"' ? "^'" : '^n',
  );
  return /[:;,]/.test(safe) ? `"${safe}"` : safe;
}

/** Folds one line. The space that begins the next one counts to its octets. */
export function fold(line: string): string {
  if (line.length * 3 <= foldOctets) return line;
  const pieces: string[] = [];
  let from = 0;
  let octets = 0;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    const pair = code >= 0xd8_00 && code < 0xdc_00;
    const size = code < 0x80 ? 1 : code < 0x8_00 ? 2 : pair ? 4 : 3;
    if (octets + size > foldOctets) {
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
