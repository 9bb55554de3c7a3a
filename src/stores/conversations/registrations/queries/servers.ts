import { and, asc, eq, gt, lte, ne, type QueryContext, sql } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { RegistrationsTables } from '../tables.ts';

type Context = QueryContext<RegistrationsTables>;

const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

function queueQueries({ db, t, d }: Context) {
  const l = t.conversation_queues;
  const s = t.conversation_queued;
  const row = {
    domain: s.domain,
    seq: s.seq,
    stanza: s.stanza,
    sender: s.sender,
    account: s.account,
    atMs: s.at,
    expiresMs: s.expires,
  };
  const isDomain = eq(s.domain, p('domain'));
  const size = { domain: s.domain, seq: s.seq, bytes: s.bytes };
  return {
    queueLock: db
      .insert(l)
      .values({ domain: p('domain'), rows: 0, bytes: 0, lastSeq: bound('lastSeq') })
      .onConflictDoUpdate({ target: [l.domain], set: { rows: sql`${l.rows}` } })
      .returning({ rows: l.rows, bytes: l.bytes, lastSeq: l.lastSeq })
      .prepare('cqueue_lock'),
    queueGrow: db
      .update(l)
      .set({
        rows: sql`${l.rows} + cast(${p('rows')} as bigint)`,
        bytes: sql`${l.bytes} + cast(${p('bytes')} as bigint)`,
        lastSeq: sql`${l.lastSeq} + cast(${p('seqs')} as bigint)`,
      })
      .where(eq(l.domain, p('domain')))
      .prepare('cqueue_grow'),
    queueFind: db
      .select({ rows: l.rows, bytes: l.bytes })
      .from(l)
      .where(eq(l.domain, p('domain')))
      .prepare('cqueue_find'),
    queuesAfter: db
      .select({ domain: l.domain, rows: l.rows, bytes: l.bytes })
      .from(l)
      .where(and(gt(l.domain, p('after')), sql`${l.rows} > 0`))
      .orderBy(asc(l.domain))
      .limit(limits.pageRowsMax)
      .prepare('cqueues_after'),
    queuesDropEmpty: db
      .delete(l)
      .where(and(eq(l.rows, 0), ne(l.domain, '')))
      .prepare('cqueues_drop_empty'),
    queueMend: db
      .update(l)
      .set({ rows: bound('rows'), bytes: bound('bytes') })
      .where(eq(l.domain, p('domain')))
      .prepare('cqueue_mend'),
    queuesCounted: db
      .select({
        domain: s.domain,
        rows: sql<number>`count(*)`,
        bytes: sql<number>`coalesce(sum(${s.bytes}), 0)`,
      })
      .from(s)
      .groupBy(s.domain)
      .prepare('cqueues_counted'),
    queuesAll: db.select({ domain: l.domain, rows: l.rows, bytes: l.bytes }).from(l).prepare('cqueues_all'),
    queuedAdd: d.insertMany<{
      domain: string;
      seq: number;
      stanza: string;
      bytes: number;
      sender: string;
      account: number;
      at: number;
      expires: number;
    }>(s),
    queuedSizes: db
      .select({ seq: s.seq, bytes: s.bytes })
      .from(s)
      .where(and(isDomain, gt(s.seq, p('after'))))
      .orderBy(asc(s.seq))
      .limit(bound('max'))
      .prepare('cqueued_sizes'),
    queuedBetween: db
      .select(row)
      .from(s)
      .where(and(isDomain, gt(s.seq, p('after')), lte(s.seq, p('upTo'))))
      .orderBy(asc(s.seq))
      .prepare('cqueued_between'),
    queuedDropUpTo: db
      .delete(s)
      .where(and(isDomain, lte(s.seq, p('upTo'))))
      .returning(size)
      .prepare('cqueued_drop_up_to'),
    queuedDrop: db
      .delete(s)
      .where(and(isDomain, d.inNumbers(s.seq, 'seqs')))
      .returning(size)
      .prepare('cqueued_drop'),
    queuedOver: db
      .select(row)
      .from(s)
      .where(lte(s.expires, p('now')))
      .orderBy(asc(s.expires))
      .limit(bound('max'))
      .prepare('cqueued_over'),
    queuedOldest: db
      .select({ atMs: s.at })
      .from(s)
      .where(gt(s.expires, 0))
      .orderBy(asc(s.expires))
      .limit(1)
      .prepare('cqueued_oldest'),
    queuedEnd: db.update(s).set({ expires: 1 }).prepare('cqueued_end'),
    queuedOf: db
      .select(size)
      .from(s)
      .where(and(eq(s.account, p('account')), sql`${s.account} > 0`))
      .limit(limits.stepRows)
      .prepare('cqueued_of'),
  };
}

function policyQueries({ db, t, d }: Context) {
  const y = t.conversation_policies;
  const row = { domain: y.domain, action: y.action, reason: y.reason, source: y.source };
  return {
    policyPut: db
      .insert(y)
      .values({ domain: p('domain'), action: bound('action'), reason: p('reason'), source: p('source') })
      .onConflictDoUpdate({
        target: [y.domain],
        set: { action: bound('action'), reason: bound('reason'), source: bound('source') },
      })
      .prepare('cpolicy_put'),
    policyDrop: db
      .delete(y)
      .where(eq(y.domain, p('domain')))
      .returning({ domain: y.domain })
      .prepare('cpolicy_drop'),
    policiesFind: db.select(row).from(y).where(d.inTexts(y.domain, 'domains')).prepare('cpolicy_find'),
    policiesAfter: db
      .select(row)
      .from(y)
      .where(gt(y.domain, p('after')))
      .orderBy(asc(y.domain))
      .limit(limits.pageRowsMax)
      .prepare('cpolicy_after'),
    policiesCount: db.select({ rows: sql<number>`count(*)` }).from(y).prepare('cpolicy_count'),
    policiesDropSource: db
      .delete(y)
      .where(eq(y.source, p('source')))
      .prepare('cpolicy_drop_source'),
    policiesAdd: d.insertMany<{ domain: string; action: string; reason: string; source: string }>(y),
  };
}

export const serverQueries = (context: Context) => ({ ...queueQueries(context), ...policyQueries(context) });
