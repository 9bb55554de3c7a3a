import { and, asc, eq, gt, lte, ne, type QueryContext, type SQL, sql } from '../../storage/index.ts';
import type { ledgerTables } from '../ledger/tables.ts';
import { bound, boundAll, number } from './bound.ts';
import { certificatesShownRows, pageRows, redemptionsMax, stepRows } from './limits.ts';
import { payeeQueries } from './payee-queries.ts';
import type { registerTables } from './tables.ts';

type Own = (typeof registerTables)['postgres'];
type Context = QueryContext<Own & (typeof ledgerTables)['postgres']>;
const p = sql.placeholder;

function headQueries({ db, t }: Context) {
  const h = t.register_head;
  return {
    /** Makes the row where it is not there, and locks it either way. */
    registerHead: db
      .insert(h)
      .values({
        ...{ id: 1, seq: 0, hash: bound('start'), persons: 0, nominal: bound('nominal') },
        ...{ shares: 0, uncalled: 0, highest: 0 },
      })
      .onConflictDoUpdate({ target: h.id, set: { seq: sql`${h.seq}` } })
      .returning()
      .prepare('register_head'),
    registerHeadRead: db.select().from(h).where(eq(h.id, 1)).prepare('register_head_read'),
    registerHeadMove: db
      .update(h)
      .set({
        ...{ seq: number('seq'), hash: bound('hash'), shares: number('shares') },
        ...{ uncalled: number('uncalled'), highest: number('highest') },
      })
      .where(eq(h.id, 1))
      .prepare('register_head_move'),
    registerNumbered: db
      .update(h)
      .set({ persons: number('persons') })
      .where(eq(h.id, 1))
      .prepare('register_numbered'),
  };
}

function personQueries({ db, t, d }: Context) {
  const x = t.register_persons;
  const here = eq(x.number, p('number'));
  return {
    registerPersonAdd: db
      .insert(x)
      .values({
        ...boundAll('number', 'account', 'kind', 'name', 'address', 'country', 'birth', 'iban', 'holder'),
        ...boundAll('salt', 'shown', 'now'),
        ...{ standing: 'known', shares: 0, uncalled: 0, queued: 0, admission: '', moved: '' },
        ...{ ibanChanged: 0, waiting: 0, version: 1, erased: 0, created: bound('now') },
      })
      .prepare('register_person_add'),
    registerPerson: db.select().from(x).where(here).prepare('register_person'),
    registerPersonsNumbered: db
      .select()
      .from(x)
      .where(d.inNumbers(x.number, 'numbers'))
      .prepare('register_persons_numbered'),
    registerPersonOfAccount: db
      .select()
      .from(x)
      .where(and(eq(x.account, p('account')), gt(x.account, 0)))
      .prepare('register_person_of_account'),
    registerPersons: db
      .select()
      .from(x)
      .where(gt(x.number, p('after')))
      .orderBy(asc(x.number))
      .limit(pageRows)
      .prepare('register_persons'),
    registerPersonsStanding: db
      .select()
      .from(x)
      .where(and(eq(x.standing, p('standing')), gt(x.number, p('after'))))
      .orderBy(asc(x.number))
      .limit(pageRows)
      .prepare('register_persons_standing'),
    registerPersonChange: db
      .update(x)
      .set({
        ...boundAll('account', 'kind', 'name', 'address', 'country', 'birth', 'iban', 'holder'),
        ...{ ibanChanged: number('ibanChanged'), waiting: number('waiting') },
        version: sql`${x.version} + 1`,
      })
      .where(here)
      .prepare('register_person_change'),
    registerPersonWaitsNot: db
      .update(x)
      .set({ waiting: 0, version: sql`${x.version} + 1` })
      .where(here)
      .prepare('register_person_waits_not'),
    registerPersonMove: db
      .update(x)
      .set({
        ...boundAll('standing', 'admission', 'moved'),
        ...{ shares: number('shares'), uncalled: number('uncalled'), queued: number('queued') },
        version: sql`${x.version} + 1`,
      })
      .where(here)
      .prepare('register_person_move'),
  };
}

