import { type Component, Property } from '../component.ts';
import { addedPerMessageMax, datesMax } from '../limits.ts';
import type { CalendarObject } from '../object.ts';
import { formatTime, timeOf } from '../values/time.ts';
import { InstanceFinder, instancesByKey } from './instance.ts';
import { compareStamps, sequenceOf, stampOf, toldOf, withTold } from './notes.ts';
import { attendeeIn, isCancelled } from './people.ts';
import { rebuilt } from './rebuild.ts';

/**
 * ADD (RFC 5546 §3.2.4) onto the copy of an attendee: instances come to what they have, each as the message says it. Null: it
 * says nothing new, or rules, which nothing that stands already can be given.
 */
export function applyAdd(
  current: CalendarObject,
  message: CalendarObject,
  me: ReadonlySet<string>,
): CalendarObject | null {
  const { master } = current;
  const [zones, zonesThere] = [message.zones(), current.zones()];
  const start = master?.property('DTSTART');
  if (master === null || start === undefined || isCancelled(master)) return null;
  const finder = new InstanceFinder(current);
  const known = instancesByKey(current, zonesThere);
  let series = master;
  const apart: Component[] = [];
  for (const added of message.instances.slice(0, addedPerMessageMax)) {
    const at = added.property('DTSTART');
    if (at === undefined || added.property('RRULE') !== undefined) continue;
    if (attendeeIn(added, me) === null || compareStamps(stampOf(added), toldOf(master)) <= 0) continue;
    const when = timeOf(at);
    const begin = timeOf(start);
    if (when.allDay !== begin.allDay) continue;
    const local = when.allDay ? when : zonesThere.timeAt(zones.instantOf(when), begin);
    const date = (name: string) => new Property(name, start.parameters, formatTime(local));
    const own = added.without('RECURRENCE-ID').with(date('RECURRENCE-ID'));
    const id = [...instancesByKey(rebuilt(null, message, [own]), zonesThere).keys()].join();
    if (known.has(id) || series.properties('RDATE').length >= datesMax) continue;
    if (finder.has(zonesThere.instantOf(local))) continue;
    known.set(id, own);
    series = series.adding(date('RDATE'));
    apart.push(withTold(own, stampOf(added)));
  }
  if (apart.length === 0) return null;
  const sequence = Math.max(sequenceOf(series), ...apart.map(sequenceOf));
  const counted = withTold(
    series.with(Property.of('SEQUENCE', String(sequence))),
    stampOf(apart.at(-1) ?? series),
  );
  return rebuilt(current, message, [counted, ...current.overrides, ...apart]);
}
