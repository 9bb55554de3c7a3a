import { and, asc, eq, gte, type QueryContext, sql } from '../../../storage/index.ts';
import type { mailTables } from '../tables.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** Messages without a row of their own here (there are none, but `verify` is for that) sort as if they said nothing. */
export function orderQueries({ db, t, d }: Context) {
  const m = t.messages;
  const o = t.email_orders;
  const box = and(eq(m.account, p('account')), eq(m.mailbox, p('mailbox')));
  const joined = and(eq(o.account, m.account), eq(o.id, m.email));
  const sent = sql<number>`coalesce(${o.sentAt}, ${m.received})`;
  const text = (column: unknown) => sql<string>`coalesce(${column}, '')`;
  // Keys are in the order of their octets (RFC 5051 §2), whatever the database was made for.
  const octets = d.dialect === 'postgres' ? sql.raw(' collate "C"') : sql.raw('');
  const byText = (column: unknown, name: string) =>
    db
      .select({ uid: m.uid, value: text(column) })
      .from(m)
      .leftJoin(o, joined)
      .where(box)
      .orderBy(sql`${text(column)}${octets}`)
      .prepare(`order_${name}`);
  const thread = {
    uid: m.uid,
    sent,
    subject: text(o.baseSubject),
    isReply: sql<number>`coalesce(${o.isReply}, 0)`,
    message: o.messageKey,
    parents: text(o.parentKeys),
  };
  const emails = and(eq(o.account, p('account')), d.inNumbers(o.id, 'emails'));
  return {
    emailOrderInsert: d.insertMany<typeof o.$inferInsert>(o),
    emailOrderRemove: db.delete(o).where(emails).prepare('email_order_remove'),
    orderArrival: db
      .select({ uid: m.uid, value: m.received })
      .from(m)
      .where(box)
      .orderBy(asc(m.received))
      .prepare('order_arrival'),
    orderSize: db
      .select({ uid: m.uid, value: m.size })
      .from(m)
      .where(box)
      .orderBy(asc(m.size))
      .prepare('order_size'),
    orderDate: db
      .select({ uid: m.uid, value: sent })
      .from(m)
      .leftJoin(o, joined)
      .where(box)
      .orderBy(sent)
      .prepare('order_date'),
    orderFrom: byText(o.fromMailbox, 'from'),
    orderTo: byText(o.toMailbox, 'to'),
    orderCc: byText(o.ccMailbox, 'cc'),
    orderFromDisplay: byText(o.fromDisplay, 'from_display'),
    orderToDisplay: byText(o.toDisplay, 'to_display'),
    orderSubject: byText(o.baseSubject, 'subject'),
    /** All keys of a few messages. */
    orderAmong: db
      .select({
        uid: m.uid,
        arrival: m.received,
        size: m.size,
        date: sent,
        from: text(o.fromMailbox),
        to: text(o.toMailbox),
        cc: text(o.ccMailbox),
        displayFrom: text(o.fromDisplay),
        displayTo: text(o.toDisplay),
        subject: text(o.baseSubject),
      })
      .from(m)
      .leftJoin(o, joined)
      .where(and(box, d.inNumbers(m.uid, 'uids')))
      .prepare('order_among'),
    threadPage: db
      .select(thread)
      .from(m)
      .leftJoin(o, joined)
      .where(and(box, gte(m.uid, p('from'))))
      .orderBy(asc(m.uid))
      .limit(bound('limit'))
      .prepare('thread_page'),
    threadAmong: db
      .select(thread)
      .from(m)
      .leftJoin(o, joined)
      .where(and(box, d.inNumbers(m.uid, 'uids')))
      .orderBy(asc(m.uid))
      .prepare('thread_among'),
    /** Ids of all emails, and of those among them that have no keys or have lost their email. */
    ordersMissing: db
      .select({ id: t.emails.id })
      .from(t.emails)
      .leftJoin(o, and(eq(o.account, t.emails.account), eq(o.id, t.emails.id)))
      .where(and(eq(t.emails.account, p('account')), sql`${o.id} is null`))
      .prepare('check_orders_missing'),
    ordersLost: db
      .select({ id: o.id })
      .from(o)
      .leftJoin(t.emails, and(eq(t.emails.account, o.account), eq(t.emails.id, o.id)))
      .where(and(eq(o.account, p('account')), sql`${t.emails.id} is null`))
      .prepare('check_orders_lost'),
  };
}
