import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { type Collation, collations, elementOf, type MatchType, matcherOf } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { filterConditionsMax, textMatchBytesMax } from '../limits.ts';
import { carddav } from '../names.ts';
import type { CardFilter, Matcher, ParamFilter, PropFilter } from './types.ts';

const matchTypes: readonly MatchType[] = ['contains', 'equals', 'starts-with', 'ends-with'];

/** CARDDAV:filter (RFC 6352 §10.5). DavError with the precondition that does not hold. */
export function readFilter(element: XmlElement): CardFilter {
  const reader = new FilterReader();
  return {
    all: isAllOf(element),
    props: reader.children(element, ['prop-filter']).map((each) => reader.prop(each)),
  };
}

class FilterReader {
  #conditions = 0;

  prop(element: XmlElement): PropFilter {
    const written = nameOf(element).toUpperCase();
    const dot = written.indexOf('.');
    const children = this.children(element, ['is-not-defined', 'text-match', 'param-filter']);
    const named = (name: string) => children.filter((each) => each.name === name);
    const absent = named('is-not-defined').length > 0;
    if (absent && children.length > 1) throw new FormatError('is-not-defined stands alone');
    return {
      name: written.slice(dot + 1),
      group: dot < 0 ? null : written.slice(0, dot),
      all: isAllOf(element),
      absent,
      texts: named('text-match').map(readText),
      params: named('param-filter').map((each) => this.#param(each)),
    };
  }

  #param(element: XmlElement): ParamFilter {
    const children = this.children(element, ['is-not-defined', 'text-match']);
    if (children.length > 1) throw new FormatError('a param-filter has one condition');
    const [child] = children;
    return {
      name: nameOf(element).toUpperCase(),
      absent: child?.name === 'is-not-defined',
      text: child?.name === 'text-match' ? readText(child) : null,
    };
  }

  /** RFC 6352 §8.6: what is not understood is refused, for it would find something else. */
  children(element: XmlElement, known: readonly string[]): readonly XmlElement[] {
    for (const { namespace, name } of element.children) {
      if (namespace === carddav && known.includes(name)) continue;
      throw refusal(
        'supported-filter',
        `${name} is not understood in ${element.name}`,
        elementOf({ namespace, name }),
      );
    }
    this.#conditions += element.children.length;
    if (this.#conditions > filterConditionsMax) {
      throw refusal('supported-filter', `a filter has at most ${filterConditionsMax} conditions`);
    }
    return element.children;
  }
}

function attribute({ attributes }: XmlElement, wanted: string): string | undefined {
  return attributes.find(({ name }) => name === wanted)?.value.trim();
}

function nameOf(element: XmlElement): string {
  const name = attribute(element, 'name') ?? '';
  if (name === '') throw new FormatError(`a ${element.name} has a name`);
  return name;
}

function isAllOf(element: XmlElement): boolean {
  const test = attribute(element, 'test') ?? 'anyof';
  if (test !== 'anyof' && test !== 'allof') throw new FormatError('test is anyof or allof');
  return test === 'allof';
}

/** RFC 6352 §10.5.4 */
function readText(element: XmlElement): Matcher {
  const wanted = attribute(element, 'collation') ?? 'i;unicode-casemap';
  const collation = (wanted === 'default' ? 'i;unicode-casemap' : wanted) as Collation;
  if (!collations.includes(collation)) throw refusal('supported-collation', 'that collation is not known');
  const type = (attribute(element, 'match-type') ?? 'contains') as MatchType;
  if (!matchTypes.includes(type))
    throw new FormatError('match-type is equals, contains, starts-with or ends-with');
  const negate = attribute(element, 'negate-condition') ?? 'no';
  if (negate !== 'yes' && negate !== 'no') throw new FormatError('negate-condition is yes or no');
  const { text } = element;
  if (Buffer.byteLength(text) > textMatchBytesMax) {
    throw refusal('supported-filter', `a text-match has at most ${textMatchBytesMax} bytes`);
  }
  return matcherOf({ collation, type, text, negate: negate === 'yes' });
}
