import type { Session } from '../session/session.ts';
import type { SequenceSet } from '../wire/index.ts';

const uidMax = 0xffff_ffff;

/** The uids of a set that came or changed after `since`, as far as the client knows them; costs by these, not by the set. */
export async function changedAmong(session: Session, set: SequenceSet, since: number): Promise<number[]> {
  const { account, id, view, saved } = session.mailbox;
  const meant = set.isSaved ? saved : set;
  const last = view.lastUid;
  if (last === 0 || meant.isEmpty) return [];
  const wanted = meant.normalise(last);
  const uids = await session.mail.changedUids(account, id, since);
  return Array.from(uids).filter((uid) => uid <= last && wanted.contains(uid));
}

/** The same of what was expunged after `since`, but for what is yet to be told of the open mailbox. */
export async function vanishedAmong(session: Session, set: SequenceSet, since: number): Promise<number[]> {
  const { account, id, saved, confirmed } = session.mailbox;
  const meant = set.isSaved ? saved : set;
  if (meant.isEmpty) return [];
  // '*' of those that are gone is not the last of those that are left.
  const wanted = meant.normalise(uidMax);
  const uids = await session.mail.vanished(account, id, since, confirmed);
  return Array.from(uids).filter((uid) => wanted.contains(uid));
}
