import type { XmlElement } from '../../../formats/xml/index.ts';
import { filterConditionsMax, textMatchBytesMax } from './limits.ts';
import { type Collation, collations, type Matcher, type MatchType, matcherOf } from './text-match.ts';

/** What a protocol makes of what both filters have in common (RFC 4791 §9.7, RFC 6352 §10.5). */
export interface FilterDialect {
  /** Of the elements of a filter. */
  readonly namespace: string;
  /** The collation of a text-match that names none, and what `default` means. */
  readonly collation: Collation;
  /** Whether a text-match says how it matches; else a part of the value will do. */
  readonly matchTypes: boolean;
  /** A filter that breaks the grammar. */
  invalid(message: string): Error;
  /** An element that stands where none of its kind is known. */
  unknown(element: XmlElement, within: XmlElement): Error;
  /** One that is more, or of another collation, than is served here. */
  refused(condition: 'supported-filter' | 'supported-collation', message: string): Error;
}

export interface ParamFilter {
  /** Upper case. */
  readonly name: string;
  /** is-not-defined */
  readonly absent: boolean;
  /** Null: it is there. */
  readonly text: Matcher | null;
}

/** Of all values that a property has for it; none where it has not. */
export function paramHolds({ absent, text }: ParamFilter, values: readonly string[]): boolean {
  if (absent || values.length === 0) return absent && values.length === 0;
  return text === null || text(...values);
}

const types: readonly MatchType[] = ['contains', 'equals', 'starts-with', 'ends-with'];

/** Reads the elements that both filters are made of, and counts them. */
export class FilterReader {
  readonly #dialect: FilterDialect;
  #conditions = 0;

  constructor(dialect: FilterDialect) {
    this.#dialect = dialect;
  }

  /** What an element holds, each of it known there; is-not-defined stands alone. */
  parts(element: XmlElement, known: readonly string[]): readonly XmlElement[] {
    const { namespace, unknown, refused, invalid } = this.#dialect;
    const parts = element.children;
    for (const each of parts)
      if (each.namespace !== namespace || !known.includes(each.name)) throw unknown(each, element);
    this.#conditions += parts.length;
    if (this.#conditions > filterConditionsMax)
      throw refused('supported-filter', `a filter has at most ${filterConditionsMax} conditions`);
    if (parts.length > 1 && isAbsent(parts)) throw invalid('is-not-defined stands alone');
    return parts;
  }

  /** Upper case. */
  name(element: XmlElement): string {
    const name = attributeOf(element, 'name')?.toUpperCase() ?? '';
    if (name === '') throw this.#dialect.invalid(`a ${element.name} has the name of what it is about`);
    return name;
  }

  param(element: XmlElement): ParamFilter {
    const parts = this.parts(element, ['is-not-defined', 'text-match']);
    if (parts.length > 1) throw this.#dialect.invalid('a param-filter has one condition');
    const [part] = parts;
    const absent = isAbsent(parts);
    return { name: this.name(element), absent, text: part && !absent ? this.text(part) : null };
  }

  /** RFC 4791 §9.7.5, RFC 6352 §10.5.4 */
  text(element: XmlElement): Matcher {
    const { invalid, refused, matchTypes } = this.#dialect;
    const { text } = element;
    if (Buffer.byteLength(text) > textMatchBytesMax)
      throw refused('supported-filter', `a text-match is at most ${textMatchBytesMax} bytes long`);
    const collation = this.#collation(attributeOf(element, 'collation') ?? 'default');
    const negate = attributeOf(element, 'negate-condition') ?? 'no';
    if (negate !== 'yes' && negate !== 'no') throw invalid('negate-condition is yes or no');
    const wanted = (matchTypes ? attributeOf(element, 'match-type') : undefined) ?? 'contains';
    const type = types.find((each) => each === wanted);
    if (type === undefined) throw invalid('match-type is equals, contains, starts-with or ends-with');
    return matcherOf({ collation, type, text, negate: negate === 'yes' });
  }

  #collation(wanted: string): Collation {
    if (wanted === 'default') return this.#dialect.collation;
    const found = collations.find((each) => each === wanted);
    if (found === undefined)
      throw this.#dialect.refused('supported-collation', `there is no collation ${JSON.stringify(wanted)}`);
    return found;
  }
}

export const isAbsent = (parts: readonly XmlElement[]): boolean =>
  parts.some(({ name }) => name === 'is-not-defined');

export function attributeOf({ attributes }: XmlElement, wanted: string): string | undefined {
  return attributes.find(({ namespace, name }) => namespace === '' && name === wanted)?.value.trim();
}
