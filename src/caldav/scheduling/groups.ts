import type { Resolution } from '../../accounts/index.ts';
import {
  addressOf,
  attendeeIn,
  attendeesIn,
  type CalendarObject,
  type Component,
  mailOf,
  Property,
} from '../../formats/icalendar/index.ts';
import type { SchedulingHouse } from './house.ts';
import { withInstances } from './status.ts';
import type { UserAccounts } from './users.ts';

/** Calendar user address of a group -> who is in it. */
type Groups = ReadonlyMap<string, readonly Recipient[]>;
type Recipient = Extract<Resolution, { kind: 'local' }>['recipients'][number];

/**
 * A group of the co-op that is invited brings its members (RFC 5545 §3.2.11): each is an attendee with MEMBER, is told and
 * answers for themselves, and the group itself is told nothing. Who came by a group that is taken away goes with it; who
 * is no more in one stays until the organiser takes them away.
 */
export async function withMembers(
  { accounts }: SchedulingHouse,
  before: CalendarObject | null,
  after: CalendarObject,
  self: ReadonlySet<string>,
): Promise<CalendarObject> {
  const groups = await groupsIn(accounts, [before, after]);
  if (groups.size === 0) return after;
  const guests = [...addressesIn(after)].flatMap((address) => mailOf(address) ?? []);
  const here = await accounts.resolveAll(guests);
  return withInstances(after, (component) => expanded(component, { groups, here, self }));
}

interface Known {
  readonly groups: Groups;
  readonly here: ReadonlyMap<string, Resolution>;
  readonly self: ReadonlySet<string>;
}

function expanded(component: Component, { groups, here, self }: Known): Component {
  const parties = attendeesIn(component);
  const named = parties.filter(({ address }) => groups.has(address));
  const names = new Set(named.map(({ address }) => address));
  const isGone = (property: Property) => {
    const by = property.parameterValues('MEMBER').map(addressOf);
    return by.some((address) => groups.has(address)) && !by.some((address) => names.has(address));
  };
  const there = new Set(parties.map(({ address }) => keyOf(address, here)));
  const added: Property[] = [];
  for (const { address } of named) {
    for (const recipient of groups.get(address) ?? []) {
      const guest = `mailto:${recipient.address}`;
      const key = recipient.kind === 'member' ? recipient.account : guest.toLowerCase();
      if (there.has(key) || self.has(guest)) continue;
      there.add(key);
      const parameters = { CUTYPE: 'INDIVIDUAL', MEMBER: address, PARTSTAT: 'NEEDS-ACTION', RSVP: 'TRUE' };
      added.push(Property.of('ATTENDEE', guest, parameters));
    }
  }
  let changed = added.length > 0;
  const next = component.mapping((property) => {
    if (property.name !== 'ATTENDEE') return property;
    const isNamed = names.has(addressOf(property.value));
    if (isNamed && property.parameter('CUTYPE')?.toUpperCase() !== 'GROUP') {
      changed = true;
      return property.withParameter('CUTYPE', 'GROUP');
    }
    if (isNamed || !isGone(property)) return property;
    changed = true;
    return null;
  });
  return changed ? next.adding(...added) : component;
}

/** One member is one guest, whichever of their addresses is named. */
function keyOf(address: string, here: ReadonlyMap<string, Resolution>): string | number {
  const found = here.get(mailOf(address) ?? '');
  const [only, ...more] = found?.kind === 'local' ? found.recipients : [];
  return only?.kind === 'member' && more.length === 0 ? only.account : address;
}

function addressesIn(object: CalendarObject | null): ReadonlySet<string> {
  return new Set(
    (object?.instances ?? []).flatMap((each) => attendeesIn(each).map(({ address }) => address)),
  );
}

/** Addresses that lead to several by being a group; a catch-all, and a role that administrators have, are none. */
async function groupsIn(
  accounts: UserAccounts,
  objects: readonly (CalendarObject | null)[],
): Promise<Groups> {
  const all = new Set(objects.flatMap((object) => [...addressesIn(object)]));
  const resolved = await accounts.resolveAll([...all].flatMap((address) => mailOf(address) ?? []));
  const groups = new Map<string, readonly Recipient[]>();
  for (const [mail, found] of resolved) {
    if (found.kind !== 'local' || found.recipients.length < 2) continue;
    if ((await accounts.group(mail)) !== null) groups.set(`mailto:${mail}`, found.recipients);
  }
  return groups;
}

/**
 * An invitation of a group by somebody elsewhere, as one of its members has it: they are invited by their own address, and
 * what they answered before is what they answered.
 */
export async function invitedByGroup(
  { accounts }: SchedulingHouse,
  account: number,
  message: CalendarObject,
  kept: CalendarObject | null,
  self: ReadonlySet<string>,
): Promise<CalendarObject> {
  if (message.instances.some((component) => attendeeIn(component, self) !== null)) return message;
  const member = await accounts.member(account);
  const groups = new Set((await accounts.groupsOf(account)).map((address) => `mailto:${address}`));
  if (member === null || groups.size === 0) return message;
  const before = kept?.instances.map((component) => attendeeIn(component, self)).find((own) => own !== null);
  return withInstances(message, (component) => {
    const group = attendeesIn(component).find(({ address }) => groups.has(address));
    if (group === undefined) return component;
    const parameters = { MEMBER: group.address, PARTSTAT: 'NEEDS-ACTION', RSVP: 'TRUE' };
    return component.adding(
      before?.property ?? Property.of('ATTENDEE', `mailto:${member.address}`, parameters),
    );
  });
}
