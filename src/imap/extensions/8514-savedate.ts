import type { Extension } from '../features.ts';
import { type ItemPlan, rowItem } from '../fetch/plan.ts';
import { compareDay, localDay } from '../search/days.ts';
import type { SearchKeyFeature } from '../search/keys.ts';
import type { CalendarDate, Decoder } from '../wire/index.ts';

const savedateItem: ItemPlan = rowItem((out, { row }) => out.raw('SAVEDATE ').dateTime(row.saved));

/** RFC 8514 §4.3: like BEFORE, ON and SINCE; the day is that of UTC, in which SAVEDATE is told. */
function key(name: string, compare: 'before' | 'on' | 'since'): SearchKeyFeature {
  return {
    name,
    parse(decoder: Decoder) {
      decoder.sp();
      return decoder.date();
    },
    judge(value) {
      const { utcMs } = value as CalendarDate;
      return { cost: 'row', test: ({ row }) => compareDay(localDay(row.saved, 0), compare, utcMs) };
    },
  };
}

/** SAVEDATE: when a message came into its mailbox, however old it is; COPY and MOVE begin anew, every mailbox keeps it. */
export const savedateExtension: Extension = {
  rfc: 8514,
  name: 'SAVEDATE',
  capabilities: ({ member }) => (member === null ? [] : ['SAVEDATE']),
  fetchItems: [{ name: 'SAVEDATE', parse: () => null, plan: () => savedateItem }],
  searchKeys: [
    key('SAVEDBEFORE', 'before'),
    key('SAVEDON', 'on'),
    key('SAVEDSINCE', 'since'),
    { name: 'SAVEDATESUPPORTED', parse: () => null, judge: () => ({ cost: 'none', test: () => true }) },
  ],
};
