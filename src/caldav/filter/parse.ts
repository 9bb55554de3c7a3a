import type { XmlElement } from '../../formats/xml/index.ts';
import { type FilterDialect, FilterReader, isAbsent } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { filterDepthMax } from '../limits.ts';
import { caldav } from '../names.ts';
import { readTimeRange } from './time-range.ts';
import type { CompFilter, PropFilter } from './types.ts';

const invalid = (message: string) => refusal('valid-filter', message);

const dialect: FilterDialect = {
  namespace: caldav,
  // RFC 4791 §7.5
  collation: 'i;ascii-casemap',
  matchTypes: false,
  invalid,
  unknown: ({ name }, within) => invalid(`a ${within.name} holds no ${name}`),
  refused: refusal,
};

/** A CALDAV:filter (RFC 4791 §9.7). DavError with valid-filter, supported-filter or supported-collation. */
export function readFilter(filter: XmlElement): CompFilter {
  const reader = new FilterReader(dialect);
  const [top, ...more] = reader.parts(filter, ['comp-filter']);
  if (top === undefined || more.length > 0) throw invalid('a filter holds one comp-filter');
  const read = comp(reader, top, 1);
  if (read.name !== 'VCALENDAR' || read.absent || read.range !== null)
    throw invalid('the outermost comp-filter is of VCALENDAR, without a time-range');
  return read;
}

/** Components that have a place in time (RFC 4791 §9.9). */
const timed: ReadonlySet<string> = new Set([
  'VEVENT',
  'VTODO',
  'VJOURNAL',
  'VFREEBUSY',
  'VALARM',
  'VAVAILABILITY',
]);

/** RFC 4791 §9.7.1 */
function comp(reader: FilterReader, element: XmlElement, depth: number): CompFilter {
  if (depth > filterDepthMax) throw refusal('supported-filter', 'comp-filters lie too deep in each other');
  const name = reader.name(element);
  const parts = reader.parts(element, ['is-not-defined', 'time-range', 'prop-filter', 'comp-filter']);
  const named = (wanted: string) => parts.filter((part) => part.name === wanted);
  const range = rangeIn(parts);
  if (range !== null && !timed.has(name)) throw invalid(`a ${name} has no place in time`);
  return {
    name,
    absent: isAbsent(parts),
    range,
    props: named('prop-filter').map((part) => prop(reader, part)),
    comps: named('comp-filter').map((part) => comp(reader, part, depth + 1)),
  };
}

/** RFC 4791 §9.7.2 */
function prop(reader: FilterReader, element: XmlElement): PropFilter {
  const name = reader.name(element);
  const parts = reader.parts(element, ['is-not-defined', 'time-range', 'text-match', 'param-filter']);
  const [text, ...more] = parts.filter((part) => part.name === 'text-match');
  const range = rangeIn(parts);
  if (more.length > 0 || (text !== undefined && range !== null))
    throw invalid('a prop-filter has one time-range or text-match');
  return {
    name,
    absent: isAbsent(parts),
    range,
    text: text === undefined ? null : reader.text(text),
    params: parts.filter((part) => part.name === 'param-filter').map((part) => reader.param(part)),
  };
}

function rangeIn(parts: readonly XmlElement[]) {
  const [range, ...more] = parts.filter(({ name }) => name === 'time-range');
  if (more.length > 0) throw invalid('there is one time-range');
  return range === undefined ? null : readTimeRange(range, invalid);
}
