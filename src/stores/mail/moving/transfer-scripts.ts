import { StoreError } from '../../../base/index.ts';
import { nextModseq, run, type Script } from '../../../storage/index.ts';
import type { FlagScope } from '../flags.ts';
import { shareKeywords } from '../mailboxes/keyword-scripts.ts';
import type { MailQueries } from '../queries.ts';
import { checkUid, mailboxById, take } from '../scripts.ts';
import { type Copied, flagBits, type UidRange, type Uids } from '../types.ts';
import { rangesOf, upTo } from '../uids/ranges.ts';
import { buryPart, inParts, removed, removeMessages, type Selection } from './bulk-scripts.ts';

export interface Transfer {
  readonly account: number;
  readonly from: number;
  readonly to: number;
  readonly uids: Uids;
  readonly now: number;
  /** Flags that go along; the others are dropped. Default: all. */
  readonly only?: FlagScope;
}

/** RFC 9051 §6.4.7: all of the messages or none, in the order of their uids. */
export function* copy(q: MailQueries, a: Transfer): Script<Copied> {
  return yield* transfer(q, a, false);
}

/** RFC 6851 §3: one transaction, so nobody sees a message in both mailboxes or in none. */
export function* move(q: MailQueries, a: Transfer): Script<Copied> {
  return yield* transfer(q, a, true);
}

function* transfer(q: MailQueries, a: Transfer, leaves: boolean): Script<Copied> {
  const { account, now } = a;
  const source = yield* mailboxById(q, account, a.from);
  const target = yield* mailboxById(q, account, a.to);
  const mask = a.only?.flags ?? -1;
  // What this very change puts into the mailbox is not among what was meant.
  const ranges = upTo(rangesOf(a.uids), source.uidNext - 1);
  const selection: Selection = { account, mailbox: a.from, ranges };
  let modseq = 0;
  let [first, next] = [0, 0];
  const { uids, sums } = yield* inParts(q, selection, mask, function* (part) {
    const { count, unseen, deleted, size } = part;
    modseq ||= yield* nextModseq(q, account);
    if (!leaves) {
      yield* take(q, account, 0, count, size);
      yield* run(q.stepShare, { ...part });
    }
    const grown = (yield* run(q.mailboxGrow, {
      account,
      mailbox: a.to,
      count,
      unseen,
      deleted,
      size,
      modseq,
    }))[0];
    if (!grown) throw new StoreError('not-found', 'there is no such mailbox');
    checkUid(grown.uidNext);
    const firstUid = grown.uidNext - count;
    const keepKeywords = (a.only?.keywords ?? true) ? 1 : 0;
    yield* run(q.stepPlace, { ...part, to: a.to, firstUid, modseq, now, keepKeywords });
    if (leaves) yield* buryPart(q, part, modseq);
    first ||= firstUid;
    next = grown.uidNext;
  });
  if (sums.count > 0 && (a.only?.keywords ?? true)) yield* shareKeywords(q, a);
  if (leaves && sums.count > 0) yield* removed(q, { account, mailbox: a.from, modseq, sums });
  const placed: Copied['to'] = next > first ? [[first, next - 1]] : [];
  return { uidValidity: target.uidValidity, from: uids.ranges, to: placed, modseq };
}

/** Removes what is marked \Deleted, all of it or among `uids`; answers what went. */
export function* expunge(
  q: MailQueries,
  a: { account: number; mailbox: number; uids: Uids | null; now: number },
): Script<readonly UidRange[]> {
  const { account, mailbox } = a;
  const { deleted, uidNext } = yield* mailboxById(q, account, mailbox);
  if (deleted === 0) return [];
  const ranges: readonly UidRange[] = a.uids === null ? [[1, uidNext]] : rangesOf(a.uids);
  const selection: Selection = { account, mailbox, ranges, need: flagBits.deleted };
  const modseq = yield* nextModseq(q, account);
  return (yield* removeMessages(q, { ...selection, modseq, now: a.now })).ranges;
}
