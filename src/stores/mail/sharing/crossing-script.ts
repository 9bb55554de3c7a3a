import { StoreError } from '../../../base/index.ts';
import { keepBlob, nextModseq, numbers, run, type Script } from '../../../storage/index.ts';
import type { FlagScope } from '../flags.ts';
import { limits } from '../limits.ts';
import { keywordsIn, noteKeywords } from '../mailboxes/keyword-scripts.ts';
import { inParts, removeMessages, type Selection } from '../moving/bulk-scripts.ts';
import type { MailQueries } from '../queries.ts';
import { checkUid, mailboxById, take } from '../scripts.ts';
import type { Copied, Uids } from '../types.ts';
import { rangesOf, upTo } from '../uids/ranges.ts';

interface Box {
  readonly account: number;
  readonly mailbox: number;
}

export interface Crossing {
  /** Those of `from` and `to`: both are written. */
  readonly accounts: readonly number[];
  readonly from: Box;
  readonly to: Box;
  readonly uids: Uids;
  /** Flags that go along; the others are dropped. */
  readonly only: FlagScope;
  /** MOVE: the messages leave the source in the same transaction. */
  readonly leaves: boolean;
  readonly now: number;
}

/**
 * COPY and MOVE into another account: its owner's quota counts them, its contents and counters are its own; the bytes
 * are shared. StoreError 'not-found', 'over-quota'.
 */
export function* cross(q: MailQueries, a: Crossing): Script<Copied> {
  const { from, to, only } = a;
  const source = yield* mailboxById(q, from.account, from.mailbox);
  const target = yield* mailboxById(q, to.account, to.mailbox);
  const ranges = upTo(rangesOf(a.uids), source.uidNext - 1);
  const selection: Selection = { ...from, ranges };
  const made = new Map<number, number>();
  const keywords = new Set<string>();
  let modseq = 0;
  let [first, next] = [0, 0];
  const { uids } = yield* inParts(q, selection, only.flags, function* (part) {
    const rows = yield* run(q.stepMessages, { ...part });
    modseq ||= yield* nextModseq(q, to.account);
    const { count, unseen, deleted, size } = part;
    yield* makeContents(q, a, rows, made, size);
    const growth = { account: to.account, mailbox: to.mailbox, count, unseen, deleted, size, modseq };
    const grown = (yield* run(q.mailboxGrow, growth))[0];
    if (!grown) throw new StoreError('not-found', 'there is no such mailbox');
    checkUid(grown.uidNext);
    const firstUid = grown.uidNext - count;
    const placed = rows.map((row, at) => ({
      ...row,
      ...to,
      uid: firstUid + at,
      modseq,
      flags: row.flags & only.flags,
      keywords: only.keywords ? row.keywords : '',
      saved: a.now,
      email: made.get(row.email) ?? 0,
    }));
    yield* run(q.messageInsert, { rows: placed });
    for (const keyword of keywordsIn(placed)) keywords.add(keyword);
    first ||= firstUid;
    next = grown.uidNext;
  });
  yield* noteKeywords(q, to, [...keywords]);
  if (a.leaves && uids.count > 0) {
    const left = yield* nextModseq(q, from.account);
    yield* removeMessages(q, { ...from, ranges: uids.ranges, modseq: left, now: a.now });
  }
  const arrived: Copied['to'] = next > first ? [[first, next - 1]] : [];
  return { uidValidity: target.uidValidity, from: uids.ranges, to: arrived, modseq };
}

/** Contents that the target lacks are made; messages that share one in the source share one there too. */
function* makeContents(
  q: MailQueries,
  { from, to }: Crossing,
  rows: readonly { readonly email: number }[],
  made: Map<number, number>,
  size: number,
): Script<void> {
  const uses = new Map<number, number>();
  for (const { email } of rows) uses.set(email, (uses.get(email) ?? 0) + 1);
  const missing = [...uses.keys()].filter((email) => !made.has(email));
  const firstEmail = yield* take(q, to.account, missing.length, rows.length, size);
  const isNew = new Set(missing);
  missing.forEach((email, at) => {
    made.set(email, firstEmail + at);
  });
  for (let at = 0; at < missing.length; at += limits.pointReadsMax) {
    const emails = numbers(missing.slice(at, at + limits.pointReadsMax));
    const there = { account: from.account, emails };
    const here = <Row extends { readonly id: number }>(row: Row) => {
      return { ...row, account: to.account, id: made.get(row.id) ?? 0 };
    };
    const contents = yield* run(q.emailsWhole, there);
    yield* run(q.emailInsert, { rows: contents.map(here) });
    yield* run(q.emailOrderInsert, { rows: (yield* run(q.emailOrdersWhole, there)).map(here) });
    for (const { hash, size: bytes } of contents) yield* keepBlob(q, { hash, size: bytes, place: null });
  }
  for (const [email, count] of uses) {
    const more = isNew.has(email) ? count - 1 : count;
    if (more > 0) yield* run(q.emailShare, { account: to.account, id: made.get(email), more });
  }
}
