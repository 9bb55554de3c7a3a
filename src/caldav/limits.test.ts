import { describe, expect, test } from 'vitest';
import { indexOf, matchesTimeRange, readCalendar, Steps } from '../formats/icalendar/index.ts';
import { parseXml } from '../formats/xml/index.ts';
import {
  type CollectionResource,
  type Exchange,
  type ItemResource,
  queryLimits,
  type Scene,
  type Visit,
} from '../webdav/index.ts';
import { render } from './calendar-data/render.ts';
import { readDataWish } from './calendar-data/wish.ts';
import { calendarFlavor } from './collections/flavor.ts';
import { judgeBytes } from './filter/in-time.ts';
import { readFilter } from './filter/parse.ts';
import { document, event } from './fixtures.ts';
import type { CaldavHouse } from './house.ts';
import {
  detailBytesMax,
  expandedInstancesMax,
  filterDepthMax,
  freeBusyDaysMax,
  judgedInstancesMax,
  queryStepsMax,
  removalJobsMax,
  timesFromYearMin,
  timesToYearMax,
  timezoneBytesMax,
  timezonesKeptMax,
} from './limits.ts';
import { caldavProperties } from './properties/index.ts';
import { shortText } from './properties/values.ts';
import { freeBusyQuery } from './reports/free-busy-query.ts';
import { floatingZoneOf, readZone } from './zones.ts';

const { filterConditionsMax, pickedNamesMax } = queryLimits;
const settings = { objectBytesMax: 1_000, instancesMax: 10, attendeesMax: 10 };
const element = (inner: string) => parseXml(Buffer.from(document('C:x', inner)));
const filter = (inner: string) =>
  readFilter(element(`<C:comp-filter name="VCALENDAR">${inner}</C:comp-filter>`));
const refused = (condition: string) =>
  expect.objectContaining({ status: 403, condition: `<C:${condition}/>` });
const caught = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('bounds', () => {
  test('of filters: conditions, depth', () => {
    const props = (count: number) => '<C:prop-filter name="X"/>'.repeat(count);
    expect(filter(props(filterConditionsMax - 1)).props).toHaveLength(filterConditionsMax - 1);
    expect(caught(() => filter(props(filterConditionsMax)))).toEqual(refused('supported-filter'));
    const deep = (depth: number): string =>
      depth === 0 ? '' : `<C:comp-filter name="VEVENT">${deep(depth - 1)}</C:comp-filter>`;
    expect(filter(deep(filterDepthMax - 1)).comps).toHaveLength(1);
    expect(caught(() => filter(deep(filterDepthMax)))).toEqual(refused('supported-filter'));
  });

  test('of what is picked from an object', () => {
    const wish = (props: number) =>
      readDataWish(element(`<C:comp name="VCALENDAR">${'<C:prop name="X"/>'.repeat(props)}</C:comp>`));
    expect(wish(pickedNamesMax - 1).pick?.name).toBe('VCALENDAR');
    expect(caught(() => wish(pickedNamesMax))).toEqual(refused('supported-calendar-data'));
  });

  test('of details and zones', () => {
    expect(shortText(element('x'.repeat(detailBytesMax)))).toHaveLength(detailBytesMax);
    expect(caught(() => shortText(element('x'.repeat(detailBytesMax + 1))))).toMatchObject({ status: 409 });
    expect(caught(() => readZone('x'.repeat(timezoneBytesMax + 1)))).toEqual(refused('valid-calendar-data'));
    const zone = (at: number) =>
      `BEGIN:VTIMEZONE\r\nTZID:Z${at}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0${at % 10}00\r\nTZOFFSETTO:+0${at % 10}00\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`;
    for (let at = 0; at <= timezonesKeptMax; at++)
      expect(floatingZoneOf({ timezone: zone(at) })?.offsetAt(0)).toBe((at % 10) * 3_600_000);
    expect(floatingZoneOf({ timezone: zone(3) })?.offsetAt(0)).toBe(3 * 3_600_000);
  });

  test('of times, as clients are told', () => {
    const told = (name: string) =>
      caldavProperties(settings)
        .find((each) => each.name === name)
        ?.read({ path: [] } as never, {} as Visit);
    expect(told('min-date-time')).toBe(`${String(timesFromYearMin).padStart(4, '0')}0101T000000Z`);
    expect(told('max-date-time')).toBe(`${timesToYearMax}1231T235959Z`);
  });
});

