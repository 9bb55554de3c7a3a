import { nextModseq, numbers, one, run, type Script } from '../../../storage/index.ts';
import type { MailQueries } from '../queries.ts';
import { add, mailboxById, type Prepared, removeRows } from '../scripts.ts';
import type { Box } from '../sharing/sharing.ts';
import type { Appended } from '../types.ts';

export interface Replacement {
  /** Those of `from` and `to`: both are written. */
  readonly accounts: readonly number[];
  readonly from: Box;
  readonly uid: number;
  readonly to: Box;
  readonly message: Prepared;
  readonly now: number;
}

/** RFC 8508 §3.4: the old message goes first, so that only the difference counts against the quota. */
export function* replace(q: MailQueries, a: Replacement): Script<Appended | null> {
  const { from, to } = a;
  yield* mailboxById(q, from.account, from.mailbox);
  const rows = yield* run(q.messageRows, { ...from, uids: numbers([a.uid]) });
  if (rows.length === 0) return null;
  const modseq = yield* nextModseq(q, from.account);
  yield* removeRows(q, { ...from, rows, modseq, now: a.now, keepContents: false });
  return one(yield* add(q, to.account, { mailbox: to.mailbox }, [a.message]));
}
