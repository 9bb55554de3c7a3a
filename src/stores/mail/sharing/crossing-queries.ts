import { and, asc, eq, gte, lte, type QueryContext, sql } from '../../../storage/index.ts';
import type { mailTables } from '../tables.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** What a copy into another account reads and writes: contents belong to one account and are made anew there. */
export function crossingQueries({ db, t, d }: Context) {
  const { messages: m, emails: e, email_orders: o, email_shares: s } = t;
  const step = and(
    eq(m.account, p('account')),
    eq(m.mailbox, p('mailbox')),
    gte(m.uid, p('first')),
    lte(m.uid, p('last')),
    sql`(cast(${p('uids')} as text) is null or ${d.inNumbers(m.uid, 'uids')})`,
  );
  return {
    /** Whole rows of the messages of a step (bulk-queries.ts). */
    stepMessages: db.select().from(m).where(step).orderBy(asc(m.uid)).prepare('step_messages'),
    emailsWhole: db
      .select()
      .from(e)
      .where(and(eq(e.account, p('account')), d.inNumbers(e.id, 'emails')))
      .prepare('emails_whole'),
    emailOrdersWhole: db
      .select()
      .from(o)
      .where(and(eq(o.account, p('account')), d.inNumbers(o.id, 'emails')))
      .prepare('email_orders_whole'),
    emailShare: db
      .insert(s)
      .values({ account: bound('account'), id: bound('id'), more: bound('more') })
      .onConflictDoUpdate({ target: [s.account, s.id], set: { more: sql`${s.more} + excluded.more` } })
      .prepare('email_share'),
  };
}
