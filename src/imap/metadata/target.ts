import { publicAccount } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import { type Mailbox, type MetadataPlace, sharedOwner, wholeAccount } from '../../stores/mail/index.ts';
import { locate } from '../names/place.ts';
import { hasAny } from '../names/rights.ts';
import type { Session } from '../session/session.ts';
import type { MetadataEntry } from '../wire/index.ts';

/** Annotations of the server lie with what is the co-op's, each member's own ones too. */
export const ofServer: MetadataPlace = { account: publicAccount, mailbox: wholeAccount };

/** Where the annotations of a mailbox lie, and what the member may do there. */
export interface Target {
  readonly place: MetadataPlace;
  /** Null for the server. */
  readonly mailbox: Mailbox | null;
  /** Shared annotations may be set. */
  readonly maySetShared: boolean;
}

/** RFC 5464 §3.3: `l` and one of `r`, `s`, `w`, `i`, `p`. What all members see is set with `w` only. */
export async function targetOf(session: Session, mailbox: string): Promise<Target> {
  if (mailbox === '') {
    return { place: ofServer, mailbox: null, maySetShared: session.member?.admin ?? false };
  }
  const { account, mailbox: found, rights } = await locate(session, mailbox, 'l');
  if (!hasAny(rights, 'rswip')) throw new StoreError('denied', 'you may only see that this mailbox is there');
  return { place: { account, mailbox: found.id }, mailbox: found, maySetShared: rights.includes('w') };
}

export function ownerOf(session: Session, { scope }: MetadataEntry): number {
  return scope === 'private' ? session.account : sharedOwner;
}
