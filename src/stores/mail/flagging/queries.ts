import { and, asc, eq, gte, lte, type QueryContext, sql } from '../../../storage/index.ts';
import type { mailTables } from '../tables.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** Flags of many messages. Neighbours are named by the first and the last: a uid of a list costs more than its row. */
export function flagQueries({ db, t, d }: Context) {
  const m = t.messages;
  const box = and(eq(m.account, p('account')), eq(m.mailbox, p('mailbox')));
  const between = and(box, gte(m.uid, p('first')), lte(m.uid, p('last')));
  const listed = and(box, d.inNumbers(m.uid, 'uids'));
  const row = { uid: m.uid, modseq: m.modseq, flags: m.flags, keywords: m.keywords };
  const state = { flags: bound('flags'), keywords: bound('keywords'), modseq: bound('modseq') };
  const b = t.mailboxes;
  return {
    mailboxModseq: db
      .select({ highestModseq: b.highestModseq })
      .from(b)
      .where(and(eq(b.account, p('account')), eq(b.id, p('mailbox'))))
      .prepare('mailbox_modseq'),
    flagsBetween: db.select(row).from(m).where(between).orderBy(asc(m.uid)).prepare('flags_between'),
    flagsListed: db.select(row).from(m).where(listed).orderBy(asc(m.uid)).prepare('flags_listed'),
    flagsSetBetween: db.update(m).set(state).where(between).prepare('flags_set_between'),
    flagsSetListed: db.update(m).set(state).where(listed).prepare('flags_set_listed'),
  };
}
