import {
  and,
  asc,
  blobQueries,
  changeQueries,
  eq,
  gt,
  gte,
  lte,
  type QueryContext,
  sql,
} from '../../storage/index.ts';
import { checkQueries } from './checks/queries.ts';
import { flagQueries } from './flagging/queries.ts';
import { limits } from './limits.ts';
import { accountNewsQueries } from './mailboxes/account-news.ts';
import { keywordQueries } from './mailboxes/keyword-queries.ts';
import { metadataQueries } from './metadata/queries.ts';
import { bulkQueries } from './moving/bulk-queries.ts';
import { orderQueries } from './order/queries.ts';
import { rowColumns } from './row-columns.ts';
import { searchQueries } from './search/queries.ts';
import { crossingQueries } from './sharing/crossing-queries.ts';
import { rightsQueries } from './sharing/rights-queries.ts';
import type { mailTables } from './tables.ts';
import { flagBits } from './types.ts';
import { uidQueries } from './uids/queries.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
/** A bound number whose type no column gives away. */
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;
const bound = (name: string) => p(name) as never;

function accountQueries({ db, t }: Context) {
  const a = t.mail_accounts;
  const here = eq(a.account, p('account'));
  return {
    accountMake: db
      .insert(a)
      .values({
        account: bound('account'),
        nextMailbox: 1,
        nextEmail: 1,
        lastValidity: 0,
        searched: 0,
        used: 0,
        messages: 0,
        quota: bound('quota'),
      })
      .onConflictDoNothing()
      .returning({ account: a.account })
      .prepare('mail_account_make'),
    accountFind: db.select().from(a).where(here).prepare('mail_account_find'),
    accountQuota: db
      .update(a)
      .set({ quota: bound('quota') })
      .where(here)
      .returning({ account: a.account })
      .prepare('mail_account_quota'),
    /** Takes ids and space; no row where the quota forbids it. */
    accountTake: db
      .update(a)
      .set({
        nextEmail: sql`${a.nextEmail} + ${p('emails')}`,
        used: sql`${a.used} + ${p('size')}`,
        messages: sql`${a.messages} + ${p('count')}`,
      })
      .where(
        and(
          here,
          sql`(${a.quota} is null or ${a.used} + ${p('size')} <= ${a.quota})`,
          sql`${a.messages} + ${p('count')} <= ${sql.raw(String(limits.messagesPerAccountMax))}`,
        ),
      )
      .returning({ nextEmail: a.nextEmail })
      .prepare('mail_account_take'),
    accountForget: db.delete(a).where(here).prepare('mail_account_forget'),
    accountFree: db
      .update(a)
      .set({ used: sql`${a.used} - ${p('size')}`, messages: sql`${a.messages} - ${p('count')}` })
      .where(here)
      .prepare('mail_account_free'),
    accountMailbox: db
      .update(a)
      .set({
        nextMailbox: sql`${a.nextMailbox} + 1`,
        lastValidity: sql`case when ${a.lastValidity} >= ${number('now')} then ${a.lastValidity} + 1 else ${number('now')} end`,
      })
      .where(here)
      .returning({ nextMailbox: a.nextMailbox, lastValidity: a.lastValidity })
      .prepare('mail_account_mailbox'),
  };
}

