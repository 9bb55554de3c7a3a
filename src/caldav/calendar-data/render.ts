import { oneCalendar, parseComponents, writeComponent, type Zone } from '../../formats/icalendar/index.ts';
import { pick } from './pick.ts';
import { needsTimezones, type Timezones, withTimezones } from './timezones.ts';
import type { DataWish } from './wish.ts';

/** How an object is answered. */
export interface Rendering {
  readonly wish: DataWish;
  /** In which times without a zone are read; undefined: UTC. */
  readonly floating: Zone | undefined;
  readonly timezones: Timezones;
  /** Of one object, expanded. */
  readonly instancesMax: number;
  readonly objectBytesMax: number;
}

/** The bytes of an object as a report wants them (RFC 4791 §9.6). Most want them as they are. */
export function render(bytes: Buffer, { wish, floating, timezones }: Rendering): string {
  const text = bytes.toString();
  const plain = !(wish.expand || wish.limitRecurrence || wish.limitFreeBusy || wish.pick);
  if (plain && !needsTimezones(text, timezones)) return text;
  let calendar = oneCalendar(parseComponents(text, Number.POSITIVE_INFINITY));
  void floating;
  // What is expanded has no zones left.
  if (wish.expand === null) calendar = withTimezones(calendar, timezones);
  if (wish.pick) calendar = pick(calendar, wish.pick);
  return writeComponent(calendar);
}
