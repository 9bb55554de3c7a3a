import { and, asc, blobQueries, eq, gt, lt, lte, type QueryContext, sql } from '../../storage/index.ts';
import { limits } from './limits.ts';
import type { outboxTables } from './tables.ts';

type Context = QueryContext<(typeof outboxTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
/** A bound number whose type no column gives away. */
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;

function messageQueries({ db, t, d }: Context) {
  const m = t.outbox_messages;
  return {
    messageAdd: db
      .insert(m)
      .values({
        account: bound('account'),
        kind: bound('kind'),
        sender: bound('sender'),
        body: bound('body'),
        utf8: bound('utf8'),
        ret: bound('ret'),
        envid: bound('envid'),
        tls: bound('tls'),
        head: bound('head'),
        hash: bound('hash'),
        size: bound('size'),
        headerLength: bound('headerLength'),
        created: bound('created'),
      })
      .returning({ id: m.id })
      .prepare('outbox_message_add'),
    messageFind: db
      .select()
      .from(m)
      .where(eq(m.id, p('message')))
      .prepare('outbox_message_find'),
    messagesFind: db.select().from(m).where(d.inNumbers(m.id, 'messages')).prepare('outbox_messages_find'),
    /** Locks the row: of two that decide the last recipients at one time the second sees what the first did. */
    messageLock: db
      .update(m)
      .set({ created: sql`${m.created}` })
      .where(eq(m.id, p('message')))
      .prepare('outbox_message_lock'),
    messageDrop: db
      .delete(m)
      .where(eq(m.id, p('message')))
      .returning({ hash: m.hash })
      .prepare('outbox_message_drop'),
    messagesOf: db
      .select({ id: m.id })
      .from(m)
      .where(eq(m.account, p('account')))
      .limit(limits.stepRows)
      .prepare('outbox_messages_of'),
    messageUses: db
      .select({ id: m.id, hash: m.hash })
      .from(m)
      .where(gt(m.id, p('after')))
      .orderBy(asc(m.id))
      .limit(limits.stepRows)
      .prepare('outbox_message_uses'),
    messageOldest: db
      .select({ created: m.created })
      .from(m)
      .orderBy(asc(m.id))
      .limit(1)
      .prepare('outbox_message_oldest'),
  };
}

function recipientQueries({ db, t, d }: Context) {
  const r = t.outbox_recipients;
  const here = and(eq(r.message, p('message')), eq(r.n, p('n')));
  const shown = {
    message: r.message,
    n: r.n,
    address: r.address,
    domain: r.domain,
    notify: r.notify,
    orcpt: r.orcpt,
    state: r.state,
    next: r.next,
    expires: r.expires,
    warnAt: r.warnAt,
    attempts: r.attempts,
    unsure: r.unsure,
    holder: r.holder,
    code: r.code,
    status: r.status,
    answer: r.answer,
    host: r.host,
  };
  return {
    recipientAdd: d.insertMany(r),
    recipientFind: db.select(shown).from(r).where(here).prepare('outbox_recipient_find'),
    recipientsDue: db
      .select(shown)
      .from(r)
      .where(and(eq(r.domain, p('domain')), eq(r.state, 'waiting'), lte(r.next, p('now'))))
      .orderBy(asc(r.next), asc(r.message), asc(r.n))
      .limit(bound('max'))
      .prepare('outbox_recipients_due'),
    recipientsOverdue: db
      .select(shown)
      .from(r)
      .where(and(eq(r.state, 'waiting'), lte(r.attention, p('now'))))
      .orderBy(asc(r.attention))
      .limit(bound('max'))
      .prepare('outbox_recipients_overdue'),
    recipientsClaim: db
      .update(r)
      .set({ state: 'claimed', holder: bound('holder') })
      .where(and(eq(r.message, p('message')), d.inNumbers(r.n, 'ns'), eq(r.state, 'waiting')))
      .returning({ n: r.n })
      .prepare('outbox_recipients_claim'),
    recipientDrop: db.delete(r).where(here).returning({ domain: r.domain }).prepare('outbox_recipient_drop'),
    /** Of the holder alone: who lost its claim does not write over the one who has it now. */
    recipientDefer: db
      .update(r)
      .set({
        state: 'waiting',
        holder: 0,
        next: bound('next'),
        attempts: sql`${r.attempts} + 1`,
        unsure: sql`${r.unsure} + ${number('unsure')}`,
        code: bound('code'),
        status: bound('status'),
        answer: bound('answer'),
        host: bound('host'),
      })
      .where(and(here, eq(r.holder, p('holder'))))
      .returning({ domain: r.domain })
      .prepare('outbox_recipient_defer'),
    recipientReturn: db
      .update(r)
      .set({ state: 'waiting', holder: 0 })
      .where(and(here, eq(r.holder, p('holder'))))
      .returning({ domain: r.domain })
      .prepare('outbox_recipient_return'),
    recipientAnswer: db
      .update(r)
      .set({
        code: bound('code'),
        status: bound('status'),
        answer: bound('answer'),
        host: bound('host'),
      })
      .where(here)
      .prepare('outbox_recipient_answer'),
    recipientWarned: db
      .update(r)
      .set({ state: 'waiting', holder: 0, warnAt: 0, attention: r.expires })
      .where(and(here, eq(r.holder, p('holder'))))
      .returning({ domain: r.domain })
      .prepare('outbox_recipient_warned'),
    recipientsHeldBy: db
      .select({ message: r.message, n: r.n, domain: r.domain })
      .from(r)
      .where(and(eq(r.holder, p('holder')), sql`${r.holder} > 0`))
      .limit(limits.stepRows)
      .prepare('outbox_recipients_held_by'),
    recipientAny: db
      .select({ n: r.n })
      .from(r)
      .where(eq(r.message, p('message')))
      .limit(1)
      .prepare('outbox_recipient_any'),
    recipientsOf: db
      .select({ message: r.message, n: r.n, domain: r.domain })
      .from(r)
      .where(eq(r.message, p('message')))
      .orderBy(asc(r.n))
      .limit(limits.stepRows)
      .prepare('outbox_recipients_of'),
    recipientSet: db
      .update(r)
      .set({
        state: bound('state'),
        next: bound('next'),
        expires: bound('expires'),
        warnAt: bound('warnAt'),
        attention: bound('attention'),
      })
      .where(and(here, eq(r.holder, 0)))
      .returning({ domain: r.domain })
      .prepare('outbox_recipient_set'),
    recipientsHold: db.update(r).set({ state: 'held', holder: 0 }).prepare('outbox_recipients_hold'),
    firstWaiting: db
      .select({ next: r.next })
      .from(r)
      .where(and(eq(r.domain, p('domain')), eq(r.state, 'waiting')))
      .orderBy(asc(r.next))
      .limit(1)
      .prepare('outbox_first_waiting'),
    anyClaimed: db
      .select({ n: r.n })
      .from(r)
      .where(and(eq(r.domain, p('domain')), eq(r.state, 'claimed')))
      .limit(1)
      .prepare('outbox_any_claimed'),
    firstAttention: db
      .select({ attention: r.attention })
      .from(r)
      .where(eq(r.state, 'waiting'))
      .orderBy(asc(r.attention))
      .limit(1)
      .prepare('outbox_first_attention'),
    recipientCounts: db
      .select({
        state: r.state,
        rows: sql<number>`count(*)`,
      })
      .from(r)
      .groupBy(r.state)
      .prepare('outbox_recipient_counts'),
    unsureCount: db
      .select({ rows: sql<number>`count(*)` })
      .from(r)
      .where(sql`${r.unsure} > 0`)
      .prepare('outbox_unsure_count'),
    recipientsAfter: db
      .select(shown)
      .from(r)
      .where(after(r))
      .orderBy(asc(r.message), asc(r.n))
      .limit(bound('max'))
      .prepare('outbox_recipients_after'),
    recipientsOfMessage: db
      .select(shown)
      .from(r)
      .where(and(eq(r.message, p('only')), after(r)))
      .orderBy(asc(r.message), asc(r.n))
      .limit(bound('max'))
      .prepare('outbox_recipients_of_message'),
    recipientsOfDomain: db
      .select(shown)
      .from(r)
      .where(and(eq(r.domain, p('domain')), after(r)))
      .orderBy(asc(r.message), asc(r.n))
      .limit(bound('max'))
      .prepare('outbox_recipients_of_domain'),
    recipientsOfSender: db
      .select(shown)
      .from(r)
      .innerJoin(t.outbox_messages, eq(t.outbox_messages.id, r.message))
      .where(and(eq(t.outbox_messages.sender, p('sender')), after(r)))
      .orderBy(asc(r.message), asc(r.n))
      .limit(bound('max'))
      .prepare('outbox_recipients_of_sender'),
  };
}

function after(r: Context['t']['outbox_recipients']) {
  return sql`(${r.message} > ${number('message')} or (${r.message} = ${number('message')} and ${r.n} > ${number('n')}))`;
}

function laneQueries({ db, t, d }: Context) {
  const l = t.outbox_lanes;
  const here = eq(l.domain, p('domain'));
  const open = sql`case when excluded.due < ${l.closedUntil} then ${l.closedUntil} else excluded.due end`;
  return {
    /** Something waits for it from `due` on; a closed lane stays closed. */
    laneWake: db
      .insert(l)
      .values({
        domain: p('domain'),
        due: bound('due'),
        closedUntil: 0,
        failures: 0,
        status: '',
        answer: '',
        host: '',
      })
      .onConflictDoUpdate({
        target: l.domain,
        set: { due: sql`case when ${l.due} = 0 or ${open} < ${l.due} then ${open} else ${l.due} end` },
      })
      .prepare('outbox_lane_wake'),
    /** Locks the row, so that what is read next is not older than what another transaction adds. */
    laneLock: db
      .update(l)
      .set({ due: sql`${l.due}` })
      .where(here)
      .returning({ closedUntil: l.closedUntil, failures: l.failures })
      .prepare('outbox_lane_lock'),
    laneDue: db
      .update(l)
      .set({ due: bound('due') })
      .where(here)
      .prepare('outbox_lane_due'),
    laneDrop: db.delete(l).where(here).prepare('outbox_lane_drop'),
    laneClose: db
      .insert(l)
      .values({
        domain: p('domain'),
        due: 0,
        closedUntil: bound('until'),
        failures: 1,
        status: bound('status'),
        answer: bound('answer'),
        host: bound('host'),
      })
      .onConflictDoUpdate({
        target: l.domain,
        set: {
          // Several connections may find out the same; it counts once.
          closedUntil: sql`case when ${l.closedUntil} > ${number('now')} then ${l.closedUntil} else excluded."closedUntil" end`,
          failures: sql`case when ${l.closedUntil} > ${number('now')} then ${l.failures} else ${l.failures} + 1 end`,
          status: sql`excluded.status`,
          answer: sql`excluded.answer`,
          host: sql`excluded.host`,
        },
      })
      .prepare('outbox_lane_close'),
    laneOpen: db
      .update(l)
      .set({ closedUntil: 0, failures: 0, status: '', answer: '', host: '' })
      .where(here)
      .prepare('outbox_lane_open'),
    /** Tried now all the same; how often it failed is remembered. */
    laneReopen: db.update(l).set({ closedUntil: 0 }).where(here).prepare('outbox_lane_reopen'),
    laneFind: db.select().from(l).where(here).prepare('outbox_lane_find'),
    lanesDue: db
      .select({ domain: l.domain, failures: l.failures })
      .from(l)
      .where(and(sql`${l.due} > 0`, lte(l.due, p('now')), sql`not (${d.inTexts(l.domain, 'busy')})`))
      .orderBy(asc(l.due))
      .limit(bound('max'))
      .prepare('outbox_lanes_due'),
    laneFirst: db
      .select({ due: l.due })
      .from(l)
      .where(and(sql`${l.due} > 0`, sql`not (${d.inTexts(l.domain, 'busy')})`))
      .orderBy(asc(l.due))
      .limit(1)
      .prepare('outbox_lane_first'),
    laneCounts: db
      .select({
        lanes: sql<number>`count(*)`,
        closed: sql<number>`coalesce(sum(case when ${l.failures} > 0 then 1 else 0 end), 0)`.mapWith(Number),
      })
      .from(l)
      .prepare('outbox_lane_counts'),
    lanesAll: db.select().from(l).prepare('outbox_lanes_all'),
    lanesNeeded: db
      .select({
        domain: t.outbox_recipients.domain,
        next: sql<number>`min(${t.outbox_recipients.next})`.mapWith(Number),
      })
      .from(t.outbox_recipients)
      .where(eq(t.outbox_recipients.state, 'waiting'))
      .groupBy(t.outbox_recipients.domain)
      .prepare('outbox_lanes_needed'),
    lanesForget: db.delete(l).prepare('outbox_lanes_forget'),
  };
}

function holderQueries({ db, t }: Context) {
  const h = t.outbox_holders;
  return {
    holderAdd: db
      .insert(h)
      .values({ until: bound('until') })
      .returning({ id: h.id })
      .prepare('outbox_holder_add'),
    holderRenew: db
      .update(h)
      .set({ until: bound('until') })
      .where(eq(h.id, p('holder')))
      .returning({ id: h.id })
      .prepare('outbox_holder_renew'),
    holdersDead: db
      .select({ id: h.id })
      .from(h)
      .where(lt(h.until, p('now')))
      .prepare('outbox_holders_dead'),
    holdersAll: db.select({ id: h.id }).from(h).prepare('outbox_holders_all'),
    holderDrop: db
      .delete(h)
      .where(eq(h.id, p('holder')))
      .prepare('outbox_holder_drop'),
    holdersForget: db.delete(h).prepare('outbox_holders_forget'),
  };
}

function sentQueries({ db, t }: Context) {
  const s = t.outbox_sent;
  return {
    sentAdd: db
      .insert(s)
      .values({ who: p('who'), hour: bound('hour'), recipients: bound('count') })
      .onConflictDoUpdate({
        target: [s.who, s.hour],
        set: { recipients: sql`${s.recipients} + excluded.recipients` },
      })
      .returning({ recipients: s.recipients })
      .prepare('outbox_sent_add'),
    sentSince: db
      .select({ hour: s.hour, recipients: s.recipients })
      .from(s)
      .where(and(eq(s.who, p('who')), gt(s.hour, p('after'))))
      .orderBy(asc(s.hour))
      .prepare('outbox_sent_since'),
    sentForget: db
      .delete(s)
      .where(and(eq(s.who, p('who')), lte(s.hour, p('upTo'))))
      .prepare('outbox_sent_forget'),
  };
}

function checkQueries({ db, t }: Context) {
  const [m, r, h] = [t.outbox_messages, t.outbox_recipients, t.outbox_holders];
  return {
    emptyMessages: db
      .select({ id: m.id, hash: m.hash })
      .from(m)
      .where(sql`not exists (select 1 from ${r} where ${r.message} = ${m.id})`)
      .limit(limits.stepRows)
      .prepare('outbox_empty_messages'),
    strayRecipients: db
      .select({ message: r.message, n: r.n })
      .from(r)
      .where(sql`not exists (select 1 from ${m} where ${m.id} = ${r.message})`)
      .limit(limits.stepRows)
      .prepare('outbox_stray_recipients'),
    strayClaims: db
      .select({ message: r.message, n: r.n, domain: r.domain, holder: r.holder })
      .from(r)
      .where(
        sql`(${r.state} = 'claimed') <> (${r.holder} > 0) or (${r.holder} > 0 and not exists (select 1 from ${h} where ${h.id} = ${r.holder}))`,
      )
      .limit(limits.stepRows)
      .prepare('outbox_stray_claims'),
    claimForget: db
      .update(r)
      .set({
        holder: 0,
        state: sql`case when ${r.state} = 'held' then 'held' else 'waiting' end`,
        unsure: sql`${r.unsure} + 1`,
      })
      // Not one that somebody who lives has claimed since it was looked at.
      .where(and(eq(r.message, p('message')), eq(r.n, p('n')), eq(r.holder, p('holder'))))
      .prepare('outbox_claim_forget'),
  };
}

export function outboxQueries(context: Context) {
  return {
    ...blobQueries(context as never),
    ...messageQueries(context),
    ...recipientQueries(context),
    ...laneQueries(context),
    ...holderQueries(context),
    ...sentQueries(context),
    ...checkQueries(context),
  };
}

export type OutboxQueries = ReturnType<typeof outboxQueries>;
