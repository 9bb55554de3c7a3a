import { and, asc, eq, gt, gte, type QueryContext, sql } from '../../storage/index.ts';
import { bound, boundAll, number } from './bound.ts';
import { pageRows } from './limits.ts';
import type { registerTables } from './tables.ts';

const p = sql.placeholder;

/** Changes of where members are paid, and the mails about them. */
export function payeeQueries({ db, t }: QueryContext<(typeof registerTables)['postgres']>) {
  const c = t.register_payee_changes;
  const n = t.register_notices;
  return {
    registerPayeeChangeAdd: db
      .insert(c)
      .values(
        boundAll(
          ...([
            'person',
            'iban',
            'holder',
            'account',
            'ibanBefore',
            'holderBefore',
            'accountBefore',
          ] as const),
          ...(['state', 'by', 'byMember', 'second', 'asked', 'decided', 'until'] as const),
        ),
      )
      .returning({ id: c.id })
      .prepare('register_payee_change_add'),
    registerPayeeChange: db
      .select()
      .from(c)
      .where(eq(c.id, p('id')))
      .prepare('register_payee_change'),
    registerPayeeChangesWaiting: db
      .select()
      .from(c)
      .where(and(eq(c.state, 'waiting'), gt(c.id, p('after')), gte(c.until, p('today'))))
      .orderBy(asc(c.id))
      .limit(pageRows)
      .prepare('register_payee_changes_waiting'),
    registerPayeeChangesOf: db
      .select()
      .from(c)
      .where(eq(c.person, p('person')))
      .orderBy(sql`${c.id} desc`)
      .prepare('register_payee_changes_of'),
    registerPayeeChangeDecide: db
      .update(c)
      .set({ state: bound('state'), second: number('second'), decided: number('now') })
      .where(and(eq(c.id, p('id')), eq(c.state, 'waiting')))
      .prepare('register_payee_change_decide'),
    registerPayeeChangesErase: db
      .delete(c)
      .where(eq(c.person, p('person')))
      .prepare('register_payee_changes_erase'),
    registerNoticeAdd: db
      .insert(n)
      .values({ ...boundAll('change', 'kind', 'account'), sent: 0 })
      .prepare('register_notice_add'),
    registerNoticesPending: db
      .select({
        ...{ id: n.id, kind: n.kind, to: n.account, iban: c.iban, ibanBefore: c.ibanBefore },
        ...{ account: c.account, accountBefore: c.accountBefore },
      })
      .from(n)
      .innerJoin(c, eq(c.id, n.change))
      .where(and(eq(n.sent, 0), gt(n.id, p('after'))))
      .orderBy(asc(n.id))
      .limit(pageRows)
      .prepare('register_notices_pending'),
    registerNoticeSent: db
      .update(n)
      .set({ sent: number('now') })
      .where(eq(n.id, p('id')))
      .prepare('register_notice_sent'),
    registerNoticesErase: db
      .delete(n)
      .where(
        sql`${n.change} in (select c."id" from "register_payee_changes" c where c."person" = ${p('person')})`,
      )
      .prepare('register_notices_erase'),
  };
}