test('a calendar that goes tells whom it concerns, with it or before it', async () => {
  const removed: string[] = [];
  const scheduling = { leaving: async () => [{ kind: 'itip', key: '1', payload: null }] };
  const scene = {
    visit: {},
    house: {
      collections: {
        async *items() {
          yield [{ name: 'plain', scheduleTag: '' }];
          yield Array.from({ length: removalJobsMax + 1 }, (_, at) => ({ name: `${at}`, scheduleTag: 't' }));
        },
        remove: async (_: number, __: number, name: string, options: { jobs: readonly unknown[] }) => {
          expect(options.jobs).toHaveLength(1);
          removed.push(name);
        },
      },
    },
  } as unknown as Scene;
  const flavor = calendarFlavor({ settings, scheduling } as unknown as CaldavHouse);
  const { jobs } = (await flavor.removingAll?.(scene, {} as never)) ?? {};
  expect([jobs?.length, removed]).toEqual([removalJobsMax, [`${removalJobsMax}`]]);
});

describe('a query', () => {
  test('whose objects have too many instances says so', () => {
    const wish = {
      pick: null,
      limitRecurrence: null,
      limitFreeBusy: null,
      expand: { startMs: 0, endMs: 9e12 },
    };
    const budget = { instances: expandedInstancesMax };
    const bytes = Buffer.from(event('x', 'RRULE:FREQ=DAILY', 'DTSTART:20000101T000000Z'));
    const steps = new Steps(queryStepsMax, queryStepsMax);
    const common = { wish, floating: undefined, timezones: 'with', budget, steps } as const;
    const text = (instancesMax: number) => render(bytes, { ...common, instancesMax });
    // By itself it has too many: others may be answered still.
    expect([text(10), budget.instances]).toEqual([null, expandedInstancesMax - 10]);
    for (let at = 0; at < 5; at++) text(expandedInstancesMax / 5);
    expect(budget.instances).toBe(-1);
    expect(text(10)).toBeNull();
  });

  test('queryStepsMax: whose rules take too much to be looked at says so', () => {
    const march = { startMs: Date.UTC(2027, 2, 1), endMs: Date.UTC(2027, 3, 1) };
    const wish = { pick: null, limitRecurrence: null, limitFreeBusy: null, expand: march };
    const rules = 'RRULE:FREQ=SECONDLY\r\nEXRULE:FREQ=SECONDLY';
    const heavy = event('x', rules, 'DTSTART:20000101T000000Z');
    const { digest } = indexOf(readCalendar(heavy));
    const steps = new Steps(queryStepsMax);
    const common = { wish, floating: undefined, timezones: 'with', instancesMax: 9, steps } as const;
    let asked = 0;
    for (; !steps.spent; asked++) matchesTimeRange(digest, 'VEVENT', march, { steps });
    // Of one object a tenth of them.
    expect(asked).toBe(10);
    // Nothing that recurs is expanded any more.
    expect(render(Buffer.from(heavy), { ...common, budget: { instances: 9 } })).toBeNull();
  });

  test('looks at so many instances for the component that says them, and then takes it for one', () => {
    const override = (id: string) =>
      `BEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:${id}\r\nDTSTART:${id}\r\nSUMMARY:Party\r\nEND:VEVENT\r\nEND:VCALENDAR`;
    const text = (id: string) =>
      event('x', 'RRULE:FREQ=DAILY', 'DTSTART:20000101T000000Z').replace('END:VCALENDAR', override(id));
    const party = (days: number) => {
      const bytes = Buffer.from(text('20100101T000000Z'));
      const start = Date.UTC(2000, 0, 1);
      const range = { startMs: start, endMs: start + days * 86_400_000 };
      const prop = {
        name: 'SUMMARY',
        absent: false,
        range: null,
        params: [],
        text: (at: string) => at === 'Party',
      };
      const within = { name: 'VEVENT', absent: false, range, props: [prop], comps: [] };
      const digest = indexOf(readCalendar(bytes)).digest;
      const item = { held: bytes, row: { digest } } as unknown as ItemResource;
      return judgeBytes({ ...within, name: 'VCALENDAR', range: null, props: [], comps: [within] }, item, {});
    };
    expect(party(judgedInstancesMax)).toBe(false);
    expect(party(judgedInstancesMax + 1)).toBe(true);
  });

  test('of busy times is of a bounded time', async () => {
    const asked = document(
      'C:free-busy-query',
      '<C:time-range start="20000101T000000Z" end="20300101T000000Z"/>',
    );
    const run = freeBusyQuery.run({} as Exchange, {} as CollectionResource, parseXml(Buffer.from(asked)));
    await expect(run).rejects.toThrow(`${freeBusyDaysMax} days`);
  });
});
