import { publicAccount } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import {
  allRights,
  delimiter,
  type Mailbox,
  othersLevel,
  publicLevel,
  type SharedMailbox,
} from '../../stores/mail/index.ts';
import { Refusal } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { hasAll, hasAny } from './rights.ts';

/** What the owner of a mailbox may do: everything. */
export const ownerRights = allRights;

/** Where a mailbox name of this session leads: the account that keeps the mailbox, and what this member may do there. */
export interface Place {
  readonly account: number;
  readonly mailbox: Mailbox;
  /** Letters of `ownerRights`. */
  readonly rights: string;
  /** The mailbox as this member calls it. */
  readonly name: string;
}

/** A name taken apart: whose it is, and what it is called there. */
export interface Address {
  readonly account: number;
  /** '' for the root of a namespace. */
  readonly path: string;
  /** What stands before `path` in this session's names, with its delimiter; '' for the member's own. */
  readonly prefix: string;
  /** Whether the member is this account's owner, or an administrator who looks after the co-op's folders. */
  readonly owner: boolean;
}

const publicPrefix = publicLevel + delimiter;
const othersPrefix = othersLevel + delimiter;

/** The prefixes of names that lead to others' mailboxes, and to the co-op's (RFC 2342). */
export const namespacePrefixes = { others: othersPrefix, public: publicPrefix } as const;

/** Whether a name leads out of the member's own mailboxes, whatever it leads to. */
export function isForeign(name: string): boolean {
  const [first] = name.split(delimiter, 1);
  return first === othersLevel || first === publicLevel;
}

/** One answer for what is not there and for what the member must not know of (RFC 4314 §6). */
export function noSuchMailbox(): Refusal {
  return new Refusal('there is no such mailbox', 'NONEXISTENT');
}

/**
 * The one place where a name becomes an account: no account id comes from the client. Null where the name leads to
 * nobody. `Other Users/ana/Plans`: a member as `Accounts.handleOf` names it, for names hold no '@' and paths no '/'.
 */
export async function addressOf(session: Session, name: string): Promise<Address | null> {
  const account = session.account;
  if (!isForeign(name)) return { account, path: name, prefix: '', owner: true };
  const [first, ...rest] = name.split(delimiter);
  if (first === publicLevel) {
    const owner = session.member?.admin ?? false;
    return { account: publicAccount, path: rest.join(delimiter), prefix: publicPrefix, owner };
  }
  const [handle, ...path] = rest;
  if (handle === undefined || handle === '') return null;
  const member = await session.services.accounts.byName(handle);
  // One's own mailboxes have one name.
  if (member === null || member.id === account) return null;
  const prefix = othersPrefix + session.services.accounts.handleOf(member) + delimiter;
  return { account: member.id, path: path.join(delimiter), prefix, owner: false };
}

/** The mailbox of an address with this member's rights; null where there is none. */
async function look(session: Session, address: Address): Promise<Place | null> {
  const { account, path, prefix, owner } = address;
  if (account === session.account) {
    const mailbox = await session.mail.find(account, path);
    return { account, mailbox, rights: ownerRights, name: mailbox.name };
  }
  if (path === '') return null;
  const found = await session.mail.sharing.find(account, path, session.account);
  if (found === null) return null;
  const { mailbox } = found;
  return { account, mailbox, rights: owner ? ownerRights : found.rights, name: prefix + mailbox.name };
}

/**
 * The mailbox of that name, if this member has all rights of `need`; '' for any right at all. StoreError 'not-found' for a mailbox of its own
 * that is not there; Refusal for others', also where the member may not know that it is there; 'denied'.
 */
export async function locate(session: Session, name: string, need: string): Promise<Place> {
  const address = await addressOf(session, name);
  const place = address && (await look(session, address));
  if (place === null || !isKnown(place.rights, need)) throw noSuchMailbox();
  session.demandRights(place, need);
  return place;
}

/** A mailbox shows itself to those who may look it up, and to those who may do with it what they came for. */
function isKnown(rights: string, need: string): boolean {
  // RFC 4314 §4: any of these is enough to ask for one's rights.
  return rights.includes('l') || (need === '' ? hasAny(rights, 'rikxa') : hasAll(rights, need));
}

/**
 * Where a mailbox of that name may be made: `k` is needed in the nearest mailbox above it (RFC 4314 §4). Who may not
 * learns nothing of what is there. Refusal, StoreError 'denied'.
 */
export async function locateNew(session: Session, name: string): Promise<Address> {
  const address = await addressOf(session, name);
  if (address === null) throw new StoreError('denied', 'you may not make a mailbox there');
  if (address.owner) {
    if (address.path !== '' && !(address.prefix !== '' && isInbox(address.path))) return address;
    throw new Refusal('a mailbox cannot have this name', 'CANNOT');
  }
  const { account, path } = address;
  const rights = await session.mail.sharing.rightsAbove(account, path, session.account);
  if (rights === null || !rights.includes('k')) {
    throw new StoreError('denied', 'you may not make a mailbox there');
  }
  session.demandRights({ account, rights }, 'k');
  return address;
}

/** INBOX is where mail of a member arrives; folders of the co-op have none. */
function isInbox(path: string): boolean {
  return /^inbox(\/|$)/i.test(path);
}

/** All that others share with this member and that it may look up, by the names it has in this session. */
export async function sharedPlaces(session: Session): Promise<Place[]> {
  const { mail, account, member } = session;
  const places: Place[] = [];
  const handles = new Map<number, string | null>();
  for (const one of await mail.sharing.sharedWith(account)) {
    if (one.account === publicAccount && member?.admin) continue;
    const prefix = await prefixOf(session, one, handles);
    if (prefix === null || !one.rights.includes('l')) continue;
    const { mailbox, rights } = one;
    places.push({ account: one.account, mailbox, rights, name: prefix + mailbox.name });
  }
  if (!member?.admin) return places;
  for (const { mailbox } of await mail.list(publicAccount)) {
    if (mailbox === null) continue;
    const name = publicPrefix + mailbox.name;
    places.push({ account: publicAccount, mailbox, rights: ownerRights, name });
  }
  return places;
}

async function prefixOf(
  { services: { accounts } }: Session,
  { account }: SharedMailbox,
  handles: Map<number, string | null>,
): Promise<string | null> {
  if (account === publicAccount) return publicPrefix;
  let handle = handles.get(account);
  if (handle === undefined) {
    const owner = await accounts.member(account);
    handle = owner && accounts.handleOf(owner);
    handles.set(account, handle);
  }
  return handle === null ? null : othersPrefix + handle + delimiter;
}
