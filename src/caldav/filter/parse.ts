import type { XmlElement } from '../../formats/xml/index.ts';
import { type Collation, collations, matcherOf } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { filterConditionsMax, filterDepthMax, textMatchBytesMax } from '../limits.ts';
import { caldav } from '../names.ts';
import { readTimeRange } from './time-range.ts';
import type { CompFilter, ParamFilter, PropFilter, Test } from './types.ts';

const invalid = (message: string) => refusal('valid-filter', message);

/** A CALDAV:filter (RFC 4791 §9.7). DavError with valid-filter, supported-filter or supported-collation. */
export function readFilter(filter: XmlElement): CompFilter {
  const [top, ...more] = own(filter);
  if (top?.name !== 'comp-filter' || more.length > 0) throw invalid('a filter holds one comp-filter');
  const read = new FilterReader().comp(top, 1);
  if (read.name !== 'VCALENDAR' || read.absent || read.range !== null)
    throw invalid('the outermost comp-filter is of VCALENDAR, without a time-range');
  return read;
}

const own = ({ children }: XmlElement) => children.filter(({ namespace }) => namespace === caldav);

function nameOf({ name: element, attributes }: XmlElement): string {
  const name =
    attributes
      .find(({ name }) => name === 'name')
      ?.value.trim()
      .toUpperCase() ?? '';
  if (!/^[A-Z0-9-]{1,64}$/.test(name)) throw invalid(`a ${element} has the name of what it is about`);
  return name;
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

class FilterReader {
  #conditions = 0;

  comp(element: XmlElement, depth: number): CompFilter {
    this.#count();
    if (depth > filterDepthMax) throw refusal('supported-filter', 'comp-filters lie too deep in each other');
    const name = nameOf(element);
    let absent = false;
    let range: CompFilter['range'] = null;
    const props: PropFilter[] = [];
    const comps: CompFilter[] = [];
    const parts = own(element);
    for (const part of parts) {
      if (part.name === 'is-not-defined') absent = true;
      else if (part.name === 'time-range') {
        if (range !== null) throw invalid('a comp-filter has one time-range');
        if (!timed.has(name)) throw invalid(`a ${name} has no place in time`);
        range = readTimeRange(part, 'valid-filter');
      } else if (part.name === 'prop-filter') props.push(this.#prop(part));
      else if (part.name === 'comp-filter') comps.push(this.comp(part, depth + 1));
      else throw invalid(`a comp-filter holds no ${part.name}`);
    }
    alone(absent, parts);
    return { name, absent, range, props, comps };
  }

  #prop(element: XmlElement): PropFilter {
    this.#count();
    const name = nameOf(element);
    let absent = false;
    let range: PropFilter['range'] = null;
    let text: Test | null = null;
    const params: ParamFilter[] = [];
    const parts = own(element);
    for (const part of parts) {
      if (part.name === 'is-not-defined') absent = true;
      else if (part.name === 'time-range' && range === null && text === null)
        range = readTimeRange(part, 'valid-filter');
      else if (part.name === 'text-match' && range === null && text === null) text = readText(part);
      else if (part.name === 'param-filter') params.push(this.#param(part));
      else throw invalid(`${part.name} does not fit into this prop-filter`);
    }
    alone(absent, parts);
    return { name, absent, range, text, params };
  }

  #param(element: XmlElement): ParamFilter {
    this.#count();
    const name = nameOf(element);
    const [part, ...more] = own(element);
    if (more.length > 0) throw invalid('a param-filter has one condition');
    if (part === undefined) return { name, absent: false, text: null };
    if (part.name === 'is-not-defined') return { name, absent: true, text: null };
    if (part.name !== 'text-match') throw invalid(`a param-filter holds no ${part.name}`);
    return { name, absent: false, text: readText(part) };
  }

  #count(): void {
    if (++this.#conditions > filterConditionsMax)
      throw refusal('supported-filter', `a filter has at most ${filterConditionsMax} conditions`);
  }
}

function alone(absent: boolean, parts: readonly XmlElement[]): void {
  if (absent && parts.length > 1) throw invalid('is-not-defined stands alone');
}

/** RFC 4791 §9.7.5: a part of the value, whatever its case, unless it says otherwise. */
function readText({ text, attributes }: XmlElement): Test {
  const attribute = (wanted: string) => attributes.find(({ name }) => name === wanted)?.value.trim();
  if (Buffer.byteLength(text) > textMatchBytesMax)
    throw refusal('supported-filter', `a text-match is at most ${textMatchBytesMax} bytes long`);
  const wanted = attribute('collation') ?? 'default';
  const collation = collationNamed(wanted);
  if (collation === null)
    throw refusal('supported-collation', `there is no collation ${JSON.stringify(wanted)}`);
  const negate = attribute('negate-condition') ?? 'no';
  if (negate !== 'yes' && negate !== 'no') throw invalid('negate-condition is yes or no');
  return matcherOf({ collation, type: 'contains', text, negate: negate === 'yes' });
}

function collationNamed(name: string): Collation | null {
  // RFC 4791 §7.5
  if (name === 'default') return 'i;ascii-casemap';
  return collations.find((each) => each === name) ?? null;
}
