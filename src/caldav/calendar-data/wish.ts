import { FormatError } from '../../base/index.ts';
import type { ComponentPick, TimeRange } from '../../formats/icalendar/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { attributeOf, PickReader } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { readTimeRange } from '../filter/time-range.ts';
import { caldav } from '../names.ts';

/** What is to become of the bytes of each object (RFC 4791 §9.6). */
export interface DataWish {
  readonly pick: ComponentPick | null;
  readonly expand: TimeRange | null;
  readonly limitRecurrence: TimeRange | null;
  readonly limitFreeBusy: TimeRange | null;
}

/** Of the CALDAV:calendar-data inside of a DAV:prop. */
export function readDataWish(element: XmlElement): DataWish {
  const type = attributeOf(element, 'content-type')?.toLowerCase() ?? 'text/calendar';
  if (type !== 'text/calendar' || (attributeOf(element, 'version') ?? '2.0') !== '2.0')
    throw refusal('supported-calendar-data', 'calendars are answered as text/calendar, version 2.0');
  const own = element.children.filter(({ namespace }) => namespace === caldav);
  const named = (name: string) => own.find((each) => each.name === name);
  const range = (name: string) => {
    const found = named(name);
    return found ? readTimeRange(found, (message) => new FormatError(message), true) : null;
  };
  const [expand, limitRecurrence] = [range('expand'), range('limit-recurrence-set')];
  if (expand && limitRecurrence) throw new FormatError('recurrences are either expanded or limited');
  const comp = named('comp');
  return {
    pick: comp
      ? compOf(new PickReader((message) => refusal('supported-calendar-data', message)), comp)
      : null,
    expand,
    limitRecurrence,
    limitFreeBusy: range('limit-freebusy-set'),
  };
}

function compOf(reader: PickReader, element: XmlElement): ComponentPick {
  const own = element.children.filter(({ namespace }) => namespace === caldav);
  const has = (name: string) => own.some((each) => each.name === name);
  const props = own.filter(({ name }) => name === 'prop');
  const comps = own.filter(({ name }) => name === 'comp');
  return {
    name: reader.name(element),
    properties: has('allprop') ? null : props.map((each) => reader.property(each)),
    components: has('allcomp') ? null : comps.map((each) => compOf(reader, each)),
  };
}
