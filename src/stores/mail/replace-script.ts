import { nextModseq, numbers, one, run, type Script } from '../../storage/index.ts';
import type { MailQueries } from './queries.ts';
import { add, mailboxById, type Prepared, removeRows } from './scripts.ts';
import type { Appended } from './types.ts';

export interface Replacement {
  readonly account: number;
  readonly mailbox: number;
  readonly uid: number;
  readonly target: number;
  readonly message: Prepared;
  readonly now: number;
}

/** RFC 8508 §3.4: the old message goes first, so that only the difference counts against the quota. */
export function* replace(q: MailQueries, a: Replacement): Script<Appended | null> {
  const { account, mailbox } = a;
  yield* mailboxById(q, account, mailbox);
  const rows = yield* run(q.messageRows, { account, mailbox, uids: numbers([a.uid]) });
  if (rows.length === 0) return null;
  const modseq = yield* nextModseq(q, account);
  yield* removeRows(q, { account, mailbox, rows, modseq, now: a.now, keepContents: false });
  return one(yield* add(q, account, { mailbox: a.target }, [a.message]));
}
