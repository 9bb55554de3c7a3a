import type { Component, Property } from '../component.ts';
import { answersPerMessageMax, delegatesMax } from '../limits.ts';
import type { CalendarObject } from '../object.ts';
import { eachProperty } from './attendee.ts';
import { InstanceFinder, instanceKey, instancesByKey } from './instance.ts';
import { sequenceOf } from './notes.ts';
import { addressOf, answeredParameter, attendeeIn, attendeesIn, partstatOf } from './people.ts';
import { percentOf, progressParameter } from './progress.ts';
import { rebuilt } from './rebuild.ts';

/**
 * REPLY (RFC 5546 §3.2.3) onto the organiser's object. Null: it says nothing new, or it is by somebody who was not invited,
 * about what has changed since, or about instances that there are not.
 */
export function applyReply(
  current: CalendarObject,
  message: CalendarObject,
  from: ReadonlySet<string>,
): CalendarObject | null {
  const components = new Map(instancesByKey(current, current.zones()));
  const finder = new InstanceFinder(current);
  const zones = message.zones();
  const namesEach = message.calendar.property(eachProperty) !== undefined;
  let changed = false;
  // What is said of the series comes first: instances may differ from it.
  const said = message.instances
    .slice(0, answersPerMessageMax)
    .map((one) => [instanceKey(one, zones), one] as const);
  for (const [key, answering] of said.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const answer = attendeeIn(answering, from);
    const component = components.get(key) ?? finder.find(answering);
    const answered = answer && component && answeredBy(component, answering, answer.property);
    if (answer === null || component === null || answered === null) continue;
    components.set(key, answered);
    changed = true;
    if (key !== '') continue;
    // Single instances follow, where the attendee has not answered them otherwise; of one that was asked anew, who names each
    // would say so.
    const old = attendeeIn(component, from);
    for (const [other, override] of components) {
      const own = other === '' ? null : attendeeIn(override, from);
      if (own === null || old === null || partstatOf(own) !== partstatOf(old)) continue;
      const followed = answeredBy(override, answering, answer.property, !namesEach);
      if (followed !== null) components.set(other, followed);
    }
  }
  return changed ? rebuilt(current, message, [...components.values()]) : null;
}

/** A component with an answer in it; null where it is not taken. `follows`: it was given to the series, whatever that counts. */
function answeredBy(
  component: Component,
  said: Component,
  answer: Property,
  follows = false,
): Component | null {
  if (!follows && sequenceOf(said) < sequenceOf(component)) return null;
  const stamp = said.property('DTSTAMP')?.value ?? '';
  const own = attendeeIn(component, new Set([addressOf(answer.value)]));
  if (own === null) return joined(component, answer, stamp);
  const partstat = answer.parameter('PARTSTAT')?.toUpperCase() ?? 'NEEDS-ACTION';
  const delegates = answer.parameterValues('DELEGATED-TO').slice(0, delegatesMax);
  const percent = component.name === 'VTODO' ? percentOf(said) : null;
  const before = own.property.parameter(answeredParameter) ?? '';
  const same =
    partstatOf(own) === partstat &&
    own.property.parameterValues('DELEGATED-TO').join() === delegates.join() &&
    (own.property.parameter(progressParameter) ?? '') === String(percent ?? '');
  if (stamp < before || (stamp === before && same)) return null;
  const next = own.property
    .withParameter('PARTSTAT', partstat)
    .withParameter('RSVP', null)
    .withParameter('DELEGATED-TO', delegates.length === 0 ? null : delegates)
    .withParameter('SCHEDULE-STATUS', '2.0')
    .withParameter(progressParameter, percent === null ? null : String(percent))
    .withParameter(answeredParameter, stamp === '' ? null : stamp);
  const dropped = own.property.parameterValues('DELEGATED-TO').filter((to) => !delegates.includes(to));
  const gone = delegatesOf(component, own.address, new Set(dropped.map(addressOf)));
  const answered = component.mapping((property) =>
    property === own.property ? next : gone.has(property) ? null : property,
  );
  return partstat === 'DELEGATED' ? withDelegates(answered, own.property, delegates) : answered;
}

/** Those who are there because `by` delegated to them: they are uninvited when that is taken back. */
function delegatesOf(component: Component, by: string, to: ReadonlySet<string>): ReadonlySet<Property> {
  const found = attendeesIn(component).filter(
    ({ address, property }) =>
      to.has(address) && property.parameterValues('DELEGATED-FROM').some((from) => addressOf(from) === by),
  );
  return new Set(found.map(({ property }) => property));
}

/** Who is delegated to is invited by the organiser, and hears from them (RFC 5546 §3.2.2.3). */
function withDelegates(component: Component, by: Property, delegates: readonly string[]): Component {
  const known = new Set(attendeesIn(component).map(({ address }) => address));
  const fresh = delegates.filter((to) => !known.has(addressOf(to)) && /^[a-z][a-z\d+.-]*:./i.test(to));
  return component.adding(
    ...fresh.map((to) =>
      by
        .withValue(to)
        .withParameter('CN', null)
        .withParameter('DIR', null)
        .withParameter('MEMBER', null)
        .withParameter('SENT-BY', null)
        .withParameter('SCHEDULE-STATUS', null)
        .withParameter('SCHEDULE-FORCE-SEND', null)
        .withParameter(answeredParameter, null)
        .withParameter(progressParameter, null)
        .withParameter('DELEGATED-TO', null)
        .withParameter('CUTYPE', null)
        .withParameter('DELEGATED-FROM', by.value)
        .withParameter('PARTSTAT', 'NEEDS-ACTION')
        .withParameter('RSVP', 'TRUE'),
    ),
  );
}

/** Who answers in the place of an attendee that told of having delegated to them joins; others do not. */
function joined(component: Component, answer: Property, stamp: string): Component | null {
  const by = new Set(answer.parameterValues('DELEGATED-FROM').map(addressOf));
  const me = addressOf(answer.value);
  const known = attendeesIn(component).some(
    ({ address, property }) =>
      by.has(address) && property.parameterValues('DELEGATED-TO').some((to) => addressOf(to) === me),
  );
  if (!known) return null;
  return component.adding(
    answer
      .withParameter('RSVP', null)
      .withParameter('SCHEDULE-STATUS', '2.0')
      .withParameter(answeredParameter, stamp === '' ? null : stamp),
  );
}
