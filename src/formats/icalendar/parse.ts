import { fitText, type Line, LineReader, readContentLine, textOf } from '../content-lines/index.ts';
import { Component, Property } from './component.ts';
import { CalendarError, dialect, shown } from './errors.ts';
import { componentsMax, depthMax, objectBytesMax, propertiesMax } from './limits.ts';

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

  take(found: Line): void {
    const { line } = found;
    const { name, parameters, value } = readContentLine(found, dialect);
    const property = new Property(name.toUpperCase(), parameters, value, line);
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
  const lines = new LineReader(checkedText(source, bytesMax), dialect);
  for (let line = lines.next(); line !== null; line = lines.next()) components.take(line);
  components.end();
  return found;
}

function checkedText(source: string | Uint8Array, bytesMax: number): string {
  if (source.length > bytesMax) {
    throw new CalendarError(`more than ${bytesMax} octets`, 0, 'max-resource-size');
  }
  if (typeof source !== 'string') return textOf(source, dialect);
  if (!source.isWellFormed()) throw new CalendarError('the text has half a surrogate pair');
  return fitText(source, dialect);
}
