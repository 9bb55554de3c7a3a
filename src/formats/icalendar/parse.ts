import { Component, type Property } from './component.ts';
import { readContentLine } from './content-line.ts';
import { CalendarError, shown } from './errors.ts';
import { componentsMax, depthMax, objectBytesMax, propertiesMax } from './limits.ts';
import { LineReader } from './lines.ts';

interface Open {
  readonly name: string;
  readonly line: number;
  readonly properties: Property[];
  readonly components: Component[];
}

/** Puts content lines together to components. `done` gets each one that ends at the outermost level. */
export class ComponentReader {
  readonly #done: (component: Component) => void;
  readonly #stack: Open[] = [];
  #properties = 0;
  #components = 0;

  constructor(done: (component: Component) => void) {
    this.#done = done;
  }

  line(text: string, line: number): void {
    const property = readContentLine(text, line);
    if (property.name === 'BEGIN') this.#begin(property);
    else if (property.name === 'END') this.#end(property);
    else {
      const open = this.#stack.at(-1);
      if (open === undefined) throw new CalendarError(`${property.name} stands outside of a component`, line);
      if (++this.#properties > propertiesMax) {
        throw new CalendarError(`more than ${propertiesMax} properties`, line);
      }
      open.properties.push(property);
    }
  }

  end(): void {
    const open = this.#stack.at(-1);
    if (open) throw new CalendarError(`BEGIN:${open.name} has no END`, open.line);
  }

  #begin(property: Property): void {
    if (this.#stack.length >= depthMax) {
      throw new CalendarError(`components are nested deeper than ${depthMax}`, property.line);
    }
    if (++this.#components > componentsMax) {
      throw new CalendarError(`more than ${componentsMax} components`, property.line);
    }
    const name = property.value.trim().toUpperCase();
    this.#stack.push({ name, line: property.line, properties: [], components: [] });
  }

  #end(property: Property): void {
    const name = property.value.trim().toUpperCase();
    const open = this.#stack.pop();
    if (open === undefined) throw new CalendarError(`END:${shown(name)} without BEGIN`, property.line);
    if (open.name !== name) {
      throw new CalendarError(
        `END:${shown(name)} where ${shown(open.name)} of line ${open.line} is open`,
        property.line,
      );
    }
    const component = new Component(name, open.properties, open.components, open.line);
    const outer = this.#stack.at(-1);
    if (outer) outer.components.push(component);
    else {
      this.#properties = 0;
      this.#components = 0;
      this.#done(component);
    }
  }
}

/**
 * All components of a text, by grammar alone. CalendarError 'max-resource-size' before anything is read, else
 * 'valid-calendar-data' with its line.
 */
export function parseComponents(
  source: string | Uint8Array,
  bytesMax = objectBytesMax,
): readonly Component[] {
  const found: Component[] = [];
  const components = new ComponentReader((component) => found.push(component));
  const lines = new LineReader((text, line) => components.line(text, line));
  lines.push(textOf(source, bytesMax));
  lines.end();
  components.end();
  return found;
}

function textOf(source: string | Uint8Array, bytesMax: number): string {
  if (source.length > bytesMax) {
    throw new CalendarError(`more than ${bytesMax} octets`, 0, 'max-resource-size');
  }
  if (typeof source === 'string') {
    if (!source.isWellFormed()) throw new CalendarError('the text has half a surrogate pair');
    return source;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source);
  } catch {
    throw new CalendarError('it is not UTF-8', lineOfBadUtf8(source));
  }
}

/** The line in which the first octets stand that are no UTF-8. */
function lineOfBadUtf8(source: Uint8Array): number {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 0;
  let from = 0;
  while (from < source.length) {
    line++;
    const found = source.indexOf(0x0a, from);
    const to = found === -1 ? source.length : found + 1;
    try {
      strict.decode(source.subarray(from, to));
    } catch {
      return line;
    }
    from = to;
  }
  return line;
}
