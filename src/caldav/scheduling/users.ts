import type { Accounts, Member, Resolution } from '../../accounts/index.ts';
import {
  addressOf,
  attendeesIn,
  type CalendarObject,
  mailOf,
  organizerIn,
} from '../../formats/icalendar/index.ts';

export type UserAccounts = Pick<
  Accounts,
  'byName' | 'member' | 'handleOf' | 'group' | 'groupsOf' | 'resolveAll' | 'ownedAmong'
>;

/** Where a message for a calendar user goes. */
export type Place =
  | { readonly kind: 'member'; readonly account: number }
  | { readonly kind: 'mail'; readonly address: string }
  /** Its members are attendees themselves. */
  | { readonly kind: 'group' }
  /** Nobody here, and no address of mail. */
  | { readonly kind: 'nobody' };

/** `/dav/principals/ana`, as `addressOf` writes it, also with a server before it -> `ana`. */
const principalPattern = /^(?:https?:\/\/[^/]+)?\/(?:[^/]+\/)*principals\/([^/]+)$/;

/** The member's own addresses: of mail, and the principal. The first is how others write to them. */
export async function addressesOfMember(
  accounts: Pick<UserAccounts, 'groupsOf' | 'ownedAmong'>,
  member: Pick<Member, 'id' | 'address'>,
): Promise<readonly string[]> {
  const groups = await accounts.groupsOf(member.id);
  const own = await accounts.ownedAmong(
    member.id,
    groups.filter((group) => !group.startsWith('*@')),
  );
  return [member.address, ...own].map((address) => `mailto:${address}`);
}

/** Of the calendar users in some objects those who are a member: aliases, former addresses and tags count. One question of all. */
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
  const mails = [...all].flatMap((address) => mailOf(address) ?? []);
  const owned = await accounts.ownedAmong(account, mails);
  const own = [...all].filter((address) => {
    const mail = mailOf(address);
    if (mail !== null) return mail === member.address || owned.has(mail);
    return handleIn(address) === accounts.handleOf(member);
  });
  return new Set(own);
}

const handleIn = (address: string): string | undefined =>
  address.startsWith('/') ? principalPattern.exec(address)?.[1] : undefined;

/** As `addressOf`, of each: asked together. Whom an alias leads elsewhere gets mail. */
export async function placesOf(
  accounts: UserAccounts,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Place>> {
  const resolved = await accounts.resolveAll(addresses.flatMap((address) => mailOf(address) ?? []));
  const places = new Map<string, Place>();
  for (const address of addresses) {
    const mail = mailOf(address);
    const found = mail === null ? undefined : resolved.get(mail);
    const handle = handleIn(address);
    if (found !== undefined && mail !== null) places.set(address, await placeAt(accounts, mail, found));
    else places.set(address, handle === undefined ? nobody : await principalAt(accounts, handle));
  }
  return places;
}

/** The same of one. */
export const placeOf = async (accounts: UserAccounts, address: string): Promise<Place> =>
  (await placesOf(accounts, [address])).get(address) ?? nobody;

async function principalAt(accounts: UserAccounts, handle: string): Promise<Place> {
  const member = await accounts.byName(handle);
  return member === null || member.disabled ? nobody : { kind: 'member', account: member.id };
}

async function placeAt(accounts: UserAccounts, mail: string, resolved: Resolution): Promise<Place> {
  if (resolved.kind === 'foreign') return { kind: 'mail', address: mail };
  if (resolved.kind !== 'local') return nobody;
  const [only, ...more] = resolved.recipients;
  if (only?.kind === 'member' && more.length === 0) return { kind: 'member', account: only.account };
  if (more.length > 0 && (await accounts.group(mail)) !== null) return { kind: 'group' };
  return { kind: 'mail', address: mail };
}

const nobody: Place = { kind: 'nobody' };

/** What mail writes to a calendar user: without `mailto:`. */
export const plainAddresses = (addresses: Iterable<string>): ReadonlySet<string> =>
  new Set([...addresses].map((address) => mailOf(addressOf(address)) ?? address));
