import { asc, eq, gt, max, min, type QueryContext, sql } from '../../../storage/index.ts';
import type { mailTables } from '../tables.ts';
import { flagBits } from '../types.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** The lowest account above `after` that a table knows: an index seek each, so no table is read whole. */
function accountWalks({ db, t }: Context) {
  return {
    accountsInAccounts: db
      .select({ account: min(t.mail_accounts.account) })
      .from(t.mail_accounts)
      .where(gt(t.mail_accounts.account, p('after')))
      .prepare('check_accounts'),
    accountsInMailboxes: db
      .select({ account: min(t.mailboxes.account) })
      .from(t.mailboxes)
      .where(gt(t.mailboxes.account, p('after')))
      .prepare('check_accounts_mailboxes'),
    accountsInMessages: db
      .select({ account: min(t.messages.account) })
      .from(t.messages)
      .where(gt(t.messages.account, p('after')))
      .prepare('check_accounts_messages'),
    accountsInEmails: db
      .select({ account: min(t.emails.account) })
      .from(t.emails)
      .where(gt(t.emails.account, p('after')))
      .prepare('check_accounts_emails'),
    accountsInOrders: db
      .select({ account: min(t.email_orders.account) })
      .from(t.email_orders)
      .where(gt(t.email_orders.account, p('after')))
      .prepare('check_accounts_orders'),
    accountsInTexts: db
      .select({ account: min(t.search_texts.account) })
      .from(t.search_texts)
      .where(gt(t.search_texts.account, p('after')))
      .prepare('check_accounts_texts'),
    accountsInWaiting: db
      .select({ account: min(t.search_waiting.account) })
      .from(t.search_waiting)
      .where(gt(t.search_waiting.account, p('after')))
      .prepare('check_accounts_waiting'),
    accountsInBlocks: db
      .select({ account: min(t.search_blocks.account) })
      .from(t.search_blocks)
      .where(gt(t.search_blocks.account, p('after')))
      .prepare('check_accounts_blocks'),
    accountsInSlices: db
      .select({ account: min(t.search_slices.account) })
      .from(t.search_slices)
      .where(gt(t.search_slices.account, p('after')))
      .prepare('check_accounts_slices'),
    accountsInExpunged: db
      .select({ account: min(t.expunged.account) })
      .from(t.expunged)
      .where(gt(t.expunged.account, p('after')))
      .prepare('check_accounts_expunged'),
    accountsInRights: db
      .select({ account: min(t.mailbox_rights.account) })
      .from(t.mailbox_rights)
      .where(gt(t.mailbox_rights.account, p('after')))
      .prepare('check_accounts_rights'),
    accountsInMetadata: db
      .select({ account: min(t.mail_metadata.account) })
      .from(t.mail_metadata)
      .where(gt(t.mail_metadata.account, p('after')))
      .prepare('check_accounts_metadata'),
  };
}

function recounts({ db, t }: Context) {
  const m = t.messages;
  const sum = (what: unknown) => sql<number>`cast(coalesce(sum(${what}), 0) as bigint)`;
  const whereFlag = (bit: number, zero: boolean) =>
    sum(
      sql`case when (${m.flags} & ${sql.raw(String(bit))}) ${sql.raw(zero ? '=' : '<>')} 0 then 1 else 0 end`,
    );
  return {
    messageRecount: db
      .select({
        mailbox: m.mailbox,
        messages: sql<number>`count(*)`,
        unseen: whereFlag(flagBits.seen, true),
        deleted: whereFlag(flagBits.deleted, false),
        size: sum(m.size),
        uid: max(m.uid),
        modseq: max(m.modseq),
      })
      .from(m)
      .where(eq(m.account, p('account')))
      .groupBy(m.mailbox)
      .prepare('check_messages'),
    expungedRecount: db
      .select({ mailbox: t.expunged.mailbox, uid: max(t.expunged.uid), modseq: max(t.expunged.modseq) })
      .from(t.expunged)
      .where(eq(t.expunged.account, p('account')))
      .groupBy(t.expunged.mailbox)
      .prepare('check_expunged'),
    mailboxGoneLast: db
      .select({ id: max(t.mailboxes_gone.id) })
      .from(t.mailboxes_gone)
      .where(eq(t.mailboxes_gone.account, p('account')))
      .prepare('check_gone'),
    /** Messages that are there and expunged at once. */
    expungedPresent: db
      .select({ mailbox: m.mailbox, uid: m.uid })
      .from(m)
      .innerJoin(
        t.expunged,
        sql`${t.expunged.account} = ${m.account} and ${t.expunged.mailbox} = ${m.mailbox} and ${t.expunged.uid} = ${m.uid}`,
      )
      .where(eq(m.account, p('account')))
      .prepare('check_expunged_present'),
  };
}