function mailboxQueries({ db, t }: Context) {
  const m = t.mailboxes;
  const here = and(eq(m.account, p('account')), eq(m.id, p('mailbox')));
  const s = t.subscriptions;
  const subscribed = and(eq(s.account, p('account')), eq(s.name, p('name')));
  const growth = {
    uidNext: sql`${m.uidNext} + ${p('count')}`,
    highestModseq: bound('modseq'),
    messages: sql`${m.messages} + ${p('count')}`,
    unseen: sql`${m.unseen} + ${p('unseen')}`,
    deleted: sql`${m.deleted} + ${p('deleted')}`,
    size: sql`${m.size} + ${p('size')}`,
    countedModseq: sql`case when ${number('count')} <> 0 then ${number('modseq')} else ${m.countedModseq} end`,
  };
  const grown = { id: m.id, uidNext: m.uidNext, uidValidity: m.uidValidity };
  return {
    mailboxInsert: db
      .insert(m)
      .values({
        account: bound('account'),
        id: bound('mailbox'),
        name: bound('name'),
        objectId: bound('objectId'),
        specialUse: bound('specialUse'),
        uidValidity: bound('uidValidity'),
        uidNext: 1,
        highestModseq: bound('modseq'),
        listedModseq: bound('modseq'),
        countedModseq: bound('modseq'),
        messages: 0,
        unseen: 0,
        deleted: 0,
        size: 0,
        recentUid: 1,
      })
      .prepare('mailbox_insert'),
    mailboxFind: db.select().from(m).where(here).prepare('mailbox_find'),
    mailboxNamed: db
      .select()
      .from(m)
      .where(and(eq(m.account, p('account')), eq(m.name, p('name'))))
      .prepare('mailbox_named'),
    mailboxCount: db
      .select({ count: sql<number>`count(*)` })
      .from(m)
      .where(eq(m.account, p('account')))
      .prepare('mailbox_count'),
    mailboxUsed: db
      .select({ id: m.id })
      .from(m)
      .where(and(eq(m.account, p('account')), eq(m.specialUse, p('specialUse'))))
      .limit(1)
      .prepare('mailbox_used'),
    /** One whose name begins so; `length` in characters. */
    mailboxBelow: db
      .select({ id: m.id })
      .from(m)
      .where(
        and(
          eq(m.account, p('account')),
          sql`substr(${m.name}, 1, cast(${p('length')} as integer)) = ${p('prefix')}`,
        ),
      )
      .limit(1)
      .prepare('mailbox_below'),
    mailboxAll: db
      .select()
      .from(m)
      .where(eq(m.account, p('account')))
      .prepare('mailbox_all'),
    mailboxGrow: db.update(m).set(growth).where(here).returning(grown).prepare('mailbox_grow'),
    mailboxGrowNamed: db
      .update(m)
      .set(growth)
      .where(and(eq(m.account, p('account')), eq(m.name, p('name'))))
      .returning(grown)
      .prepare('mailbox_grow_named'),
    /** Counters by difference, without a new UID. */
    mailboxChange: db
      .update(m)
      .set({ ...growth, uidNext: m.uidNext })
      .where(here)
      .prepare('mailbox_change'),
    mailboxRename: db
      .update(m)
      .set({ name: bound('name'), listedModseq: bound('modseq') })
      .where(here)
      .prepare('mailbox_rename'),
    mailboxListed: db
      .update(m)
      .set({ listedModseq: bound('modseq') })
      .where(and(eq(m.account, p('account')), eq(m.name, p('name'))))
      .prepare('mailbox_listed'),
    mailboxRecent: db.update(m).set({ recentUid: m.uidNext }).where(here).prepare('mailbox_recent'),
    mailboxDelete: db.delete(m).where(here).prepare('mailbox_delete'),
    mailboxGone: db
      .insert(t.mailboxes_gone)
      .values({
        account: bound('account'),
        id: bound('mailbox'),
        name: bound('name'),
        objectId: bound('objectId'),
        modseq: bound('modseq'),
      })
      .prepare('mailbox_gone'),
    mailboxForgetAll: db
      .delete(m)
      .where(eq(m.account, p('account')))
      .prepare('mailbox_forget_all'),
    goneForgetAll: db
      .delete(t.mailboxes_gone)
      .where(eq(t.mailboxes_gone.account, p('account')))
      .prepare('gone_forget_all'),
    subscriptionForgetAll: db
      .delete(s)
      .where(eq(s.account, p('account')))
      .prepare('subscription_forget_all'),
    subscribe: db
      .insert(s)
      .values({ account: bound('account'), name: bound('name'), modseq: bound('modseq') })
      .onConflictDoNothing()
      .prepare('subscribe'),
    unsubscribe: db.delete(s).where(subscribed).prepare('unsubscribe'),
    subscribedTo: db.select({ name: s.name }).from(s).where(subscribed).prepare('subscribed_to'),
    subscriptions: db
      .select({ name: s.name })
      .from(s)
      .where(eq(s.account, p('account')))
      .prepare('subscriptions'),
  };
}

