import type { ComponentPick, TimeRange } from '../../formats/icalendar/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { refusal } from '../conditions.ts';
import { readTimeRange } from '../filter/time-range.ts';
import { pickedNamesMax } from '../limits.ts';
import { caldav } from '../names.ts';

/** What is to become of the bytes of each object (RFC 4791 §9.6). */
export interface DataWish {
  readonly pick: ComponentPick | null;
  readonly expand: TimeRange | null;
  readonly limitRecurrence: TimeRange | null;
  readonly limitFreeBusy: TimeRange | null;
}

export const isData = ({ namespace, name }: { readonly namespace: string; readonly name: string }) =>
  namespace === caldav && name === 'calendar-data';

/** Of the CALDAV:calendar-data inside of a DAV:prop. */
export function readDataWish(element: XmlElement): DataWish {
  const attribute = (wanted: string) => element.attributes.find(({ name }) => name === wanted)?.value.trim();
  const type = attribute('content-type')?.toLowerCase() ?? 'text/calendar';
  if (type !== 'text/calendar' || (attribute('version') ?? '2.0') !== '2.0')
    throw refusal('supported-calendar-data', 'calendars are answered as text/calendar, version 2.0');
  const own = element.children.filter(({ namespace }) => namespace === caldav);
  const named = (name: string) => own.find((each) => each.name === name);
  const range = (name: string) => {
    const found = named(name);
    return found ? readTimeRange(found, 'valid-calendar-data', true) : null;
  };
  const [expand, limitRecurrence] = [range('expand'), range('limit-recurrence-set')];
  if (expand && limitRecurrence)
    throw refusal('valid-calendar-data', 'recurrences are either expanded or limited');
  const comp = named('comp');
  return {
    pick: comp ? new CompReader().read(comp) : null,
    expand,
    limitRecurrence,
    limitFreeBusy: range('limit-freebusy-set'),
  };
}

class CompReader {
  #names = 0;

  read(element: XmlElement): ComponentPick {
    const own = element.children.filter(({ namespace }) => namespace === caldav);
    const has = (name: string) => own.some((each) => each.name === name);
    const props = own.filter(({ name }) => name === 'prop');
    const comps = own.filter(({ name }) => name === 'comp');
    return {
      name: this.#nameOf(element),
      properties: has('allprop')
        ? null
        : props.map((each) => ({ name: this.#nameOf(each), novalue: isYes(each, 'novalue') })),
      components: has('allcomp') ? null : comps.map((each) => this.read(each)),
    };
  }

  #nameOf({ attributes }: XmlElement): string {
    if (++this.#names > pickedNamesMax)
      throw refusal('valid-calendar-data', `at most ${pickedNamesMax} names are picked`);
    return (
      attributes
        .find(({ name }) => name === 'name')
        ?.value.trim()
        .toUpperCase() ?? ''
    );
  }
}

const isYes = ({ attributes }: XmlElement, wanted: string) =>
  attributes.find(({ name }) => name === wanted)?.value === 'yes';
