import type { Component, Property } from '../component.ts';

/** How far an attendee is with a to-do, in percent (RFC 5546 §3.4.3), as the organiser's object notes it of each. */
export const progressParameter = 'X-MYCO-PERCENT';

/** 0 to 100; null where it is not said. */
export function percentOf(component: Component): number | null {
  const text = component.property('PERCENT-COMPLETE')?.value.trim() ?? '';
  return /^\d{1,3}$/.test(text) ? Math.min(Number(text), 100) : null;
}

const statusOf = (component: Component) => component.text('STATUS')?.trim().toUpperCase() ?? '';

/** What of a to-do says how far its attendee is; nothing of anything else. */
export function progressOf(component: Component): readonly string[] {
  if (component.name !== 'VTODO') return [];
  return [
    statusOf(component),
    String(percentOf(component) ?? ''),
    component.property('COMPLETED')?.value ?? '',
  ];
}

/** An ATTENDEE as its to-do says: clients that tick it off leave PARTSTAT as it was. `then`: the to-do before. */
export function withProgress(
  attendee: Property,
  component: Component,
  then: Component | undefined,
): Property {
  const before = then === undefined ? [] : progressOf(then);
  if (component.name !== 'VTODO' || progressOf(component).join() === before.join()) return attendee;
  const percent = percentOf(component);
  const status = statusOf(component);
  const done = status === 'COMPLETED' || component.property('COMPLETED') !== undefined || percent === 100;
  const begun = status === 'IN-PROCESS' || (percent ?? 0) > 0;
  return attendee.withParameter('PARTSTAT', done ? 'COMPLETED' : begun ? 'IN-PROCESS' : 'ACCEPTED');
}