function applicationQueries({ db, t }: Context) {
  const x = t.register_applications;
  const c = t.register_calls;
  return {
    registerApplicationAdd: db
      .insert(x)
      .values({
        ...boundAll('person', 'shares', 'cap', 'due', 'requestedOn'),
        ...{ state: 'open', paid: 0, paidOn: '', decision: '', decidedOn: '' },
      })
      .returning()
      .prepare('register_application_add'),
    registerApplication: db
      .select()
      .from(x)
      .where(eq(x.id, p('id')))
      .prepare('register_application'),
    registerApplicationsOf: db
      .select()
      .from(x)
      .where(eq(x.person, p('person')))
      .orderBy(asc(x.id))
      .prepare('register_applications_of'),
    registerApplicationsIn: db
      .select()
      .from(x)
      .where(and(eq(x.state, p('state')), gt(x.id, p('after'))))
      .orderBy(asc(x.id))
      .limit(pageRows)
      .prepare('register_applications_in'),
    registerApplicationMove: db
      .update(x)
      .set({ ...boundAll('state', 'paidOn', 'decision', 'decidedOn'), paid: number('paid') })
      .where(eq(x.id, p('id')))
      .returning()
      .prepare('register_application_move'),
    registerCallAdd: db
      .insert(c)
      .values({ ...boundAll('person', 'amount', 'decision', 'calledOn'), paid: 0 })
      .returning()
      .prepare('register_call_add'),
    registerCall: db
      .select()
      .from(c)
      .where(eq(c.id, p('id')))
      .prepare('register_call'),
    registerCallsOf: db
      .select()
      .from(c)
      .where(eq(c.person, p('person')))
      .orderBy(asc(c.id))
      .prepare('register_calls_of'),
    registerCallPay: db
      .update(c)
      .set({ paid: number('paid') })
      .where(eq(c.id, p('id')))
      .returning()
      .prepare('register_call_pay'),
  };
}

function movementQueries({ db, t, d }: Context) {
  const m = t.register_movements;
  const l = t.register_lines;
  return {
    registerMovementAdd: db
      .insert(m)
      .values(
        boundAll(
          ...(['seq', 'kind', 'effective', 'recorded', 'decision', 'person', 'other', 'shares'] as const),
          ...(['amount', 'cancels', 'entry', 'about', 'hash'] as const),
        ),
      )
      .prepare('register_movement_add'),
    registerLinesAdd: d.insertMany<{
      person: number;
      on: string;
      seq: number;
      shares: number;
      uncalled: number;
      queued: number;
      votes: number;
    }>(l),
    registerMovement: db
      .select()
      .from(m)
      .where(eq(m.seq, p('seq')))
      .prepare('register_movement'),
    registerMovements: db
      .select()
      .from(m)
      .where(gt(m.seq, p('after')))
      .orderBy(asc(m.seq))
      .limit(pageRows)
      .prepare('register_movements'),
    registerMovementsOf: db
      .select()
      .from(m)
      .where(
        and(
          sql`(${m.person} = ${p('person')} or (${m.other} > 0 and ${m.other} = ${p('person')}))`,
          gt(m.seq, p('after')),
        ),
      )
      .orderBy(asc(m.seq))
      .limit(pageRows)
      .prepare('register_movements_of'),
    registerCancelled: db
      .select({ seq: m.seq })
      .from(m)
      .where(and(eq(m.cancels, p('seq')), gt(m.cancels, 0)))
      .prepare('register_cancelled'),
    registerLinesOf: db
      .select()
      .from(l)
      .where(eq(l.seq, p('seq')))
      .orderBy(asc(l.person), asc(l.on))
      .prepare('register_lines_of'),
    registerLineLast: db
      .select({ seq: sql<number | null>`max(${l.seq})` })
      .from(l)
      .where(eq(l.person, p('person')))
      .prepare('register_line_last'),
  };
}

function dayQueries({ db, t }: Context) {
  const l = t.register_lines;
  const x = t.register_persons;
  const sums = {
    shares: sql<number>`cast(coalesce(sum(${l.shares}), 0) as bigint)`,
    uncalled: sql<number>`cast(coalesce(sum(${l.uncalled}), 0) as bigint)`,
    votes: sql<number>`cast(coalesce(sum(${l.votes}), 0) as bigint)`,
  };
  return {
    registerHoldingOn: db
      .select(sums)
      .from(l)
      .where(and(eq(l.person, p('person')), lte(l.on, p('day'))))
      .prepare('register_holding_on'),
    /** The last day to come from which somebody's vote is another one. */
    registerVotesAfter: db
      .select({ on: l.on })
      .from(l)
      .where(and(eq(l.person, p('person')), gt(l.on, p('day')), ne(l.votes, 0)))
      .orderBy(sql`${l.on} desc`)
      .limit(1)
      .prepare('register_votes_after'),
    registerHoldingsOn: db
      .select({ person: l.person, ...sums })
      .from(l)
      .where(and(gt(l.person, p('after')), lte(l.on, p('day'))))
      .groupBy(l.person)
      .having(sql`sum(${l.shares}) > 0 or sum(${l.votes}) > 0`)
      .orderBy(asc(l.person))
      .limit(pageRows)
      .prepare('register_holdings_on'),
    registerTotalsOn: db
      .select(sums)
      .from(l)
      .where(lte(l.on, p('day')))
      .prepare('register_totals_on'),
    /** Who became a member, or ceased to be one, after a movement. */
    registerMemberships: db
      .select({ seq: l.seq, person: l.person, on: l.on, votes: l.votes, account: x.account })
      .from(l)
      .innerJoin(x, eq(x.number, l.person))
      .where(and(gt(l.seq, p('after')), ne(l.votes, 0)))
      .orderBy(asc(l.seq), asc(l.person), asc(l.on))
      .limit(stepRows)
      .prepare('register_memberships'),
  };
}

