import { type Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import { instanceOf, instancesByKey } from './instance.ts';
import { sequenceOf } from './notes.ts';
import { addressOf, agentOf, answeredParameter, attendeesIn } from './people.ts';
import { whenOf } from './when.ts';

/**
 * Components of an organiser's object that are at another time than before, as they must be told (RFC 5546 §2.1.4, §3.2.2.1):
 * counted on where the client did not, with everybody asked anew, so that no answer to the old time is taken for one to the
 * new. Answers that the client changed by the same write stay.
 */
export function askedAnew(
  before: CalendarObject,
  after: CalendarObject,
  organizer: ReadonlySet<string>,
): ReadonlyMap<Component, Component> {
  const [zonesBefore, zones] = [before.zones(), after.zones()];
  const was = instancesByKey(before, zonesBefore);
  const series = was.get('');
  const changed = new Map<Component, Component>();
  for (const [key, component] of instancesByKey(after, zones)) {
    const then = was.get(key) ?? (series && instanceOf(series, component, zonesBefore)) ?? null;
    if (then === null || whenOf(then, zonesBefore) === whenOf(component, zones)) continue;
    changed.set(component, asked(then, component, organizer));
  }
  return changed;
}

function asked(then: Component, component: Component, organizer: ReadonlySet<string>): Component {
  const answers = new Map(attendeesIn(then).map((party) => [party.address, party.property]));
  const sequence = Math.max(sequenceOf(component), sequenceOf(then) + 1);
  return component.with(Property.of('SEQUENCE', String(sequence))).mapping((property) => {
    if (property.name !== 'ATTENDEE' || agentOf({ property, address: '' }) !== 'SERVER') return property;
    const address = addressOf(property.value);
    const partstat = property.parameter('PARTSTAT');
    const same = answers.get(address)?.parameter('PARTSTAT') === partstat;
    if (organizer.has(address) || !same || partstat === undefined || partstat === 'NEEDS-ACTION')
      return property;
    return property
      .withParameter('PARTSTAT', 'NEEDS-ACTION')
      .withParameter('RSVP', 'TRUE')
      .withParameter('DELEGATED-TO', null)
      .withParameter(answeredParameter, null);
  });
}
