import type { Accounts, Member } from '../../accounts/index.ts';
import {
  addressOf,
  attendeesIn,
  type CalendarObject,
  mailOf,
  organizerIn,
} from '../../formats/icalendar/index.ts';

export type UserAccounts = Pick<Accounts, 'byName' | 'member' | 'handleOf' | 'groupsOf' | 'resolve' | 'owns'>;

/** Where a message for a calendar user goes. */
export type Place =
  | { readonly kind: 'member'; readonly account: number }
  | { readonly kind: 'mail'; readonly address: string }
  /** Nobody here, and no address of mail. */
  | { readonly kind: 'nobody' };

/** `/dav/principals/ana`, as `addressOf` writes it, also with a server before it -> `ana`. */
const principalPattern = /^(?:https?:\/\/[^/]+)?\/(?:[^/]+\/)*principals\/([^/]+)$/;

/** The member's own addresses: of mail, and the principal. The first is how others write to them. */
export async function addressesOfMember(
  accounts: UserAccounts,
  member: Pick<Member, 'id' | 'address'>,
): Promise<readonly string[]> {
  const groups = await accounts.groupsOf(member.id);
  const own = await Promise.all(
    groups.map(async (group) =>
      !group.startsWith('*@') && (await accounts.owns(member.id, group)) ? group : null,
    ),
  );
  return [member.address, ...own.filter((address) => address !== null)].map((address) => `mailto:${address}`);
}

/** Of the calendar users in some objects those who are a member: aliases, former addresses and tags count. */
export async function selfIn(
  accounts: UserAccounts,
  account: number,
  objects: readonly (CalendarObject | null)[],
): Promise<ReadonlySet<string>> {
  const member = await accounts.member(account);
  if (member === null) return new Set();
  const all = new Set<string>();
  for (const object of objects) {
    for (const component of object?.instances ?? []) {
      const organizer = organizerIn(component);
      if (organizer !== null) all.add(organizer.address);
      for (const { address } of attendeesIn(component)) all.add(address);
    }
  }
  const found = await Promise.all(
    [...all].map(async (address) => ((await isSelf(accounts, member, address)) ? address : null)),
  );
  return new Set(found.filter((address) => address !== null));
}

async function isSelf(accounts: UserAccounts, member: Member, address: string): Promise<boolean> {
  const mail = mailOf(address);
  if (mail !== null) return mail === member.address || accounts.owns(member.id, mail);
  const [, handle] = principalPattern.exec(address) ?? [];
  return handle !== undefined && address.startsWith('/') && handle === accounts.handleOf(member);
}

/** As `addressOf`. A group, and whom an alias leads elsewhere, get mail. */
export async function placeOf(accounts: UserAccounts, address: string): Promise<Place> {
  const [, handle] = address.startsWith('/') ? (principalPattern.exec(address) ?? []) : [];
  if (handle !== undefined) {
    const member = await accounts.byName(handle);
    return member === null || member.disabled ? nobody : { kind: 'member', account: member.id };
  }
  const mail = mailOf(address);
  if (mail === null) return nobody;
  const resolved = await accounts.resolve(mail);
  if (resolved.kind === 'foreign') return { kind: 'mail', address: mail };
  if (resolved.kind !== 'local') return nobody;
  const [only, ...more] = resolved.recipients;
  if (only?.kind === 'member' && more.length === 0) return { kind: 'member', account: only.account };
  return { kind: 'mail', address: mail };
}

const nobody: Place = { kind: 'nobody' };

/** What mail writes to a calendar user: without `mailto:`. */
export const plainAddresses = (addresses: Iterable<string>): ReadonlySet<string> =>
  new Set([...addresses].map((address) => mailOf(addressOf(address)) ?? address));
