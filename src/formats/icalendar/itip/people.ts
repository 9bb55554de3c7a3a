import type { Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import { progressParameter } from './progress.ts';

/** An ORGANIZER or an ATTENDEE of one component. */
export interface Party {
  readonly property: Property;
  /** `addressOf` of its value. */
  readonly address: string;
}

/** Calendar user addresses are compared so: `mailto:` and the letters' case say nothing (RFC 6638 §2.4.1). */
export function addressOf(value: string): string {
  const trimmed = value.trim();
  return /^mailto:/i.test(trimmed)
    ? `mailto:${decode(trimmed.slice(7)).trim().toLowerCase()}`
    : trimmed.replace(/\/$/, '').toLowerCase();
}

/** `local@domain` of a calendar user address; null where it is none of mail. */
export function mailOf(address: string): string | null {
  return address.startsWith('mailto:') && address.includes('@') ? address.slice(7) : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const partyOf = (property: Property): Party => ({ property, address: addressOf(property.value) });

export function organizerIn(component: Component): Party | null {
  const property = component.property('ORGANIZER');
  return property === undefined ? null : partyOf(property);
}

/** In their order; of two with one address the first. Asked of one component for each who is invited. */
export function attendeesIn(component: Component): readonly Party[] {
  const known = attendees.get(component);
  if (known !== undefined) return known;
  const seen = new Map<string, Party>();
  for (const property of component.properties('ATTENDEE')) {
    const party = partyOf(property);
    if (!seen.has(party.address)) seen.set(party.address, party);
  }
  const found = [...seen.values()];
  attendees.set(component, found);
  return found;
}

const attendees = new WeakMap<Component, readonly Party[]>();

export function attendeeIn(component: Component, addresses: ReadonlySet<string>): Party | null {
  return attendeesIn(component).find(({ address }) => addresses.has(address)) ?? null;
}

/** Of all its components; null where there is none. 'several' where they do not agree (RFC 6638 §3.2.4.2). */
export function organizerOf(object: CalendarObject): Party | 'several' | null {
  let found: Party | null = null;
  for (const component of object.instances) {
    const party = organizerIn(component);
    if (party === null) continue;
    if (found !== null && found.address !== party.address) return 'several';
    found ??= party;
  }
  return found;
}

/** Upper case; what is not said is NEEDS-ACTION. */
export const partstatOf = ({ property }: Party): string =>
  property.parameter('PARTSTAT')?.toUpperCase() ?? 'NEEDS-ACTION';

export const isCancelled = (component: Component): boolean =>
  component.text('STATUS')?.trim().toUpperCase() === 'CANCELLED';

/** Who sends scheduling messages for a party (RFC 6638 §7.1). What is unknown is as NONE. */
export function agentOf({ property }: Party): 'SERVER' | 'CLIENT' | 'NONE' {
  const agent = property.parameter('SCHEDULE-AGENT')?.toUpperCase() ?? 'SERVER';
  return agent === 'SERVER' || agent === 'CLIENT' ? agent : 'NONE';
}

/** When an attendee's last answer was made: an older one that comes later says nothing. */
export const answeredParameter = 'X-MYCO-ANSWERED';

/** When an attendee was last told all because they asked (REFRESH). */
export const refreshedParameter = 'X-MYCO-REFRESHED';

/** Parameters that are between a client and its server, and are told to nobody else (RFC 6638 §7). */
export const privateParameters = [
  'SCHEDULE-AGENT',
  'SCHEDULE-STATUS',
  'SCHEDULE-FORCE-SEND',
  answeredParameter,
  progressParameter,
  refreshedParameter,
] as const;

export function toldTo(property: Property): Property {
  return privateParameters.reduce((told, name) => told.withParameter(name, null), property);
}
