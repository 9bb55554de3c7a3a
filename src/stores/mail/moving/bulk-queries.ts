import { and, eq, type QueryContext, sql } from '../../../storage/index.ts';
import type { mailTables } from '../tables.ts';
import { flagBits, uidBlock } from '../types.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
/** A bound number whose type no column gives away. */
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;

/**
 * Changes of many messages at once. Each statement works on a step: the messages of a mailbox from uid `first` to
 * `last` that have the flags `need`, only those among `uids` where that is not null. Rows do not come into the script.
 */
export function bulkQueries({ db, t, d }: Context) {
  const m = t.messages;
  const e = t.expunged;
  const b = t.gone_blocks;
  const s = t.email_shares;
  const some = sql`(cast(${p('uids')} as text) is null or ${d.inNumbers(m.uid, 'uids')})`;
  const step = sql`${m.account} = ${p('account')} and ${m.mailbox} = ${p('mailbox')}
    and ${m.uid} between ${p('first')} and ${p('last')}
    and (${m.flags} & ${number('need')}) = ${number('need')} and ${some}`;
  const block = sql`${m.uid} / ${sql.raw(String(uidBlock))}`;
  const kept = sql`(found.flags & ${number('mask')})`;
  const uses = sql`(select ${m.email} as email, count(*) as uses from ${m} where ${step} group by ${m.email})`;
  const among = sql`${s.account} = ${p('account')} and ${s.id} in (select ${m.email} from ${m} where ${step})`;
  const countIf = (condition: ReturnType<typeof sql>) =>
    sql<number>`cast(coalesce(sum(case when ${condition} then 1 else 0 end), 0) as bigint)`;
  return {
    /** What the first `limit` messages of a step are, by number; flags outside `mask` do not count. */
    stepSums: db
      .select({
        count: sql<number>`count(*)`,
        unseen: countIf(sql`(${kept} & ${sql.raw(String(flagBits.seen))}) = 0`),
        deleted: countIf(sql`(${kept} & ${sql.raw(String(flagBits.deleted))}) <> 0`),
        size: sql<number>`cast(coalesce(sum(found.size), 0) as bigint)`,
        last: sql<number>`coalesce(max(found.uid), 0)`,
        uids: sql<string | null>`string_agg(cast(found.uid as text), ',')`,
      })
      .from(
        sql`(select ${m.uid} as uid, ${m.flags} as flags, ${m.size} as size from ${m} where ${step}
          order by ${m.uid} limit ${p('limit')}) as found`,
      )
      .prepare('step_sums'),
    stepPlace: db
      .insert(m)
      .select(
        sql`select ${m.account}, ${number('to')}, ${number('firstUid')} - 1 + row_number() over (order by ${m.uid}),
          ${number('modseq')}, ${m.flags} & ${number('mask')}, case when ${number('keepKeywords')} = 1 then ${m.keywords} else '' end,
          ${m.received}, ${m.receivedZone}, ${number('now')}, ${m.size}, ${m.email} from ${m} where ${step}`,
      )
      .prepare('step_place'),
    stepShare: db
      .insert(s)
      .select(sql`select ${number('account')}, uses.email, uses.uses from ${uses} as uses where true`)
      .onConflictDoUpdate({ target: [s.account, s.id], set: { more: sql`${s.more} + excluded.more` } })
      .prepare('step_share'),
    stepUnshare: db
      .update(s)
      .set({ more: sql`${s.more} - uses.uses` })
      .from(sql`${uses} as uses`)
      .where(sql`${s.account} = ${p('account')} and ${s.id} = uses.email`)
      .prepare('step_unshare'),
    /** Emails that nothing else uses, once `stepUnshare` was run. */
    stepUnused: db
      .select({ emails: sql<string | null>`string_agg(cast(uses.email as text), ',')` })
      .from(sql`${uses} as uses`)
      .where(
        sql`not exists (select 1 from ${s} where ${s.account} = ${p('account')} and ${s.id} = uses.email and ${s.more} >= 0)`,
      )
      .prepare('step_unused'),
    stepSharesForget: db.delete(s).where(sql`${s.more} <= 0 and ${among}`).prepare('step_shares_forget'),
    stepBury: db
      .insert(e)
      .select(sql`select ${m.account}, ${m.mailbox}, ${m.uid}, ${number('modseq')} from ${m} where ${step}`)
      .prepare('step_bury'),
    stepCountGone: db
      .insert(b)
      .select(
        sql`select ${number('account')}, ${number('mailbox')}, ${block}, count(*) from ${m} where ${step} group by ${block}`,
      )
      .onConflictDoUpdate({
        target: [b.account, b.mailbox, b.block],
        set: { gone: sql`${b.gone} + excluded.gone` },
      })
      .prepare('step_count_gone'),
    stepRemove: db.delete(m).where(step).prepare('step_remove'),
    hashesOf: db
      .select({ hash: t.emails.hash })
      .from(t.emails)
      .where(and(eq(t.emails.account, p('account')), d.inNumbers(t.emails.id, 'emails')))
      .prepare('hashes_of'),
    sharesForgetAll: db
      .delete(s)
      .where(eq(s.account, p('account')))
      .prepare('shares_forget_all'),
  };
}