function requestQueries({ db, t }: Context) {
  const x = t.register_requests;
  return {
    registerRequestAdd: db
      .insert(x)
      .values({ ...boundAll('person', 'cause', 'shares', 'left', 'asked', 'due', 'latest'), state: 'queued' })
      .returning()
      .prepare('register_request_add'),
    registerRequest: db
      .select()
      .from(x)
      .where(eq(x.id, p('id')))
      .prepare('register_request'),
    registerRequestsOf: db
      .select()
      .from(x)
      .where(eq(x.person, p('person')))
      .orderBy(asc(x.id))
      .prepare('register_requests_of'),
    registerQueue: db
      .select()
      .from(x)
      .where(and(eq(x.state, 'queued'), gt(x.id, p('after'))))
      .orderBy(asc(x.id))
      .limit(pageRows)
      .prepare('register_queue'),
    registerQueueDue: db
      .select()
      .from(x)
      .where(and(eq(x.state, 'queued'), lte(x.due, p('day'))))
      .orderBy(asc(x.id))
      .limit(redemptionsMax)
      .prepare('register_queue_due'),
    registerRequestMove: db
      .update(x)
      .set({ left: number('left'), state: bound('state') })
      .where(eq(x.id, p('id')))
      .returning()
      .prepare('register_request_move'),
  };
}

function certificateQueries({ db, t }: Context) {
  const c = t.register_certificates;
  const m = t.register_movements;
  const l = t.register_lines;
  return {
    /** The last movement of somebody up to a day that an entry of the ledger says. */
    registerBooked: db
      .select({
        ...{ seq: m.seq, kind: m.kind, effective: m.effective, recorded: m.recorded, decision: m.decision },
        ...{ person: m.person, other: m.other, shares: m.shares, amount: m.amount, cancels: m.cancels },
        ...{ entry: m.entry, about: m.about, hash: m.hash },
      })
      .from(m)
      .innerJoin(l, eq(l.seq, m.seq))
      .where(and(eq(l.person, p('person')), lte(l.on, p('day')), gt(m.entry, 0)))
      .orderBy(sql`${m.seq} desc`)
      .limit(1)
      .prepare('register_booked'),
    registerCertificateAdd: db
      .insert(c)
      .values(boundAll('code', 'person', 'said', 'at'))
      .onConflictDoNothing()
      .prepare('register_certificate_add'),
    registerCertificate: db
      .select()
      .from(c)
      .where(eq(c.code, p('code')))
      .prepare('register_certificate'),
    registerCertificatesOf: db
      .select()
      .from(c)
      .where(eq(c.person, p('person')))
      .orderBy(sql`${c.at} desc`, asc(c.code))
      .limit(certificatesShownRows)
      .prepare('register_certificates_of'),
  };
}

