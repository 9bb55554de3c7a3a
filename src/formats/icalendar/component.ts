import { escapeText, type Parameter, splitEscaped, unescapeText } from '../content-lines/index.ts';

export type { Parameter };

/** What a parameter is set to; null takes it away. */
export type ParameterValue = string | readonly string[] | null;

/** One property (RFC 5545 §3.5). It does not change: `with…` answers another. */
export class Property {
  /** Upper case. */
  readonly name: string;
  /** In the order in which they came. */
  readonly parameters: readonly Parameter[];
  /** As it is written, its escapes untouched, unfolded. */
  readonly value: string;
  /** Where it began, from 1; 0 for one that was not read. */
  readonly line: number;

  constructor(name: string, parameters: readonly Parameter[], value: string, line = 0) {
    this.name = name;
    this.parameters = parameters;
    this.value = value;
    this.line = line;
  }

  /** A property whose value is written as given: a date, an address, a number. */
  static of(
    name: string,
    value: string,
    parameters: Readonly<Record<string, ParameterValue>> = {},
  ): Property {
    let made = new Property(name.toUpperCase(), [], value);
    for (const [key, set] of Object.entries(parameters)) made = made.withParameter(key, set);
    return made;
  }

  /** A property whose value is TEXT. */
  static text(
    name: string,
    text: string,
    parameters: Readonly<Record<string, ParameterValue>> = {},
  ): Property {
    return Property.of(name, escapeText(text), parameters);
  }

  /** The first value of a parameter. */
  parameter(name: string): string | undefined {
    return this.parameterValues(name)[0];
  }

  parameterValues(name: string): readonly string[] {
    for (const parameter of this.parameters) if (parameter.name === name) return parameter.values;
    return [];
  }

  /** Its value as TEXT. */
  get text(): string {
    return unescapeText(this.value);
  }

  /** Its value as a list of TEXT, as CATEGORIES has. */
  get texts(): readonly string[] {
    return splitEscaped(this.value, ',').map(unescapeText);
  }

  /** The value as it is written. */
  withValue(value: string): Property {
    return new Property(this.name, this.parameters, value, this.line);
  }

  withText(text: string): Property {
    return this.withValue(escapeText(text));
  }

  withParameter(name: string, value: ParameterValue): Property {
    const upper = name.toUpperCase();
    const made = value === null ? null : { name: upper, values: typeof value === 'string' ? [value] : value };
    const parameters: Parameter[] = [];
    let placed = made === null;
    for (const parameter of this.parameters) {
      if (parameter.name !== upper) parameters.push(parameter);
      else if (!placed && made !== null) {
        parameters.push(made);
        placed = true;
      }
    }
    if (!placed && made !== null) parameters.push(made);
    return new Property(this.name, parameters, this.value, this.line);
  }
}

/** One component with what is in it. It does not change: `with…` answers another that shares what stayed. */
export class Component {
  /** Upper case. */
  readonly name: string;
  readonly #properties: readonly Property[];
  readonly #components: readonly Component[];
  /** Of its BEGIN; 0 for one that was not read. */
  readonly line: number;

  constructor(
    name: string,
    properties: readonly Property[],
    components: readonly Component[] = [],
    line = 0,
  ) {
    this.name = name;
    this.#properties = properties;
    this.#components = components;
    this.line = line;
  }

  /** The first of that name. Names are given in upper case, here and below. */
  property(name: string): Property | undefined {
    for (const property of this.#properties) if (property.name === name) return property;
    return undefined;
  }

  /** All, or all of that name, in their order. */
  properties(name?: string): readonly Property[] {
    return name === undefined
      ? this.#properties
      : this.#properties.filter((property) => property.name === name);
  }

  /** The first of that name as TEXT. */
  text(name: string): string | undefined {
    return this.property(name)?.text;
  }

  /** All, or all of that name, in their order. */
  components(name?: string): readonly Component[] {
    return name === undefined
      ? this.#components
      : this.#components.filter((component) => component.name === name);
  }

  /** Sets: whatever has the name of one of these goes, and they stand where the first of their name stood, else at the end. */
  with(...set: readonly Property[]): Component {
    const waiting = new Map<string, Property[]>();
    for (const property of set) {
      const same = waiting.get(property.name);
      if (same) same.push(property);
      else waiting.set(property.name, [property]);
    }
    const placed = new Set<string>();
    const properties: Property[] = [];
    for (const property of this.#properties) {
      const instead = waiting.get(property.name);
      if (instead === undefined) properties.push(property);
      else if (!placed.has(property.name)) {
        properties.push(...instead);
        placed.add(property.name);
      }
    }
    for (const [name, rest] of waiting) if (!placed.has(name)) properties.push(...rest);
    return this.withProperties(properties);
  }

  /** Adds at the end. */
  adding(...more: readonly Property[]): Component {
    return this.withProperties([...this.#properties, ...more]);
  }

  without(...names: readonly string[]): Component {
    return this.withProperties(this.#properties.filter(({ name }) => !names.includes(name)));
  }

  /** Each property becomes what `change` answers; null takes it away. */
  mapping(change: (property: Property) => Property | null): Component {
    const properties: Property[] = [];
    for (const property of this.#properties) {
      const changed = change(property);
      if (changed !== null) properties.push(changed);
    }
    return this.withProperties(properties);
  }

  withProperties(properties: readonly Property[]): Component {
    return new Component(this.name, properties, this.#components, this.line);
  }

  /** In place of all that are in it. */
  withComponents(components: readonly Component[]): Component {
    return new Component(this.name, this.#properties, components, this.line);
  }
}
