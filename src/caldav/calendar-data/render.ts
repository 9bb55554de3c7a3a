import {
  CalendarError,
  type CalendarObject,
  type Component,
  expand,
  limitFreebusySet,
  limitRecurrenceSet,
  objectOf,
  oneCalendar,
  parseComponents,
  pick,
  type Steps,
  writeComponent,
  type Zone,
} from '../../formats/icalendar/index.ts';
import { needsTimezones, type Timezones, withTimezones, withTimezoneTexts } from './timezones.ts';
import type { DataWish } from './wish.ts';

/** How objects are answered. */
export interface Rendering {
  readonly wish: DataWish;
  /** In which times without a zone are read; undefined: UTC. */
  readonly floating: Zone | undefined;
  readonly timezones: Timezones;
  /** Of one object, expanded. */
  readonly instancesMax: number;
  /** Instances that the whole answer may still have; below 0: there were more. */
  readonly budget: { instances: number };
  readonly steps: Steps;
}

/** The bytes of an object as a report wants them (RFC 4791 §9.6); most want them as they are. Null: that is too much. */
export function render(bytes: Buffer, rendering: Rendering): string | null {
  const { wish, timezones } = rendering;
  const text = bytes.toString();
  const shaped = wish.expand ?? wish.limitRecurrence ?? wish.limitFreeBusy;
  if (!shaped && !wish.pick) {
    if (!needsTimezones(text, timezones)) return text;
    const quick = timezones === 'with' ? withTimezoneTexts(text) : null;
    if (quick !== null) return quick;
  }
  try {
    const kept = oneCalendar(parseComponents(text, Number.POSITIVE_INFINITY));
    let calendar = shaped ? shape(kept, rendering) : kept;
    if (calendar === null) return null;
    // What is expanded has no zones left.
    if (wish.expand === null) calendar = withTimezones(calendar, timezones);
    return writeComponent(wish.pick ? pick(calendar, wish.pick) : calendar);
  } catch (error) {
    // It was taken once by other rules than today's: then it is answered as it is kept.
    if (error instanceof CalendarError) return text;
    throw error;
  }
}

function shape(
  calendar: Component,
  { wish, floating, instancesMax, budget, steps }: Rendering,
): Component | null {
  let shaped = calendar;
  // Its METHOD, if it has one, is of no interest here: messages in the inbox are objects too.
  const object = (): CalendarObject => objectOf(shaped, { bytesMax: Number.POSITIVE_INFINITY });
  if (wish.limitFreeBusy) shaped = limitFreebusySet(object(), wish.limitFreeBusy);
  if (wish.limitRecurrence) return limitRecurrenceSet(object(), wish.limitRecurrence, floating);
  if (wish.expand === null) return shaped;
  if (budget.instances < 0) return null;
  const { calendar: expanded, capped } = expand(
    object(),
    wish.expand,
    Math.min(instancesMax, budget.instances),
    { floating, steps },
  );
  budget.instances -= expanded.components().length;
  // One that has too many by itself leaves room for others.
  if (capped && budget.instances === 0) budget.instances = -1;
  return capped ? null : expanded;
}