function messageQueries({ db, t, d }: Context) {
  const m = t.messages;
  const e = t.expunged;
  const box = and(eq(m.account, p('account')), eq(m.mailbox, p('mailbox')));
  const row = rowColumns(m);
  const goneBox = and(eq(e.account, p('account')), eq(e.mailbox, p('mailbox')));
  return {
    messageInsert: d.insertMany<typeof m.$inferInsert>(m),
    messageRows: db
      .select(row)
      .from(m)
      .where(and(box, d.inNumbers(m.uid, 'uids')))
      .orderBy(asc(m.uid))
      .prepare('message_rows'),
    messageRowsSince: db
      .select(row)
      .from(m)
      .where(and(box, d.inNumbers(m.uid, 'uids'), gt(m.modseq, p('since'))))
      .orderBy(asc(m.uid))
      .prepare('message_rows_since'),
    messagePage: db
      .select(row)
      .from(m)
      .where(and(box, gte(m.uid, p('from')), lte(m.uid, p('to'))))
      .orderBy(asc(m.uid))
      .limit(bound('limit'))
      .prepare('message_page'),
    messageDeletedSize: db
      .select({ size: sql<number>`cast(coalesce(sum(${m.size}), 0) as bigint)` })
      .from(m)
      .where(and(box, sql`(${m.flags} & ${sql.raw(String(flagBits.deleted))}) <> 0`))
      .prepare('message_deleted_size'),
    expungedForget: db.delete(e).where(goneBox).prepare('expunged_forget'),
    messageChangedUids: db
      .select({ uid: m.uid })
      .from(m)
      .where(and(box, gt(m.modseq, p('since'))))
      .prepare('message_changed_uids'),
    expungedBetween: db
      .select({ uid: e.uid })
      .from(e)
      .where(and(goneBox, gt(e.modseq, p('since')), lte(e.modseq, p('upTo'))))
      .prepare('expunged_between'),
  };
}

function emailQueries({ db, t, d }: Context) {
  const e = t.emails;
  const among = and(eq(e.account, p('account')), d.inNumbers(e.id, 'emails'));
  return {
    emailInsert: d.insertMany<typeof e.$inferInsert>(e),
    emailContents: db
      .select({
        email: e.id,
        hash: e.hash,
        size: e.size,
        envelope: e.envelope,
        bodyStructure: e.bodyStructure,
        body: e.body,
        structure: e.structure,
        preview: e.preview,
        headerLength: e.headerLength,
        sentAt: e.sentAt,
      })
      .from(e)
      .where(among)
      .prepare('email_contents'),
    emailRemove: db.delete(e).where(among).prepare('email_remove'),
  };
}

export function mailQueries(context: Context) {
  return {
    ...changeQueries(context as never),
    ...blobQueries(context as never),
    ...accountQueries(context),
    ...mailboxQueries(context),
    ...accountNewsQueries(context),
    ...messageQueries(context),
    ...flagQueries(context),
    ...emailQueries(context),
    ...uidQueries(context),
    ...bulkQueries(context),
    ...orderQueries(context),
    ...searchQueries(context),
    ...checkQueries(context),
    ...rightsQueries(context),
    ...metadataQueries(context),
    ...crossingQueries(context),
    ...keywordQueries(context),
  };
}

export type MailQueries = ReturnType<typeof mailQueries>;
