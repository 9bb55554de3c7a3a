import { FormatError } from '../../base/index.ts';
import { escapeXml, type XmlElement } from '../../formats/xml/index.ts';
import { attributeOf, type FilterDialect, FilterReader, isAbsent, type Xml } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { carddav } from '../names.ts';
import type { CardFilter, PropFilter } from './types.ts';

const dialect: FilterDialect = {
  namespace: carddav,
  // RFC 6352 §10.5.4
  collation: 'i;unicode-casemap',
  matchTypes: true,
  invalid: (message) => new FormatError(message),
  // §8.6: what is not understood is refused, for something else would be found.
  unknown: ({ name }, within) =>
    refusal('supported-filter', `${name} is not understood in ${within.name}`, unsupported(within)),
  refused: refusal,
};

/** What the precondition names: a prop-filter or a param-filter that cannot be served. */
function unsupported(within: XmlElement): Xml {
  const name = attributeOf(within, 'name');
  if (name === undefined) return '';
  return `<CARD:${within.name} name="${escapeXml(name)}"/>`;
}

/** CARDDAV:filter (RFC 6352 §10.5). DavError with the precondition that does not hold. */
export function readFilter(element: XmlElement): CardFilter {
  const reader = new FilterReader(dialect);
  return {
    all: isAllOf(element),
    props: reader.parts(element, ['prop-filter']).map((each) => prop(reader, each)),
  };
}

function prop(reader: FilterReader, element: XmlElement): PropFilter {
  const written = reader.name(element);
  const dot = written.indexOf('.');
  const parts = reader.parts(element, ['is-not-defined', 'text-match', 'param-filter']);
  const named = (name: string) => parts.filter((each) => each.name === name);
  return {
    name: written.slice(dot + 1),
    group: dot < 0 ? null : written.slice(0, dot),
    all: isAllOf(element),
    absent: isAbsent(parts),
    texts: named('text-match').map((each) => reader.text(each)),
    params: named('param-filter').map((each) => reader.param(each)),
  };
}

function isAllOf(element: XmlElement): boolean {
  const test = attributeOf(element, 'test') ?? 'anyof';
  if (test !== 'anyof' && test !== 'allof') throw new FormatError('test is anyof or allof');
  return test === 'allof';
}