function privacyQueries({ db, t, d }: Context) {
  const c = t.register_consents;
  const x = t.register_persons;
  const e = t.ledger_entries;
  const o = t.ledger_postings;
  const m = t.register_movements;
  const nothing = Object.fromEntries(
    ['name', 'address', 'country', 'birth', 'iban', 'holder'].map((column) => [column, '']),
  );
  return {
    registerConsentsOf: db
      .select()
      .from(c)
      .where(eq(c.person, p('person')))
      .orderBy(asc(c.id))
      .prepare('register_consents_of'),
    registerConsentAdd: db
      .insert(c)
      .values({ ...boundAll('person', 'purpose', 'text', 'version'), given: bound('now'), withdrawn: 0 })
      .prepare('register_consent_add'),
    registerConsentWithdraw: db
      .update(c)
      .set({ withdrawn: bound('now') })
      .where(and(eq(c.person, p('person')), eq(c.purpose, p('purpose')), eq(c.withdrawn, 0)))
      .prepare('register_consent_withdraw'),
    registerConsentsErase: db
      .delete(c)
      .where(eq(c.person, p('person')))
      .prepare('register_consents_erase'),
    registerCertificatesErase: db
      .delete(t.register_certificates)
      .where(eq(t.register_certificates.person, p('person')))
      .prepare('register_certificates_erase'),
    registerPersonErase: db
      .update(x)
      .set({
        ...nothing,
        account: 0,
        waiting: 0,
        salt: Buffer.alloc(0),
        erased: bound('now'),
        version: sql`${x.version} + 1`,
      })
      .where(eq(x.number, p('number')))
      .prepare('register_person_erase'),
    registerMovementsAllOf: db
      .select()
      .from(m)
      .where(sql`(${m.person} = ${p('person')} or (${m.other} > 0 and ${m.other} = ${p('person')}))`)
      .orderBy(asc(m.seq))
      .prepare('register_movements_all_of'),
    registerPostingsOf: db
      .select({
        ...{ seq: o.seq, date: e.date, kind: e.kind, account: o.account, asset: o.asset, amount: o.amount },
      })
      .from(o)
      .innerJoin(e, eq(e.seq, o.seq))
      .where(d.inNumbers(o.account, 'ids'))
      .orderBy(asc(o.seq), asc(o.n))
      .prepare('register_postings_of'),
  };
}

function checkQueries({ db, t, d }: Context) {
  const l = t.register_lines;
  const m = t.register_movements;
  const moved = (seq: SQL) =>
    sql`(select coalesce(sum(abs(l."shares")), 0) from "register_lines" l where l."seq" = ${seq})`;
  const r = t.register_requests;
  const x = t.register_persons;
  const a = t.ledger_accounts;
  const b = t.ledger_balances;
  const whole = (what: unknown) => sql<number>`cast(coalesce(sum(${what}), 0) as bigint)`;
  return {
    registerLineSums: db
      .select({
        person: l.person,
        ...{ shares: whole(l.shares), uncalled: whole(l.uncalled), queued: whole(l.queued) },
        votes: whole(l.votes),
      })
      .from(l)
      .where(d.inNumbers(l.person, 'numbers'))
      .groupBy(l.person)
      .prepare('register_line_sums'),
    registerQueuedSums: db
      .select({ person: r.person, left: whole(r.left) })
      .from(r)
      .where(and(d.inNumbers(r.person, 'numbers'), eq(r.state, 'queued')))
      .groupBy(r.person)
      .prepare('register_queued_sums'),
    registerBalances: db
      .select({ name: a.name, amount: b.amount })
      .from(a)
      .innerJoin(b, eq(b.account, a.id))
      .where(d.inTexts(a.name, 'names'))
      .prepare('register_balances'),
    /** The most that paid-up capital was after any movement. */
    registerHighest: db
      .select({ highest: sql<number>`cast(coalesce(max(ran), 0) as bigint)` })
      .from(
        sql`(select sum(change) over (order by seq) as ran from (select ${l.seq} as seq, sum(${l.shares}) * ${number('nominal')} - sum(${l.uncalled}) as change from ${l} group by ${l.seq}) as changes) as sums`,
      )
      .prepare('register_highest'),
    /** Movements whose lines begin on another day than they do, or move other shares. */
    registerLineFaults: db
      .select({ seq: m.seq })
      .from(m)
      .where(
        sql`exists (select 1 from "register_lines" l where l."seq" = "register_movements"."seq" and (l."shares" <> 0 or l."uncalled" <> 0) and l."on" <> "register_movements"."effective") or ${moved(sql`"register_movements"."seq"`)} <> case when "register_movements"."kind" = 'transfer' then 2 * "register_movements"."shares" when "register_movements"."kind" in ('subscription', 'redemption') then "register_movements"."shares" when "register_movements"."kind" = 'cancellation' then ${moved(sql`"register_movements"."cancels"`)} else 0 end`,
      )
      .orderBy(asc(m.seq))
      .limit(stepRows)
      .prepare('register_line_faults'),
    registerPersonLast: db
      .select({ number: sql<number | null>`max(${x.number})` })
      .from(x)
      .prepare('register_person_last'),
  };
}

export const registerQueries = (context: Context) => ({
  ...headQueries(context),
  ...personQueries(context),
  ...payeeQueries(context),
  ...applicationQueries(context),
  ...movementQueries(context),
  ...dayQueries(context),
  ...requestQueries(context),
  ...certificateQueries(context),
  ...privacyQueries(context),
  ...checkQueries(context),
});

export type RegisterQueries = ReturnType<typeof registerQueries>;
