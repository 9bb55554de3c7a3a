import { objectKinds, type RangedComponent, type TimeRange } from '../../formats/icalendar/index.ts';
import type { Component as ComponentName, ItemRow, Span } from '../../stores/collections/index.ts';
import type { CompFilter, PropFilter } from './types.ts';

/** How a filter is answered: what the index finds, what the digest says of that, and whether the bytes must be read too. */
export interface FilterPlan {
  /** For the index: nothing outside of it can be what is looked for. */
  readonly span: Span;
  /** Of what the row says alone. False: it is not what is looked for. */
  row(row: ItemRow): boolean;
  /** Ranges that the digest judges: of a component, or of its alarms. */
  readonly ranges: readonly RangeTest[];
  /** Null: row and ranges say it all. */
  readonly rest: CompFilter | null;
  /** All of it. */
  readonly whole: CompFilter;
}

export interface RangeTest {
  readonly component: RangedComponent;
  readonly range: TimeRange;
}

/** Those that an item can be made of, and so be found by. */
const kinds: ReadonlySet<string> = new Set(objectKinds);

const everywhere = { startMs: null, endMs: null };

/** Takes a filter apart. Everything that it looks for must be so, so each part may be judged where that is cheapest. */
export function planFilter(filter: CompFilter): FilterPlan {
  const wanted = filter.comps.filter(({ name, absent }) => kinds.has(name) && !absent);
  const [first] = wanted;
  // An object is of one kind.
  if (first !== undefined && wanted.some(({ name }) => name !== first.name))
    return { span: everywhere, row: () => false, ranges: [], rest: null, whole: filter };
  const absent = new Set(
    filter.comps.filter((each) => each.absent && kinds.has(each.name)).map(({ name }) => name),
  );
  const component = first?.name as ComponentName | undefined;
  const ranges = wanted.flatMap(rangesOf);
  const uids = wanted.flatMap(({ props }) => props.filter(isPlainUid));
  return {
    span: { ...spanOf(ranges), ...(component === undefined ? {} : { component }) },
    row: (row) =>
      (component === undefined || row.component === component) &&
      !absent.has(row.component) &&
      uids.every((each) => (each.absent ? false : each.text === null || each.text(row.uid))),
    ranges,
    rest: isAnswered(filter) ? null : filter,
    whole: filter,
  };
}

function rangesOf({ name, range, comps }: CompFilter): readonly RangeTest[] {
  const alarms = comps.filter((each) => each.name === 'VALARM' && !each.absent);
  return [{ name, range }, ...alarms].flatMap((each) =>
    each.range === null ? [] : [{ component: each.name as RangedComponent, range: each.range }],
  );
}

/** What must be so for all of the ranges: to end after the latest start, to begin before the earliest end. */
function spanOf(ranges: readonly RangeTest[]): Pick<Span, 'startMs' | 'endMs'> {
  let { startMs, endMs }: { startMs: number | null; endMs: number | null } = everywhere;
  for (const { range } of ranges) {
    startMs = startMs === null ? range.startMs : Math.max(startMs, range.startMs ?? startMs);
    endMs = endMs === null ? range.endMs : Math.min(endMs, range.endMs ?? endMs);
  }
  // Ranges that lie apart leave a span that ends before it starts, which an index may take for nothing.
  if (startMs !== null && endMs !== null && endMs <= startMs) return everywhere;
  return { startMs, endMs };
}

const isPlainUid = ({ name, range, params }: PropFilter) =>
  name === 'UID' && range === null && params.length === 0;

/** Whether nothing is asked that stands in the bytes alone. */
function isAnswered(filter: CompFilter): boolean {
  if (filter.props.length > 0) return false;
  return filter.comps.every((each) => {
    if (!kinds.has(each.name)) return false;
    if (each.absent) return true;
    return (
      each.props.every(isPlainUid) &&
      each.comps.every(
        ({ name, absent, range, props, comps }) =>
          name === 'VALARM' && !absent && range !== null && props.length === 0 && comps.length === 0,
      )
    );
  });
}
