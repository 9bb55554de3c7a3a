import { type CalendarObject, indexOf } from '../../formats/icalendar/index.ts';

/** What was there and what comes, of one account. */
export interface Change {
  readonly account: number;
  readonly before: CalendarObject | null;
  readonly after: CalendarObject | null;
  /** The owner's addresses in either. */
  readonly self: ReadonlySet<string>;
}

/**
 * Whether all of it is over. Who puts old things in order, or brings a calendar along from elsewhere, writes no mail by that,
 * and what is taken away then is called off for nobody.
 */
export function isOver(objects: readonly (CalendarObject | null)[], nowMs: number): boolean {
  return objects.every((object) => {
    if (object === null) return true;
    const { lastMs } = indexOf(object);
    return object.kind === 'VEVENT' && lastMs !== null && lastMs < nowMs;
  });
}