function emailRecounts({ db, t }: Context) {
  const m = t.messages;
  return {
    messageEmails: db
      .select({ email: m.email, uses: sql<number>`count(*)`, low: min(m.size), high: max(m.size) })
      .from(m)
      .where(eq(m.account, p('account')))
      .groupBy(m.email)
      .prepare('check_message_emails'),
    emailCounts: db
      .select({
        id: t.emails.id,
        refs: sql<number>`coalesce(${t.email_shares.more}, 0) + 1`,
        size: t.emails.size,
        hash: t.emails.hash,
      })
      .from(t.emails)
      .leftJoin(
        t.email_shares,
        sql`${t.email_shares.account} = ${t.emails.account} and ${t.email_shares.id} = ${t.emails.id}`,
      )
      .where(eq(t.emails.account, p('account')))
      .orderBy(asc(t.emails.id))
      .prepare('check_emails'),
    sharesAlone: db
      .select({ id: t.email_shares.id })
      .from(t.email_shares)
      .leftJoin(
        t.emails,
        sql`${t.emails.account} = ${t.email_shares.account} and ${t.emails.id} = ${t.email_shares.id}`,
      )
      .where(sql`${t.email_shares.account} = ${p('account')} and ${t.emails.id} is null`)
      .prepare('check_shares'),
    accountsInShares: db
      .select({ account: min(t.email_shares.account) })
      .from(t.email_shares)
      .where(gt(t.email_shares.account, p('after')))
      .prepare('check_accounts_shares'),
    emailHashes: db
      .select({ hash: t.emails.hash, uses: sql<number>`count(*)` })
      .from(t.emails)
      .where(eq(t.emails.account, p('account')))
      .groupBy(t.emails.hash)
      .prepare('check_hashes'),
  };
}

function mendings({ db, t }: Context) {
  const { mailboxes: b, mail_accounts: a } = t;
  const box = sql`${b.account} = ${p('account')} and ${b.id} = ${p('mailbox')}`;
  return {
    mailboxMend: db
      .update(b)
      .set({
        uidNext: bound('uidNext'),
        highestModseq: bound('modseq'),
        countedModseq: bound('modseq'),
        messages: bound('messages'),
        unseen: bound('unseen'),
        deleted: bound('deleted'),
        size: bound('size'),
      })
      .where(box)
      .prepare('mend_mailbox'),
    accountMend: db
      .update(a)
      .set({ used: bound('used'), messages: bound('messages') })
      .where(eq(a.account, p('account')))
      .prepare('mend_account'),
    shareForget: db
      .delete(t.email_shares)
      .where(sql`${t.email_shares.account} = ${p('account')} and ${t.email_shares.id} = ${p('id')}`)
      .prepare('mend_share_forget'),
    shareMend: db
      .insert(t.email_shares)
      .values({ account: bound('account'), id: bound('id'), more: bound('more') })
      .prepare('mend_share'),
    mailboxValidity: db
      .update(b)
      .set({
        uidValidity: bound('uidValidity'),
        highestModseq: bound('modseq'),
        listedModseq: bound('modseq'),
        countedModseq: bound('modseq'),
      })
      .where(box)
      .prepare('restored_mailbox'),
    accountRestored: db
      .update(a)
      .set({
        lastValidity: bound('lastValidity'),
        nextMailbox: bound('nextMailbox'),
        nextEmail: bound('nextEmail'),
      })
      .where(eq(a.account, p('account')))
      .prepare('restored_account'),
  };
}

export function checkQueries(context: Context) {
  return { ...accountWalks(context), ...recounts(context), ...emailRecounts(context), ...mendings(context) };
}
