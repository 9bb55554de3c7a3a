import { and, asc, eq, gt, lt, type QueryContext, sql } from '../../storage/index.ts';
import { actPageRows, actStepRows } from './limits.ts';
import type { actsTables } from './tables.ts';

type Context = QueryContext<(typeof actsTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;

function logQueries({ db, t }: Context) {
  const h = t.acts_head;
  const l = t.acts_log;
  return {
    /** Makes the row where it is not there, and locks it either way. */
    actsHead: db
      .insert(h)
      .values({ id: 1, n: 0, hash: bound('start') })
      .onConflictDoUpdate({ target: h.id, set: { n: sql`${h.n}` } })
      .returning({ n: h.n, hash: h.hash })
      .prepare('acts_head'),
    actsHeadMove: db
      .update(h)
      .set({ n: number('n'), hash: bound('hash') })
      .where(eq(h.id, 1))
      .prepare('acts_head_move'),
    actsHeadRead: db.select({ n: h.n, hash: h.hash }).from(h).where(eq(h.id, 1)).prepare('acts_head_read'),
    actKeyed: db
      .select()
      .from(l)
      .where(and(eq(l.account, p('account')), eq(l.key, p('key'))))
      .prepare('acts_keyed'),
    actAdd: db
      .insert(l)
      .values({
        ...{ n: bound('n'), at: bound('at'), account: bound('account'), member: bound('member') },
        ...{ via: bound('via'), roles: bound('roles'), verb: bound('verb'), subject: bound('subject') },
        ...{ key: bound('key'), body: bound('body'), hash: bound('hash'), answer: '' },
      })
      .prepare('acts_add'),
    actAnswer: db
      .update(l)
      .set({ answer: bound('answer') })
      .where(eq(l.n, p('n')))
      .prepare('acts_answer'),
    actsAfter: db
      .select()
      .from(l)
      .where(gt(l.n, p('after')))
      .orderBy(asc(l.n))
      .limit(actPageRows)
      .prepare('acts_after'),
    actsStep: db
      .select()
      .from(l)
      .where(gt(l.n, p('after')))
      .orderBy(asc(l.n))
      .limit(actStepRows)
      .prepare('acts_step'),
    actNumbered: db
      .select()
      .from(l)
      .where(eq(l.n, p('n')))
      .prepare('acts_numbered'),
    actsOfSubject: db
      .select()
      .from(l)
      .where(and(eq(l.subject, p('subject')), gt(l.n, p('after'))))
      .orderBy(asc(l.n))
      .limit(actPageRows)
      .prepare('acts_of_subject'),
  };
}

function roleQueries({ db, t }: Context) {
  const r = t.acts_roles;
  const l = t.acts_log;
  return {
    actsRolesOf: db
      .select({ role: r.role, act: r.act })
      .from(r)
      .where(eq(r.account, p('account')))
      .prepare('acts_roles_of'),
    actsRoles: db.select().from(r).orderBy(asc(r.account), asc(r.role)).prepare('acts_roles'),
    /** The last act about each role of each account. */
    actsOfRoles: db
      .select({ subject: l.subject, verb: l.verb, n: l.n })
      .from(l)
      .where(sql`${l.verb} in ('role.grant', 'role.revoke')`)
      .orderBy(asc(l.n))
      .prepare('acts_of_roles'),
    actsRoleAdd: db
      .insert(r)
      .values({ account: bound('account'), role: bound('role'), act: bound('act') })
      .onConflictDoNothing()
      .prepare('acts_role_add'),
    actsRoleRemove: db
      .delete(r)
      .where(and(eq(r.account, p('account')), eq(r.role, p('role'))))
      .prepare('acts_role_remove'),
  };
}

function sameQueries({ db, t }: Context) {
  const s = t.acts_same;
  const l = t.acts_log;
  return {
    actsSame: db.select().from(s).orderBy(asc(s.person), asc(s.account)).prepare('acts_same'),
    actsSameOf: db
      .select({ person: s.person })
      .from(s)
      .where(eq(s.account, p('account')))
      .prepare('acts_same_of'),
    actsSameSet: db
      .insert(s)
      .values({ account: bound('account'), person: bound('person') })
      .onConflictDoUpdate({ target: s.account, set: { person: number('person') } })
      .prepare('acts_same_set'),
    actsSameMove: db
      .update(s)
      .set({ person: number('person') })
      .where(eq(s.person, p('from')))
      .prepare('acts_same_move'),
    actsSameRemove: db
      .delete(s)
      .where(eq(s.account, p('account')))
      .prepare('acts_same_remove'),
    actsOfSame: db
      .select({ subject: l.subject, verb: l.verb, n: l.n })
      .from(l)
      .where(sql`${l.verb} in ('person.same', 'person.apart')`)
      .orderBy(asc(l.n))
      .prepare('acts_of_same'),
    /** Who did something to a subject before an act. */
    actsBy: db
      .select({ account: l.account, member: l.member })
      .from(l)
      .where(and(eq(l.subject, p('subject')), eq(l.verb, p('verb')), lt(l.n, p('before'))))
      .orderBy(asc(l.n))
      .prepare('acts_by'),
  };
}

function decisionQueries({ db, t }: Context) {
  const d = t.acts_decisions;
  return {
    actsDecisionAdd: db
      .insert(d)
      .values({
        ...{ act: bound('act'), reference: bound('reference'), kind: bound('kind'), day: bound('day') },
        ...{ title: bound('title'), document: bound('document') },
      })
      .prepare('acts_decision_add'),
    actsDecision: db
      .select()
      .from(d)
      .where(eq(d.reference, p('reference')))
      .prepare('acts_decision'),
    actsDecisions: db
      .select()
      .from(d)
      .where(gt(d.act, p('after')))
      .orderBy(asc(d.act))
      .limit(actPageRows)
      .prepare('acts_decisions'),
  };
}

export const actsQueries = (context: Context) => ({
  ...logQueries(context),
  ...roleQueries(context),
  ...sameQueries(context),
  ...decisionQueries(context),
});

export type ActsQueries = ReturnType<typeof actsQueries>;
