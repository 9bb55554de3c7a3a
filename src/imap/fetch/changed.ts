import type { Session } from '../session/session.ts';
import type { SequenceSet } from '../wire/index.ts';

const uidMax = 0xffff_ffff;

/** The uids of a set that came or changed after `since`, as far as the client knows them: by what changed, not by the set. */
export async function changedAmong(session: Session, set: SequenceSet, since: number): Promise<number[]> {
  const selected = session.mailbox;
  const { account, id, view, saved } = selected;
  const meant = set.isSaved ? saved : set;
  if (view.count === 0 || meant.isEmpty) return [];
  if (meant.hasStar) await selected.knowEnd();
  const wanted = meant.normalise(meant.hasStar ? view.lastUid : uidMax);
  const uids = Array.from(await session.mail.changedUids(account, id, since));
  const known = uids.filter((uid) => uid <= view.topUid && wanted.contains(uid));
  await selected.know(known);
  return known;
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
