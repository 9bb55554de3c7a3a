import type { ListedName } from '../../stores/mail/index.ts';
import type { Session } from '../session/session.ts';
import { ancestors } from './ancestors.ts';
import { ownerRights, type Place, sharedPlaces } from './place.ts';

/** A name that this member may see. */
export interface VisibleName extends ListedName {
  /** Set where the mailbox is somebody else's. */
  readonly place?: Place;
  /** There is no such mailbox, or none that this member may see; but something it may see is below. */
  readonly isLevel?: true;
}

/** The member's own names, then what is shared with it, with the levels that lead there. */
export async function visibleNames(session: Session): Promise<readonly VisibleName[]> {
  const own = await session.mail.list(session.account);
  const places = await sharedPlaces(session);
  return places.length === 0 ? own : withShared(own, places);
}

function withShared(own: readonly ListedName[], places: readonly Place[]): VisibleName[] {
  const subscriptions = new Set(own.filter(({ mailbox }) => mailbox === null).map(({ name }) => name));
  const shared = new Map<string, VisibleName>();
  for (const place of places) {
    const { name, mailbox } = place;
    shared.set(name, { name, mailbox, subscribed: subscriptions.has(name), place });
  }
  for (const name of ancestors([...shared.keys()])) {
    if (shared.has(name)) continue;
    shared.set(name, { name, mailbox: null, subscribed: subscriptions.has(name), isLevel: true });
  }
  const names: VisibleName[] = own.filter(({ name }) => !shared.has(name));
  for (const [, visible] of [...shared].sort(([a], [b]) => (a < b ? -1 : 1))) names.push(visible);
  return names;
}

/** Where a visible name leads; null where there is no mailbox. */
export function placeOf(session: Session, { name, mailbox, place }: VisibleName): Place | null {
  if (place !== undefined) return place;
  return mailbox && { account: session.account, mailbox, rights: ownerRights, name };
}
